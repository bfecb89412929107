/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The clusters of a home site: writing.
 */
#include <string.h>

#include "cluster.h"

static int
known_state(struct rocks_resource *r, struct rocks_call *call, const char *state)
{
  static const char *const states[] = { "adding",   "stopped",  "starting", "running",
                                        "stopping", "removing", "switching" };
  size_t i;

  /* A lax server would store a state that it does not know as "". */
  for (i = 0; i < sizeof states / sizeof states[0]; i++)
    if (strcmp(state, states[i]) == 0)
      return 0;
  r->core->error(call, ROCKS_EINVALID, "\"%s\" is no state of a cluster", state);
  return -1;
}

static int
id_row(void *arg, const char *const *columns, const struct rocks_sql_value *v, size_t n)
{
  (void)columns;
  (void)n;
  *(int64_t *)arg = int_of(&v[0]);
  return 0;
}

static int
cluster_id(struct rocks_resource *r, struct rocks_call *call, const char *name, int64_t *id)
{
  struct query q = { 0 };

  *id = 0;
  query_text(&q, "SELECT id FROM mvc_clusters WHERE name = ");
  query_value(&q, sql_text(name));
  if (db_query(r, call, &q, id_row, id) != 0)
    return -1;
  return 0;
}

static int
write_cluster(struct rocks_resource *r, struct rocks_call *call,
              const struct rocks_cluster_row *row, int64_t *id)
{
  struct query q = { 0 };

  query_text(&q, "INSERT INTO mvc_clusters (name, node, network_backend, vm_backend, state, "
                 "inner_subnet, mtu, created) SELECT ");
  query_value(&q, sql_text(row->name));
  query_text(&q, ",(SELECT MIN(ID) FROM nodes WHERE Name = ");
  query_value(&q, sql_text(row->name));
  query_text(&q, "),");
  query_values(&q, (const struct rocks_sql_value[]){
      sql_text(row->network_backend), sql_text(row->vm_backend), sql_text(row->state),
      sql_text(row->inner_subnet), sql_int(row->mtu) }, 5);
  query_text(&q, ",UTC_TIMESTAMP() ON DUPLICATE KEY UPDATE node = VALUES(node), "
                 "network_backend = VALUES(network_backend), vm_backend = VALUES(vm_backend), "
                 "state = VALUES(state), inner_subnet = VALUES(inner_subnet), "
                 "mtu = VALUES(mtu)");
  if (db_query(r, call, &q, NULL, NULL) != 0)
    return -1;
  return cluster_id(r, call, row->name, id);
}

static int
delete_where(struct rocks_resource *r, struct rocks_call *call, const char *sql,
             struct rocks_sql_value value)
{
  return db_run(r, call, sql, &value, 1, NULL, NULL, NULL, NULL);
}

/* Those that anyone may read, or those that only root may. */
static int
write_settings(struct rocks_resource *r, struct rocks_call *call,
               const struct rocks_cluster_row *row, int64_t id, bool secret)
{
  struct query q = { 0 };
  size_t i;

  query_text(&q, secret ? "INSERT INTO mvc_secrets.settings (cluster, name, value) VALUES "
                        : "INSERT INTO mvc_settings (cluster, name, value) VALUES ");
  for (i = 0; i < row->settings.count; i++) {
    const struct rocks_setting *s = &row->settings.item[i];

    if (s->secret == secret && s->value != NULL)
      QUERY_ROW(&q, secret ? sql_text(row->name) : sql_int(id), sql_text(s->name),
                sql_text(s->value));
  }
  if (q.rows)
    return db_query(r, call, &q, NULL, NULL);
  query_free(&q);
  return 0;
}

static int
write_members(struct rocks_resource *r, struct rocks_call *call,
              const struct rocks_cluster_row *row, int64_t id)
{
  struct query q = { 0 };
  size_t i;

  if (row->nmembers == 0)
    return 0;
  query_text(&q, "INSERT INTO mvc_members (cluster, site_uuid, name, container, role, mac, "
                 "segment, cpus, mem, disk, slice, idx) VALUES ");
  for (i = 0; i < row->nmembers; i++) {
    const struct rocks_member_row *m = &row->members[i];
    bool mac = m->mac != NULL && m->mac[0] != '\0';

    QUERY_ROW(&q, sql_int(id), sql_text(m->site_uuid), sql_text(m->name),
              sql_text(m->container),
              sql_text(m->role == ROCKS_ROLE_FRONTEND ? "frontend" : "compute"),
              mac ? sql_text(m->mac) : sql_null(),
              m->segment == 0 ? sql_null() : sql_int(m->segment), sql_int(m->cpus),
              sql_int((int64_t)m->memory), sql_int((int64_t)m->disk), sql_int(m->slice),
              sql_int(m->index));
  }
  return db_query(r, call, &q, NULL, NULL);
}

