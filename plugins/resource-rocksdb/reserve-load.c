/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What a reservation has to know of the site.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "reserve.h"

static const char *
text(struct reserve *v, const struct rocks_sql_value *value)
{
  return value->type == ROCKS_SQL_NULL ? "" : arena_copy(&v->arena, value->text);
}

static int
load(struct reserve *v, struct query *q, db_row *row)
{
  if (db_query(v->r, v->call, q, row, v) != 0)
    return -1;
  return v->arena.failed ? db_nomem(v->r, v->call) : 0;
}

static void
add_number(struct reserve *v, uint32_t **array, size_t *room, size_t *count, uint32_t number)
{
  uint32_t *new = array_more((void **)array, room, count, sizeof *new);

  if (new == NULL)
    v->arena.failed = true;
  else
    *new = number;
}

/* MACs and the gateway come from attributes of the frontend. */
static int
load_attrs(struct reserve *v)
{
  static const char *const names[] = { "Kickstart_PrivateHostname", "Kickstart_PublicGateway",
                                       "vm_mac_base_addr", "vm_mac_base_addr_mask" };
  struct attr_host frontend = { .name = "", .os = "linux", .appliance = "frontend" };
  const char *base, *mask;

  if (attrs_load(v->r, v->call, &v->arena, names, 4, &v->attrs) != 0)
    return -1;
  v->gateway = attrs_value(&v->attrs, &frontend, "Kickstart_PublicGateway");
  frontend.name = attrs_value(&v->attrs, &frontend, "Kickstart_PrivateHostname");
  if (frontend.name == NULL)
    frontend.name = "";
  base = attrs_value(&v->attrs, &frontend, "vm_mac_base_addr");
  mask = attrs_value(&v->attrs, &frontend, "vm_mac_base_addr_mask");
  if (base == NULL || mask == NULL) {
    v->r->core->error(v->call, ROCKS_ENOTFOUND, "no VM MAC base address%s is defined: set "
                      "the attribute vm_mac_base_addr%s", base == NULL ? "" : " mask",
                      base == NULL ? "" : "_mask");
    return -1;
  }
  if (!macs_begin(&v->macs, base, mask)) {
    v->r->core->error(v->call, ROCKS_EINVALID, "the attributes vm_mac_base_addr \"%s\" and "
                      "vm_mac_base_addr_mask \"%s\" are not two MAC addresses", base, mask);
    return -1;
  }
  return 0;
}

static struct holder *
find_holder(struct reserve *v, const char *name)
{
  size_t i;

  for (i = 0; i < v->nholders; i++)
    if (strcasecmp(v->holder[i].name, name) == 0)
      return &v->holder[i];
  return NULL;
}

static int
holder_row(void *arg, const char *const *columns, const struct rocks_sql_value *c, size_t n)
{
  struct reserve *v = arg;
  struct holder *h = find_holder(v, text_of(&c[1]));

  (void)columns;
  (void)n;
  if (h == NULL || h->found)
    return 0;
  h->found = true;
  h->id = int_of(&c[0]);
  h->name = text(v, &c[1]);
  h->rack = int_of(&c[2]);
  h->rank = int_of(&c[3]);
  h->is_vm = int_of(&c[4]) != 0;
  h->drained = int_of(&c[5]) != 0;
  h->total = (struct room){ count_of(&c[6]), count_of(&c[7]), count_of(&c[8]) };
  h->slice = int_of(&c[9]);
  h->used = (struct room){ count_of(&c[10]), count_of(&c[11]), count_of(&c[12]) };
  return 0;
}

static void
holder_names(struct reserve *v, struct query *q)
{
  size_t i;

  for (i = 0; i < v->nholders; i++) {
    query_text(q, i > 0 ? "," : "(");
    query_value(q, sql_text(v->holder[i].name));
  }
  query_text(q, ")");
}

static int
load_holders(struct reserve *v)
{
  struct query q = { 0 };

  query_text(&q, "SELECT n.ID, n.Name, n.Rack, n.`Rank`, "
                 "EXISTS (SELECT 1 FROM vm_nodes x WHERE x.Node = n.ID), c.drained, c.cpus, "
                 "c.mem, c.disk, MAX(v.Slice), SUM(g.CPUs), SUM(v.Mem), SUM(d.Size) "
                 "FROM nodes n LEFT JOIN ");
  query_text(&q, v->r->bare ? "(SELECT NULL AS host, 0 AS drained, NULL AS cpus, NULL AS mem, "
                              "NULL AS disk)" : "mvc_containers");
  query_text(&q, " c ON c.host = n.Name "
                 "LEFT JOIN vm_nodes v ON v.PhysNode = n.ID "
                 "LEFT JOIN nodes g ON g.ID = v.Node "
                 "LEFT JOIN (SELECT Vm_Node, SUM(Size) AS Size FROM vm_disks "
                 "GROUP BY Vm_Node) d ON d.Vm_Node = v.ID WHERE n.Name IN ");
  holder_names(v, &q);
  query_text(&q, " GROUP BY n.ID, n.Name, n.Rack, n.`Rank`, c.drained, c.cpus, c.mem, c.disk "
                 "ORDER BY n.ID");
  return load(v, &q, holder_row);
}

