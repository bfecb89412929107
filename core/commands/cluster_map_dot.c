/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * `report cluster map format=dot`: sites and containers are clusters of Graphviz,
 * the private network is a node like the VMs. Names stand in labels alone, so
 * that two hosts of the same name at two sites are two nodes.
 */
#include <config.h>

#include "commands/cluster_map.h"

/* A quoted string for a label, which has escapes and entities of its own. */
static void
add_label(struct text *out, const char *value)
{
  text_add(out, "label=\"");
  for (; *value != '\0'; value++)
    if (*value == '\\' || *value == '"')
      text_add(out, "\\%c", *value);
    else if (*value == '\n')
      text_add(out, "\\n");
    else if (*value == '&')
      text_add(out, "&amp;");
    else
      text_add_char(out, *value, 1);
  text_add(out, "\"");
}

static void
add_vm(struct text *out, const struct map_vm *vm, size_t number)
{
  CLEANUP_TEXT struct text label = { 0 };

  text_add(&label, "%s\n%s", vm->name, vm->more);
  text_add(out, "      \"vm%zu\" [", number);
  add_label(out, text_get(&label));
  text_add(out, "];\n");
}

static void
add_container(struct text *out, const struct map_container *container, size_t site, size_t number,
              size_t *vm)
{
  size_t i;

  text_add(out, "    subgraph \"cluster_%zu_%zu\" {\n      ", site, number);
  add_label(out, container->name);
  text_add(out, ";\n");
  for (i = 0; i < container->nvms; i++)
    add_vm(out, &container->vms[i], (*vm)++);
  text_add(out, "    }\n");
}

static void
add_ports(struct text *out, const struct map_site *site, size_t *vm)
{
  size_t i, k;

  for (i = 0; i < site->ncontainers; i++)
    for (k = 0; k < site->containers[i].nvms; k++) {
      text_add(out, "  \"vm%zu\" -- \"network\" [", (*vm)++);
      add_label(out, site->containers[i].vms[k].mac);
      text_add(out, "];\n");
    }
}

void
map_dot(struct text *out, const struct map *map)
{
  size_t i, k, vm = 0;

  text_add(out, "graph \"map\" {\n  labelloc=\"t\";\n  ");
  add_label(out, map->title);
  text_add(out, ";\n  node [shape=\"box\"];\n  \"network\" [shape=\"ellipse\" ");
  add_label(out, map->network);
  text_add(out, "];\n");
  for (i = 0; i < map->nsites; i++) {
    text_add(out, "  subgraph \"cluster_%zu\" {\n    ", i);
    add_label(out, map->sites[i].title);
    text_add(out, ";\n");
    for (k = 0; k < map->sites[i].ncontainers; k++)
      add_container(out, &map->sites[i].containers[k], i, k, &vm);
    text_add(out, "  }\n");
  }
  for (vm = 0, i = 0; i < map->nsites; i++)
    add_ports(out, &map->sites[i], &vm);
  text_add(out, "}\n");
}
