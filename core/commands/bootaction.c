/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Boot profiles: the rows of `bootaction`.
 */
#include <config.h>

#include <string.h>

#include "commands/commands.h"
#include "commands/patterns.h"
#include "commands/pxe.h"

/* Columns as wide as Rocks makes them; an action must also fit nodes.RunAction. */
static const struct { const char *param, *column; size_t width; } columns[] = {
  { "kernel", "Kernel", 256 }, { "ramdisk", "Ramdisk", 256 }, { "args", "Args", 1024 }
};

static int
list_bootaction(struct run *run)
{
  const struct list none = { 0 };

  output_keep_owner(run);
  return list_query(run, "action,kernel,ramdisk,args", "ttt",
                    "select Action, Kernel, Ramdisk, Args from bootaction order by Action, ID",
                    &none);
}

/* A line break would end the line of a boot file and begin another. */
static int
check_value(struct run *run, const char *name, const char *value, size_t width)
{
  if (value == NULL)
    return 0;
  if (strpbrk(value, "\r\n") != NULL)
    return run_fail(run, "%s must be one line", name);
  if (strlen(value) > width)
    return run_fail(run, "%s is longer than %zu characters", name, width);
  return 0;
}

static int
add_bootaction(struct run *run)
{
  const char *action = run_param(run, "action", ""), *value;
  struct db *db;
  size_t i;
  char *id;

  if (*action == '\0')
    return run_fail(run, "must supply an action");
  db = run_db(run);
  if (db == NULL || check_value(run, "action", action, 64) != 0
      || db_value(db, &id, NULL, "select ID from bootaction where Action = ? order by ID", "s",
                  action) != 0)
    return -1;
  if (id == NULL && db_exec(db, "insert into bootaction (Action) values (?)", "s", action) != 0)
    return -1;
  free(id);
  for (i = 0; i < sizeof columns / sizeof *columns; i++) {
    CLEANUP_FREE char *sql
      = mem_format("update bootaction set %s = ? where Action = ?", columns[i].column);

    value = run_param(run, columns[i].param, NULL);
    if (check_value(run, columns[i].param, value, columns[i].width) != 0
        || (value != NULL && db_exec(db, sql, "ss", value, action) != 0))
      return -1;
  }
  pxe_follow(run, NULL);
  return 0;
}

static int
remove_bootaction(struct run *run)
{
  const char *action = run_param(run, "action", "");
  struct db *db;
  int64_t removed;

  if (*action == '\0')
    return run_fail(run, "you need to specify an action");
  db = run_db(run);
  if (db == NULL || db_change(db, &removed, NULL, "delete from bootaction where Action = ?", "s",
                              action) != 0)
    return -1;
  if (removed == 0)
    return run_fail(run, "no action found with name %s", action);
  pxe_follow(run, NULL);
  return 0;
}

static const char *const options[] = {
  "action: the profile's name, which `set host runaction` and `set host installaction` take",
  "kernel: a kernel file below the boot server's folder, or a line of pxelinux such as"
  " `localboot 0`",
  "ramdisk: its initial RAM disk",
  "args: the kernel's command line",
  NULL
};

static const char *const add_examples[] = {
  "action=memtest kernel=\"kernel memtest\"|a profile that tests memory",
  "action=install args=\"ks=http://10.1.1.1/ks\"|changes one part of a profile",
  NULL
};

#define WRITES (COMMAND_ROOT | COMMAND_WRITES)

const struct command bootaction_commands[] = {
  { "list bootaction", "", "Shows the boot profiles of the site.", NULL, NULL, 0,
    list_bootaction },
  { "add bootaction", "[action=string] [args=string] [kernel=string] [ramdisk=string]",
    "Adds a boot profile. Of one that exists, changes the parts that are given. The boot files"
    " of all hosts follow.", options, add_examples, WRITES, add_bootaction },
  { "remove bootaction", "[action=string]",
    "Removes a boot profile. Hosts that still boot by it keep the files that they have.", options,
    NULL, WRITES, remove_bootaction },
  COMMANDS_END
};
