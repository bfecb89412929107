/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Distributions: names that memberships refer to.
 */
#include <config.h>

#include <string.h>

#include "commands/commands.h"
#include "commands/patterns.h"

#define NAME_WIDTH 32 /* distributions.Name */

static int
list_distribution(struct run *run)
{
  CLEANUP_LIST struct list names = { 0 };

  if (names_expand(run, "distributions", "Name", "distribution", &names) != 0)
    return -1;
  return list_query(run, ",name", "t", "select '', Name from distributions where Name in (%s)"
                    " order by ID", &names);
}

static int
add_distribution(struct run *run)
{
  CLEANUP_FREE char *found = NULL;
  const char *name;

  if (run->args.count != 1)
    return run_fail(run, "must supply one distribution");
  name = run->args.item[0];
  if (strpbrk(name, "%/ \t\r\n") != NULL)
    return run_fail(run, "distribution \"%s\" has a character that it cannot have", name);
  if (strlen(name) > NAME_WIDTH)
    return run_fail(run, "distribution \"%s\" is longer than %d characters", name, NAME_WIDTH);
  if (run_db(run) == NULL
      || db_value(run->db, &found, NULL, "select ID from distributions where Name = ?", "s", name)
         != 0)
    return -1;
  if (found != NULL)
    return call_fail(run->call, ROCKS_EEXISTS, "distribution \"%s\" exists", name);
  return db_exec(run->db, "insert into distributions (Name, OS_Release, Lang) values (?, '', '')",
                 "s", name);
}

static int
remove_distribution(struct run *run)
{
  CLEANUP_LIST struct list names = { 0 };
  CLEANUP_FREE char *used = NULL;

  if (run->args.count == 0)
    return run_fail(run, "must supply distribution");
  if (names_expand(run, "distributions", "Name", "distribution", &names) != 0
      || db_value(run->db, &used, NULL, "select m.Name from memberships m"
                  " join distributions d on d.ID = m.Distribution where d.Name in (%s)"
                  " order by m.ID", "v", &names) != 0)
    return -1;
  if (used != NULL)
    return run_fail(run, "the membership \"%s\" is still of that distribution", used);
  return db_exec(run->db, "delete from distributions where Name in (%s)", "v", &names);
}

static const char *const options[] = {
  "distribution: its name, a word; to list, a pattern with % too, and all without any", NULL
};

const struct command distribution_commands[] = {
  { "list distribution", "[distribution]...", "Shows the names of distributions.", options, NULL,
    0, list_distribution },
  { "add distribution", "{distribution}", "Adds the name of a distribution.", options, NULL,
    COMMAND_ROOT | COMMAND_WRITES, add_distribution },
  { "remove distribution", "{distribution}",
    "Removes names of distributions that no membership is of.", options, NULL,
    COMMAND_ROOT | COMMAND_WRITES, remove_distribution },
  COMMANDS_END
};
