/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cluster/choose.h"
#include "cluster/site.h"
#include "commands/cluster.h"
#include "commands/host_vm.h"
#include "commands/host_vm_journey.h"
#include "commands/partition.h"
#include "commands/sites.h"
#include "framework/hosts.h"

/* A member at another site is no host of this one. */
static int
find_away(struct journey *journey, const char *name)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  CLEANUP_LIST struct list names = { 0 };

  list_add(&names, name);
  if (sites_query(journey->run, &rows, "select c.name, s.name, m.container from mvc_members m"
                  " join mvc_clusters c on c.id = m.cluster"
                  " join mvc_sites s on s.uuid = m.site_uuid where m.name in (%s)", NULL,
                  &names) != 0)
    return -1;
  free(journey->away);
  journey->away = NULL;
  if (rows.count == 0)
    return 0;
  free(journey->cluster);
  journey->cluster = mem_copy(row_text(&rows, 0, 0));
  journey->away = mem_format("%s:%s", row_text(&rows, 0, 1), row_text(&rows, 0, 2));
  return 0;
}

/* The one VM of the command; `names` keeps its name. */
static int
find_vm(struct journey *journey, struct list *names)
{
  struct run *run = journey->run;

  if (run->args.count == 1 && find_away(journey, run->args.item[0]) != 0)
    return -1;
  if (journey->away != NULL)
    list_add(names, run->args.item[0]);
  else if (hosts_expand(run, names, 0) != 0)
    return -1;
  if (names->count != 1)
    return run_fail(run, "must supply only one VM host");
  journey->vm = names->item[0];
  return 0;
}

/* Of this site: what it is a part of. */
static int
find_group(struct journey *journey, const struct list *names)
{
  struct run *run = journey->run;
  struct vm_groups groups = { 0 };
  int result;

  if (journey->away != NULL)
    return 0;
  result = vm_groups_load(run, names, &groups);
  if (result == 0 && groups.count == 0)
    result = run_fail(run, "host %s is not a virtual host", journey->vm);
  else if (result == 0 && groups.group[0].foreign)
    result = run_fail(run, "host %s is leased to cluster %s of another site, which alone can do "
                      "this", journey->vm, groups.group[0].cluster);
  else if (result == 0)
    journey->cluster = mem_copy(groups.group[0].cluster);
  vm_groups_free(&groups);
  return result;
}

/* Alone with the VM and with its cluster, in the order in which `start host vm`
 * takes them, or each would wait for the other. */
static int
keep_lock(struct journey *journey, int lock)
{
  if (lock >= 0)
    journey->lock[journey->nlocks++] = lock;
  return lock < 0 ? -1 : 0;
}

static int
take_locks(struct journey *journey)
{
  struct rocks_call *call = journey->run->call;

  if (keep_lock(journey, vm_lock(call, journey->vm)) != 0)
    return -1;
  if (journey->cluster == NULL)
    return 0;
  if (keep_lock(journey, cluster_lock(call, journey->cluster)) != 0)
    return -1;
  /* The one that was waited for may have moved it. */
  return find_away(journey, journey->vm);
}

/* ---- from where to where ---- */

/* "SITE:HOST", or a host of this site. */
static int
read_end(struct journey *journey, const char *word, struct end *end)
{
  struct model *model = &journey->control.model;
  const char *colon = strchr(word, ':');
  CLEANUP_FREE char *name = NULL;

  end->site = model_home(model);
  end->host = word;
  if (colon != NULL) {
    name = mem_format("%.*s", (int) (colon - word), word);
    end->site = model_site(model, name);
    end->host = colon + 1;
  }
  if (end->site == NULL)
    return run_fail(journey->run, "there is no site \"%s\", where %s should be", name, word);
  end->host = pool_text(&model->pool, end->host);
  end->label = mem_copy(model_label(model, end->site, end->host));
  return 0;
}

/* An interrupted move goes on, to either of its ends. */
static int
resume_journey(struct journey *journey, const char *at)
{
  const struct moving *before = &journey->before;
  const char *own = run_param(journey->run, "file", "");
  CLEANUP_LIST struct list vms = { 0 };

  journey->back = strcmp(journey->to.label, before->source) == 0;
  list_add(&vms, journey->vm);
  if (!journey->back && strcmp(journey->to.label, before->target) != 0)
    return moving_refuse(journey->run, &vms);
  if (own[0] != '\0' && strcmp(own, before->file) != 0)
    return run_fail(journey->run, "file \"%s\" is not that of the move which was begun, %s", own,
                    before->file);
  journey->file = mem_copy(before->file);
  journey->move.settled = strcmp(at, journey->to.label) == 0;
  return read_end(journey, journey->back ? before->target : before->source, &journey->from);
}

static int
find_ends(struct journey *journey)
{
  struct run *run = journey->run;
  CLEANUP_FREE char *at = NULL;

  if (journey->away == NULL
      && db_value(run->db, &at, NULL, "select p.Name from nodes n join vm_nodes v on v.Node = n.ID"
                  " join nodes p on p.ID = v.PhysNode where n.Name = ?", "s", journey->vm) != 0)
    return -1;
  if (journey->away != NULL)
    at = mem_copy(journey->away);
  if (at == NULL)
    return run_fail(run, "host %s does not have a physical host", journey->vm);
  if (moving_load(run, journey->vm, &journey->before) != 0
      || read_end(journey, journey->target, &journey->to) != 0)
    return -1;
  if (journey->before.source != NULL)
    return resume_journey(journey, at);
  if (strcmp(at, journey->to.label) == 0)
    return run_fail(run, "The source physical host, and the destination host are the same: %s",
                    journey->target);
  return read_end(journey, at, &journey->from);
}

