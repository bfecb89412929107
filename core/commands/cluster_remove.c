/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * `remove cluster`.
 */
#include <config.h>

#include <string.h>

#include "commands/cluster.h"
#include "commands/pxe.h"
#include "framework/db.h"
#include "framework/output.h"

/* All names before anything goes: those of Rocks' view and those recorded, of
 * which one that was killed while it went may have no host any more. */
static int
check_names(struct run *run, const struct list *names)
{
  CLEANUP_LIST struct list recorded = { 0 };
  CLEANUP_ROWS struct rows rows = { 0 };
  size_t i, k;

  if (clusters_recorded(run, names, &recorded) != 0 ||
      db_query(run->db, &rows, "SELECT DISTINCT cluster_name FROM clusters "
               "WHERE cluster_name IN (%s)", "v", names) != 0)
    return -1;
  for (i = 0; i < names->count; i++) {
    for (k = 0; k < rows.count; k++)
      if (strcmp(row_text(&rows, k, 0), names->item[i]) == 0)
        break;
    if (k == rows.count && !list_has(&recorded, names->item[i]))
      return run_fail(run, "host %s is not a virtual frontend", names->item[i]);
  }
  return 0;
}

/* Rocks names a VLAN and a container where the container's NIC carries it. */
static void
list_tags(const struct rocks_vm_row *vm, struct list *lines)
{
  size_t i;

  for (i = 0; i < vm->nnics; i++) {
    const struct rocks_nic_row *nic = &vm->nics[i];

    if (nic->tagged && nic->segment > 0 && !nic->disabled && nic->host_device[0] != '\0')
      list_addf(lines, "Removing vlan %u  on host  %s", nic->segment, vm->container);
  }
}

static void
say_removal(struct run *run, const struct control *control)
{
  const struct rocks_cluster_row *row = &control->cluster.row;
  CLEANUP_LIST struct list lines = { 0 };
  size_t i;

  for (i = 0; i < row->nmembers; i++) {
    const struct site *site = model_site_by_uuid(&control->model, row->members[i].site_uuid);
    const struct rocks_vm_row *vm = site != NULL ? site_vm(site, row->members[i].name) : NULL;

    if (vm != NULL)
      list_tags(vm, &lines);
  }
  list_unique(&lines);
  for (i = 0; i < lines.count; i++)
    run_progress(run, "%s\n", lines.item[i]);
  run_progress(run, "Removing hosts: ");
  for (i = 0; i < row->nmembers; i++)
    if (row->members[i].role == ROCKS_ROLE_COMPUTE)
      run_progress(run, " %s", row->members[i].name);
  run_progress(run, " %s\n", row->name);
}

void
cluster_say_images(struct run *run, const struct control *control)
{
  size_t i, k;

  for (i = 0; i < control->plan.nsteps; i++) {
    const struct step *step = &control->plan.steps[i];

    if (step->kind != STEP_VM_UNDEFINE)
      continue;
    for (k = 0; k < step->vm->ndisks; k++)
      run_progress(run, "Disk image stays: %s%s%s:%s\n", step->site->home ? "" : step->site->name,
                   step->site->home ? "" : ":", step->host, step->vm->disks[k].path);
  }
}

/* The boot files of VMs of this site go after their rows. */
static int
follow_boot_files(struct run *run, const struct control *control)
{
  const struct site *home = model_home(&control->model);
  CLEANUP_LIST struct list hosts = { 0 };
  size_t i;

  for (i = 0; i < control->cluster.row.nmembers; i++)
    if (site_vm(home, control->cluster.row.members[i].name) != NULL)
      list_add(&hosts, control->cluster.row.members[i].name);
  return hosts.count > 0 ? pxe_follow_removal(run, &hosts) : 0;
}

static int
remove_one(struct run *run, struct control *control)
{
  struct plan_choice all = { .erase_disks = run_flag(run, "remove-disks", false) };

  if (!control->dry) {
    say_removal(run, control);
    if (follow_boot_files(run, control) != 0)
      return -1;
  }
  if (control_remove(control, &all) != 0)
    return -1;
  if (!control->dry && !all.erase_disks && control->cluster.row.state[0] != '\0')
    cluster_say_images(run, control);
  return 0;
}

int
cluster_remove(struct run *run)
{
  CLEANUP_LIST struct list names = { 0 };

  if (clusters_named(run, &names) != 0 || check_names(run, &names) != 0 ||
      clusters_each(run, &names, true, remove_one) != 0)
    return -1;
  if (run_flag(run, "dryrun", false))
    return 0;
  run_progress(run, "Syncing configuration\n");
  run_after_commit(run, "sync config", NULL, 0);
  return 0;
}
