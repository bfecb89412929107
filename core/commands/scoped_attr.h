/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Stored attributes in any scope (rocks-compat 2.4, 4.4): one implementation
 * of add, set and remove for global, os, appliance and host.
 */
#ifndef ROCKS_COMMANDS_SCOPED_ATTR_H
#define ROCKS_COMMANDS_SCOPED_ATTR_H

#include "framework/command.h"

/* A scope: its category, and how its words become members of it, e.g. host
 * names.  No words: all members. */
struct attr_scope {
  const char *category;
  int (*members)(struct run *, struct list *names);
};

extern const struct attr_scope attr_scope_global, attr_scope_os, attr_scope_appliance,
  attr_scope_host;

/* The commands: {scope}... {attr} {value}.  Constant numbers of statements,
 * however many members. */
int scoped_attr_add(struct run *, const struct attr_scope *);
int scoped_attr_set(struct run *, const struct attr_scope *);
int scoped_attr_remove(struct run *, const struct attr_scope *);

/* Fails when attributes belong to nothing, which listings would leave out. */
int scoped_attr_check(struct run *);

/* The same for other commands, with members that are known already.  `set`
 * keeps the value before as `<name>_old`. */
int attr_store(struct run *, const struct attr_scope *, const struct list *members,
               const char *name, const char *value);

/* linux and sunos, as the user's words say (any case); without words both. */
int os_expand(struct run *, struct list *names);

#endif
