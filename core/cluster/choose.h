/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * From what is wanted to sites and containers: nothing is reserved here.
 */
#ifndef ROCKS_CLUSTER_CHOOSE_H
#define ROCKS_CLUSTER_CHOOSE_H

#include "cluster/place.h"

/* What the user asked for; NULL or empty: not said. */
struct wish {
  const char *ip, *gateway;
  size_t computes;
  struct need compute, frontend;
  const char *virt_type;
  const char *fe_name, *fe_container;
  bool cluster_naming;
  const char *subnet;
  uint32_t vlan;             /* 0: any */
  const struct backend *network, *vm;
  const struct list *sites;     /* names, in order; none: the home site */
  const struct list *hosts;     /* "host" or "site:host"; none: all */
};

struct choice {
  struct site **sites; /* in the order given, pooled */
  size_t nsites;
  struct place frontend;
  struct place *places; /* of the computes, pooled */
};

/* Chooses the sites, loads them and home, and places frontend and computes.  The
 * model's sites need only be known. */
int choose(struct rocks_call *, struct model *, const struct wish *, struct choice *);
/* Whether a VM that comes from another site finds room on that host, within what
 * this home site may have there; -1 with a report that says how much there is.
 * The site is loaded with its containers. */
int choose_room(struct rocks_call *, struct model *, const struct backend *vm, struct site *,
                const char *host, const struct need *);
/* Whether a site other than home is among the chosen. */
bool choice_spans_sites(const struct choice *);

#endif
