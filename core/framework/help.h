/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Usage and help, in the shapes of rocks-compat 1.9.
 */
#ifndef ROCKS_FRAMEWORK_HELP_H
#define ROCKS_FRAMEWORK_HELP_H

#include "framework/framework.h"

/* Adds a line `path usage ` for each command below the path `under` (NULL:
 * all), paths relative to it, wrapped at 80 columns; what only root may run
 * is left out for others.  With `matching`: not wrapped, and only lines that
 * contain it. */
void help_list(struct rocks_call *, struct lookup *, const char *under, const char *matching,
               struct text *);

/* Adds the help of run->command.  format: plain, docbook, sphinx, raw or
 * parsed; -1 with the error reported for another. */
int help_command(struct run *, const char *format, struct text *);

#endif
