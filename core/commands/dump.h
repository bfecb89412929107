/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What `dump ...` commands print: commands that a shell can run to make the
 * same rows again.
 */
#ifndef ROCKS_COMMANDS_DUMP_H
#define ROCKS_COMMANDS_DUMP_H

#include "framework/command.h"

/* One line: the program, `words` as they are, `args` so that a shell reads
 * them back as they are. */
void dump_line(struct run *, const char *words, const struct list *args);
/* The same, the arguments up to NULL. */
void dump_words(struct run *, const char *words, ...) ROCKS_SENTINEL;

/* How a host is called in a dump: this machine is `localhost`, so that the
 * dump fits a frontend of another name.  `self` as of dump_self(). */
const char *dump_host(const char *self, const char *host);
/* This machine's node name, NULL where it has none; caller frees. */
char *dump_self(struct run *);

/* The last word of a line: `value`, or NAME=value where it would be taken for a
 * parameter otherwise.  The caller frees. */
char *dump_value(const char *name, const char *value);

#endif
