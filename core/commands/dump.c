/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <ctype.h>
#include <string.h>

#include "commands/dump.h"
#include "framework/framework.h"
#include "framework/hosts.h"

/* Where scripts expect the program, whatever this one's place is. */
#define PROGRAM "/opt/rocks/bin/rocks"

/* A backslash before a newline would be taken for a line that goes on. */
static void
add_word(struct text *line, const char *word)
{
  const char *c;

  if (*word == '\0' || strpbrk(word, "\n") != NULL) {
    text_add_quoted(line, word);
    return;
  }
  for (c = word; *c != '\0'; c++) {
    if (!isalnum((unsigned char) *c) && strchr("@%^-_=+:,./", *c) == NULL)
      text_add_char(line, '\\', 1);
    text_add_char(line, *c, 1);
  }
}

void
dump_line(struct run *run, const char *words, const struct list *args)
{
  CLEANUP_TEXT struct text line = { 0 };
  size_t i;

  text_add(&line, "%s %s", PROGRAM, words);
  for (i = 0; i < args->count; i++) {
    text_add_char(&line, ' ', 1);
    add_word(&line, args->item[i]);
  }
  run_print(run, "%s\n", text_get(&line));
}

void
dump_words(struct run *run, const char *words, ...)
{
  CLEANUP_LIST struct list args = { 0 };
  const char *word;
  va_list ap;

  va_start(ap, words);
  for (word = va_arg(ap, const char *); word != NULL; word = va_arg(ap, const char *))
    list_add(&args, word);
  va_end(ap);
  dump_line(run, words, &args);
}

char *
dump_value(const char *name, const char *value)
{
  return word_is_param(value) ? mem_format("%s=%s", name, value) : mem_copy(value);
}

const char *
dump_host(const char *self, const char *host)
{
  return self != NULL && strcmp(self, host) == 0 ? "localhost" : host;
}

char *
dump_self(struct run *run)
{
  char *self = hosts_self(run);

  if (self == NULL)
    call_clear(run->call);
  return self;
}
