/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Computes come to a cluster and leave it, while it runs or not.
 */
#include <config.h>

#include <string.h>

#include "cluster/reserve.h"
#include "commands/cluster.h"
#include "commands/commands.h"
#include "commands/pxe.h"

/* What both commands work with. */
struct scale {
  struct run *run;
  struct control *control;
  const char *count; /* borrowed: how many more */
  struct list sites, hosts, vms;
  bool dry;
  int (*what)(struct scale *);
};

/* One that `add cluster` made: nobody leased the VMs of others. */
static int
with_control(struct run *run, struct control *control)
{
  const struct rocks_cluster_row *row = &control->cluster.row;
  struct scale *scale = run->work;

  scale->control = control;
  if (row->state[0] == '\0')
    return run_fail(run, "cluster %s is not recorded here: its computes are those of "
                    "`rocks add host vm`", row->name);
  if (strcmp(row->state, "removing") == 0)
    return run_fail(run, "cluster %s is being removed; `rocks remove cluster %s` completes it",
                    row->name, row->name);
  return scale->what(scale);
}

/* Alone with the one cluster that is named; a plan is shown by who loads it. */
static int
with_cluster(struct scale *scale)
{
  struct run *run = scale->run;
  CLEANUP_LIST struct list names = { 0 }, one = { 0 };
  struct list words = run->args;
  int result;

  if (words.count > 0)
    list_add(&one, words.item[0]);
  run->args = one;
  result = clusters_named(run, &names);
  run->args = words;
  if (result == 0 && names.count != 1)
    result = run_fail(run, "must supply one cluster");
  run->work = scale;
  if (result == 0)
    result = clusters_each(run, &names, true, with_control);
  list_free(&scale->sites);
  list_free(&scale->hosts);
  list_free(&scale->vms);
  return result;
}

/* ---- add cluster compute ---- */

/* The first compute, or NULL. */
static const struct rocks_member_row *
first_compute(const struct rocks_cluster_row *row)
{
  size_t i;

  for (i = 0; i < row->nmembers; i++)
    if (row->members[i].role == ROCKS_ROLE_COMPUTE)
      return &row->members[i];
  return NULL;
}

/* Where its computes are already. */
static void
same_sites(struct scale *scale)
{
  const struct rocks_cluster_row *row = &scale->control->cluster.row;
  size_t i;

  for (i = 0; i < row->nmembers; i++) {
    const struct site *site = model_site_by_uuid(&scale->control->model,
                                                 row->members[i].site_uuid);

    if (row->members[i].role == ROCKS_ROLE_COMPUTE && site != NULL
        && !list_has(&scale->sites, site->name))
      list_add(&scale->sites, site->name);
  }
}

static int
read_wish(struct scale *scale, struct wish *wish)
{
  struct run *run = scale->run;
  const struct control *control = scale->control;
  const struct rocks_cluster_row *row = &control->cluster.row;
  const struct rocks_member_row *first = first_compute(row);
  const struct rocks_vm_row *frontend = site_vm(model_home(&control->model), row->name);
  struct need need = { 1, 1024, 36 };
  CLEANUP_FREE char *by_cluster = NULL;

  if (first != NULL)
    need = (struct need){ first->cpus, first->memory, first->disk };
  if (cluster_read_need(run, "cpus-per-compute", "mem-per-compute", "disk-per-compute", &need,
                        &wish->compute) != 0
      || cluster_read_hosts(run, &scale->hosts) != 0)
    return -1;
  list_split(&scale->sites, run_param(run, "sites", ""), " \t\n,");
  if (scale->sites.count == 0 && scale->hosts.count == 0)
    same_sites(scale);
  by_cluster = mem_format("vm-%s-", row->name);
  wish->cluster_naming = first != NULL && strncmp(first->name, by_cluster, strlen(by_cluster)) == 0;
  wish->virt_type = frontend != NULL ? frontend->virt_type
                                     : control->cluster.vm->ops.vm.virt_types[0];
  wish->network = control->cluster.network;
  wish->vm = control->cluster.vm;
  wish->subnet = "private";
  wish->sites = &scale->sites;
  wish->hosts = &scale->hosts;
  return 0;
}

/* Into a cluster that runs: they run, too. */
static int
start_new(struct scale *scale)
{
  struct control *control = scale->control;
  struct plan_choice choice = { .names = &scale->vms };

  if (strcmp(control->cluster.row.state, "running") != 0)
    return 0;
  if (control_load_sites(control, false) != 0 || control_start(control, &choice) != 0)
    return control_mendable(control, "sync cluster");
  return 0;
}

static int
add(struct scale *scale)
{
  struct run *run = scale->run;
  struct control *control = scale->control;
  struct rocks_cluster_row *row = &control->cluster.row;
  struct wish wish = { 0 };
  size_t i, before = row->nmembers;

  if (cluster_read_count(run, scale->count, &wish) != 0 || control_check_complete(control) != 0
      || read_wish(scale, &wish) != 0
      || reserve_more(run->call, &control->model, &wish, scale->dry, &control->cluster) != 0)
    return -1;
  if (scale->dry) {
    run_progress(run, "Nothing is changed. This would be added to cluster %s:\n\n", row->name);
    cluster_say_members(run, control, before);
    return 0;
  }
  for (i = before; i < row->nmembers; i++) {
    list_add(&scale->vms, row->members[i].name);
    run_progress(run, "\tcreated compute VM named: %s\n", row->members[i].name);
  }
  run_after_commit(run, "sync config", NULL, 0);
  return start_new(scale);
}

