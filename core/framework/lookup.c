/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <string.h>

#include "framework/lookup.h"

void
lookup_add(struct lookup *lookup, const struct command *table)
{
  lookup->added = mem_grow(lookup->added, lookup->nadded, sizeof *lookup->added);
  lookup->added[lookup->nadded++] = table;
}

void
lookup_free(struct lookup *lookup)
{
  free(lookup->added);
  lookup->added = NULL;
  lookup->nadded = 0;
}

/* The i-th table of all, NULL after the last. */
static const struct command *
table_at(const struct lookup *lookup, size_t i)
{
  size_t ncore = 0;

  while (lookup->tables[ncore] != NULL)
    ncore++;
  if (i < ncore)
    return lookup->tables[i];
  return i - ncore < lookup->nadded ? lookup->added[i - ncore] : NULL;
}

/* Length of the first word of a path. */
static size_t
word_length(const char *path)
{
  return strcspn(path, " ");
}

/* How many words of `path` stand at the start of `words`. */
static size_t
common_words(const char *path, const char *const *words, size_t nwords, bool *whole)
{
  size_t i;

  for (i = 0; i < nwords && *path != '\0'; i++) {
    size_t n = word_length(path);

    if (strlen(words[i]) != n || memcmp(path, words[i], n) != 0)
      break;
    path += n;
    path += *path == ' ' ? 1 : 0;
  }
  *whole = *path == '\0';
  return i;
}

static enum lookup_result
longest(const struct lookup *lookup, const char *const *words, size_t nwords,
        struct match *match)
{
  const struct command *table, *command;
  size_t i;

  *match = (struct match){ 0 };
  for (i = 0; (table = table_at(lookup, i)) != NULL; i++)
    for (command = table; command->words != NULL; command++) {
      bool whole;
      size_t n = common_words(command->words, words, nwords, &whole);

      if (n > match->depth || (n == match->depth && whole && match->command == NULL)) {
        match->depth = n;
        match->command = whole ? command : NULL;
      }
    }
  match->used = match->depth;
  if (match->command != NULL)
    return LOOKUP_COMMAND;
  return match->depth > 0 ? LOOKUP_PARTIAL : LOOKUP_NOTHING;
}

/* The first word holds a whole path: "list host". */
static enum lookup_result
quoted(const struct lookup *lookup, const char *path, struct match *match)
{
  CLEANUP_LIST struct list words = { 0 };
  enum lookup_result result;

  list_split(&words, path, " \t\n");
  result = longest(lookup, (const char *const *) words.item, words.count, match);
  if (match->depth < words.count)
    return LOOKUP_NOTHING;
  match->used = 1;
  return result;
}

static enum lookup_result
search(const struct lookup *lookup, const char *const *words, size_t nwords, struct match *match)
{
  enum lookup_result result = LOOKUP_NOTHING;

  if (nwords > 0 && strpbrk(words[0], " \t\n") != NULL)
    result = quoted(lookup, words[0], match);
  if (result == LOOKUP_NOTHING)
    result = longest(lookup, words, nwords, match);
  return result;
}

static void
load_more(struct rocks_call *call, struct lookup *lookup)
{
  if (lookup->complete)
    return;
  lookup->complete = true;
  if (lookup->more != NULL)
    lookup->more(call, lookup);
}

enum lookup_result
lookup_words(struct rocks_call *call, struct lookup *lookup, const char *const *words,
             size_t nwords, struct match *match)
{
  enum lookup_result result = search(lookup, words, nwords, match);

  if (result == LOOKUP_COMMAND || lookup->complete)
    return result;
  load_more(call, lookup);
  return search(lookup, words, nwords, match);
}

const struct command *
lookup_path(struct rocks_call *call, struct lookup *lookup, const char *path)
{
  CLEANUP_LIST struct list words = { 0 };
  struct match match;

  list_split(&words, path, " ");
  if (lookup_words(call, lookup, (const char *const *) words.item, words.count, &match)
      != LOOKUP_COMMAND || match.depth != words.count)
    return NULL;
  return match.command;
}

static int
by_path(const void *a, const void *b)
{
  const struct command *const *x = a, *const *y = b;

  return strcmp((*x)->words, (*y)->words);
}

static size_t
list_under(const struct lookup *lookup, const char *under, const struct command ***commands)
{
  const struct command *table, *command;
  size_t n = under != NULL ? strlen(under) : 0, count = 0, i;

  *commands = NULL;
  for (i = 0; (table = table_at(lookup, i)) != NULL; i++)
    for (command = table; command->words != NULL; command++) {
      if ((command->flags & COMMAND_HIDDEN) != 0
          || (n > 0 && (strncmp(command->words, under, n) != 0 || command->words[n] != ' ')))
        continue;
      *commands = mem_grow(*commands, count, sizeof **commands);
      (*commands)[count++] = command;
    }
  if (count > 0)
    qsort(*commands, count, sizeof **commands, by_path);
  return count;
}

size_t
lookup_list(struct rocks_call *call, struct lookup *lookup, const char *under,
            const struct command ***commands)
{
  load_more(call, lookup);
  return list_under(lookup, under, commands);
}

size_t
lookup_known(const struct lookup *lookup, const struct command ***commands)
{
  return list_under(lookup, NULL, commands);
}
