/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The one that listens.  It reads nothing from anybody, so nobody can make it
 * wait.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "airboss/server.h"

#define CONNECTIONS 64 /* at once; one that has not shown a good key makes room */
#define BACKLOG 64
#define ROOM_TIMEOUT 1000 /* ms */

struct slot {
  pid_t pid; /* 0: free */
  bool admitted;
  uint64_t number; /* the lowest has been there longest */
};

struct server {
  const struct airboss_service *service;
  int listening, signals, admitted[2];
  struct slot slots[CONNECTIONS];
  uint64_t next;
  bool full, ending;
};

/* ---- the log ---- */

static void
add_time(struct text *line)
{
  struct timeval now;
  struct tm parts;
  char stamp[32];

  gettimeofday(&now, NULL);
  localtime_r(&now.tv_sec, &parts);
  strftime(stamp, sizeof stamp, "%Y-%m-%d %H:%M:%S", &parts);
  text_add(line, "%s,%03d", stamp, (int) (now.tv_usec / 1000));
}

/* Opened anew for each line: so the file may be moved away at any time. */
void
airboss_log(const struct airboss_service *service, enum airboss_level level, const char *fmt, ...)
{
  static const char *const levels[] = { "DEBUG", "INFO", "WARNING" };
  CLEANUP_TEXT struct text line = { 0 };
  size_t at;
  va_list ap;
  int fd;

  if (level == LOG_DEBUGGING && service->log != NULL)
    return;
  add_time(&line);
  text_add(&line, " - %s - ", levels[level]);
  at = line.length;
  va_start(ap, fmt);
  text_vadd(&line, fmt, ap);
  va_end(ap);
  for (; at < line.length; at++)
    if ((unsigned char) line.data[at] < ' ' || line.data[at] == 0x7f)
      line.data[at] = '?';
  text_add_char(&line, '\n', 1);
  fd = service->log == NULL ? STDOUT_FILENO
       : open(service->log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
  if (fd >= 0 && write(fd, line.data, line.length) < 0 && service->log == NULL)
    fprintf(stderr, "rocks: cannot write the log: %s\n", strerror(errno));
  if (fd > STDOUT_FILENO)
    close(fd);
}

/* ---- connections ---- */

int
airboss_listen(struct rocks_call *call, const struct airboss_service *service)
{
  struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICHOST };
  struct addrinfo *address;
  int fd, yes = 1, error = getaddrinfo(service->host, service->port, &hints, &address);

  if (error != 0)
    return call_fail(call, ROCKS_EINVALID, "cannot listen at %s:%s: %s", service->host,
                     service->port, gai_strerror(error));
  fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0
      || bind(fd, address->ai_addr, address->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0) {
    call_fail(call, ROCKS_EBACKEND, "cannot listen at %s:%s: %s", service->host, service->port,
              strerror(errno));
    if (fd >= 0)
      close(fd);
    fd = -1;
  }
  freeaddrinfo(address);
  return fd;
}

static void
name_peer(int fd, char *peer, size_t room)
{
  struct sockaddr_storage address;
  socklen_t length = sizeof address;

  if (getpeername(fd, (struct sockaddr *) &address, &length) != 0
      || getnameinfo((struct sockaddr *) &address, length, peer, (socklen_t) room, NULL, 0,
                     NI_NUMERICHOST) != 0)
    snprintf(peer, room, "?");
}

/* Never returns. */
static void
serve(struct server *server, int fd)
{
  char peer[NI_MAXHOST];
  sigset_t none;

  signal(SIGINT, SIG_IGN); /* it is the one that listens who tells the others */
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  close(server->service->lock);
  close(server->listening);
  close(server->signals);
  close(server->admitted[0]);
  name_peer(fd, peer, sizeof peer);
  connection_serve(server->service, fd, peer, server->admitted[1]);
  fflush(NULL);
  _exit(0);
}

