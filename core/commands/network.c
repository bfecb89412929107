/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Networks: the rows of `subnets`.
 */
#include <config.h>

#include <string.h>
#include <strings.h>

#include "base/addr.h"
#include "commands/commands.h"
#include "commands/dump.h"
#include "commands/patterns.h"

/* As wide as Rocks makes the columns. */
enum { NAME_WIDTH = 32, ZONE_WIDTH = 64 };

enum { MIN_MTU = 68, MAX_MTU = 65535 }; /* RFC 791 */

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

static int
list_network(struct run *run)
{
  CLEANUP_LIST struct list names = { 0 };

  if (names_expand(run, "subnets", "name", "network", &names) != 0)
    return -1;
  return list_query(run, "network,subnet,netmask,mtu,dnszone,servedns", "ttntt",
                    "select name, subnet, netmask, mtu, dnszone,"
                    " case when servedns <> 0 then 'True' else 'False' end from subnets"
                    " where name in (%s) order by name", &names);
}

/* ---- what a network may be ---- */

static int
check_name(struct run *run, const char *name)
{
  if (name[0] == '-' || name[strspn(name, LETTERS)] != '\0')
    return run_fail(run, "network name \"%s\" is not made of letters, digits, _ and -", name);
  if (strlen(name) > NAME_WIDTH)
    return run_fail(run, "network name \"%s\" is longer than %d characters", name, NAME_WIDTH);
  return 0;
}

static int
check_subnet(struct run *run, const char *subnet)
{
  uint32_t ip;

  return ip_parse(subnet, &ip) ? 0
    : run_fail(run, "subnet \"%s\" is not an IPv4 address", subnet);
}

static int
check_netmask(struct run *run, const char *netmask)
{
  uint32_t mask;

  return netmask_parse(netmask, &mask, NULL) ? 0
    : run_fail(run, "netmask \"%s\" is not a netmask", netmask);
}

/* A DNS zone is that of one network; `except`: the network that may have it. */
static int
check_zone(struct run *run, const char *zone, const char *except)
{
  CLEANUP_FREE char *owner = NULL;

  if (zone[0] == '.' || zone[strspn(zone, LETTERS ".")] != '\0' || strstr(zone, "..") != NULL)
    return run_fail(run, "zone \"%s\" is not a DNS name", zone);
  if (strlen(zone) > ZONE_WIDTH)
    return run_fail(run, "zone \"%s\" is longer than %d characters", zone, ZONE_WIDTH);
  if (run_db(run) == NULL
      || db_value(run->db, &owner, NULL, "select name from subnets where dnszone = ?", "s", zone)
         != 0)
    return -1;
  if (owner != NULL && (except == NULL || strcasecmp(owner, except) != 0))
    return call_fail(run->call, ROCKS_EEXISTS, "zone %s already exists", zone);
  return 0;
}

static int
check_pair(struct run *run, const char *subnet, const char *netmask)
{
  uint32_t ip, mask;

  if (check_subnet(run, subnet) != 0 || check_netmask(run, netmask) != 0)
    return -1;
  ip_parse(subnet, &ip);
  netmask_parse(netmask, &mask, NULL);
  if ((ip & ~mask) != 0)
    call_warn(run->call, "%s is not the first address of a network with netmask %s", subnet,
              netmask);
  return 0;
}

/* ---- add, remove, dump ---- */

static int
store_network(struct run *run, const char *name, const char *subnet, const char *netmask)
{
  CLEANUP_FREE char *found = NULL;
  const char *zone = run_param(run, "dnszone", "");
  int64_t mtu;

  if (run_db(run) == NULL
      || db_value(run->db, &found, NULL, "select name from subnets where name = ?", "s", name)
         != 0)
    return -1;
  if (found != NULL)
    return call_fail(run->call, ROCKS_EEXISTS, "network \"%s\" exists", name);
  if (*zone == '\0')
    zone = name;
  if (check_name(run, name) != 0 || check_pair(run, subnet, netmask) != 0
      || number_arg(run->call, "mtu", run_param(run, "mtu", "1500"), MIN_MTU, MAX_MTU, &mtu) != 0
      || check_zone(run, zone, NULL) != 0)
    return -1;
  return db_exec(run->db, "insert into subnets (name, subnet, netmask, mtu, dnszone, servedns)"
                 " values (?, ?, ?, ?, ?, ?)", "ssslsi", name, subnet, netmask, mtu, zone,
                 run_flag(run, "servedns", false) ? 1 : 0);
}

