/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What many commands have in common.  A new command looks here first.
 */
#ifndef ROCKS_COMMANDS_PATTERNS_H
#define ROCKS_COMMANDS_PATTERNS_H

#include "framework/db.h"
#include "framework/hosts.h"
#include "framework/output.h"

/* `list ...`: runs `sql`, whose first column is the owner, and prints the rows
 * under `heading` ("host,membership,cpus"; lower case, "" is a heading too).
 * types: one letter for each further column: t text, n number, b boolean. */
int list_query(struct run *, const char *heading, const char *types, const char *sql,
               const struct list *names);

/* Fails when rows of `table` refer by `column` to rows of `target` that are not
 * there: a listing joins the two, and would leave them out in silence.  For
 * listings of everything; with words it is not asked. */
int check_references(struct run *, const char *table, const char *column, const char *target);

/* `list host ...`: as list_query() for `sql` with
 * one %s where the condition on n.Name for the host words goes and one for the
 * order of the hosts: "select n.Name from nodes n where %s order by %s".  Without
 * host words it is the only query.  flags: HOSTS_BY_ID for a command with the
 * "new" expander. */
int list_hosts(struct run *, const char *heading, const char *types, const char *sql,
               unsigned flags);
/* The rows of such a statement, which may lack the second %s; no HOSTS_BY_ID.  0,
 * or -1 reported. */
int query_hosts(struct run *, struct rows *, const char *sql);

/* `set host X {host}... {value}`: takes the last word or the parameter `name`,
 * and expands the hosts.  Fails as Rocks does: `must supply host`, `must supply
 * <name>`.  `value` is borrowed. */
int take_host_value(struct run *, const char *name, const char **value, struct list *hosts);

/* The same, then writes nodes.<column>. */
int set_host_text(struct run *, const char *name, const char *column);
int set_host_number(struct run *, const char *name, const char *column, int64_t min,
                    int64_t max);

/* What another command prints; see run_command(). */
int command_text(struct run *, const char *words, const char *const *args, size_t nargs,
                 struct text *);

/* The one host that run->args mean; `must supply one host` or `message` when
 * they mean none or several.  Caller frees. */
int take_one_host(struct run *, const char *message, char **host);

#endif