static struct slot *
free_slot(struct server *server)
{
  size_t i;

  for (i = 0; i < CONNECTIONS; i++)
    if (server->slots[i].pid == 0)
      return &server->slots[i];
  return NULL;
}

/* Whoever waits longest for a key that is not good, or does not come. */
static void
make_room(struct server *server)
{
  struct slot *oldest = NULL;
  size_t i;

  for (i = 0; i < CONNECTIONS; i++) {
    struct slot *slot = &server->slots[i];

    if (slot->pid != 0 && !slot->admitted && (oldest == NULL || slot->number < oldest->number))
      oldest = slot;
  }
  if (oldest != NULL)
    kill(oldest->pid, SIGTERM); /* its slot is free as soon as it is gone */
}

static void
take_connection(struct server *server)
{
  struct slot *slot = free_slot(server);
  int fd;

  server->full = slot == NULL;
  if (slot == NULL) {
    make_room(server);
    return;
  }
  fd = accept4(server->listening, NULL, NULL, SOCK_CLOEXEC);
  if (fd < 0)
    return;
  fflush(NULL);
  slot->pid = fork();
  if (slot->pid == 0)
    serve(server, fd);
  close(fd);
  if (slot->pid < 0) {
    airboss_log(server->service, LOG_WARN, "cannot fork: %s", strerror(errno));
    slot->pid = 0;
  }
  slot->admitted = false;
  slot->number = server->next++;
}

static struct slot *
slot_of(struct server *server, pid_t pid)
{
  size_t i;

  for (i = 0; i < CONNECTIONS; i++)
    if (server->slots[i].pid == pid)
      return &server->slots[i];
  return NULL;
}

static void
note_admitted(struct server *server)
{
  struct slot *slot;
  pid_t pid;

  if (read(server->admitted[0], &pid, sizeof pid) == (ssize_t) sizeof pid
      && (slot = slot_of(server, pid)) != NULL)
    slot->admitted = true;
}

static void
reap(struct server *server)
{
  struct slot *slot;
  pid_t pid;

  while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
    if ((slot = slot_of(server, pid)) != NULL)
      *slot = (struct slot){ 0 };
  server->full = free_slot(server) == NULL;
}

static void
take_signal(struct server *server)
{
  struct signalfd_siginfo info;

  if (read(server->signals, &info, sizeof info) != (ssize_t) sizeof info)
    return;
  if (info.ssi_signo == SIGCHLD)
    reap(server);
  else
    server->ending = true;
}

static int
prepare(struct server *server)
{
  sigset_t set;

  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigprocmask(SIG_BLOCK, &set, NULL);
  signal(SIGPIPE, SIG_IGN);
  server->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  return server->signals >= 0 && pipe2(server->admitted, O_CLOEXEC | O_NONBLOCK) == 0 ? 0 : -1;
}

void
airboss_serve(const struct airboss_service *service, int listening)
{
  struct server server = { .service = service, .listening = listening };
  size_t i;

  if (prepare(&server) != 0) {
    airboss_log(service, LOG_WARN, "cannot serve: %s", strerror(errno));
    return;
  }
  while (!server.ending) {
    struct pollfd fds[] = { { .fd = server.signals, .events = POLLIN },
                            { .fd = server.admitted[0], .events = POLLIN },
                            { .fd = listening, .events = POLLIN } };

    if (server.full) /* until the one that makes room is gone, which a signal tells */
      fds[2].fd = -1;
    if (poll(fds, 3, server.full ? ROOM_TIMEOUT : -1) <= 0) {
      server.full = false;
      continue;
    }
    if (fds[0].revents != 0)
      take_signal(&server);
    if (fds[1].revents != 0)
      note_admitted(&server);
    if (fds[2].revents != 0 && !server.ending)
      take_connection(&server);
  }
  for (i = 0; i < CONNECTIONS; i++)
    if (server.slots[i].pid != 0)
      kill(server.slots[i].pid, SIGTERM);
  airboss_log(service, LOG_INFORMATION, "ended");
}
