/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The whole site as a script: what the other dumps print, and what none of
 * them does.  The original's script was for a frontend that its installer had
 * made; this one makes the same site of an empty database, too.
 */
#include <config.h>

#include <string.h>

#include "commands/commands.h"
#include "commands/dump.h"
#include "commands/patterns.h"
#include "framework/hooks.h"

/* What a database has before anything is known about its site (rocks-compat
 * 2.7): it goes first, so that the script's values hold, in their order. */
static const char *const fresh_attrs[] = {
  "Kickstart_DistroDir", "Kickstart_Keyboard", "Kickstart_Lang", "Kickstart_Langsupport",
  "Kickstart_Mutlicast", "Kickstart_PrivateKickstartBasedir", "Kickstart_PrivateKickstartCGI",
  "RootDir", "rocks_autogen_user_keys", "ssh_use_dns", "cpu_mode", "vm_mac_base_addr_mask"
};
static const char *const fresh_os_attrs[] = {
  "HttpRoot", "HttpConf", "HttpConfigDirExt", "RootDir"
};
/* Of any appliance; `add appliance` makes the first three. */
static const char *const fresh_appliance_attrs[] = {
  "kickstartable", "dhcp_nextserver", "dhcp_filename", "managed", "primary_net", "exec_host",
  "submit_host", "kvm"
};
static const char *const fresh_appliances[] = {
  "frontend", "compute", "login", "nas", "network", "power", "vm-container", "hosted-vm"
};

#define COUNT(array) (sizeof (array) / sizeof *(array))

static int
remove_attrs(struct run *run)
{
  size_t i;

  for (i = 0; i < COUNT(fresh_attrs); i++)
    dump_words(run, "remove attr", fresh_attrs[i], NULL);
  return 0;
}

static int
remove_os_attrs(struct run *run)
{
  size_t i;

  for (i = 0; i < COUNT(fresh_os_attrs); i++)
    dump_words(run, "remove os attr", "linux", "sunos", fresh_os_attrs[i], NULL);
  return 0;
}

static int
remove_appliance_attrs(struct run *run)
{
  size_t i;

  for (i = 0; i < COUNT(fresh_appliance_attrs); i++)
    dump_words(run, "remove appliance attr", "%", fresh_appliance_attrs[i], NULL);
  return 0;
}

static int
remove_appliances(struct run *run)
{
  CLEANUP_LIST struct list names = { 0 };
  size_t i;

  if (names_expand(run, "appliances", "Name", NULL, &names) != 0)
    return -1;
  for (i = 0; i < COUNT(fresh_appliances); i++)
    if (!list_has(&names, fresh_appliances[i]))
      dump_words(run, "remove appliance", fresh_appliances[i], NULL);
  return 0;
}

/* A line for each row: its columns are the arguments, as parameters where
 * `names` has a name; those without a value are left out. */
static int
dump_rows(struct run *run, const char *words, const char *const names[], const char *sql,
          const char *bound, const char *guard)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  size_t i, c;

  if (run_db(run) == NULL || db_query(run->db, &rows, sql, bound != NULL ? "s" : "", bound) != 0)
    return -1;
  for (i = 0; i < rows.count; i++) {
    CLEANUP_LIST struct list args = { 0 };

    for (c = 0; c < rows.columns; c++) {
      const char *value = row_text(&rows, i, c);

      if (value != NULL && *value != '\0')
        list_addf(&args, "%s%s%s", names[c], *names[c] != '\0' ? "=" : "", value);
    }
    run_print(run, "%s", guard);
    dump_line(run, words, &args);
  }
  return 0;
}

static int
dump_distributions(struct run *run)
{
  return dump_rows(run, "add distribution", (const char *const []){ "" },
                   "select Name from distributions where Name <> 'rocks-dist' order by ID", NULL,
                   "");
}

static int
dump_bootactions(struct run *run)
{
  static const char *const names[] = { "action", "kernel", "ramdisk", "args" };

  return dump_rows(run, "add bootaction", names, "select Action, Kernel, Ramdisk, Args"
                   " from bootaction where Action is not null order by Action, ID", NULL, "");
}

