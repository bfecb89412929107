/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <string.h>

#include "base/addr.h"
#include "cluster/control.h"
#include "cluster/frontend.h"
#include "cluster/reserve.h"
#include "cluster/site.h"
#include "cluster/switch.h"
#include "remote/remote.h"

void
control_free(struct control *control)
{
  size_t i;

  for (i = 0; i < control->model.nsites; i++)
    site_close(&control->model.sites[i]);
  pool_free(&control->model.pool);
  remote_close();
}

static int
set_state(struct control *control, const char *state)
{
  struct site *home = model_home(&control->model);

  if (control->cluster.row.state[0] == '\0')
    return 0; /* Rocks' own cluster: no record */
  return home->resource->ops.resource.set_state(home->inventory, control->call,
                                                control->cluster.row.name, state);
}

/* By name where nothing is recorded: Rocks' own VMs have no lease. */
static int
release(struct control *control, struct site *site)
{
  const struct rocks_cluster_row *row = &control->cluster.row;
  struct site *home = model_home(&control->model);
  CLEANUP_LIST struct list names = { 0 };
  size_t i;

  if (!site->home && !cluster_owes(&control->cluster, site))
    return 0;
  if (site_open(control->call, site) != 0)
    return -1;
  for (i = 0; row->state[0] == '\0' && i < row->nmembers; i++)
    list_add(&names, row->members[i].name);
  return site->resource->ops.resource.release(site->inventory, control->call, home->uuid,
                                              row->name, (const char *const *) names.item,
                                              names.count);
}

static int
home_step(void *arg, struct rocks_call *call, const struct step *step)
{
  struct control *control = arg;
  struct site *home = model_home(&control->model);

  switch (step->kind) {
  case STEP_WAIT_FRONTEND:
    return frontend_wait(call, home, step->vm);
  case STEP_SITE_RELEASE:
    return release(control, step->site);
  case STEP_FORGET:
    if (control->cluster.row.state[0] == '\0')
      return 0; /* Rocks' own cluster: no record */
    return home->resource->ops.resource.forget(home->inventory, call, control->cluster.row.name);
  default:
    return 0;
  }
}

/* How long one host may take, where the site's attribute says; 0: as built in. */
static int
read_deadline(struct control *control, unsigned *seconds)
{
  const char *value =
    rocks_setting_value(&model_home(&control->model)->attrs, "mvc_host_deadline");
  int64_t number = 0;

  if (value != NULL && value[0] != '\0' && !number_parse(value, 1, 86400, &number))
    return call_fail(control->call, ROCKS_EINVALID,
                     "attribute mvc_host_deadline \"%s\" is no number of seconds", value);
  *seconds = (unsigned) number;
  return 0;
}

static int
apply(struct control *control)
{
  struct apply how = { .home_step = home_step, .progress = control->progress, .arg = control,
                       .pass_over = control->pass_over };

  if (read_deadline(control, &how.deadline) != 0)
    return -1;
  return plan_apply(control->call, &control->plan, &how);
}

static void
new_plan(struct control *control)
{
  control->plan = (struct plan){ .model = &control->model, .cluster = &control->cluster };
}

int
control_mendable(struct control *control, const char *mend)
{
  struct rocks_call *call = control->call;
  char *message;

  if (mend == NULL)
    return -1;
  message = mem_format("%s; `rocks %s %s` completes it", or_empty(call->message), mend,
                       control->cluster.row.name);
  free(call->message);
  call->message = message;
  return -1;
}

/* Records what is under way, does it, records what has become of it; a failure
 * leaves the first state, which says to sync what is to be finished.  NULL for
 * each: some VMs alone, which change no state of the cluster. */
static int
change(struct control *control, const char *during, const char *after, const char *mend)
{
  if (control->dry)
    return 0;
  if (during != NULL && set_state(control, during) != 0)
    return -1;
  if (apply(control) != 0)
    return control_mendable(control, mend);
  return after != NULL ? set_state(control, after) : 0;
}

int
control_check_complete(struct control *control)
{
  const struct rocks_cluster_row *row = &control->cluster.row;
  bool added = strcmp(row->state, "adding") != 0;

  if (added && row->state[0] != '\0' && reserve_is_missing(&control->cluster))
    return call_fail(control->call, ROCKS_EINVALID, "cluster %s has computes that no site has "
                     "promised; `rocks sync cluster %s` completes them", row->name, row->name);
  if (added && strcmp(row->state, "switching") != 0)
    return 0;
  return call_fail(control->call, ROCKS_EINVALID,
                   "cluster %s was not %s completely; `rocks sync cluster %s` completes it, "
                   "`rocks remove cluster %s` clears it",
                   row->name, added ? "moved to another network" : "added", row->name, row->name);
}

