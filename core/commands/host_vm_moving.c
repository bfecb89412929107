/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <stdlib.h>

#include "commands/host_vm_moving.h"
#include "commands/sites.h"
#include "framework/db.h"

int
moving_load(struct run *run, const char *vm, struct moving *moving)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  CLEANUP_LIST struct list names = { 0 };

  *moving = (struct moving){ 0 };
  list_add(&names, vm);
  if (sites_query(run, &rows, "select source, target, file from mvc_moves where vm in (%s)", NULL,
                  &names) != 0)
    return -1;
  if (rows.count > 0)
    *moving = (struct moving){ .source = mem_copy(row_text(&rows, 0, 0)),
                               .target = mem_copy(row_text(&rows, 0, 1)),
                               .file = mem_copy(row_text(&rows, 0, 2)) };
  return 0;
}

void
moving_free(struct moving *moving)
{
  free(moving->source);
  free(moving->target);
  free(moving->file);
  *moving = (struct moving){ 0 };
}

int
moving_begin(struct run *run, const char *vm, const char *source, const char *target,
             const char *file)
{
  bool ours;

  if (sites_recorded(run->db, &ours) != 0)
    return -1;
  if (!ours)
    return 0;
  return db_exec(run->db, "replace into mvc_moves (vm, source, target, file, begun)"
                 " values (?, ?, ?, ?, UTC_TIMESTAMP())", "ssss", vm, source, target, file);
}

int
moving_end(struct run *run, const char *vm)
{
  bool ours;

  if (sites_recorded(run->db, &ours) != 0)
    return -1;
  return ours ? db_exec(run->db, "delete from mvc_moves where vm = ?", "s", vm) : 0;
}

int
moving_refuse(struct run *run, const struct list *vms)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  const char *vm, *source, *target;

  if (sites_query(run, &rows, "select vm, source, target from mvc_moves where vm in (%s)"
                  " order by vm", NULL, vms) != 0)
    return -1;
  if (rows.count == 0)
    return 0;
  vm = row_text(&rows, 0, 0), source = row_text(&rows, 0, 1), target = row_text(&rows, 0, 2);
  return run_fail(run, "host %s is on its way from %s to %s; `rocks move host vm %s %s` completes "
                  "the move, `rocks move host vm %s %s` takes it back", vm, source, target, vm,
                  target, vm, source);
}

int
moving_complete(struct run *run, const char *cluster)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  CLEANUP_LIST struct list names = { 0 };
  size_t i;

  list_add(&names, cluster);
  if (sites_query(run, &rows, "select v.vm, v.target from mvc_moves v"
                  " join mvc_members m on m.name = v.vm join mvc_clusters c on c.id = m.cluster"
                  " where c.name in (%s) order by v.vm", NULL, &names) != 0)
    return -1;
  for (i = 0; i < rows.count; i++) {
    const char *const words[] = { row_text(&rows, i, 0), row_text(&rows, i, 1) };

    if (run_command(run, "move host vm", words, 2) != 0)
      return -1;
  }
  return 0;
}
