/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The first part of every cluster command: what is recorded, from all sites that
 * it concerns.
 */
#include <config.h>

#include <string.h>

#include "cluster/control.h"
#include "cluster/site.h"

static int
keep_cluster(void *arg, const struct rocks_cluster_row *row)
{
  struct control *control = arg;

  control->cluster.row = copy_cluster(&control->model.pool, row);
  return 0;
}

static int
load_backends(struct control *control)
{
  struct cluster *cluster = &control->cluster;

  cluster->network = backend_get(control->call, ROCKS_KIND_NETWORK, cluster->row.network_backend);
  if (cluster->network == NULL)
    return -1;
  cluster->vm = backend_get(control->call, ROCKS_KIND_VM, cluster->row.vm_backend);
  return cluster->vm != NULL ? 0 : -1;
}

static struct rocks_member_row
member_of(const struct site *home, const struct rocks_vm_row *vm)
{
  const struct rocks_nic_row *nic = vm_private_nic(vm);

  return (struct rocks_member_row){
    .size = sizeof(struct rocks_member_row), .name = vm->name, .site_uuid = home->uuid,
    .container = vm->container, .mac = nic != NULL ? nic->mac : "",
    .segment = nic != NULL ? nic->segment : 0, .cpus = vm->cpus, .slice = vm->slice,
    .memory = vm->memory };
}

/* A cluster without a record: the view `clusters` of Rocks (rocks-compat 2.6). */
static int
infer_cluster(struct control *control, const char *name)
{
  struct site *home = model_home(&control->model);
  const struct rocks_vm_row *frontend = site_vm(home, name);
  const struct rocks_nic_row *nic = frontend != NULL ? vm_private_nic(frontend) : NULL;
  struct rocks_cluster_row *row = &control->cluster.row;
  struct rocks_member_row *members;
  uint32_t index = 0;
  size_t i;

  if (nic == NULL || strcmp(frontend->membership, "Frontend") != 0)
    return call_fail(control->call, ROCKS_ENOTFOUND, "host %s is not a virtual frontend", name);
  members = pool_new(&control->model.pool, home->nvms, sizeof *members);
  for (i = 0; i < home->nvms; i++) {
    const struct rocks_vm_row *vm = &home->vms[i];
    const struct rocks_nic_row *own = vm_private_nic(vm);

    if (own == NULL || own->segment != nic->segment)
      continue;
    members[row->nmembers] = member_of(home, vm);
    if (vm == frontend)
      members[row->nmembers].role = ROCKS_ROLE_FRONTEND;
    else
      members[row->nmembers].index = index++;
    row->nmembers++;
  }
  row->members = members;
  return 0;
}

int
control_load_sites(struct control *control, bool all_vms)
{
  struct model *model = &control->model;
  CLEANUP_LIST struct list attrs = { 0 };
  size_t i;

  site_attr_names(&attrs, control->cluster.network, control->cluster.vm);
  for (i = 0; i < model->nsites; i++) {
    struct site_query query = { .attrs = &attrs, .containers = true, .all_vms = all_vms,
                                .home_uuid = model_home(model)->uuid,
                                .cluster = control->cluster.row.name };

    if (i > 0 && (control->home_only || !cluster_stands_at(&control->cluster, &model->sites[i])))
      continue;
    if (site_load(control->call, model, &model->sites[i], &query) != 0)
      return -1;
  }
  return 0;
}

/* A cluster that nobody recorded, with the default backends. */
static struct rocks_cluster_row
unrecorded(struct control *control, const char *name)
{
  return (struct rocks_cluster_row){ .size = sizeof(struct rocks_cluster_row),
                                     .name = pool_text(&control->model.pool, name),
                                     .network_backend = control->network_backend != NULL
                                       ? control->network_backend : DEFAULT_NETWORK_BACKEND,
                                     .vm_backend = control->vm_backend != NULL
                                       ? control->vm_backend : DEFAULT_VM_BACKEND,
                                     .state = "",
                                     .inner_subnet = "" };
}

/* All VMs that are loaded from the home site become the members. */
static void
all_members(struct control *control)
{
  struct site *home = model_home(&control->model);
  struct rocks_cluster_row *row = &control->cluster.row;
  struct rocks_member_row *members = pool_new(&control->model.pool, home->nvms, sizeof *members);
  size_t i;

  for (i = 0; i < home->nvms; i++)
    members[i] = member_of(home, &home->vms[i]);
  row->members = members;
  row->nmembers = home->nvms;
}

static int
load_home(struct control *control, const struct list *names)
{
  CLEANUP_LIST struct list attrs = { 0 };
  struct site_query query = { .attrs = &attrs, .containers = true, .vms = names };

  if (load_backends(control) != 0)
    return -1;
  site_attr_names(&attrs, control->cluster.network, control->cluster.vm);
  return site_load(control->call, &control->model, model_home(&control->model), &query);
}

int
control_load_vms(struct control *control, const struct list *names)
{
  control->cluster.row = unrecorded(control, NULL);
  if (load_home(control, names) != 0)
    return -1;
  all_members(control);
  return 0;
}

/* The cluster's record; its name stays NULL when it has none. */
static int
load_record(struct control *control, const char *name)
{
  struct site *home = model_home(&control->model);

  control->cluster.row = (struct rocks_cluster_row){ 0 };
  return home->resource->ops.resource.clusters(home->inventory, control->call, name,
                                               keep_cluster, control);
}

int
control_take(struct control *control, const char *cluster, const struct rocks_vm_row *vms,
             size_t nvms, int64_t *left)
{
  struct rocks_cluster_row *row = &control->cluster.row;
  struct site *home = model_home(&control->model);
  size_t i;

  *row = (struct rocks_cluster_row){ 0 };
  if (cluster != NULL && load_record(control, cluster) != 0)
    return -1;
  *left = row->name != NULL ? (int64_t) row->nmembers : -1;
  if (row->name == NULL)
    *row = unrecorded(control, NULL);
  if (load_home(control, NULL) != 0)
    return -1;
  home->vms = pool_new(&control->model.pool, nvms, sizeof *home->vms);
  home->nvms = nvms;
  for (i = 0; i < nvms; i++)
    home->vms[i] = copy_vm(&control->model.pool, &vms[i]);
  all_members(control);
  return 0;
}

int
control_load(struct control *control, const char *name)
{
  struct rocks_cluster_row *row = &control->cluster.row;
  bool inferred;

  if (load_record(control, name) != 0)
    return -1;
  inferred = row->name == NULL;
  if (inferred)
    *row = unrecorded(control, name);
  if (load_backends(control) != 0 || control_load_sites(control, inferred) != 0)
    return -1;
  return inferred ? infer_cluster(control, name) : 0;
}
