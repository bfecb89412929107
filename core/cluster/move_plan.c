/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The order is the point: a MAC speaks on one container at a time.  While the
 * VM runs on the old one, the new one has the device it will be plugged into and
 * nothing else.  Once the VM stands still the old port goes down, then the new
 * one comes up, then the VM goes on.  Between those the inventory changes: until
 * then the old container has all that is needed, and from then on the new one.
 */
#include <config.h>

#include "cluster/move.h"

bool
move_between_sites(const struct move *move)
{
  return move->from.site != move->to.site;
}

static void
bound_for(struct plan *plan, const struct move_end *to)
{
  plan->steps[plan->nsteps - 1].to = to->vm->container;
  plan->steps[plan->nsteps - 1].to_site = to->site;
}

static void
add(const struct move *move, struct plan *plan, enum step_kind kind, const struct move_end *end,
    const char *detail)
{
  plan_add(plan, kind, end->site, end->vm->container, end->vm, detail);
  bound_for(plan, &move->to);
}

static void
copy(const struct move *move, struct plan *plan, const char *file)
{
  plan_add(plan, STEP_COPY, move->to.site, "", move->to.vm, file);
  bound_for(plan, &move->to);
  plan->phase++;
}

static void
record(const struct move *move, struct plan *plan)
{
  plan_add(plan, STEP_RECORD, move->to.site, "", move->to.vm, move->to.vm->container);
  plan->phase++;
}

static void
leave(const struct move *move, struct plan *plan, bool port)
{
  add(move, plan, STEP_VM_UNDEFINE, &move->from, NULL);
  if (port)
    add(move, plan, STEP_NETWORK_DOWN, &move->from, NULL);
  plan->phase++;
}

static void
arrive(const struct move *move, struct plan *plan, bool port)
{
  if (port)
    add(move, plan, STEP_NETWORK_UP, &move->to, NULL);
  add(move, plan, STEP_VM_PREPARE, &move->to, NULL);
  if (!move->paused)
    add(move, plan, STEP_VM_RESUME, &move->to, NULL);
  add(move, plan, STEP_VM_DEFINE, &move->to, NULL);
  plan->phase++;
}

/* What remains when the VM is at its new container, still, or goes on there. */
static void
finish(const struct move *move, struct plan *plan, bool port)
{
  leave(move, plan, port);
  record(move, plan);
  arrive(move, plan, port);
}

/* An earlier try ended at the other end, maybe with the VM still: QEMU cannot let
 * it go again before it went on there. */
static void
finish_back(const struct move *move, struct plan *plan, bool port)
{
  struct move there = *move;

  there.from = move->to;
  there.to = move->from;
  leave(&there, plan, port);
  arrive(&there, plan, port);
}

/* The memory that an earlier try has left, which is old by now. */
static void
erase_files(const struct move *move, struct plan *plan)
{
  add(move, plan, STEP_FILE_ERASE, &move->to, move->file);
  add(move, plan, STEP_FILE_ERASE, &move->from, move->file);
  plan->phase++;
}

static void
live(const struct move *move, struct plan *plan, bool port)
{
  if (port)
    add(move, plan, STEP_NETWORK_STANDBY, &move->to, NULL);
  /* What an earlier try has left there would have the VM's name. */
  if (plan->cluster->vm != NULL && plan->cluster->vm->ops.vm.sweep != NULL)
    add(move, plan, STEP_VM_SWEEP, &move->to, NULL);
  plan->phase++;
  add(move, plan, STEP_VM_MIGRATE, &move->from, NULL);
  plan->phase++;
  finish(move, plan, port);
}

static void
saved(const struct move *move, struct plan *plan, bool port)
{
  if (move->runs) {
    add(move, plan, STEP_FILE_PLACE, &move->from, move->file);
    add(move, plan, STEP_VM_SAVE, &move->from, move->file);
  }
  leave(move, plan, port);
  if (move->copy_state || !move->shared)
    copy(move, plan, move->file);
  record(move, plan);
  if (port)
    add(move, plan, STEP_NETWORK_UP, &move->to, NULL);
  add(move, plan, STEP_VM_PREPARE, &move->to, NULL);
  add(move, plan, STEP_VM_RESTORE, &move->to, move->file);
  add(move, plan, STEP_VM_DEFINE, &move->to, NULL);
  plan->phase++;
  erase_files(move, plan);
}

static void
off(const struct move *move, struct plan *plan, bool port)
{
  leave(move, plan, port);
  if (!move->shared)
    copy(move, plan, NULL);
  record(move, plan);
}

void
move_plan(const struct move *move, struct plan *plan)
{
  struct rocks_port ignored;
  bool port = cluster_port(plan->cluster, move->from.vm, &ignored);

  if (move->unfinished)
    finish_back(move, plan, port);
  switch (move->way) {
  case MOVE_LIVE:
    live(move, plan, port);
    break;
  case MOVE_SAVED:
    saved(move, plan, port);
    break;
  case MOVE_OFF:
    off(move, plan, port);
    break;
  case MOVE_FINISH:
    finish(move, plan, port);
    erase_files(move, plan);
    break;
  }
  if (move_between_sites(move)) {
    plan_add(plan, STEP_SITE_RELEASE, move->from.site, "", move->from.vm, NULL);
    plan->phase++;
  }
}
