/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The screens of VMs: a port of this machine leads through airboss to each, and
 * a viewer is started where there is one.
 */
#include <config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/relay.h"
#include "commands/airboss.h"
#include "commands/commands.h"

#define FIRST_PORT 5901
#define LAST_PORT 5999
#define VIEWER "vncviewer"
#define VIEWER_TIMEOUT 300000 /* ms until somebody looks */

static const char bad_key[] = "Unable to find a valid the key (%s)";

static int
listen_at(unsigned port)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t) port),
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;

  if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0
      && bind(fd, (struct sockaddr *) &address, sizeof address) == 0 && listen(fd, 1) == 0)
    return fd;
  if (fd >= 0)
    close(fd);
  return -1;
}

/* Looked for before it is said where to look. */
static bool
has_viewer(void)
{
  CLEANUP_LIST struct list folders = { 0 };
  size_t i;

  list_split(&folders, or_empty(getenv("PATH")), ":");
  for (i = 0; i < folders.count; i++) {
    CLEANUP_FREE char *file = mem_format("%s/" VIEWER, folders.item[i]);

    if (access(file, X_OK) == 0)
      return true;
  }
  return false;
}

static pid_t
start_viewer(struct run *run, unsigned port)
{
  CLEANUP_LIST struct list argv = { 0 };
  pid_t pid;

  if (!has_viewer())
    return 0;
  list_add(&argv, VIEWER);
  list_split(&argv, run_param(run, "vncflags", ""), " ");
  list_addf(&argv, "localhost:%u", port - 5900);
  return posix_spawnp(&pid, VIEWER, NULL, NULL, argv.item, environ) == 0 ? pid : 0;
}

/* Whether the viewer has ended without having looked. */
static bool
has_ended(pid_t *viewer)
{
  if (*viewer == 0 || waitpid(*viewer, NULL, WNOHANG) != *viewer)
    return false;
  *viewer = 0;
  return true;
}

/* The first that connects; nobody after it. */
static int
wait_for_viewer(struct run *run, int listening, pid_t *viewer)
{
  struct pollfd ready = { .fd = listening, .events = POLLIN };
  int64_t deadline = clock_ms() + VIEWER_TIMEOUT;

  for (;;) {
    bool ended = has_ended(viewer);

    if (poll(&ready, 1, ended ? 0 : 200) > 0)
      return accept4(listening, NULL, NULL, SOCK_CLOEXEC);
    if (ended)
      return run_fail(run, VIEWER " ended before it showed anything");
    if (clock_ms() > deadline)
      return run_fail(run, "nobody looked at the console for %d seconds", VIEWER_TIMEOUT / 1000);
  }
}

static int
look(struct run *run, const char *host, int console)
{
  int listening = -1, screen, result = -1;
  unsigned port = FIRST_PORT - 1;
  pid_t viewer;

  while (listening < 0 && port < LAST_PORT)
    listening = listen_at(++port);
  if (listening < 0)
    return run_fail(run, "no port from %d to %d is free", FIRST_PORT, LAST_PORT);
  viewer = start_viewer(run, port);
  if (viewer == 0)
    run_progress(run, "The console of %s is at localhost:%u\n", host, port);
  screen = wait_for_viewer(run, listening, &viewer);
  close(listening);
  if (screen >= 0) {
    relay_sockets(screen, console);
    close(screen);
    result = 0;
  }
  while (viewer != 0 && waitpid(viewer, NULL, 0) < 0 && errno == EINTR)
    continue;
  return result;
}

static int
open_one(struct run *run, const char *host)
{
  CLEANUP_TEXT struct text answer = { 0 };
  struct airboss_session session = { .fd = -1, .helper = { .errors = -1 } };
  struct airboss airboss;
  int result = airboss_find(run, &airboss);

  if (result == 0)
    result = airboss_request_open(&airboss, AIRBOSS_CONSOLE, host, NULL, bad_key, &session,
                                  &answer);
  if (result == 0)
    result = look(run, host, session.fd);
  airboss_close(run->call, &session);
  airboss_free(&airboss);
  return result;
}

/* A process for each; what one of them cannot do it says itself.  The database
 * has not been opened yet: none of them shares a connection. */
static pid_t
open_beside(struct run *run, const char *host)
{
  pid_t pid;

  fflush(NULL);
  pid = fork();
  if (pid != 0)
    return pid;
  if (open_one(run, host) == 0)
    _exit(0);
  fprintf(stderr, "rocks: %s: %s\n", host, or_empty(run->call->message));
  _exit(1);
}

static int
open_host_console(struct run *run)
{
  size_t i;
  int status, result = 0;

  if (run->args.count == 0)
    return run_fail(run, "must supply at least one host");
  if (run->args.count == 1)
    return open_one(run, run->args.item[0]);
  for (i = 0; i < run->args.count; i++)
    if (open_beside(run, run->args.item[i]) < 0)
      return run_fail(run, "cannot fork: %s", strerror(errno));
  for (i = 0; i < run->args.count; i++)
    if (wait(&status) > 0 && status != 0)
      result = -1;
  return result == 0 ? 0 : run_fail(run, "not every console could be shown");
}

static const char *const options[] = {
  "host: VMs of a virtual cluster, as this machine calls them, or MAC addresses",
  "key: the file of the private key [~/.ssh/id_rsa]",
  "vncflags: words for vncviewer, blanks between them",
  NULL
};

static const char *const examples[] = {
  "compute-0-0 key=private.key|shows the screen of the VM", NULL
};

const struct command host_console_commands[] = {
  { "open host console", "{host} [key=string] [vncflags=string]",
    "Shows the screens of VMs of a virtual cluster, through airboss. Without vncviewer it says "
    "at which port of this machine any VNC viewer may look, once.", options, examples, 0,
    open_host_console },
  COMMANDS_END
};
