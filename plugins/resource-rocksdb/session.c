/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Statements and transactions.
 *
 * The server's SQL mode is left as it is, since Rocks' own programs share the
 * server: our statements give every column a value that fits, so that strict
 * and lax servers do the same, and use nothing that ANSI_QUOTES,
 * PIPES_AS_CONCAT or ONLY_FULL_GROUP_BY read differently.
 */
#include <stdlib.h>
#include <string.h>

#include <mysql.h>

#include "rocksdb.h"

#ifdef MARIADB_BASE_VERSION
typedef my_bool null_flag;
#else
typedef bool null_flag;
#endif

/* The site's lock: one of the server's named locks, gone with the connection
 * of its holder, whatever happens to that. */
#define LOCK_NAME "LEFT(CONCAT('rocks-mvc.', DATABASE()), 64)"
#define LOCK_SECONDS "30"

/* One statement on its way, and the buffers of its result. */
struct statement {
  struct rocks_resource *r;
  struct rocks_call *call;
  MYSQL_STMT *stmt;
  MYSQL_BIND *params, *binds;
  MYSQL_RES *meta;
  const char **columns;
  struct rocks_sql_value *values;
  unsigned long *lengths;
  null_flag *nulls;
  char *buffer;
  unsigned *code; /* where an error goes instead of to the user, or NULL */
};

static int
failed(struct statement *s)
{
  unsigned code = mysql_stmt_errno(s->stmt);

  if (s->code != NULL && code != 0) {
    *s->code = code;
    return -1;
  }
  return db_failed(s->r, s->call, code, mysql_stmt_error(s->stmt));
}

static int
bind_values(struct statement *s, const struct rocks_sql_value *args, size_t nargs)
{
  size_t i;

  s->params = calloc(nargs + 1, sizeof *s->params);
  if (s->params == NULL)
    return db_nomem(s->r, s->call);
  for (i = 0; i < nargs; i++) {
    MYSQL_BIND *bind = &s->params[i];

    switch (args[i].type) {
    case ROCKS_SQL_INT:
      bind->buffer_type = MYSQL_TYPE_LONGLONG;
      bind->buffer = (void *)&args[i].integer;
      break;
    case ROCKS_SQL_TEXT:
      bind->buffer_type = MYSQL_TYPE_STRING;
      bind->buffer = (void *)args[i].text;
      bind->buffer_length = args[i].length;
      break;
    default:
      bind->buffer_type = MYSQL_TYPE_NULL;
    }
  }
  return 0;
}

static size_t
count_places(const char *sql)
{
  size_t n = 0;
  char quote = '\0';

  for (; *sql != '\0'; sql++) {
    if (quote != '\0')
      quote = *sql == quote ? '\0' : quote;
    else if (*sql == '\'' || *sql == '"' || *sql == '`')
      quote = *sql;
    else if (*sql == '?')
      n++;
  }
  return n;
}

static int
execute(struct statement *s, const char *sql, const struct rocks_sql_value *args, size_t nargs)
{
  null_flag yes = 1;

  if (count_places(sql) != nargs) {
    s->r->core->error(s->call, ROCKS_EBACKEND,
                      "a statement has %zu places for %zu values: %s", count_places(sql),
                      nargs, sql);
    return -1;
  }
  if (bind_values(s, args, nargs) != 0)
    return -1;
  mysql_stmt_attr_set(s->stmt, STMT_ATTR_UPDATE_MAX_LENGTH, &yes);
#ifdef MARIADB_BASE_VERSION
  {
    /* MariaDB prepares and executes in one round trip. */
    unsigned prebound = (unsigned)nargs;

    if (mysql_stmt_attr_set(s->stmt, STMT_ATTR_PREBIND_PARAMS, &prebound) != 0 ||
        (nargs > 0 && mysql_stmt_bind_param(s->stmt, s->params) != 0) ||
        mariadb_stmt_execute_direct(s->stmt, sql, strlen(sql)) != 0)
      return failed(s);
  }
#else
  if (mysql_stmt_prepare(s->stmt, sql, strlen(sql)) != 0 ||
      (nargs > 0 && mysql_stmt_bind_param(s->stmt, s->params) != 0) ||
      mysql_stmt_execute(s->stmt) != 0)
    return failed(s);
#endif
  return 0;
}

