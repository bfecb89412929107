/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <stdlib.h>
#include <string.h>

#include "query.h"

void
query_text(struct query *q, const char *text)
{
  size_t more = strlen(text);

  if (q->failed)
    return;
  if (q->length + more + 1 > q->size) {
    size_t size = (q->length + more + 1) * 2;
    char *grown = realloc(q->text, size);

    if (grown == NULL) {
      q->failed = true;
      return;
    }
    q->text = grown;
    q->size = size;
  }
  memcpy(q->text + q->length, text, more + 1);
  q->length += more;
}

void
query_value(struct query *q, struct rocks_sql_value value)
{
  if (q->failed)
    return;
  if (q->nargs == q->room) {
    size_t room = q->room == 0 ? 16 : q->room * 2;
    struct rocks_sql_value *grown = realloc(q->args, room * sizeof *grown);

    if (grown == NULL) {
      q->failed = true;
      return;
    }
    q->args = grown;
    q->room = room;
  }
  q->args[q->nargs++] = value;
  query_text(q, "?");
}

void
query_list(struct query *q, const char *const *texts, size_t n)
{
  size_t i;

  query_text(q, n == 0 ? "(NULL" : "(");
  for (i = 0; i < n; i++) {
    if (i > 0)
      query_text(q, ",");
    query_value(q, sql_text(texts[i]));
  }
  query_text(q, ")");
}

void
query_ints(struct query *q, const int64_t *ints, size_t n)
{
  size_t i;

  query_text(q, n == 0 ? "(NULL" : "(");
  for (i = 0; i < n; i++) {
    if (i > 0)
      query_text(q, ",");
    query_value(q, sql_int(ints[i]));
  }
  query_text(q, ")");
}

void
query_values(struct query *q, const struct rocks_sql_value *values, size_t n)
{
  size_t i;

  for (i = 0; i < n; i++) {
    if (i > 0)
      query_text(q, ",");
    query_value(q, values[i]);
  }
}

void
query_row(struct query *q, const struct rocks_sql_value *values, size_t n)
{
  query_text(q, q->rows ? ",(" : "(");
  q->rows = true;
  query_values(q, values, n);
  query_text(q, ")");
}

void
query_free(struct query *q)
{
  free(q->text);
  free(q->args);
  *q = (struct query){ 0 };
}
