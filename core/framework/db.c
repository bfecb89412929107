/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "framework/config.h"
#include "framework/db.h"
#include "plugin/backend.h"

#define DATABASE_FALLBACK "mysql://localhost/cluster"
#define ARENA_BLOCK 65536

/* Cells live in blocks: one allocation for each would cost more than the
 * query once there are thousands of hosts. */
struct arena {
  struct arena *next;
  size_t used, room;
  char data[];
};

static char *
arena_copy(struct rows *rows, const char *data, size_t length)
{
  struct arena *arena = rows->arena;
  char *copy;

  if (arena == NULL || arena->room - arena->used < length + 1) {
    size_t room = length + 1 > ARENA_BLOCK ? length + 1 : ARENA_BLOCK;

    arena = mem_new(1, sizeof *arena + room);
    arena->room = room;
    arena->next = rows->arena;
    rows->arena = arena;
  }
  copy = arena->data + arena->used;
  memcpy(copy, data, length);
  copy[length] = '\0';
  arena->used += length + 1;
  return copy;
}

void
rows_free(struct rows *rows)
{
  while (rows->arena != NULL) {
    struct arena *next = rows->arena->next;

    free(rows->arena);
    rows->arena = next;
  }
  free(rows->cell);
  *rows = (struct rows){ 0 };
}

const char *
row_text(const struct rows *rows, size_t row, size_t column)
{
  return rows->cell[row * rows->columns + column];
}

int64_t
row_int(const struct rows *rows, size_t row, size_t column)
{
  const char *text = row_text(rows, row, column);

  return text != NULL ? strtoll(text, NULL, 10) : 0;
}

static int
collect_row(void *arg, const char *const *columns, const struct rocks_sql_value *values, size_t n)
{
  struct rows *rows = arg;
  size_t i;

  (void) columns;
  rows->columns = n;
  for (i = 0; i < n; i++) {
    size_t at = rows->count * n + i;

    rows->cell = mem_grow(rows->cell, at, sizeof *rows->cell);
    rows->cell[at] = values[i].type == ROCKS_SQL_NULL
      ? NULL : arena_copy(rows, values[i].text, values[i].length);
  }
  rows->count++;
  return 0;
}

/* Length of the scheme of `uri`, or 0 when it has none. */
static size_t
scheme_length(const char *uri)
{
  size_t n = strspn(uri, "abcdefghijklmnopqrstuvwxyz0123456789+.-");

  return uri[0] >= 'a' && uri[0] <= 'z' && uri[n] == ':' ? n : 0;
}

struct db *
db_open_uri(struct rocks_call *call, const char *uri, const char *socket, bool bare)
{
  const struct backend *backend;
  struct rocks_resource *resource = NULL;
  struct db *db;
  char *scheme;
  size_t n = scheme_length(uri);

  /* A URI may hold a password, so it is not shown. */
  if (n == 0) {
    call_fail(call, ROCKS_EINVALID, "the database's address has no scheme, as in \"%s\"",
              DATABASE_FALLBACK);
    return NULL;
  }
  scheme = mem_format("%.*s", (int) n, uri);
  backend = backend_for_scheme(call, scheme);
  free(scheme);
  if (backend == NULL
      || backend->ops.resource.open(backend->state, call, uri, socket, bare, &resource) != 0)
    return NULL;
  db = mem_new(1, sizeof *db);
  db->call = call;
  db->backend = backend;
  db->ops = &backend->ops.resource;
  db->resource = resource;
  return db;
}

char *
db_uri(struct rocks_call *call)
{
  const char *uri = getenv("ROCKS_DATABASE");
  char *configured = NULL;

  if (uri != NULL && *uri != '\0')
    return mem_copy(uri);
  if (config_get(call, "database", &configured) != 0)
    return NULL;
  return configured != NULL ? configured : mem_copy(DATABASE_FALLBACK);
}

struct db *
db_open(struct rocks_call *call, bool bare)
{
  CLEANUP_FREE char *uri = db_uri(call);

  return uri != NULL ? db_open_uri(call, uri, NULL, bare) : NULL;
}

void
db_close(struct db *db)
{
  if (db == NULL)
    return;
  if (db->in_transaction)
    db_rollback(db);
  db->ops->close(db->resource);
  free(db);
}

static const struct rocks_sql_ops *
sql_ops(struct db *db)
{
  if (db->ops->sql == NULL)
    call_fail(db->call, ROCKS_EUNSUPPORTED,
              "resource backend \"%s\" keeps no Rocks tables, which this command needs",
              db->backend->plugin.name);
  return db->ops->sql;
}

int
db_walk(struct db *db, const char *sql, const struct rocks_sql_value *args, size_t nargs,
        db_row *row, void *arg, int64_t *changed, int64_t *last_id)
{
  const struct rocks_sql_ops *ops = sql_ops(db);

  if (ops == NULL)
    return -1;
  db->statements++;
  return ops->run(db->resource, db->call, sql, args, nargs, row, arg, changed, last_id);
}

