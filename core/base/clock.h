/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The clock for deadlines: it does not jump when somebody sets the time.
 */
#ifndef ROCKS_BASE_CLOCK_H
#define ROCKS_BASE_CLOCK_H

#include <stdint.h>

int64_t clock_ms(void); /* milliseconds since some moment, CLOCK_MONOTONIC */

#endif
