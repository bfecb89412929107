/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What a network backend is asked about a cluster as a whole, before there is
 * any port.  No I/O.
 */
#ifndef ROCKS_CLUSTER_NETWORK_H
#define ROCKS_CLUSTER_NETWORK_H

#include "cluster/describe.h"

/* Whether the backend's networks may span sites; -1 with a report that names
 * the backends whose do. */
int network_check_span(struct rocks_call *, const struct backend *network);

/* Lets the cluster's backend choose what identifies its network: the row gets
 * the backend's name, its settings and MTU, and an inner subnet if it has none.
 * `name`: of the cluster, or "" while it has none.  The home site is loaded with
 * the backend's attributes. */
int network_settle(struct rocks_call *, struct model *, struct cluster *, const char *name);

/* Numbers that a site has for segments, in the order in which they are used up. */
struct ranges {
  struct pool *pool;
  struct rocks_range *item;
  size_t count;
};
int network_ranges(struct rocks_call *, struct model *, const struct backend *network,
                   const struct site *, struct ranges *);

/* The device that the member's NIC will be plugged into, from what its site says
 * of the container, whether or not the inventory has the VM's rows yet. */
int network_member_port(struct rocks_call *, const struct model *, const struct cluster *,
                        const struct rocks_member_row *, char device[ROCKS_DEVICE_MAX]);

#endif