static int
run_statement(struct db *db, struct rows *rows, const char *sql,
              const struct rocks_sql_value *args, size_t nargs, int64_t *changed,
              int64_t *last_id)
{
  if (rows != NULL)
    *rows = (struct rows){ 0 };
  if (db_walk(db, sql, args, nargs, rows != NULL ? collect_row : NULL, rows, changed, last_id)
      == 0)
    return 0;
  if (rows != NULL)
    rows_free(rows);
  return -1;
}

static struct rocks_sql_value
text_value(const char *text)
{
  struct rocks_sql_value value = { .type = ROCKS_SQL_NULL };

  if (text != NULL)
    value = (struct rocks_sql_value){
      .type = ROCKS_SQL_TEXT, .text = text, .length = strlen(text)
    };
  return value;
}

struct bound {
  struct rocks_sql_value *item;
  size_t count;
};

static void
bind(struct bound *bound, struct rocks_sql_value value)
{
  bound->item = mem_grow(bound->item, bound->count, sizeof *bound->item);
  bound->item[bound->count++] = value;
}

/* Puts as many marks in place of the next %s as `values` has; returns what of
 * `sql` stands behind it. */
static const char *
bind_list(struct bound *bound, struct text *text, const char *sql, const struct list *values)
{
  const char *mark = strstr(sql, "%s");
  size_t i;

  if (mark == NULL)
    return sql;
  text_add_bytes(text, sql, (size_t) (mark - sql));
  /* "in ()" is no SQL; nothing is in (NULL). */
  if (values->count == 0)
    text_add(text, "NULL");
  for (i = 0; i < values->count; i++) {
    text_add(text, "%s?", i > 0 ? ", " : "");
    bind(bound, text_value(values->item[i]));
  }
  return mark + 2;
}

static int
run_bound(struct db *db, struct rows *rows, const char *sql, const char *types, va_list ap,
          int64_t *changed, int64_t *last_id)
{
  struct bound bound = { 0 };
  struct text text = { 0 };
  int result;

  for (; *types != '\0'; types++)
    if (*types == 'v')
      sql = bind_list(&bound, &text, sql, va_arg(ap, const struct list *));
    else if (*types == 's')
      bind(&bound, text_value(va_arg(ap, const char *)));
    else
      bind(&bound, (struct rocks_sql_value){
        .type = ROCKS_SQL_INT,
        .integer = *types == 'i' ? va_arg(ap, int) : va_arg(ap, int64_t)
      });
  text_add(&text, "%s", sql);
  result = run_statement(db, rows, text_get(&text), bound.item, bound.count, changed, last_id);
  text_free(&text);
  free(bound.item);
  return result;
}

int
db_query(struct db *db, struct rows *rows, const char *sql, const char *types, ...)
{
  va_list ap;
  int result;

  va_start(ap, types);
  result = run_bound(db, rows, sql, types, ap, NULL, NULL);
  va_end(ap);
  return result;
}

int
db_exec(struct db *db, const char *sql, const char *types, ...)
{
  va_list ap;
  int result;

  va_start(ap, types);
  result = run_bound(db, NULL, sql, types, ap, NULL, NULL);
  va_end(ap);
  return result;
}

int
db_change(struct db *db, int64_t *changed, int64_t *last_id, const char *sql,
          const char *types, ...)
{
  va_list ap;
  int result;

  va_start(ap, types);
  result = run_bound(db, NULL, sql, types, ap, changed, last_id);
  va_end(ap);
  return result;
}

int
db_value(struct db *db, char **value, bool *found, const char *sql, const char *types, ...)
{
  struct rows rows;
  va_list ap;
  int result;

  *value = NULL;
  va_start(ap, types);
  result = run_bound(db, &rows, sql, types, ap, NULL, NULL);
  va_end(ap);
  if (result != 0)
    return -1;
  if (found != NULL)
    *found = rows.count > 0;
  if (rows.count > 0)
    *value = mem_copy(row_text(&rows, 0, 0));
  rows_free(&rows);
  return 0;
}

int
db_query_lists(struct db *db, struct rows *rows, const char *sql, const struct list *const lists[])
{
  struct bound bound = { 0 };
  struct text text = { 0 };
  int result;

  while (strstr(sql, "%s") != NULL)
    sql = bind_list(&bound, &text, sql, *lists++);
  text_add(&text, "%s", sql);
  result = run_statement(db, rows, text_get(&text), bound.item, bound.count, NULL, NULL);
  text_free(&text);
  free(bound.item);
  return result;
}

int
db_query_in(struct db *db, struct rows *rows, const char *sql, const struct list *values)
{
  return db_query_lists(db, rows, sql, (const struct list *const[]){ values });
}

static int
begin(struct db *db, bool read_only)
{
  const struct rocks_sql_ops *ops = sql_ops(db);

  if (ops == NULL || ops->begin(db->resource, db->call, read_only) != 0)
    return -1;
  db->in_transaction = true;
  return 0;
}

int
db_begin(struct db *db)
{
  return begin(db, false);
}

int
db_begin_read_only(struct db *db)
{
  return begin(db, true);
}

int
db_commit(struct db *db)
{
  db->in_transaction = false;
  return db->ops->sql->commit(db->resource, db->call);
}

void
db_rollback(struct db *db)
{
  db->in_transaction = false;
  db->ops->sql->rollback(db->resource);
}
