/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The rows of a reservation, as the original's `add cluster` and `add host vm`
 * leave them, and our lease for each VM.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "reserve.h"

static int
store(struct reserve *v, struct query *q)
{
  return db_query(v->r, v->call, q, NULL, NULL);
}

static void
guest_names(struct reserve *v, struct query *q)
{
  const char *comma = "(";
  size_t i;

  for (i = 0; i < v->nguests; i++)
    if (v->guest[i].lease == NULL) {
      query_text(q, comma);
      query_value(q, sql_text(v->guest[i].name));
      comma = ",";
    }
  query_text(q, ")");
}

static struct guest *
guest_named(struct reserve *v, const char *name)
{
  size_t i;

  for (i = 0; i < v->nguests; i++)
    if (v->guest[i].lease == NULL && strcasecmp(v->guest[i].name, name) == 0)
      return &v->guest[i];
  return NULL;
}

static int
store_nodes(struct reserve *v)
{
  struct query q = { 0 };
  size_t i;

  query_text(&q, "INSERT INTO nodes (Name, Membership, CPUs, Rack, `Rank`, OS, RunAction, "
                 "InstallAction) VALUES ");
  for (i = 0; i < v->nguests; i++) {
    const struct guest *g = &v->guest[i];
    bool frontend = g->want->role == ROCKS_ROLE_FRONTEND;

    if (g->lease == NULL)
      QUERY_ROW(&q, sql_text(g->name), sql_int(v->kind[g->want->role].membership),
                sql_int(g->want->cpus), sql_int(g->holder->rack), sql_int(g->holder->rank),
                sql_text("linux"), frontend ? sql_text("os") : sql_null(),
                sql_text(frontend ? "install vm frontend" : "install"));
  }
  return store(v, &q);
}

static int
node_row(void *arg, const char *const *columns, const struct rocks_sql_value *c, size_t n)
{
  struct guest *g = guest_named(arg, text_of(&c[1]));

  (void)columns;
  (void)n;
  if (g != NULL)
    g->node = int_of(&c[0]);
  return 0;
}

/* The ids that the rows got. */
static int
fetch_nodes(struct reserve *v)
{
  struct query q = { 0 };

  query_text(&q, "SELECT ID, Name FROM nodes WHERE Name IN ");
  guest_names(v, &q);
  query_text(&q, " ORDER BY ID");
  return db_query(v->r, v->call, &q, node_row, v);
}

static int
index_row(void *arg, const char *const *columns, const struct rocks_sql_value *c, size_t n)
{
  struct guest *g = guest_named(arg, text_of(&c[1]));

  (void)columns;
  (void)n;
  if (g != NULL) {
    g->catindex = int_of(&c[0]);
    g->category = int_of(&c[2]);
  }
  return 0;
}

/* A host that was deleted by hand leaves its place in catindex: it is used. */
static int
store_attributes(struct reserve *v)
{
  struct query q = { 0 };
  size_t i;

  query_text(&q, "INSERT INTO catindex (Name, Category) VALUES ");
  for (i = 0; i < v->nguests; i++)
    if (v->guest[i].lease == NULL) {
      query_text(&q, q.rows ? ",(" : "(");
      q.rows = true;
      query_value(&q, sql_text(v->guest[i].name));
      query_text(&q, ",(SELECT c.ID FROM categories c WHERE c.Name = 'host'))");
    }
  query_text(&q, " ON DUPLICATE KEY UPDATE Category = VALUES(Category)");
  if (store(v, &q) != 0)
    return -1;
  query_text(&q, "SELECT i.ID, i.Name, i.Category FROM catindex i "
                 "JOIN categories c ON c.ID = i.Category WHERE c.Name = 'host' AND i.Name IN ");
  guest_names(v, &q);
  if (db_query(v->r, v->call, &q, index_row, v) != 0)
    return -1;
  query_text(&q, "INSERT INTO attributes (Attr, Value, Category, Catindex) VALUES ");
  for (i = 0; i < v->nguests; i++) {
    const struct guest *g = &v->guest[i];

    if (g->lease != NULL)
      continue;
    QUERY_ROW(&q, sql_text("os"), sql_text("linux"), sql_int(g->category),
              sql_int(g->catindex));
    QUERY_ROW(&q, sql_text("UseTracker"), sql_text("False"), sql_int(g->category),
              sql_int(g->catindex));
  }
  query_text(&q, " ON DUPLICATE KEY UPDATE Value = VALUES(Value)");
  return store(v, &q);
}

