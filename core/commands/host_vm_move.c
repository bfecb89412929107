/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * A VM moves to another container of this site (rocks-compat 3.10).  Images keep
 * their place; those of the old container stay there, as in Rocks.
 */
#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cluster/move.h"
#include "commands/cluster.h"
#include "commands/commands.h"
#include "commands/host_vm.h"
#include "commands/host_vm_alloc.h"
#include "commands/host_vm_moving.h"
#include "commands/partition.h"
#include "commands/sites.h"
#include "framework/hosts.h"

/* Between sites a VM would need another MAC, which what runs in it and the cluster's
 * frontend know it by: each site gives MACs of its own range alone. */
static int
refuse_sites(struct run *run, const char *vm, const char *to)
{
  const char *colon = strchr(to, ':');
  CLEANUP_FREE char *site = NULL;
  bool ours, found = false;

  if (colon != NULL)
    return run_fail(run, "VM %s cannot move to %s of site %.*s: a VM moves between containers of "
                    "one site, whose MAC it has", vm, colon + 1, (int) (colon - to), to);
  if (sites_recorded(run->db, &ours) != 0)
    return -1;
  if (ours && db_value(run->db, &site, &found, "select s.name from mvc_members m join mvc_sites s"
                       " on s.uuid = m.site_uuid where m.name = ?", "s", vm) != 0)
    return -1;
  if (found)
    return run_fail(run, "VM %s stands at site %s: only VMs of this site can be moved", vm, site);
  return 0;
}

static int
take_words(struct run *run, struct list *vm, const char **to)
{
  const char *values[1];

  run_positional(run, "physhost", values);
  if (values[0] == NULL)
    return run_fail(run, "must supply a physical host");
  *to = values[0];
  if (run->args.count == 0)
    return run_fail(run, "must supply host");
  if (run_db(run) == NULL || refuse_sites(run, run->args.item[0], *to) != 0
      || hosts_expand(run, vm, 0) != 0)
    return -1;
  if (vm->count != 1)
    return run_fail(run, "must supply only one VM host");
  return 0;
}

/* One command at work. */
struct journey {
  struct run *run;
  struct list vm;     /* the one */
  const char *to;
  char *from, *file;  /* owned */
  bool settled;       /* its rows say `to` already: an earlier try got there, or is taken back */
  bool back;          /* an earlier try is taken back */
  struct moving before; /* an earlier try that did not end */
};

/* An interrupted move goes on, to either of its ends. */
static int
resume_journey(struct journey *journey, const char *at)
{
  const struct moving *before = &journey->before;
  const char *own = run_param(journey->run, "file", "");
  bool back = strcmp(journey->to, before->source) == 0;

  journey->back = back;
  if (!back && strcmp(journey->to, before->target) != 0)
    return moving_refuse(journey->run, &journey->vm);
  if (own[0] != '\0' && strcmp(own, before->file) != 0)
    return run_fail(journey->run, "file \"%s\" is not that of the move which was begun, %s", own,
                    before->file);
  journey->from = mem_copy(back ? before->target : before->source);
  journey->file = mem_copy(before->file);
  journey->settled = strcmp(at, journey->to) == 0;
  return 0;
}

/* Where it is, and whether the other one may have it. */
static int
check_hosts(struct journey *journey)
{
  struct run *run = journey->run;
  const char *vm = journey->vm.item[0], *to = journey->to;
  CLEANUP_ROWS struct rows rows = { 0 };
  CLEANUP_FREE char *holder = NULL;
  bool found;

  if (db_query(run->db, &rows, "select p.Name from nodes n join vm_nodes v on v.Node = n.ID"
               " left join nodes p on p.ID = v.PhysNode where n.Name = ?", "s", vm) != 0)
    return -1;
  if (rows.count == 0)
    return run_fail(run, "host %s is not a virtual host", vm);
  if (row_text(&rows, 0, 0) == NULL)
    return run_fail(run, "host %s does not have a physical host", vm);
  if (moving_load(run, vm, &journey->before) != 0)
    return -1;
  if (journey->before.source == NULL && strcmp(row_text(&rows, 0, 0), to) == 0)
    return run_fail(run, "The source physical host, and the destination host are the same: %s",
                    to);
  if (db_value(run->db, &holder, &found, "select n.Name from nodes n"
               " left join vm_nodes v on v.Node = n.ID where n.Name = ? and v.ID is null", "s",
               to) != 0)
    return -1;
  if (!found)
    return run_fail(run, "%s is no host of this site that could hold VMs", to);
  if (journey->before.source != NULL)
    return resume_journey(journey, row_text(&rows, 0, 0));
  journey->from = mem_copy(row_text(&rows, 0, 0));
  return 0;
}

