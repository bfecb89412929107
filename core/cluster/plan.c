/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <string.h>

#include "cluster/plan.h"

const char *
step_name(enum step_kind kind)
{
  static const char *const names[] = {
    [STEP_RELAY_UP] = "relay up",         [STEP_NETWORK_STANDBY] = "network standby",
    [STEP_NETWORK_UP] = "network up",     [STEP_VM_MIGRATE] = "migrate",
    [STEP_COPY] = "copy",                 [STEP_FILE_ERASE] = "erase file",
    [STEP_FILE_PLACE] = "place",
    [STEP_VM_PREPARE] = "disk",           [STEP_VM_DEFINE] = "define",
    [STEP_VM_START] = "start",            [STEP_VM_SUSPEND] = "suspend",
    [STEP_VM_RESUME] = "resume",          [STEP_VM_SAVE] = "save",
    [STEP_VM_RESTORE] = "restore",        [STEP_VM_STOP] = "stop",
    [STEP_VM_UNDEFINE] = "undefine",      [STEP_NETWORK_DOWN] = "network down",
    [STEP_VM_SWEEP] = "sweep",
    [STEP_VM_ERASE] = "erase disk",       [STEP_WAIT_FRONTEND] = "wait",
    [STEP_SITE_RESERVE] = "reserve",      [STEP_SITE_RELEASE] = "release",
    [STEP_RECORD] = "record",             [STEP_FORGET] = "forget",
  };

  return names[kind];
}

void
plan_add(struct plan *plan, enum step_kind kind, struct site *site, const char *host,
         const struct rocks_vm_row *vm, const char *detail)
{
  plan->steps = pool_grow(&plan->model->pool, plan->steps, plan->nsteps, sizeof *plan->steps);
  plan->steps[plan->nsteps++] = (struct step){ .kind = kind,
                                               .phase = plan->phase,
                                               .site = site,
                                               .host = host,
                                               .vm = vm,
                                               .detail = or_empty(detail) };
}

/* Calls `each` for the chosen members of a role with their site and row. */
static void
for_members(struct plan *plan, const struct plan_choice *choice, enum rocks_role role,
            void (*each)(struct plan *, const struct plan_choice *, struct site *,
                         const struct rocks_vm_row *))
{
  const struct rocks_cluster_row *row = &plan->cluster->row;
  size_t i;

  for (i = 0; i < row->nmembers; i++) {
    const struct rocks_member_row *member = &row->members[i];
    struct site *site = model_site_by_uuid(plan->model, member->site_uuid);
    const struct rocks_vm_row *vm = site != NULL ? site_vm(site, member->name) : NULL;

    if (member->role == role && vm != NULL &&
        (choice->names == NULL || list_has(choice->names, member->name)))
      each(plan, choice, site, vm);
  }
}

/* The device that the VM's NIC will be plugged into; "" when it has none. */
static const char *
port_detail(struct plan *plan, const struct rocks_vm_row *vm)
{
  struct rocks_network network = cluster_network(plan->cluster);
  struct rocks_call quiet = { .quiet = true };
  char device[ROCKS_DEVICE_MAX] = "";
  enum rocks_wiring wiring;
  struct rocks_port port;
  const struct backend *backend = plan->cluster->network;

  if (cluster_port(plan->cluster, vm, &port))
    backend->ops.network.port_device(backend->state, &quiet, &network, &port, device, &wiring);
  call_free(&quiet);
  return pool_format(&plan->model->pool, "%s %s", device,
                     device[0] != '\0' ? port.mac : "");
}

static bool
has_port(const struct plan *plan, const struct rocks_vm_row *vm)
{
  struct rocks_port port;

  return cluster_port(plan->cluster, vm, &port);
}

static void
start_vm(struct plan *plan, const struct plan_choice *choice, struct site *site,
         const struct rocks_vm_row *vm)
{
  (void) choice;
  if (has_port(plan, vm))
    plan_add(plan, STEP_NETWORK_UP, site, vm->container, vm, port_detail(plan, vm));
  plan_add(plan, STEP_VM_PREPARE, site, vm->container, vm,
           vm->ndisks > 0 ? vm->disks[0].path : "");
  plan_add(plan, STEP_VM_DEFINE, site, vm->container, vm, NULL);
  plan_add(plan, STEP_VM_START, site, vm->container, vm, NULL);
}

/* Without a port, a VM alone say, nobody needs the relay. */
static bool
needs_relay(const struct plan *plan, const struct plan_choice *choice)
{
  const struct rocks_cluster_row *row = &plan->cluster->row;
  size_t i;

  if (!(plan->cluster->network->ops.network.capabilities & ROCKS_NET_RELAY))
    return false;
  for (i = 0; i < row->nmembers; i++) {
    const struct site *site = model_site_by_uuid(plan->model, row->members[i].site_uuid);
    const struct rocks_vm_row *vm = site != NULL ? site_vm(site, row->members[i].name) : NULL;

    if (vm != NULL && has_port(plan, vm) &&
        (choice->names == NULL || list_has(choice->names, vm->name)))
      return true;
  }
  return false;
}

