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
/* The value as UTF-8; the caller frees.  Values are bytes that the database keeps as
 * latin1; what is no UTF-8 is read so, where there is no way to carry it as it is. */
char *json_utf8(const char *value);

#endif
