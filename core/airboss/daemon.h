/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * A service that runs once: the lock on its pid file tells, not the number.
 */
#ifndef ROCKS_AIRBOSS_DAEMON_H
#define ROCKS_AIRBOSS_DAEMON_H

#include "base/call.h"

/* Locks the pid file; -1 with the error reported, also when somebody has it. */
int daemon_lock(struct rocks_call *, const char *name, const char *file);
/* Runs `serve` in the background, in a process of its own, or here
 * (`foreground`) until it returns.  `lock` is what daemon_lock() gave; the
 * service must not hand it on.  0 when it runs or has run. */
int daemon_run(struct rocks_call *, int lock, bool foreground, void (*serve)(void *), void *arg);
/* Ends it and waits until it has ended. */
int daemon_stop(struct rocks_call *, const char *name, const char *file);

#endif