static int
delete_macs(struct rocks_resource *r, struct rocks_call *call, const char *cluster)
{
  const struct rocks_sql_value ours[] = { sql_text(r->uuid), sql_text(cluster) };

  return db_run(r, call, "DELETE FROM mvc_macs WHERE home_uuid = ? AND cluster = ?", ours, 2, NULL,
                NULL, NULL, NULL);
}

/* Whom to tell, once the cluster is gone, of MACs that its VMs took along. */
static int
write_macs(struct rocks_resource *r, struct rocks_call *call,
           const struct rocks_cluster_row *row)
{
  const struct rocks_sql_value ours[] = { sql_text(r->uuid), sql_text(row->name) };
  struct query q = { 0 };
  size_t i;

  if (delete_macs(r, call, row->name) != 0)
    return -1;
  query_text(&q, "INSERT INTO mvc_macs (mac, home_uuid, cluster, vm, site_uuid) VALUES ");
  for (i = 0; i < row->nmembers; i++) {
    const struct rocks_member_row *m = &row->members[i];

    if (m->mac_uuid != NULL && m->mac_uuid[0] != '\0')
      QUERY_ROW(&q, sql_text(m->mac), ours[0], ours[1], sql_text(m->name), sql_text(m->mac_uuid));
  }
  if (q.rows)
    return db_query(r, call, &q, NULL, NULL);
  query_free(&q);
  return 0;
}

int
cluster_write(struct rocks_resource *r, struct rocks_call *call,
              const struct rocks_cluster_row *row)
{
  int64_t id = 0;

  if (known_state(r, call, row->state) != 0 || write_cluster(r, call, row, &id) != 0 ||
      delete_where(r, call, "DELETE FROM mvc_settings WHERE cluster = ?", sql_int(id)) != 0 ||
      delete_where(r, call, "DELETE FROM mvc_members WHERE cluster = ?", sql_int(id)) != 0 ||
      delete_where(r, call, "DELETE FROM mvc_secrets.settings WHERE cluster = ?",
                   sql_text(row->name)) != 0 ||
      write_settings(r, call, row, id, false) != 0 ||
      write_settings(r, call, row, id, true) != 0 || write_members(r, call, row, id) != 0 ||
      write_macs(r, call, row) != 0)
    return -1;
  return 0;
}

int
db_record(struct rocks_resource *r, struct rocks_call *call,
          const struct rocks_cluster_row *row)
{
  if (db_ours(r, call) != 0 || db_begin(r, call, false) != 0)
    return -1;
  if (cluster_write(r, call, row) != 0) {
    db_rollback(r);
    return -1;
  }
  return db_commit(r, call);
}

int
db_set_state(struct rocks_resource *r, struct rocks_call *call, const char *cluster,
             const char *state)
{
  const struct rocks_sql_value args[] = { sql_text(state), sql_text(cluster) };
  int64_t matched = 0;

  if (db_ours(r, call) != 0 || known_state(r, call, state) != 0 ||
      db_run(r, call, "UPDATE mvc_clusters SET state = ? WHERE name = ?", args, 2, NULL, NULL,
             &matched, NULL) != 0)
    return -1;
  if (matched == 0) {
    r->core->error(call, ROCKS_ENOTFOUND, "there is no cluster %s", cluster);
    return -1;
  }
  return 0;
}

static int
forget(struct rocks_resource *r, struct rocks_call *call, const char *cluster)
{
  int64_t id;

  if (cluster_id(r, call, cluster, &id) != 0 ||
      delete_where(r, call, "DELETE FROM mvc_secrets.settings WHERE cluster = ?",
                   sql_text(cluster)) != 0)
    return -1;
  if (id == 0)
    return 0;
  /* Settings and members go with their cluster. */
  if (delete_macs(r, call, cluster) != 0 ||
      delete_where(r, call, "DELETE FROM mvc_journal WHERE cluster = ?", sql_int(id)) != 0)
    return -1;
  return delete_where(r, call, "DELETE FROM mvc_clusters WHERE id = ?", sql_int(id));
}

int
db_forget(struct rocks_resource *r, struct rocks_call *call, const char *cluster)
{
  if (db_ours(r, call) != 0 || db_begin(r, call, false) != 0)
    return -1;
  if (forget(r, call, cluster) != 0) {
    db_rollback(r);
    return -1;
  }
  return db_commit(r, call);
}
