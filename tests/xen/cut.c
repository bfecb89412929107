/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 *   cut PID SOCKET
 *
 * Ends, from outside, the connections of a process to a server that listens on a
 * Unix socket whose path ends in SOCKET.  Nobody is killed: both ends see an end
 * of file.  Says how many there were; status 1 when there was none.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

static bool
leads_to(int fd, const char *name)
{
  struct sockaddr_un peer = { .sun_family = AF_UNSPEC };
  socklen_t size = sizeof peer - 1; /* room for a final NUL */
  size_t have, want = strlen(name);

  if (getpeername(fd, (struct sockaddr *)&peer, &size) != 0 || peer.sun_family != AF_UNIX)
    return false;
  have = strlen(peer.sun_path);
  return have >= want && strcmp(peer.sun_path + have - want, name) == 0;
}

/* A descriptor of another process has to become one of ours: what is shut down is
 * what they both stand for. */
static bool
cut(int process, int theirs, const char *name)
{
  int fd = (int)syscall(SYS_pidfd_getfd, process, theirs, 0);
  bool done;

  if (fd < 0)
    return false;
  done = leads_to(fd, name) && shutdown(fd, SHUT_RDWR) == 0;
  close(fd);
  return done;
}

int
main(int argc, char **argv)
{
  char path[64];
  struct dirent *entry;
  unsigned count = 0;
  int process;
  DIR *folder;

  if (argc != 3) {
    fprintf(stderr, "usage: cut PID SOCKET\n");
    return 2;
  }
  process = (int)syscall(SYS_pidfd_open, (pid_t)strtol(argv[1], NULL, 10), 0);
  snprintf(path, sizeof path, "/proc/%.20s/fd", argv[1]);
  folder = opendir(path);
  if (process < 0 || folder == NULL) {
    perror(argv[1]);
    return 2;
  }
  while ((entry = readdir(folder)) != NULL)
    count += entry->d_name[0] != '.' && cut(process, (int)strtol(entry->d_name, NULL, 10), argv[2]);
  closedir(folder);
  close(process);
  printf("%u\n", count);
  return count == 0;
}