static int
partition_row(void *arg, const char *const *columns, const struct rocks_sql_value *c, size_t n)
{
  struct reserve *v = arg;
  struct holder *h = find_holder(v, text_of(&c[0]));

  (void)columns;
  (void)n;
  if (h != NULL && largest_seen(&h->largest, text_of(&c[1]), text_of(&c[2])))
    h->partition = text(v, &c[1]);
  return 0;
}

static int
load_partitions(struct reserve *v)
{
  struct query q = { 0 };

  query_text(&q, "SELECT n.Name, p.Mountpoint, p.PartitionSize FROM partitions p "
                 "JOIN nodes n ON n.ID = p.Node WHERE n.Name IN ");
  holder_names(v, &q);
  query_text(&q, " ORDER BY p.ID");
  return load(v, &q, partition_row);
}

static int
appliance_row(void *arg, const char *const *columns, const struct rocks_sql_value *c, size_t n)
{
  static const char *const memberships[] = { [ROCKS_ROLE_COMPUTE] = "Hosted VM",
                                             [ROCKS_ROLE_FRONTEND] = "Frontend" };
  struct reserve *v = arg;
  const char *appliance = text(v, &c[0]);
  int role;

  (void)columns;
  (void)n;
  if (!names_add(&v->appliances, appliance))
    v->arena.failed = true;
  for (role = 0; role < 2; role++)
    if (v->kind[role].membership == 0 && strcmp(text_of(&c[2]), memberships[role]) == 0) {
      v->kind[role].membership = int_of(&c[1]);
      v->kind[role].appliance = appliance;
    }
  return 0;
}

static int
load_appliances(struct reserve *v)
{
  struct query q = { 0 };

  query_text(&q, "SELECT a.Name, m.ID, m.Name FROM appliances a "
                 "LEFT JOIN memberships m ON m.Appliance = a.ID ORDER BY a.ID, m.ID");
  return load(v, &q, appliance_row);
}

static int
name_row(void *arg, const char *const *columns, const struct rocks_sql_value *c, size_t n)
{
  struct reserve *v = arg;

  (void)columns;
  (void)n;
  if (!names_add(&v->names, text(v, &c[0])))
    v->arena.failed = true;
  return 0;
}

static int
load_names(struct reserve *v)
{
  struct query q = { 0 };

  query_text(&q, "SELECT Name FROM nodes WHERE Name IS NOT NULL UNION ALL "
                 "SELECT Name FROM aliases WHERE Name IS NOT NULL");
  if (!v->r->bare) {
    /* Members at other sites have their names here too: one of its own cluster
     * may be coming back. */
    query_text(&q, " UNION ALL SELECT m.name FROM mvc_members m "
                   "JOIN mvc_clusters c ON c.id = m.cluster WHERE m.site_uuid <> ");
    query_value(&q, sql_text(v->r->uuid));
    query_text(&q, " AND c.name <> ");
    query_value(&q, sql_text(v->want->cluster == NULL ? "" : v->want->cluster));
  }
  return load(v, &q, name_row);
}

static int
network_row(void *arg, const char *const *columns, const struct rocks_sql_value *c, size_t n)
{
  struct reserve *v = arg;
  uint32_t ip;

  (void)columns;
  (void)n;
  if (c[2].length <= 18) /* longer ones are InfiniBand's */
    macs_seen(&v->macs, text_of(&c[2]));
  if (address_parse(text_of(&c[3]), &ip))
    add_number(v, &v->ip, &v->ip_room, &v->nips, ip);
  if (c[3].type != ROCKS_SQL_NULL || int_of(&c[4]) > 0) {
    struct network_row *row = array_more((void **)&v->network, &v->network_room,
                                         &v->nnetworks, sizeof *row);

    if (row == NULL) {
      v->arena.failed = true;
      return 0;
    }
    row->node = int_of(&c[0]);
    row->device = text(v, &c[1]);
    row->ip = text(v, &c[3]);
    row->segment = count_of(&c[4]);
  }
  if (int_of(&c[4]) > 0)
    add_number(v, &v->segments, &v->segment_room, &v->nsegments, count_of(&c[4]));
  return 0;
}

