/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Commands that backends can hook (struct rocks_hook of <rocks/plugin.h>).
 *
 * Such a command is a table of parts.  They run in the order of the table;
 * hooks run before, between and behind them, where their rules say.  To find
 * hooks every installed module is opened, which takes longer than most
 * commands: only commands that have parts do.
 */
#ifndef ROCKS_FRAMEWORK_HOOKS_H
#define ROCKS_FRAMEWORK_HOOKS_H

#include "framework/command.h"

struct part {
  const char *name;         /* what hooks call it; NULL ends the table */
  int (*run)(struct run *); /* its own state is run->work */
  const char *command;      /* without `run`: a command that needs no words */
  bool last;                /* after every hook that does not ask to be later */
};

/* Runs parts and hooks up to the first that fails.  Hooks are handed `hosts`,
 * which may be NULL, as it is when each of them runs. */
int hooks_run(struct run *, const struct part *parts, const struct list *hosts);

#endif
