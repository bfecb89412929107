/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <string.h>

#include "framework/extend.h"
#include "framework/hooks.h"
#include "framework/order.h"

/* A part of the command's own, or a backend's hook. */
struct member {
  const struct part *part;
  const struct backend *backend;
  struct rocks_hook hook;
};

/* All members, with the rules of each at the same index. */
struct members {
  const char *words; /* the command's */
  struct member *item;
  struct order_item *rule;
  size_t count;
};

static void
add_member(struct members *members, struct member member, struct order_item rule)
{
  members->item = mem_grow(members->item, members->count, sizeof *members->item);
  members->rule = mem_grow(members->rule, members->count, sizeof *members->rule);
  members->item[members->count] = member;
  members->rule[members->count++] = rule;
}

/* Each part follows the one before it. */
static void
add_parts(struct members *members, const struct part *parts, struct list *rules)
{
  size_t i;

  for (i = 0; parts[i].name != NULL; i++) {
    list_addf(rules, "%s %s", i > 0 ? parts[i - 1].name : "", parts[i].last ? ORDER_TAIL : "");
    add_member(members, (struct member){ .part = &parts[i] },
               (struct order_item){ .provides = parts[i].name,
                                    .follows = rules->item[rules->count - 1] });
  }
}

static void
add_hook(void *arg, const struct backend *backend, const struct rocks_hook *hook)
{
  struct members *members = arg;

  if (strcmp(hook->words, members->words) == 0)
    add_member(members, (struct member){ .backend = backend, .hook = *hook },
               (struct order_item){ hook->provides, hook->follows, hook->precedes });
}

static int
run_member(struct run *run, const struct member *member, const struct list *hosts)
{
  if (member->part == NULL)
    return extend_run_hook(run, member->backend, &member->hook, hosts);
  return member->part->run != NULL ? member->part->run(run)
                                   : run_command(run, member->part->command, NULL, 0);
}

int
hooks_run(struct run *run, const struct part *parts, const struct list *hosts)
{
  CLEANUP_LIST struct list rules = { 0 };
  CLEANUP_FREE size_t *sequence = NULL;
  struct members members = { .words = run->command->words };
  size_t i;
  int result;

  add_parts(&members, parts, &rules);
  extend_hooks(run->call, add_hook, &members);
  sequence = mem_new(members.count, sizeof *sequence);
  result = order_sort(run->call, members.words, members.rule, members.count, sequence);
  for (i = 0; result == 0 && i < members.count; i++)
    result = run_member(run, &members.item[sequence[i]], hosts);
  free(members.item);
  free(members.rule);
  return result;
}