static int
add_network(struct run *run)
{
  const char *values[2];

  run_positional(run, "subnet netmask", values);
  if (run->args.count != 1)
    return run_fail(run, "must supply one network");
  if (values[0] == NULL)
    return run_fail(run, "subnet not specified");
  if (values[1] == NULL)
    return run_fail(run, "netmask not specified");
  return store_network(run, run->args.item[0], values[0], values[1]);
}

static int
remove_network(struct run *run)
{
  CLEANUP_LIST struct list names = { 0 };
  CLEANUP_FREE char *used = NULL;

  if (run->args.count == 0)
    return run_fail(run, "must supply network");
  if (names_expand(run, "subnets", "name", "network", &names) != 0
      || db_value(run->db, &used, NULL, "select s.name from subnets s"
                  " join networks w on w.Subnet = s.ID where s.name in (%s) order by s.ID", "v",
                  &names) != 0)
    return -1;
  if (used != NULL)
    return run_fail(run, "cannot remove \"%s\" network. There are nodes still associated with it.",
                    used);
  return db_exec(run->db, "delete from subnets where name in (%s)", "v", &names);
}

/* The zone and servedns are there only when they are not what `add network`
 * makes of their absence. */
static int
dump_network(struct run *run)
{
  CLEANUP_LIST struct list names = { 0 };
  CLEANUP_ROWS struct rows rows = { 0 };
  size_t i;

  if (names_expand(run, "subnets", "name", "network", &names) != 0
      || db_query(run->db, &rows, "select name, subnet, netmask, mtu, dnszone, servedns"
                  " from subnets where name in (%s) order by name", "v", &names) != 0)
    return -1;
  for (i = 0; i < rows.count; i++) {
    CLEANUP_LIST struct list args = { 0 };

    list_add(&args, or_empty(row_text(&rows, i, 0)));
    list_addf(&args, "subnet=%s", or_empty(row_text(&rows, i, 1)));
    list_addf(&args, "netmask=%s", or_empty(row_text(&rows, i, 2)));
    if (row_text(&rows, i, 3) != NULL)
      list_addf(&args, "mtu=%s", row_text(&rows, i, 3));
    if (strcmp(or_empty(row_text(&rows, i, 4)), args.item[0]) != 0)
      list_addf(&args, "dnszone=%s", or_empty(row_text(&rows, i, 4)));
    if (row_int(&rows, i, 5) != 0)
      list_add(&args, "servedns=yes");
    dump_line(run, "add network", &args);
  }
  return 0;
}

/* ---- set ---- */

static int
take_networks(struct run *run, const char *what, const char **value, struct list *names)
{
  run_positional(run, what, value);
  if (run->args.count == 0)
    return run_fail(run, "must supply network");
  if (*value == NULL)
    return run_fail(run, "must supply %s", what);
  return names_expand(run, "subnets", "name", "network", names);
}

static int
set_column(struct run *run, const char *column, const char *value, const struct list *names)
{
  CLEANUP_FREE char *sql = mem_format("update subnets set %s = ? where name in (%%s)", column);

  return db_exec(run->db, sql, "sv", value, names);
}

static int
set_network_subnet(struct run *run)
{
  CLEANUP_LIST struct list names = { 0 };
  const char *value;

  if (take_networks(run, "subnet", &value, &names) != 0 || check_subnet(run, value) != 0)
    return -1;
  return set_column(run, "subnet", value, &names);
}

static int
set_network_netmask(struct run *run)
{
  CLEANUP_LIST struct list names = { 0 };
  const char *value;

  if (take_networks(run, "netmask", &value, &names) != 0 || check_netmask(run, value) != 0)
    return -1;
  return set_column(run, "netmask", value, &names);
}