static int
dump_aliases(struct run *run)
{
  static const char *const names[] = { "", "" };

  if (check_references(run, "aliases", "Node", "nodes") != 0)
    return -1;
  return dump_rows(run, "add host alias", names, "select n.Name, a.Name from aliases a"
                   " join nodes n on n.ID = a.Node order by n.Name, a.ID", NULL, "");
}

/* A frontend of another name has its own row and interfaces already. */
static int
dump_for_self(struct run *run, const char *words, const char *const names[], const char *sql)
{
  CLEANUP_FREE char *self = dump_self(run);
  CLEANUP_TEXT struct text guard = { 0 };

  if (self == NULL)
    return 0;
  text_add(&guard, "[ \"$(uname -n | cut -d. -f1)\" != ");
  text_add_quoted(&guard, self);
  text_add(&guard, " ] || ");
  return dump_rows(run, words, names, sql, self, text_get(&guard));
}

static int
dump_frontend(struct run *run)
{
  static const char *const names[] = { "", "cpus", "rack", "rank", "membership", "os" };

  return dump_for_self(run, "\"add host\"", names, "select n.Name, n.CPUs, n.Rack, n.`Rank`,"
                       " m.Name, n.OS from nodes n join memberships m on m.ID = n.Membership"
                       " where n.Name = ?");
}

/* Those that `dump host interface` leaves out for this machine. */
static int
dump_frontend_interfaces(struct run *run)
{
  static const char *const names[] = { "", "", "ip", "mac", "module", "name", "subnet" };

  return dump_for_self(run, "add host interface", names, "select 'localhost', w.Device, w.IP,"
                       " w.MAC, w.Module, w.Name, s.name from networks w"
                       " join nodes n on n.ID = w.Node join subnets s on s.ID = w.Subnet"
                       " where n.Name = ? and s.name in ('private', 'public')"
                       " and w.Device is not null and w.Device not like 'vlan%'"
                       " and coalesce(w.VlanID, 0) = 0 order by w.ID");
}

static int
dump_end(struct run *run)
{
  dump_words(run, "run reconfigure", "clear=1", NULL);
  return 0;
}

/* Each needs some of what stands before it, and the order is the original's. */
static const struct part parts[] = {
  { .name = "fresh-attr", .run = remove_attrs },
  { .name = "attr", .command = "dump attr" },
  { .name = "fresh-appliance", .run = remove_appliances },
  { .name = "distribution", .run = dump_distributions },
  { .name = "appliance", .command = "dump appliance" },
  { .name = "bootaction", .run = dump_bootactions },
  { .name = "frontend", .run = dump_frontend },
  { .name = "host", .command = "dump host" },
  { .name = "host-attr", .command = "dump host attr" },
  { .name = "fresh-appliance-attr", .run = remove_appliance_attrs },
  { .name = "appliance-attr", .command = "dump appliance attr" },
  { .name = "network", .command = "dump network" },
  { .name = "frontend-interface", .run = dump_frontend_interfaces },
  { .name = "host-route", .command = "dump host route" },
  { .name = "route", .command = "dump route" },
  { .name = "appliance-route", .command = "dump appliance route" },
  { .name = "os-route", .command = "dump os route" },
  { .name = "interface", .command = "dump host interface" },
  { .name = "alias", .run = dump_aliases },
  { .name = "vm", .command = "dump host vm" },
  { .name = "host-key", .command = "dump host key" },
  { .name = "host-boot", .command = "dump host boot" },
  { .name = "fresh-os-attr", .run = remove_os_attrs },
  { .name = "os-attr", .command = "dump os attr" },
  { .name = "reconfigure", .run = dump_end, .last = true },
  { .name = NULL }
};

static int
dump(struct run *run)
{
  if (run->args.count > 0)
    return run_fail(run, "command does not take arguments");
  return hooks_run(run, parts, NULL);
}

const struct command dump_site_commands[] = {
  { "dump", "",
    "Prints the site as the commands that make it: a shell that runs them makes the same site "
    "again, of an empty database or of the one that a frontend's installer has made.\n\n"
    "Partitions and firewall rules are not in it.", NULL, NULL, 0, dump },
  COMMANDS_END
};
