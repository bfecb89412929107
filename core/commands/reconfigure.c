/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The end of a restored dump, and small reports on the site.
 */
#include <config.h>

#include <string.h>

#include "base/addr.h"
#include "commands/commands.h"
#include "commands/patterns.h"

/* What this program takes the place of. */
static const char *const version[] = { "7", "0" };

/* ---- run reconfigure ---- */

/* The former values of attributes tell what a change was; it is done now. */
static int
clear_old(struct run *run)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  CLEANUP_LIST struct list ids = { 0 };
  size_t i;

  if (run_db(run) == NULL
      || db_query(run->db, &rows, "select ID from attributes where substr(Attr, -4) = '_old'", "")
         != 0)
    return -1;
  for (i = 0; i < rows.count; i++)
    list_add(&ids, row_text(&rows, i, 0));
  return ids.count == 0 ? 0 : db_exec(run->db, "delete from attributes where ID in (%s)", "v",
                                      &ids);
}

static int
run_reconfigure(struct run *run)
{
  if (!run_flag(run, "clear", false) || run->args.count > 0 || run_flag(run, "showattr", false))
    return run_fail(run, "only clear=1 is done here: there are no rolls to configure anew");
  return clear_old(run);
}

/* ---- report version, report resolv ---- */

static int
report_version(struct run *run)
{
  if (run_flag(run, "major", false))
    run_print(run, "%s\n", version[0]);
  else
    run_print(run, "%s.%s\n", version[0], version[1]);
  return 0;
}

/* All zones, the private one first: short names are looked for in it. */
static int
print_search(struct run *run)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  size_t i;

  if (run_db(run) == NULL
      || db_query(run->db, &rows, "select dnszone from subnets where dnszone <> ''"
                  " order by case name when 'private' then 0 else 1 end, ID", "") != 0)
    return -1;
  run_print(run, "search");
  for (i = 0; i < rows.count; i++)
    run_print(run, " %s", row_text(&rows, i, 0));
  run_print(run, "\n");
  return 0;
}

static int
print_servers(struct run *run, const char *attr)
{
  CLEANUP_LIST struct list servers = { 0 };
  CLEANUP_FREE char *value = NULL;
  uint32_t ip;
  size_t i;

  if (db_value(run->db, &value, NULL, "select a.Value from attributes a"
               " join categories c on c.ID = a.Category and c.Name = 'global' where a.Attr = ?",
               "s", attr) != 0)
    return -1;
  list_split(&servers, or_empty(value), ", \t\r\n");
  for (i = 0; i < servers.count; i++)
    if (ip_parse(servers.item[i], &ip))
      run_print(run, "nameserver %s\n", servers.item[i]);
  return 0;
}

/* The frontend asks its own name server first. */
static int
report_resolv(struct run *run)
{
  if (print_search(run) != 0)
    return -1;
  run_print(run, "nameserver 127.0.0.1\n");
  return print_servers(run, "Kickstart_PublicDNSServers");
}

static int
report_resolv_private(struct run *run)
{
  return print_search(run) != 0 ? -1 : print_servers(run, "Kickstart_PrivateDNSServers");
}

static const char *const reconfigure_options[] = {
  "clear: yes removes the former values of attributes, NAME_old, in all scopes",
  "roll: refused, as rolls are not known here",
  "showattr: refused, as rolls are not known here",
  NULL
};

static const char *const version_options[] = { "major: yes prints only its first number", NULL };

const struct command reconfigure_commands[] = {
  { "run reconfigure", "[roll]... [clear=boolean] [showattr=boolean]",
    "Removes the former values of attributes.", reconfigure_options, NULL,
    COMMAND_ROOT | COMMAND_WRITES, run_reconfigure },
  { "report resolv", "", "Prints the resolver's configuration of the frontend.", NULL, NULL, 0,
    report_resolv },
  { "report resolv private", "",
    "Prints the resolver's configuration of hosts in the private network.", NULL, NULL, 0,
    report_resolv_private },
  { "report version", "[major=boolean]", "Prints the version of Rocks that this is like.",
    version_options, NULL, COMMAND_BARE, report_version },
  COMMANDS_END
};
