/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * A VM moves to another container of this site (rocks-compat 3.10).  Images keep
 * their place; those of the old container stay there, as in Rocks.
 */
#include <config.h>

#include <string.h>

#include "cluster/move.h"
#include "commands/cluster.h"
#include "commands/commands.h"
#include "commands/host_vm.h"
#include "commands/host_vm_alloc.h"
#include "commands/partition.h"
#include "commands/sites.h"
#include "framework/hosts.h"

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
  if (run_db(run) == NULL || hosts_expand(run, vm, 0) != 0)
    return -1;
  if (vm->count != 1)
    return run_fail(run, "must supply only one VM host");
  return 0;
}

/* Where it is, and whether the other one may have it. */
static int
check_hosts(struct run *run, const char *vm, const char *to, char **from)
{
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
  if (strcmp(row_text(&rows, 0, 0), to) == 0)
    return run_fail(run, "The source physical host, and the destination host are the same: %s",
                    to);
  if (db_value(run->db, &holder, &found, "select n.Name from nodes n"
               " left join vm_nodes v on v.Node = n.ID where n.Name = ? and v.ID is null", "s",
               to) != 0)
    return -1;
  if (!found)
    return run_fail(run, "%s is no host of this site that could hold VMs", to);
  *from = mem_copy(row_text(&rows, 0, 0));
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

/* The VM's group as it would be with the rows changed, without changing them. */
static int
load_there(struct run *run, const struct list *vm, const char *from, const char *to,
           struct control *there)
{
  struct vm_groups groups = { 0 };
  int result;

  if (db_begin(run->db) != 0)
    return -1;
  result = change_rows(run, vm->item[0], from, to);
  if (result == 0)
    result = vm_groups_load(run, vm, &groups);
  if (result == 0)
    result = vm_group_control(run, &groups.group[0], there);
  vm_groups_free(&groups);
  db_rollback(run->db);
  return result;
}

static int
commit_rows(struct run *run, const char *vm, const char *from, const char *to)
{
  if (db_begin(run->db) != 0)
    return -1;
  if (change_rows(run, vm, from, to) == 0 && db_commit(run->db) == 0)
    return 0;
  db_rollback(run->db);
  return -1;
}

static void
say(void *arg, const char *sentence)
{
  run_progress(arg, "%s\n", sentence);
}

static void
say_begin(struct run *run, const struct move *move)
{
  if (move->way == MOVE_SAVED)
    run_progress(run, "Saving the VM's current state.\n");
  else if (move->way == MOVE_LIVE)
    run_progress(run, "Moving %s to %s while it runs.\n", move->from->name, move->to->container);
  if (move->way == MOVE_SAVED && !move->shared)
    run_progress(run, "Copying VM disk file to %s.\n", move->to->container);
}

static int
move_group(struct run *run, const struct list *vm, const char *from, const char *to,
           const char *file, struct control *here, struct control *there)
{
  struct move move = { .control = here, .file = file, .say = say, .arg = run };

  move.site = model_home(&here->model);
  move.from = site_vm(move.site, vm->item[0]);
  move.to = site_vm(model_home(&there->model), vm->item[0]);
  here->progress = show_progress;
  if (move.from == NULL || move.to == NULL)
    return run_fail(run, "host %s is not a virtual host", vm->item[0]);
  if (move_look(&move) != 0)
    return -1;
  say_begin(run, &move);
  if (move_run(&move) != 0 || commit_rows(run, vm->item[0], from, to) != 0)
    return -1;
  if (move.way != MOVE_OFF)
    run_progress(run, "%s runs on %s.\n", vm->item[0], to);
  return 0;
}

static int
move_vm(struct run *run, const struct list *vm, const char *from, const char *to, const char *file)
{
  struct control here = { 0 }, there = { 0 };
  struct vm_groups groups = { 0 };
  int result = vm_groups_load(run, vm, &groups);

  if (result == 0 && groups.group[0].foreign)
    result = run_fail(run, "host %s is leased to cluster %s of another site, which alone can do "
                      "this", vm->item[0], groups.group[0].cluster);
  if (result == 0)
    result = vm_group_control(run, &groups.group[0], &here);
  if (result == 0)
    result = load_there(run, vm, from, to, &there);
  if (result == 0)
    result = move_group(run, vm, from, to, file, &here, &there);
  control_free(&there);
  control_free(&here);
  vm_groups_free(&groups);
  return result;
}

static int
move_host_vm(struct run *run)
{
  CLEANUP_FREE char *from = NULL, *file = NULL;
  CLEANUP_LIST struct list vm = { 0 };
  const char *to = NULL;

  if (take_words(run, &vm, &to) != 0 || check_hosts(run, vm.item[0], to, &from) != 0
      || choose_file(run, vm.item[0], from, &file) != 0)
    return -1;
  return move_vm(run, &vm, from, to, file);
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