/* `vlan<N>`, once for each container. */
static void
tag_row(struct reserve *v, struct query *q, struct holder *h)
{
  const char *device = arena_format(&v->arena, "vlan%u", v->segment);
  size_t i;

  for (i = 0; i < v->nnetworks && !h->has_tag; i++)
    h->has_tag = v->network[i].node == h->id && v->network[i].segment == v->segment &&
                 strcmp(v->network[i].device, device) == 0;
  if (h->has_tag)
    return;
  h->has_tag = true;
  QUERY_ROW(q, sql_int(h->id), sql_null(), sql_null(), sql_text(h->name), sql_text(device),
            sql_int(v->tagged_subnet), sql_int(v->segment));
}

static int
store_networks(struct reserve *v)
{
  struct query q = { 0 };
  size_t i;

  query_text(&q, "INSERT INTO networks (Node, MAC, IP, Name, Device, Subnet, VlanID) VALUES ");
  for (i = 0; i < v->nguests; i++) {
    const struct guest *g = &v->guest[i];

    if (g->lease != NULL)
      continue;
    if (v->want->tagged)
      tag_row(v, &q, g->holder);
    QUERY_ROW(&q, sql_int(g->node), sql_text(g->mac), sql_text(g->ip), sql_text(g->name),
              sql_text(g->want->as != NULL ? reserve_private_nic(g->want->as)->device : "eth0"),
              g->ip == NULL ? sql_null() : sql_int(v->private_subnet),
              sql_int(v->segment));
    if (g->ip != NULL)
      QUERY_ROW(&q, sql_int(g->node), sql_text(g->public_mac), sql_text(g->want->public_ip),
                sql_text(g->name), sql_text("eth1"), sql_int(v->public_subnet), sql_int(0));
  }
  return store(v, &q);
}

static int
vm_node_row(void *arg, const char *const *columns, const struct rocks_sql_value *c, size_t n)
{
  struct guest *g = guest_named(arg, text_of(&c[1]));

  (void)columns;
  (void)n;
  if (g != NULL)
    g->vm_node = int_of(&c[0]);
  return 0;
}

static int
store_vms(struct reserve *v)
{
  struct query q = { 0 };
  size_t i;

  query_text(&q, "INSERT INTO vm_nodes (PhysNode, Node, Mem, Slice, Virt_Type, cdrom_path) "
                 "VALUES ");
  for (i = 0; i < v->nguests; i++) {
    const struct guest *g = &v->guest[i];

    if (g->lease == NULL)
      QUERY_ROW(&q, sql_int(g->holder->id), sql_int(g->node), sql_int((int64_t)g->want->memory),
                sql_int(g->slice),
                sql_text(g->want->virt_type == NULL ? "hvm" : g->want->virt_type),
                sql_text(g->want->as != NULL ? g->want->as->cdrom : ""));
  }
  if (store(v, &q) != 0)
    return -1;
  query_text(&q, "SELECT v.ID, n.Name FROM vm_nodes v JOIN nodes n ON n.ID = v.Node "
                 "WHERE n.Name IN ");
  guest_names(v, &q);
  return db_query(v->r, v->call, &q, vm_node_row, v);
}

/* One that is new, on the container's largest partition. */
static void
new_disk(struct reserve *v, struct query *q, const struct guest *g)
{
  const char *partition = g->holder->partition;

  QUERY_ROW(q, sql_int(g->vm_node), sql_text("file"),
            sql_text(arena_format(&v->arena, "%s/kvm/disks",
                                  strcmp(partition, "/") == 0 ? "" : partition)),
            sql_text(arena_format(&v->arena, "%s.vda", g->name)), sql_text("vda"),
            sql_text("virtio"), sql_int((int64_t)g->want->disk));
}

