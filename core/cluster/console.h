/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The screen of a VM.
 */
#ifndef ROCKS_CLUSTER_CONSOLE_H
#define ROCKS_CLUSTER_CONSOLE_H

#include "cluster/control.h"

/* A socket with the VNC session of a member of the loaded cluster, which has
 * begun to speak; the caller closes it.  -1 with the error reported. */
int control_console(struct control *, const char *member);

#endif
