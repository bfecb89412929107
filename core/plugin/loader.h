/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Opens a backend's module.  The one place that knows libltdl.
 */
#ifndef ROCKS_PLUGIN_LOADER_H
#define ROCKS_PLUGIN_LOADER_H

#include <stdbool.h>

#include "base/call.h"

/* The descriptor in `file`, an absolute path.  The folder and the file must
 * belong to root or to the effective user and be writable by nobody else.
 * Modules stay loaded.  NULL with the error reported. */
const struct rocks_plugin *loader_open(struct rocks_call *, const char *file);
/* Whether `file` has the text of ROCKS_NO_COMMANDS.  Opens no module. */
bool loader_has_no_commands(const char *file);

#endif
