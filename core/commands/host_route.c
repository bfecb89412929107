/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <string.h>

#include "base/addr.h"
#include "commands/commands.h"
#include "commands/patterns.h"
#include "commands/report.h"
#include "commands/route.h"

#define STATIC_ROUTES "/etc/sysconfig/static-routes"

/* All that could hold, nearest scope last; the netmask does not tell two
 * routes apart. */
static const char stored_sql[]
  = "select n.Name as Host, r.Network as Network, r.Netmask as Netmask, r.Gateway, r.Subnet,"
    " 'G' as Source, 0 as Level, n.ID as ID from nodes n join global_routes r on n.Name in (%s)"
    " union all select n.Name, r.Network, r.Netmask, r.Gateway, r.Subnet, 'O', 1, n.ID"
    " from nodes n join os_routes r on r.OS = n.OS and n.Name in (%s)"
    " union all select n.Name, r.Network, r.Netmask, r.Gateway, r.Subnet, 'A', 2, n.ID"
    " from nodes n join memberships m on m.ID = n.Membership"
    " join appliance_routes r on r.Appliance = m.Appliance and n.Name in (%s)"
    " union all select n.Name, r.Network, r.Netmask, r.Gateway, r.Subnet, 'H', 3, n.ID"
    " from nodes n join node_routes r on r.Node = n.ID and n.Name in (%s)"
    " order by ID, Network, Level, Netmask";

/* Where a host has one device in a network: logical VLANs are none. */
static const char devices_sql[]
  = "select n.ID as ID, w.Subnet as Subnet, min(w.Device) from nodes n"
    " join networks w on w.Node = n.ID where n.Name in (%s) and w.Subnet is not null"
    " and (w.Device is null or w.Device not like 'vlan%') group by n.ID, w.Subnet"
    " having count(*) = 1 order by ID, Subnet";

enum { HOST, NETWORK, NETMASK, GATEWAY, SUBNET, SOURCE, LEVEL, ID };
enum { DEVICE_ID, DEVICE_SUBNET, DEVICE };

static int
device_order(const struct rows *devices, size_t i, int64_t id, int64_t subnet)
{
  int64_t at = row_int(devices, i, DEVICE_ID), in = row_int(devices, i, DEVICE_SUBNET);

  if (id != at)
    return id < at ? -1 : 1;
  return subnet == in ? 0 : subnet < in ? -1 : 1;
}

/* The host's only device in the subnet, or NULL. */
static const char *
device_in(const struct rows *devices, int64_t id, int64_t subnet)
{
  size_t low = 0, high = devices->count;

  while (low < high) {
    size_t middle = low + (high - low) / 2;
    int order = device_order(devices, middle, id, subnet);

    if (order == 0)
      return row_text(devices, middle, DEVICE);
    if (order < 0)
      high = middle;
    else
      low = middle + 1;
  }
  return NULL;
}

static void
add_route(struct routes *routes, size_t row)
{
  const struct rows *rows = &routes->stored;
  struct route route = {
    .host = row_text(rows, row, HOST), .network = row_text(rows, row, NETWORK),
    .netmask = row_text(rows, row, NETMASK), .gateway = or_empty(row_text(rows, row, GATEWAY)),
    .source = or_empty(row_text(rows, row, SOURCE))[0]
  };
  const char *device;

  if (row_text(rows, row, SUBNET) != NULL) {
    device = device_in(&routes->devices, row_int(rows, row, ID), row_int(rows, row, SUBNET));
    if (device != NULL)
      route.gateway = device;
  }
  routes->item[routes->count++] = route;
}

static bool
is_overridden(const struct rows *rows, size_t row)
{
  return row + 1 < rows->count && row_int(rows, row, ID) == row_int(rows, row + 1, ID)
         && strcmp(row_text(rows, row, NETWORK), row_text(rows, row + 1, NETWORK)) == 0;
}

/* The routes of one name. */
struct share {
  const char *host;
  size_t first, count;
};

static int
compare_shares(const void *a, const void *b)
{
  const struct share *x = a, *y = b;
  int order = strcmp(x->host, y->host);

  return order != 0 ? order : x->first < y->first ? -1 : x->first > y->first;
}

static struct share *
shares_of(const struct routes *routes, size_t *nshares)
{
  struct share *share = mem_new(routes->count + 1, sizeof *share);
  size_t i, n = 0;

  for (i = 0; i < routes->count; i++)
    if (n > 0 && strcmp(share[n - 1].host, routes->item[i].host) == 0)
      share[n - 1].count++;
    else
      share[n++] = (struct share){ routes->item[i].host, i, 1 };
  qsort(share, n, sizeof *share, compare_shares);
  *nshares = n;
  return share;
}

