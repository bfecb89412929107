/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"

struct arena_block {
  struct arena_block *next;
  alignas(max_align_t) char memory[];
};

enum { BLOCK = 16384 };

void *
arena_alloc(struct arena *a, size_t size)
{
  void *memory;

  size = (size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
  if (size > a->left) {
    size_t room = size > BLOCK ? size : BLOCK;
    struct arena_block *block = calloc(1, sizeof *block + room);

    if (block == NULL) {
      a->failed = true;
      return NULL;
    }
    block->next = a->blocks;
    a->blocks = block;
    a->at = block->memory;
    a->left = room;
  }
  memory = a->at;
  a->at += size;
  a->left -= size;
  return memory;
}

const char *
arena_copy(struct arena *a, const char *text)
{
  size_t size = strlen(text) + 1;
  char *copy = arena_alloc(a, size);

  return copy == NULL ? "" : memcpy(copy, text, size);
}

const char *
arena_format(struct arena *a, const char *fmt, ...)
{
  va_list ap;
  char *text = NULL;
  int n;

  va_start(ap, fmt);
  n = vsnprintf(NULL, 0, fmt, ap);
  va_end(ap);
  if (n >= 0)
    text = arena_alloc(a, (size_t)n + 1);
  if (text == NULL)
    return "";
  va_start(ap, fmt);
  vsnprintf(text, (size_t)n + 1, fmt, ap);
  va_end(ap);
  return text;
}

void
arena_free(struct arena *a)
{
  while (a->blocks != NULL) {
    struct arena_block *next = a->blocks->next;

    free(a->blocks);
    a->blocks = next;
  }
  *a = (struct arena){ 0 };
}

void *
array_more(void **array, size_t *room, size_t *count, size_t size)
{
  char *element;

  if (*count == *room) {
    size_t more = *room == 0 ? 16 : *room * 2;
    void *grown = realloc(*array, more * size);

    if (grown == NULL)
      return NULL;
    *array = grown;
    *room = more;
  }
  element = (char *)*array + *count * size;
  ++*count;
  return memset(element, 0, size);
}