static int
add_compute(struct run *run)
{
  struct scale scale = { .run = run, .dry = run_flag(run, "dryrun", false), .what = add };

  run_positional(run, "num-computes", &scale.count);
  if (scale.count == NULL)
    return run_fail(run, "must supply the number of compute nodes");
  if (run->args.count > 1)
    return run_fail(run, "must supply one cluster");
  return with_cluster(&scale);
}

/* ---- remove cluster compute ---- */

static int
check_vms(struct scale *scale)
{
  const struct rocks_cluster_row *row = &scale->control->cluster.row;
  struct run *run = scale->run;
  size_t i, k;

  for (i = 1; i < run->args.count; i++) {
    const char *vm = run->args.item[i];

    for (k = 0; k < row->nmembers && strcmp(row->members[k].name, vm) != 0; k++)
      ;
    if (k == row->nmembers)
      return run_fail(run, "host %s is no compute of cluster %s", vm, row->name);
    if (row->members[k].role == ROCKS_ROLE_FRONTEND)
      return run_fail(run, "host %s is the frontend of cluster %s: `rocks remove cluster %s` removes "
                      "all of it", vm, row->name, row->name);
    list_add(&scale->vms, vm);
  }
  list_unique(&scale->vms);
  return 0;
}

/* The boot files of VMs of this site go after their rows. */
static int
follow_boot_files(struct scale *scale)
{
  const struct site *home = model_home(&scale->control->model);
  CLEANUP_LIST struct list hosts = { 0 };
  size_t i;

  for (i = 0; i < scale->vms.count; i++)
    if (site_vm(home, scale->vms.item[i]) != NULL)
      list_add(&hosts, scale->vms.item[i]);
  return hosts.count > 0 ? pxe_follow_removal(scale->run, &hosts) : 0;
}

static int
take_off(struct scale *scale)
{
  struct run *run = scale->run;
  struct control *control = scale->control;
  struct plan_choice choice = { .names = &scale->vms,
                                .erase_disks = run_flag(run, "remove-disks", false) };
  char *message;

  if (check_vms(scale) != 0 || (!scale->dry && follow_boot_files(scale) != 0))
    return -1;
  if (control_take_off(control, &choice) != 0) {
    message = mem_format("%s; the same command completes it", or_empty(run->call->message));
    free(run->call->message);
    run->call->message = message;
    return -1;
  }
  if (scale->dry)
    return 0;
  if (!choice.erase_disks)
    cluster_say_images(run, control);
  run_after_commit(run, "sync config", NULL, 0);
  return 0;
}

static int
remove_compute(struct run *run)
{
  struct scale scale = { .run = run, .dry = run_flag(run, "dryrun", false),
                         .what = take_off };

  if (run->args.count < 2)
    return run_fail(run, run->args.count == 0 ? "must supply one cluster"
                                              : "must supply at least one compute");
  return with_cluster(&scale);
}

static const char *const options[] = {
  "cluster: The name of a virtual frontend.",
  "num-computes: How many compute VMs more.",
  "vm: Names of its computes.",
  "container-hosts: The containers to use, as for add cluster.",
  "cpus-per-compute: CPUs of each [those of its first compute].",
  "disk-per-compute: Disk in units of 10^9 bytes [that of its first compute].",
  "dryrun: Shows what would happen where, and changes nothing.",
  "mem-per-compute: Memory in MiB [that of its first compute].",
  "remove-disks: `yes` deletes the VMs' disk images too; otherwise they stay and are listed.",
  "sites: Names of the sites to stand on [where its computes are].",
  NULL
};

static const char *const add_examples[] = {
  "frontend-0-0-0 4 sites=\"b c\" dryrun=yes|Where four computes more would stand.", NULL
};

static const char *const remove_examples[] = {
  "frontend-0-0-0 vm-a-frontend-0-0-0-3|Stop one compute, and give it back.", NULL
};

const struct command cluster_compute_commands[] = {
  { .words = "add cluster compute",
    .usage = "{cluster} {num-computes} [container-hosts=string] [cpus-per-compute=string] "
             "[disk-per-compute=string] [dryrun=bool] [mem-per-compute=string] "
             "[num-computes=string] [sites=string]",
    .about = "Adds computes to a cluster, on the sites that it stands on or on others. Those of a "
             "cluster that runs are started. All of them are promised, or none is.",
    .options = options, .examples = add_examples, .flags = COMMAND_ROOT, .run = add_compute },
  { .words = "remove cluster compute",
    .usage = "{cluster} {vm}... [dryrun=bool] [remove-disks=bool]",
    .about = "Stops computes of a cluster, takes their ports down, and gives them back to their "
             "sites. The rest of the cluster goes on.",
    .options = options, .examples = remove_examples, .flags = COMMAND_ROOT,
    .run = remove_compute },
  COMMANDS_END
};
