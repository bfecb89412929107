/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * How every process that is not a copy of ours begins.
 */
#ifndef ROCKS_REMOTE_SPAWN_H
#define ROCKS_REMOTE_SPAWN_H

#include <sys/types.h>

#include "base/text.h"

enum { SPAWN_OURS = -1, SPAWN_NULL = -2 }; /* in place of a descriptor */

struct spawn {
  const struct list *argv; /* argv[0] is looked for in PATH */
  /* Become its descriptors 0-2 and stay ours; none of them may be one of 0-2
   * itself (spawn_end).  SPAWN_OURS: it shares ours; SPAWN_NULL: /dev/null. */
  int input, output, errors;
  bool group;              /* it leads a process group of its own */
  const int *signals;      /* set to their defaults, up to a 0; it blocks none */
};

/* Returns 0, or an errno with nothing started. */
int spawn_start(const struct spawn *, pid_t *pid);
/* The same file as `fd`, which is taken over, off the descriptors 0-2: a process
 * that was started without them gets its first ones there, and the child's dup2
 * would overwrite one with another.  -1 with errno. */
int spawn_end(int fd);

#endif
