/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Stored routes: of the site, of operating systems, of appliances, of hosts.
 * One implementation for the four tables.
 */
#include <config.h>

#include <string.h>

#include "base/addr.h"
#include "commands/commands.h"
#include "commands/dump.h"
#include "commands/interface.h"
#include "commands/patterns.h"
#include "commands/scoped_attr.h"

/* A table of routes.  `members` is what its key refers to, with ID and Name. */
struct route_scope {
  const char *words; /* of its commands, "os " for example */
  const char *table, *key, *members;
  const char *heading;
  int (*expand)(struct run *, struct list *names);
};

/* What is to be stored. */
struct new_route {
  const char *address, *netmask, *gateway;
  char *subnet; /* subnets.ID, owned; NULL: `gateway` is text */
};

static int
expand_site(struct run *run, struct list *names)
{
  (void) run;
  list_add(names, "global");
  return 0;
}

static int
expand_appliances(struct run *run, struct list *names)
{
  return names_expand(run, "appliances", "Name", NULL, names);
}

static int
expand_hosts(struct run *run, struct list *names)
{
  return hosts_expand(run, names, 0);
}

static const struct route_scope site = {
  "", "global_routes", NULL, "(select 1 as ID, 'global' as Name)", NULL, expand_site
};
static const struct route_scope os = {
  "os ", "os_routes", "OS",
  "(select 'linux' as ID, 'linux' as Name union all select 'sunos', 'sunos')", "os", os_expand
};
static const struct route_scope appliance = {
  "appliance ", "appliance_routes", "Appliance", "appliances", "appliance", expand_appliances
};
static const struct route_scope host = {
  "host ", "node_routes", "Node", "nodes", "host", expand_hosts
};

/* "r.Node = m.ID"; of the site's routes all are its own. */
static char *
join_of(const struct route_scope *scope)
{
  return scope->key == NULL ? mem_copy("1 = 1") : mem_format("r.%s = m.ID", scope->key);
}

static int
check_route(struct run *run, struct new_route *route)
{
  uint32_t ip;

  if (!ip_parse(route->address, &ip))
    return run_fail(run, "address \"%s\" is not an IPv4 address", route->address);
  if (!netmask_parse(route->netmask, &ip, NULL))
    return run_fail(run, "netmask \"%s\" is not a netmask", route->netmask);
  if (run_db(run) == NULL
      || db_value(run->db, &route->subnet, NULL, "select ID from subnets where name = ?", "s",
                  route->gateway) != 0)
    return -1;
  if (route->subnet != NULL || ip_parse(route->gateway, &ip))
    return 0;
  if (strspn(route->gateway, "0123456789.") == strlen(route->gateway)
      || interface_is_mac(route->gateway))
    return run_fail(run, "gateway \"%s\" is no address, network or device", route->gateway);
  return interface_check(run, route->gateway);
}

/* The original's words are not the same everywhere. */
static int
fail_exists(struct run *run, const struct route_scope *scope, const struct new_route *route)
{
  if (scope == &appliance)
    return call_fail(run->call, ROCKS_EEXISTS, "route already present %s/%s", route->address,
                     route->netmask);
  return call_fail(run->call, ROCKS_EEXISTS, "route exists");
}

static int
store(struct run *run, const struct route_scope *scope, const struct list *names,
      const struct new_route *route)
{
  CLEANUP_FREE char *join = join_of(scope), *sql = NULL, *found = NULL;
  bool keyed = scope->key != NULL;

  /* The netmask tells routes apart only where the table's key alone says so:
   * of two routes of one host to an address only one would count. */
  sql = mem_format("select m.Name from %s m join %s r on %s where r.Network = ? and"
                   " (r.Netmask = ? or %d) and m.Name in (%%s)", scope->members, scope->table,
                   join, scope != &appliance);
  if (db_value(run->db, &found, NULL, sql, "ssv", route->address, route->netmask, names) != 0)
    return -1;
  if (found != NULL)
    return fail_exists(run, scope, route);
  free(sql);
  sql = mem_format("insert into %s (%s%sNetwork, Netmask, Gateway, Subnet)"
                   " select %s ?, ?, ?, ? from %s m where m.Name in (%%s)", scope->table,
                   keyed ? scope->key : "", keyed ? ", " : "", keyed ? "m.ID," : "",
                   scope->members);
  return db_exec(run->db, sql, "ssssv", route->address, route->netmask,
                 route->subnet != NULL ? "" : route->gateway, route->subnet, names);
}

