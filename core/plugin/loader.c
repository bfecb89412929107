/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * libltdl's defaults search folders that the environment names
 * (LTDL_LIBRARY_PATH) and obey .la files; an absolute path that ends in `.so`
 * does neither, and is the only form used here.
 */
#include <config.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ltdl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin/loader.h"

/* Nobody else can have put something into `path`. */
static int
check_owner(struct rocks_call *call, const char *path, bool folder)
{
  struct stat st;

  /* The folder may be reached through links of root's (/lib on Debian). */
  if ((folder ? stat(path, &st) : lstat(path, &st)) != 0)
    return call_fail(call, ROCKS_ENOTFOUND, "cannot load backend %s: %s", path, strerror(errno));
  if (folder ? !S_ISDIR(st.st_mode) : !S_ISREG(st.st_mode))
    return call_fail(call, ROCKS_EPERMISSION, "cannot load backend: %s is not a %s", path,
                     folder ? "folder" : "regular file");
  if (st.st_uid != 0 && st.st_uid != geteuid())
    return call_fail(call, ROCKS_EPERMISSION,
                     "cannot load backend: %s belongs to user %u, not to root or the caller",
                     path, (unsigned) st.st_uid);
  if (st.st_mode & (S_IWGRP | S_IWOTH))
    return call_fail(call, ROCKS_EPERMISSION,
                     "cannot load backend: %s is writable by others (mode %04o)", path,
                     (unsigned) (st.st_mode & 07777));
  return 0;
}

static int
check_file(struct rocks_call *call, const char *file)
{
  const char *slash = strrchr(file, '/');
  CLEANUP_FREE char *folder = NULL;

  if (file[0] != '/' || slash == NULL)
    return call_fail(call, ROCKS_EINVALID, "cannot load backend %s: not an absolute path", file);
  folder = mem_format("%.*s", (int) (slash - file), file);
  if (check_owner(call, folder, true) != 0)
    return -1;
  return check_owner(call, file, false);
}

static lt_dlhandle
open_local(struct rocks_call *call, const char *file)
{
  lt_dladvise advise;
  lt_dlhandle handle;
  void *probe;

  if (lt_dlinit() != 0 || lt_dladvise_init(&advise) != 0) {
    call_fail(call, ROCKS_EMEMORY, "cannot load backend: %s", lt_dlerror());
    return NULL;
  }
  lt_dladvise_local(&advise);
  lt_dladvise_resident(&advise);
  handle = lt_dlopenadvise(file, advise);
  lt_dladvise_destroy(&advise);
  if (handle != NULL)
    return handle;

  /* libltdl says "file not found" for every cause; the dynamic linker names
   * the missing library or symbol. */
  probe = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  call_fail(call, ROCKS_EBACKEND, "cannot load backend %s: %s", file,
            probe == NULL ? dlerror() : lt_dlerror());
  if (probe != NULL)
    dlclose(probe);
  return NULL;
}

const struct rocks_plugin *
loader_open(struct rocks_call *call, const char *file)
{
  const struct rocks_plugin *(*entry)(void) = NULL;
  lt_dlhandle handle;

  if (check_file(call, file) != 0)
    return NULL;
  handle = open_local(call, file);
  if (handle == NULL)
    return NULL;
  *(void **) &entry = lt_dlsym(handle, "rocks_entry");
  if (entry == NULL) {
    call_fail(call, ROCKS_EBACKEND, "cannot load backend %s: it exports no rocks_entry", file);
    return NULL;
  }
  return entry();
}

bool
loader_has_no_commands(const char *file)
{
  static const char mark[] = ROCKS_NO_COMMANDS_TEXT;
  int fd = open(file, O_RDONLY | O_CLOEXEC);
  bool found = false;
  struct stat st;
  void *map;

  if (fd < 0)
    return false;
  if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
    map = mmap(NULL, (size_t) st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (map != MAP_FAILED) {
      found = memmem(map, (size_t) st.st_size, mark, sizeof mark) != NULL;
      munmap(map, (size_t) st.st_size);
    }
  }
  close(fd);
  return found;
}