/* The sites of both ends, home being loaded. */
static int
load_ends(struct journey *journey)
{
  struct control *control = &journey->control;
  struct site *const ends[] = { journey->from.site, journey->to.site };
  CLEANUP_LIST struct list attrs = { 0 };
  struct site_query query = { .attrs = &attrs, .containers = true };
  size_t i;

  site_attr_names(&attrs, control->cluster.network, control->cluster.vm);
  for (i = 0; i < 2; i++)
    if ((!ends[i]->home && (i == 0 || ends[i] != ends[0])
         && site_load(control->call, &control->model, ends[i], &query) != 0)
        || move_check_site(control, ends[i], ends[0] != ends[1]) != 0)
      return -1;
  return 0;
}

static int
load_control(struct journey *journey, const struct list *names)
{
  struct control *control = &journey->control;

  if (sites_control(journey->run, control) != 0)
    return -1;
  control->home_only = true;
  control->progress = show_progress;
  if (find_ends(journey) != 0)
    return -1;
  if ((journey->cluster != NULL ? control_load(control, journey->cluster)
                                : control_load_vms(control, names)) != 0)
    return -1;
  if (journey->from.site != journey->to.site
      && move_may_leave(control, journey->vm) != 0)
    return -1;
  return load_ends(journey);
}

/* ---- its rows ---- */

/* As it stands at one end, with that as its container. */
static const struct rocks_vm_row *
copy_at(struct journey *journey, const struct rocks_vm_row *vm, const struct end *end)
{
  struct rocks_vm_row *row = pool_copy(&journey->control.model.pool, vm, 1, sizeof *vm);

  row->container = end->host;
  return row;
}

static int
check_room(struct journey *journey)
{
  const struct rocks_vm_row *vm = journey->move.from.vm;
  struct need need = { .cpus = vm->cpus, .memory = vm->memory };
  size_t i;

  for (i = 0; i < vm->ndisks; i++)
    need.disk += vm->disks[i].bytes / 1000000000u;
  return choose_room(journey->run->call, &journey->control.model, journey->control.cluster.vm,
                     journey->to.site, journey->to.host, &need);
}

/* Of an earlier try each end may have it or not; `to` has it in the end. */
static int
find_rows_again(struct journey *journey)
{
  struct control *control = &journey->control;
  struct move *move = &journey->move;
  struct rocks_call *call = control->call;

  if (move_row(control, journey->from.site, journey->vm, journey->from.host, false,
               &move->from.vm) != 0) {
    if (call->code != ROCKS_ENOTFOUND)
      return -1;
    call_clear(call);
    if (move_row(control, journey->to.site, journey->vm, journey->to.host, false,
                 &move->to.vm) != 0)
      return -1;
    move->from.vm = copy_at(journey, move->to.vm, &journey->from);
    return 0;
  }
  if (move_arrive(control, journey->to.site, journey->to.host, move->from.vm) != 0)
    return -1;
  return move_row(control, journey->to.site, journey->vm, journey->to.host, false, &move->to.vm);
}

int
journey_rows(struct journey *journey)
{
  struct control *control = &journey->control;
  struct move *move = &journey->move;
  bool anew = journey->before.source == NULL;

  if (journey->from.site != journey->to.site && !anew)
    return find_rows_again(journey);
  if (move_row(control, journey->from.site, journey->vm, journey->from.host, false,
               &move->from.vm) != 0)
    return -1;
  if (journey->from.site == journey->to.site)
    return move_row(control, journey->to.site, journey->vm, journey->to.host, anew,
                    &move->to.vm);
  move->to.vm = copy_at(journey, move->from.vm, &journey->to); /* nobody was asked yet */
  return check_room(journey);
}

int
journey_file(struct journey *journey)
{
  struct run *run = journey->run;
  const char *own = run_param(run, "file", NULL), *slash;
  const struct rocks_vm_row *vm = journey->move.from.vm;
  CLEANUP_FREE char *partition = NULL;
  size_t i;

  if (journey->file != NULL)
    return 0;
  if (own != NULL && own[0] != '\0') {
    journey->file = mem_copy(own);
    return own[0] == '/' ? 0 : run_fail(run, "file \"%s\" is no absolute path", own);
  }
  if (journey->from.site->home && largest_partition(run, journey->from.host, &partition) != 0)
    return -1;
  if (partition != NULL) {
    journey->file = mem_format("%s/kvm/disks/%s.saved", strcmp(partition, "/") == 0 ? "" : partition,
                               vm->name);
    return 0;
  }
  for (i = 0; i < vm->ndisks; i++)
    if (strcmp(vm->disks[i].type, "phy") != 0 && (slash = strrchr(vm->disks[i].path, '/')) != NULL) {
      journey->file = mem_format("%.*s/%s.saved", (int) (slash - vm->disks[i].path),
                                 vm->disks[i].path, vm->name);
      return 0;
    }
  return run_fail(run, "could not find a partition on host (%s) to hold the state of VM %s",
                  journey->from.label, vm->name);
}

int
journey_begin(struct journey *journey)
{
  if (find_vm(journey, &journey->names) != 0 || find_group(journey, &journey->names) != 0
      || take_locks(journey) != 0)
    return -1;
  return load_control(journey, &journey->names);
}

void
journey_end(struct journey *journey)
{
  control_free(&journey->control);
  while (journey->nlocks > 0)
    close(journey->lock[--journey->nlocks]);
  moving_free(&journey->before);
  list_free(&journey->names);
  free(journey->cluster);
  free(journey->away);
  free(journey->from.label);
  free(journey->to.label);
  free(journey->file);
}
