/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The site and its containers.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "snapshot.h"

struct physical {
  int64_t id;
  const char *os, *appliance, *membership, *rack, *rank;
  struct rocks_container_row row;
};

struct hosts {
  struct loader *l;
  struct physical *host; /* in the order of their ids */
  size_t n, room;
};

static struct physical *
by_id(struct hosts *h, int64_t id)
{
  size_t low = 0, high = h->n;

  while (low < high) {
    size_t middle = low + (high - low) / 2;

    if (h->host[middle].id == id)
      return &h->host[middle];
    if (h->host[middle].id < id)
      low = middle + 1;
    else
      high = middle;
  }
  return NULL;
}

static int
host_row(void *arg, const char *const *columns, const struct rocks_sql_value *v, size_t n)
{
  struct hosts *h = arg;
  struct physical *host = array_more((void **)&h->host, &h->room, &h->n, sizeof *h->host);

  (void)columns;
  (void)n;
  if (host == NULL) {
    h->l->arena.failed = true;
    return 0;
  }
  host->id = int_of(&v[0]);
  host->os = load_text(h->l, &v[2]);
  host->rack = load_text(h->l, &v[3]);
  host->rank = load_text(h->l, &v[4]);
  host->membership = load_text(h->l, &v[5]);
  host->appliance = load_text(h->l, &v[6]);
  host->row = (struct rocks_container_row){
    .size = sizeof host->row,
    .name = load_text(h->l, &v[1]),
    .member = strcasecmp(host->membership, "VM Container") == 0,
    .rack = (int)int_of(&v[3]),
    .rank = (int)int_of(&v[4]),
    .address = "",
    .nic = "",
    .nic_options = "",
  };
  return 0;
}

static int
nic_row(void *arg, const char *const *columns, const struct rocks_sql_value *v, size_t n)
{
  struct hosts *h = arg;
  struct physical *host = by_id(h, int_of(&v[0]));
  const char *subnet = text_of(&v[3]);

  (void)columns;
  (void)n;
  if (host == NULL)
    return 0;
  if (host->row.address[0] == '\0' && strcasecmp(subnet, "private") == 0)
    host->row.address = load_text(h->l, &v[2]);
  if (host->row.nic[0] == '\0' && strcasecmp(subnet, h->l->subnet) == 0) {
    host->row.nic = load_text(h->l, &v[1]);
    host->row.nic_options = load_text(h->l, &v[4]);
  }
  return 0;
}

static int
used_row(void *arg, const char *const *columns, const struct rocks_sql_value *v, size_t n)
{
  struct physical *host = by_id(arg, int_of(&v[0]));

  (void)columns;
  (void)n;
  if (host == NULL)
    return 0;
  host->row.vms = count_of(&v[1]);
  host->row.cpus_used = count_of(&v[2]);
  host->row.memory_used = (uint64_t)int_of(&v[3]);
  host->row.disk_used = (uint64_t)int_of(&v[4]);
  return 0;
}

static int
total_row(void *arg, const char *const *columns, const struct rocks_sql_value *v, size_t n)
{
  struct physical *host = by_id(arg, int_of(&v[0]));

  (void)columns;
  (void)n;
  if (host == NULL)
    return 0;
  host->row.cpus = count_of(&v[1]);
  host->row.memory = (uint64_t)int_of(&v[2]);
  host->row.disk = (uint64_t)int_of(&v[3]);
  host->row.drained = int_of(&v[4]) != 0;
  return 0;
}

static int
query_hosts(struct hosts *h)
{
  struct query q = { 0 };

  query_text(&q, "SELECT n.ID, n.Name, n.OS, n.Rack, n.`Rank`, m.Name, a.Name FROM nodes n "
                 "JOIN memberships m ON m.ID = n.Membership "
                 "LEFT JOIN appliances a ON a.ID = m.Appliance "
                 "WHERE NOT EXISTS (SELECT 1 FROM vm_nodes v WHERE v.Node = n.ID) "
                 "ORDER BY n.ID");
  return load_rows(h->l, &q, host_row, h);
}

static int
query_nics(struct hosts *h)
{
  const char *const subnets[] = { "private", h->l->subnet };
  struct query q = { 0 };

  query_text(&q, "SELECT i.Node, i.Device, i.IP, s.name, i.Options FROM networks i "
                 "JOIN subnets s ON s.ID = i.Subnet "
                 "WHERE i.Device NOT LIKE 'vlan%' AND s.name IN ");
  query_list(&q, subnets, 2);
  query_text(&q, " ORDER BY i.ID");
  return load_rows(h->l, &q, nic_row, h);
}

