/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Placement: which container gets which VM.  Pure.
 */
#ifndef ROCKS_CLUSTER_PLACE_H
#define ROCKS_CLUSTER_PLACE_H

#include "cluster/model.h"

/* What each of the VMs needs; memory in MiB, disk in units of 10^9 bytes. */
struct need {
  uint32_t cpus;
  uint64_t memory, disk;
};

struct place {
  struct site *site;
  struct rocks_container_row *container;
};

/* Chooses containers for `count` VMs of the same need among `hosts`, in their
 * order, over and over; what is drained, full or out of its site's quota is
 * passed over.  A container whose totals are not known is never full.  When
 * nothing has room and `overcommit` is set (a cluster on the home site alone:
 * Rocks sets no bound), places go on round-robin and *over tells how many VMs
 * stand above the totals; else -1 with a report that says how much room there
 * is where.  What the chosen places use is added to the containers' `used` and
 * the sites' `borrowed`. */
int place_vms(struct rocks_call *, struct model *, const struct place *hosts, size_t nhosts,
              const struct need *, size_t count, bool overcommit, struct place *out,
              size_t *over);

/* Containers to choose from: those of the sites in the order given, taking the
 * first of each site, then the second of each, and so on; so that a cluster
 * over three sites stands on three sites.  Pooled. */
struct place *place_hosts(struct model *, struct site *const *sites, size_t nsites,
                          size_t *count);

#endif
