/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * rocks-n2n-supernode PORT PROGRAM [ARGUMENT...]
 *
 * Runs a supernode that listens on UDP PORT, starts it again whenever it ends,
 * and holds its beacon: TCP connections to PORT + 1, which end when the
 * supernode does and cannot be had while it is away.  Every edge's supervisor
 * keeps one and so learns at once that a new supernode does not know its edge;
 * a byte now and then lets it see a connection that has died silently.
 *
 * The supernode takes packets from anyone, so neither it nor this is root.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
  MAX_CONNECTIONS = 1000, /* below the usual limit of 1024 open files */
  BYTE_MS = 2000,         /* how often a connection gets its byte */
  READY_MS = 5000,        /* the longest that a supernode may take to listen */
  PAUSE_MS = 1000         /* before one that ended at once is started again */
};

/* What poll() looks at: signals, the listener, then the connections. */
enum { SIGNALS, LISTENER, CONNECTIONS };

struct relay {
  unsigned port;
  char **command;
  pid_t child;
  struct pollfd fds[CONNECTIONS + MAX_CONNECTIONS];
  nfds_t nfds;
};

static void
die(const char *what)
{
  fprintf(stderr, "rocks-n2n-supernode: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void
become_nobody(void)
{
  const struct passwd *nobody;

  if (geteuid() != 0)
    return;
  nobody = getpwnam("nobody");
  if (nobody == NULL) {
    fputs("rocks-n2n-supernode: there is no user nobody\n", stderr);
    exit(1);
  }
  if (setgroups(0, NULL) == -1 || setgid(nobody->pw_gid) == -1 || setuid(nobody->pw_uid) == -1)
    die("becoming nobody");
}

static long long
now_ms(void)
{
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Signals arrive as reads, so that poll() is the only place where we wait. */
static int
signal_source(void)
{
  sigset_t set;
  int fd;

  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  if (sigprocmask(SIG_BLOCK, &set, NULL) == -1)
    die("sigprocmask");
  fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (fd == -1)
    die("signalfd");
  return fd;
}

static void
start_child(struct relay *relay)
{
  pid_t self = getpid();

  relay->child = fork();
  if (relay->child == -1)
    die("fork");
  if (relay->child == 0) {
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    /* Without us nobody would tell the edges when it ends. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1 || getppid() != self)
      _exit(1);
    execv(relay->command[0], relay->command);
    fprintf(stderr, "rocks-n2n-supernode: %s: %s\n", relay->command[0], strerror(errno));
    _exit(127);
  }
}

/* Does someone listen on the supernode's UDP port? */
static bool
supernode_listens(const struct relay *relay)
{
  char line[256];
  bool found = false;
  FILE *table = fopen("/proc/self/net/udp", "re");

  if (table == NULL)
    die("/proc/self/net/udp");
  while (!found && fgets(line, sizeof line, table) != NULL) {
    unsigned port;

    found = sscanf(line, " %*u: %*x:%x", &port) == 1 && port == relay->port;
  }
  fclose(table);
  return found;
}

/* Without it the supernode is still of use: -1, with the reason in the log. */
static int
open_listener(unsigned port)
{
  struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;

  any.sin_addr.s_addr = htonl(INADDR_ANY);
  if (fd == -1 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == -1
      || bind(fd, (struct sockaddr *)&any, sizeof any) == -1 || listen(fd, 128) == -1) {
    fprintf(stderr, "rocks-n2n-supernode: no beacon on port %u: %s\n", port, strerror(errno));
    if (fd != -1)
      close(fd);
    fd = -1;
  }
  return fd;
}

static void
drop_connection(struct relay *relay, nfds_t i)
{
  close(relay->fds[i].fd);
  relay->fds[i] = relay->fds[--relay->nfds];
}

static void
beacon_off(struct relay *relay)
{
  while (relay->nfds > CONNECTIONS)
    drop_connection(relay, CONNECTIONS);
  if (relay->fds[LISTENER].fd != -1)
    close(relay->fds[LISTENER].fd);
  relay->fds[LISTENER].fd = -1; /* poll() passes it over */
}

static void
accept_one(struct relay *relay)
{
  int fd = accept4(relay->fds[LISTENER].fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

  if (fd == -1)
    return;
  if (relay->nfds == CONNECTIONS + MAX_CONNECTIONS) {
    close(fd);
    return;
  }
  relay->fds[relay->nfds++] = (struct pollfd){ .fd = fd, .events = POLLIN };
}

/* An edge's supervisor says nothing: what can be read is its end, or not from
 * one. */
static void
drop_readable(struct relay *relay)
{
  nfds_t i = CONNECTIONS;

  while (i < relay->nfds) {
    if (relay->fds[i].revents != 0)
      drop_connection(relay, i);
    else
      i++;
  }
}

static void
send_bytes(struct relay *relay)
{
  nfds_t i = CONNECTIONS;

  while (i < relay->nfds) {
    if (send(relay->fds[i].fd, ".", 1, MSG_DONTWAIT | MSG_NOSIGNAL) != 1)
      drop_connection(relay, i);
    else
      i++;
  }
}

/* Reads the signals that have come.  Returns whether the child has ended. */
static bool
take_signals(struct relay *relay)
{
  struct signalfd_siginfo info;
  bool ended = false;

  while (read(relay->fds[SIGNALS].fd, &info, sizeof info) == (ssize_t)sizeof info) {
    if (info.ssi_signo != SIGCHLD) {
      kill(relay->child, SIGTERM);
      exit(0);
    }
    if (waitpid(relay->child, NULL, WNOHANG) == relay->child)
      ended = true;
  }
  return ended;
}

/* Until the child has ended. */
static void
beacon(struct relay *relay)
{
  long long next_byte = now_ms() + BYTE_MS;
  bool ended = false;

  relay->fds[LISTENER].fd = open_listener(relay->port + 1);
  while (!ended) {
    long long left = next_byte - now_ms();

    if (left <= 0) {
      send_bytes(relay);
      next_byte += BYTE_MS - left;
    } else if (poll(relay->fds, relay->nfds, (int)left) > 0) {
      ended = relay->fds[SIGNALS].revents != 0 && take_signals(relay);
      drop_readable(relay);
      if (relay->fds[LISTENER].revents != 0)
        accept_one(relay);
    }
  }
  beacon_off(relay);
}

/* One supernode, from its start to its end. */
static void
run_once(struct relay *relay)
{
  int left;
  bool ended = false;

  start_child(relay);
  for (left = READY_MS; left > 0 && !ended && !supernode_listens(relay); left -= 20)
    ended = poll(relay->fds, LISTENER, 20) > 0 && take_signals(relay);
  if (ended) {
    poll(relay->fds, LISTENER, PAUSE_MS);
    return;
  }
  beacon(relay);
  fputs("rocks-n2n-supernode: the supernode has ended\n", stderr);
}

int
main(int argc, char **argv)
{
  static struct relay relay = { .nfds = CONNECTIONS };
  char *end;

  relay.port = argc < 3 ? 0 : (unsigned)strtoul(argv[1], &end, 10);
  if (relay.port < 1 || relay.port > 65534 || *end != '\0') {
    fputs("usage: rocks-n2n-supernode PORT PROGRAM [ARGUMENT...]\n", stderr);
    return 2;
  }
  relay.command = argv + 2;
  become_nobody();
  relay.fds[SIGNALS] = (struct pollfd){ .fd = signal_source(), .events = POLLIN };
  relay.fds[LISTENER] = (struct pollfd){ .fd = -1, .events = POLLIN };
  for (;;)
    run_once(&relay);
}
