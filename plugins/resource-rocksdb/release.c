/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Giving VMs back: every row that stands for them, in one transaction.
 */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "rocksdb.h"

struct released {
  struct rocks_resource *r;
  struct rocks_call *call;
  const char *home_uuid, *cluster;
  const char *const *names;
  size_t nnames;
  bool all;
  bool leases;            /* there is a table of them */
  bool keep_macs;         /* the VMs take theirs along */
  struct arena arena;
  const char **vm;        /* those found */
  size_t nvms, vm_room;
  int64_t *node, *vm_node, *container, *segment;
  size_t nnodes, node_room, nvm_nodes, vm_node_room;
  size_t ncontainers, container_room, nsegments, segment_room;
};

static void
add(struct released *x, int64_t **array, size_t *room, size_t *count, int64_t id)
{
  int64_t *new;
  size_t i;

  for (i = 0; i < *count; i++)
    if ((*array)[i] == id)
      return;
  new = array_more((void **)array, room, count, sizeof *new);
  if (new == NULL)
    x->arena.failed = true;
  else
    *new = id;
}

static int
vm_row(void *arg, const char *const *columns, const struct rocks_sql_value *v, size_t n)
{
  struct released *x = arg;
  const char **vm = array_more((void **)&x->vm, &x->vm_room, &x->nvms, sizeof *vm);

  (void)columns;
  (void)n;
  if (vm == NULL) {
    x->arena.failed = true;
    return 0;
  }
  *vm = arena_copy(&x->arena, text_of(&v[0]));
  if (v[1].type == ROCKS_SQL_INT)
    add(x, &x->node, &x->node_room, &x->nnodes, int_of(&v[1]));
  if (v[2].type == ROCKS_SQL_INT)
    add(x, &x->vm_node, &x->vm_node_room, &x->nvm_nodes, int_of(&v[2]));
  if (v[3].type == ROCKS_SQL_INT)
    add(x, &x->container, &x->container_room, &x->ncontainers, int_of(&v[3]));
  if (int_of(&v[4]) > 0)
    add(x, &x->segment, &x->segment_room, &x->nsegments, int_of(&v[4]));
  return 0;
}

/* Appends `home_uuid = ? AND cluster = ?`. */
static void
of_cluster(const struct released *x, struct query *q)
{
  query_text(q, "home_uuid = ");
  query_value(q, sql_text(x->home_uuid));
  query_text(q, " AND cluster = ");
  query_value(q, sql_text(x->cluster));
}

/* A lease whose host is no VM here any more takes no host with it: somebody
 * removed or renamed it, and may have made another one of that name. */
static int
find_leased(struct released *x)
{
  struct query q = { 0 };

  query_text(&q, "SELECT l.vm, v.Node, v.ID, v.PhysNode, l.segment FROM mvc_leases l "
                 "LEFT JOIN nodes n ON n.ID = l.node AND n.Name = l.vm "
                 "LEFT JOIN vm_nodes v ON v.Node = n.ID "
                 "WHERE ");
  of_cluster(x, &q);
  if (!x->all) {
    query_text(&q, " AND l.vm IN ");
    query_list(&q, x->names, x->nnames);
  }
  query_text(&q, " ORDER BY l.id");
  return db_query(x->r, x->call, &q, vm_row, x);
}

/* VMs that nobody leased: those that the original made.  They belong to this
 * site, and no other may name them. */
static int
find_unleased(struct released *x)
{
  struct query q = { 0 };

  if (x->nnames == 0 || x->keep_macs ||
      strcmp(x->home_uuid, x->r->uuid == NULL ? "" : x->r->uuid) != 0)
    return 0;
  query_text(&q, "SELECT n.Name, v.Node, v.ID, v.PhysNode, i.VlanID FROM nodes n "
                 "JOIN vm_nodes v ON v.Node = n.ID "
                 "LEFT JOIN networks i ON i.Node = n.ID AND i.VlanID > 0 ");
  if (x->leases)
    query_text(&q, "LEFT JOIN mvc_leases l ON l.node = n.ID AND l.vm = n.Name ");
  query_text(&q, "WHERE n.Name IN ");
  query_list(&q, x->names, x->nnames);
  if (x->leases)
    query_text(&q, " AND l.id IS NULL");
  query_text(&q, " ORDER BY n.ID, i.ID");
  return db_query(x->r, x->call, &q, vm_row, x);
}

