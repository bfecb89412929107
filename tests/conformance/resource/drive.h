/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#ifndef ROCKS_TESTS_DRIVE_H
#define ROCKS_TESTS_DRIVE_H

#include <rocks/resource.h>

struct drive {
  const struct rocks_resource_ops *ops;
  struct rocks_call *call;
  void *state;
  struct rocks_resource *resource;
  const char *uri;
  const char *const *words;
  size_t nwords;
};

struct operation {
  const char *name;
  enum { DRIVE_CLOSED, DRIVE_OPEN, DRIVE_BARE } how;
  int words; /* at least */
  int (*run)(struct drive *d);
};

extern const struct operation cluster_operations[];   /* clusters.c */
extern const struct operation statement_operations[]; /* statements.c */

/* How many statements were sent to the server in this session, with this one. */
long long drive_statements(struct drive *);

#endif /* ROCKS_TESTS_DRIVE_H */
