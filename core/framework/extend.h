/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Commands that backends bring: struct rocks_command made to struct command,
 * and the functions of struct rocks_core that those commands call.
 */
#ifndef ROCKS_FRAMEWORK_EXTEND_H
#define ROCKS_FRAMEWORK_EXTEND_H

#include <rocks/plugin.h>

#include "framework/lookup.h"

/* struct lookup's `more`: opens every installed backend and adds its table.
 * One that cannot be opened is warned about and left out. */
void extend_lookup(struct rocks_call *, struct lookup *);
void extend_free(struct lookup *);

/* For struct rocks_core: a table of the running command, and the parameters of
 * its backend as resolved for this machine (borrowed until the command ends;
 * NULL with the error reported). */
void extend_heading(struct rocks_call *, const char *column, ...) ROCKS_SENTINEL;
void extend_row(struct rocks_call *, const char *value, ...) ROCKS_SENTINEL;
const struct rocks_settings *extend_params(struct rocks_call *);

#endif
