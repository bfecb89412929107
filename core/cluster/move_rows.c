/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The inventories of a VM that moves.  Within a site a row changes; between two
 * the VM is reserved at the one, then recorded at home, which is the commit
 * point, then given back at the other.
 */
#include <config.h>

#include <string.h>

#include "cluster/move.h"
#include "cluster/network.h"
#include "cluster/reserve.h"
#include "cluster/site.h"

/* A recorded cluster's name; NULL for VMs that nobody recorded. */
static const char *
cluster_name(const struct control *control)
{
  return control->cluster.row.state[0] != '\0' ? control->cluster.row.name : NULL;
}

static struct rocks_member_row *
member_named(struct control *control, const char *name)
{
  struct rocks_cluster_row *row = &control->cluster.row;
  struct rocks_member_row *members;
  size_t i;

  members = pool_copy(&control->model.pool, row->members, row->nmembers, sizeof *members);
  row->members = members;
  for (i = 0; i < row->nmembers; i++)
    if (strcmp(members[i].name, name) == 0)
      return &members[i];
  return NULL;
}

int
move_check_site(struct control *control, const struct site *site, bool leaves)
{
  const struct rocks_resource_ops *ops = &site->resource->ops.resource;

  if (ops->relocate != NULL && (!leaves || ops->depart != NULL))
    return 0;
  return call_fail(control->call, ROCKS_EUNSUPPORTED, "the resource backend %s of site %s cannot "
                   "move a VM", site->resource->plugin.name, site->name);
}

struct keeping {
  struct pool *pool;
  const struct rocks_vm_row *row;
};

static int
keep_vm(void *arg, const struct rocks_vm_row *row)
{
  struct keeping *keeping = arg;
  struct rocks_vm_row copy = copy_vm(keeping->pool, row);

  keeping->row = pool_copy(keeping->pool, &copy, 1, sizeof copy);
  return 0;
}

static int
relocate(struct control *control, struct site *site, const char *vm, const char *container,
         bool bounded, bool dry, const struct rocks_snapshot *then)
{
  const char *cluster = cluster_name(control);
  struct rocks_relocation want = { .size = sizeof want, .name = vm, .container = container,
                                   .home_uuid = model_home(&control->model)->uuid,
                                   .cluster = cluster, .bounded = bounded, .dry = dry,
                                   .then = then };

  if (site_open(control->call, site) != 0 || move_check_site(control, site, false) != 0)
    return -1;
  if (site->resource->ops.resource.relocate(site->inventory, control->call, &want) == 0)
    return 0;
  return site->home ? -1 : call_context(control->call, "site %s", site->name);
}

int
move_row(struct control *control, struct site *site, const char *vm, const char *container,
         bool bounded, const struct rocks_vm_row **row)
{
  CLEANUP_LIST struct list attrs = { 0 };
  struct keeping keeping = { .pool = &control->model.pool };
  struct rocks_snapshot then = { .size = sizeof then, .vms = &vm, .nvms = 1, .arg = &keeping,
                                 .vm = keep_vm };

  site_attr_names(&attrs, control->cluster.network, control->cluster.vm);
  then.attrs = (const char *const *) attrs.item;
  then.nattrs = attrs.count;
  if (relocate(control, site, vm, container, bounded, true, &then) != 0)
    return -1;
  *row = keeping.row;
  return keeping.row != NULL ? 0 : call_fail(control->call, ROCKS_ENOTFOUND, "host %s is not a "
                                             "virtual host", vm);
}

int
move_arrive(struct control *control, struct site *site, const char *container,
            const struct rocks_vm_row *as)
{
  const struct rocks_member_row *member = member_named(control, as->name);
  struct rocks_member_row there = *member;

  there.site_uuid = site->uuid;
  there.container = container;
  return reserve_arrival(control->call, &control->model, &control->cluster, site, as, &there);
}

/* The site that gave the member its MAC. */
static const char *
giver(const struct rocks_member_row *member)
{
  const char *uuid = or_empty(member->mac_uuid);

  return uuid[0] != '\0' ? uuid : member->site_uuid;
}

int
move_record(const struct move *move)
{
  struct control *control = move->control;
  struct site *home = model_home(&control->model);
  const struct rocks_vm_row *vm = move->to.vm;
  const struct rocks_nic_row *nic = vm_private_nic(vm);
  struct rocks_member_row *member;

  if (!move_between_sites(move)
      && relocate(control, move->to.site, vm->name, vm->container, false, false, NULL) != 0)
    return -1;
  if (!move_between_sites(move) && move->to.site->home)
    return 0; /* its own clusters are in the same inventory */
  member = member_named(control, vm->name);
  member->mac_uuid = strcmp(giver(member), move->to.site->uuid) == 0 ? "" : giver(member);
  member->site_uuid = move->to.site->uuid;
  member->container = vm->container;
  member->slice = vm->slice;
  member->segment = nic != NULL ? nic->segment : 0;
  return home->resource->ops.resource.record(home->inventory, control->call,
                                             &control->cluster.row);
}

int
move_leave(struct control *control, struct site *site, const char *vm)
{
  const struct rocks_member_row *member = member_named(control, vm);
  const struct rocks_resource_ops *ops = &site->resource->ops.resource;
  const char *home = model_home(&control->model)->uuid, *cluster = control->cluster.row.name;
  int result;

  if (site_open(control->call, site) != 0)
    return -1;
  if (strcmp(giver(member), site->uuid) == 0)
    result = ops->depart(site->inventory, control->call, home, cluster, vm);
  else
    result = ops->release(site->inventory, control->call, home, cluster, &vm, 1);
  return result == 0 || site->home ? result : call_context(control->call, "site %s", site->name);
}

int
move_may_leave(struct control *control, const char *vm)
{
  const struct rocks_member_row *member;

  if (cluster_name(control) == NULL)
    return call_fail(control->call, ROCKS_EINVALID, "VM %s is of no cluster that was added here: "
                     "only such a VM can stand at another site", vm);
  member = member_named(control, vm);
  if (member == NULL || member->role == ROCKS_ROLE_FRONTEND)
    return call_fail(control->call, ROCKS_EINVALID, "VM %s is the frontend of its cluster, which "
                     "stands at its home site", vm);
  if (control_check_complete(control) != 0)
    return -1;
  return network_check_span(control->call, control->cluster.network);
}
