/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What hosts do at their next boot, and by which profiles.
 */
#include <config.h>

#include <string.h>

#include "commands/commands.h"
#include "commands/dump.h"
#include "commands/patterns.h"
#include "commands/pxe.h"
#include "framework/hooks.h"

static int
list_host_boot(struct run *run)
{
  if (check_references(run, "boot", "Node", "nodes") != 0)
    return -1;
  return list_hosts(run, "host,action", "t",
                    "select n.Name, b.Action from nodes n left join boot b on b.Node = n.ID"
                    " where %s order by %s, b.ID", 0);
}

static int
store_action(struct db *db, const char *action, const struct list *hosts)
{
  if (db_exec(db, "update boot set Action = ? where Node in"
              " (select ID from nodes where Name in (%s))", "sv", action, hosts) != 0)
    return -1;
  return db_exec(db, "insert into boot (Node, Action) select n.ID, ? from nodes n"
                 " left join boot b on b.Node = n.ID where b.ID is null and n.Name in (%s)", "sv",
                 action, hosts);
}

static int
set_action(struct run *run)
{
  const char *action = run_param(run, "action", "");

  return *action != '\0' ? store_action(run->db, action, run->work) : 0;
}

static int
set_files(struct run *run)
{
  if (pxe_check(run, run->work) != 0)
    return -1;
  pxe_follow(run, run->work);
  return 0;
}

static const struct part boot_parts[] = {
  { .name = "action", .run = set_action },
  { .name = "boot", .run = set_files },
  { .name = NULL }
};

static int
set_host_boot(struct run *run)
{
  CLEANUP_LIST struct list hosts = { 0 };
  const char *action = run_param(run, "action", "");

  if (run->args.count == 0)
    return run_fail(run, "must supply host");
  if (*action != '\0' && strcmp(action, "os") != 0 && strcmp(action, "run") != 0
      && strcmp(action, "install") != 0)
    return run_fail(run, "invalid action. action must be \"os\", \"run\" or \"install\"");
  if (hosts_expand(run, &hosts, 0) != 0)
    return -1;
  run->work = &hosts;
  return hooks_run(run, boot_parts, &hosts);
}

static int
remove_host_boot(struct run *run)
{
  CLEANUP_LIST struct list hosts = { 0 };

  if (run->args.count == 0)
    return run_fail(run, "must supply host");
  if (hosts_expand(run, &hosts, 0) != 0
      || db_exec(run->db, "delete from boot where Node in"
                 " (select ID from nodes where Name in (%s))", "v", &hosts) != 0)
    return -1;
  pxe_follow(run, &hosts);
  return 0;
}

static int
dump_host_boot(struct run *run)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  CLEANUP_FREE char *self = dump_self(run);
  struct db *db = run_db(run);
  size_t i;

  if (check_references(run, "boot", "Node", "nodes") != 0
      || db_query(db, &rows, "select n.Name, b.Action from nodes n join boot b on b.Node = n.ID"
                  " where n.Name is not null and b.Action is not null order by n.Name, b.ID", "") != 0)
    return -1;
  for (i = 0; i < rows.count; i++) {
    CLEANUP_FREE char *action = mem_format("action=%s", row_text(&rows, i, 1));

    dump_words(run, "set host boot", dump_host(self, row_text(&rows, i, 0)), action, NULL);
  }
  return 0;
}

/* The profile that `column` of hosts names; `none` is no profile. */
static int
set_profile(struct run *run, const char *column)
{
  CLEANUP_FREE char *sql
    = mem_format("update nodes set %s = ? where Name in (%%s)", column);
  CLEANUP_LIST struct list hosts = { 0 };
  const char *action;
  bool found = true;
  char *id = NULL;

  run_positional(run, "action", &action);
  if (run->args.count == 0)
    return run_fail(run, "must supply host");
  if (action == NULL)
    return run_fail(run, "must supply an action");
  if (run_db(run) == NULL)
    return -1;
  if (strcmp(action, "none") == 0)
    action = NULL;
  else if (db_value(run->db, &id, &found, "select ID from bootaction where Action = ?", "s",
                    action) != 0)
    return -1;
  free(id);
  if (!found)
    return call_fail(run->call, ROCKS_ENOTFOUND, "action \"%s\" does not exist", action);
  if (hosts_expand(run, &hosts, 0) != 0 || db_exec(run->db, sql, "sv", action, &hosts) != 0)
    return -1;
  pxe_follow(run, &hosts);
  return 0;
}

static int
set_host_runaction(struct run *run)
{
  return set_profile(run, "RunAction");
}

static int
set_host_installaction(struct run *run)
{
  return set_profile(run, "InstallAction");
}

static const char *const boot_options[] = {
  "host: a host, a pattern with %, rackN or an appliance; several may be given",
  "action: os or run, to boot by the host's runaction; install, to boot by its installaction;"
  " without it, only the boot files are written anew",
  NULL
};

static const char *const profile_options[] = {
  "host: a host, a pattern with %, rackN or an appliance; several may be given",
  "action: a profile that `list bootaction` shows, or none",
  NULL
};

static const char *const boot_examples[] = {
  "compute-0-0 action=install|installs the host when it boots next",
  "compute|writes the boot files of all hosts of the appliance compute anew", NULL
};

static const char *const profile_examples[] = {
  "compute-0-0 action=\"install headless\"|a host without a screen", NULL
};

#define WRITES (COMMAND_ROOT | COMMAND_WRITES)

const struct command host_boot_commands[] = {
  { "list host boot", "[host]...", "Shows what hosts do when they boot next.", boot_options, NULL,
    0, list_host_boot },
  { "set host boot", "{host}... [action=string]",
    "Sets what hosts do when they boot next, and writes their boot files. VMs that are installed"
    " by a virtual frontend have no boot files here.", boot_options, boot_examples, WRITES,
    set_host_boot },
  { "remove host boot", "{host}...",
    "Forgets what hosts do when they boot next, and removes their boot files.", boot_options,
    NULL, WRITES, remove_host_boot },
  { "set host runaction", "{host}... {action} [action=string]",
    "Sets the profile that hosts boot by, other than to be installed.", profile_options, NULL,
    WRITES, set_host_runaction },
  { "set host installaction", "{host}... {action} [action=string]",
    "Sets the profile that hosts are installed by.", profile_options, profile_examples, WRITES,
    set_host_installaction },
  { "dump host boot", "", "Prints what hosts do when they boot next as commands.", NULL, NULL, 0,
    dump_host_boot },
  { "sync host boot", "[host]... [gone=string]",
    "Writes the boot files of hosts as the database has them.", boot_options, NULL,
    COMMAND_ROOT | COMMAND_HIDDEN, pxe_sync },
  COMMANDS_END
};
