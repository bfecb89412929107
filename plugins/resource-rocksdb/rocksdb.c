/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The Rocks database, on MariaDB or MySQL, as a resource backend.
 */
#include <stdlib.h>

#include "rocksdb.h"

static int
start(struct rocks_call *call, const struct rocks_core *core, void **state)
{
  struct rocksdb *module = calloc(1, sizeof *module);

  if (module == NULL) {
    core->error(call, ROCKS_EMEMORY, "out of memory");
    return -1;
  }
  module->core = core;
  *state = module;
  return 0;
}

static void
stop(void *state)
{
  free(state);
}

static const struct rocks_sql_ops sql_ops = {
  .size = sizeof(struct rocks_sql_ops),
  .run = db_run,
  .begin = db_begin,
  .commit = db_commit,
  .rollback = db_rollback,
};

static const struct rocks_resource_ops ops = {
  .scheme = "mysql",
  .sql = &sql_ops,
  .open = db_open,
  .close = db_close,
  .create = db_create,
  .snapshot = db_snapshot,
  .reserve = db_reserve,
  .release = db_release,
  .leases = db_leases,
  .clusters = db_clusters,
  .record = db_record,
  .set_state = db_set_state,
  .forget = db_forget,
  .journal = db_journal,
  .journal_read = db_journal_read,
  .set_capacity = db_set_capacity,
  .renumber = db_renumber,
  .relocate = db_relocate,
  .depart = db_depart,
};

static const struct rocks_plugin descriptor = {
  ROCKS_PLUGIN_HEADER(ROCKS_KIND_RESOURCE),
  ROCKS_PLUGIN_OPS(ops),
  .name = "rocksdb",
  .version = "1",
  .summary = "a Rocks database on MariaDB or MySQL",
  .start = start,
  .stop = stop,
};

ROCKS_REGISTER(descriptor)
ROCKS_NO_COMMANDS
