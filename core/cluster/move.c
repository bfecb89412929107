/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "cluster/fanout.h"
#include "cluster/move.h"
#include "cluster/worker.h"
#include "remote/script.h"

#define ANSWER_WITHIN 60   /* seconds */
#define MOVE_DEADLINE 3600 /* seconds, for the memory of a VM */

/* What one container says of the VM. */
struct side {
  const struct move *move;
  const struct move_end *end;
};

static int
tell_state(void *arg, const char *name, enum rocks_vm_state state)
{
  text_add(arg, "vm %s %d\n", name, (int) state);
  return 0;
}

static int
ask_file(const struct side *side, struct rocks_call *call, struct text *answer)
{
  struct rocks_script *script = script_new();
  struct remote_host host = worker_host(side->end->site, side->end->vm->container);
  struct remote_job job = { .host = &host, .timeout = ANSWER_WITHIN };
  int result = 0;

  script_code(script, "rocks_saved() { [ ! -s \"$1\" ] || echo saved; }\n");
  script_run(script, "rocks_saved", side->move->file, (char *) NULL);
  job.script = script_text(script);
  if (remote_run(call, &job, 1, 1) > 0)
    result = remote_report(call, &job);
  text_add(answer, "%s", text_get(&job.output));
  remote_job_free(&job);
  script_free(script);
  return result;
}

static int
ask(void *arg, struct rocks_call *call, struct text *answer)
{
  const struct side *side = arg;
  const struct backend *vm = side->move->control->cluster.vm;
  void *connection;
  int result;

  if (hypervisor_connect(call, vm, side->end->site, side->end->vm->container, false,
                         &connection) != 0)
    return -1;
  result = vm->ops.vm.states(connection, call, tell_state, answer);
  vm->ops.vm.disconnect(connection);
  return result == 0 ? ask_file(side, call, answer) : -1;
}

static enum rocks_vm_state
read_state(const struct question *question, const char *vm, bool *saved)
{
  CLEANUP_LIST struct list lines = { 0 };
  enum rocks_vm_state state = ROCKS_VM_ABSENT;
  char name[256];
  size_t i;
  int number;

  *saved = false;
  list_split(&lines, text_get(&question->answer), "\n");
  for (i = 0; i < lines.count; i++) {
    if (sscanf(lines.item[i], "vm %255s %d", name, &number) == 2 && strcmp(name, vm) == 0)
      state = (enum rocks_vm_state) number;
    *saved |= strcmp(lines.item[i], "saved") == 0;
  }
  return state;
}

static bool
runs(enum rocks_vm_state state)
{
  return state == ROCKS_VM_ACTIVE || state == ROCKS_VM_PAUSED || state == ROCKS_VM_SHUTDOWN;
}

static const char *
label(const struct move *move, const struct move_end *end)
{
  return model_label(&move->control->model, end->site, end->vm->container);
}

/* Two sites may each have their network 10.1/16: what a hypervisor of the one
 * would call to go on with a VM at the other is some host of its own. */
static bool
may_go_live(const struct move *move)
{
  return move->shared && !move_between_sites(move)
         && move->control->cluster.vm->ops.vm.migrate != NULL;
}

static int
choose(struct move *move, enum rocks_vm_state here, enum rocks_vm_state there, bool saved_here,
       bool saved_there)
{
  if (runs(here) && runs(there))
    return call_fail(move->control->call, ROCKS_EEXISTS, "VM %s is on %s and on %s at once; end one "
                     "of them there first", move->from.vm->name, label(move, &move->from),
                     label(move, &move->to));
  move->runs = runs(here);
  move->paused = (runs(there) ? there : here) == ROCKS_VM_PAUSED;
  /* What counts is where it runs, whatever the inventory says; and it was the move
   * that paused it. */
  move->unfinished = move->unfinished && runs(here);
  if (move->unfinished)
    move->settled = move->paused = false;
  if (runs(there)) {
    move->way = MOVE_FINISH;
    move->paused = false; /* where an interrupted move has left it */
    return 0;
  }
  if (move->settled)
    move->shared = true; /* what the old one has may be older */
  else if (move_shared(move, &move->shared) != 0)
    return -1;
  move->copy_state = !move->settled;
  if (runs(here) && may_go_live(move))
    move->way = MOVE_LIVE;
  else if (runs(here) || (move->settled ? saved_there : saved_here))
    move->way = MOVE_SAVED;
  else
    move->way = MOVE_OFF;
  return 0;
}

