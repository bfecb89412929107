/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What is known of the sites and clusters that a command works on, as plain
 * structs: the rows of <rocks/resource.h>, kept in a pool.  Everything that
 * decides (placement, plan, description) works on these and does no I/O.
 */
#ifndef ROCKS_CLUSTER_MODEL_H
#define ROCKS_CLUSTER_MODEL_H

#include <rocks/resource.h>

#include "base/pool.h"
#include "plugin/backend.h"

/* Cores, MiB, 10^9 bytes, VMs: what the home site agreed to use of a site at
 * most (-1: no bound), or what its clusters have there. */
struct quota {
  int64_t cpus, memory, disk, vms;
};

struct site {
  const char *name;     /* as the home site calls it */
  const char *uuid;
  const char *frontend; /* ssh destination; NULL for the home site */
  const char *database; /* URI */
  const char *vm_uri;   /* overrides how hypervisors are reached, or NULL */
  struct quota quota, borrowed; /* borrowed: counted by choose() */
  bool home;

  const struct backend *resource; /* what its inventory is kept with */
  struct rocks_resource *inventory; /* open, or NULL */

  /* Loaded by site_load(). */
  const char *node;     /* node name of its frontend */
  const char *mac_base, *mac_mask;
  struct rocks_settings attrs; /* of its frontend */
  struct rocks_container_row *containers;
  size_t ncontainers;
  struct rocks_vm_row *vms;
  size_t nvms;
};

struct model {
  struct pool pool;
  struct site *sites; /* the home site first */
  size_t nsites;
};

struct rocks_container_row *site_container(const struct site *, const char *name); /* or NULL */
struct rocks_vm_row *site_vm(const struct site *, const char *name);               /* or NULL */
struct site *model_site(const struct model *, const char *name);                   /* or NULL */
struct site *model_site_by_uuid(const struct model *, const char *uuid);           /* or NULL */
/* The home site and what is on it. */
struct site *model_home(const struct model *);
/* The VM's NIC on its cluster's private network, the first with a segment, or
 * NULL. */
const struct rocks_nic_row *vm_private_nic(const struct rocks_vm_row *);
/* Counts one VM more. */
void quota_add(struct quota *, uint32_t cpus, uint64_t memory, uint64_t disk);
/* "b:vm-container-0-1", or the host alone for the home site; pooled. */
const char *model_label(struct model *, const struct site *, const char *host);

/* Deep copies into a pool. */
struct rocks_container_row copy_container(struct pool *, const struct rocks_container_row *);
struct rocks_vm_row copy_vm(struct pool *, const struct rocks_vm_row *);
struct rocks_member_row copy_member(struct pool *, const struct rocks_member_row *);
struct rocks_cluster_row copy_cluster(struct pool *, const struct rocks_cluster_row *);

#endif
