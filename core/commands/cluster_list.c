/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * `list cluster`: Rocks' own view of this site's clusters, and the members that
 * stand at other sites.
 */
#include <config.h>

#include <string.h>

#include "commands/cluster.h"
#include "commands/sites.h"
#include "framework/db.h"
#include "framework/hosts.h"
#include "framework/output.h"

/* One listing under way. */
struct listing {
  struct run *run;
  bool status, detail;
  bool recorded; /* our own tables are there */
  struct rows physical; /* compute hosts: name, is a VM */
};

static void
cells(struct listing *listing, const char *type, const char *status)
{
  output_text(listing->run, type);
  if (listing->status)
    output_text(listing->run, status);
}

static void
detail_cells(struct listing *listing, const struct control *control,
             const struct member_state *state)
{
  const struct rocks_cluster_row *row = control != NULL ? &control->cluster.row : NULL;

  if (!listing->detail)
    return;
  output_text(listing->run, state != NULL && state->site != NULL ? state->site->name : NULL);
  output_text(listing->run, state != NULL ? state->container : NULL);
  output_text(listing->run, row != NULL ? row->network_backend : NULL);
  output_text(listing->run, row != NULL ? row->vm_backend : NULL);
  output_text(listing->run, state != NULL ? state->member->mac : NULL);
  output_text(listing->run, row != NULL ? row->state : NULL);
}

static void
list_physical(struct listing *listing, const char *name)
{
  size_t i;

  output_row(listing->run, name);
  output_text(listing->run, "");
  cells(listing, "physical", NULL);
  detail_cells(listing, NULL, NULL);
  for (i = 0; i < listing->physical.count; i++) {
    output_row(listing->run, "");
    output_text(listing->run, row_text(&listing->physical, i, 0));
    cells(listing, row_int(&listing->physical, i, 1) ? "VM" : "physical", NULL);
    detail_cells(listing, NULL, NULL);
  }
}

/* Without status or detail no other site and no host need be asked. */
static int
list_recorded(struct listing *listing, const char *name)
{
  CLEANUP_ROWS struct rows members = { 0 };
  struct db *db = listing->run->db;
  size_t i;

  if (db_query(db, &members, "SELECT node_name FROM clusters WHERE cluster_name = ? "
               "AND node_name <> ? ORDER BY node_name", "ss", name, name) != 0)
    return -1;
  output_row(listing->run, name);
  output_text(listing->run, "");
  cells(listing, "VM", NULL);
  for (i = 0; i < members.count; i++) {
    output_row(listing->run, "");
    output_text(listing->run, row_text(&members, i, 0));
    cells(listing, "VM", NULL);
  }
  return 0;
}

static void
list_member(struct listing *listing, const struct control *control,
            const struct member_state *state)
{
  bool frontend = state->member->role == ROCKS_ROLE_FRONTEND;

  output_row(listing->run, frontend ? control->cluster.row.name : "");
  output_text(listing->run, frontend ? "" : state->member->name);
  cells(listing, "VM", status_word(state));
  detail_cells(listing, control, state);
}

static int
list_loaded(struct listing *listing, const char *name)
{
  struct control control;
  struct member_state *states;
  size_t i, pass;
  int result;

  if (sites_control(listing->run, &control) != 0)
    return -1;
  result = control_load(&control, name);
  if (result == 0)
    result = listing->status ? control_probe(&control, false, &states)
                             : control_members(&control, &states);
  for (pass = 0; result == 0 && pass < 2; pass++)
    for (i = 0; i < control.cluster.row.nmembers; i++)
      if ((states[i].member->role == ROCKS_ROLE_FRONTEND) == (pass == 0))
        list_member(listing, &control, &states[i]);
  control_free(&control);
  return result;
}

/* Overlay clusters have members that the view does not know. */
static int
is_recorded(const struct listing *listing, const char *name, bool *recorded)
{
  CLEANUP_FREE char *id = NULL;

  *recorded = false;
  if (!listing->recorded)
    return 0;
  return db_value(listing->run->db, &id, recorded, "SELECT id FROM mvc_clusters WHERE name = ?",
                  "s", name);
}

static int
list_one(struct listing *listing, const char *name, bool vm)
{
  struct db *db = listing->run->db;
  CLEANUP_FREE char *node = NULL;
  bool recorded, cluster;

  if (!vm) {
    list_physical(listing, name);
    return 0;
  }
  if (is_recorded(listing, name, &recorded) != 0 ||
      db_value(db, &node, &cluster, "SELECT node_name FROM clusters WHERE cluster_name = ?", "s",
               name) != 0)
    return -1;
  if (recorded || (cluster && (listing->status || listing->detail)))
    return list_loaded(listing, name);
  return list_recorded(listing, name);
}

static int
chosen(struct run *run, struct rows *frontends, struct list *names)
{
  size_t i, k;

  if (db_query(run->db, frontends,
               "SELECT n.Name, v.ID IS NOT NULL FROM nodes n "
               "JOIN memberships m ON n.Membership = m.ID JOIN appliances a ON m.Appliance = a.ID "
               "LEFT JOIN vm_nodes v ON v.Node = n.ID WHERE a.Name = 'frontend' "
               "ORDER BY n.ID", "") != 0)
    return -1;
  if (run->args.count == 0)
    return 0;
  if (hosts_expand(run, names, 0) != 0)
    return -1;
  for (i = 0; i < names->count; i++) {
    for (k = 0; k < frontends->count; k++)
      if (strcmp(names->item[i], row_text(frontends, k, 0)) == 0)
        break;
    if (k == frontends->count)
      return run_fail(run, "host %s is not a virtual frontend", names->item[i]);
  }
  return 0;
}

static void
header(struct listing *listing)
{
  static const char *const details[] = { "site", "container", "network", "vm-backend", "mac",
                                         "state" };
  CLEANUP_LIST struct list columns = { 0 };
  size_t i;

  list_add(&columns, "frontend");
  list_add(&columns, "client nodes");
  list_add(&columns, "type");
  if (listing->status)
    list_add(&columns, "status");
  for (i = 0; listing->detail && i < sizeof details / sizeof *details; i++)
    list_add(&columns, details[i]);
  output_header_list(listing->run, &columns);
  output_keep_owner(listing->run);
}

int
cluster_list(struct run *run)
{
  struct listing listing = { .run = run, .status = run_flag(run, "status", false),
                             .detail = run_flag(run, "detail", false) };
  CLEANUP_ROWS struct rows frontends = { 0 };
  CLEANUP_LIST struct list names = { 0 };
  size_t i;
  int result;

  listing.status = listing.status || listing.detail;
  if (run_db(run) == NULL || sites_recorded(run->db, &listing.recorded) != 0)
    return -1;
  result = chosen(run, &frontends, &names);
  if (result == 0)
    result = db_query(run->db, &listing.physical,
                      "SELECT n.Name, v.ID IS NOT NULL FROM nodes n "
                      "JOIN memberships m ON n.Membership = m.ID "
                      "JOIN appliances a ON m.Appliance = a.ID "
                      "LEFT JOIN vm_nodes v ON v.Node = n.ID WHERE a.Name = 'compute' "
                      "ORDER BY n.ID", "");
  header(&listing);
  for (i = 0; result == 0 && i < frontends.count; i++) {
    const char *name = row_text(&frontends, i, 0);

    if (run->args.count == 0 || list_has(&names, name))
      result = list_one(&listing, name, row_int(&frontends, i, 1) != 0);
  }
  rows_free(&listing.physical);
  return result;
}
