/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * VMs of this site, one by one: start, stop, pause, resume, save, restore
 * (rocks-compat 3.10).
 */
#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cluster/apply.h"
#include "commands/cluster.h"
#include "commands/host_vm.h"
#include "commands/host_vm_alloc.h"
#include "commands/host_vm_moving.h"
#include "commands/partition.h"
#include "commands/sites.h"
#include "framework/hooks.h"
#include "framework/hosts.h"

/* One command at work. */
struct work {
  struct run *run;
  struct list names;     /* the VMs, in the order of the command */
  struct list containers; /* of each */
  struct plan_choice choice;
  struct vm_groups groups;
  bool alone;            /* it brings them to life, which nobody else may then */
  int *locks;            /* owned; of the first nlocks of them */
  size_t nlocks;
};

static void
work_free(struct work *work)
{
  list_free(&work->names);
  list_free(&work->containers);
  vm_groups_free(&work->groups);
  while (work->nlocks > 0)
    close(work->locks[--work->nlocks]);
  free(work->locks);
}

static const char *
container_of(const struct rows *rows, const char *name, bool *vm)
{
  size_t i;

  *vm = false;
  for (i = 0; i < rows->count; i++)
    if (strcmp(row_text(rows, i, 0), name) == 0) {
      *vm = true;
      return row_text(rows, i, 1);
    }
  return NULL;
}

/* What is said of a host, around its name. */
struct sentence {
  const char *before, *after;
};

static const struct sentence no_vm = { "host ", " is not a virtual host" };
static const struct sentence no_host = { "host ", " does not have a physical host" };
static const struct sentence invalid = { "virtual host ",
                                         " does not have a valid physical host" };

/* In the order of their names, so that no two commands wait for each other. */
static int
lock_vms(struct work *work)
{
  CLEANUP_LIST struct list names = { 0 };
  size_t i;
  int lock;

  for (i = 0; i < work->names.count; i++)
    list_add(&names, work->names.item[i]);
  list_unique(&names);
  list_sort(&names);
  for (i = 0; i < names.count; i++) {
    lock = vm_lock(work->run->call, names.item[i]);
    if (lock < 0)
      return -1;
    work->locks = mem_grow(work->locks, work->nlocks, sizeof *work->locks);
    work->locks[work->nlocks++] = lock;
  }
  return 0;
}

/* Each of the hosts has to be a VM and to have a container.  A word that was
 * forgotten does not mean all VMs. */
static int
take_vms(struct work *work, const struct sentence *else_vm, const struct sentence *else_host)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  struct run *run = work->run;
  size_t i;

  if (run->args.count == 0)
    return run_fail(run, "must supply host");
  if (hosts_expand(run, &work->names, HOSTS_BY_ID) != 0
      || db_query(run->db, &rows, "select n.Name, p.Name from nodes n"
                  " join vm_nodes v on v.Node = n.ID left join nodes p on p.ID = v.PhysNode"
                  " where n.Name in (%s)", "v", &work->names) != 0)
    return -1;
  if (work->names.count == 0)
    return run_fail(run, "must supply host");
  for (i = 0; i < work->names.count; i++) {
    bool vm;
    const char *container = container_of(&rows, work->names.item[i], &vm);

    if (container == NULL)
      return run_fail(run, "%s%s%s", (vm ? else_host : else_vm)->before, work->names.item[i],
                      (vm ? else_host : else_vm)->after);
    list_add(&work->containers, container);
  }
  if ((work->alone && lock_vms(work) != 0) || moving_refuse(run, &work->names) != 0)
    return -1;
  return vm_groups_load(run, &work->names, &work->groups);
}

/* Rocks refuses what runs already; here, before anything is started. */
static int
check_off(struct work *work)
{
  struct vm_states states;
  int result = vm_states(work->run, &work->names, &states);
  size_t i;

  for (i = 0; result == 0 && i < states.names.count; i++) {
    const struct member_state *state = &states.state[i];
    const char *name = states.names.item[i];

    if (state->reachable && state->vm == ROCKS_VM_ACTIVE)
      result = run_fail(work->run, "The host %s is already running.", name);
    else if (state->reachable && state->vm == ROCKS_VM_PAUSED)
      /* Misspelt in the original, where scripts may look for it. */
      result = run_fail(work->run, "The host %s is puased. You need to resume it "
                        "(rocks resume host vm).", name);
  }
  vm_states_free(&states);
  return result;
}

typedef int control_vms(struct control *, const struct plan_choice *);
typedef void follow_vms(struct run *, const struct control *, const struct list *);

static int
for_group(struct work *work, struct vm_group *group, control_vms *what, follow_vms *then)
{
  struct control control = { 0 };
  struct plan_choice choice = work->choice;
  int lock = group->cluster != NULL ? cluster_lock(work->run->call, group->cluster) : -1;
  int result;

  if (group->cluster != NULL && lock < 0)
    return -1;
  choice.names = &work->names;
  choice.keep_port = group->foreign;
  result = vm_group_control(work->run, group, &control);
  control.progress = show_progress;
  if (result == 0)
    result = what(&control, &choice);
  if (result == 0 && then != NULL)
    then(work->run, &control, choice.names);
  control_free(&control);
  if (lock >= 0)
    close(lock);
  return result;
}

/* Does `what` with each group, while no other command changes its cluster. */
static int
for_groups(struct work *work, control_vms *what, follow_vms *then)
{
  int result = 0;
  size_t i;

  for (i = 0; result == 0 && i < work->groups.count; i++)
    result = for_group(work, &work->groups.group[i], what, then);
  return result;
}

