/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Moving a stopped cluster from one network backend to another.  VMs, names,
 * MACs and containers stay; the network's settings and numbers are new.
 */
#ifndef ROCKS_CLUSTER_SWITCH_H
#define ROCKS_CLUSTER_SWITCH_H

#include "cluster/control.h"

/* What a cluster had before, for people. */
struct switched {
  bool nothing;                /* it is on that backend already */
  const char *network_backend; /* the old one */
  const uint32_t *segments;    /* the old ones, one for each member; pooled */
};

/* Moves the loaded cluster to the backend.  Refused, with nothing changed: a
 * cluster without a record or not stopped, a VM that runs or a port that is up
 * (asked of its containers, if it ever was on one), members at other sites with
 * a backend that ends at a site's edge, no number left.  Then the intent is
 * recorded (state `switching`, the new settings, none of the old), each site
 * gives new numbers in a transaction of its own, and the state is `stopped`
 * again.  control->dry: numbers as they would be.  On success the loaded
 * cluster is the new one. */
int control_switch(struct control *, const struct backend *network, struct switched *);

/* Completes what a killed command began: the loaded cluster is `switching`. */
int control_switch_complete(struct control *);

#endif
