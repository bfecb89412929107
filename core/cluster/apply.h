/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Carrying a plan out.  Each host of a phase gets a worker process with a
 * deadline, all at once: a frozen hypervisor or a hung ssh ends with its worker
 * and takes nobody along.  What is done is in the journal of the home site
 * before the worker goes on.
 */
#ifndef ROCKS_CLUSTER_APPLY_H
#define ROCKS_CLUSTER_APPLY_H

#include "cluster/plan.h"

struct apply {
  /* Carries out a step of the home site (host ""); in this process. */
  int (*home_step)(void *arg, struct rocks_call *, const struct step *);
  /* For progress: a step was done, or (done false) its host failed. */
  void (*progress)(void *arg, const struct step *, bool done, const char *detail);
  void *arg;
  unsigned deadline; /* seconds for one host; 0 = the default */
  bool pass_over; /* hosts that do not answer are warned of and count as done */
};

/* Runs the phases in order; a phase in which a host failed is the last.
 * Returns 0, or -1 with one report that names every host that failed. */
int plan_apply(struct rocks_call *, const struct plan *, const struct apply *);

/* One command at a time changes a cluster.  Waits for the one before, and for
 * the workers that it left when it was killed; bounded, since theirs is.  To be
 * taken before the cluster is loaded.  Returns a descriptor, or -1 with a
 * report; closing it, or the end of this process and its workers, gives the
 * cluster free. */
int cluster_lock(struct rocks_call *, const char *cluster);
/* The same for one VM: taken by what moves it or brings it to life by itself. */
int vm_lock(struct rocks_call *, const char *vm);

#endif
