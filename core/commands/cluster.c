/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Virtual clusters: start, stop, sync, check.
 */
#include <config.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands/cluster.h"
#include "commands/commands.h"
#include "commands/host_vm.h"
#include "commands/host_vm_moving.h"
#include "commands/sites.h"
#include "framework/hosts.h"
#include "framework/output.h"

int
check_virt_type(struct run *run, const struct backend *vm, const char *virt_type, bool cluster)
{
  const char *const *types = vm->ops.vm.virt_types;
  CLEANUP_FREE char *name = mem_copy(vm->plugin.name);
  CLEANUP_LIST struct list known = { 0 };
  CLEANUP_FREE char *joined = NULL;
  size_t i;

  for (; types != NULL && *types != NULL; types++) {
    if (strcmp(*types, virt_type) == 0)
      return 0;
    list_addf(&known, cluster ? "'%s'" : "%s", *types);
  }
  if (known.count == 1) {
    for (i = 0; name[i] != '\0'; i++)
      name[i] = (char) toupper((unsigned char) name[i]);
    return run_fail(run, "%s support%s only %s virtualization", name, cluster ? "" : "s",
                    known.item[0]);
  }
  joined = list_join(&known, " or ");
  return run_fail(run, "Virtualization type must be either %s", joined);
}

const char *
status_word(const struct member_state *state)
{
  static const char *const words[] = {
    [ROCKS_VM_ABSENT] = "nostate",   [ROCKS_VM_DEFINED] = "nostate",
    [ROCKS_VM_ACTIVE] = "active",    [ROCKS_VM_PAUSED] = "paused",
    [ROCKS_VM_SHUTDOWN] = "shutdown", [ROCKS_VM_CRASHED] = "crashed",
  };

  return state->reachable ? words[state->vm] : "nostate-error";
}

void
show_progress(void *arg, const struct step *step, bool done, const char *detail)
{
  struct control *control = arg;

  if (!isatty(STDERR_FILENO))
    return;
  fprintf(stderr, "%-24s %-14s %-28s %s%s\n",
          model_label(&control->model, step->site, step->host), step_name(step->kind),
          step->vm != NULL ? step->vm->name : "", done ? "done" : "FAILED: ", detail);
}

void
show_plan(struct run *run, const struct control *control)
{
  size_t i;

  output_header(run, "site", "host", "step", "vm", "detail", NULL);
  output_keep_owner(run);
  for (i = 0; i < control->plan.nsteps; i++) {
    const struct step *step = &control->plan.steps[i];

    output_row(run, step->site->name);
    output_text(run, step->host);
    output_text(run, step_name(step->kind));
    output_text(run, step->vm != NULL ? step->vm->name : NULL);
    output_text(run, step->detail);
  }
}

static int
work_on(struct run *run, const char *name, int (*what)(struct run *, struct control *))
{
  struct control control;
  int result;

  if (sites_control(run, &control) != 0)
    return -1;
  control.dry = run_flag(run, "dryrun", false);
  control.progress = show_progress;
  result = control_load(&control, name);
  if (result == 0)
    result = what(run, &control);
  if (result == 0 && control.dry && control.plan.model != NULL)
    show_plan(run, &control);
  control_free(&control);
  return result;
}

int
clusters_recorded(struct run *run, const struct list *words, struct list *names)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  size_t i;

  if (sites_query(run, &rows, "SELECT name FROM mvc_clusters WHERE name IN (%s)", NULL,
                  words) != 0)
    return -1;
  for (i = 0; i < rows.count; i++)
    list_add(names, row_text(&rows, i, 0));
  return 0;
}

int
clusters_named(struct run *run, struct list *names)
{
  CLEANUP_LIST struct list hosts = { 0 }, recorded = { 0 };
  size_t i;

  if (run->args.count == 0)
    return run_fail(run, "must supply at least one frontend name");
  if (clusters_recorded(run, &run->args, &recorded) != 0)
    return -1;
  for (i = 0; i < run->args.count; i++)
    list_add(list_has(&recorded, run->args.item[i]) ? names : &hosts, run->args.item[i]);
  if (hosts.count > 0 && hosts_expand_words(run, &hosts, names, 0) != 0)
    return -1;
  list_unique(names);
  return 0;
}

int
clusters_each(struct run *run, const struct list *names, bool changes,
              int (*what)(struct run *, struct control *))
{
  bool alone = changes && !run_flag(run, "dryrun", false);
  size_t i;
  int result = 0;

  for (i = 0; result == 0 && i < names->count; i++) {
    int lock = -1;

    /* Where its VMs are has to be certain first. */
    if (alone && (moving_complete(run, names->item[i]) != 0
                  || (lock = cluster_lock(run->call, names->item[i])) < 0))
      return -1;
    result = work_on(run, names->item[i], what);
    if (lock >= 0)
      close(lock);
  }
  return result;
}