/* A virtual frontend without its public side could never be reached. */
static int
check_frontend(struct control *control, const struct plan_choice *choice)
{
  const struct rocks_cluster_row *row = &control->cluster.row;
  struct site *home = model_home(&control->model);
  size_t i, k;

  for (i = 0; i < row->nmembers; i++) {
    const struct rocks_vm_row *vm = site_vm(home, row->members[i].name);

    if (row->members[i].role != ROCKS_ROLE_FRONTEND || vm == NULL ||
        (choice->names != NULL && !list_has(choice->names, vm->name)))
      continue;
    for (k = 0; k < vm->nnics; k++)
      if (vm->nics[k].segment == 0 && vm->nics[k].ip[0] != '\0' &&
          vm->nics[k].host_device[0] == '\0')
        return call_fail(control->call, ROCKS_EINVALID,
                         "virtual frontend %s needs the network %s, which container %s has no "
                         "interface in", vm->name, vm->nics[k].subnet, vm->container);
  }
  return 0;
}

int
control_start(struct control *control, const struct plan_choice *choice)
{
  bool whole = choice->names == NULL;

  if (control_check_complete(control) != 0 || check_frontend(control, choice) != 0)
    return -1;
  new_plan(control);
  plan_start(&control->plan, choice);
  return change(control, whole ? "starting" : NULL, whole ? "running" : NULL,
                whole ? "start cluster" : NULL);
}

int
control_stop(struct control *control, const struct plan_choice *choice)
{
  bool whole = choice->names == NULL;

  if (whole && control_check_complete(control) != 0)
    return -1;
  new_plan(control);
  plan_stop(&control->plan, choice);
  return change(control, whole ? "stopping" : NULL, whole ? "stopped" : NULL,
                whole ? "stop cluster" : NULL);
}

static int
alone(struct control *control, const struct plan_choice *choice,
      void (*plan)(struct plan *, const struct plan_choice *))
{
  new_plan(control);
  plan(&control->plan, choice);
  return change(control, NULL, NULL, NULL);
}

int
control_suspend(struct control *control, const struct plan_choice *choice)
{
  return alone(control, choice, plan_suspend);
}

int
control_resume(struct control *control, const struct plan_choice *choice)
{
  return alone(control, choice, plan_resume);
}

int
control_save(struct control *control, const struct plan_choice *choice)
{
  return alone(control, choice, plan_save);
}

int
control_restore(struct control *control, const struct plan_choice *choice)
{
  return alone(control, choice, plan_restore);
}

static int
note_step(void *arg, const struct rocks_journal_row *row)
{
  (void) row;
  *(bool *) arg = true;
  return 0;
}

int
control_begun(struct control *control, bool *begun)
{
  struct site *home = model_home(&control->model);
  const struct rocks_resource_ops *ops = &home->resource->ops.resource;

  *begun = control->cluster.row.state[0] == '\0' || ops->journal_read == NULL;
  if (*begun)
    return 0;
  return ops->journal_read(home->inventory, control->call, control->cluster.row.name, note_step,
                           begun);
}

int
control_remove(struct control *control, const struct plan_choice *choice)
{
  struct plan_choice how = *choice;
  bool begun;

  if (control_begun(control, &begun) != 0)
    return -1;
  how.untouched = !begun;
  control->pass_over = control->cluster.row.state[0] == '\0';
  new_plan(control);
  plan_remove(&control->plan, &how);
  return change(control, "removing", NULL, "remove cluster");
}

int
control_sync(struct control *control)
{
  struct plan_choice all = { .wait = true };
  const char *state = control->cluster.row.state;
  bool adding = strcmp(state, "adding") == 0;

  if (strcmp(state, "removing") == 0)
    return control_remove(control, &all);
  if (strcmp(state, "switching") == 0)
    return control_switch_complete(control);
  if (adding || reserve_is_missing(&control->cluster)) {
    if (reserve_missing(control->call, &control->model, &control->cluster, control->dry) != 0)
      return -1;
    if (control->dry || adding) /* recorded as stopped by then */
      return 0;
    if (control_load_sites(control, false) != 0)
      return -1;
  }
  if (strcmp(state, "stopped") == 0 || strcmp(state, "stopping") == 0)
    return control_stop(control, &all);
  return control_start(control, &all);
}
