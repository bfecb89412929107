/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Interfaces of hosts.
 */
#include <config.h>

#include <string.h>

#include "commands/commands.h"
#include "commands/dump.h"
#include "commands/interface.h"
#include "commands/patterns.h"

/* A logical VLAN shows only what it has of its own; the rest belongs to the
 * device that carries it. */
static int
list_host_interface(struct run *run)
{
  if (check_references(run, "networks", "Node", "nodes") != 0)
    return -1;
  return list_hosts(run,
                    "host,subnet,iface,mac,ip,netmask,module,name,vlan,options,channel",
                    "tttttttntt",
                    "select n.Name, s.name, w.Device,"
                    " case when w.Device like 'vlan%' then null else w.MAC end,"
                    " case when w.Device like 'vlan%' then null else w.IP end,"
                    " case when w.Device like 'vlan%' then null else s.netmask end,"
                    " case when w.Device like 'vlan%' then null else w.Module end,"
                    " case when w.Device like 'vlan%' then null else w.Name end,"
                    " w.VlanID, w.Options, w.Channel"
                    " from nodes n join networks w on w.Node = n.ID"
                    " left join subnets s on s.ID = w.Subnet"
                    " where %s order by %s, w.ID", 0);
}

/* The row first, then what was given for it. */
static int
store(struct run *run, const struct list *hosts, const char *iface)
{
  static const char *const settings[] = { "ip", "mac", "module", "name", "subnet", "vlan" };
  CLEANUP_FREE char *sql = mem_format("insert into networks (Node, %s) select ID, ? from nodes"
                                      " where Name in (%%s)",
                                      interface_is_mac(iface) ? "MAC" : "Device");
  size_t i;

  if (db_exec(run->db, sql, "sv", iface, hosts) != 0)
    return -1;
  for (i = 0; i < sizeof settings / sizeof *settings; i++) {
    const char *value = run_param(run, settings[i], "");

    if (*value != '\0' && interface_set(run, settings[i], hosts, iface, value) != 0)
      return -1;
  }
  return 0;
}

static int
add_host_interface(struct run *run)
{
  CLEANUP_LIST struct list hosts = { 0 };
  CLEANUP_FREE char *host = NULL, *id = NULL;
  const char *iface;

  run_positional(run, "iface", &iface);
  if (iface == NULL)
    return run_fail(run, "missing iface");
  if (take_one_host(run, NULL, &host) != 0
      || db_value(run->db, &id, NULL, "select w.ID from networks w join nodes n on n.ID = w.Node"
                  " where n.Name = ? and (w.Device = ? or w.MAC = ?)", "sss", host, iface, iface)
         != 0)
    return -1;
  if (id != NULL)
    return call_fail(run->call, ROCKS_EEXISTS, "interface \"%s\" exists", iface);
  if (interface_check(run, iface) != 0)
    return -1;
  list_add(&hosts, host);
  return store(run, &hosts, iface);
}

/* Has the hosts forget the devices that they had. */
static void
follow_removal(struct run *run, const struct rows *rows)
{
  CLEANUP_LIST struct list words = { 0 }, devices = { 0 };
  CLEANUP_TEXT struct text command = { 0 };
  size_t i;

  for (i = 0; i < rows->count; i++) {
    const char *device = row_text(rows, i, 2);

    if (device == NULL || strchr(device, '/') != NULL)
      continue;
    list_add(&words, row_text(rows, i, 1));
    list_addf(&devices, "/etc/sysconfig/network-scripts/ifcfg-%s", device);
    list_addf(&devices, "/etc/sysconfig/network-scripts/ifcfg-p%s", device);
  }
  if (words.count == 0)
    return;
  list_unique(&words);
  list_unique(&devices);
  text_add(&command, "command=rm -f");
  for (i = 0; i < devices.count; i++) {
    text_add_char(&command, ' ', 1);
    text_add_quoted(&command, devices.item[i]);
  }
  list_add(&words, text_get(&command));
  run_after_commit(run, "run host", (const char *const *) words.item, words.count);
}

static int
remove_host_interface(struct run *run)
{
  CLEANUP_LIST struct list hosts = { 0 }, ids = { 0 };
  CLEANUP_ROWS struct rows rows = { 0 };
  const char *iface;
  size_t i;

  run_positional(run, "iface", &iface);
  if (run->args.count == 0)
    return run_fail(run, "must supply host");
  if (iface == NULL)
    return run_fail(run, "must supply iface");
  if (hosts_expand(run, &hosts, 0) != 0
      || db_query(run->db, &rows, "select w.ID, n.Name, w.Device from networks w"
                  " join nodes n on n.ID = w.Node where n.Name in (%s)"
                  " and (w.Device like ? or w.MAC like ?) order by w.ID", "vss", &hosts, iface,
                  iface) != 0)
    return -1;
  for (i = 0; i < rows.count; i++)
    list_add(&ids, row_text(&rows, i, 0));
  if (db_exec(run->db, "delete from networks where ID in (%s)", "v", &ids) != 0)
    return -1;
  follow_removal(run, &rows);
  return 0;
}

