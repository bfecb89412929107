/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Which partition of a host holds disk images (rocks-compat 2.1).
 */
#ifndef ROCKS_COMMANDS_PARTITION_H
#define ROCKS_COMMANDS_PARTITION_H

#include "framework/command.h"

/* The mountpoint of a host's largest partition, NULL when it has none; the
 * caller frees. */
int largest_partition(struct run *, const char *host, char **mountpoint);

#endif
