/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * A shell script that grows: what backends add to, and what remote.h runs.
 */
#ifndef ROCKS_REMOTE_SCRIPT_H
#define ROCKS_REMOTE_SCRIPT_H

#include "base/text.h"

struct rocks_script *script_new(void);
void script_free(struct rocks_script *);
/* Constant shell text; the same text is kept once, in front of all commands. */
void script_code(struct rocks_script *, const char *text);
/* One command; every word up to NULL is quoted. */
void script_run(struct rocks_script *, const char *word, ...) ROCKS_SENTINEL;
void script_vrun(struct rocks_script *, bool secret, const char *word, va_list);
void script_secret(struct rocks_script *, const char *word, ...) ROCKS_SENTINEL;
bool script_is_empty(const struct rocks_script *);
/* The whole script, `set -eu` first; borrowed until the next change. */
const char *script_text(struct rocks_script *);
/* The commands alone, one a line, secrets as `...`: for dry runs; borrowed. */
const char *script_summary(struct rocks_script *);

#endif
