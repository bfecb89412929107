/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The program `rocks`: hands the core's functions to the backends, and the
 * command line to the framework.
 */
#include <config.h>

#include <stdio.h>

#include "airboss/helper.h"
#include "framework/extend.h"
#include "framework/main.h"
#include "plugin/backend.h"
#include "remote/remote.h"
#include "remote/script.h"

#ifndef PROGRAMDIR /* the build tree's own program has another */
#define PROGRAMDIR PKGLIBEXECDIR
#endif

static void
hand_error(struct rocks_call *, enum rocks_code, const char *fmt, ...) ROCKS_PRINTF(3, 4);

static void
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

static const struct rocks_core core = {
  .size = sizeof core,
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

int
main(int argc, char **argv)
{
  struct rocks_call call;
  int status;

  /* libltdl would search the folders that this names; loader.c never asks it
   * to search, and nothing else should. */
  unsetenv("LTDL_LIBRARY_PATH");
  call_init(&call);
  backend_init(&core, BACKENDDIR);
  helper_init(PROGRAMDIR "/rocks-airboss-tls");
  status = framework_main(&call, argc, argv);
  backend_stop_all();
  call_free(&call);
  return status;
}
