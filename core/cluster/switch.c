/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <string.h>

#include "cluster/network.h"
#include "cluster/site.h"
#include "cluster/switch.h"

/* ---- may it? ---- */

static int
check_stopped(struct control *control)
{
  const struct rocks_cluster_row *row = &control->cluster.row;

  if (row->state[0] == '\0')
    return call_fail(control->call, ROCKS_EINVALID, "cluster %s has no record here: it was not "
                     "added by this program, and its network stays as it is", row->name);
  if (strcmp(row->state, "running") == 0)
    return call_fail(control->call, ROCKS_EINVALID, "cluster %s is running: its network can be "
                     "changed while it is stopped (`rocks stop cluster %s`)", row->name,
                     row->name);
  if (strcmp(row->state, "stopped") != 0)
    return call_fail(control->call, ROCKS_EINVALID, "cluster %s was left while it was %s; "
                     "`rocks sync cluster %s` completes it", row->name, row->state, row->name);
  return 0;
}

static int
check_member(struct control *control, const struct member_state *state)
{
  const char *name = state->member->name, *cluster = control->cluster.row.name;
  const char *where = state->site != NULL
                        ? model_label(&control->model, state->site, state->container)
                        : state->container;

  if (!state->reachable)
    return call_fail(control->call, ROCKS_EUNREACHABLE, "whether VM %s runs on %s is not known: "
                     "%s", name, where, state->site != NULL ? state->detail : "its site is not");
  if (state->vm > ROCKS_VM_DEFINED)
    return call_fail(control->call, ROCKS_EINVALID, "VM %s of cluster %s runs on %s: `rocks stop "
                     "cluster %s` stops it", name, cluster, where, cluster);
  if (state->port)
    return call_fail(control->call, ROCKS_EINVALID, "the port of VM %s of cluster %s on %s is "
                     "still up: `rocks stop cluster %s` takes it down", name, cluster, where,
                     cluster);
  return 0;
}

/* What is recorded may be behind what is: an admin can start a VM by hand, and
 * what the old backend left on a host nobody could take down any more. */
static int
check_idle(struct control *control)
{
  struct member_state *states;
  bool begun;
  size_t i;

  if (control_begun(control, &begun) != 0)
    return -1;
  if (!begun)
    return 0;
  if (control_probe(control, true, &states) != 0)
    return -1;
  for (i = 0; i < control->cluster.row.nmembers; i++)
    if (check_member(control, &states[i]) != 0)
      return -1;
  return 0;
}

/* The other sites may have any inventory. */
static int
check_inventories(struct control *control)
{
  size_t i;

  for (i = 0; i < control->model.nsites; i++) {
    const struct site *site = &control->model.sites[i];

    if ((site->home || cluster_stands_at(&control->cluster, site)) &&
        site->resource->ops.resource.renumber == NULL)
      return call_fail(control->call, ROCKS_EUNSUPPORTED, "the resource backend %s of site %s "
                       "cannot move a cluster to another network",
                       site->resource->plugin.name, site->name);
  }
  return 0;
}

static int
check_span(struct control *control, const struct backend *network)
{
  size_t i;

  for (i = 1; i < control->model.nsites; i++)
    if (cluster_stands_at(&control->cluster, &control->model.sites[i]))
      return network_check_span(control->call, network);
  return 0;
}

/* ---- numbers ---- */

struct numbers {
  struct rocks_member_row *members;
  size_t count;
};

static int
keep_segment(void *arg, const struct rocks_member_row *told)
{
  struct numbers *numbers = arg;
  size_t i;

  for (i = 0; i < numbers->count; i++)
    if (strcmp(numbers->members[i].site_uuid, told->site_uuid) == 0 &&
        strcmp(numbers->members[i].name, told->name) == 0)
      numbers->members[i].segment = told->segment;
  return 0;
}

/* The subnet that the cluster was added with: its frontend's NIC is in it. */
static const char *
subnet_of(const struct control *control)
{
  const struct rocks_vm_row *frontend = site_vm(model_home(&control->model),
                                                control->cluster.row.name);
  const struct rocks_nic_row *nic = frontend != NULL ? vm_private_nic(frontend) : NULL;

  return nic != NULL && nic->subnet[0] != '\0' ? nic->subnet : "private";
}

