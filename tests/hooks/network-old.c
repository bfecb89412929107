/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * A module for tests as it was built before there were hooks: its descriptor
 * ends with `stop`, and what stands behind it in memory is not the core's.
 */
#include <rocks/network.h>

/* The members up to `stop`, as in the first release. */
struct old_plugin {
  uint32_t size, abi;
  uint32_t kind, ops_size;
  const void *ops;
  const char *name, *version, *summary;
  const struct rocks_param *params;
  const struct rocks_command *commands;
  int (*start)(struct rocks_call *, const struct rocks_core *, void **state);
  void (*stop)(void *state);
};

static const struct rocks_core *core;

static int
start(struct rocks_call *call, const struct rocks_core *given, void **state)
{
  (void) call;
  (void) state;
  core = given;
  return 0;
}

static int
report_old(void *state, struct rocks_call *call, const struct rocks_settings *params,
           const char *const *args, size_t nargs)
{
  (void) state;
  (void) params;
  (void) args;
  (void) nargs;
  core->heading(call, "of", "age", NULL);
  core->row(call, "module", "old", NULL);
  return 0;
}

static const struct rocks_command commands[] = {
  { "report old", "", "Shows that it is there.", false, report_old },
  { NULL, NULL, NULL, false, NULL }
};

static const struct rocks_network_ops ops = { .segment_min = 2, .segment_max = 9 };

static const struct {
  struct old_plugin plugin;
  uint32_t rubbish[16];
} memory = {
  .plugin = {
    .size = sizeof(struct old_plugin), .abi = ROCKS_ABI, .kind = ROCKS_KIND_NETWORK,
    .ops_size = sizeof ops, .ops = &ops, .name = "old", .version = "1",
    .summary = "from before there were hooks", .commands = commands, .start = start,
  },
  .rubbish = { 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24 },
};

ROCKS_EXPORT const void *network_old_LTX_rocks_entry(void);

const void *
network_old_LTX_rocks_entry(void)
{
  return &memory.plugin;
}
