/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * A snapshot of the site: a number of queries that does not grow with it, in
 * one read-only transaction, so that all of them see the same rows.
 */
#include <stdlib.h>
#include <string.h>

#include "snapshot.h"

const char *
load_text(struct loader *l, const struct rocks_sql_value *value)
{
  return value->type == ROCKS_SQL_NULL ? "" : arena_copy(&l->arena, value->text);
}

int
load_rows(struct loader *l, struct query *q, db_row *row, void *arg)
{
  if (db_query(l->r, l->call, q, row, arg) != 0)
    return -1;
  return l->arena.failed ? db_nomem(l->r, l->call) : 0;
}

struct rocks_settings
load_settings(struct loader *l, const struct attr_host *host)
{
  size_t i;

  for (i = 0; i < l->want->nattrs; i++) {
    const char *name = l->want->attrs[i];

    l->settings[i] = (struct rocks_setting){ .name = name,
                                             .value = attrs_value(&l->attrs, host, name) };
  }
  return (struct rocks_settings){ .item = l->settings, .count = l->want->nattrs };
}

/* The attributes asked for, and those that we need ourselves. */
static int
load_attrs(struct loader *l)
{
  static const char *const ours[] = { "kvm", "Kickstart_PrivateHostname", "vm_mac_base_addr",
                                      "vm_mac_base_addr_mask" };
  const size_t nours = sizeof ours / sizeof ours[0];
  size_t i, n = l->want->nattrs;
  const char **names = arena_alloc(&l->arena, (n + nours) * sizeof *names);

  l->settings = arena_alloc(&l->arena, (n + 1) * sizeof *l->settings);
  if (names == NULL || l->settings == NULL)
    return db_nomem(l->r, l->call);
  for (i = 0; i < n; i++)
    names[i] = l->want->attrs[i];
  for (i = 0; i < nours; i++)
    names[n + i] = ours[i];
  return attrs_load(l->r, l->call, &l->arena, names, n + nours, &l->attrs);
}

static int
load(struct loader *l)
{
  const struct rocks_snapshot *want = l->want;

  if (load_attrs(l) != 0)
    return -1;
  if ((want->site != NULL || (want->containers && want->container != NULL)) &&
      load_hosts(l) != 0)
    return -1;
  if (want->vm != NULL && (want->all_vms || want->nvms > 0 || want->home_uuid != NULL))
    return load_vms(l);
  return 0;
}

int
db_snapshot(struct rocks_resource *r, struct rocks_call *call, const struct rocks_snapshot *want)
{
  struct loader l = { .r = r, .call = call, .want = want,
                      .subnet = want->subnet == NULL ? "private" : want->subnet };
  bool begin = !r->open;
  int result;

  if (begin && db_begin(r, call, true) != 0)
    return -1;
  result = load(&l);
  if (begin)
    db_rollback(r); /* nothing was written */
  attrs_free(&l.attrs);
  arena_free(&l.arena);
  return result;
}
