/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "airboss/daemon.h"
#include "base/addr.h"
#include "base/clock.h"

#define END_TIMEOUT 10000 /* ms */

static int
fail(struct rocks_call *call, const char *what, const char *file)
{
  return call_fail(call, errno == EACCES ? ROCKS_EPERMISSION : ROCKS_EBACKEND, "cannot %s %s: %s",
                   what, file, strerror(errno));
}

/* The number in the file, or 0. */
static pid_t
read_pid(int fd)
{
  char text[16] = "";
  int64_t number;
  ssize_t n = pread(fd, text, sizeof text - 1, 0);

  text[n > 0 ? n : 0] = '\0';
  text[strcspn(text, "\n")] = '\0';
  return number_parse(text, 2, INT32_MAX, &number) ? (pid_t) number : 0;
}

int
daemon_lock(struct rocks_call *call, const char *name, const char *file)
{
  int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);

  if (fd < 0)
    return fail(call, "write", file);
  if (flock(fd, LOCK_EX | LOCK_NB) == 0)
    return fd;
  if (errno == EWOULDBLOCK)
    call_fail(call, ROCKS_EEXISTS, "%s is already running, as process %d", name,
              (int) read_pid(fd));
  else
    fail(call, "lock", file);
  close(fd);
  return -1;
}

static bool
write_pid(int lock, pid_t pid)
{
  char text[16];
  int n = snprintf(text, sizeof text, "%d\n", (int) pid);

  return ftruncate(lock, 0) == 0 && pwrite(lock, text, (size_t) n, 0) == n;
}

static void
detach(void)
{
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);

  setsid();
  umask(022);
  if (chdir("/") != 0 || null < 0)
    return;
  dup2(null, STDIN_FILENO);
  dup2(null, STDOUT_FILENO);
  dup2(null, STDERR_FILENO);
}

int
daemon_run(struct rocks_call *call, int lock, bool foreground, void (*serve)(void *), void *arg)
{
  pid_t pid;

  if (foreground) {
    if (!write_pid(lock, getpid()))
      return fail(call, "write", "the pid file");
    serve(arg);
    return ftruncate(lock, 0);
  }
  fflush(NULL);
  pid = fork();
  if (pid < 0)
    return fail(call, "start", "a process");
  if (pid == 0) {
    detach();
    serve(arg);
    _exit(ftruncate(lock, 0) == 0 ? 0 : 1);
  }
  return write_pid(lock, pid) ? 0 : fail(call, "write", "the pid file");
}

static bool
wait_unlocked(int fd)
{
  static const struct timespec pause = { .tv_nsec = 20 * 1000 * 1000 };
  int64_t deadline = clock_ms() + END_TIMEOUT;

  while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (clock_ms() > deadline)
      return false;
    nanosleep(&pause, NULL);
  }
  return true;
}

int
daemon_stop(struct rocks_call *call, const char *name, const char *file)
{
  int fd = open(file, O_RDWR | O_CLOEXEC | O_NOFOLLOW), result = 0;
  pid_t pid;

  if (fd < 0 && errno != ENOENT)
    return fail(call, "read", file);
  /* Whoever has the lock is the service; a number alone may be anybody's by
   * now. */
  if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) == 0) {
    result = call_fail(call, ROCKS_ENOTFOUND, "%s is not running", name);
  } else {
    pid = read_pid(fd);
    if (pid == 0)
      result = call_fail(call, ROCKS_EBACKEND, "%s holds no process id", file);
    else if (kill(pid, SIGTERM) != 0)
      result = fail(call, "end", name);
    else if (!wait_unlocked(fd) && (kill(pid, SIGKILL) != 0 || !wait_unlocked(fd)))
      result = call_fail(call, ROCKS_EBACKEND, "%s, process %d, does not end", name, (int) pid);
  }
  if (fd >= 0)
    close(fd);
  return result;
}
