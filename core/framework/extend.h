/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Commands that backends bring: struct rocks_command made to struct command;
 * hooks that they bring; and the functions of struct rocks_core that both call.
 */
#ifndef ROCKS_FRAMEWORK_EXTEND_H
#define ROCKS_FRAMEWORK_EXTEND_H

#include <rocks/plugin.h>

#include "framework/db.h"
#include "framework/lookup.h"

struct backend; /* plugin/backend.h */

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

/* Every hook of every installed backend; a copy that ends with the call, whose
 * strings stay.  One without a name or a function is warned about. */
typedef void extend_hook(void *arg, const struct backend *, const struct rocks_hook *);
void extend_hooks(struct rocks_call *, extend_hook *what, void *arg);
/* Runs a hook as part of a command; what it prints and leaves for after the
 * commit becomes the command's. */
int extend_run_hook(struct run *, const struct backend *, const struct rocks_hook *,
                    const struct list *hosts);

/* For struct rocks_core, as described there. */
void extend_print(struct rocks_call *, const char *fmt, ...) ROCKS_PRINTF(2, 3);
int extend_command(struct rocks_call *, const char *words, const char *const *args, size_t nargs);
void extend_after_commit(struct rocks_call *, const char *words, const char *const *args,
                         size_t nargs);
int extend_sql(struct rocks_call *, const char *sql, const struct rocks_sql_value *args,
               size_t nargs, db_row *row, void *arg, int64_t *changed, int64_t *last_id);

#endif
