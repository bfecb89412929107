/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Another segment for VMs that are reserved, in one transaction; a number that
 * fits already is kept, so that a second time changes nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "reserve.h"

struct renumber {
  struct reserve v; /* what the site has; v.segment is the new number */
  const struct rocks_renumbering *want;
  struct rocks_member_row *member;
  size_t nmembers, member_room;
  int64_t *container, *old; /* ids; numbers that the VMs had */
  size_t ncontainers, container_room, nold, old_room;
};

static void
add(struct renumber *x, int64_t **array, size_t *room, size_t *count, int64_t value)
{
  int64_t *new;
  size_t i;

  for (i = 0; i < *count; i++)
    if ((*array)[i] == value)
      return;
  new = array_more((void **)array, room, count, sizeof *new);
  if (new == NULL)
    x->v.arena.failed = true;
  else
    *new = value;
}

static int
lease_row(void *arg, const char *const *columns, const struct rocks_sql_value *c, size_t n)
{
  struct renumber *x = arg;
  struct arena *arena = &x->v.arena;
  struct rocks_member_row *member = array_more((void **)&x->member, &x->member_room,
                                               &x->nmembers, sizeof *member);

  (void)columns;
  (void)n;
  if (member == NULL) {
    arena->failed = true;
    return 0;
  }
  *member = (struct rocks_member_row){
    .size = sizeof *member, .name = arena_copy(arena, text_of(&c[0])),
    .role = strcmp(text_of(&c[1]), "frontend") == 0 ? ROCKS_ROLE_FRONTEND : ROCKS_ROLE_COMPUTE,
    .index = count_of(&c[2]), .site_uuid = x->v.r->uuid,
    .container = arena_copy(arena, text_of(&c[3])), .mac = arena_copy(arena, text_of(&c[4])),
    .segment = count_of(&c[5]), .cpus = count_of(&c[6]), .memory = count_of(&c[7]),
    .disk = count_of(&c[8]), .slice = count_of(&c[9]),
  };
  if (member->segment > 0)
    add(x, &x->old, &x->old_room, &x->nold, member->segment);
  if (c[10].type == ROCKS_SQL_INT)
    add(x, &x->container, &x->container_room, &x->ncontainers, int_of(&c[10]));
  return 0;
}

/* Appends `l.home_uuid = ? AND l.cluster = ?`. */
static void
ours(struct renumber *x, struct query *q)
{
  query_text(q, "l.home_uuid = ");
  query_value(q, sql_text(x->want->home_uuid));
  query_text(q, " AND l.cluster = ");
  query_value(q, sql_text(x->want->cluster));
}

static int
run(struct renumber *x, struct query *q)
{
  return db_query(x->v.r, x->v.call, q, NULL, NULL);
}

static int
load(struct renumber *x)
{
  struct query q = { 0 };

  if (reserve_load_numbers(&x->v) != 0)
    return -1;
  query_text(&q, "SELECT l.vm, l.role, l.idx, l.container, l.mac, l.segment, l.cpus, l.mem, "
                 "l.disk, l.slice, v.PhysNode FROM mvc_leases l "
                 "LEFT JOIN nodes n ON n.ID = l.node AND n.Name = l.vm "
                 "LEFT JOIN vm_nodes v ON v.Node = n.ID WHERE ");
  ours(x, &q);
  query_text(&q, " ORDER BY l.id FOR UPDATE");
  if (db_query(x->v.r, x->v.call, &q, lease_row, x) != 0)
    return -1;
  return x->v.arena.failed ? db_nomem(x->v.r, x->v.call) : 0;
}

/* What they have may stay when all have the same. */
static bool
fits(const struct renumber *x)
{
  size_t i;

  if (x->nold != 1)
    return false;
  for (i = 0; i < x->want->nranges; i++)
    if (x->old[0] >= x->want->ranges[i].min && x->old[0] <= x->want->ranges[i].max)
      return true;
  return false;
}

static int
choose(struct renumber *x)
{
  const struct rocks_range *range = x->want->ranges;
  size_t i;

  if (reserve_check_subnet(&x->v) != 0)
    return -1;
  if (fits(x)) {
    x->v.segment = (uint32_t)x->old[0];
    return 0;
  }
  for (i = 0; i < x->want->nranges; i++)
    if (range[i].max == 0 || reserve_free_segment(&x->v, range[i].min, range[i].max))
      return 0;
  return i == 0 ? reserve_no_segment(&x->v, 0, 0)
                : reserve_no_segment(&x->v, range[i - 1].min, range[i - 1].max);
}

/* The NIC is known by the MAC that was promised, or by its number: an admin may
 * have changed either. */
