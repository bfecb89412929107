/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <string.h>

#include "cluster/site.h"
#include "commands/sites.h"
#include "framework/hosts.h"

static int64_t
bound(const struct rows *rows, size_t row, size_t column)
{
  return row_text(rows, row, column) != NULL ? row_int(rows, row, column) : -1;
}

static void
fill_home(struct model *model, struct db *db, const struct rows *self)
{
  struct site *home = &model->sites[0];
  const char *name = self->count > 0 ? row_text(self, 0, 1) : NULL;

  *home = (struct site){ .home = true, .quota = { -1, -1, -1, -1 } };
  home->uuid = self->count > 0 ? pool_text(&model->pool, row_text(self, 0, 0)) : "";
  home->name = name != NULL && name[0] != '\0' ? pool_text(&model->pool, name) : "home";
  home->resource = db->backend;
  home->inventory = db->resource;
}

static void
fill_known(struct model *model, const struct rows *known)
{
  struct pool *pool = &model->pool;
  size_t i;

  for (i = 0; i < known->count; i++) {
    const char *database = row_text(known, i, 3);

    model->sites[i + 1] = (struct site){
      .name = pool_text(pool, row_text(known, i, 0)),
      .uuid = pool_text(pool, row_text(known, i, 1)),
      .frontend = pool_text(pool, row_text(known, i, 2)),
      .database = database != NULL ? pool_text(pool, database) : SITE_DATABASE,
      .vm_uri = pool_text(pool, row_text(known, i, 4)),
      .quota = { .cpus = bound(known, i, 5), .memory = bound(known, i, 6),
                 .disk = bound(known, i, 7), .vms = bound(known, i, 8) },
    };
  }
}

int
sites_recorded(struct db *db, bool *there)
{
  CLEANUP_FREE char *name = NULL;

  return db_value(db, &name, there,
                  "SELECT table_name FROM information_schema.tables "
                  "WHERE table_schema = DATABASE() AND table_name = 'mvc_sites'", "");
}

int
sites_query(struct run *run, struct rows *rows, const char *ours, const char *rocks,
            const struct list *names)
{
  struct db *db = run_db(run);
  bool there = false;

  if (db == NULL || sites_recorded(db, &there) != 0)
    return -1;
  if (!there && rocks == NULL)
    return 0;
  return db_query(db, rows, there ? ours : rocks, "v", names);
}

int
sites_check_new(struct run *run, const char *name)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  CLEANUP_LIST struct list names = { 0 };

  list_add(&names, name);
  if (hosts_check_new(run, name) != 0
      || sites_query(run, &rows, "select c.name from mvc_members m"
                     " join mvc_clusters c on c.id = m.cluster where m.name in (%s)"
                     " and m.site_uuid not in (select uuid from mvc_site)", NULL, &names) != 0)
    return -1;
  if (rows.count == 0)
    return 0;
  return call_fail(run->call, ROCKS_EEXISTS, "Node %s already exists: cluster %s has it at another "
                   "site.\nSelect a different hostname, cabinet and/or rank value.", name,
                   row_text(&rows, 0, 0));
}

int
sites_load(struct run *run, struct model *model)
{
  CLEANUP_ROWS struct rows self = { 0 }, known = { 0 };
  struct db *db = run_db(run);
  bool there = false;

  if (db == NULL || sites_recorded(db, &there) != 0)
    return -1;
  if (there &&
      (db_query(db, &self, "SELECT uuid, name FROM mvc_site", "") != 0 ||
       db_query(db, &known, "SELECT name, uuid, frontend, database_uri, vm_uri, max_cpus, max_mem, "
                "max_disk, max_vms FROM mvc_sites ORDER BY name", "") != 0))
    return -1;
  model->nsites = known.count + 1;
  model->sites = pool_new(&model->pool, model->nsites, sizeof *model->sites);
  fill_home(model, db, &self);
  fill_known(model, &known);
  return 0;
}

/* Attributes of this site's hosts in general choose what has no record. */
static int
default_backends(struct run *run, struct control *control)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  size_t i;

  if (db_query(run->db, &rows, "select a.Attr, a.Value from attributes a"
               " join categories c on c.ID = a.Category where c.Name = 'global'"
               " and a.Attr in ('network_backend', 'vm_backend') and a.Value <> ''", "") != 0)
    return -1;
  for (i = 0; i < rows.count; i++) {
    const char *name = pool_text(&control->model.pool, row_text(&rows, i, 1));

    if (strcmp(row_text(&rows, i, 0), "vm_backend") == 0)
      control->vm_backend = name;
    else
      control->network_backend = name;
  }
  return 0;
}

int
sites_control(struct run *run, struct control *control)
{
  *control = (struct control){ .call = run->call };
  if (sites_load(run, &control->model) != 0)
    return -1;
  return default_backends(run, control);
}