static int
query_used(struct hosts *h)
{
  struct query q = { 0 };

  query_text(&q, "SELECT v.PhysNode, COUNT(*), SUM(n.CPUs), SUM(v.Mem), "
                 "SUM(COALESCE(d.Size, 0)) FROM vm_nodes v JOIN nodes n ON n.ID = v.Node "
                 "LEFT JOIN (SELECT Vm_Node, SUM(Size) AS Size FROM vm_disks "
                 "GROUP BY Vm_Node) d ON d.Vm_Node = v.ID "
                 "WHERE v.PhysNode IS NOT NULL GROUP BY v.PhysNode");
  return load_rows(h->l, &q, used_row, h);
}

static int
query_totals(struct hosts *h)
{
  struct query q = { 0 };

  if (h->l->r->uuid == NULL) /* an original Rocks database: nothing is known */
    return 0;
  query_text(&q, "SELECT n.ID, c.cpus, c.mem, c.disk, c.drained FROM mvc_containers c "
                 "JOIN nodes n ON n.Name = c.host");
  return load_rows(h->l, &q, total_row, h);
}

static struct attr_host
attr_host(const struct physical *host)
{
  return (struct attr_host){ .name = host->row.name, .os = host->os,
                             .appliance = host->appliance, .membership = host->membership,
                             .rack = host->rack, .rank = host->rank };
}

/* The frontend: the host that Rocks names in an attribute, else the first
 * physical host of that membership. */
static const struct physical *
find_frontend(struct hosts *h)
{
  const struct attr_host nobody = { .name = "", .os = "linux", .appliance = "" };
  const char *name = attrs_value(&h->l->attrs, &nobody, "Kickstart_PrivateHostname");
  const struct physical *first = NULL;
  size_t i;

  for (i = 0; i < h->n; i++) {
    if (name != NULL && strcasecmp(h->host[i].row.name, name) == 0)
      return &h->host[i];
    if (first == NULL && strcasecmp(h->host[i].membership, "Frontend") == 0)
      first = &h->host[i];
  }
  return first;
}

static const char *
or_empty(const char *text)
{
  return text == NULL ? "" : text;
}

static int
give_site(struct hosts *h, const struct physical *frontend)
{
  const struct attr_host nobody = { .name = "", .os = "linux", .appliance = "frontend" };
  struct attr_host host = frontend == NULL ? nobody : attr_host(frontend);
  struct rocks_site_row site = { .size = sizeof site };

  site.uuid = or_empty(h->l->r->uuid);
  site.frontend = host.name;
  site.mac_base = or_empty(attrs_value(&h->l->attrs, &host, "vm_mac_base_addr"));
  site.mac_mask = or_empty(attrs_value(&h->l->attrs, &host, "vm_mac_base_addr_mask"));
  site.attrs = load_settings(h->l, &host);
  return h->l->want->site(h->l->want->arg, &site);
}

static int
give_containers(struct hosts *h, const struct physical *frontend)
{
  size_t i;
  int result;

  for (i = 0; i < h->n; i++) {
    struct physical *one = &h->host[i];
    struct attr_host host = attr_host(one);

    if (!one->row.member && one != frontend &&
        !attrs_true(attrs_value(&h->l->attrs, &host, "kvm")))
      continue;
    one->row.attrs = load_settings(h->l, &host);
    result = h->l->want->container(h->l->want->arg, &one->row);
    if (result != 0)
      return result;
  }
  return 0;
}

int
load_hosts(struct loader *l)
{
  struct hosts h = { .l = l };
  bool containers = l->want->containers && l->want->container != NULL;
  const struct physical *frontend;
  int result = query_hosts(&h);

  if (result == 0 && containers &&
      (query_nics(&h) != 0 || query_used(&h) != 0 || query_totals(&h) != 0))
    result = -1;
  if (result == 0) {
    frontend = find_frontend(&h);
    if (l->want->site != NULL)
      result = give_site(&h, frontend);
    if (result == 0 && containers)
      result = give_containers(&h, frontend);
  }
  free(h.host);
  return result;
}
