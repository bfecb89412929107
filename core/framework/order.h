/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * In which order the parts of a command run (rocks-compat 1.11).
 */
#ifndef ROCKS_FRAMEWORK_ORDER_H
#define ROCKS_FRAMEWORK_ORDER_H

#include "base/call.h"

/* Whoever follows it comes after everyone who does not. */
#define ORDER_TAIL "TAIL"

/* Names are parted by blanks; one that nobody provides still orders those who
 * name it.  NULL: none. */
struct order_item {
  const char *provides, *follows, *precedes;
};

/* Fills `sequence` with the indices of the items so that every rule holds; the
 * rest stays as it was given.  -1 reported with the names of a cycle, where
 * rules contradict each other; `what` says whose. */
int order_sort(struct rocks_call *, const char *what, const struct order_item *items,
               size_t nitems, size_t *sequence);

#endif
