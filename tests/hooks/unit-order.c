/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The order of a command's parts and hooks.
 */
#include <config.h>

#include "check.h"
#include "framework/order.h"

static struct rocks_call call;

/* The names in their order, or the report. */
static char *
order(const struct order_item *items, size_t n)
{
  CLEANUP_LIST struct list names = { 0 };
  size_t sequence[16], i;

  call_clear(&call);
  if (order_sort(&call, "do it", items, n, sequence) != 0)
    return mem_copy(call.message);
  for (i = 0; i < n; i++)
    list_add(&names, items[sequence[i]].provides);
  return list_join(&names, " ");
}

#define ORDERS(wanted, ...) \
  do { \
    const struct order_item items_[] = { __VA_ARGS__ }; \
    CLEANUP_FREE char *got = order(items_, sizeof items_ / sizeof *items_); \
    IS(got, wanted); \
  } while (0)

static void
test_order(void)
{
  ORDERS("a b c", { "a", NULL, NULL }, { "b", NULL, NULL }, { "c", "", "" });
  ORDERS("a b c", { "a", NULL, NULL }, { "c", "b", NULL }, { "b", "a", NULL });
  ORDERS("x a y b", { "a", NULL, NULL }, { "b", "a y", NULL }, { "x", NULL, "a" },
         { "y", NULL, NULL });
  ORDERS("c b a", { "a", "b c", NULL }, { "b", NULL, "a" }, { "c", NULL, "b  a" });
  /* Two of one name: what is said of the name holds for both. */
  ORDERS("x a a b", { "a", NULL, NULL }, { "b", "a", NULL }, { "x", NULL, "a" },
         { "a", NULL, NULL });
}

/* A name that nobody provides orders those who name it. */
static void
test_nobody(void)
{
  ORDERS("a b", { "a", "gone", NULL }, { "b", NULL, "missing" });
  ORDERS("b a", { "a", "nobody", NULL }, { "b", NULL, "nobody" });
}

static void
test_tail(void)
{
  ORDERS("b c a", { "a", "TAIL", NULL }, { "b", NULL, NULL }, { "c", NULL, NULL });
  /* Who is after somebody of the tail is so, too; it is no contradiction. */
  ORDERS("c a b", { "a", "TAIL", NULL }, { "b", "a", NULL }, { "c", NULL, NULL });
  ORDERS("c b a", { "a", "TAIL", NULL }, { "b", "TAIL", "a" }, { "c", NULL, "TAIL" });
  ORDERS("the hooks of \"do it\" contradict each other: b before TAIL before b",
         { "a", NULL, NULL }, { "b", "TAIL", "TAIL" });
}

static void
test_cycles(void)
{
  ORDERS("the hooks of \"do it\" contradict each other: a before a", { "a", "a", NULL });
  ORDERS("the hooks of \"do it\" contradict each other: a before b before a",
         { "x", NULL, NULL }, { "a", "b", NULL }, { "b", "a", NULL });
  ORDERS("the hooks of \"do it\" contradict each other: a before nobody before b before a",
         { "a", "b", "nobody" }, { "b", "nobody", NULL });
  /* Two cycles that share a name; x is before them and on none. */
  ORDERS("the hooks of \"do it\" contradict each other: a before b before a",
         { "x", NULL, "a" }, { "a", "b c", NULL }, { "b", "a", NULL }, { "c", "a", NULL });
}

int
main(void)
{
  call_init(&call);
  test_order();
  test_nobody();
  test_tail();
  test_cycles();
  call_free(&call);
  return check_failures();
}
