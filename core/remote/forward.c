/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Sockets of a host, led to this machine over the connection that is open.
 */
#include <config.h>

#include <string.h>
#include <sys/types.h>
#include <sys/un.h>
#include <unistd.h>

#include "remote/child.h"
#include "remote/remote.h"
#include "remote/ssh.h"

#define CONTROL_TIMEOUT 10000 /* ms for a word with our own connection */

struct forward {
  struct ssh_target target;
  char *socket, *local;
  pid_t owner; /* a worker inherits the list, and ends nothing of its parent */
};

static struct forward *forwards;
static size_t nforwards;
static unsigned made; /* names are not used twice by a process */

static int
control(struct child *child, const struct forward *forward, const char *command)
{
  CLEANUP_LIST struct list argv = { 0 };
  CLEANUP_FREE char *spec = mem_format("%s:%s", forward->local, forward->socket);
  int error;

  ssh_argv_control(&argv, &forward->target, command, spec);
  error = child_run(child, &argv, CONTROL_TIMEOUT);
  if (error != 0)
    text_add(&child->complained, "cannot run ssh: %s", strerror(error));
  return error != 0 || child->status != 0 ? -1 : 0;
}

static void
forward_free(struct forward *forward)
{
  ssh_target_free(&forward->target);
  free(forward->socket);
  free(forward->local);
}

static void
forward_end(struct forward *forward)
{
  struct child child = { 0 };

  if (forward->owner == getpid()) {
    if (ssh_is_open(&forward->target))
      control(&child, forward, "cancel");
    unlink(forward->local);
    child_free(&child);
  }
  forward_free(forward);
}

/* The one that leads there already, if its connection still stands: ssh ends
 * one over which nothing has gone for a while. */
static const struct forward *
find(const struct ssh_target *target, const char *socket)
{
  size_t i;

  for (i = 0; i < nforwards; i++)
    if (strcmp(forwards[i].target.control, target->control) == 0
        && strcmp(forwards[i].socket, socket) == 0 && forwards[i].owner == getpid()
        && access(forwards[i].local, F_OK) == 0 && ssh_is_open(target))
      return &forwards[i];
  return NULL;
}

static int
check(struct rocks_call *call, const struct remote_host *host, const char *socket)
{
  CLEANUP_FREE char *label = remote_label(host);

  /* ssh separates the two ends by a colon. */
  if (socket[0] == '/' && strchr(socket, ':') == NULL
      && strlen(socket) < sizeof((struct sockaddr_un *) NULL)->sun_path)
    return 0;
  return call_fail(call, ROCKS_EINVALID, "%s: \"%s\" is not the path of a socket", label,
                   socket);
}

/* Opens the connection: a job without a script. */
static int
connect_host(struct rocks_call *call, const struct remote_host *host)
{
  struct remote_job job = { .host = host };
  int rc = 0;

  if (remote_run(call, &job, 1, 0) > 0)
    rc = remote_report(call, &job);
  remote_job_free(&job);
  return rc;
}

static char *
add(struct rocks_call *call, const struct remote_host *host, struct forward *forward)
{
  CLEANUP_FREE char *label = remote_label(host);
  struct child child = { 0 };
  char *local = NULL;

  if (control(&child, forward, "forward") == 0) {
    local = mem_copy(forward->local);
    forwards = mem_grow(forwards, nforwards, sizeof *forwards);
    forwards[nforwards++] = *forward;
    *forward = (struct forward){ 0 };
  } else {
    call_fail(call, ROCKS_EUNREACHABLE, "%s: cannot reach its socket %s: %.200s", label,
              forward->socket, text_get(&child.complained));
  }
  child_free(&child);
  return local;
}

char *
remote_forward(struct rocks_call *call, const struct remote_host *host, const char *socket)
{
  struct ssh_folders folders;
  struct forward forward = { .owner = getpid() };
  CLEANUP_TEXT struct text why = { 0 };
  const struct forward *old;
  char *local = NULL;

  if (host->local)
    return mem_copy(socket);
  if (check(call, host, socket) != 0)
    return NULL;
  if (ssh_folders_open(&folders, &why) != 0) {
    call_fail(call, ROCKS_EPERMISSION, "%s", text_get(&why));
    return NULL;
  }
  ssh_target_host(&forward.target, &folders, host);
  forward.socket = mem_copy(socket);
  forward.local = mem_format("%s/%jd.%u", folders.sockets, (intmax_t) getpid(), made++);
  old = find(&forward.target, socket);
  if (old != NULL)
    local = mem_copy(old->local);
  else if (connect_host(call, host) == 0)
    local = add(call, host, &forward);
  forward_free(&forward);
  ssh_folders_free(&folders);
  return local;
}

void
remote_close(void)
{
  size_t i;

  for (i = 0; i < nforwards; i++)
    forward_end(&forwards[i]);
  free(forwards);
  forwards = NULL;
  nforwards = 0;
}