/* Those that it brings. */
static void
own_disks(struct reserve *v, struct query *q, const struct guest *g)
{
  const struct rocks_vm_row *as = g->want->as;
  size_t i;

  for (i = 0; i < as->ndisks; i++) {
    const struct rocks_disk *disk = &as->disks[i];
    const char *slash = strrchr(disk->path, '/');
    int folder = slash == NULL ? 0 : (int)(slash - disk->path);

    QUERY_ROW(q, sql_int(g->vm_node), sql_text(disk->type),
              sql_text(arena_format(&v->arena, "%.*s", folder, disk->path)),
              sql_text(slash == NULL ? disk->path : slash + 1), sql_text(disk->device),
              sql_text(disk->mode), sql_int((int64_t)(disk->bytes / 1000000000u)));
  }
}

static int
store_disks(struct reserve *v)
{
  struct query q = { 0 };
  size_t i;

  query_text(&q, "INSERT INTO vm_disks (Vm_Node, VBD_Type, Prefix, Name, Device, Mode, Size) "
                 "VALUES ");
  for (i = 0; i < v->nguests; i++)
    if (v->guest[i].lease == NULL)
      (v->guest[i].want->as != NULL ? own_disks : new_disk)(v, &q, &v->guest[i]);
  if (q.rows)
    return store(v, &q);
  query_free(&q);
  return 0;
}

static const char *
boot_of(const struct rocks_vm_request *want)
{
  return want->as != NULL && want->as->boot[0] != '\0' ? want->as->boot : "install";
}

static int
store_boot(struct reserve *v)
{
  struct query q = { 0 };
  size_t i;

  query_text(&q, "INSERT INTO boot (Node, Action) VALUES ");
  for (i = 0; i < v->nguests; i++)
    if (v->guest[i].lease == NULL)
      QUERY_ROW(&q, sql_int(v->guest[i].node), sql_text(boot_of(v->guest[i].want)));
  return store(v, &q);
}

/* The frontend's way out: its public network's gateway. */
static int
store_route(struct reserve *v)
{
  struct query q = { 0 };
  size_t i;

  for (i = 0; i < v->nguests; i++)
    if (v->guest[i].lease == NULL && v->guest[i].ip != NULL) {
      query_text(&q, "INSERT INTO node_routes (Node, Network, Netmask, Gateway, Subnet) VALUES ");
      QUERY_ROW(&q, sql_int(v->guest[i].node), sql_text("0.0.0.0"), sql_text("0.0.0.0"),
                sql_text(v->gateway), sql_null());
      return store(v, &q);
    }
  return 0;
}

static int
store_leases(struct reserve *v)
{
  struct query q = { 0 };
  size_t i;

  if (v->r->bare)
    return 0;
  query_text(&q, "INSERT INTO mvc_leases (home_uuid, cluster, vm, node, container, role, idx, "
                 "cpus, mem, disk, mac, segment, slice, created) VALUES ");
  for (i = 0; i < v->nguests; i++) {
    const struct guest *g = &v->guest[i];
    bool frontend = g->want->role == ROCKS_ROLE_FRONTEND;

    if (g->lease != NULL)
      continue;
    query_text(&q, q.rows ? ",(" : "(");
    q.rows = true;
    query_values(&q, (const struct rocks_sql_value[]){
        sql_text(v->want->home_uuid), sql_text(v->cluster), sql_text(g->name),
        sql_int(g->node), sql_text(g->holder->name),
        sql_text(frontend ? "frontend" : "compute"), sql_int(g->want->index),
        sql_int(g->want->cpus), sql_int((int64_t)g->want->memory),
        sql_int((int64_t)g->want->disk), sql_text(g->mac), sql_int(v->segment),
        sql_int(g->slice) }, 13);
    query_text(&q, ",UTC_TIMESTAMP())");
  }
  return store(v, &q);
}

int
reserve_store_segment(struct reserve *v)
{
  struct query q = { 0 };

  if (v->r->bare || v->want->reuse_segments || v->segment == 0)
    return 0;
  query_text(&q, "INSERT INTO mvc_segments (segment, home_uuid, cluster, used_since) VALUES (");
  query_values(&q, (const struct rocks_sql_value[]){
      sql_int(v->segment), sql_text(v->want->home_uuid), sql_text(v->cluster) }, 3);
  query_text(&q, ",UTC_TIMESTAMP()) ON DUPLICATE KEY UPDATE released = NULL");
  return store(v, &q);
}

