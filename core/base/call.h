/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * One invocation of a command: what went wrong in it, and how much it says.
 *
 * Whoever finds a problem reports it once and returns -1; everyone above only
 * returns.  The first report is kept, since the others are its echo.
 */
#ifndef ROCKS_BASE_CALL_H
#define ROCKS_BASE_CALL_H

#include <rocks/plugin.h>

#include "base/text.h"

struct rocks_call {
  enum rocks_code code; /* ROCKS_OK until someone reports */
  char *message;        /* owned */
  bool quiet;           /* no warnings (help, completion) */
  bool debug;
  struct list warned;   /* a sentence is said once */
  void *command;        /* the framework's `struct run` of a running command */
};

void call_init(struct rocks_call *);
void call_free(struct rocks_call *);

/* Reports; always returns -1, so that `return call_fail(...)` reads well. */
int call_fail(struct rocks_call *, enum rocks_code, const char *fmt, ...)
  ROCKS_PRINTF(3, 4);
void call_verror(struct rocks_call *, enum rocks_code, const char *fmt, va_list)
  ROCKS_PRINTF(3, 0);
/* Forgets the report, to go on after a failure that is not final. */
void call_clear(struct rocks_call *);
/* Puts `fmt` and ": " before the report, where the caller knows whose it is. */
int call_context(struct rocks_call *, const char *fmt, ...) ROCKS_PRINTF(2, 3);
void call_warn(struct rocks_call *, const char *fmt, ...) ROCKS_PRINTF(2, 3);
void call_vwarn(struct rocks_call *, const char *fmt, va_list) ROCKS_PRINTF(2, 0);
void call_debug(struct rocks_call *, const char *fmt, ...) ROCKS_PRINTF(2, 3);

#endif