static int
find(struct released *x)
{
  if ((x->leases && find_leased(x) != 0) || find_unleased(x) != 0)
    return -1;
  return x->arena.failed ? db_nomem(x->r, x->call) : 0;
}

static int
delete_ids(struct released *x, const char *sql, const int64_t *ids, size_t n)
{
  struct query q = { 0 };

  query_text(&q, sql);
  query_ints(&q, ids, n);
  return db_query(x->r, x->call, &q, NULL, NULL);
}

/* The places of hosts in catindex; one more bracket closes it. */
#define OF_HOST                                                                  \
  "(SELECT i.ID FROM catindex i JOIN categories c ON c.ID = i.Category "         \
  "JOIN nodes n ON n.Name = i.Name WHERE c.Name = 'host' AND n.ID IN "

/* Children first.  Not everything hangs together by foreign keys, and old
 * databases have none. */
static int
delete_hosts(struct released *x)
{
  static const char *const statements[] = {
    "DELETE FROM networks WHERE Node IN ",    "DELETE FROM aliases WHERE Node IN ",
    "DELETE FROM boot WHERE Node IN ",        "DELETE FROM public_keys WHERE Node IN ",
    "DELETE FROM partitions WHERE Node IN ",  "DELETE FROM node_routes WHERE Node IN ",
    "DELETE FROM node_rolls WHERE Node IN ",  "DELETE FROM sec_node_attributes WHERE Node IN ",
    "DELETE FROM bootflags WHERE Node IN ",
    "DELETE FROM attributes WHERE Catindex IN " OF_HOST,
    "DELETE FROM firewalls WHERE Catindex IN " OF_HOST,
    ("DELETE FROM catindex WHERE Category IN (SELECT c.ID FROM categories c "
     "WHERE c.Name = 'host') AND Name IN (SELECT n.Name FROM nodes n WHERE n.ID IN "),
    "DELETE FROM nodes WHERE ID IN ",
  };
  size_t i;

  if (x->nnodes == 0)
    return 0;
  if (delete_ids(x, "DELETE FROM vm_disks WHERE Vm_Node IN ", x->vm_node, x->nvm_nodes) != 0 ||
      delete_ids(x, "DELETE FROM vm_nodes WHERE ID IN ", x->vm_node, x->nvm_nodes) != 0)
    return -1;
  for (i = 0; i < sizeof statements / sizeof statements[0]; i++) {
    struct query q = { 0 };

    query_text(&q, statements[i]);
    query_ints(&q, x->node, x->nnodes);
    if (strchr(statements[i], '(') != NULL)
      query_text(&q, ")");
    if (db_query(x->r, x->call, &q, NULL, NULL) != 0)
      return -1;
  }
  return 0;
}

int
tags_delete(struct rocks_resource *r, struct rocks_call *call, const int64_t *segments,
            size_t nsegments, const int64_t *containers, size_t ncontainers)
{
  struct query q = { 0 };

  if (ncontainers == 0 || nsegments == 0)
    return 0;
  query_text(&q, "DELETE FROM networks WHERE Device = CONCAT('vlan', VlanID) AND VlanID IN ");
  query_ints(&q, segments, nsegments);
  query_text(&q, " AND Node IN ");
  query_ints(&q, containers, ncontainers);
  /* The inner select is made a table of its own: MySQL does not delete from
   * what it reads. */
  query_text(&q, " AND NOT EXISTS (SELECT 1 FROM (SELECT v.PhysNode, i.VlanID FROM vm_nodes v "
                 "JOIN networks i ON i.Node = v.Node WHERE i.VlanID IN ");
  query_ints(&q, segments, nsegments);
  query_text(&q, ") used WHERE used.PhysNode = networks.Node "
                 "AND used.VlanID = networks.VlanID)");
  return db_query(r, call, &q, NULL, NULL);
}

