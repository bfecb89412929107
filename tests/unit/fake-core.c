/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake-core.h"

void
call_forget(struct rocks_call *call)
{
  memset(call, 0, sizeof *call);
}

static void
append(struct fake_text *text, const char *word, size_t length)
{
  if (text->length + length + 1 > sizeof text->text)
    abort();
  memcpy(text->text + text->length, word, length);
  text->length += length;
  text->text[text->length] = '\0';
}

static void
append_quoted(struct fake_text *text, const char *word)
{
  append(text, "'", 1);
  for (; *word != '\0'; word++)
    if (*word == '\'')
      append(text, "'\\''", 4);
    else
      append(text, word, 1);
  append(text, "'", 1);
}

static void
append_words(struct fake_text *text, const char *word, va_list words)
{
  append_quoted(text, word);
  while ((word = va_arg(words, const char *)) != NULL) {
    append(text, " ", 1);
    append_quoted(text, word);
  }
  append(text, "\n", 1);
}

ROCKS_PRINTF(3, 4) static void
fake_error(struct rocks_call *call, enum rocks_code code, const char *format, ...)
{
  va_list values;

  if (call->code != ROCKS_OK)
    return;
  call->code = code;
  va_start(values, format);
  vsnprintf(call->message, sizeof call->message, format, values);
  va_end(values);
}

ROCKS_PRINTF(2, 3) static void
fake_warn(struct rocks_call *call, const char *format, ...)
{
  va_list values;

  call->warnings++;
  va_start(values, format);
  vsnprintf(call->warning, sizeof call->warning, format, values);
  va_end(values);
}

ROCKS_PRINTF(2, 3) static void
fake_debug(struct rocks_call *call, const char *format, ...)
{
  (void)call;
  (void)format;
}

static void
fake_code(struct rocks_script *script, const char *text)
{
  size_t length = strlen(script->code);

  if (strstr(script->code, text) != NULL)
    return;
  if (length + strlen(text) >= sizeof script->code)
    abort();
  memcpy(script->code + length, text, strlen(text) + 1);
}

ROCKS_SENTINEL static void
fake_run(struct rocks_script *script, const char *word, ...)
{
  va_list words;

  va_start(words, word);
  append_words(&script->open, word, words);
  va_end(words);
  va_start(words, word);
  append_words(&script->all, word, words);
  va_end(words);
}

ROCKS_SENTINEL static void
fake_secret(struct rocks_script *script, const char *word, ...)
{
  va_list words;

  va_start(words, word);
  append_words(&script->all, word, words);
  va_end(words);
}

static int
fake_run_here(struct rocks_call *call, struct rocks_script *script,
              int (*line)(void *arg, const char *text), void *arg)
{
  size_t i;

  (void)script;
  for (i = 0; line != NULL && call->lines != NULL && call->lines[i] != NULL; i++)
    line(arg, call->lines[i]);
  return 0;
}

static struct rocks_script *
fake_script_new(struct rocks_call *call)
{
  memset(&call->script, 0, sizeof call->script);
  return &call->script;
}

static void
fake_script_free(struct rocks_script *script)
{
  (void)script;
}

static const struct rocks_settings *
fake_params(struct rocks_call *call)
{
  return &call->params;
}

ROCKS_SENTINEL static void
fake_row(struct rocks_call *call, const char *word, ...)
{
  va_list words;

  va_start(words, word);
  for (; word != NULL; word = va_arg(words, const char *)) {
    append(&call->table, word, strlen(word));
    append(&call->table, "|", 1);
  }
  va_end(words);
  append(&call->table, "\n", 1);
}

const struct rocks_core fake_core = {
  .size = sizeof fake_core,
  .abi = ROCKS_ABI,
  .error = fake_error,
  .warn = fake_warn,
  .debug = fake_debug,
  .script_code = fake_code,
  .script_run = fake_run,
  .script_secret = fake_secret,
  .run_here = fake_run_here,
  .script_new = fake_script_new,
  .script_free = fake_script_free,
  .params = fake_params,
  .heading = fake_row,
  .row = fake_row,
};