static bool
is_integer(const MYSQL_FIELD *field)
{
  switch (field->type) {
  case MYSQL_TYPE_TINY:
  case MYSQL_TYPE_SHORT:
  case MYSQL_TYPE_INT24:
  case MYSQL_TYPE_LONG:
  case MYSQL_TYPE_LONGLONG:
  case MYSQL_TYPE_YEAR:
    return true;
  case MYSQL_TYPE_NEWDECIMAL: /* SUM() of integers */
    return field->decimals == 0;
  default:
    return false;
  }
}

/* Buffers as wide as the widest value of each column: nothing is cut.  All is
 * fetched as text; numbers are few and short. */
static int
bind_result(struct statement *s, unsigned n)
{
  const MYSQL_FIELD *fields = mysql_fetch_fields(s->meta);
  size_t size = 0;
  unsigned i;

  for (i = 0; i < n; i++)
    size += fields[i].max_length + 1;
  s->binds = calloc(n, sizeof *s->binds);
  s->columns = calloc(n, sizeof *s->columns);
  s->values = calloc(n, sizeof *s->values);
  s->lengths = calloc(n, sizeof *s->lengths);
  s->nulls = calloc(n, sizeof *s->nulls);
  s->buffer = malloc(size);
  if (s->binds == NULL || s->columns == NULL || s->values == NULL || s->lengths == NULL ||
      s->nulls == NULL || s->buffer == NULL)
    return db_nomem(s->r, s->call);
  for (size = 0, i = 0; i < n; i++) {
    s->columns[i] = fields[i].name;
    s->binds[i].buffer_type = MYSQL_TYPE_STRING;
    s->binds[i].buffer = s->buffer + size;
    s->binds[i].buffer_length = fields[i].max_length + 1;
    s->binds[i].length = &s->lengths[i];
    s->binds[i].is_null = &s->nulls[i];
    size += fields[i].max_length + 1;
  }
  return mysql_stmt_bind_result(s->stmt, s->binds) != 0 ? failed(s) : 0;
}

static void
read_row(struct statement *s, unsigned n)
{
  const MYSQL_FIELD *fields = mysql_fetch_fields(s->meta);
  unsigned i;

  for (i = 0; i < n; i++) {
    struct rocks_sql_value *value = &s->values[i];
    char *text = s->binds[i].buffer;

    *value = (struct rocks_sql_value){ .type = ROCKS_SQL_NULL };
    if (s->nulls[i])
      continue;
    if (s->lengths[i] >= s->binds[i].buffer_length)
      s->lengths[i] = s->binds[i].buffer_length - 1;
    text[s->lengths[i]] = '\0';
    value->type = is_integer(&fields[i]) ? ROCKS_SQL_INT : ROCKS_SQL_TEXT;
    value->text = text;
    value->length = s->lengths[i];
    if (value->type == ROCKS_SQL_INT)
      value->integer = strtoll(text, NULL, 10);
  }
}

static int
walk(struct statement *s, db_row *row, void *arg)
{
  unsigned n;
  int status, result;

  s->meta = mysql_stmt_result_metadata(s->stmt);
  if (s->meta == NULL) /* no result: an INSERT or the like */
    return mysql_stmt_errno(s->stmt) != 0 ? failed(s) : 0;
  n = mysql_num_fields(s->meta);
  if (mysql_stmt_store_result(s->stmt) != 0)
    return failed(s);
  if (row == NULL)
    return 0;
  /* max_length is known only now: ask for the metadata again. */
  mysql_free_result(s->meta);
  s->meta = mysql_stmt_result_metadata(s->stmt);
  if (s->meta == NULL)
    return failed(s);
  if (bind_result(s, n) != 0)
    return -1;
  while ((status = mysql_stmt_fetch(s->stmt)) == 0) {
    read_row(s, n);
    result = row(arg, s->columns, s->values, n);
    if (result != 0)
      return result;
  }
  return status == MYSQL_NO_DATA ? 0 : failed(s);
}

static void
finish(struct statement *s)
{
  if (s->meta != NULL)
    mysql_free_result(s->meta);
  if (s->stmt != NULL)
    mysql_stmt_close(s->stmt);
  free(s->params);
  free(s->binds);
  free(s->columns);
  free(s->values);
  free(s->lengths);
  free(s->nulls);
  free(s->buffer);
}