/* MACs of ours that are kept for VMs at other sites. */
static int
delete_macs(struct released *x)
{
  struct query q = { 0 };

  if (x->keep_macs)
    return 0;
  query_text(&q, "DELETE FROM mvc_macs WHERE site_uuid = ");
  query_value(&q, sql_text(x->r->uuid));
  query_text(&q, " AND ");
  of_cluster(x, &q);
  if (!x->all) {
    query_text(&q, " AND vm IN ");
    query_list(&q, x->names, x->nnames);
  }
  return db_query(x->r, x->call, &q, NULL, NULL);
}

static int
delete_leases(struct released *x)
{
  const struct rocks_sql_value cluster[] = { sql_text(x->home_uuid), sql_text(x->cluster),
                                             sql_text(x->home_uuid), sql_text(x->cluster) };
  struct query q = { 0 };

  if (!x->leases)
    return 0;
  query_text(&q, "DELETE FROM mvc_leases WHERE ");
  of_cluster(x, &q);
  query_text(&q, " AND vm IN ");
  query_list(&q, x->vm, x->nvms);
  if (db_query(x->r, x->call, &q, NULL, NULL) != 0 || delete_macs(x) != 0)
    return -1;
  return db_run(x->r, x->call,
                "UPDATE mvc_segments SET released = UTC_TIMESTAMP() WHERE home_uuid = ? "
                "AND cluster = ? AND released IS NULL AND NOT EXISTS (SELECT 1 FROM mvc_leases "
                "l WHERE l.home_uuid = ? AND l.cluster = ?)",
                cluster, 4, NULL, NULL, NULL, NULL);
}

/* Before the lease is gone, which tells the MAC. */
static int
keep_macs(struct released *x)
{
  struct query q = { 0 };

  query_text(&q, "REPLACE INTO mvc_macs (mac, home_uuid, cluster, vm, site_uuid) "
                 "SELECT l.mac, l.home_uuid, l.cluster, l.vm, ");
  query_value(&q, sql_text(x->r->uuid));
  query_text(&q, " FROM mvc_leases l WHERE ");
  of_cluster(x, &q);
  query_text(&q, " AND l.vm IN ");
  query_list(&q, x->names, x->nnames);
  return db_query(x->r, x->call, &q, NULL, NULL);
}

static int
release(struct released *x)
{
  if ((x->keep_macs && keep_macs(x) != 0) || find(x) != 0)
    return -1;
  if (x->nvms == 0 && !x->all) /* it may have left, with a MAC of ours */
    return x->leases ? delete_macs(x) : 0;
  if (delete_hosts(x) != 0 ||
      tags_delete(x->r, x->call, x->segment, x->nsegments, x->container, x->ncontainers) != 0)
    return -1;
  return delete_leases(x);
}

static int
transact(struct released *x)
{
  int result;

  if (db_begin(x->r, x->call, false) != 0)
    return -1;
  result = release(x);
  if (result == 0)
    result = db_commit(x->r, x->call);
  else
    db_rollback(x->r);
  free(x->vm);
  free(x->node);
  free(x->vm_node);
  free(x->container);
  free(x->segment);
  arena_free(&x->arena);
  return result;
}

int
db_release(struct rocks_resource *r, struct rocks_call *call, const char *home_uuid,
           const char *cluster, const char *const *names, size_t nnames)
{
  struct released x = { .r = r, .call = call, .home_uuid = home_uuid, .cluster = cluster,
                        .names = names, .nnames = nnames, .all = names == NULL,
                        .leases = !r->bare };

  return db_ours_or_bare(r, call) != 0 ? -1 : transact(&x);
}

int
db_depart(struct rocks_resource *r, struct rocks_call *call, const char *home_uuid,
          const char *cluster, const char *name)
{
  struct released x = { .r = r, .call = call, .home_uuid = home_uuid, .cluster = cluster,
                        .names = &name, .nnames = 1, .leases = true, .keep_macs = true };

  return db_ours(r, call) != 0 ? -1 : transact(&x);
}
