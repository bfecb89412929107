/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * A command's table as JSON, shaped as in rocks-compat 1.10.
 */
#ifndef ROCKS_FRAMEWORK_JSON_H
#define ROCKS_FRAMEWORK_JSON_H

#include "framework/command.h"

/* Adds run->output, which has rows, to the text. */
void json_table(struct run *, struct text *);

#endif
