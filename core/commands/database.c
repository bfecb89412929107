/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * `create database`: makes this machine a site.
 */
#include <config.h>

#include <string.h>

#include "commands/commands.h"
#include "framework/config.h"
#include "framework/db.h"
#include "plugin/backend.h"

static int
create_database(struct run *run)
{
  CLEANUP_FREE char *uri = db_uri(run->call);
  CLEANUP_FREE char *scheme = NULL;
  const char *name = run_param(run, "name", NULL);
  const struct backend *backend;
  const char *made = NULL;
  struct db *db;

  if (uri == NULL)
    return -1;
  scheme = mem_format("%.*s", (int) strcspn(uri, ":"), uri);
  backend = backend_for_scheme(run->call, scheme);
  if (backend == NULL ||
      backend->ops.resource.create(backend->state, run->call, uri, &made) != 0)
    return -1;
  if (name == NULL)
    return 0;
  db = db_open_uri(run->call, uri, NULL, false);
  if (db == NULL)
    return -1;
  if (db_exec(db, "UPDATE mvc_site SET name = ?", "s", name) != 0) {
    db_close(db);
    return -1;
  }
  db_close(db);
  return 0;
}

static const char *const create_options[] = {
  "name: What other sites call this one, in names of members and in listings.", NULL
};

static const char *const create_examples[] = {
  "name=osaka|Make the database of site osaka, or add what is missing to it.", NULL
};

const struct command database_commands[] = {
  { .words = "create database",
    .usage = "[name=string]",
    .about = "Makes a complete empty Rocks database where there is none, so that a machine "
             "without Rocks can be a site; adds the tables of multi-site clusters, and an "
             "identity for this site, to a Rocks database that exists. The tables of Rocks are "
             "never changed. What is there already is left alone.\n\n"
             "The database is the one that ROCKS_DATABASE or the configuration file names.",
    .options = create_options,
    .examples = create_examples,
    .flags = COMMAND_ROOT | COMMAND_BARE,
    .run = create_database },
  { 0 }
};
