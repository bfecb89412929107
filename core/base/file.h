/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Files that other programs read at any moment: they see the old contents or
 * the new ones, never a part.
 */
#ifndef ROCKS_BASE_FILE_H
#define ROCKS_BASE_FILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/call.h"

/* Makes `path` hold `text`: written beside it, then moved over it.  Nothing is
 * touched when it holds that already.  Folders that are missing are made, mode
 * 0755.  group: given where this user may; (gid_t) -1 for none.  -1 reported. */
int file_replace(struct rocks_call *, const char *path, const struct text *, mode_t mode,
                 gid_t group);
/* Whether it holds exactly that. */
bool file_holds(const char *path, const struct text *text);
/* Removes it; one that is not there is no error. */
int file_remove(struct rocks_call *, const char *path);
/* Makes a folder and those above it, mode 0755. */
int folder_make(struct rocks_call *, const char *path);

#endif
