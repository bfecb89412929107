/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Attributes of hosts, as Rocks resolves them: the host's own, else its
 * appliance's, else its os's, else the global one, by the precedence of the
 * chain `default`.  Attributes of racks never apply.
 */
#ifndef ROCKSDB_ATTRS_H
#define ROCKSDB_ATTRS_H

#include "arena.h"
#include "rocksdb.h"

struct attr_row {
  const char *name, *category, *index, *value;
  int64_t precedence;
};

struct attrs {
  struct attr_row *row; /* sorted */
  size_t n, room;
};

/* What decides which attributes a host has. */
struct attr_host {
  const char *name, *os, *appliance, *membership, *rack, *rank;
};

/* Loads every value of the named attributes, in one query. */
int attrs_load(struct rocks_resource *r, struct rocks_call *call, struct arena *arena,
               const char *const *names, size_t n, struct attrs *attrs);
/* The value for a host, or NULL.  hostname, rack, rank, appliance and
 * membership are known without being stored. */
const char *attrs_value(const struct attrs *attrs, const struct attr_host *host,
                        const char *name);
/* Rocks' idea of true: on yes y true 1. */
bool attrs_true(const char *value);
void attrs_free(struct attrs *attrs);

#endif /* ROCKSDB_ATTRS_H */
