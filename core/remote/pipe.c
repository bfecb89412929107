/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What a command on one host writes, read by a command on another: disks that
 * move.  The bytes pass through this machine, since hosts need not know each
 * other, and neither keeps a key for the other.
 */
#include <config.h>

#include <string.h>

#include "remote/child.h"
#include "remote/remote.h"
#include "remote/ssh.h"

/* Opens the connection to a host; it stays for a while. */
static int
open_host(struct rocks_call *call, const struct remote_host *host)
{
  struct remote_job job = { .host = host };
  int result = 0;

  if (!host->local && remote_run(call, &job, 1, 0) > 0)
    result = remote_report(call, &job);
  remote_job_free(&job);
  return result;
}

/* The words that run `command` on the host, for a shell here. */
static void
host_words(struct text *text, const struct ssh_folders *folders, const struct remote_host *host,
           const char *command)
{
  CLEANUP_LIST struct list argv = { 0 };
  struct ssh_target target;
  size_t i;

  if (host->local) {
    list_add(&argv, "sh");
    list_add(&argv, "-c");
    list_add(&argv, command);
  } else {
    ssh_target_host(&target, folders, host);
    ssh_argv_command(&argv, &target, command);
    ssh_target_free(&target);
  }
  for (i = 0; i < argv.count; i++) {
    text_add_quoted(text, argv.item[i]);
    text_add_char(text, ' ', 1);
  }
}

static int
run_pipe(struct rocks_call *call, const struct ssh_folders *folders,
         const struct remote_host *from, const char *out, const struct remote_host *to,
         const char *in, unsigned seconds)
{
  CLEANUP_FREE char *from_label = remote_label(from), *to_label = remote_label(to);
  CLEANUP_TEXT struct text text = { 0 };
  CLEANUP_LIST struct list argv = { 0 };
  struct child child = { 0 };
  int error, result = 0;

  /* The reader is to fail too when the writer does; its archive tells it. */
  text_add(&text, "{ ");
  host_words(&text, folders, from, out);
  text_add(&text, "|| kill $$; } </dev/null | ");
  host_words(&text, folders, to, in);
  list_add(&argv, "sh");
  list_add(&argv, "-c");
  list_add(&argv, text_get(&text));
  error = child_run(&child, &argv, (int64_t) seconds * 1000);
  if (error != 0)
    result = call_fail(call, ROCKS_EBACKEND, "cannot run sh: %s", strerror(error));
  else if (child.timed_out)
    result = call_fail(call, ROCKS_EUNREACHABLE, "copying from %s to %s took more than %u seconds",
                       from_label, to_label, seconds);
  else if (child.status != 0)
    result = call_fail(call, ROCKS_EBACKEND, "cannot copy from %s to %s: %.400s", from_label,
                       to_label, text_get(&child.complained));
  child_free(&child);
  return result;
}

int
remote_pipe(struct rocks_call *call, const struct remote_host *from, const char *out,
            const struct remote_host *to, const char *in, unsigned seconds)
{
  CLEANUP_TEXT struct text why = { 0 };
  struct ssh_folders folders;
  int result;

  if (open_host(call, from) != 0 || open_host(call, to) != 0)
    return -1;
  if (ssh_folders_open(&folders, &why) != 0)
    return call_fail(call, ROCKS_EPERMISSION, "%s", text_get(&why));
  result = run_pipe(call, &folders, from, out, to, in, seconds);
  ssh_folders_free(&folders);
  return result;
}
