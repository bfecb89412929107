/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Who may do what, and the doing, by the commands that the admin has.
 */
#include <config.h>

#include <string.h>

#include "cluster/console.h"
#include "commands/airboss_serve.h"
#include "commands/cluster.h"
#include "commands/host_vm.h"
#include "commands/sites.h"
#include "framework/attrs.h"
#include "framework/framework.h"
#include "framework/resolve.h"

/* ---- who may ---- */

/* The frontends that have the key among theirs, each once. */
static int
find_frontends(struct run *run, const char *key, struct list *frontends, struct text *who)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  size_t i;

  if (run_db(run) == NULL
      || db_query(run->db, &rows, "select n.Name, k.Public_Key, k.Description from public_keys k"
                  " join nodes n on n.ID = k.Node where n.Name is not null order by k.ID", "") != 0)
    return -1;
  for (i = 0; i < rows.count; i++)
    if (key_matches(or_empty(row_text(&rows, i, 1)), key)
        && !list_has(frontends, row_text(&rows, i, 0))) {
      list_add(frontends, row_text(&rows, i, 0));
      text_add(who, "%skey of %s%s%s%s", who->length > 0 ? ", " : "", row_text(&rows, i, 0),
               row_text(&rows, i, 2) != NULL ? " (" : "", or_empty(row_text(&rows, i, 2)),
               row_text(&rows, i, 2) != NULL ? ")" : "");
    }
  if (frontends->count > 0)
    return 0;
  return call_fail(run->call, ROCKS_EPERMISSION, "the key is nobody's");
}

/* Whether the frontend's cluster has that VM here, as Rocks' own view tells. */
static int
find_here(struct airboss_case *its, const char *frontend, const char *host)
{
  CLEANUP_FREE char *name = NULL;

  if (resolve_known(its->run, host, &name) != 0)
    return -1;
  return name == NULL ? 0
         : db_value(its->run->db, &its->vm, NULL, "select c.node_name from clusters c"
                    " where c.cluster_name = ? and c.node_name = ?", "ss", frontend, name);
}

static int
find_remote(struct airboss_case *its, const char *frontend, const char *host)
{
  bool recorded = false;

  if (sites_recorded(its->run->db, &recorded) != 0)
    return -1;
  if (!recorded)
    return 0;
  if (db_value(its->run->db, &its->vm, &its->remote, "select m.name from mvc_members m"
               " join mvc_clusters c on c.id = m.cluster"
               " left join mvc_site s on s.uuid = m.site_uuid"
               " where c.name = ? and s.uuid is null and (m.name = ? or m.mac = ?)", "sss",
               frontend, host, host) != 0)
    return -1;
  return 0;
}

int
airboss_allow(void *arg, const char *key, const struct airboss_request *request,
              struct text *who)
{
  struct airboss_case *its = arg;
  CLEANUP_LIST struct list frontends = { 0 };
  size_t i;

  if (find_frontends(its->run, key, &frontends, who) != 0)
    return -1;
  for (i = 0; i < frontends.count; i++) {
    if (find_here(its, frontends.item[i], request->host) != 0
        || (its->vm == NULL && find_remote(its, frontends.item[i], request->host) != 0))
      return -1;
    if (its->vm != NULL) {
      its->frontend = mem_copy(frontends.item[i]);
      return 0;
    }
  }
  return call_fail(its->run->call, ROCKS_EPERMISSION, "%s: host %s is no VM of the cluster",
                   text_get(who), request->host);
}

/* ---- doing ---- */

static int
load_cluster(struct airboss_case *its, bool home_only, struct control *control)
{
  if (sites_control(its->run, control) != 0)
    return -1;
  control->home_only = home_only;
  return control_load(control, its->frontend);
}

/* A member at another site goes the way of its cluster. */
static int
power_remote(struct airboss_case *its, bool on)
{
  CLEANUP_LIST struct list names = { 0 };
  struct plan_choice choice = { .names = &names };
  struct control control = { 0 };
  int result = load_cluster(its, false, &control);

  list_add(&names, its->vm);
  if (result == 0)
    result = (on ? control_start : control_stop)(&control, &choice);
  control_free(&control);
  return result;
}

static int
command(struct airboss_case *its, const char *words, const char *param)
{
  const char *const args[] = { its->vm, param };
  int result = run_command(its->run, words, args, param != NULL ? 2 : 1);

  if (result == 0)
    run_follow(its->run);
  return result;
}

static int
power(struct airboss_case *its, enum airboss_operation operation)
{
  /* Where it runs nothing is kept of how it boots: from the network first. */
  if (its->remote)
    return power_remote(its, operation != AIRBOSS_POWER_OFF);
  if (operation == AIRBOSS_POWER_OFF)
    return command(its, "stop host vm", NULL);
  if (operation == AIRBOSS_POWER_INSTALL && command(its, "set host boot", "action=install") != 0)
    return -1;
  return command(its, "start host vm", NULL);
}

/* The VM reads whatever file of its container is put in: so only what the
 * admin has set aside, and nothing unless he has. */
