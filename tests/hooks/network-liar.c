/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * A module for tests that says it has no commands, and has one.
 */
#include <rocks/network.h>

static int
run(void *state, struct rocks_call *call, const struct rocks_settings *params,
    const char *const *args, size_t nargs)
{
  (void) state;
  (void) call;
  (void) params;
  (void) args;
  (void) nargs;
  return 0;
}

static const struct rocks_command commands[] = {
  { "report liar", "", "Says nothing.", false, run },
  { NULL, NULL, NULL, false, NULL }
};

static const struct rocks_network_ops ops = { .segment_min = 2, .segment_max = 9 };

static const struct rocks_plugin plugin = {
  ROCKS_PLUGIN_HEADER(ROCKS_KIND_NETWORK), ROCKS_PLUGIN_OPS(ops),
  .name = "liar", .version = "1", .summary = "contradicts itself", .commands = commands,
};

ROCKS_REGISTER(plugin)
ROCKS_NO_COMMANDS
