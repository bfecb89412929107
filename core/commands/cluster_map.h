/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * A virtual cluster as `report cluster map` shows it: what is recorded, put into
 * words and in order, so that a format has only to draw.
 */
#ifndef ROCKS_COMMANDS_CLUSTER_MAP_H
#define ROCKS_COMMANDS_CLUSTER_MAP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* Texts are pooled and hold no control character but the newline between the
 * lines of `more` and `network`; for a drawing they are valid UTF-8 without what
 * XML forbids. */
struct map_vm {
  const char *name;
  const char *mac;  /* of its port */
  const char *more; /* a fact a line */
};

struct map_container {
  const char *name;
  struct map_vm *vms;
  size_t nvms;
};

struct map_site {
  const char *uuid, *title;
  struct map_container *containers;
  size_t ncontainers;
};

/* Sites, containers and VMs each in the order of the cluster's members. */
struct map {
  const char *title;
  const char *network; /* a fact a line */
  struct map_site *sites;
  size_t nsites;
};

/* An undirected graph for Graphviz. */
void map_dot(struct text *, const struct map *);
/* An SVG 1.1 that needs no other file. */
void map_svg(struct text *, const struct map *);

#endif
