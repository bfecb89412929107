/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * A host's own name and its default gateway (rocks-compat 4.7).
 */
#include <config.h>

#include <string.h>

#include "commands/commands.h"
#include "commands/patterns.h"
#include "commands/report.h"
#include "framework/attrs.h"

#define DEFAULT_ROUTE "Network = '0.0.0.0' and Netmask = '0.0.0.0'"

/* Default routes of the wider scopes; of those that fit a host the last
 * counts. */
static const char scopes_sql[]
  = "select 0 as Scope, '' as Member, Gateway, Subnet from global_routes where " DEFAULT_ROUTE
    " union all select 1, OS, Gateway, Subnet from os_routes where " DEFAULT_ROUTE
    " union all select 2, Appliance, Gateway, Subnet from appliance_routes where " DEFAULT_ROUTE
    " order by Scope";

/* Those of hosts, which go before. */
static const char nodes_sql[]
  = "select Node, Gateway, Subnet from node_routes where " DEFAULT_ROUTE " order by Node";

/* Hosts with their devices, logical VLANs left out. */
static const char devices_sql[]
  = "select n.ID, n.Name, coalesce(w.Name, n.Name), w.Device, s.ID, s.name, s.dnszone,"
    " n.OS, m.Appliance from nodes n left join memberships m on m.ID = n.Membership"
    " left join networks w on w.Node = n.ID"
    " and (w.Device is null or w.Device not like 'vlan%' and w.Device <> 'ipmi')"
    " left join subnets s on s.ID = w.Subnet where n.Name in (%s)"
    " order by n.Name, n.ID, w.ID";

enum { SCOPE, SCOPE_MEMBER, SCOPE_GATEWAY, SCOPE_SUBNET };
enum { ROUTE_NODE, ROUTE_GATEWAY, ROUTE_SUBNET };
enum { ID, NAME, FULL_NAME, DEVICE, SUBNET, SUBNET_NAME, ZONE, OS, APPLIANCE };

struct gateway {
  const char *address; /* NULL: none */
  const char *subnet;  /* the route leads out of the device in it, or NULL */
};

/* The rows of devices_sql that are one host's. */
struct devices {
  const struct rows *rows;
  size_t first, end;
};

/* A row of the host in the network that is named; `end` when it has none. */
static size_t
primary_row(const struct devices *devices, const char *network)
{
  size_t i;

  for (i = devices->first; i < devices->end; i++)
    if (strcmp(or_empty(row_text(devices->rows, i, SUBNET_NAME)), network) == 0)
      break;
  return i;
}

/* The device of the default route: the one that the route names the network
 * of, else the one in the host's own network.  NULL: none. */
static const char *
device_to(const struct devices *devices, const struct gateway *gateway, size_t primary)
{
  size_t i;

  for (i = devices->first; gateway->subnet != NULL && i < devices->end; i++)
    if (row_text(devices->rows, i, DEVICE) != NULL
        && strcmp(or_empty(row_text(devices->rows, i, SUBNET)), gateway->subnet) == 0)
      return row_text(devices->rows, i, DEVICE);
  return primary < devices->end ? row_text(devices->rows, primary, DEVICE) : NULL;
}

static void
report_one(struct run *run, const struct devices *devices, const char *network,
           const struct gateway *gateway)
{
  const struct rows *rows = devices->rows;
  size_t row = primary_row(devices, network);
  const char *host = row_text(rows, devices->first, NAME);
  const char *device = device_to(devices, gateway, row);
  CLEANUP_FREE char *name = NULL;

  if (row < devices->end)
    name = mem_format("%s.%s", row_text(rows, row, FULL_NAME), or_empty(row_text(rows, row, ZONE)));

  report_open(run, host, "/etc/sysconfig/network", NULL);
  report_line(run, host, "NETWORKING=yes");
  if (name != NULL)
    report_line(run, host, "HOSTNAME=%s", name);
  if (gateway->subnet == NULL && or_empty(gateway->address)[0] != '\0')
    report_line(run, host, "GATEWAY=%s", gateway->address);
  if (device != NULL)
    report_line(run, host, "GATEWAYDEV=%s", device);
  report_close(run, host);
  if (name == NULL)
    return;
  report_open(run, host, "/etc/hostname", NULL);
  report_line(run, host, "%s", name);
  report_close(run, host);
}

struct routes {
  struct rows scopes, nodes;
};

static bool
fits(const struct rows *rows, size_t host, const char *scope, const char *member)
{
  size_t column = *scope == '1' ? OS : APPLIANCE;

  return *scope == '0' || strcmp(or_empty(row_text(rows, host, column)), or_empty(member)) == 0;
}

/* The default route of the host whose first row is `host`. */
static struct gateway
gateway_of(const struct routes *routes, const struct rows *rows, size_t host)
{
  const struct rows *scopes = &routes->scopes, *nodes = &routes->nodes;
  struct gateway gateway = { NULL, NULL };
  int64_t id = row_int(rows, host, ID);
  size_t i;

  for (i = 0; i < scopes->count; i++)
    if (fits(rows, host, row_text(scopes, i, SCOPE), row_text(scopes, i, SCOPE_MEMBER)))
      gateway = (struct gateway){ row_text(scopes, i, SCOPE_GATEWAY),
                                  row_text(scopes, i, SCOPE_SUBNET) };
  for (i = 0; i < nodes->count; i++)
    if (row_int(nodes, i, ROUTE_NODE) == id)
      gateway = (struct gateway){ row_text(nodes, i, ROUTE_GATEWAY),
                                  row_text(nodes, i, ROUTE_SUBNET) };
  return gateway;
}

static void
report_all(struct run *run, const struct rows *rows, const struct routes *routes, struct attrs *attrs)
{
  size_t first, end;

  for (first = 0; first < rows->count; first = end) {
    const char *network = attrs_get(attrs, row_text(rows, first, NAME), "primary_net");
    struct gateway gateway = gateway_of(routes, rows, first);

    for (end = first; end < rows->count && row_int(rows, end, ID) == row_int(rows, first, ID);
         end++)
      ;
    report_one(run, &(struct devices){ rows, first, end },
               network != NULL ? network : "private", &gateway);
  }
}

static int
report_host_network(struct run *run)
{
  CLEANUP_LIST struct list hosts = { 0 }, names = { 0 };
  CLEANUP_ROWS struct rows rows = { 0 };
  struct routes routes = { .scopes = { 0 } };
  struct attrs attrs;
  int result;

  list_add(&names, "primary_net");
  if (hosts_expand(run, &hosts, 0) != 0 || db_query_in(run->db, &rows, devices_sql, &hosts) != 0
      || attrs_resolve(run, &hosts, &names, &attrs) != 0)
    return -1;
  result = db_query(run->db, &routes.scopes, scopes_sql, "");
  if (result == 0)
    result = db_query(run->db, &routes.nodes, nodes_sql, "");
  if (result == 0)
    report_all(run, &rows, &routes, &attrs);
  rows_free(&routes.scopes);
  rows_free(&routes.nodes);
  attrs_free(&attrs);
  return result;
}

static const char *const options[] = {
  "host: a host, a pattern with %, rackN or an appliance; without any, all hosts", NULL
};

static const char *const network_examples[] = {
  "compute-0-0|the files that give the host its name and its default gateway", NULL
};

const struct command report_network_commands[] = {
  { "report host network", "{host}",
    "Prints the files that give a host its name and its default gateway.", options,
    network_examples, 0, report_host_network },
  COMMANDS_END
};
