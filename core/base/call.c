/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <stdio.h>

#include "base/call.h"

void
call_init(struct rocks_call *call)
{
  *call = (struct rocks_call){ .debug = getenv("ROCKSDEBUG") != NULL };
}

void
call_free(struct rocks_call *call)
{
  free(call->message);
  list_free(&call->warned);
  *call = (struct rocks_call){ 0 };
}

void
call_verror(struct rocks_call *call, enum rocks_code code, const char *fmt, va_list ap)
{
  struct text text = { 0 };

  if (call->code != ROCKS_OK)
    return;
  text_vadd(&text, fmt, ap);
  call->code = code;
  call->message = text_take(&text);
}

int
call_fail(struct rocks_call *call, enum rocks_code code, const char *fmt, ...)
{
  va_list ap;

  va_start(ap, fmt);
  call_verror(call, code, fmt, ap);
  va_end(ap);
  return -1;
}

void
call_clear(struct rocks_call *call)
{
  free(call->message);
  call->message = NULL;
  call->code = ROCKS_OK;
}

int
call_context(struct rocks_call *call, const char *fmt, ...)
{
  struct text text = { 0 };
  va_list ap;

  if (call->code == ROCKS_OK)
    return -1;
  va_start(ap, fmt);
  text_vadd(&text, fmt, ap);
  va_end(ap);
  text_add(&text, ": %s", or_empty(call->message));
  free(call->message);
  call->message = text_take(&text);
  return -1;
}

void
call_vwarn(struct rocks_call *call, const char *fmt, va_list ap)
{
  struct text text = { 0 };

  text_vadd(&text, fmt, ap);
  if (!call->quiet && !list_has(&call->warned, text_get(&text))) {
    fprintf(stderr, "rocks: %s\n", text_get(&text));
    list_take(&call->warned, text_take(&text));
  }
  text_free(&text);
}

void
call_warn(struct rocks_call *call, const char *fmt, ...)
{
  va_list ap;

  va_start(ap, fmt);
  call_vwarn(call, fmt, ap);
  va_end(ap);
}

void
call_debug(struct rocks_call *call, const char *fmt, ...)
{
  va_list ap;

  if (!call->debug)
    return;
  va_start(ap, fmt);
  fputs("rocks: ", stderr);
  vfprintf(stderr, fmt, ap);
  fputc('\n', stderr);
  va_end(ap);
}
