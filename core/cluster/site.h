/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Reaching a site's inventory and loading from it.
 */
#ifndef ROCKS_CLUSTER_SITE_H
#define ROCKS_CLUSTER_SITE_H

#include "cluster/model.h"

/* Where a site's database is when its record does not say. */
#define SITE_DATABASE "mysql://root@localhost/cluster?socket=/run/mysqld/mysqld.sock"

/* Opens the inventory: a database on a socket is reached through the ssh
 * connection to the site's frontend, so that no port is opened for us.  Opening
 * what is open is nothing.  -1 with the error reported, the site named. */
int site_open(struct rocks_call *, struct site *);
void site_close(struct site *);

/* What to load: see struct rocks_snapshot. */
struct site_query {
  const struct list *attrs;
  const char *subnet;
  bool containers, all_vms;
  const struct list *vms;              /* or NULL */
  const char *home_uuid, *cluster;     /* or NULL */
};

/* Fills in the site's node, attributes, containers and VMs, in place of what
 * was loaded before.  Opens it if need be. */
int site_load(struct rocks_call *, struct model *, struct site *, const struct site_query *);

/* Names of the attributes that these backends and the core ask for. */
void site_attr_names(struct list *names, const struct backend *network,
                     const struct backend *vm);

#endif