static int
choose_file(struct run *run, const char *vm, const char *from, char **file)
{
  const char *own = run_param(run, "file", NULL);
  CLEANUP_FREE char *partition = NULL;

  if (own != NULL && own[0] != '\0') {
    *file = mem_copy(own);
    return own[0] == '/' ? 0 : run_fail(run, "file \"%s\" is no absolute path", own);
  }
  if (largest_partition(run, from, &partition) != 0)
    return -1;
  if (partition == NULL)
    return run_fail(run, "could not find a partition on host (%s) to hold the state of VM %s",
                    from, vm);
  *file = mem_format("%s/kvm/disks/%s.saved", strcmp(partition, "/") == 0 ? "" : partition, vm);
  return 0;
}

/* The rows that a VM's container stands in: its own, its lease, its membership;
 * and the container's row for the VLAN, in the subnet that it has on the old one. */
static int
change_rows(struct run *run, const char *vm, const char *from, const char *to)
{
  struct db *db = run->db;
  bool ours;

  if (db_exec(db, "update vm_nodes set PhysNode = (select ID from nodes where Name = ?)"
              " where Node = (select ID from nodes where Name = ?)", "ss", to, vm) != 0
      || db_exec(db, "insert into networks (Node, Name, Device, Subnet, VlanID)"
                 " select distinct d.ID, d.Name, o.Device, o.Subnet, o.VlanID from networks w"
                 " join nodes n on n.ID = w.Node and n.Name = ?"
                 " join networks o on o.VlanID = w.VlanID and o.Device like 'vlan%'"
                 " join nodes s on s.ID = o.Node and s.Name = ?"
                 " join nodes d on d.Name = ?"
                 " left join networks h on h.Node = d.ID and h.VlanID = o.VlanID"
                 " and h.Device like 'vlan%' where h.ID is null", "sss", vm, from, to) != 0
      || sites_recorded(db, &ours) != 0)
    return -1;
  if (!ours)
    return 0;
  if (db_exec(db, "update mvc_leases set container = ? where vm = ? and node ="
              " (select ID from nodes where Name = ?)", "sss", to, vm, vm) != 0)
    return -1;
  return db_exec(db, "update mvc_members set container = ? where name = ? and site_uuid ="
                 " (select uuid from mvc_site)", "ss", to, vm);
}

/* The VM's group as it is with the VM at `to`, without changing any row. */
static int
load_at(struct journey *journey, const char *from, const char *to, struct control *control)
{
  struct run *run = journey->run;
  struct vm_groups groups = { 0 };
  int result;

  if (db_begin(run->db) != 0)
    return -1;
  result = change_rows(run, journey->vm.item[0], from, to);
  if (result == 0)
    result = vm_groups_load(run, &journey->vm, &groups);
  if (result == 0)
    result = vm_group_control(run, &groups.group[0], control);
  vm_groups_free(&groups);
  db_rollback(run->db);
  return result;
}

static int
commit_rows(void *arg)
{
  const struct journey *journey = arg;
  struct run *run = journey->run;

  if (db_begin(run->db) != 0)
    return -1;
  if (change_rows(run, journey->vm.item[0], journey->from, journey->to) == 0
      && db_commit(run->db) == 0)
    return 0;
  db_rollback(run->db);
  return -1;
}

static void
say(void *arg, const char *sentence)
{
  const struct journey *journey = arg;

  run_progress(journey->run, "%s\n", sentence);
}

static void
say_begin(struct run *run, const struct move *move)
{
  if (move->way == MOVE_SAVED && move->runs)
    run_progress(run, "Saving the VM's current state.\n");
  else if (move->way == MOVE_LIVE)
    run_progress(run, "Moving %s to %s while it runs.\n", move->from->name, move->to->container);
  if (move->way == MOVE_SAVED && !move->shared)
    run_progress(run, "Copying VM disk file to %s.\n", move->to->container);
}

