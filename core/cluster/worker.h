/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * One host's steps, in a process of its own.
 */
#ifndef ROCKS_CLUSTER_WORKER_H
#define ROCKS_CLUSTER_WORKER_H

#include "cluster/plan.h"
#include "remote/remote.h"

/* The steps of one host in one phase, as indexes into plan->steps. */
struct batch {
  const struct plan *plan;
  struct site *site;
  const char *host;
  size_t *index;
  size_t count;
};

/* What a worker tells as it goes; each returns when it is known for certain. */
struct worker_report {
  void *arg;
  /* These steps of the batch are done (indexes into plan->steps). */
  void (*done)(void *arg, const size_t *index, size_t count);
};

/* Carries the batch out: steps by script in one round trip, those through the
 * hypervisor over one connection.  -1 with the error reported. */
int worker_run(struct rocks_call *, const struct batch *, const struct worker_report *);

/* How a host of a site is reached. */
struct remote_host worker_host(const struct site *, const char *host);
/* A connection to a container's hypervisor: by the attribute `vm_uri`, the
 * site's, or the forwarded socket.  The backend's disconnect() ends it. */
int hypervisor_connect(struct rocks_call *, const struct backend *, const struct site *,
                       const char *host, bool emulate, void **connection);

#endif
