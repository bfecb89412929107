/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Growing text, lists of strings, and cleanup of what a function owns.
 *
 * Memory: the program is short-lived and has nothing useful to do without
 * memory, so these never return NULL; they end the process with one sentence.
 */
#ifndef ROCKS_BASE_TEXT_H
#define ROCKS_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include <rocks/plugin.h>

/* A text that grows.  All zero is the empty text; `data` is NULL or ends in
 * a NUL that `length` does not count. */
struct text {
  char *data;
  size_t length, room;
};

void text_add(struct text *, const char *fmt, ...) ROCKS_PRINTF(2, 3);
void text_vadd(struct text *, const char *fmt, va_list) ROCKS_PRINTF(2, 0);
void text_add_bytes(struct text *, const char *data, size_t length);
void text_add_char(struct text *, char c, size_t count);
/* Appends `word` so that a POSIX shell reads it back as one word. */
void text_add_quoted(struct text *, const char *word);
/* What it holds, never NULL; borrowed. */
const char *text_get(const struct text *);
/* What it holds; the caller frees.  The text is empty afterwards. */
char *text_take(struct text *);
void text_free(struct text *);

/* A list of strings that it owns.  All zero is the empty list; otherwise
 * `item` ends in a NULL that `count` does not count. */
struct list {
  char **item;
  size_t count, room;
};

void list_add(struct list *, const char *value);      /* copies */
void list_take(struct list *, char *value);           /* owns `value` now */
void list_addf(struct list *, const char *fmt, ...) ROCKS_PRINTF(2, 3);
bool list_has(const struct list *, const char *value);
/* Splits at any of `separators`; empty pieces are left out. */
void list_split(struct list *, const char *value, const char *separators);
void list_sort(struct list *);
/* Removes what stands more than once, the first of each stays. */
void list_unique(struct list *);
/* "a b c"; the caller frees. */
char *list_join(const struct list *, const char *separator);
void list_free(struct list *);

void *mem_new(size_t count, size_t size);             /* zeroed */
/* Room for one more of `size` bytes in an array of `count` that has grown by
 * this alone, from NULL on; new address. */
void *mem_grow(void *array, size_t count, size_t size);
char *mem_copy(const char *value);                    /* NULL stays NULL */
char *mem_format(const char *fmt, ...) ROCKS_PRINTF(1, 2);

/* NULL reads as "". */
static inline const char *
or_empty(const char *value)
{
  return value != NULL ? value : "";
}

static inline void
cleanup_free_(void *p)
{
  free(*(void **) p);
}
#define CLEANUP_FREE __attribute__((cleanup(cleanup_free_)))
#define CLEANUP_TEXT __attribute__((cleanup(text_free)))
#define CLEANUP_LIST __attribute__((cleanup(list_free)))

#endif
