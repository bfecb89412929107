/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Adding a cluster: from what is wanted to what every site has promised.
 */
#ifndef ROCKS_CLUSTER_RESERVE_H
#define ROCKS_CLUSTER_RESERVE_H

#include "cluster/choose.h"
#include "cluster/describe.h"

/* Decides, then reserves: intent and home's part in one transaction at home,
 * then each other site's in one of its own, then home's record completed.  A
 * site that refuses has everything given back.  On success `cluster` is the
 * cluster as recorded.  dry: every transaction is rolled back; the result is
 * what would have been.  The model's sites need only be known, not loaded. */
int reserve_cluster(struct rocks_call *, struct model *, const struct wish *, bool dry,
                    struct cluster *);

/* The same for more computes of a loaded cluster, `wish` saying how many, where and
 * how large: its row has them at its end then.  What it has stays as it is, also
 * when a site refuses. */
int reserve_more(struct rocks_call *, struct model *, const struct wish *, bool dry,
                 struct cluster *);

/* Whether a member has been promised by no site: a command was killed. */
bool reserve_is_missing(const struct cluster *);
/* Completes a cluster that a killed command left half reserved. */
int reserve_missing(struct rocks_call *, struct model *, struct cluster *, bool dry);

/* Reserves, at a site that is loaded, what `member` says of a VM of the cluster as
 * it stands elsewhere (`as`, whose MAC and disks it keeps); doing it twice is
 * doing it once.  `member` is then as that site has promised it. */
int reserve_arrival(struct rocks_call *, struct model *, struct cluster *, struct site *,
                    const struct rocks_vm_row *as, struct rocks_member_row *member);

#endif
