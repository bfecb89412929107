/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The clusters of a home site, and the leases of any site: reading.
 */
#include <stdlib.h>
#include <string.h>

#include <mysqld_error.h>

#include "arena.h"
#include "rocksdb.h"

struct found {
  int64_t id;
  struct rocks_cluster_row row;
};

struct reading {
  struct rocks_resource *r;
  struct rocks_call *call;
  const char *name; /* of the only one asked for, or NULL */
  struct arena arena;
  struct found *cluster;
  size_t n, room;
  /* Rows of all clusters, each in the order of the clusters' ids. */
  int64_t *member_of, *setting_of;
  size_t nmember_of, member_of_room, nsetting_of, setting_of_room;
  struct rocks_member_row *member;
  size_t nmembers, member_room;
  struct rocks_setting *setting;
  size_t nsettings, setting_room;
};

static const char *
text(struct reading *in, const struct rocks_sql_value *value)
{
  return value->type == ROCKS_SQL_NULL ? "" : arena_copy(&in->arena, value->text);
}

static enum rocks_role
role_of(const struct rocks_sql_value *value)
{
  return strcmp(text_of(value), "frontend") == 0 ? ROCKS_ROLE_FRONTEND : ROCKS_ROLE_COMPUTE;
}

static int
cluster_row(void *arg, const char *const *columns, const struct rocks_sql_value *v, size_t n)
{
  struct reading *in = arg;
  struct found *found = array_more((void **)&in->cluster, &in->room, &in->n, sizeof *found);

  (void)columns;
  (void)n;
  if (found == NULL) {
    in->arena.failed = true;
    return 0;
  }
  found->id = int_of(&v[0]);
  found->row = (struct rocks_cluster_row){
    .size = sizeof found->row, .name = text(in, &v[1]), .network_backend = text(in, &v[2]),
    .vm_backend = text(in, &v[3]), .state = text(in, &v[4]), .inner_subnet = text(in, &v[5]),
    .mtu = count_of(&v[6]),
  };
  return 0;
}

static int
setting_row(void *arg, const char *const *columns, const struct rocks_sql_value *v, size_t n)
{
  struct reading *in = arg;
  int64_t *of = array_more((void **)&in->setting_of, &in->setting_of_room, &in->nsetting_of,
                           sizeof *of);
  struct rocks_setting *setting = array_more((void **)&in->setting, &in->setting_room,
                                             &in->nsettings, sizeof *setting);

  (void)columns;
  (void)n;
  if (of == NULL || setting == NULL) {
    in->arena.failed = true;
    return 0;
  }
  *of = int_of(&v[0]);
  *setting = (struct rocks_setting){ .name = text(in, &v[1]), .value = text(in, &v[2]),
                                     .secret = int_of(&v[3]) != 0 };
  return 0;
}

static int
member_row(void *arg, const char *const *columns, const struct rocks_sql_value *v, size_t n)
{
  struct reading *in = arg;
  int64_t *of = array_more((void **)&in->member_of, &in->member_of_room, &in->nmember_of,
                           sizeof *of);
  struct rocks_member_row *member = array_more((void **)&in->member, &in->member_room,
                                               &in->nmembers, sizeof *member);

  (void)columns;
  (void)n;
  if (of == NULL || member == NULL) {
    in->arena.failed = true;
    return 0;
  }
  *of = int_of(&v[0]);
  *member = (struct rocks_member_row){
    .size = sizeof *member, .role = role_of(&v[1]), .index = count_of(&v[2]),
    .name = text(in, &v[3]), .site_uuid = text(in, &v[4]), .container = text(in, &v[5]),
    .mac = text(in, &v[6]), .segment = count_of(&v[7]), .cpus = count_of(&v[8]),
    .slice = count_of(&v[9]), .memory = count_of(&v[10]), .disk = count_of(&v[11]),
    .mac_uuid = text(in, &v[12]),
  };
  return 0;
}

static void
narrow(const struct reading *in, struct query *q)
{
  if (in->name != NULL) {
    query_text(q, " WHERE c.name = ");
    query_value(q, sql_text(in->name));
  }
}

/* Secrets are in a database that only root may read; others go without. */
static int
read_settings(struct reading *in)
{
  struct query q = { 0 };
  unsigned code = 0;
  int result;

  query_text(&q, "SELECT c.id, s.name, s.value, 0 AS secret FROM mvc_clusters c "
                 "JOIN mvc_settings s ON s.cluster = c.id");
  narrow(in, &q);
  query_text(&q, " UNION ALL SELECT c.id, s.name, s.value, 1 FROM mvc_clusters c "
                 "JOIN mvc_secrets.settings s ON s.cluster = c.name");
  narrow(in, &q);
  query_text(&q, " ORDER BY 1, 4, 2");
  if (q.failed)
    result = db_nomem(in->r, in->call);
  else
    result = db_try(in->r, in->call, q.text, q.args, q.nargs, setting_row, in, &code);
  query_free(&q);
  if (result == 0 || code == 0)
    return result;
  if (code != ER_TABLEACCESS_DENIED_ERROR && code != ER_DBACCESS_DENIED_ERROR &&
      code != ER_NO_SUCH_TABLE && code != ER_BAD_DB_ERROR)
    return db_failed(in->r, in->call, code, "the settings of clusters cannot be read");
  query_text(&q, "SELECT c.id, s.name, s.value, 0 AS secret FROM mvc_clusters c "
                 "JOIN mvc_settings s ON s.cluster = c.id");
  narrow(in, &q);
  query_text(&q, " ORDER BY 1, 2");
  return db_query(in->r, in->call, &q, setting_row, in);
}

