/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * SQL for commands: statements with bound values, results as tables.
 */
#ifndef ROCKS_FRAMEWORK_DB_H
#define ROCKS_FRAMEWORK_DB_H

#include <rocks/resource.h>
#include <rocks/sql.h>

#include "base/call.h"

struct backend;
struct arena;

struct db {
  struct rocks_call *call;
  const struct backend *backend;     /* the resource backend behind it */
  const struct rocks_resource_ops *ops;
  struct rocks_resource *resource;
  bool in_transaction;
  unsigned statements; /* sent so far: tests count them */
};

/* A complete result.  Cells are owned by it; NULL is SQL NULL. */
struct rows {
  size_t count, columns;
  char **cell;         /* count x columns */
  struct arena *arena; /* what the cells point into */
};

/* Opens the database that ROCKS_DATABASE or the configuration file names.
 * bare: the mvc_ tables need not be there.  NULL with the error reported. */
struct db *db_open(struct rocks_call *, bool bare);
/* The URI that those name; the caller frees; NULL with the error reported. */
char *db_uri(struct rocks_call *);
/* The same for any URI; `socket` as in resource.h. */
struct db *db_open_uri(struct rocks_call *, const char *uri, const char *socket, bool bare);
void db_close(struct db *);

/* `types` says what follows for each `?`: s text (NULL = SQL NULL), i int,
 * l int64_t; and v a const struct list *, whose texts take the place of the
 * next `%s` as `?, ?, ?`: for `in (%s)`.  An empty list is NULL there, so that
 * nothing is in it; never use one with `not in`.  No other %s may occur.
 * Returns 0 or -1 with the error reported. */
int db_query(struct db *, struct rows *, const char *sql, const char *types, ...);
int db_exec(struct db *, const char *sql, const char *types, ...);
/* The same, telling how many rows changed and the last AUTO_INCREMENT id. */
int db_change(struct db *, int64_t *changed, int64_t *last_id, const char *sql,
              const char *types, ...);
/* The same with one list for each `%s` of a statement made at run time. */
int db_query_in(struct db *, struct rows *, const char *sql, const struct list *values);
int db_query_lists(struct db *, struct rows *, const char *sql, const struct list *const lists[]);
/* The first cell of the result; NULL when there is none or it is NULL (tell the
 * two apart by *found, which may be NULL).  -1 on error.  Caller frees *value. */
int db_value(struct db *, char **value, bool *found, const char *sql, const char *types, ...);

/* The same with values and rows as of <rocks/sql.h>. */
typedef int db_row(void *arg, const char *const *columns, const struct rocks_sql_value *values,
                   size_t n);
int db_walk(struct db *, const char *sql, const struct rocks_sql_value *args, size_t nargs,
            db_row *row, void *arg, int64_t *changed, int64_t *last_id);

int db_begin(struct db *);
/* The server refuses every change until the end of the transaction. */
int db_begin_read_only(struct db *);
int db_commit(struct db *);
void db_rollback(struct db *);

const char *row_text(const struct rows *, size_t row, size_t column); /* may be NULL */
int64_t row_int(const struct rows *, size_t row, size_t column);      /* NULL reads as 0 */
void rows_free(struct rows *);
#define CLEANUP_ROWS __attribute__((cleanup(rows_free)))

#endif
