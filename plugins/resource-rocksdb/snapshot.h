/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What the parts of a snapshot share.
 */
#ifndef ROCKSDB_SNAPSHOT_H
#define ROCKSDB_SNAPSHOT_H

#include "arena.h"
#include "attrs.h"
#include "rocksdb.h"

struct loader {
  struct rocks_resource *r;
  struct rocks_call *call;
  const struct rocks_snapshot *want;
  const char *subnet;      /* want->subnet, or private */
  struct arena arena;
  struct attrs attrs;
  struct rocks_setting *settings; /* want->nattrs of them, used again and again */
};

/* Copies a column; NULL becomes "". */
const char *load_text(struct loader *l, const struct rocks_sql_value *value);
/* Resolves the attributes asked for; valid until the next call. */
struct rocks_settings load_settings(struct loader *l, const struct attr_host *host);
/* Runs the query; memory that ran out in `row` is reported. */
int load_rows(struct loader *l, struct query *q, db_row *row, void *arg);

int load_hosts(struct loader *l); /* hosts.c: site and containers */
int load_vms(struct loader *l);   /* vms.c */

#endif /* ROCKSDB_SNAPSHOT_H */
