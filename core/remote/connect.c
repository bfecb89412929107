/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * A TCP port of a host as a socket here.
 */
#include <config.h>

#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "remote/remote.h"
#include "remote/spawn.h"
#include "remote/ssh.h"

static int
connect_here(const char *address, unsigned port)
{
  struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
                            .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
  struct addrinfo *found;
  char service[16];
  int fd;

  snprintf(service, sizeof service, "%u", port);
  if (getaddrinfo(address, service, &hints, &found) != 0) {
    errno = EINVAL;
    return -1;
  }
  fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && connect(fd, found->ai_addr, found->ai_addrlen) != 0) {
    int error = errno;

    close(fd);
    fd = -1;
    errno = error;
  }
  freeaddrinfo(found);
  return fd;
}

/* ssh with `end` for its standard input and output.  It ends when the other end
 * is closed, or with this process's terminal; whoever inherits it reaps it. */
static int
spawn(const struct list *argv, int end)
{
  static const int signals[] = { SIGTERM, SIGPIPE, 0 };
  const struct spawn how = { .argv = argv, .input = end, .output = end, .errors = SPAWN_OURS,
                             .signals = signals };
  pid_t pid;

  return spawn_start(&how, &pid);
}

static int
connect_by_ssh(const struct ssh_folders *folders, const struct remote_host *host,
               const char *address, unsigned port)
{
  CLEANUP_LIST struct list argv = { 0 };
  struct ssh_target target, jump = { 0 };
  int ends[2], error;

  ssh_target_host(&target, folders, host);
  if (ssh_jump(host) != NULL)
    ssh_target_direct(&jump, folders, ssh_jump(host));
  ssh_argv_stream(&argv, &target, ssh_jump(host) != NULL ? &jump : NULL, SSH_CONNECT_TIMEOUT,
                  address, port);
  error = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0 ? 0 : errno;
  if (error == 0) {
    ends[1] = spawn_end(ends[1]);
    error = ends[1] >= 0 ? spawn(&argv, ends[1]) : errno;
    if (ends[1] >= 0)
      close(ends[1]);
    if (error != 0)
      close(ends[0]);
  }
  ssh_target_free(&target);
  ssh_target_free(&jump);
  errno = error;
  return error == 0 ? ends[0] : -1;
}

int
remote_connect(struct rocks_call *call, const struct remote_host *host, const char *address,
               unsigned port)
{
  CLEANUP_FREE char *label = remote_label(host);
  CLEANUP_TEXT struct text why = { 0 };
  struct remote_job job = { .host = host }; /* only connects, and says why if not */
  struct ssh_folders folders = { 0 };
  int fd = -1;

  if (host->local) {
    fd = connect_here(address, port);
  } else if (remote_run(call, &job, 1, 1) > 0) {
    remote_report(call, &job);
  } else if (ssh_folders_open(&folders, &why) != 0) {
    call_fail(call, ROCKS_EPERMISSION, "%s", text_get(&why));
  } else {
    fd = connect_by_ssh(&folders, host, address, port);
    ssh_folders_free(&folders);
  }
  if (fd < 0)
    call_fail(call, ROCKS_EUNREACHABLE, "%s: cannot reach its port %u: %s", label, port,
              strerror(errno));
  remote_job_free(&job);
  return fd;
}
