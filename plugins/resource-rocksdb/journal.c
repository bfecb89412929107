/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What was done when, and what containers have.
 */
#include <string.h>

#include "rocksdb.h"

static struct rocks_sql_value
or_null(const char *text)
{
  return text == NULL || text[0] == '\0' ? sql_null() : sql_text(text);
}

static int
check_row(struct rocks_resource *r, struct rocks_call *call,
          const struct rocks_journal_row *row)
{
  if (strcmp(row->state, "begun") == 0 || strcmp(row->state, "done") == 0 ||
      strcmp(row->state, "failed") == 0)
    return 0;
  r->core->error(call, ROCKS_EINVALID, "\"%s\" is no state of a step", row->state);
  return -1;
}

/* One statement, and no transaction around it: one round trip.  A cluster that
 * is forgotten has id 0. */
int
db_journal(struct rocks_resource *r, struct rocks_call *call,
           const struct rocks_journal_row *rows, size_t nrows)
{
  struct query q = { 0 };
  size_t i;

  if (nrows == 0)
    return 0;
  if (db_ours(r, call) != 0)
    return -1;
  query_text(&q, "INSERT INTO mvc_journal (cluster, site_uuid, host, step, vm, state, detail, "
                 "at) VALUES ");
  for (i = 0; i < nrows; i++) {
    if (check_row(r, call, &rows[i]) != 0) {
      query_free(&q);
      return -1;
    }
    query_text(&q, i > 0 ? ",(" : "(");
    query_text(&q, "COALESCE((SELECT c.id FROM mvc_clusters c WHERE c.name = ");
    query_value(&q, sql_text(rows[i].cluster));
    query_text(&q, "), 0),");
    query_values(&q, (const struct rocks_sql_value[]){
        or_null(rows[i].site_uuid), or_null(rows[i].host), sql_text(rows[i].step),
        or_null(rows[i].vm), sql_text(rows[i].state), or_null(rows[i].detail) }, 6);
    query_text(&q, ",UTC_TIMESTAMP())");
  }
  return db_query(r, call, &q, NULL, NULL);
}

struct reading {
  int (*row)(void *arg, const struct rocks_journal_row *);
  void *arg;
};

static int
journal_row(void *arg, const char *const *columns, const struct rocks_sql_value *v, size_t n)
{
  struct reading *in = arg;
  struct rocks_journal_row row = {
    .size = sizeof row, .cluster = text_of(&v[0]), .site_uuid = text_of(&v[1]),
    .host = text_of(&v[2]), .step = text_of(&v[3]), .vm = text_of(&v[4]),
    .state = text_of(&v[5]), .detail = text_of(&v[6]),
  };

  (void)columns;
  (void)n;
  return in->row(in->arg, &row);
}

int
db_journal_read(struct rocks_resource *r, struct rocks_call *call, const char *cluster,
                int (*row)(void *arg, const struct rocks_journal_row *), void *arg)
{
  struct reading in = { .row = row, .arg = arg };
  const struct rocks_sql_value args[] = { sql_text(cluster) };

  if (db_ours(r, call) != 0)
    return -1;
  return db_run(r, call, "SELECT c.name, j.site_uuid, j.host, j.step, j.vm, j.state, j.detail "
                         "FROM mvc_journal j JOIN mvc_clusters c ON c.id = j.cluster "
                         "WHERE c.name = ? ORDER BY j.id",
                args, 1, journal_row, &in, NULL, NULL);
}

int
db_set_capacity(struct rocks_resource *r, struct rocks_call *call, const char *host,
                uint32_t cpus, uint64_t memory, uint64_t disk)
{
  struct query q = { 0 };

  if (db_ours(r, call) != 0)
    return -1;
  query_text(&q, "INSERT INTO mvc_containers (host, cpus, mem, disk, drained, seen) VALUES (");
  query_values(&q, (const struct rocks_sql_value[]){
      sql_text(host), sql_int(cpus), sql_int((int64_t)memory), sql_int((int64_t)disk) }, 4);
  /* Drained or not is the admin's word and stays. */
  query_text(&q, ",0,UTC_TIMESTAMP()) ON DUPLICATE KEY UPDATE cpus = VALUES(cpus), "
                 "mem = VALUES(mem), disk = VALUES(disk), seen = VALUES(seen)");
  return db_query(r, call, &q, NULL, NULL);
}
