/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * getHostname of rocks-compat 1.8 for many words at once.
 */
#ifndef ROCKS_FRAMEWORK_RESOLVE_H
#define ROCKS_FRAMEWORK_RESOLVE_H

#include "framework/command.h"

/* Node names for `words`, in their order, appended to `names`.  The database
 * is asked once for all; the system's resolver only about words that it does
 * not know.  -1 with `cannot resolve host "x"` or `host "x" is not in cluster`
 * reported for the first word that is no host. */
int resolve_words(struct run *, const struct list *words, struct list *names);

/* The node that the database alone knows by this word, NULL when none; 0 or -1
 * with the error reported.  Caller frees. */
int resolve_known(struct run *, const char *word, char **name);

#endif
