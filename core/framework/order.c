/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Names are the nodes of a graph, `before` its edges.  Graphs are small: some
 * twenty names.
 */
#include <config.h>

#include <string.h>

#include "framework/order.h"

struct graph {
  struct list names;
  bool *before; /* names x names: row before column */
  bool *reach;  /* the same over any number of edges */
};

static size_t
index_of(struct list *names, const char *name)
{
  size_t i;

  for (i = 0; i < names->count; i++)
    if (strcmp(names->item[i], name) == 0)
      return i;
  list_add(names, name);
  return i;
}

static bool *
edge(const struct graph *graph, bool *matrix, size_t from, size_t to)
{
  return &matrix[from * graph->names.count + to];
}

/* All names that occur, those that somebody provides first. */
static void
collect_names(struct graph *graph, const struct order_item *items, size_t nitems)
{
  CLEANUP_LIST struct list others = { 0 };
  size_t i;

  for (i = 0; i < nitems; i++)
    index_of(&graph->names, or_empty(items[i].provides));
  for (i = 0; i < nitems; i++) {
    list_split(&others, or_empty(items[i].follows), " ");
    list_split(&others, or_empty(items[i].precedes), " ");
  }
  for (i = 0; i < others.count; i++)
    index_of(&graph->names, others.item[i]);
  index_of(&graph->names, ORDER_TAIL);
}

static void
add_rules(struct graph *graph, const struct order_item *item)
{
  CLEANUP_LIST struct list earlier = { 0 }, later = { 0 };
  size_t self = index_of(&graph->names, or_empty(item->provides)), i;

  list_split(&earlier, or_empty(item->follows), " ");
  list_split(&later, or_empty(item->precedes), " ");
  for (i = 0; i < earlier.count; i++)
    *edge(graph, graph->before, index_of(&graph->names, earlier.item[i]), self) = true;
  for (i = 0; i < later.count; i++)
    *edge(graph, graph->before, self, index_of(&graph->names, later.item[i])) = true;
}

static void
close_over(struct graph *graph)
{
  size_t n = graph->names.count, i, j, k;

  memcpy(graph->reach, graph->before, n * n * sizeof *graph->reach);
  for (k = 0; k < n; k++)
    for (i = 0; i < n; i++)
      for (j = 0; j < n; j++)
        if (*edge(graph, graph->reach, i, k) && *edge(graph, graph->reach, k, j))
          *edge(graph, graph->reach, i, j) = true;
}

/* Everybody is before the tail, but for those who said that they follow it. */
static void
add_tail(struct graph *graph)
{
  size_t tail = index_of(&graph->names, ORDER_TAIL), i;

  for (i = 0; i < graph->names.count; i++)
    if (i != tail && !*edge(graph, graph->reach, tail, i))
      *edge(graph, graph->before, i, tail) = true;
}

/* Reports the names of a cycle.  From `start`, which is on one, each step goes to
 * a name that leads back, until one is met again: from there on it is a cycle. */
static int
report_cycle(struct rocks_call *call, const char *what, const struct graph *graph, size_t start)
{
  CLEANUP_LIST struct list path = { 0 }, cycle = { 0 };
  CLEANUP_FREE char *names = NULL;
  size_t at = start, next, i;

  while (!list_has(&path, graph->names.item[at])) {
    list_add(&path, graph->names.item[at]);
    for (next = 0; !*edge(graph, graph->before, at, next)
                   || !(next == start || *edge(graph, graph->reach, next, start)); next++)
      ;
    at = next;
  }
  for (i = index_of(&path, graph->names.item[at]); i < path.count; i++)
    list_add(&cycle, path.item[i]);
  list_add(&cycle, graph->names.item[at]);
  names = list_join(&cycle, " before ");
  return call_fail(call, ROCKS_EBACKEND, "the hooks of \"%s\" contradict each other: %s", what,
                   names);
}

/* A sequence that grows. */
struct walk {
  const struct graph *graph;
  const struct order_item *items;
  size_t nitems;
  bool *done; /* of each name */
  size_t *sequence, count;
};

/* A name, after all that is before it: so that nobody runs earlier than
 * someone asked for.  There is no cycle any more. */
static void
visit(struct walk *walk, size_t at)
{
  const struct list *names = &walk->graph->names;
  size_t i;

  if (walk->done[at])
    return;
  walk->done[at] = true;
  for (i = 0; i < names->count; i++)
    if (*edge(walk->graph, walk->graph->before, i, at))
      visit(walk, i);
  for (i = 0; i < walk->nitems; i++)
    if (strcmp(or_empty(walk->items[i].provides), names->item[at]) == 0)
      walk->sequence[walk->count++] = i;
}

static void
walk_names(const struct graph *graph, const struct order_item *items, size_t nitems,
           size_t *sequence)
{
  CLEANUP_FREE bool *done = mem_new(graph->names.count, sizeof *done);
  struct walk walk = { graph, items, nitems, done, sequence, 0 };
  size_t i;

  for (i = 0; i < graph->names.count; i++)
    visit(&walk, i);
}

int
order_sort(struct rocks_call *call, const char *what, const struct order_item *items,
           size_t nitems, size_t *sequence)
{
  struct graph graph = { 0 };
  size_t i, n;
  int result = 0;

  collect_names(&graph, items, nitems);
  n = graph.names.count;
  graph.before = mem_new(n * n, sizeof *graph.before);
  graph.reach = mem_new(n * n, sizeof *graph.reach);
  for (i = 0; i < nitems; i++)
    add_rules(&graph, &items[i]);
  close_over(&graph);
  for (i = 0; result == 0 && i < n; i++)
    if (*edge(&graph, graph.reach, i, i))
      result = report_cycle(call, what, &graph, i);
  if (result == 0) {
    add_tail(&graph);
    walk_names(&graph, items, nitems, sequence);
  }
  list_free(&graph.names);
  free(graph.before);
  free(graph.reach);
  return result;
}