static int
check_words(struct run *run, const struct route_scope *scope, const struct new_route *route)
{
  if (scope == &site && (route->address == NULL || route->gateway == NULL || run->args.count > 0))
    return run_fail(run, "must supply address and gateway");
  if (route->address == NULL)
    return run_fail(run, "address required");
  if (route->gateway == NULL)
    return run_fail(run, "gateway required");
  if ((scope == &os || scope == &appliance) && run->args.count == 0)
    return run_fail(run, "must supply at least one %s type",
                    scope == &os ? "OS" : scope->heading);
  return 0;
}

static int
add_route_to(struct run *run, const struct route_scope *scope)
{
  CLEANUP_LIST struct list names = { 0 };
  struct new_route route = { .netmask = run_param(run, "netmask", "") };
  const char *values[2];
  int result;

  run_positional(run, "address gateway", values);
  route.address = values[0];
  route.gateway = values[1];
  if (*route.netmask == '\0')
    route.netmask = "255.255.255.255";
  result = check_words(run, scope, &route);
  if (result == 0)
    result = scope->expand(run, &names);
  if (result == 0)
    result = check_route(run, &route);
  if (result == 0)
    result = store(run, scope, &names, &route);
  free(route.subnet);
  return result;
}

static int
remove_from(struct run *run, const struct route_scope *scope, const char *address)
{
  CLEANUP_LIST struct list names = { 0 };
  CLEANUP_FREE char *sql = NULL;

  if (run_db(run) == NULL || scope->expand(run, &names) != 0)
    return -1;
  if (scope->key == NULL)
    return db_exec(run->db, "delete from global_routes where Network = ?", "s", address);
  sql = mem_format("delete from %s where Network %s ? and %s in (select m.ID from %s m"
                   " where m.Name in (%%s))", scope->table, scope == &host ? "like" : "=",
                   scope->key, scope->members);
  return db_exec(run->db, sql, "sv", address, &names);
}

static int
remove_route_of(struct run *run, const struct route_scope *scope)
{
  const char *address;

  run_positional(run, "address", &address);
  if (address == NULL)
    return run_fail(run, scope == &appliance ? "requires address" : "address required");
  if (scope != &site && run->args.count == 0)
    return run_fail(run, "must supply at least one %s type",
                    scope == &os ? "OS" : scope->heading);
  return remove_from(run, scope, address);
}

/* Columns: member, network, netmask, gateway. */
static int
load(struct run *run, const struct route_scope *scope, struct rows *rows)
{
  CLEANUP_FREE char *join = join_of(scope), *sql = NULL;
  CLEANUP_LIST struct list names = { 0 };

  if ((scope == &host || scope == &appliance)
      && check_references(run, scope->table, scope->key, scope->members) != 0)
    return -1;
  if (run_db(run) == NULL || scope->expand(run, &names) != 0)
    return -1;
  sql = mem_format("select m.Name, r.Network, r.Netmask, coalesce(s.name, r.Gateway) from %s m"
                   " join %s r on %s left join subnets s on s.ID = r.Subnet"
                   " where m.Name in (%%s) order by m.Name, r.Network, r.Netmask",
                   scope->members, scope->table, join);
  return db_query(run->db, rows, sql, "v", &names);
}

static int
list_routes_of(struct run *run, const struct route_scope *scope)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  size_t i, c, first = scope == &site ? 1 : 0;

  if (load(run, scope, &rows) != 0)
    return -1;
  output_keep_owner(run);
  if (scope == &site)
    output_header(run, "network", "netmask", "gateway", NULL);
  else
    output_header(run, scope->heading, "network", "netmask", "gateway", NULL);
  for (i = 0; i < rows.count; i++) {
    output_row(run, row_text(&rows, i, first));
    for (c = first + 1; c < rows.columns; c++)
      output_text(run, row_text(&rows, i, c));
  }
  return 0;
}

