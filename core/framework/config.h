/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The configuration file: lines `key = value`, `#` begins a comment line.
 */
#ifndef ROCKS_FRAMEWORK_CONFIG_H
#define ROCKS_FRAMEWORK_CONFIG_H

#include "base/call.h"

#ifndef ROCKS_CONFIG_FILE
#define ROCKS_CONFIG_FILE SYSCONFDIR "/rocks-mvc.conf"
#endif

/* The value of `key` in the installed file; *value NULL when the file or the
 * key is not there.  A line that is none of the above is an error (-1,
 * reported with its number).  The caller frees. */
int config_get(struct rocks_call *, const char *key, char **value);
/* The same for any file. */
int config_get_file(struct rocks_call *, const char *file, const char *key, char **value);

#endif
