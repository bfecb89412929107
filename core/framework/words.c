/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The words after a command: positional ones and parameters, as in
 * rocks-compat 1.3 and 1.4.
 */
#include <config.h>

#include <string.h>

#include "base/addr.h"
#include "framework/framework.h"

/* Length of the key of `key=value`, 0 when it is none.  A host word of SQL is
 * none, since the blank after `select` comes before any `=`. */
static size_t
key_length(const char *word)
{
  size_t n = strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                    "0123456789_+-[\\]^`");

  return word[n] == '=' ? n : 0;
}

bool
word_is_param(const char *word)
{
  return key_length(word) > 0;
}

static void
set_param(struct run *run, const char *word, size_t key)
{
  char *name = mem_format("%.*s", (int) key, word);
  size_t i;

  for (i = 0; i < run->param_names.count; i++)
    if (strcmp(run->param_names.item[i], name) == 0) {
      free(run->param_values.item[i]);
      run->param_values.item[i] = mem_copy(word + key + 1);
      free(name);
      return;
    }
  list_take(&run->param_names, name);
  list_add(&run->param_values, word + key + 1);
}

void
run_split(struct run *run, const char *const *words, size_t nwords)
{
  size_t i;

  for (i = 0; i < nwords; i++) {
    size_t key = key_length(words[i]);

    if (key > 0)
      set_param(run, words[i], key);
    else
      list_add(&run->args, words[i]);
  }
}

const char *
run_param(struct run *run, const char *name, const char *fallback)
{
  size_t i;

  for (i = 0; i < run->param_names.count; i++)
    if (strcmp(run->param_names.item[i], name) == 0)
      return run->param_values.item[i];
  return fallback;
}

bool
run_flag(struct run *run, const char *name, bool fallback)
{
  const char *value = run_param(run, name, NULL);

  return value != NULL ? bool_parse(value) : fallback;
}

/* Takes the last positional word off; it stays in memory with the run. */
static const char *
take_last(struct run *run)
{
  char *word;

  if (run->args.count == 0)
    return NULL;
  word = run->args.item[--run->args.count];
  run->args.item[run->args.count] = NULL;
  list_take(&run->taken, word);
  return word;
}

void
run_positional(struct run *run, const char *names, const char *values[])
{
  CLEANUP_LIST struct list list = { 0 };
  size_t i;

  list_split(&list, names, " ");
  for (i = list.count; i-- > 0;) {
    const char *given = run_param(run, list.item[i], NULL);

    values[i] = given != NULL && *given != '\0' ? given : take_last(run);
    /* An empty word is no value either. */
    if (values[i] != NULL && *values[i] == '\0')
      values[i] = NULL;
  }
}