static int
for_clusters(struct run *run, bool changes, int (*what)(struct run *, struct control *))
{
  CLEANUP_LIST struct list names = { 0 };

  return clusters_named(run, &names) != 0 ? -1 : clusters_each(run, &names, changes, what);
}

static int
start_one(struct run *run, struct control *control)
{
  struct plan_choice all = { .wait = run_flag(run, "wait", true) };

  if (control_start(control, &all) != 0)
    return -1;
  if (!control->dry)
    boot_from_disk(run, control, NULL);
  return 0;
}

static int
stop_one(struct run *run, struct control *control)
{
  struct plan_choice all = { 0 };

  (void) run;
  return control_stop(control, &all);
}

static int
sync_one(struct run *run, struct control *control)
{
  if (control_sync(control) != 0)
    return -1;
  if (control->dry && control->plan.model == NULL) /* no host has anything to do */
    run_print(run, "cluster %s is %s: its sites would be asked for the rest\n",
              control->cluster.row.name, control->cluster.row.state);
  return 0;
}

static int
start_cluster(struct run *run)
{
  return for_clusters(run, true, start_one);
}

static int
stop_cluster(struct run *run)
{
  return for_clusters(run, true, stop_one);
}

static int
sync_cluster(struct run *run)
{
  return for_clusters(run, true, sync_one);
}

/* ---- check ---- */

static void
check_row(struct run *run, const struct member_state *state, bool frontend)
{
  output_row(run, state->member->name);
  output_text(run, state->site != NULL ? state->site->name : "unknown");
  output_text(run, state->container);
  output_text(run, status_word(state));
  output_text(run, !state->reachable ? NULL : state->port ? "up" : "down");
  output_text(run, !state->reachable || frontend ? NULL : state->heard ? "yes" : "no");
  output_text(run, state->detail);
}

static int
check_one(struct run *run, struct control *control)
{
  const struct rocks_cluster_row *row = &control->cluster.row;
  bool running = strcmp(row->state, "running") == 0;
  bool settled = running || row->state[0] == '\0' || strcmp(row->state, "stopped") == 0;
  struct member_state *states;
  size_t i, wrong = 0;

  if (control_probe(control, true, &states) != 0)
    return -1;
  for (i = 0; i < row->nmembers; i++) {
    bool frontend = states[i].member->role == ROCKS_ROLE_FRONTEND;
    bool up = states[i].vm == ROCKS_VM_ACTIVE && states[i].port && (frontend || states[i].heard);
    bool off = states[i].vm <= ROCKS_VM_DEFINED && !states[i].port;

    wrong += !(states[i].reachable && (running ? up : off));
    check_row(run, &states[i], frontend);
  }
  if (wrong == 0 && settled)
    return 0;
  /* The table is the point of the command: it is shown although this fails. */
  output_finish(run, &run->text);
  run_progress(run, "%s", text_get(&run->text));
  if (!settled)
    return run_fail(run, "cluster %s was left while it was %s; `rocks sync cluster %s` completes it",
                    row->name, row->state, row->name);
  return run_fail(run, "%zu of %zu VMs of cluster %s are not as a cluster that is %s should be; "
                  "`rocks sync cluster %s` mends it", wrong, row->nmembers, row->name,
                  running ? "running" : row->state[0] != '\0' ? row->state : "stopped", row->name);
}

static int
check_cluster(struct run *run)
{
  output_header(run, "vm", "site", "container", "status", "port", "hears frontend", "detail",
                NULL);
  output_keep_owner(run);
  return for_clusters(run, false, check_one);
}

static const char *const cluster_option[] = {
  "cluster: Names of virtual frontends.",
  "dryrun: Shows the steps and does nothing.",
  "wait: `no` starts computes without waiting until the frontend answers.",
  "remove-disks: `yes` deletes the VMs' disk images too; otherwise they stay and are listed.",
  NULL
};

static const char *const start_examples[] = {
  "frontend-0-0-0|Start the cluster: its network, the frontend, then the computes.",
  "frontend-0-0-0 dryrun=yes|Show what would happen where.", NULL
};

static const char *const add_options[] = {
  "ip: The public IPv4 address of the virtual frontend.",
  "num-computes: How many compute VMs.",
  "cluster-naming: Name the computes vm-<fe-name>-<i>.",
  "container-hosts: The containers to use, blanks between them; `site:host` for one of another "
  "site. All containers of the sites otherwise.",
  "cpus-per-compute: CPUs of each compute [1].",
  "disk-per-compute: Its disk in units of 10^9 bytes [36].",
  "disk-per-frontend: The frontend's disk [36].",
  "dryrun: Shows what would be added where, and adds nothing.",
  "fe-container: The host that runs the virtual frontend; this frontend unless said.",
  "fe-cpus: CPUs of the frontend [1].",
  "fe-mem: Its memory in MiB [2048].",
  "fe-name: The frontend's name; by Rocks' rule otherwise.",
  "mem-per-compute: Memory of each compute in MiB [1024].",
  "network-backend: What makes the private network; see `rocks list backend`.",
  "sites: Names of the sites to stand on, this one among them if it is to hold computes too.",
  "virt-type: hvm or para, as the VM backend has it.",
  "vlan: The number of the private network; the lowest free one unless said.",
  "vm-backend: What runs the VMs; see `rocks list backend`.",
  NULL
};