static size_t
first_share(const struct share *share, size_t nshares, const char *host)
{
  size_t low = 0, high = nshares;

  while (low < high) {
    size_t middle = low + (high - low) / 2;

    if (strcmp(share[middle].host, host) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* Brings the routes, which are by the hosts' ids, to the order of `hosts`. */
static void
sort_routes(struct routes *routes, const struct list *hosts)
{
  struct route *sorted = mem_new(routes->count + 1, sizeof *sorted);
  size_t nshares, i, s, n = 0;
  struct share *share = shares_of(routes, &nshares);

  for (i = 0; i < hosts->count; i++)
    for (s = first_share(share, nshares, hosts->item[i]);
         s < nshares && strcmp(share[s].host, hosts->item[i]) == 0
         && n + share[s].count <= routes->count; s++) {
      memcpy(sorted + n, routes->item + share[s].first, share[s].count * sizeof *sorted);
      n += share[s].count;
    }
  free(share);
  free(routes->item);
  routes->item = sorted;
  routes->count = n;
}

int
routes_resolve(struct run *run, const struct list *hosts, struct routes *routes)
{
  struct db *db = run_db(run);
  size_t i;

  *routes = (struct routes){ 0 };
  if (db == NULL
      || db_query(db, &routes->stored, stored_sql, "vvvv", hosts, hosts, hosts, hosts) != 0
      || db_query(db, &routes->devices, devices_sql, "v", hosts) != 0) {
    routes_free(routes);
    return -1;
  }
  routes->item = mem_new(routes->stored.count + 1, sizeof *routes->item);
  for (i = 0; i < routes->stored.count; i++)
    if (!is_overridden(&routes->stored, i))
      add_route(routes, i);
  sort_routes(routes, hosts);
  return 0;
}

void
routes_free(struct routes *routes)
{
  rows_free(&routes->stored);
  rows_free(&routes->devices);
  free(routes->item);
  routes->item = NULL;
}

static int
list_host_route(struct run *run)
{
  CLEANUP_LIST struct list hosts = { 0 };
  struct routes routes;
  size_t i;

  if (check_references(run, "node_routes", "Node", "nodes") != 0
      || check_references(run, "appliance_routes", "Appliance", "appliances") != 0
      || hosts_expand(run, &hosts, 0) != 0 || routes_resolve(run, &hosts, &routes) != 0)
    return -1;
  output_header(run, "host", "network", "netmask", "gateway", "source", NULL);
  output_keep_owner(run);
  for (i = 0; i < routes.count; i++) {
    const char source[] = { routes.item[i].source, '\0' };

    output_row(run, routes.item[i].host);
    output_text(run, routes.item[i].network);
    output_text(run, routes.item[i].netmask);
    output_text(run, routes.item[i].gateway);
    output_text(run, source);
  }
  routes_free(&routes);
  return 0;
}

/* The default route is in /etc/sysconfig/network. */
static void
report_route(struct run *run, const struct route *route)
{
  bool single = strcmp(route->netmask, "255.255.255.255") == 0;
  uint32_t ip;

  if (strcmp(route->network, "0.0.0.0") == 0 || route->gateway[0] == '\0')
    return;
  report_line(run, route->host, "any %s %s%s%s %s %s", single ? "host" : "net", route->network,
              single ? "" : " netmask ", single ? "" : route->netmask,
              ip_parse(route->gateway, &ip) ? "gw" : "dev", route->gateway);
}

static int
report_host_route(struct run *run)
{
  CLEANUP_LIST struct list hosts = { 0 };
  struct routes routes;
  size_t i, h;

  if (hosts_expand(run, &hosts, 0) != 0 || routes_resolve(run, &hosts, &routes) != 0)
    return -1;
  for (h = 0, i = 0; h < hosts.count; h++) {
    report_open(run, hosts.item[h], STATIC_ROUTES, NULL);
    for (; i < routes.count && strcmp(routes.item[i].host, hosts.item[h]) == 0; i++)
      report_route(run, &routes.item[i]);
    report_close(run, hosts.item[h]);
  }
  routes_free(&routes);
  return 0;
}

static const char *const options[] = {
  "host: a host, a pattern with %, rackN or an appliance; to list, all without any", NULL
};

const struct command host_route_commands[] = {
  { "list host route", "[host]",
    "Shows the routes that hold for hosts. The last column says where each comes from: H the host, "
    "A its appliance, O its operating system, G the site.", options, NULL, 0, list_host_route },
  { "report host route", "{host}",
    "Prints the static routes of a host as a Red Hat system reads them. The default route is not "
    "in it: see report host network.", options, NULL, 0, report_host_route },
  COMMANDS_END
};
