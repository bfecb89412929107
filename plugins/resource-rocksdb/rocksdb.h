/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What the files of this backend share.  Nothing of the MySQL library is seen
 * here: only connect.c and session.c include it.
 */
#ifndef ROCKSDB_H
#define ROCKSDB_H

#include <rocks/plugin.h>
#include <rocks/resource.h>
#include <rocks/sql.h>

#include "query.h"

/* The version of the mvc_ tables that this module reads and writes. */
#define ROCKSDB_SCHEMA 3

struct st_mysql;

/* The module's state, between start and stop. */
struct rocksdb {
  const struct rocks_core *core; /* borrowed from the core, outlives us */
};

/* An open inventory. */
struct rocks_resource {
  const struct rocks_core *core;
  struct st_mysql *mysql;
  char *where;   /* the server for messages: "socket /x" or "host h port p" */
  char *uuid;    /* of this site; NULL: no mvc_ tables that we know */
  bool bare;     /* there are no mvc_ tables at all: as the original made it */
  bool open;     /* a transaction is open */
  bool locked;   /* we hold the site's lock */
};

typedef int db_row(void *arg, const char *const *columns,
                   const struct rocks_sql_value *values, size_t n);

/* One sentence that explains the database's last error; -1. */
int db_failed(struct rocks_resource *r, struct rocks_call *call, unsigned code,
              const char *text);
int db_nomem(struct rocks_resource *r, struct rocks_call *call);

/* connect.c: the connection, and what stands behind it. */
struct db_uri;
int db_connect(const struct rocks_core *core, struct rocks_call *call,
               const struct db_uri *uri, const char *socket, bool database,
               struct rocks_resource **out);
int db_open(void *state, struct rocks_call *call, const char *uri, const char *socket,
            bool bare, struct rocks_resource **out);
void db_close(struct rocks_resource *r);

/* session.c.  db_run is struct rocks_sql_ops.run; db_try is the same, but
 * hands the server's error number to *code instead of reporting it. */
int db_run(struct rocks_resource *r, struct rocks_call *call, const char *sql,
           const struct rocks_sql_value *args, size_t nargs, db_row *row, void *arg,
           int64_t *changed, int64_t *last_id);
int db_try(struct rocks_resource *r, struct rocks_call *call, const char *sql,
           const struct rocks_sql_value *args, size_t nargs, db_row *row, void *arg,
           unsigned *code);
/* Sends a statement as text: DDL and the like, without values. */
int db_text(struct rocks_resource *r, struct rocks_call *call, const char *sql);
/* A transaction that writes holds the site's lock from before its first read:
 * all writers of this program come one after the other. */
int db_begin(struct rocks_resource *r, struct rocks_call *call, bool read_only);
int db_commit(struct rocks_resource *r, struct rocks_call *call);
void db_rollback(struct rocks_resource *r);

/* Runs and frees a query; reports when it could not be built. */
int db_query(struct rocks_resource *r, struct rocks_call *call, struct query *q,
             db_row *row, void *arg);

/* create.c */
int db_create(void *state, struct rocks_call *call, const char *uri, const char **made);

/* The narrow interface, see <rocks/resource.h>. */
int db_snapshot(struct rocks_resource *r, struct rocks_call *call,
                const struct rocks_snapshot *want);
int db_reserve(struct rocks_resource *r, struct rocks_call *call,
               const struct rocks_reservation *want);
int db_release(struct rocks_resource *r, struct rocks_call *call, const char *home_uuid,
               const char *cluster, const char *const *names, size_t nnames);
int db_depart(struct rocks_resource *r, struct rocks_call *call, const char *home_uuid,
              const char *cluster, const char *name);
int db_relocate(struct rocks_resource *r, struct rocks_call *call,
                const struct rocks_relocation *want);
int db_renumber(struct rocks_resource *r, struct rocks_call *call,
                const struct rocks_renumbering *want);
/* Deletes `vlan<N>` of those containers that no VM with that tag is left on; in
 * the transaction that is open. */
int tags_delete(struct rocks_resource *r, struct rocks_call *call, const int64_t *segments,
                size_t nsegments, const int64_t *containers, size_t ncontainers);
int db_leases(struct rocks_resource *r, struct rocks_call *call,
              int (*lease)(void *arg, const char *home_uuid, const char *cluster,
                           const struct rocks_member_row *),
              void *arg);
int db_clusters(struct rocks_resource *r, struct rocks_call *call, const char *name,
                int (*cluster)(void *arg, const struct rocks_cluster_row *), void *arg);
int db_record(struct rocks_resource *r, struct rocks_call *call,
              const struct rocks_cluster_row *row);
int db_set_state(struct rocks_resource *r, struct rocks_call *call, const char *cluster,
                 const char *state);
int db_forget(struct rocks_resource *r, struct rocks_call *call, const char *cluster);
int db_journal(struct rocks_resource *r, struct rocks_call *call,
               const struct rocks_journal_row *rows, size_t nrows);
int db_journal_read(struct rocks_resource *r, struct rocks_call *call, const char *cluster,
                    int (*row)(void *arg, const struct rocks_journal_row *), void *arg);
int db_set_capacity(struct rocks_resource *r, struct rocks_call *call, const char *host,
                    uint32_t cpus, uint64_t memory, uint64_t disk);

/* Reports when the database has no mvc_ tables of ours; 0 when it has. */
int db_ours(struct rocks_resource *r, struct rocks_call *call);
/* The same, but 0 also for a database without any: what would be kept in them is
 * not there then, and r->uuid is NULL. */
int db_ours_or_bare(struct rocks_resource *r, struct rocks_call *call);

#endif /* ROCKSDB_H */
