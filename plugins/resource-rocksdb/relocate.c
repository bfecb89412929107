/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Another container for a VM that stays at its site, in one transaction.
 */
#include <string.h>

#include "reserve.h"

struct relocate {
  struct reserve v; /* what the site has, where room is looked for */
  const struct rocks_relocation *want;
  const char *container; /* where it stands */
  int64_t node, target;  /* ids; 0: not found */
  const char *home_uuid; /* to whom it is leased, or "" */
  struct rocks_vm_request need;
};

static int
vm_row(void *arg, const char *const *columns, const struct rocks_sql_value *c, size_t n)
{
  struct relocate *x = arg;

  (void)columns;
  (void)n;
  x->node = int_of(&c[0]);
  x->container = arena_copy(&x->v.arena, text_of(&c[1]));
  x->need.cpus = count_of(&c[2]);
  x->need.memory = count_of(&c[3]);
  x->need.disk = count_of(&c[4]);
  x->home_uuid = arena_copy(&x->v.arena, text_of(&c[5]));
  return 0;
}

static int
find_vm(struct relocate *x)
{
  const struct rocks_relocation *want = x->want;
  struct rocks_resource *r = x->v.r;
  struct query q = { 0 };

  query_text(&q, "SELECT n.ID, p.Name, n.CPUs, v.Mem, (SELECT SUM(d.Size) FROM vm_disks d "
                 "WHERE d.Vm_Node = v.ID), ");
  query_text(&q, r->bare ? "NULL FROM nodes n " : "l.home_uuid FROM nodes n ");
  query_text(&q, "JOIN vm_nodes v ON v.Node = n.ID LEFT JOIN nodes p ON p.ID = v.PhysNode ");
  if (!r->bare)
    query_text(&q, "LEFT JOIN mvc_leases l ON l.node = n.ID AND l.vm = n.Name ");
  query_text(&q, "WHERE n.Name = ");
  query_value(&q, sql_text(want->name));
  if (want->cluster != NULL) {
    query_text(&q, " AND l.home_uuid = ");
    query_value(&q, sql_text(want->home_uuid));
    query_text(&q, " AND l.cluster = ");
    query_value(&q, sql_text(want->cluster));
  }
  if (db_query(r, x->v.call, &q, vm_row, x) != 0)
    return -1;
  if (x->v.arena.failed)
    return db_nomem(r, x->v.call);
  if (x->node != 0)
    return 0;
  if (want->cluster != NULL)
    r->core->error(x->v.call, ROCKS_ENOTFOUND, "there is no VM %s of cluster %s here", want->name,
                   want->cluster);
  else
    r->core->error(x->v.call, ROCKS_ENOTFOUND, "host %s is not a virtual host", want->name);
  return -1;
}

static int
target_row(void *arg, const char *const *columns, const struct rocks_sql_value *c, size_t n)
{
  (void)columns;
  (void)n;
  ((struct relocate *)arg)->target = int_of(&c[0]);
  return 0;
}

static int
find_target(struct relocate *x)
{
  const struct rocks_sql_value name = sql_text(x->want->container);
  struct rocks_resource *r = x->v.r;

  if (db_run(r, x->v.call, "SELECT n.ID FROM nodes n LEFT JOIN vm_nodes v ON v.Node = n.ID "
                           "WHERE n.Name = ? AND v.ID IS NULL", &name, 1, target_row, x, NULL,
             NULL) != 0)
    return -1;
  if (x->target != 0)
    return 0;
  r->core->error(x->v.call, ROCKS_ENOTFOUND, "%s is no host of this site that could hold VMs",
                 x->want->container);
  return -1;
}

/* As if it were reserved there. */
static int
check_room(struct relocate *x)
{
  struct rocks_reservation want = { .size = sizeof want, .home_uuid = x->home_uuid,
                                    .vms = &x->need, .nvms = 1 };

  if (!x->want->bounded || x->v.r->bare || strcmp(x->container, x->want->container) == 0)
    return 0;
  want.foreign = x->home_uuid[0] != '\0' && strcmp(x->home_uuid, x->v.r->uuid) != 0;
  x->need.container = x->want->container;
  x->v.want = &want;
  return reserve_prepare(&x->v) != 0 || reserve_load(&x->v) != 0 ? -1 : reserve_check_room(&x->v);
}

/* The container's row for the VLAN, in the subnet that it has on the old one. */
static int
store_tag(struct relocate *x)
{
  const struct rocks_sql_value ids[] = { sql_int(x->node), sql_text(x->container),
                                         sql_int(x->target) };

  return db_run(x->v.r, x->v.call,
                "INSERT INTO networks (Node, Name, Device, Subnet, VlanID) "
                "SELECT DISTINCT d.ID, d.Name, o.Device, o.Subnet, o.VlanID FROM networks w "
                "JOIN networks o ON o.VlanID = w.VlanID AND o.Device LIKE 'vlan%' "
                "JOIN nodes s ON s.ID = o.Node JOIN nodes d "
                "LEFT JOIN networks h ON h.Node = d.ID AND h.VlanID = o.VlanID "
                "AND h.Device LIKE 'vlan%' "
                "WHERE w.Node = ? AND s.Name = ? AND d.ID = ? AND h.ID IS NULL",
                ids, 3, NULL, NULL, NULL, NULL);
}

static int
store(struct relocate *x)
{
  struct rocks_resource *r = x->v.r;
  const char *to = x->want->container;
  const struct rocks_sql_value row[] = { sql_int(x->target), sql_int(x->node) };
  const struct rocks_sql_value lease[] = { sql_text(to), sql_text(x->want->name),
                                           sql_int(x->node) };
  const struct rocks_sql_value member[] = { sql_text(to), sql_text(x->want->name),
                                            sql_text(r->uuid) };

  if (db_run(r, x->v.call, "UPDATE vm_nodes SET PhysNode = ? WHERE Node = ?", row, 2, NULL, NULL,
             NULL, NULL) != 0 || store_tag(x) != 0)
    return -1;
  if (r->bare)
    return 0;
  if (db_run(r, x->v.call, "UPDATE mvc_leases SET container = ? WHERE vm = ? AND node = ?", lease,
             3, NULL, NULL, NULL, NULL) != 0)
    return -1;
  return db_run(r, x->v.call, "UPDATE mvc_members SET container = ? WHERE name = ? "
                              "AND site_uuid = ?", member, 3, NULL, NULL, NULL, NULL);
}

static int
transact(struct relocate *x)
{
  struct rocks_resource *r = x->v.r;

  if (db_begin(r, x->v.call, false) != 0)
    return -1;
  if (find_vm(x) != 0 || find_target(x) != 0 || check_room(x) != 0 || store(x) != 0 ||
      (x->want->then != NULL && db_snapshot(r, x->v.call, x->want->then) != 0)) {
    db_rollback(r);
    return -1;
  }
  if (x->want->dry) {
    db_rollback(r);
    return 0;
  }
  return db_commit(r, x->v.call);
}

int
db_relocate(struct rocks_resource *r, struct rocks_call *call,
            const struct rocks_relocation *want)
{
  struct relocate x = { .v = { .r = r, .call = call }, .want = want };
  int result = want->cluster != NULL ? db_ours(r, call) : db_ours_or_bare(r, call);

  if (result == 0)
    result = transact(&x);
  reserve_free(&x.v);
  return result;
}
