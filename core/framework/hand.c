/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include "framework/extend.h"
#include "framework/hand.h"
#include "remote/remote.h"
#include "remote/script.h"

ROCKS_PRINTF(3, 4) static void
hand_error(struct rocks_call *call, enum rocks_code code, const char *fmt, ...)
{
  va_list ap;

  va_start(ap, fmt);
  call_verror(call, code, fmt, ap);
  va_end(ap);
}

static struct rocks_script *
hand_script_new(struct rocks_call *call)
{
  (void) call;
  return script_new();
}

/* A script of a backend's own command, on this machine. */
static int
hand_run_here(struct rocks_call *call, struct rocks_script *script,
              int (*line)(void *arg, const char *text), void *arg)
{
  struct remote_host here = { .site = "", .name = "this machine", .local = true };
  struct remote_job job = { .host = &here, .script = script_text(script) };
  CLEANUP_LIST struct list lines = { 0 };
  size_t i;
  int result = 0;

  remote_run(call, &job, 1, 1);
  if (job.result != REMOTE_OK)
    result = remote_report(call, &job);
  list_split(&lines, text_get(&job.output), "\n");
  for (i = 0; result == 0 && line != NULL && i < lines.count; i++)
    result = line(arg, lines.item[i]);
  remote_job_free(&job);
  return result;
}

static const struct rocks_core functions = {
  .size = sizeof functions,
  .abi = ROCKS_ABI,
  .error = hand_error,
  .warn = call_warn,
  .debug = call_debug,
  .script_code = script_code,
  .script_run = script_run,
  .script_secret = script_secret,
  .run_here = hand_run_here,
  .script_new = hand_script_new,
  .script_free = script_free,
  .params = extend_params,
  .heading = extend_heading,
  .row = extend_row,
  .print = extend_print,
  .command = extend_command,
  .after_commit = extend_after_commit,
  .sql = extend_sql,
};

const struct rocks_core *
hand_core(void)
{
  return &functions;
}
