/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include "remote/spawn.h"

extern char **environ;

static void
set_signals(posix_spawnattr_t *attributes, const struct spawn *spawn)
{
  short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
  const int *number;
  sigset_t set;

  sigemptyset(&set);
  posix_spawnattr_setsigmask(attributes, &set);
  for (number = spawn->signals; *number != 0; number++)
    sigaddset(&set, *number);
  posix_spawnattr_setsigdefault(attributes, &set);
  if (spawn->group) {
    posix_spawnattr_setpgroup(attributes, 0);
    flags |= POSIX_SPAWN_SETPGROUP;
  }
  posix_spawnattr_setflags(attributes, flags);
}

static void
set_descriptor(posix_spawn_file_actions_t *actions, int fd, int standard)
{
  if (fd == SPAWN_NULL)
    posix_spawn_file_actions_addopen(actions, standard, "/dev/null",
                                     standard == STDIN_FILENO ? O_RDONLY : O_WRONLY, 0);
  else if (fd != SPAWN_OURS)
    posix_spawn_file_actions_adddup2(actions, fd, standard);
}

int
spawn_start(const struct spawn *spawn, pid_t *pid)
{
  char *const *argv = spawn->argv->item;
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int error;

  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  set_signals(&attributes, spawn);
  set_descriptor(&actions, spawn->input, STDIN_FILENO);
  set_descriptor(&actions, spawn->output, STDOUT_FILENO);
  set_descriptor(&actions, spawn->errors, STDERR_FILENO);
  error = posix_spawnp(pid, argv[0], &actions, &attributes, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return error;
}

int
spawn_end(int fd)
{
  int higher, error;

  if (fd > STDERR_FILENO || fd < 0)
    return fd;
  higher = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  error = errno;
  close(fd);
  errno = error;
  return higher;
}
