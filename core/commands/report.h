/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What `report host ...` commands print: files between tags, which `report
 * script` makes to a shell script (rocks-compat 4.7).
 */
#ifndef ROCKS_COMMANDS_REPORT_H
#define ROCKS_COMMANDS_REPORT_H

#include "framework/command.h"

/* A line of text for `host`, as rows of output_plain(): with several hosts in
 * one report, each line bears its host.  What XML would read otherwise is
 * escaped; control characters become blanks, so that a value stays in its line. */
void report_line(struct run *, const char *host, const char *fmt, ...) ROCKS_PRINTF(3, 4);
/* Text as XML has it; control characters become blanks. Quotes mean nothing there but
 * in the attribute of a tag. */
void report_escape(struct text *, const char *text, bool attribute);
/* The tags around the lines of a file.  `more`: further attributes of the
 * tag, such as "perms=\"500\"", or NULL. */
void report_open(struct run *, const char *host, const char *path, const char *more);
void report_close(struct run *, const char *host);

#endif