static int
cdrom(struct airboss_case *its, const char *path)
{
  CLEANUP_FREE char *folder = NULL, *param = NULL;
  size_t length;

  if (its->remote)
    return run_fail(its->run, "host %s runs at another site, where it has no CD-ROM", its->vm);
  if (path[0] == '\0')
    return command(its, "set host vm cdrom", "cdrom=none");
  if (attr_of(its->run, its->vm, "airboss_cdroms", &folder) != 0)
    return -1;
  length = strlen(or_empty(folder));
  while (length > 0 && folder[length - 1] == '/')
    length--;
  if (length == 0 || folder[0] != '/' || strncmp(path, folder, length) != 0
      || path[length] != '/')
    return run_fail(its->run, "%s is not in a folder that is set aside for CD-ROMs (attribute "
                    "airboss_cdroms of host %s)", path, its->vm);
  param = mem_format("cdrom=%s", path);
  return command(its, "set host vm cdrom", param);
}

static int
open_console(struct airboss_case *its, int *stream)
{
  struct control control = { 0 };

  if (load_cluster(its, !its->remote, &control) == 0)
    *stream = control_console(&control, its->vm);
  control_free(&control);
  return *stream >= 0 ? 0 : -1;
}

/* ---- listing ---- */

struct listing {
  struct airboss_case *its;
  struct control control;
  struct member_state *states; /* NULL: not asked for */
  struct rows aliases;
  struct text *answer;
};

static const char *
state_of(const struct listing *listing, const char *name)
{
  const struct rocks_cluster_row *row = &listing->control.cluster.row;
  size_t i;

  if (listing->states == NULL)
    return "-";
  for (i = 0; i < row->nmembers; i++)
    if (strcmp(row->members[i].name, name) == 0)
      return status_word(&listing->states[i]);
  return "nostate-error";
}

static void
add_node(const struct listing *listing, const char *name, const char *mac, bool frontend)
{
  CLEANUP_TEXT struct text names = { 0 };
  struct airboss_node node = { .mac = mac, .frontend = frontend };
  size_t i;

  text_add(&names, "%s", name);
  for (i = 0; i < listing->aliases.count; i++)
    if (strcmp(or_empty(row_text(&listing->aliases, i, 0)), name) == 0)
      text_add(&names, ",%s", or_empty(row_text(&listing->aliases, i, 1)));
  node.state = state_of(listing, name);
  node.names = text_get(&names);
  node_format(&node, listing->answer);
}

static void
add_rows(const struct listing *listing, const struct rows *rows, bool frontend)
{
  size_t i;

  for (i = 0; i < rows->count; i++)
    if ((strcmp(row_text(rows, i, 0), listing->its->frontend) == 0) == frontend)
      add_node(listing, row_text(rows, i, 0), row_text(rows, i, 1), frontend);
}

/* The computes here, those at other sites, the frontend. */
static int
add_members(struct listing *listing)
{
  CLEANUP_ROWS struct rows here = { 0 }, remote = { 0 };
  struct db *db = listing->its->run->db;
  const char *frontend = listing->its->frontend;
  bool recorded = false;

  if (db_query(db, &here, "select distinct n.Name, w.MAC, n.ID, w.ID from clusters c"
               " join nodes n on n.Name = c.node_name"
               " join networks w on w.Node = n.ID and w.VlanID = c.vlanid"
               " where c.cluster_name = ? and w.MAC is not null order by n.ID, w.ID", "s",
               frontend) != 0
      || db_query(db, &listing->aliases, "select n.Name, a.Name from aliases a"
                  " join nodes n on n.ID = a.Node where n.Name in"
                  " (select c.node_name from clusters c where c.cluster_name = ?) order by a.ID",
                  "s", frontend) != 0
      || sites_recorded(db, &recorded) != 0
      || (recorded && db_query(db, &remote, "select m.name, m.mac from mvc_members m"
                               " join mvc_clusters c on c.id = m.cluster"
                               " left join mvc_site s on s.uuid = m.site_uuid where c.name = ?"
                               " and s.uuid is null and m.mac is not null order by m.idx", "s",
                               frontend) != 0))
    return -1;
  add_rows(listing, &here, false);
  add_rows(listing, &remote, false);
  add_rows(listing, &here, true);
  return 0;
}

static int
list(struct airboss_case *its, bool states, struct text *answer)
{
  struct listing listing = { .its = its, .answer = answer };
  int result = 0;

  if (states) {
    result = load_cluster(its, false, &listing.control);
    if (result == 0)
      result = control_probe(&listing.control, false, &listing.states);
  }
  if (result == 0)
    result = add_members(&listing);
  rows_free(&listing.aliases);
  control_free(&listing.control);
  return result;
}

int
airboss_act(void *arg, const struct airboss_request *request, struct text *answer, int *stream)
{
  struct airboss_case *its = arg;

  switch (request->operation) {
  case AIRBOSS_MACS:
  case AIRBOSS_STATES:
    return list(its, request->operation == AIRBOSS_STATES, answer);
  case AIRBOSS_CONSOLE:
    return open_console(its, stream);
  case AIRBOSS_CDROM:
    return cdrom(its, request->path);
  default:
    return power(its, request->operation);
  }
}
