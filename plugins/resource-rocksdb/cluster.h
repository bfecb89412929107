/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#ifndef ROCKSDB_CLUSTER_H
#define ROCKSDB_CLUSTER_H

#include "rocksdb.h"

/* Writes a cluster over what is there, in the transaction that is open. */
int cluster_write(struct rocks_resource *r, struct rocks_call *call,
                  const struct rocks_cluster_row *row);

#endif /* ROCKSDB_CLUSTER_H */