static int
read_all(struct reading *in)
{
  struct query q = { 0 };

  query_text(&q, "SELECT c.id, c.name, c.network_backend, c.vm_backend, c.state, "
                 "c.inner_subnet, c.mtu FROM mvc_clusters c");
  narrow(in, &q);
  query_text(&q, " ORDER BY c.id");
  if (db_query(in->r, in->call, &q, cluster_row, in) != 0 || read_settings(in) != 0)
    return -1;
  query_text(&q, "SELECT m.cluster, m.role, m.idx, m.name, m.site_uuid, m.container, m.mac, "
                 "m.segment, m.cpus, m.slice, m.mem, m.disk, k.site_uuid FROM mvc_members m "
                 "JOIN mvc_clusters c ON c.id = m.cluster "
                 "LEFT JOIN mvc_macs k ON k.mac = m.mac AND k.site_uuid <> m.site_uuid");
  narrow(in, &q);
  query_text(&q, " ORDER BY m.cluster, CASE m.role WHEN 'frontend' THEN 0 ELSE 1 END, m.idx, "
                 "m.name");
  if (db_query(in->r, in->call, &q, member_row, in) != 0)
    return -1;
  return in->arena.failed ? db_nomem(in->r, in->call) : 0;
}

/* The run of rows that belongs to a cluster. */
static size_t
take(const int64_t *of, size_t n, int64_t id, size_t *next, size_t *first)
{
  while (*next < n && of[*next] < id)
    ++*next;
  *first = *next;
  while (*next < n && of[*next] == id)
    ++*next;
  return *next - *first;
}

static int
give(struct reading *in, int (*cluster)(void *arg, const struct rocks_cluster_row *), void *arg)
{
  size_t i, member = 0, setting = 0, first;
  int result;

  for (i = 0; i < in->n; i++) {
    struct found *f = &in->cluster[i];

    f->row.nmembers = take(in->member_of, in->nmembers, f->id, &member, &first);
    f->row.members = f->row.nmembers == 0 ? NULL : in->member + first;
    f->row.settings.count = take(in->setting_of, in->nsettings, f->id, &setting, &first);
    f->row.settings.item = f->row.settings.count == 0 ? NULL : in->setting + first;
    result = cluster(arg, &f->row);
    if (result != 0)
      return result;
  }
  return 0;
}

static void
forget(struct reading *in)
{
  size_t i;

  for (i = 0; i < in->nsettings; i++)
    if (in->setting[i].secret) /* keys do not stay in freed memory */
      explicit_bzero((void *)in->setting[i].value, strlen(in->setting[i].value));
  free(in->cluster);
  free(in->member_of);
  free(in->setting_of);
  free(in->member);
  free(in->setting);
  arena_free(&in->arena);
}

int
db_clusters(struct rocks_resource *r, struct rocks_call *call, const char *name,
            int (*cluster)(void *arg, const struct rocks_cluster_row *), void *arg)
{
  struct reading in = { .r = r, .call = call, .name = name };
  bool begin = !r->open;
  int result;

  if (r->bare)
    return 0;
  if (db_ours(r, call) != 0 || (begin && db_begin(r, call, true) != 0))
    return -1;
  result = read_all(&in);
  if (begin)
    db_rollback(r); /* nothing was written */
  if (result == 0)
    result = give(&in, cluster, arg);
  forget(&in);
  return result;
}

struct lease_reading {
  const char *site;
  int (*lease)(void *arg, const char *home_uuid, const char *cluster,
               const struct rocks_member_row *);
  void *arg;
};

static int
lease_row(void *arg, const char *const *columns, const struct rocks_sql_value *v, size_t n)
{
  struct lease_reading *in = arg;
  struct rocks_member_row member = {
    .size = sizeof member, .role = role_of(&v[3]), .index = count_of(&v[4]),
    .name = text_of(&v[2]), .site_uuid = in->site, .container = text_of(&v[5]),
    .mac = text_of(&v[6]), .segment = count_of(&v[7]), .cpus = count_of(&v[8]),
    .slice = count_of(&v[9]), .memory = count_of(&v[10]), .disk = count_of(&v[11]),
    .mac_uuid = "",
  };

  (void)columns;
  (void)n;
  return in->lease(in->arg, text_of(&v[0]), text_of(&v[1]), &member);
}

int
db_leases(struct rocks_resource *r, struct rocks_call *call,
          int (*lease)(void *arg, const char *home_uuid, const char *cluster,
                       const struct rocks_member_row *),
          void *arg)
{
  struct lease_reading in = { .site = r->uuid, .lease = lease, .arg = arg };

  if (r->bare)
    return 0;
  if (db_ours(r, call) != 0)
    return -1;
  return db_run(r, call, "SELECT home_uuid, cluster, vm, role, idx, container, mac, segment, "
                         "cpus, slice, mem, disk FROM mvc_leases ORDER BY id",
                NULL, 0, lease_row, &in, NULL, NULL);
}
