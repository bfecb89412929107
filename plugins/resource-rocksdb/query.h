/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * An SQL statement under construction: constant text and bound values.
 */
#ifndef ROCKSDB_QUERY_H
#define ROCKSDB_QUERY_H

#include <rocks/sql.h>

#include <string.h>

/* Start with `struct query q = { 0 };`.  A failed allocation is remembered
 * and reported when the query is run.  Texts that are bound are borrowed until
 * then. */
struct query {
  char *text;
  size_t length, size;
  struct rocks_sql_value *args;
  size_t nargs, room;
  bool rows;   /* a row of VALUES has been added */
  bool failed;
};

static inline struct rocks_sql_value
sql_null(void)
{
  return (struct rocks_sql_value){ .type = ROCKS_SQL_NULL };
}

/* NULL is SQL's NULL. */
static inline struct rocks_sql_value
sql_text(const char *text)
{
  if (text == NULL)
    return sql_null();
  return (struct rocks_sql_value){ .type = ROCKS_SQL_TEXT, .text = text,
                                   .length = strlen(text) };
}

static inline struct rocks_sql_value
sql_int(int64_t integer)
{
  return (struct rocks_sql_value){ .type = ROCKS_SQL_INT, .integer = integer };
}

/* What a column holds; NULL reads as "" and 0. */
static inline const char *
text_of(const struct rocks_sql_value *value)
{
  return value->type == ROCKS_SQL_NULL ? "" : value->text;
}

static inline int64_t
int_of(const struct rocks_sql_value *value)
{
  return value->type == ROCKS_SQL_INT ? value->integer : 0;
}

/* A number that is not negative, bounded to 32 bits. */
static inline uint32_t
count_of(const struct rocks_sql_value *value)
{
  int64_t n = int_of(value);

  return n < 0 ? 0 : n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

/* Appends constant text of ours, never a value. */
void query_text(struct query *q, const char *text);
/* Appends `?` and binds the value. */
void query_value(struct query *q, struct rocks_sql_value value);
/* Appends `(?,?,...)`; a list of none is `(NULL)`, which nothing is in. */
void query_list(struct query *q, const char *const *texts, size_t n);
void query_ints(struct query *q, const int64_t *ints, size_t n);
/* Appends `?,?,...` */
void query_values(struct query *q, const struct rocks_sql_value *values, size_t n);
/* Appends one row of VALUES, with the comma between rows. */
void query_row(struct query *q, const struct rocks_sql_value *values, size_t n);
#define QUERY_ROW(q, ...)                                            \
  query_row((q), (const struct rocks_sql_value[]){ __VA_ARGS__ },    \
            sizeof((const struct rocks_sql_value[]){ __VA_ARGS__ }) / \
              sizeof(struct rocks_sql_value))
void query_free(struct query *q);

#endif /* ROCKSDB_QUERY_H */
