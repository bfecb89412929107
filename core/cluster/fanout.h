/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Asking many hosts at once: each question in a process of its own, with a
 * deadline, its answer a text.
 */
#ifndef ROCKS_CLUSTER_FANOUT_H
#define ROCKS_CLUSTER_FANOUT_H

#include "base/call.h"

struct question {
  /* Asks, in the child: adds the answer to `answer`; -1 with the error reported. */
  int (*ask)(void *arg, struct rocks_call *, struct text *answer);
  void *arg;
  /* Filled in: */
  bool answered;
  struct text answer; /* or, when not answered, why */
};

/* Asks all of them, each for at most `seconds`. */
void fanout(struct question *, size_t count, unsigned seconds);

#endif
