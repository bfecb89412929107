/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Reserving VMs: load, choose, store and look again, in one transaction under
 * the site's lock.  The number of statements does not depend on how many VMs
 * are asked for.
 */
#include <stdlib.h>
#include <string.h>

#include "cluster.h"
#include "reserve.h"

static struct holder *
holder_of(struct reserve *v, const char *name)
{
  size_t i;

  for (i = 0; i < v->nholders; i++)
    if (strcmp(v->holder[i].name, name) == 0)
      return &v->holder[i];
  v->holder[v->nholders].name = name;
  return &v->holder[v->nholders++];
}

int
reserve_prepare(struct reserve *v)
{
  size_t i, n = v->want->nvms;

  if (n == 0 || n > RESERVE_MOST) {
    v->r->core->error(v->call, ROCKS_EINVALID, "%zu VMs cannot be reserved at once: 1 to %d",
                      n, RESERVE_MOST);
    return -1;
  }
  v->guest = arena_alloc(&v->arena, n * sizeof *v->guest);
  v->holder = arena_alloc(&v->arena, n * sizeof *v->holder);
  if (v->guest == NULL || v->holder == NULL)
    return db_nomem(v->r, v->call);
  v->nguests = n;
  for (i = 0; i < n; i++) {
    v->guest[i].want = &v->want->vms[i];
    v->guest[i].holder = holder_of(v, v->want->vms[i].container);
  }
  return 0;
}

const struct rocks_nic_row *
reserve_private_nic(const struct rocks_vm_row *vm)
{
  size_t i;

  for (i = 0; i < vm->nnics; i++)
    if (vm->nics[i].segment > 0 && vm->nics[i].mac[0] != '\0')
      return &vm->nics[i];
  return NULL;
}

struct rocks_member_row
reserve_member(const struct reserve *v, const struct guest *g)
{
  const struct lease *lease = g->lease;
  struct rocks_member_row member = {
    .size = sizeof member,
    .role = g->want->role,
    .index = g->want->index,
    .name = g->name,
    .site_uuid = v->r->uuid == NULL ? "" : v->r->uuid,
    .container = g->holder->name,
    .mac = g->mac,
    .segment = v->segment,
    .cpus = g->want->cpus,
    .slice = (uint32_t)g->slice,
    .memory = g->want->memory,
    .disk = g->want->disk,
    .mac_uuid = "",
  };

  if (lease != NULL) {
    member.container = lease->container;
    member.mac = lease->mac;
    member.segment = lease->segment;
    member.cpus = lease->cpus;
    member.slice = lease->slice;
    member.memory = lease->memory;
    member.disk = lease->disk;
  }
  return member;
}

/* The home site's record: what was reserved here, then what it brings. */
static int
write_record(struct reserve *v)
{
  const struct rocks_cluster_row *record = v->want->record;
  struct rocks_cluster_row row;
  struct rocks_member_row *members;
  size_t i;

  if (record == NULL || v->r->bare)
    return 0;
  members = arena_alloc(&v->arena, (v->nguests + record->nmembers) * sizeof *members);
  if (members == NULL)
    return db_nomem(v->r, v->call);
  for (i = 0; i < v->nguests; i++)
    members[i] = reserve_member(v, &v->guest[i]);
  if (record->nmembers > 0)
    memcpy(members + v->nguests, record->members, record->nmembers * sizeof *members);
  row = *record;
  row.name = v->cluster;
  row.members = members;
  row.nmembers = v->nguests + record->nmembers;
  return cluster_write(v->r, v->call, &row);
}

static int
tell(struct reserve *v)
{
  size_t i;

  for (i = 0; v->want->member != NULL && i < v->nguests; i++) {
    struct rocks_member_row member = reserve_member(v, &v->guest[i]);
    int result = v->want->member(v->want->arg, &member);

    if (result != 0)
      return result;
  }
  return 0;
}

static int
transact(struct reserve *v)
{
  if (db_begin(v->r, v->call, false) != 0)
    return -1;
  if (reserve_load(v) != 0 || reserve_choose(v) != 0 || reserve_store(v) != 0 ||
      write_record(v) != 0 || reserve_verify(v) != 0) {
    db_rollback(v->r);
    return -1;
  }
  if (v->want->dry) {
    db_rollback(v->r);
    return 0;
  }
  return db_commit(v->r, v->call);
}

/* A database as the original made it is enough for what the original could do:
 * a new cluster of this site alone, whose VLAN stands in its tables. */
static int
check_ours(struct rocks_resource *r, struct rocks_call *call,
           const struct rocks_reservation *want)
{
  if (want->tagged && !want->foreign && want->cluster == NULL)
    return db_ours_or_bare(r, call);
  return db_ours(r, call);
}

void
reserve_free(struct reserve *v)
{
  names_free(&v->names);
  names_free(&v->appliances);
  attrs_free(&v->attrs);
  free(v->lease);
  free(v->network);
  free(v->ip);
  free(v->segments);
  arena_free(&v->arena);
}

int
db_reserve(struct rocks_resource *r, struct rocks_call *call,
           const struct rocks_reservation *want)
{
  struct reserve v = { .r = r, .call = call, .want = want };
  int result = check_ours(r, call, want);

  if (result == 0)
    result = reserve_prepare(&v);
  if (result == 0)
    result = transact(&v);
  if (result == 0)
    result = tell(&v);
  reserve_free(&v);
  return result;
}
