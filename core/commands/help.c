/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What commands there are.
 */
#include <config.h>

#include <string.h>

#include "commands/commands.h"
#include "framework/help.h"

static int
list_help(struct run *run)
{
  CLEANUP_LIST struct list path = { 0 };
  CLEANUP_FREE char *under = NULL;

  /* Written as a folder in the original: subdir=list/host. */
  list_split(&path, run_param(run, "subdir", ""), "/ ");
  under = list_join(&path, " ");
  help_list(run->call, &run->framework->lookup, under, NULL, &run->text);
  return 0;
}

static int
help(struct run *run)
{
  CLEANUP_FREE char *words = list_join(&run->args, " ");

  help_list(run->call, &run->framework->lookup, NULL, words, &run->text);
  return 0;
}

static const char *const options[] = {
  "subdir: only commands that begin so, for example list/host",
  "command: text that the lines are to contain",
  NULL
};

static const char *const examples[] = { "host vm|all that is about virtual machines", NULL };

const struct command help_commands[] = {
  { "help", "{command}", "Shows the commands whose usage line contains a text.", options, examples,
    COMMAND_BARE, help },
  { "list help", "[subdir=string]", "Shows all commands, or those that begin with some words.",
    options, NULL, COMMAND_BARE, list_help },
  COMMANDS_END
};
