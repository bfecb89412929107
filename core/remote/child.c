/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "remote/child.h"
#include "remote/spawn.h"

#define AFTER_TERM 3000 /* ms until KILL */
#define AFTER_KILL 1000 /* ms until it is left alone: it waits for a device */

static void
close_end(int *fd)
{
  if (*fd >= 0)
    close(*fd);
  *fd = -1;
}

/* ends[0] is ours and does not block, ends[1] is the child's.  The input is a
 * socket: only there can a write not raise SIGPIPE. */
static int
make_ends(int ends[2], bool input)
{
  if ((input ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)
             : pipe2(ends, O_CLOEXEC)) != 0) {
    ends[0] = ends[1] = -1;
    return errno;
  }
  ends[0] = spawn_end(ends[0]);
  ends[1] = spawn_end(ends[1]);
  if (ends[0] < 0 || ends[1] < 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0)
    return errno;
  return 0;
}

/* The child has the signals of a fresh process, whatever ours were set to. */
static int
spawn(struct child *child, const struct list *argv, int input, int output, int errors)
{
  static const int signals[] = { SIGPIPE, SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGCHLD, 0 };
  const struct spawn how = { .argv = argv, .input = input >= 0 ? input : SPAWN_NULL,
                             .output = output, .errors = errors, .group = true,
                             .signals = signals };

  return spawn_start(&how, &child->pid);
}

int
child_start(struct child *child, const struct list *argv, struct text *input, int output,
            int64_t timeout)
{
  int ends[3][2] = { { -1, -1 }, { -1, -1 }, { -1, -1 } };
  int i, error = 0;

  *child = (struct child){ .started = true, .input = -1, .output = -1, .errors = -1 };
  if (input != NULL) {
    child->feed = *input;
    *input = (struct text){ 0 };
  }
  if (output >= 0)
    ends[1][1] = fcntl(output, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  for (i = input != NULL ? 0 : 1; i < 3 && error == 0; i++)
    if (ends[i][1] < 0)
      error = make_ends(ends[i], i == 0);
  if (error == 0)
    error = spawn(child, argv, ends[0][1], ends[1][1], ends[2][1]);
  for (i = 0; i < 3; i++)
    close_end(&ends[i][1]);
  child->input = ends[0][0];
  child->output = ends[1][0];
  child->errors = ends[2][0];
  child->deadline = clock_ms() + timeout;
  if (error != 0) {
    child->pid = 0;
    child_free(child);
  }
  return error;
}

static void
wipe_feed(struct child *child)
{
  if (child->feed.data != NULL)
    explicit_bzero(child->feed.data, child->feed.room);
  text_free(&child->feed);
  child->fed = 0;
}

static void
write_some(struct child *child)
{
  while (child->input >= 0) {
    size_t left = child->feed.length - child->fed;
    ssize_t n = left == 0 ? 0
                          : send(child->input, child->feed.data + child->fed, left,
                               MSG_NOSIGNAL);

    if (n > 0) {
      child->fed += (size_t) n;
      continue;
    }
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
      return;
    close_end(&child->input); /* all is written, or nobody reads it any more */
    wipe_feed(child);
  }
}

/* Keeps the beginning and the end of what is longer than both. */
static void
keep(struct text *text, const char *data, size_t length, size_t *cut)
{
  size_t over;

  text_add_bytes(text, data, length);
  if (text->length <= CHILD_HEAD + CHILD_TAIL)
    return;
  over = text->length - (CHILD_HEAD + CHILD_TAIL);
  memmove(text->data + CHILD_HEAD, text->data + CHILD_HEAD + over, CHILD_TAIL + 1);
  text->length -= over;
  *cut += over;
}

static void
read_some(int *fd, struct text *text, size_t *cut)
{
  char block[16384];
  int i;

  /* Bounded, so that one who never stops talking does not keep the others. */
  for (i = 0; i < 16 && *fd >= 0; i++) {
    ssize_t n = read(*fd, block, sizeof block);

    if (n > 0)
      keep(text, block, (size_t) n, cut);
    else if (n == 0 || (errno != EAGAIN && errno != EINTR))
      close_end(fd);
    else
      return;
  }
}

size_t
child_poll(const struct child *child, struct pollfd *fds)
{
  size_t n = 0;

  if (child->input >= 0)
    fds[n++] = (struct pollfd){ .fd = child->input, .events = POLLOUT };
  if (child->output >= 0)
    fds[n++] = (struct pollfd){ .fd = child->output, .events = POLLIN };
  if (child->errors >= 0)
    fds[n++] = (struct pollfd){ .fd = child->errors, .events = POLLIN };
  return n;
}

static void
signal_late(struct child *child, int64_t now)
{
  if (now < child->deadline)
    return;
  if (child->signalled == 0) {
    kill(-child->pid, SIGTERM);
    child->timed_out = true;
    child->deadline = now + AFTER_TERM;
  } else {
    kill(-child->pid, SIGKILL);
    child->deadline = now + AFTER_KILL;
  }
  child->signalled++;
}

/* A second look at the pipes is needed: it may have written before it ended.
 * Their end is not waited for: what it left behind may hold them open. */
static void
end(struct child *child, int status)
{
  size_t unused = 0;

  read_some(&child->output, &child->said, &child->said_cut);
  read_some(&child->errors, &child->complained, &unused);
  close_end(&child->input);
  close_end(&child->output);
  close_end(&child->errors);
  wipe_feed(child);
  child->pid = 0;
  child->status = status;
}

bool
child_step(struct child *child, int64_t now)
{
  size_t unused = 0;
  int status;
  pid_t pid;

  write_some(child);
  read_some(&child->output, &child->said, &child->said_cut);
  read_some(&child->errors, &child->complained, &unused);
  pid = waitpid(child->pid, &status, WNOHANG);
  if (pid == child->pid) {
    end(child, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  } else if (pid < 0 && errno == ECHILD) {
    end(child, 255); /* somebody else reaped it */
  } else {
    signal_late(child, now);
    if (child->signalled > 2)
      end(child, 128 + SIGKILL);
  }
  return child->pid == 0;
}

void
child_finish(struct child *child, int64_t now, int64_t grace)
{
  if (child->signalled == 0 && now + grace < child->deadline)
    child->deadline = now + grace;
}

void
child_free(struct child *child)
{
  if (!child->started)
    return;
  if (child->pid != 0) {
    kill(-child->pid, SIGKILL);
    end(child, 128 + SIGKILL);
  }
  close_end(&child->input);
  close_end(&child->output);
  close_end(&child->errors);
  wipe_feed(child);
  text_free(&child->said);
  text_free(&child->complained);
}

int
child_run(struct child *child, const struct list *argv, int64_t timeout)
{
  struct pollfd fds[3];
  int error = child_start(child, argv, NULL, -1, timeout);

  while (error == 0 && !child_step(child, clock_ms()))
    poll(fds, child_poll(child, fds), 10);
  return error;
}
