/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Computes leave a cluster that lives on: stopped on their containers, given
 * back by their sites, then no longer recorded at home.  Until the last of these
 * the same command can be given again.
 */
#include <config.h>

#include <string.h>

#include "cluster/control.h"
#include "cluster/site.h"

struct scaling {
  struct control *control;
  const struct list *names;
};

/* Whether the site has to be told of one of those that go. */
static bool
concerns(const struct scaling *scaling, const struct site *site)
{
  const struct rocks_cluster_row *row = &scaling->control->cluster.row;
  size_t i;

  for (i = 0; i < row->nmembers; i++)
    if (list_has(scaling->names, row->members[i].name) && member_owes(&row->members[i], site))
      return true;
  return false;
}

static int
release(struct scaling *scaling, struct rocks_call *call, struct site *site)
{
  struct control *control = scaling->control;
  const struct list *names = scaling->names;

  if (site_open(call, site) != 0)
    return -1;
  if (site->resource->ops.resource.release(site->inventory, call,
                                           model_home(&control->model)->uuid,
                                           control->cluster.row.name,
                                           (const char *const *) names->item, names->count) == 0)
    return 0;
  return site->home ? -1 : call_context(call, "site %s", site->name);
}

static int
record_rest(struct scaling *scaling, struct rocks_call *call)
{
  struct control *control = scaling->control;
  struct rocks_cluster_row row = control->cluster.row;
  struct site *home = model_home(&control->model);
  struct rocks_member_row *members = pool_new(&control->model.pool, row.nmembers,
                                              sizeof *members);
  size_t i, n = 0;

  for (i = 0; i < row.nmembers; i++)
    if (!list_has(scaling->names, row.members[i].name))
      members[n++] = row.members[i];
  row.members = members;
  row.nmembers = n;
  return home->resource->ops.resource.record(home->inventory, call, &row);
}

static int
home_step(void *arg, struct rocks_call *call, const struct step *step)
{
  return step->kind == STEP_SITE_RELEASE ? release(arg, call, step->site)
                                         : record_rest(arg, call);
}

static void
progress(void *arg, const struct step *step, bool done, const char *detail)
{
  struct control *control = ((struct scaling *) arg)->control;

  if (control->progress != NULL)
    control->progress(control, step, done, detail);
}

int
control_take_off(struct control *control, const struct plan_choice *choice)
{
  struct scaling scaling = { .control = control, .names = choice->names };
  struct apply how = { .home_step = home_step, .progress = progress, .arg = &scaling };
  struct plan *plan = &control->plan;
  bool begun;
  size_t i;

  if (control_begun(control, &begun) != 0)
    return -1;
  *plan = (struct plan){ .model = &control->model, .cluster = &control->cluster };
  if (begun || choice->erase_disks)
    plan_stop(plan, choice);
  for (i = 0; i < control->model.nsites; i++)
    if (concerns(&scaling, &control->model.sites[i]))
      plan_add(plan, STEP_SITE_RELEASE, &control->model.sites[i], "", NULL, NULL);
  plan->phase++;
  plan_add(plan, STEP_RECORD, model_home(&control->model), "", NULL, control->cluster.row.name);
  plan->phase++;
  return control->dry ? 0 : plan_apply(control->call, plan, &how);
}
