/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#ifndef ROCKS_FRAMEWORK_HAND_H
#define ROCKS_FRAMEWORK_HAND_H

#include <rocks/plugin.h>

/* The core's functions as backends are handed them, for backend_init(). */
const struct rocks_core *hand_core(void);

#endif
