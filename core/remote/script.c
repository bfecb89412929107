/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <string.h>

#include "remote/script.h"

struct rocks_script {
  struct list code;     /* each once, in the order in which they came */
  struct text commands;
  struct text summary;
  struct text whole;    /* made by script_text() */
};

struct rocks_script *
script_new(void)
{
  return mem_new(1, sizeof(struct rocks_script));
}

/* The commands may hold keys: what is freed is not to be found later. */
static void
wipe(struct text *text)
{
  if (text->data != NULL)
    explicit_bzero(text->data, text->room);
  text_free(text);
}

void
script_free(struct rocks_script *script)
{
  if (script == NULL)
    return;
  list_free(&script->code);
  wipe(&script->commands);
  wipe(&script->whole);
  text_free(&script->summary);
  free(script);
}

void
script_code(struct rocks_script *script, const char *text)
{
  if (!list_has(&script->code, text))
    list_add(&script->code, text);
}

/* Whether a shell reads the word as it stands. */
static bool
is_plain(const char *word)
{
  return word[0] != '\0' && strspn(word, "abcdefghijklmnopqrstuvwxyz"
                                         "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                         "0123456789_@%+:,./-") == strlen(word);
}

/* A person reads the summary, a line for a command: of a word with several
 * lines (a file, a domain's XML) only the first is shown. */
static void
summarize(struct text *summary, const char *word)
{
  const char *end = strchr(word, '\n');
  CLEANUP_FREE char *first = NULL;

  if (is_plain(word)) {
    text_add(summary, "%s", word);
    return;
  }
  if (end == NULL) {
    text_add_quoted(summary, word);
    return;
  }
  first = mem_format("%.*s", (int) (end - word), word);
  text_add_quoted(summary, first);
  text_add(summary, "...");
}

void
script_vrun(struct rocks_script *script, bool secret, const char *word, va_list ap)
{
  bool first;

  for (first = true; word != NULL; word = va_arg(ap, const char *), first = false) {
    if (!first)
      text_add_char(&script->commands, ' ', 1);
    text_add_quoted(&script->commands, word);
    if (secret && !first)
      continue;
    if (!first)
      text_add_char(&script->summary, ' ', 1);
    summarize(&script->summary, word);
  }
  if (first)
    return;
  text_add_char(&script->commands, '\n', 1);
  text_add(&script->summary, "%s\n", secret ? " ..." : "");
}

void
script_run(struct rocks_script *script, const char *word, ...)
{
  va_list ap;

  va_start(ap, word);
  script_vrun(script, false, word, ap);
  va_end(ap);
}

void
script_secret(struct rocks_script *script, const char *word, ...)
{
  va_list ap;

  va_start(ap, word);
  script_vrun(script, true, word, ap);
  va_end(ap);
}

bool
script_is_empty(const struct rocks_script *script)
{
  return script->commands.length == 0;
}

const char *
script_text(struct rocks_script *script)
{
  size_t i;

  wipe(&script->whole);
  text_add(&script->whole, "set -eu\n");
  for (i = 0; i < script->code.count; i++)
    text_add(&script->whole, "%s\n", script->code.item[i]);
  text_add_bytes(&script->whole, text_get(&script->commands), script->commands.length);
  return text_get(&script->whole);
}

const char *
script_summary(struct rocks_script *script)
{
  return text_get(&script->summary);
}
