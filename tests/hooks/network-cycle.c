/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * A module for tests whose hooks cannot be put in an order, and one that has no
 * name.
 */
#include <rocks/network.h>

static int
run(void *state, struct rocks_call *call, const char *const *hosts, size_t nhosts)
{
  (void) state;
  (void) call;
  (void) hosts;
  (void) nhosts;
  return 0;
}

static const struct rocks_hook hooks[] = {
  { "remove host", "one", "two", NULL, run },
  { "remove host", "two", "one", NULL, run },
  { "dump", NULL, NULL, NULL, run },
  { NULL, NULL, NULL, NULL, NULL }
};

static const struct rocks_network_ops ops = { .segment_min = 2, .segment_max = 9 };

static const struct rocks_plugin plugin = {
  ROCKS_PLUGIN_HEADER(ROCKS_KIND_NETWORK), ROCKS_PLUGIN_OPS(ops), ROCKS_PLUGIN_HOOKS(hooks),
  .name = "cycle", .version = "1", .summary = "hooks that contradict each other",
};

ROCKS_REGISTER(plugin)
