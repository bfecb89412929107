/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "attrs.h"

/* Names of attributes are told apart by case, names of hosts are not. */
static int
compare(const void *a, const void *b)
{
  const struct attr_row *x = a, *y = b;
  int order = strcmp(x->name, y->name);

  if (order == 0)
    order = strcmp(x->category, y->category);
  return order != 0 ? order : strcasecmp(x->index, y->index);
}

struct loading {
  struct attrs *attrs;
  struct arena *arena;
};

static int
row(void *arg, const char *const *columns, const struct rocks_sql_value *v, size_t n)
{
  struct loading *loading = arg;
  struct attrs *attrs = loading->attrs;
  struct attr_row *new = array_more((void **)&attrs->row, &attrs->room, &attrs->n,
                                    sizeof *attrs->row);

  (void)columns;
  (void)n;
  if (new == NULL) {
    loading->arena->failed = true;
    return 0;
  }
  new->name = arena_copy(loading->arena, text_of(&v[0]));
  new->category = arena_copy(loading->arena, text_of(&v[1]));
  new->index = arena_copy(loading->arena, text_of(&v[2]));
  new->value = v[3].type == ROCKS_SQL_NULL ? NULL : arena_copy(loading->arena, v[3].text);
  new->precedence = int_of(&v[4]);
  return 0;
}

int
attrs_load(struct rocks_resource *r, struct rocks_call *call, struct arena *arena,
           const char *const *names, size_t n, struct attrs *attrs)
{
  struct loading loading = { .attrs = attrs, .arena = arena };
  struct query q = { 0 };

  query_text(&q, "SELECT a.Attr, c.Name, i.Name, a.Value, p.Precedence FROM attributes a "
                 "JOIN catindex i ON i.ID = a.Catindex AND i.Category = a.Category "
                 "JOIN categories c ON c.ID = a.Category "
                 "JOIN resolvechain p ON p.Category = c.ID AND p.Name = 'default' "
                 "WHERE a.Attr IN ");
  query_list(&q, names, n);
  if (db_query(r, call, &q, row, &loading) != 0)
    return -1;
  if (arena->failed)
    return db_nomem(r, call);
  if (attrs->n > 0)
    qsort(attrs->row, attrs->n, sizeof *attrs->row, compare);
  return 0;
}

static const char *
built_in(const struct attr_host *host, const char *name)
{
  return strcmp(name, "hostname") == 0     ? host->name
         : strcmp(name, "rack") == 0       ? host->rack
         : strcmp(name, "rank") == 0       ? host->rank
         : strcmp(name, "appliance") == 0  ? host->appliance
         : strcmp(name, "membership") == 0 ? host->membership
                                           : NULL;
}

const char *
attrs_value(const struct attrs *attrs, const struct attr_host *host, const char *name)
{
  const struct attr_row wanted[] = {
    { .name = name, .category = "global", .index = "global" },
    { .name = name, .category = "os", .index = host->os },
    { .name = name, .category = "appliance", .index = host->appliance },
    { .name = name, .category = "host", .index = host->name },
  };
  const struct attr_row *best = NULL;
  size_t i;

  for (i = 0; attrs->n > 0 && i < sizeof wanted / sizeof wanted[0]; i++) {
    const struct attr_row *found = bsearch(&wanted[i], attrs->row, attrs->n,
                                           sizeof *attrs->row, compare);

    if (found != NULL && (best == NULL || found->precedence > best->precedence))
      best = found;
  }
  return best != NULL ? best->value : built_in(host, name);
}

bool
attrs_true(const char *value)
{
  static const char *const words[] = { "on", "yes", "y", "true", "1" };
  size_t i;

  for (i = 0; value != NULL && i < sizeof words / sizeof words[0]; i++)
    if (strcasecmp(value, words[i]) == 0)
      return true;
  return false;
}

void
attrs_free(struct attrs *attrs)
{
  free(attrs->row);
  *attrs = (struct attrs){ 0 };
}