/* Says how a move that got somewhere is gone on with. */
static int
say_rest(const struct journey *journey)
{
  const char *vm = journey->vm.item[0];
  struct rocks_call *call = journey->run->call;
  char *message = mem_format("%s; `rocks move host vm %s %s` completes the move, `rocks move host "
                             "vm %s %s` takes it back", or_empty(call->message), vm, journey->to,
                             vm, journey->from);

  free(call->message);
  call->message = message;
  return -1;
}

static int
move_recorded(struct journey *journey, struct move *move)
{
  struct run *run = journey->run;
  const char *vm = journey->vm.item[0];

  if (moving_begin(run, vm, journey->from, journey->to, journey->file) != 0)
    return -1;
  if (move_run(move) == 0)
    return moving_end(run, vm);
  if (!move->stays)
    return say_rest(journey);
  moving_end(run, vm);
  return -1;
}

static int
move_group(struct journey *journey, struct control *here, struct control *there)
{
  struct run *run = journey->run;
  const char *vm = journey->vm.item[0];
  struct move move = { .control = here, .file = journey->file, .settled = journey->settled,
                       .unfinished = journey->back,
                       .say = say, .commit = commit_rows, .arg = journey };

  move.site = model_home(&here->model);
  move.from = site_vm(move.site, vm);
  move.to = site_vm(model_home(&there->model), vm);
  here->progress = show_progress;
  if (move.from == NULL || move.to == NULL)
    return run_fail(run, "host %s is not a virtual host", vm);
  if (move_look(&move) != 0)
    return -1;
  say_begin(run, &move);
  if (move_recorded(journey, &move) != 0)
    return -1;
  if (move.way != MOVE_OFF)
    run_progress(run, "%s runs on %s.\n", vm, journey->to);
  return 0;
}

static int
move_vm(struct journey *journey)
{
  struct control here = { 0 }, there = { 0 };
  int result = load_at(journey, journey->to, journey->from, &here);

  if (result == 0)
    result = load_at(journey, journey->from, journey->to, &there);
  if (result == 0)
    result = move_group(journey, &here, &there);
  control_free(&there);
  control_free(&here);
  return result;
}

/* Alone with the VM and with its cluster, in the order in which `start host vm`
 * takes them, or each would wait for the other; the descriptors are locks[0..1]. */
static int
take_locks(struct journey *journey, int locks[2])
{
  struct run *run = journey->run;
  struct vm_groups groups = { 0 };
  const struct vm_group *group;
  int result;

  locks[0] = vm_lock(run->call, journey->vm.item[0]);
  if (locks[0] < 0)
    return -1;
  result = vm_groups_load(run, &journey->vm, &groups);
  group = result == 0 && groups.count > 0 ? &groups.group[0] : NULL;
  if (group != NULL && group->foreign)
    result = run_fail(run, "host %s is leased to cluster %s of another site, which alone can do "
                      "this", journey->vm.item[0], group->cluster);
  else if (group != NULL && group->cluster != NULL
           && (locks[1] = cluster_lock(run->call, group->cluster)) < 0)
    result = -1;
  vm_groups_free(&groups);
  return result;
}

static int
move_alone(struct journey *journey)
{
  if (check_hosts(journey) != 0
      || (journey->file == NULL
          && choose_file(journey->run, journey->vm.item[0], journey->from, &journey->file) != 0))
    return -1;
  return move_vm(journey);
}

static int
move_host_vm(struct run *run)
{
  struct journey journey = { .run = run };
  int locks[2] = { -1, -1 }, result;

  result = take_words(run, &journey.vm, &journey.to);
  if (result == 0)
    result = take_locks(&journey, locks);
  if (result == 0)
    result = move_alone(&journey);
  if (locks[1] >= 0)
    close(locks[1]);
  if (locks[0] >= 0)
    close(locks[0]);
  moving_free(&journey.before);
  list_free(&journey.vm);
  free(journey.from);
  free(journey.file);
  return result;
}

static const char *const options[] = {
  "host: one VM",
  "physhost: the container of this site that it moves to",
  "file: where its memory is kept on the way, unless both see its disks [NAME.saved beside the "
  "disks]",
  NULL
};

static const char *const examples[] = {
  "compute-0-0-0 vm-container-1-0|live, if both containers see its disks; else with its memory "
  "saved, copied and restored", NULL
};

const struct command host_vm_move_commands[] = {
  { "move host vm", "{host} {physhost} {file}",
    "Moves a VM to another container, with its disks unless both containers see them.", options,
    examples, COMMAND_ROOT, move_host_vm },
  COMMANDS_END
};