static bool
nothing_new(const struct reserve *v)
{
  size_t i;

  for (i = 0; i < v->nguests; i++)
    if (v->guest[i].lease == NULL)
      return false;
  return true;
}

int
reserve_store(struct reserve *v)
{
  if (nothing_new(v))
    return 0;
  if (store_nodes(v) != 0 || fetch_nodes(v) != 0 || store_attributes(v) != 0 ||
      store_networks(v) != 0 || store_vms(v) != 0 || store_disks(v) != 0 ||
      store_boot(v) != 0 || store_route(v) != 0 || store_leases(v) != 0 ||
      reserve_store_segment(v) != 0)
    return -1;
  return v->arena.failed ? db_nomem(v->r, v->call) : 0;
}

static int
double_row(void *arg, const char *const *columns, const struct rocks_sql_value *c, size_t n)
{
  struct reserve *v = arg;

  (void)columns;
  (void)n;
  v->r->core->error(v->call, ROCKS_EEXISTS,
                    "another program took the %s %s at the same time: try again",
                    text_of(&c[0]), text_of(&c[1]));
  return -1;
}

/* VMs of other clusters that have our number. */
static void
verify_segment(struct reserve *v, struct query *q)
{
  query_text(q, "(SELECT 'Vlan ID', i.VlanID FROM networks i "
                "JOIN vm_nodes o ON o.Node = i.Node JOIN nodes n ON n.ID = i.Node ");
  if (!v->r->bare) {
    query_text(q, "LEFT JOIN mvc_leases l ON l.vm = n.Name AND l.home_uuid = ");
    query_value(q, sql_text(v->want->home_uuid));
    query_text(q, " AND l.cluster = ");
    query_value(q, sql_text(v->cluster));
  }
  query_text(q, " WHERE i.VlanID = ");
  query_value(q, sql_int(v->segment == 0 ? -1 : (int64_t)v->segment));
  if (v->r->bare) {
    query_text(q, " AND n.Name NOT IN ");
    guest_names(v, q);
  } else {
    query_text(q, " AND l.id IS NULL");
  }
  query_text(q, " LOCK IN SHARE MODE)");
}

int
reserve_verify(struct reserve *v)
{
  struct query q = { 0 };
  const char *comma = "(";
  size_t i;

  if (nothing_new(v))
    return 0;
  /* Locking reads see what others have committed since our transaction began. */
  query_text(&q, "(SELECT 'name' AS kind, Name AS value FROM nodes WHERE Name IN ");
  guest_names(v, &q);
  query_text(&q, " GROUP BY Name HAVING COUNT(*) > 1 LOCK IN SHARE MODE) UNION ALL "
                 "(SELECT 'MAC address', MAC FROM networks WHERE MAC IN ");
  for (i = 0; i < v->nguests; i++)
    if (v->guest[i].lease == NULL) {
      query_text(&q, comma);
      query_value(&q, sql_text(v->guest[i].mac));
      comma = ",";
      if (v->guest[i].public_mac[0] != '\0') {
        query_text(&q, comma);
        query_value(&q, sql_text(v->guest[i].public_mac));
      }
    }
  query_text(&q, ") GROUP BY MAC HAVING COUNT(*) > 1 LOCK IN SHARE MODE) UNION ALL "
                 "(SELECT 'IP address', IP FROM networks WHERE IP IN ");
  comma = "(";
  for (i = 0; i < v->nguests; i++)
    if (v->guest[i].lease == NULL && v->guest[i].ip != NULL) {
      query_text(&q, comma);
      query_value(&q, sql_text(v->guest[i].ip));
      query_text(&q, ",");
      query_value(&q, sql_text(v->guest[i].want->public_ip));
      comma = ",";
    }
  query_text(&q, comma[0] == '(' ? "(NULL)" : ")");
  query_text(&q, " GROUP BY IP HAVING COUNT(*) > 1 LOCK IN SHARE MODE) UNION ALL ");
  verify_segment(v, &q);
  return db_query(v->r, v->call, &q, double_row, v) != 0 ? -1 : 0;
}

int
reserve_verify_segment(struct reserve *v)
{
  struct query q = { 0 };

  verify_segment(v, &q);
  return db_query(v->r, v->call, &q, double_row, v) != 0 ? -1 : 0;
}
