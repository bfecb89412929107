/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Single VMs go the way of clusters: those of one recorded cluster together,
 * with its backends and its network, all others together.
 */
#include <config.h>

#include <string.h>

#include "commands/host_vm.h"
#include "commands/sites.h"

/* Rocks' name for the profile of a virtual frontend that is to be installed. */
static const char frontend_profile[] = "install vm frontend";

static struct vm_group *
group_of(struct vm_groups *groups, const char *cluster, bool foreign)
{
  struct vm_group *group;
  size_t i;

  for (i = 0; i < groups->count; i++) {
    group = &groups->group[i];
    if (group->foreign == foreign
        && strcmp(or_empty(group->cluster), or_empty(cluster)) == 0)
      return group;
  }
  groups->group = mem_grow(groups->group, groups->count, sizeof *groups->group);
  group = &groups->group[groups->count++];
  *group = (struct vm_group){ .cluster = mem_copy(cluster), .foreign = foreign };
  return group;
}

int
vm_groups_load(struct run *run, const struct list *hosts, struct vm_groups *groups)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  size_t i;

  *groups = (struct vm_groups){ 0 };
  if (sites_query(run, &rows,
                  "select n.Name, l.cluster, l.cluster is not null and s.uuid is null from nodes n"
                  " join vm_nodes v on v.Node = n.ID"
                  " left join mvc_leases l on l.node = n.ID and l.vm = n.Name"
                  " left join mvc_site s on s.uuid = l.home_uuid"
                  " where n.Name in (%s) order by n.ID",
                  "select n.Name, null, 0 from nodes n join vm_nodes v on v.Node = n.ID"
                  " where n.Name in (%s) order by n.ID",
                  hosts) != 0)
    return -1;
  for (i = 0; i < rows.count; i++)
    list_add(&group_of(groups, row_text(&rows, i, 1), row_int(&rows, i, 2) != 0)->names,
             row_text(&rows, i, 0));
  return 0;
}

void
vm_groups_free(struct vm_groups *groups)
{
  size_t i;

  for (i = 0; i < groups->count; i++) {
    free(groups->group[i].cluster);
    list_free(&groups->group[i].names);
  }
  free(groups->group);
  *groups = (struct vm_groups){ 0 };
}

int
vm_group_control(struct run *run, const struct vm_group *group, struct control *control)
{
  if (sites_control(run, control) != 0)
    return -1;
  control->home_only = true;
  if (group->cluster != NULL && !group->foreign)
    return control_load(control, group->cluster);
  return control_load_vms(control, &group->names);
}

void
boot_from_disk(struct run *run, const struct control *control, const struct list *names)
{
  const struct site *home = model_home(&control->model);
  size_t i;

  for (i = 0; i < home->nvms; i++) {
    const struct rocks_vm_row *vm = &home->vms[i];
    const char *const words[] = { vm->name, "action=os" };

    if (strcmp(vm->install_profile, frontend_profile) == 0 && strcmp(vm->boot, "install") == 0
        && (names == NULL || list_has(names, vm->name)))
      run_after_commit(run, "set host boot", words, 2);
  }
}