static int
dump_routes_of(struct run *run, const struct route_scope *scope)
{
  CLEANUP_FREE char *self = scope == &host ? dump_self(run) : NULL;
  CLEANUP_FREE char *words = mem_format("add %sroute", scope->words);
  CLEANUP_ROWS struct rows rows = { 0 };
  size_t i;

  list_free(&run->args); /* what is dumped is all of it */
  if (load(run, scope, &rows) != 0)
    return -1;
  for (i = 0; i < rows.count; i++) {
    CLEANUP_LIST struct list args = { 0 };

    if (scope != &site)
      list_add(&args, dump_host(self, or_empty(row_text(&rows, i, 0))));
    list_add(&args, row_text(&rows, i, 1));
    list_add(&args, or_empty(row_text(&rows, i, 3)));
    list_addf(&args, "netmask=%s", or_empty(row_text(&rows, i, 2)));
    dump_line(run, words, &args);
  }
  return 0;
}

/* The commands of a scope. */
#define SCOPE(name, scope)                                                             \
  static int add_##name(struct run *run) { return add_route_to(run, &scope); }         \
  static int dump_##name(struct run *run) { return dump_routes_of(run, &scope); }
#define STORED(name, scope)                                                            \
  static int list_##name(struct run *run) { return list_routes_of(run, &scope); }      \
  static int remove_##name(struct run *run) { return remove_route_of(run, &scope); }

SCOPE(route, site)
SCOPE(os_route, os)
SCOPE(appliance_route, appliance)
SCOPE(host_route, host)
STORED(route, site)
STORED(os_route, os)
STORED(appliance_route, appliance)

static int
remove_host_route(struct run *run)
{
  if (run->args.count == 0)
    return run_fail(run, "must supply host");
  return remove_from(run, &host, run_param(run, "address", "%"));
}

static const char *const options[] = {
  "address: the network or host that the route leads to",
  "gateway: an address, a network's name (the route leaves by the host's device in it), or a "
  "device",
  "netmask: of the network; 255.255.255.255, a single host, unless given",
  "os: linux or sunos",
  "appliance: an appliance, or a pattern with %",
  "host: a host, a pattern with %, rackN or an appliance",
  NULL
};

static const char *const remove_options[] = {
  "address: where the route leads to; of hosts a pattern with % too, and all unless given",
  "os: linux or sunos",
  "appliance: an appliance, or a pattern with %",
  "host: a host, a pattern with %, rackN or an appliance",
  NULL
};

static const char *const add_examples[] = {
  "192.0.2.0 private netmask=255.255.255.0|a network that is reached over the private one", NULL
};

#define WRITES (COMMAND_ROOT | COMMAND_WRITES)

const struct command route_commands[] = {
  { "add route", "{address} {gateway} [netmask=string]", "Adds a route of all hosts.", options,
    add_examples, WRITES, add_route },
  { "add os route", "{os} {address} {gateway} [netmask=string]",
    "Adds a route of all hosts with an operating system.", options, NULL, WRITES, add_os_route },
  { "add appliance route", "{appliance} {address} {gateway} [netmask=string]",
    "Adds a route of all hosts of an appliance.", options, NULL, WRITES, add_appliance_route },
  { "add host route", "{host} {address} {gateway} [netmask=string]", "Adds a route of hosts.",
    options, NULL, WRITES, add_host_route },
  { "list route", "", "Shows the routes of all hosts.", NULL, NULL, 0, list_route },
  { "list os route", "[os]", "Shows the routes of operating systems.", options, NULL, 0,
    list_os_route },
  { "list appliance route", "[appliance]", "Shows the routes of appliances.", options, NULL, 0,
    list_appliance_route },
  { "remove route", "{address} [address=string]", "Removes routes of all hosts.", remove_options,
    NULL, WRITES, remove_route },
  { "remove os route", "{os} [address=string] [address=string]",
    "Removes routes of an operating system.", remove_options, NULL, WRITES, remove_os_route },
  { "remove appliance route", "{appliance} {address} [address=string]",
    "Removes routes of an appliance.", remove_options, NULL, WRITES, remove_appliance_route },
  { "remove host route", "{host} [address=string]",
    "Removes routes of hosts: those to an address, or all.", remove_options, NULL, WRITES,
    remove_host_route },
  { "dump route", "", "Prints the routes of all hosts as the commands that make them.", NULL, NULL,
    0, dump_route },
  { "dump os route", "", "Prints the routes of operating systems as the commands that make them.",
    NULL, NULL, 0, dump_os_route },
  { "dump appliance route", "", "Prints the routes of appliances as the commands that make them.",
    NULL, NULL, 0, dump_appliance_route },
  { "dump host route", "", "Prints the routes of hosts as the commands that make them.", NULL,
    NULL, 0, dump_host_route },
  COMMANDS_END
};
