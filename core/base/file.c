/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

static int
fail(struct rocks_call *call, const char *what, const char *path)
{
  int error = errno;

  return call_fail(call, error == EACCES || error == EPERM ? ROCKS_EPERMISSION : ROCKS_EBACKEND,
                   "cannot %s %s: %s", what, path, strerror(error));
}

int
folder_make(struct rocks_call *call, const char *path)
{
  CLEANUP_FREE char *part = mem_copy(path);
  size_t i, n = strlen(part);

  for (i = 1; i <= n; i++)
    if (part[i] == '/' || part[i] == '\0') {
      char end = part[i];

      part[i] = '\0';
      if (mkdir(part, 0755) != 0 && errno != EEXIST)
        return fail(call, "make the folder", part);
      part[i] = end;
    }
  return 0;
}

static int
make_folder_of(struct rocks_call *call, const char *path)
{
  const char *slash = strrchr(path, '/');
  CLEANUP_FREE char *folder = NULL;

  if (slash == NULL || slash == path)
    return 0;
  folder = mem_format("%.*s", (int) (slash - path), path);
  return access(folder, F_OK) == 0 ? 0 : folder_make(call, folder);
}

bool
file_holds(const char *path, const struct text *text)
{
  struct stat st;
  char *data;
  bool same;
  ssize_t n;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

  if (fd < 0)
    return false;
  same = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (size_t) st.st_size == text->length;
  if (same && text->length > 0) {
    data = mem_new(text->length, 1);
    n = read(fd, data, text->length);
    same = n == (ssize_t) text->length && memcmp(data, text->data, text->length) == 0;
    free(data);
  }
  close(fd);
  return same;
}

/* Whether the file holds exactly this and is as it should be. */
static bool
is_same(const char *path, const struct text *text, mode_t mode, gid_t group)
{
  struct stat st;

  return lstat(path, &st) == 0 && (st.st_mode & 07777) == mode
         && (group == (gid_t) -1 || st.st_gid == group) && file_holds(path, text);
}

static bool
write_all(int fd, const char *data, size_t length)
{
  while (length > 0) {
    ssize_t n = write(fd, data, length);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return false;
    data += n;
    length -= (size_t) n;
  }
  return true;
}

int
file_replace(struct rocks_call *call, const char *path, const struct text *text, mode_t mode,
             gid_t group)
{
  CLEANUP_FREE char *temporary = mem_format("%s.XXXXXX", path);
  bool done;
  int fd, error;

  if (is_same(path, text, mode, group))
    return 0;
  if (make_folder_of(call, path) != 0)
    return -1;
  fd = mkostemp(temporary, O_CLOEXEC);
  if (fd < 0)
    return fail(call, "write", path);
  done = write_all(fd, text_get(text), text->length);
  /* Not every user may give a file to a group; its contents are right anyway. */
  if (done && group != (gid_t) -1 && fchown(fd, (uid_t) -1, group) != 0)
    call_debug(call, "cannot give %s to group %u", path, (unsigned) group);
  done = done && fchmod(fd, mode) == 0;
  error = errno;
  if (close(fd) != 0 && done) {
    done = false;
    error = errno;
  }
  if (done && rename(temporary, path) == 0)
    return 0;
  if (!done)
    errno = error;
  error = errno;
  unlink(temporary);
  errno = error;
  return fail(call, "write", path);
}

int
file_remove(struct rocks_call *call, const char *path)
{
  return unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR ? 0 : fail(call, "remove", path);
}