static int
renumber_at(struct control *control, struct site *site, bool dry, struct numbers *numbers)
{
  const struct rocks_network_ops *ops = &control->cluster.network->ops.network;
  struct rocks_renumbering want = {
    .size = sizeof want,
    .home_uuid = model_home(&control->model)->uuid,
    .cluster = control->cluster.row.name,
    .reuse_segments = ops->reuse_segments,
    .tagged = ops->capabilities & ROCKS_NET_TAGGED,
    .subnet = subnet_of(control),
    .dry = dry,
    .arg = numbers,
    .member = keep_segment,
  };
  struct ranges ranges;

  if (site_open(control->call, site) != 0 ||
      network_ranges(control->call, &control->model, control->cluster.network, site,
                     &ranges) != 0)
    return -1;
  want.ranges = ranges.item;
  want.nranges = ranges.count;
  if (site->resource->ops.resource.renumber(site->inventory, control->call, &want) == 0)
    return 0;
  return site->home ? -1 : call_context(control->call, "site %s", site->name);
}

/* Home, then the others in the order of their UUIDs.  The members' numbers are
 * those that the sites tell; one that its site has lost has none. */
static int
renumber(struct control *control, bool dry)
{
  struct rocks_cluster_row *row = &control->cluster.row;
  struct numbers numbers = {
    .members = pool_copy(&control->model.pool, row->members, row->nmembers,
                         sizeof *row->members),
    .count = row->nmembers };
  size_t count, i;
  struct site **lenders = cluster_lenders(&control->model, &control->cluster, &count);

  for (i = 0; i < row->nmembers; i++)
    numbers.members[i].segment = 0;
  row->members = numbers.members;
  if (renumber_at(control, model_home(&control->model), dry, &numbers) != 0)
    return -1;
  for (i = 0; i < count; i++)
    if (renumber_at(control, lenders[i], dry, &numbers) != 0)
      return -1;
  return 0;
}

/* ---- doing it ---- */

static int
record(struct control *control, const char *state)
{
  struct site *home = model_home(&control->model);

  control->cluster.row.state = state;
  return home->resource->ops.resource.record(home->inventory, control->call,
                                             &control->cluster.row);
}

int
control_switch_complete(struct control *control)
{
  if (renumber(control, control->dry) != 0)
    return control_mendable(control, "sync cluster");
  if (control->dry)
    return 0;
  return record(control, "stopped") == 0 ? 0 : control_mendable(control, "sync cluster");
}

static void
keep_old(struct control *control, struct switched *old)
{
  const struct rocks_cluster_row *row = &control->cluster.row;
  uint32_t *segments = pool_new(&control->model.pool, row->nmembers, sizeof *segments);
  size_t i;

  for (i = 0; i < row->nmembers; i++)
    segments[i] = row->members[i].segment;
  *old = (struct switched){ .network_backend = row->network_backend, .segments = segments };
}

/* The cluster as it is to be, with the numbers that each site would give now:
 * what cannot be had is refused before anything is written. */
static int
settle(struct control *control, const struct backend *network)
{
  struct rocks_cluster_row *row = &control->cluster.row;

  control->cluster.network = network;
  row->mtu = 0;
  if (control_load_sites(control, false) != 0 ||
      network_settle(control->call, &control->model, &control->cluster, row->name) != 0)
    return -1;
  return renumber(control, true);
}

int
control_switch(struct control *control, const struct backend *network, struct switched *old)
{
  struct rocks_cluster_row *row = &control->cluster.row;
  const struct rocks_member_row *before = row->members;
  bool same = strcmp(row->network_backend, network->plugin.name) == 0;

  keep_old(control, old);
  if (same && strcmp(row->state, "switching") == 0)
    return control_switch_complete(control);
  old->nothing = same && row->state[0] != '\0';
  if (old->nothing)
    return 0;
  if (check_stopped(control) != 0 || check_span(control, network) != 0 ||
      check_inventories(control) != 0 || check_idle(control) != 0 ||
      settle(control, network) != 0)
    return -1;
  if (control->dry)
    return 0;
  row->members = before;
  if (record(control, "switching") != 0)
    return -1;
  return control_switch_complete(control);
}