static int
set_network_mtu(struct run *run)
{
  CLEANUP_LIST struct list names = { 0 };
  const char *value;
  int64_t mtu;

  if (take_networks(run, "mtu", &value, &names) != 0
      || number_arg(run->call, "mtu", value, MIN_MTU, MAX_MTU, &mtu) != 0)
    return -1;
  return set_column(run, "mtu", value, &names);
}

static int
set_network_servedns(struct run *run)
{
  CLEANUP_LIST struct list names = { 0 };
  const char *value;

  if (run->args.count == 1 && run_param(run, "servedns", NULL) == NULL)
    return run_fail(run, "must supply network name");
  if (take_networks(run, "servedns", &value, &names) != 0)
    return -1;
  return set_column(run, "servedns", bool_parse(value) ? "1" : "0", &names);
}

static int
set_network_zone(struct run *run)
{
  CLEANUP_LIST struct list names = { 0 };
  const char *value;

  run_positional(run, "zone", &value);
  if (run->args.count == 0)
    return run_fail(run, "must supply a network");
  if (value == NULL)
    return run_fail(run, "must supply zone");
  if (names_expand(run, "subnets", "name", "network", &names) != 0)
    return -1;
  if (names.count != 1)
    return run_fail(run, "must supply a network");
  return check_zone(run, value, names.item[0]) != 0 ? -1
    : set_column(run, "dnszone", value, &names);
}

static const char *const options[] = {
  "network: a network, or a pattern with %; to list, all without any", NULL
};

static const char *const add_options[] = {
  "name: letters, digits, _ and -",
  "subnet: its first address, such as 10.1.0.0",
  "netmask: such as 255.255.0.0",
  "dnszone: the domain of its hosts; its name unless given",
  "mtu: bytes in a packet, 1500 unless given",
  "servedns: whether the frontend's name server answers for it; no unless given",
  NULL
};

static const char *const set_options[] = {
  "network: a network, or a pattern with %",
  "subnet: its first address, such as 10.1.0.0",
  "netmask: such as 255.255.0.0",
  "mtu: bytes in a packet",
  "servedns: whether the frontend's name server answers for it",
  "zone: the domain of its hosts",
  NULL
};

static const char *const add_examples[] = {
  "storage 10.2.0.0 255.255.0.0 mtu=9000|a network with large packets", NULL
};

#define WRITES (COMMAND_ROOT | COMMAND_WRITES)

const struct command network_commands[] = {
  { "list network", "[network]...", "Shows the networks of the site.", options, NULL, 0,
    list_network },
  { "add network",
    "{name} {subnet} {netmask} [dnszone=string] [mtu=string] [netmask=string] [servedns=boolean]"
    " [subnet=string]", "Adds a network to the site.", add_options, add_examples, WRITES,
    add_network },
  { "remove network", "{network}...",
    "Removes networks that no interface is in. Routes that lead out by them go, too.", options,
    NULL, WRITES, remove_network },
  { "dump network", "[network]...", "Prints networks as the commands that make them.", options,
    NULL, 0, dump_network },
  { "set network subnet", "{network}... {subnet} [subnet=string]",
    "Sets the first address of a network.", set_options, NULL, WRITES, set_network_subnet },
  { "set network netmask", "{network}... {netmask} [netmask=string]",
    "Sets the netmask of networks.", set_options, NULL, WRITES, set_network_netmask },
  { "set network mtu", "{network}... {mtu} [mtu=string]",
    "Sets how large the packets of networks may be.", set_options, NULL, WRITES,
    set_network_mtu },
  { "set network servedns", "{network} {servedns} [servedns=bool]",
    "Sets whether the frontend's name server answers for networks.", set_options, NULL, WRITES,
    set_network_servedns },
  { "set network zone", "{network} {zone} [zone=string]", "Sets the domain of a network.",
    set_options, NULL, WRITES, set_network_zone },
  COMMANDS_END
};