static int
store_segments(struct renumber *x)
{
  struct query q = { 0 };

  query_text(&q, "UPDATE networks i JOIN mvc_leases l ON l.node = i.Node "
                 "JOIN nodes n ON n.ID = l.node AND n.Name = l.vm SET i.VlanID = ");
  query_value(&q, sql_int(x->v.segment));
  query_text(&q, " WHERE (i.MAC = l.mac OR (l.segment > 0 AND i.VlanID = l.segment)) AND ");
  ours(x, &q);
  if (run(x, &q) != 0)
    return -1;
  query_text(&q, "UPDATE mvc_leases l SET l.segment = ");
  query_value(&q, sql_int(x->v.segment));
  query_text(&q, " WHERE ");
  ours(x, &q);
  return run(x, &q);
}

/* A number that no tag belongs to any more, though the VMs keep it. */
static int
delete_own_tags(struct renumber *x)
{
  struct query q = { 0 };

  query_text(&q, "DELETE FROM networks WHERE Device = CONCAT('vlan', VlanID) AND VlanID = ");
  query_value(&q, sql_int(x->v.segment));
  query_text(&q, " AND Node IN ");
  query_ints(&q, x->container, x->ncontainers);
  return run(x, &q);
}

static int
add_tags(struct renumber *x)
{
  const struct rocks_sql_value segment = sql_int(x->v.segment);
  struct query q = { 0 };

  query_text(&q, "INSERT INTO networks (Node, Name, Device, Subnet, VlanID) "
                 "SELECT n.ID, n.Name, CONCAT('vlan', ");
  query_value(&q, segment);
  query_text(&q, "), ");
  query_value(&q, sql_int(x->v.tagged_subnet));
  query_text(&q, ", ");
  query_value(&q, segment);
  query_text(&q, " FROM nodes n WHERE n.ID IN ");
  query_ints(&q, x->container, x->ncontainers);
  query_text(&q, " AND NOT EXISTS (SELECT 1 FROM networks k WHERE k.Node = n.ID "
                 "AND k.VlanID = ");
  query_value(&q, segment);
  query_text(&q, " AND k.Device = CONCAT('vlan', k.VlanID)) ORDER BY n.ID");
  return run(x, &q);
}

static int
release_segments(struct renumber *x)
{
  struct query q = { 0 };

  query_text(&q, "UPDATE mvc_segments l SET l.released = UTC_TIMESTAMP() "
                 "WHERE l.released IS NULL AND l.segment <> ");
  query_value(&q, sql_int(x->v.segment));
  query_text(&q, " AND ");
  ours(x, &q);
  return run(x, &q);
}

static int
store(struct renumber *x)
{
  if (store_segments(x) != 0 ||
      tags_delete(x->v.r, x->v.call, x->old, x->nold, x->container, x->ncontainers) != 0)
    return -1;
  if (x->ncontainers > 0 && (x->want->tagged ? add_tags(x) : delete_own_tags(x)) != 0)
    return -1;
  return release_segments(x) != 0 ? -1 : reserve_store_segment(&x->v);
}

static int
transact(struct renumber *x)
{
  struct rocks_resource *r = x->v.r;
  struct rocks_call *call = x->v.call;

  if (db_begin(r, call, false) != 0)
    return -1;
  if (load(x) != 0 || (x->nmembers > 0 && (choose(x) != 0 || store(x) != 0 ||
                                           reserve_verify_segment(&x->v) != 0))) {
    db_rollback(r);
    return -1;
  }
  if (x->want->dry) {
    db_rollback(r);
    return 0;
  }
  return db_commit(r, call);
}

static int
tell(struct renumber *x)
{
  int result = 0;
  size_t i;

  for (i = 0; x->want->member != NULL && i < x->nmembers && result == 0; i++) {
    x->member[i].segment = x->v.segment;
    result = x->want->member(x->want->arg, &x->member[i]);
  }
  return result;
}

int
db_renumber(struct rocks_resource *r, struct rocks_call *call,
            const struct rocks_renumbering *want)
{
  const struct rocks_reservation as_reserved = {
    .size = sizeof as_reserved, .home_uuid = want->home_uuid, .cluster = want->cluster,
    .reuse_segments = want->reuse_segments, .tagged = want->tagged, .subnet = want->subnet,
  };
  struct renumber x = {
    .v = { .r = r, .call = call, .want = &as_reserved, .cluster = want->cluster },
    .want = want,
  };
  int result = db_ours(r, call);

  if (result == 0)
    result = transact(&x);
  if (result == 0)
    result = tell(&x);
  free(x.member);
  free(x.container);
  free(x.old);
  reserve_free(&x.v);
  return result;
}
