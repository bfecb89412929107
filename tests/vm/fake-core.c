/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake-core.h"

ROCKS_PRINTF(3, 4) static void
fake_error(struct rocks_call *call, enum rocks_code code, const char *fmt, ...)
{
  va_list ap;

  if (call->code != ROCKS_OK)
    return;
  call->code = code;
  va_start(ap, fmt);
  vsnprintf(call->error, sizeof call->error, fmt, ap);
  va_end(ap);
}

ROCKS_PRINTF(2, 3) static void
fake_warn(struct rocks_call *call, const char *fmt, ...)
{
  va_list ap;

  call->warnings++;
  va_start(ap, fmt);
  vsnprintf(call->warning, sizeof call->warning, fmt, ap);
  va_end(ap);
}

static void
fake_debug(struct rocks_call *call, const char *fmt, ...)
{
  (void)call;
  (void)fmt;
}

static void
fake_code(struct rocks_script *script, const char *text)
{
  if (strstr(script->code, text) != NULL)
    return;
  if (strlen(script->code) + strlen(text) >= sizeof script->code)
    abort();
  memcpy(script->code + strlen(script->code), text, strlen(text) + 1);
}

static void
append(char *text, size_t size, char c)
{
  size_t length = strlen(text);

  if (length + 1 >= size)
    abort();
  text[length] = c;
  text[length + 1] = '\0';
}

static void
fake_run(struct rocks_script *script, const char *word, ...)
{
  const char *c;
  va_list ap;

  va_start(ap, word);
  for (; word != NULL; word = va_arg(ap, const char *)) {
    append(script->run, sizeof script->run, '\'');
    for (c = word; *c != '\0'; c++) {
      append(script->run, sizeof script->run, *c);
      if (*c == '\'') { /* ' becomes '\'' */
        append(script->run, sizeof script->run, '\\');
        append(script->run, sizeof script->run, '\'');
        append(script->run, sizeof script->run, '\'');
      }
    }
    append(script->run, sizeof script->run, '\'');
    append(script->run, sizeof script->run, ' ');
  }
  va_end(ap);
  script->run[strlen(script->run) - 1] = '\n';
}

const struct rocks_core fake_core = {
  .size = sizeof(struct rocks_core),
  .abi = ROCKS_ABI,
  .error = fake_error,
  .warn = fake_warn,
  .debug = fake_debug,
  .script_code = fake_code,
  .script_run = fake_run,
};
