/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * `list cluster`: Rocks' own view of this site's clusters, and the members that
 * stand at other sites.
 */
#include <config.h>

#include <string.h>

#include "commands/cluster.h"
#include "commands/host_vm.h"
#include "commands/sites.h"
#include "framework/db.h"
#include "framework/hosts.h"
#include "framework/output.h"

/* One listing under way. */
struct listing {
  struct run *run;
  bool status, detail;
  struct control control; /* its model has the sites and the pool of the records */
  struct rocks_cluster_row *records;
  size_t nrecords;
  struct rows physical; /* compute hosts: name, is a VM */
  struct rows view;     /* Rocks' own view: frontend, node */
  struct vm_states states; /* of VMs at home */
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

static bool
in_view(const struct listing *listing, const char *name)
{
  size_t i;

  for (i = 0; i < listing->view.count; i++)
    if (strcmp(or_empty(row_text(&listing->view, i, 0)), name) == 0)
      return true;
  return false;
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

static void
list_members(struct listing *listing, const struct control *control,
             const struct member_state *states)
{
  size_t i, pass;

  for (pass = 0; pass < 2; pass++)
    for (i = 0; i < control->cluster.row.nmembers; i++)
      if ((states[i].member->role == ROCKS_ROLE_FRONTEND) == (pass == 0))
        list_member(listing, control, &states[i]);
}

/* With all that its sites tell of it. */
static int
list_loaded(struct listing *listing, const char *name)
{
  struct control control;
  struct member_state *states;
  int result = sites_control(listing->run, &control);

  if (result == 0)
    result = control_load(&control, name);
  if (result == 0)
    result = control_probe(&control, false, &states);
  if (result == 0)
    list_members(listing, &control, states);
  control_free(&control);
  return result;
}

/* A cluster that has no record, as Rocks' own view shows it. */
static int
list_viewed(struct listing *listing, const char *name)
{
  const struct rows *view = &listing->view;
  const struct vm_states *states = &listing->states;
  bool there = in_view(listing, name);
  size_t i;

  if (there && listing->detail)
    return list_loaded(listing, name);
  output_row(listing->run, name);
  output_text(listing->run, "");
  cells(listing, "VM", there ? vm_states_word(states, name) : NULL);
  for (i = 0; i < view->count; i++) {
    const char *node = or_empty(row_text(view, i, 1));

    if (strcmp(or_empty(row_text(view, i, 0)), name) != 0 || strcmp(node, name) == 0)
      continue;
    output_row(listing->run, "");
    output_text(listing->run, node);
    cells(listing, "VM", vm_states_word(states, node));
  }
  return 0;
}

/* Whether a member stands at another site, of which our database knows nothing. */
static bool
goes_beyond(const struct listing *listing, const struct rocks_cluster_row *row)
{
  const char *home = listing->control.model.sites[0].uuid;
  size_t i;

  for (i = 0; i < row->nmembers; i++)
    if (strcmp(row->members[i].site_uuid, home) != 0)
      return true;
  return false;
}

static int
list_recorded(struct listing *listing, const struct rocks_cluster_row *row)
{
  struct control *control = &listing->control;
  struct member_state *states;
  size_t i;

  if (listing->status && goes_beyond(listing, row))
    return list_loaded(listing, row->name);
  control->cluster.row = *row;
  if (control_members(control, &states) != 0)
    return -1;
  for (i = 0; i < row->nmembers; i++) {
    const struct member_state *state = vm_states_of(&listing->states, row->members[i].name);

    states[i].reachable = state != NULL && state->reachable;
    states[i].vm = state != NULL ? state->vm : ROCKS_VM_ABSENT;
  }
  list_members(listing, control, states);
  return 0;
}

static const struct rocks_cluster_row *
record_of(const struct listing *listing, const char *name)
{
  size_t i;

  for (i = 0; i < listing->nrecords; i++)
    if (strcmp(listing->records[i].name, name) == 0)
      return &listing->records[i];
  return NULL;
}

static int
list_one(struct listing *listing, const char *name, bool vm)
{
  const struct rocks_cluster_row *record = record_of(listing, name);

  if (!vm) {
    list_physical(listing, name);
    return 0;
  }
  return record != NULL ? list_recorded(listing, record) : list_viewed(listing, name);
}

static size_t
frontend_row(const struct rows *frontends, const char *name)
{
  size_t i;

  for (i = 0; i < frontends->count; i++)
    if (strcmp(name, or_empty(row_text(frontends, i, 0))) == 0)
      break;
  return i;
}

/* All virtual frontends, and the names of those that are asked for. */
static int
chosen(struct run *run, struct rows *frontends, struct list *names)
{
  size_t i;

  if (db_query(run->db, frontends,
               "SELECT n.Name, v.ID IS NOT NULL FROM nodes n "
               "JOIN memberships m ON n.Membership = m.ID JOIN appliances a ON m.Appliance = a.ID "
               "LEFT JOIN vm_nodes v ON v.Node = n.ID WHERE a.Name = 'frontend' "
               "ORDER BY n.ID", "") != 0)
    return -1;
  for (i = 0; run->args.count == 0 && i < frontends->count; i++)
    list_add(names, or_empty(row_text(frontends, i, 0)));
  if (run->args.count == 0)
    return 0;
  if (hosts_expand(run, names, HOSTS_BY_ID) != 0)
    return -1;
  for (i = 0; i < names->count; i++)
    if (frontend_row(frontends, names->item[i]) == frontends->count)
      return run_fail(run, "host %s is not a virtual frontend", names->item[i]);
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

static int
keep_record(void *arg, const struct rocks_cluster_row *row)
{
  struct listing *listing = arg;
  struct pool *pool = &listing->control.model.pool;

  listing->records = pool_grow(pool, listing->records, listing->nrecords, sizeof *row);
  listing->records[listing->nrecords++] = copy_cluster(pool, row);
  return 0;
}

/* What the database tells of all clusters, so that it is asked as often for
 * many as for one. */
static int
load(struct listing *listing)
{
  struct run *run = listing->run;
  struct site *home;

  if (sites_control(run, &listing->control) != 0)
    return -1;
  home = model_home(&listing->control.model);
  if (home->resource->ops.resource.clusters(home->inventory, run->call, NULL, keep_record,
                                            listing) != 0
      || db_query(run->db, &listing->view, "select cluster_name, node_name from clusters"
                  " order by cluster_name, node_name", "") != 0)
    return -1;
  return db_query(run->db, &listing->physical,
                  "SELECT n.Name, v.ID IS NOT NULL FROM nodes n "
                  "JOIN memberships m ON n.Membership = m.ID "
                  "JOIN appliances a ON m.Appliance = a.ID "
                  "LEFT JOIN vm_nodes v ON v.Node = n.ID WHERE a.Name = 'compute' "
                  "ORDER BY n.ID", "");
}

static bool
is_chosen(const struct listing *listing, const struct list *names, const char *frontend)
{
  return listing->run->args.count == 0 || list_has(names, or_empty(frontend));
}

/* Of all VMs that are shown and stand here. */
static int
load_states(struct listing *listing, const struct list *chosen)
{
  CLEANUP_LIST struct list names = { 0 };
  size_t i, k;

  for (i = 0; i < listing->nrecords; i++)
    for (k = 0; k < listing->records[i].nmembers; k++)
      if (is_chosen(listing, chosen, listing->records[i].name)
          && !goes_beyond(listing, &listing->records[i]))
        list_add(&names, listing->records[i].members[k].name);
  for (i = 0; i < listing->view.count; i++)
    if (is_chosen(listing, chosen, row_text(&listing->view, i, 0))
        && record_of(listing, or_empty(row_text(&listing->view, i, 0))) == NULL
        && row_text(&listing->view, i, 1) != NULL)
      list_add(&names, row_text(&listing->view, i, 1));
  if (!listing->status || names.count == 0)
    return 0;
  return vm_states(listing->run, &names, &listing->states);
}

int
cluster_list(struct run *run)
{
  struct listing listing = { .run = run, .status = run_flag(run, "status", false),
                             .detail = run_flag(run, "detail", false) };
  CLEANUP_ROWS struct rows frontends = { 0 };
  CLEANUP_LIST struct list names = { 0 };
  size_t i;
  int result = run_db(run) != NULL ? chosen(run, &frontends, &names) : -1;

  listing.status = listing.status || listing.detail;
  if (result == 0)
    result = load(&listing);
  if (result == 0)
    result = load_states(&listing, &names);
  header(&listing);
  for (i = 0; result == 0 && i < names.count; i++)
    result = list_one(&listing, names.item[i],
                      row_int(&frontends, frontend_row(&frontends, names.item[i]), 1) != 0);
  vm_states_free(&listing.states);
  rows_free(&listing.physical);
  rows_free(&listing.view);
  control_free(&listing.control);
  return result;
}