enum { HOST, DEVICE, IP, NAME, MAC, MODULE, SUBNET, VLAN, OPTIONS, CHANNEL, DISABLED };

static bool
is_zero(const char *number)
{
  return number == NULL || strcmp(number, "0") == 0;
}

/* A restored frontend has network cards of its own, set up by its installer. */
static bool
is_of_installer(const struct rows *rows, size_t row)
{
  const char *subnet = or_empty(row_text(rows, row, SUBNET));

  return is_zero(row_text(rows, row, VLAN))
         && (strcmp(subnet, "private") == 0 || strcmp(subnet, "public") == 0);
}

static void
dump_one(struct run *run, const struct rows *rows, size_t row, const char *self)
{
  static const struct { int column; const char *what; bool local; } parts[] = {
    { IP, "ip", true }, { NAME, "name", true }, { MAC, "mac", false },
    { MODULE, "module", false }, { SUBNET, "subnet", true }, { VLAN, "vlan", true },
    { OPTIONS, "options", true }, { CHANNEL, "channel", true }
  };
  const char *host = dump_host(self, row_text(rows, row, HOST));
  bool here = self != NULL && strcmp(self, row_text(rows, row, HOST)) == 0;
  const char *iface = row_text(rows, row, DEVICE);
  size_t i;

  if (iface == NULL || *iface == '\0')
    iface = row_text(rows, row, MAC);
  if (iface == NULL || *iface == '\0' || (here && is_of_installer(rows, row)))
    return;
  dump_words(run, "add host interface", host, iface, NULL);
  for (i = 0; i < sizeof parts / sizeof *parts; i++) {
    CLEANUP_FREE char *words = mem_format("set host interface %s", parts[i].what);
    const char *value = row_text(rows, row, (size_t) parts[i].column);

    if (value != NULL && *value != '\0' && (parts[i].column != VLAN || !is_zero(value))
        && (!here || parts[i].local)) {
      CLEANUP_FREE char *word = dump_value(parts[i].what, value);

      dump_words(run, words, host, iface, word, NULL);
    }
  }
  if (!is_zero(row_text(rows, row, DISABLED)))
    dump_words(run, "set host interface disablekvm", host, iface, "True", NULL);
}

static int
dump_host_interface(struct run *run)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  CLEANUP_FREE char *self = dump_self(run);
  size_t i;

  if (check_references(run, "networks", "Node", "nodes") != 0
      || query_hosts(run, &rows,
                     "select n.Name, w.Device, w.IP, w.Name, w.MAC, w.Module, s.name, w.VlanID,"
                     " w.Options, w.Channel, w.Disable_KVM from nodes n"
                     " join networks w on w.Node = n.ID left join subnets s on s.ID = w.Subnet"
                     " where n.Name is not null and %s order by n.Name, w.ID") != 0)
    return -1;
  for (i = 0; i < rows.count; i++)
    dump_one(run, &rows, i, self);
  return 0;
}

static const char *const options[] = {
  "host: a host, a pattern with %, rackN or an appliance; without any, all hosts", NULL
};

static const char *const add_options[] = {
  "host: one host",
  "iface: the device, such as eth0, or its MAC",
  "ip: an IPv4 address",
  "mac: a MAC address",
  "module: the driver",
  "name: the host's part of the interface's name in DNS",
  "subnet: a network that `list network` shows",
  "vlan: the VLAN's number",
  NULL
};

static const char *const add_examples[] = {
  "compute-0-0 eth1 ip=192.0.2.7 subnet=public mac=52:54:00:00:00:01|a second network card", NULL
};

static const char *const remove_options[] = {
  "host: a host, a pattern with %, rackN or an appliance; several may be given",
  "iface: the device or the MAC, or a pattern with %", NULL
};

const struct command host_interface_commands[] = {
  { "list host interface", "[host]...",
    "Shows the interfaces of hosts and the networks that they are in.", options, NULL, 0,
    list_host_interface },
  { "add host interface",
    "{host} {iface} [iface=string] [ip=string] [mac=string] [module=string] [name=string]"
    " [subnet=string] [vlan=string]", "Adds an interface to a host.", add_options, add_examples,
    COMMAND_ROOT | COMMAND_WRITES, add_host_interface },
  { "remove host interface", "{host} {iface} [iface=string]",
    "Removes interfaces of hosts, and their configuration on those that can be reached.",
    remove_options, NULL, COMMAND_ROOT | COMMAND_WRITES, remove_host_interface },
  { "dump host interface", "[host]...", "Prints interfaces as the commands that make them.",
    options, NULL, 0, dump_host_interface },
  COMMANDS_END
};
