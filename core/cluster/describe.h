/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * From the rows of a VM to what a VM backend is given.  Pure.
 */
#ifndef ROCKS_CLUSTER_DESCRIBE_H
#define ROCKS_CLUSTER_DESCRIBE_H

#include "cluster/model.h"

/* A cluster with its backends, ready to be worked on. */
struct cluster {
  struct rocks_cluster_row row;
  const struct backend *network;
  const struct backend *vm;
};

/* The cluster's network as its backend wants it. */
struct rocks_network cluster_network(const struct cluster *);
/* Whether it has members at the site. */
bool cluster_stands_at(const struct cluster *, const struct site *);
/* Whether the site has to be told when the member, or all of them, is gone: it stands
 * there, or took its MAC along from there. */
bool member_owes(const struct rocks_member_row *, const struct site *);
bool cluster_owes(const struct cluster *, const struct site *);
/* The sites other than home where it has members, in the order of their UUIDs, so
 * that two home sites never wait for each other crosswise; pooled. */
struct site **cluster_lenders(struct model *, const struct cluster *, size_t *count);
/* The port of the VM's NIC on the private network; false: it has none. */
bool cluster_port(const struct cluster *, const struct rocks_vm_row *, struct rocks_port *);

/* A host as `backend` sees it, with the backend's parameters out of `attrs`. */
struct rocks_host describe_host(struct model *, const struct backend *, const struct site *,
                                const char *name, const struct rocks_settings *attrs);

/* What the VM backend is to run.  NICs that lead nowhere are left out, as in
 * Rocks (rocks-compat 3.11): disabled ones, and tagged ones whose container has
 * no `vlan<N>` row while the network backend records them.  The result lives
 * in the pool. */
int describe_vm(struct rocks_call *, struct model *, const struct cluster *,
                const struct site *, const struct rocks_vm_row *, struct rocks_vm *);

#endif
