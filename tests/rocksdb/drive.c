/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Drives the backend without the program: one operation per run, results as
 * lines of text.  usage: drive URI OPERATION [WORD...]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rocks/resource.h>

#include "drive.h"

const struct rocks_plugin *resource_rocksdb_LTX_rocks_entry(void);

struct rocks_call {
  enum rocks_code code;
};

__attribute__((format(printf, 3, 4))) static void
error(struct rocks_call *call, enum rocks_code code, const char *fmt, ...)
{
  va_list ap;

  if (call->code != ROCKS_OK)
    return;
  call->code = code;
  printf("error %d: ", (int)code);
  va_start(ap, fmt);
  vprintf(fmt, ap);
  va_end(ap);
  putchar('\n');
}

__attribute__((format(printf, 2, 3))) static void
note(struct rocks_call *call, const char *fmt, ...)
{
  va_list ap;

  (void)call;
  printf("note: ");
  va_start(ap, fmt);
  vprintf(fmt, ap);
  va_end(ap);
  putchar('\n');
}

static const struct rocks_core core = {
  .size = sizeof core, .abi = ROCKS_ABI, .error = error, .warn = note, .debug = note,
};

static int
create(struct drive *d)
{
  const char *made = "?";

  if (d->ops->create(d->state, d->call, d->uri, &made) != 0)
    return -1;
  printf("made %s\n", made);
  return 0;
}

static int
print_row(void *arg, const char *const *columns, const struct rocks_sql_value *v, size_t n)
{
  size_t i;

  (void)arg;
  for (i = 0; i < n; i++) {
    printf("%s%s=", i > 0 ? " " : "", columns[i]);
    if (v[i].type == ROCKS_SQL_NULL)
      printf("NULL");
    else if (v[i].type == ROCKS_SQL_INT)
      printf("%lld", (long long)v[i].integer);
    else
      printf("'%s'", v[i].text);
  }
  putchar('\n');
  return 0;
}

/* sql STATEMENT [VALUE...]: a value of digits is a number, `NULL` is NULL. */
static int
sql(struct drive *d)
{
  struct rocks_sql_value values[64] = { { .type = ROCKS_SQL_NULL } };
  int64_t changed = -1, last = -1;
  size_t i, n = d->nwords - 1;
  int result;

  for (i = 0; i < n && i < 64; i++) {
    const char *word = d->words[i + 1];

    if (strcmp(word, "NULL") == 0)
      continue;
    values[i].type = strspn(word, "0123456789") == strlen(word) && *word != '\0'
                       ? ROCKS_SQL_INT : ROCKS_SQL_TEXT;
    values[i].integer = strtoll(word, NULL, 10);
    values[i].text = word;
    values[i].length = strlen(word);
  }
  result = d->ops->sql->run(d->resource, d->call, d->words[0], values, n, print_row, NULL,
                            &changed, &last);
  if (result == 0)
    printf("changed %lld last %lld\n", (long long)changed, (long long)last);
  return result;
}

static int
sql_in(struct drive *d, bool read_only)
{
  if (d->ops->sql->begin(d->resource, d->call, read_only) != 0)
    return -1;
  if (sql(d) != 0) {
    d->ops->sql->rollback(d->resource);
    return -1;
  }
  return d->ops->sql->commit(d->resource, d->call);
}

static int
sql_write(struct drive *d)
{
  return sql_in(d, false);
}

static int
sql_read(struct drive *d)
{
  return sql_in(d, true);
}

static int
nothing(struct drive *d)
{
  (void)d;
  return 0;
}

static const struct operation basic[] = {
  { "create", DRIVE_CLOSED, 0, create },   { "open", DRIVE_OPEN, 0, nothing },
  { "bare", DRIVE_BARE, 0, nothing },      { "sql", DRIVE_BARE, 1, sql },
  { "sql-write", DRIVE_BARE, 1, sql_write }, { "sql-read", DRIVE_BARE, 1, sql_read },
  { 0 },
};

static const struct operation *
find(const char *name)
{
  static const struct operation *const tables[] = { basic, cluster_operations };
  size_t i;

  for (i = 0; i < sizeof tables / sizeof tables[0]; i++) {
    const struct operation *o;

    for (o = tables[i]; o->name != NULL; o++)
      if (strcmp(o->name, name) == 0)
        return o;
  }
  return NULL;
}

static int
counter(void *arg, const char *const *columns, const struct rocks_sql_value *v, size_t n)
{
  (void)columns;
  if (n > 1 && v[1].text != NULL)
    *(long long *)arg = strtoll(v[1].text, NULL, 10);
  return 0;
}

static long long
questions(struct drive *d)
{
  long long n = -1;

  d->ops->sql->run(d->resource, d->call, "SHOW SESSION STATUS LIKE 'Questions'", NULL, 0,
                   counter, &n, NULL, NULL);
  return n;
}

/* DRIVE_SOCKET: the server's socket, if it is not in the URI.  DRIVE_COUNT: how
 * many statements the operation sent to the server is printed. */
static int
drive(struct drive *d, const struct operation *o)
{
  bool count = getenv("DRIVE_COUNT") != NULL && o->how != DRIVE_CLOSED;
  long long before = 0;
  int result;

  if (o->how != DRIVE_CLOSED &&
      d->ops->open(d->state, d->call, d->uri, getenv("DRIVE_SOCKET"), o->how == DRIVE_BARE,
                   &d->resource) != 0)
    return -1;
  if (count)
    before = questions(d);
  result = o->run(d);
  if (count)
    printf("statements %lld\n", questions(d) - before - 1);
  if (d->resource != NULL)
    d->ops->close(d->resource);
  return result;
}

int
main(int argc, char **argv)
{
  const struct rocks_plugin *plugin = resource_rocksdb_LTX_rocks_entry();
  const struct operation *o = argc < 3 ? NULL : find(argv[2]);
  struct rocks_call call = { ROCKS_OK };
  struct drive d = { .call = &call };
  int result;

  if (o == NULL || argc - 3 < o->words) {
    fprintf(stderr, "usage: drive URI OPERATION [WORD...]\n");
    return 2;
  }
  d.uri = argv[1];
  d.words = (const char *const *)argv + 3;
  d.nwords = (size_t)argc - 3;
  d.ops = plugin->ops;
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (plugin->start(&call, &core, &d.state) != 0)
    return 1;
  result = drive(&d, o);
  plugin->stop(d.state);
  if (result != 0 && call.code == ROCKS_OK)
    printf("failed without a word\n");
  return result == 0 ? 0 : 1;
}