int
move_look(struct move *move)
{
  struct side sides[2] = { { move, &move->from }, { move, &move->to } };
  struct question questions[2] = { { .ask = ask, .arg = &sides[0] },
                                   { .ask = ask, .arg = &sides[1] } };
  enum rocks_vm_state state[2] = { ROCKS_VM_ABSENT, ROCKS_VM_ABSENT };
  bool saved[2] = { false, false };
  int result = 0;
  size_t i;

  fanout(questions, 2, 2 * ANSWER_WITHIN);
  for (i = 0; i < 2; i++) {
    if (questions[i].answered)
      state[i] = read_state(&questions[i], move->from.vm->name, &saved[i]);
    else
      result = call_fail(move->control->call, ROCKS_EUNREACHABLE, "%s: %s",
                         label(move, sides[i].end), text_get(&questions[i].answer));
    text_free(&questions[i].answer);
  }
  return result == 0 ? choose(move, state[0], state[1], saved[0], saved[1]) : -1;
}

static int
home_step(void *arg, struct rocks_call *call, const struct step *step)
{
  struct move *move = arg;

  if (step->kind == STEP_RECORD)
    return move->commit(move->arg);
  if (step->kind == STEP_SITE_RELEASE)
    return move->leave(move->arg);
  return step->kind == STEP_COPY ? move_copy(move, call) : 0;
}

static void
progress(void *arg, const struct step *step, bool done, const char *detail)
{
  struct move *move = arg;

  if (move->control->progress != NULL)
    move->control->progress(move->control, step, done, detail);
}

static int
apply(struct move *move, struct rocks_call *call)
{
  struct apply how = { .home_step = home_step, .progress = progress, .arg = move,
                       .deadline = MOVE_DEADLINE };

  return plan_apply(call, &move->control->plan, &how);
}

static void
new_plan(struct control *control)
{
  control->plan = (struct plan){ .model = &control->model, .cluster = &control->cluster };
}

/* A VM that did not leave needs no device at the other end. */
static void
take_back(struct move *move)
{
  struct control *control = move->control;
  struct rocks_call *said = control->call, quiet = { .quiet = true };
  struct move again = *move;

  control->call = &quiet;
  if (move_look(&again) == 0 && again.way != MOVE_FINISH && again.runs) {
    new_plan(control);
    plan_add(&control->plan, STEP_NETWORK_DOWN, move->to.site, move->to.vm->container, move->to.vm,
             NULL);
    control->plan.phase++;
    move->stays = apply(move, &quiet) == 0;
  }
  control->call = said;
  call_free(&quiet);
}

static int
run_plan(struct move *move)
{
  struct control *control = move->control;
  int result;

  new_plan(control);
  move_plan(move, &control->plan);
  if (control->dry)
    return 0;
  result = apply(move, control->call);
  if (result != 0 && move->runs)
    take_back(move);
  return result;
}

int
move_run(struct move *move)
{
  struct rocks_call *call = move->control->call;
  int result = run_plan(move);

  /* Both ends answer, and it runs on: its hypervisor cannot do this with it. */
  if (result != 0 && move->stays && move->way == MOVE_LIVE) {
    move->say(move->arg, pool_format(&move->control->model.pool, "It cannot move while it runs, so "
                                     "its state is saved (%s)", or_empty(call->message)));
    call_clear(call);
    move->way = MOVE_SAVED;
    move->stays = false;
    result = run_plan(move);
  }
  return result;
}
