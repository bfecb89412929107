/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * VMs that are on their way from one container to another (table mvc_moves), so
 * that none is started at the one while it lives at the other, however the move
 * ended.
 */
#ifndef ROCKS_COMMANDS_HOST_VM_MOVING_H
#define ROCKS_COMMANDS_HOST_VM_MOVING_H

#include "framework/command.h"

/* A move as it was recorded; its texts are owned, NULL when there is none. */
struct moving {
  char *source, *target, *file;
};

int moving_load(struct run *, const char *vm, struct moving *);
void moving_free(struct moving *);
/* Before the first step; over what is recorded.  A database without our own tables
 * cannot remember it, and takes it without a word. */
int moving_begin(struct run *, const char *vm, const char *source, const char *target,
                 const char *file);
/* After the last. */
int moving_end(struct run *, const char *vm);
/* Refuses to do anything with a VM that is on its way. */
int moving_refuse(struct run *, const struct list *vms);
/* Completes the moves of a recorded cluster's VMs. */
int moving_complete(struct run *, const char *cluster);

#endif
