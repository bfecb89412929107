/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * A VM moves to another container, of its site (rocks-compat 3.10) or of another.
 * Images keep their place; those of the old container stay there, as in Rocks.
 */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "commands/commands.h"
#include "commands/host_vm_journey.h"

static int
take_words(struct run *run, const char **to)
{
  const char *values[1];

  run_positional(run, "physhost", values);
  if (values[0] == NULL)
    return run_fail(run, "must supply a physical host");
  *to = values[0];
  if (run->args.count == 0)
    return run_fail(run, "must supply host");
  return run_db(run) != NULL ? 0 : -1;
}

static int
commit_rows(void *arg)
{
  return move_record(&((struct journey *) arg)->move);
}

static int
leave_source(void *arg)
{
  struct journey *journey = arg;

  return move_leave(&journey->control, journey->from.site, journey->vm);
}

static void
say(void *arg, const char *sentence)
{
  const struct journey *journey = arg;

  run_progress(journey->run, "%s\n", sentence);
}

static void
say_begin(const struct journey *journey)
{
  const struct move *move = &journey->move;
  struct run *run = journey->run;

  if (move->way == MOVE_SAVED && move->runs)
    run_progress(run, "Saving the VM's current state.\n");
  else if (move->way == MOVE_LIVE)
    run_progress(run, "Moving %s to %s while it runs.\n", journey->vm, journey->to.label);
  if (move->way == MOVE_SAVED && !move->shared)
    run_progress(run, "Copying VM disk file to %s.\n", journey->to.label);
}

/* Says how a move that got somewhere is gone on with. */
static int
say_rest(const struct journey *journey)
{
  struct rocks_call *call = journey->run->call;
  char *message = mem_format("%s; `rocks move host vm %s %s` completes the move, `rocks move host "
                             "vm %s %s` takes it back", or_empty(call->message), journey->vm,
                             journey->to.label, journey->vm, journey->from.label);

  free(call->message);
  call->message = message;
  return -1;
}

/* It is where it was: the site that made room for it forgets it again. */
static int
call_off(struct journey *journey)
{
  struct rocks_call undo = { .quiet = true }, *call = journey->control.call;
  int result = 0;

  journey->control.call = &undo;
  if (journey->from.site != journey->to.site)
    result = move_leave(&journey->control, journey->to.site, journey->vm);
  journey->control.call = call;
  call_free(&undo);
  if (result != 0)
    return say_rest(journey);
  moving_end(journey->run, journey->vm);
  return -1;
}

/* A site that says no has changed nothing; one that fell silent may have. */
static bool
is_refusal(const struct rocks_call *call)
{
  return call->code == ROCKS_EINVALID || call->code == ROCKS_EEXISTS
         || call->code == ROCKS_ENOTFOUND || call->code == ROCKS_EFULL;
}

static int
arrive(struct journey *journey)
{
  struct control *control = &journey->control;
  struct move *move = &journey->move;

  if (move_arrive(control, journey->to.site, journey->to.host, move->from.vm) != 0) {
    if (!is_refusal(control->call))
      return say_rest(journey);
    moving_end(journey->run, journey->vm);
    return -1;
  }
  if (move_row(control, journey->to.site, journey->vm, journey->to.host, false,
               &move->to.vm) != 0)
    return say_rest(journey);
  return 0;
}

static int
move_recorded(struct journey *journey)
{
  struct run *run = journey->run;
  struct move *move = &journey->move;

  if (moving_begin(run, journey->vm, journey->from.label, journey->to.label, journey->file) != 0)
    return -1;
  if (journey->from.site != journey->to.site && journey->before.source == NULL
      && arrive(journey) != 0)
    return -1;
  say_begin(journey);
  if (move_run(move) == 0)
    return moving_end(run, journey->vm);
  return move->stays ? call_off(journey) : say_rest(journey);
}

static int
move_vm(struct journey *journey)
{
  struct move *move = &journey->move;

  move->control = &journey->control;
  move->from.site = journey->from.site;
  move->to.site = journey->to.site;
  move->unfinished = journey->back;
  move->say = say;
  move->commit = commit_rows;
  move->leave = leave_source;
  move->arg = journey;
  if (journey_rows(journey) != 0 || journey_file(journey) != 0)
    return -1;
  move->file = journey->file;
  if (move_look(move) != 0)
    return -1;
  if (move_recorded(journey) != 0)
    return -1;
  if (move->way != MOVE_OFF)
    run_progress(journey->run, "%s runs on %s.\n", journey->vm, journey->to.label);
  return 0;
}

static int
move_host_vm(struct run *run)
{
  struct journey journey = { .run = run };
  int result = take_words(run, &journey.target);

  if (result == 0)
    result = journey_begin(&journey);
  if (result == 0)
    result = move_vm(&journey);
  journey_end(&journey);
  return result;
}

static const char *const options[] = {
  "host: one VM",
  "physhost: the container that it moves to; `site:host` for one of another site",
  "file: where its memory is kept on the way, unless both see its disks [NAME.saved beside the "
  "disks]",
  NULL
};

static const char *const examples[] = {
  "compute-0-0-0 vm-container-1-0|live, if both containers see its disks; else with its memory "
  "saved, copied and restored",
  "vm-a-frontend-0-0-0-1 b:vm-container-0-0|to another site: the same, with its MAC", NULL
};

const struct command host_vm_move_commands[] = {
  { "move host vm", "{host} {physhost} {file}",
    "Moves a VM to another container, with its disks unless both containers see them.", options,
    examples, COMMAND_ROOT, move_host_vm },
  COMMANDS_END
};
