/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What containers have in all: asked from their hypervisors, kept in the
 * site's inventory.
 */
#ifndef ROCKS_CLUSTER_CAPACITY_H
#define ROCKS_CLUSTER_CAPACITY_H

#include "cluster/model.h"

/* Asks the containers of these sites whose totals are not known, all at once.
 * One that does not answer is drained for this command, with a warning. */
int capacity_refresh(struct rocks_call *, struct model *, const struct backend *vm,
                     struct site *const *sites, size_t nsites);

#endif
