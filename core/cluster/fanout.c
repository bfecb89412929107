/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "cluster/fanout.h"
#include "remote/remote.h"

struct child {
  pid_t pid;
  int fd; /* -1: done */
};

static void
write_all(int fd, const char *data, size_t length)
{
  while (length > 0) {
    ssize_t n = write(fd, data, length);

    if (n < 0 && errno != EINTR)
      return;
    if (n > 0) {
      data += n;
      length -= (size_t) n;
    }
  }
}

static void
child_main(const struct question *question, int fd, unsigned seconds) __attribute__((noreturn));

static void
child_main(const struct question *question, int fd, unsigned seconds)
{
  struct rocks_call call;
  struct text answer = { 0 };
  int result;

  setpgid(0, 0);
  alarm(seconds + 10); /* its parent's clock, should that be killed */
  call_init(&call);
  call.quiet = true;
  result = question->ask(question->arg, &call, &answer);
  if (result == 0)
    write_all(fd, text_get(&answer), answer.length);
  else
    write_all(fd, or_empty(call.message), strlen(or_empty(call.message)));
  remote_close();
  _exit(result == 0 ? 0 : 1);
}

static void
begin(struct question *question, struct child *child, unsigned seconds)
{
  int pipes[2];

  question->answered = false;
  question->answer = (struct text){ 0 };
  child->fd = -1;
  if (pipe2(pipes, O_CLOEXEC) != 0) {
    text_add(&question->answer, "%s", strerror(errno));
    return;
  }
  fflush(NULL);
  child->pid = fork();
  if (child->pid == 0) {
    close(pipes[0]);
    child_main(question, pipes[1], seconds);
  }
  close(pipes[1]);
  child->fd = pipes[0];
}

static void
finish(struct question *question, struct child *child, bool late)
{
  int status = -1;

  if (late) {
    kill(-child->pid, SIGKILL);
    kill(child->pid, SIGKILL);
  }
  while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
    ;
  close(child->fd);
  child->fd = -1;
  question->answered = !late && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  if (late) {
    text_free(&question->answer);
    text_add(&question->answer, "did not answer in time");
  }
}

static void
hear(struct question *question, struct child *child)
{
  char buffer[4096];
  ssize_t n = read(child->fd, buffer, sizeof buffer);

  if (n > 0)
    text_add_bytes(&question->answer, buffer, (size_t) n);
  else if (n == 0 || errno != EINTR)
    finish(question, child, false);
}

void
fanout(struct question *questions, size_t count, unsigned seconds)
{
  CLEANUP_FREE struct child *children = mem_new(count, sizeof *children);
  CLEANUP_FREE struct pollfd *fds = mem_new(count, sizeof *fds);
  int64_t ends = clock_ms() + (int64_t) seconds * 1000;
  size_t i, open;

  for (i = 0; i < count; i++)
    begin(&questions[i], &children[i], seconds);
  do {
    for (open = 0, i = 0; i < count; i++) {
      if (children[i].fd >= 0 && clock_ms() >= ends)
        finish(&questions[i], &children[i], true);
      fds[i] = (struct pollfd){ .fd = children[i].fd, .events = POLLIN };
      open += children[i].fd >= 0;
    }
    if (open > 0 && poll(fds, count, 1000) > 0)
      for (i = 0; i < count; i++)
        if (fds[i].fd >= 0 && fds[i].revents != 0)
          hear(&questions[i], &children[i]);
  } while (open > 0);
}