static const char *const add_examples[] = {
  "198.51.100.20 2|A frontend and two computes on this site.",
  "198.51.100.20 8 sites=\"a b c\" network-backend=n2n dryrun=yes|Where eight computes on three "
  "sites would stand.",
  NULL
};

static const char *const map_options[] = {
  "cluster: Name of a virtual frontend.",
  "format: text, a tree for the terminal [text]; dot, for Graphviz; svg, a picture.", NULL
};

static const char *const map_examples[] = {
  "frontend-0-0-0|What stands where.",
  "frontend-0-0-0 format=svg|The same as a picture, for a file.", NULL
};

static const char *const network_options[] = {
  "cluster: Names of virtual frontends.",
  "network-backend: What makes the private network from then on; see `rocks list backend`.",
  "dryrun: Shows backends, numbers and ports as they would be, and changes nothing.",
  NULL
};

static const char *const network_examples[] = {
  "frontend-0-0-0 network-backend=n2n|Move a stopped cluster to an overlay.", NULL
};

const struct command cluster_commands[] = {
  { .words = "add cluster",
    .usage = "{ip} {num-computes} [cluster-naming=bool] [container-hosts=string] "
             "[cpus-per-compute=string] [disk-per-compute=string] [disk-per-frontend=string] "
             "[dryrun=bool] [fe-container=string] [fe-cpus=int] [fe-mem=int] [fe-name=string] "
             "[ip=string] [mem-per-compute=string] [network-backend=string] "
             "[num-computes=string] [sites=string] [virt-type=string] [vlan=string] "
             "[vm-backend=string]",
    .about = "Adds a virtual cluster: a virtual frontend and computes on one private network, "
             "on this site or on several. All of it is promised, or nothing is.",
    .options = add_options, .examples = add_examples,
    .flags = COMMAND_ROOT, .run = cluster_add },
  { .words = "list cluster",
    .usage = "[cluster]... [detail=bool] [status=bool]",
    .about = "Lists clusters, physical and virtual, and their members.",
    .options = (const char *const[]){ "cluster: Names of frontends; all without any.",
                                      "detail: Adds site, container, network and backends.",
                                      "status: Adds what each VM does.", NULL },
    .run = cluster_list },
  { .words = "report cluster map",
    .usage = "{cluster} [format=string]",
    .about = "Draws a cluster as it is recorded: its sites, containers, VMs and their private "
             "network. No host and no other site is asked.",
    .options = map_options, .examples = map_examples,
    .run = cluster_map },
  { .words = "start cluster",
    .usage = "{cluster}... [dryrun=bool] [wait=bool]",
    .about = "Brings up a cluster's private network, starts its frontend, waits until that "
             "answers, and starts the computes. What is up already is left alone.",
    .options = cluster_option, .examples = start_examples,
    .flags = COMMAND_ROOT, .run = start_cluster },
  { .words = "stop cluster",
    .usage = "{cluster}... [dryrun=bool]",
    .about = "Powers all VMs of a cluster off and takes its private network down.",
    .options = cluster_option,
    .flags = COMMAND_ROOT, .run = stop_cluster },
  { .words = "sync cluster",
    .usage = "{cluster}... [dryrun=bool]",
    .about = "Compares a cluster with what is recorded of it and mends what differs: finishes "
             "what an interrupted command began, brings back what a crash or reboot took away.",
    .options = cluster_option,
    .flags = COMMAND_ROOT, .run = sync_cluster },
  { .words = "set cluster network",
    .usage = "{cluster}... {network-backend} [dryrun=bool] [network-backend=string]",
    .about = "Moves a stopped cluster from one network backend to another. Its VMs keep their "
             "names, MACs and containers; settings and keys of the old network are forgotten.",
    .options = network_options, .examples = network_examples,
    .flags = COMMAND_ROOT, .run = cluster_set_network },
  { .words = "check cluster",
    .usage = "{cluster}...",
    .about = "Tells of each VM whether it runs, whether its port is up, and whether frames of "
             "the frontend reach it. Fails when something is not as recorded.",
    .options = cluster_option,
    .flags = COMMAND_ROOT, .run = check_cluster },
  { .words = "remove cluster",
    .usage = "[cluster]... [dryrun=bool] [remove-disks=bool]",
    .about = "Stops a cluster and removes all of it: VMs, network, and what other sites "
             "promised. Disk images stay unless told otherwise.",
    .options = cluster_option,
    .flags = COMMAND_ROOT, .run = cluster_remove },
  { 0 }
};