/* Locked, so that the original's commands, which take no lock of ours, cannot
 * add an interface until this is committed. */
static int
load_networks(struct reserve *v)
{
  struct query q = { 0 };

  query_text(&q, "SELECT Node, Device, MAC, IP, VlanID FROM networks ORDER BY ID FOR UPDATE");
  return load(v, &q, network_row);
}

static int
subnet_row(void *arg, const char *const *columns, const struct rocks_sql_value *c, size_t n)
{
  struct reserve *v = arg;
  const char *name = text_of(&c[1]);

  (void)columns;
  (void)n;
  if (strcasecmp(name, "private") == 0) {
    v->private_subnet = int_of(&c[0]);
    if (!address_parse(text_of(&c[2]), &v->private_network) ||
        !address_parse(text_of(&c[3]), &v->private_netmask))
      v->private_netmask = 0;
  }
  if (strcasecmp(name, "public") == 0) {
    v->public_subnet = int_of(&c[0]);
    if (!address_parse(text_of(&c[2]), &v->public_network) ||
        !address_parse(text_of(&c[3]), &v->public_netmask))
      v->public_netmask = 0;
  }
  if (strcasecmp(name, v->want->subnet == NULL ? "private" : v->want->subnet) == 0)
    v->tagged_subnet = int_of(&c[0]);
  return 0;
}

static int
load_subnets(struct reserve *v)
{
  struct query q = { 0 };

  query_text(&q, "SELECT ID, name, subnet, netmask FROM subnets");
  return load(v, &q, subnet_row);
}

static int
lease_row(void *arg, const char *const *columns, const struct rocks_sql_value *c, size_t n)
{
  struct reserve *v = arg;
  struct lease *lease = array_more((void **)&v->lease, &v->lease_room, &v->nleases,
                                   sizeof *lease);

  (void)columns;
  (void)n;
  if (lease == NULL) {
    v->arena.failed = true;
    return 0;
  }
  *lease = (struct lease){
    .home_uuid = text(v, &c[0]), .cluster = text(v, &c[1]), .vm = text(v, &c[2]),
    .container = text(v, &c[3]), .mac = text(v, &c[4]), .segment = count_of(&c[5]),
    .cpus = count_of(&c[6]), .memory = count_of(&c[7]), .disk = count_of(&c[8]),
    .slice = count_of(&c[9]),
  };
  macs_seen(&v->macs, lease->mac);
  return 0;
}

static int
load_leases(struct reserve *v)
{
  struct query q = { 0 };

  query_text(&q, "SELECT home_uuid, cluster, vm, container, mac, segment, cpus, mem, disk, "
                 "slice FROM mvc_leases ORDER BY id");
  return load(v, &q, lease_row);
}

static int
number_row(void *arg, const char *const *columns, const struct rocks_sql_value *c, size_t n)
{
  struct reserve *v = arg;

  (void)columns;
  (void)n;
  if (c[0].type == ROCKS_SQL_INT)
    add_number(v, &v->segments, &v->segment_room, &v->nsegments, count_of(&c[0]));
  return 0;
}

static int
mac_row(void *arg, const char *const *columns, const struct rocks_sql_value *c, size_t n)
{
  struct reserve *v = arg;

  (void)columns;
  (void)n;
  macs_seen(&v->macs, text_of(&c[0]));
  return 0;
}

/* Numbers that stand in no interface: a segment that was given back is not
 * given again, and a MAC is kept until its cluster is forgotten. */
static int
load_spent(struct reserve *v)
{
  struct query q = { 0 };

  query_text(&q, "SELECT MAX(segment) FROM mvc_segments");
  if (load(v, &q, number_row) != 0)
    return -1;
  query_text(&q, "SELECT mac FROM mvc_members WHERE mac IS NOT NULL UNION ALL "
                 "SELECT mac FROM mvc_macs");
  return load(v, &q, mac_row);
}

int
reserve_load_numbers(struct reserve *v)
{
  if (load_networks(v) != 0 || load_subnets(v) != 0)
    return -1;
  if (v->r->bare)
    return 0;
  return load_leases(v) != 0 || load_spent(v) != 0 ? -1 : 0;
}

int
reserve_load(struct reserve *v)
{
  if (load_attrs(v) != 0 || load_holders(v) != 0 || load_partitions(v) != 0 ||
      load_appliances(v) != 0 || load_names(v) != 0)
    return -1;
  return reserve_load_numbers(v);
}