/* The network of a VM that is leased away is known to its home site alone. */
static int
check_home(struct work *work)
{
  size_t i;

  for (i = 0; i < work->groups.count; i++)
    if (work->groups.group[i].foreign)
      return run_fail(work->run, "host %s is leased to cluster %s of another site, which alone can "
                      "do this", work->groups.group[i].names.item[0],
                      work->groups.group[i].cluster);
  return 0;
}

static int
start_look(struct run *run)
{
  struct work *work = run->work;

  if (take_vms(work, &no_vm, &no_host) != 0 || check_home(work) != 0)
    return -1;
  return check_off(work);
}

static int
start_boot(struct run *run)
{
  return for_groups(run->work, control_start, boot_from_disk);
}

/* What is to choose the container stands before `vm`, what is to make ready
 * for the start between the two. */
static const struct part start_parts[] = {
  { .name = "vm", .run = start_look },
  { .name = "start", .run = start_boot },
  { .name = NULL }
};

/* Runs `parts` for the hosts of the command. */
static int
run_parts(struct work *work, const struct part *parts)
{
  CLEANUP_LIST struct list hosts = { 0 };
  struct run *run = work->run;
  int result;

  if (run->args.count == 0)
    return run_fail(run, "must supply host");
  run->work = work;
  result = hosts_expand(run, &hosts, HOSTS_BY_ID);
  if (result == 0)
    result = hooks_run(run, parts, &hosts);
  work_free(work);
  return result;
}

int
host_vm_start(struct run *run)
{
  struct work work = { .run = run, .alone = true };

  return run_parts(&work, start_parts);
}

/* The same command, with the same hooks. */
int
host_vm_create(struct run *run)
{
  return run_command(run, "start host vm", (const char *const *) run->args.item, run->args.count);
}

static int
read_stop(struct run *run, enum rocks_vm_stop *stop)
{
  static const char *const actions[] = {
    [ROCKS_VM_POWEROFF] = "poweroff", [ROCKS_VM_ASK] = "shutdown",
    [ROCKS_VM_RESET] = "reset",       [ROCKS_VM_REBOOT] = "reboot",
  };
  const char *action = run_param(run, "action", "poweroff");
  size_t i;

  for (i = 0; i < sizeof actions / sizeof *actions; i++)
    if (strcmp(action, actions[i]) == 0) {
      *stop = (enum rocks_vm_stop) i;
      return 0;
    }
  return run_fail(run, "invalid action \"%s\". action must be \"poweroff\", \"shutdown\", "
                  "\"reset\" or \"reboot\"", action);
}

static int
stop_look(struct run *run)
{
  return take_vms(run->work, &no_vm, &no_host);
}

static int
stop_stop(struct run *run)
{
  return for_groups(run->work, control_stop, NULL);
}

static const struct part stop_parts[] = {
  { .name = "vm", .run = stop_look },
  { .name = "stop", .run = stop_stop },
  { .name = NULL }
};

int
host_vm_stop(struct run *run)
{
  struct work work = { .run = run, .choice = { .ended = run_flag(run, "terminate", false) } };

  if (read_stop(run, &work.choice.stop) != 0)
    return -1;
  return run_parts(&work, stop_parts);
}

static int
pause_or_resume(struct run *run, int (*what)(struct control *, const struct plan_choice *))
{
  struct work work = { .run = run };
  int result = take_vms(&work, &invalid, &invalid);

  if (result == 0)
    result = for_groups(&work, what, NULL);
  work_free(&work);
  return result;
}

int
host_vm_pause(struct run *run)
{
  return pause_or_resume(run, control_suspend);
}

int
host_vm_resume(struct run *run)
{
  return pause_or_resume(run, control_resume);
}

/* ---- save and restore ---- */

/* Beside the disks, for each VM a file of its own. */
static int
default_files(struct work *work, struct list *files)
{
  size_t i;

  for (i = 0; i < work->names.count; i++) {
    CLEANUP_FREE char *partition = NULL;
    const char *container = work->containers.item[i];

    if (largest_partition(work->run, container, &partition) != 0)
      return -1;
    if (partition == NULL)
      return run_fail(work->run, "could not find a partition on host (%s) to hold the state of "
                      "VM %s", container, work->names.item[i]);
    list_addf(files, "%s/kvm/disks/%s.saved", strcmp(partition, "/") == 0 ? "" : partition,
              work->names.item[i]);
  }
  return 0;
}

static int
choose_files(struct work *work, struct list *files)
{
  const char *file = run_param(work->run, "file", NULL);

  if (file == NULL || file[0] == '\0')
    return default_files(work, files);
  if (work->names.count > 1)
    return run_fail(work->run, "if you supply the \"file\" parameter, then you only can specify "
                    "one VM host");
  if (file[0] != '/')
    return run_fail(work->run, "file \"%s\" is no absolute path", file);
  list_add(files, file);
  return 0;
}

static int
save_or_restore(struct run *run, int (*what)(struct control *, const struct plan_choice *))
{
  CLEANUP_LIST struct list files = { 0 };
  struct work work = { .run = run, .choice = { .files = &files },
                       .alone = what == control_restore };
  int result = take_vms(&work, &no_vm, &no_host);

  if (result == 0)
    result = check_home(&work);
  if (result == 0)
    result = choose_files(&work, &files);
  if (result == 0)
    result = for_groups(&work, what, NULL);
  work_free(&work);
  return result;
}

int
host_vm_save(struct run *run)
{
  return save_or_restore(run, control_save);
}

int
host_vm_restore(struct run *run)
{
  return save_or_restore(run, control_restore);
}