static int
run(struct statement *s, const char *sql, const struct rocks_sql_value *args, size_t nargs,
    db_row *row, void *arg, int64_t *changed, int64_t *last_id)
{
  int result;

  s->stmt = mysql_stmt_init(s->r->mysql);
  if (s->stmt == NULL)
    return db_nomem(s->r, s->call);
  result = execute(s, sql, args, nargs);
  if (result == 0) {
    if (changed != NULL)
      *changed = mysql_stmt_field_count(s->stmt) > 0
                   ? 0 : (int64_t)mysql_stmt_affected_rows(s->stmt);
    if (last_id != NULL)
      *last_id = (int64_t)mysql_stmt_insert_id(s->stmt);
    result = walk(s, row, arg);
  }
  finish(s);
  return result;
}

int
db_run(struct rocks_resource *r, struct rocks_call *call, const char *sql,
       const struct rocks_sql_value *args, size_t nargs, db_row *row, void *arg,
       int64_t *changed, int64_t *last_id)
{
  struct statement s = { .r = r, .call = call };

  return run(&s, sql, args, nargs, row, arg, changed, last_id);
}

int
db_try(struct rocks_resource *r, struct rocks_call *call, const char *sql,
       const struct rocks_sql_value *args, size_t nargs, db_row *row, void *arg,
       unsigned *code)
{
  struct statement s = { .r = r, .call = call, .code = code };

  *code = 0;
  return run(&s, sql, args, nargs, row, arg, NULL, NULL);
}

int
db_query(struct rocks_resource *r, struct rocks_call *call, struct query *q, db_row *row,
         void *arg)
{
  int result;

  if (q->failed)
    result = db_nomem(r, call);
  else
    result = db_run(r, call, q->text, q->args, q->nargs, row, arg, NULL, NULL);
  query_free(q);
  return result;
}

int
db_text(struct rocks_resource *r, struct rocks_call *call, const char *sql)
{
  MYSQL_RES *result;

  if (mysql_real_query(r->mysql, sql, strlen(sql)) != 0)
    return db_failed(r, call, mysql_errno(r->mysql), mysql_error(r->mysql));
  result = mysql_store_result(r->mysql);
  if (result != NULL)
    mysql_free_result(result);
  return 0;
}

struct holder {
  int64_t got, connection;
};

static int
lock_row(void *arg, const char *const *columns, const struct rocks_sql_value *v, size_t n)
{
  struct holder *holder = arg;

  (void)columns;
  (void)n;
  holder->got = int_of(&v[0]);
  holder->connection = int_of(&v[1]);
  return 0;
}

static int
take_lock(struct rocks_resource *r, struct rocks_call *call)
{
  struct holder holder = { 0 };

  if (db_run(r, call, "SELECT GET_LOCK(" LOCK_NAME ", " LOCK_SECONDS "), IS_USED_LOCK("
             LOCK_NAME ")", NULL, 0, lock_row, &holder, NULL, NULL) != 0)
    return -1;
  if (holder.got != 1) {
    r->core->error(call, ROCKS_EBACKEND,
                   "another command has been changing the database at %s for " LOCK_SECONDS
                   " seconds (connection %lld of the server): try again", r->where,
                   (long long)holder.connection);
    return -1;
  }
  r->locked = true;
  return 0;
}

static void
drop_lock(struct rocks_resource *r)
{
  static const char sql[] = "DO RELEASE_LOCK(" LOCK_NAME ")";

  if (r->locked)
    mysql_real_query(r->mysql, sql, sizeof sql - 1);
  r->locked = false;
}

int
db_begin(struct rocks_resource *r, struct rocks_call *call, bool read_only)
{
  if (r->open) {
    r->core->error(call, ROCKS_EBACKEND, "a transaction is open already");
    return -1;
  }
  if (!read_only && take_lock(r, call) != 0)
    return -1;
  if (db_text(r, call, read_only ? "START TRANSACTION READ ONLY" : "START TRANSACTION") != 0) {
    drop_lock(r);
    return -1;
  }
  r->open = true;
  return 0;
}

int
db_commit(struct rocks_resource *r, struct rocks_call *call)
{
  if (!r->open)
    return 0;
  if (mysql_commit(r->mysql) != 0) {
    int result = db_failed(r, call, mysql_errno(r->mysql), mysql_error(r->mysql));

    db_rollback(r);
    return result;
  }
  r->open = false;
  drop_lock(r);
  return 0;
}

void
db_rollback(struct rocks_resource *r)
{
  if (r->open)
    mysql_rollback(r->mysql);
  r->open = false;
  drop_lock(r);
}
