/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The driver's operations of backends that speak SQL.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drive.h"

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

const struct operation statement_operations[] = {
  { "sql", DRIVE_BARE, 1, sql },
  { "sql-write", DRIVE_BARE, 1, sql_write },
  { "sql-read", DRIVE_BARE, 1, sql_read },
  { 0 },
};

static int
counter(void *arg, const char *const *columns, const struct rocks_sql_value *v, size_t n)
{
  (void)columns;
  if (n > 1 && v[1].text != NULL)
    *(long long *)arg = strtoll(v[1].text, NULL, 10);
  return 0;
}

long long
drive_statements(struct drive *d)
{
  long long n = -1;

  d->ops->sql->run(d->resource, d->call, "SHOW SESSION STATUS LIKE 'Questions'", NULL, 0,
                   counter, &n, NULL, NULL);
  return n;
}