void
plan_start(struct plan *plan, const struct plan_choice *choice)
{
  struct site *home = model_home(plan->model);
  size_t before;

  if (needs_relay(plan, choice))
    plan_add(plan, STEP_RELAY_UP, home, home->node, NULL, NULL);
  plan->phase++;
  before = plan->nsteps;
  for_members(plan, choice, ROCKS_ROLE_FRONTEND, start_vm);
  plan->phase++;
  if (choice->wait && plan->nsteps > before) {
    plan_add(plan, STEP_WAIT_FRONTEND, home, "", plan->steps[before].vm, NULL);
    plan->phase++;
  }
  for_members(plan, choice, ROCKS_ROLE_COMPUTE, start_vm);
  plan->phase++;
}

static void
stop_vm(struct plan *plan, const struct plan_choice *choice, struct site *site,
        const struct rocks_vm_row *vm)
{
  bool off = !choice->keep_port && (choice->ended || choice->stop == ROCKS_VM_POWEROFF);

  if (!choice->ended) {
    plan_add(plan, STEP_VM_STOP, site, vm->container, vm, NULL);
    plan->steps[plan->nsteps - 1].stop = choice->stop;
    if (choice->stop == ROCKS_VM_POWEROFF || choice->stop == ROCKS_VM_ASK)
      plan_add(plan, STEP_VM_UNDEFINE, site, vm->container, vm, NULL);
  }
  if (off && plan->cluster->vm != NULL && plan->cluster->vm->ops.vm.sweep != NULL)
    plan_add(plan, STEP_VM_SWEEP, site, vm->container, vm, NULL);
  if (off && has_port(plan, vm))
    plan_add(plan, STEP_NETWORK_DOWN, site, vm->container, vm, port_detail(plan, vm));
  if (choice->erase_disks)
    plan_add(plan, STEP_VM_ERASE, site, vm->container, vm,
             vm->ndisks > 0 ? vm->disks[0].path : "");
}

static void
plan_each(struct plan *plan, const struct plan_choice *choice,
          void (*each)(struct plan *, const struct plan_choice *, struct site *,
                       const struct rocks_vm_row *))
{
  for_members(plan, choice, ROCKS_ROLE_COMPUTE, each);
  for_members(plan, choice, ROCKS_ROLE_FRONTEND, each);
  plan->phase++;
}

void
plan_stop(struct plan *plan, const struct plan_choice *choice)
{
  plan_each(plan, choice, stop_vm);
}

static void
suspend_vm(struct plan *plan, const struct plan_choice *choice, struct site *site,
           const struct rocks_vm_row *vm)
{
  (void) choice;
  plan_add(plan, STEP_VM_SUSPEND, site, vm->container, vm, NULL);
}

static void
resume_vm(struct plan *plan, const struct plan_choice *choice, struct site *site,
          const struct rocks_vm_row *vm)
{
  (void) choice;
  plan_add(plan, STEP_VM_RESUME, site, vm->container, vm, NULL);
}

static const char *
file_of(const struct plan_choice *choice, const struct rocks_vm_row *vm)
{
  size_t i;

  for (i = 0; i < choice->names->count && i < choice->files->count; i++)
    if (strcmp(choice->names->item[i], vm->name) == 0)
      return choice->files->item[i];
  return "";
}

static void
save_vm(struct plan *plan, const struct plan_choice *choice, struct site *site,
        const struct rocks_vm_row *vm)
{
  plan_add(plan, STEP_FILE_PLACE, site, vm->container, vm, file_of(choice, vm));
  plan_add(plan, STEP_VM_SAVE, site, vm->container, vm, file_of(choice, vm));
  if (has_port(plan, vm))
    plan_add(plan, STEP_NETWORK_DOWN, site, vm->container, vm, port_detail(plan, vm));
}

static void
restore_vm(struct plan *plan, const struct plan_choice *choice, struct site *site,
           const struct rocks_vm_row *vm)
{
  if (has_port(plan, vm))
    plan_add(plan, STEP_NETWORK_UP, site, vm->container, vm, port_detail(plan, vm));
  plan_add(plan, STEP_VM_RESTORE, site, vm->container, vm, file_of(choice, vm));
}

void
plan_suspend(struct plan *plan, const struct plan_choice *choice)
{
  plan_each(plan, choice, suspend_vm);
}

void
plan_resume(struct plan *plan, const struct plan_choice *choice)
{
  plan_each(plan, choice, resume_vm);
}

void
plan_save(struct plan *plan, const struct plan_choice *choice)
{
  plan_each(plan, choice, save_vm);
}

void
plan_restore(struct plan *plan, const struct plan_choice *choice)
{
  struct site *home = model_home(plan->model);

  if (needs_relay(plan, choice)) {
    plan_add(plan, STEP_RELAY_UP, home, home->node, NULL, NULL);
    plan->phase++;
  }
  plan_each(plan, choice, restore_vm);
}

void
plan_remove(struct plan *plan, const struct plan_choice *choice)
{
  struct site *home = model_home(plan->model);
  size_t i;

  if (!choice->untouched || choice->erase_disks)
    plan_stop(plan, choice);
  /* Lenders first: what a site still holds must be known at home. */
  for (i = plan->model->nsites; i-- > 0; plan->phase++)
    plan_add(plan, STEP_SITE_RELEASE, &plan->model->sites[i], "", NULL, NULL);
  plan_add(plan, STEP_FORGET, home, "", NULL, plan->cluster->row.name);
  plan->phase++;
}
