/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/text.h"

static void
out_of_memory(void)
{
  fputs("rocks: out of memory\n", stderr);
  abort();
}

void *
mem_new(size_t count, size_t size)
{
  void *p = calloc(count ? count : 1, size ? size : 1);

  if (p == NULL)
    out_of_memory();
  return p;
}

void *
mem_grow(void *array, size_t count, size_t size)
{
  void *p = array;

  /* Doubling: grow only when count is a power of two (or nothing yet). */
  if (count == 0 || (count & (count - 1)) == 0)
    p = reallocarray(array, count ? count * 2 : 1, size);
  if (p == NULL)
    out_of_memory();
  memset((char *) p + count * size, 0, size);
  return p;
}

char *
mem_copy(const char *value)
{
  char *copy;

  if (value == NULL)
    return NULL;
  copy = strdup(value);
  if (copy == NULL)
    out_of_memory();
  return copy;
}

char *
mem_format(const char *fmt, ...)
{
  struct text text = { 0 };
  va_list ap;

  va_start(ap, fmt);
  text_vadd(&text, fmt, ap);
  va_end(ap);
  return text_take(&text);
}

static void
text_reserve(struct text *text, size_t more)
{
  size_t need = text->length + more + 1;
  size_t room = text->room ? text->room : 64;

  if (need <= text->room)
    return;
  while (room < need)
    room *= 2;
  text->data = realloc(text->data, room);
  if (text->data == NULL)
    out_of_memory();
  text->room = room;
}

void
text_add_bytes(struct text *text, const char *data, size_t length)
{
  text_reserve(text, length);
  if (length > 0)
    memcpy(text->data + text->length, data, length);
  text->length += length;
  text->data[text->length] = '\0';
}

void
text_add_char(struct text *text, char c, size_t count)
{
  text_reserve(text, count);
  memset(text->data + text->length, c, count);
  text->length += count;
  text->data[text->length] = '\0';
}

void
text_vadd(struct text *text, const char *fmt, va_list ap)
{
  va_list again;
  int n;

  va_copy(again, ap);
  n = vsnprintf(NULL, 0, fmt, ap);
  if (n < 0)
    out_of_memory();
  text_reserve(text, (size_t) n);
  vsnprintf(text->data + text->length, (size_t) n + 1, fmt, again);
  va_end(again);
  text->length += (size_t) n;
}

void
text_add(struct text *text, const char *fmt, ...)
{
  va_list ap;

  va_start(ap, fmt);
  text_vadd(text, fmt, ap);
  va_end(ap);
}

void
text_add_quoted(struct text *text, const char *word)
{
  const char *quote;

  text_add_char(text, '\'', 1);
  while ((quote = strchr(word, '\'')) != NULL) {
    text_add_bytes(text, word, (size_t) (quote - word));
    text_add(text, "'\\''");
    word = quote + 1;
  }
  text_add(text, "%s'", word);
}

const char *
text_get(const struct text *text)
{
  return or_empty(text->data);
}

char *
text_take(struct text *text)
{
  char *data = text->data != NULL ? text->data : mem_copy("");

  *text = (struct text){ 0 };
  return data;
}

void
text_free(struct text *text)
{
  free(text->data);
  *text = (struct text){ 0 };
}

void
list_take(struct list *list, char *value)
{
  if (list->count + 1 >= list->room) {
    list->room = list->room ? list->room * 2 : 8;
    list->item = reallocarray(list->item, list->room, sizeof *list->item);
    if (list->item == NULL)
      out_of_memory();
  }
  list->item[list->count++] = value;
  list->item[list->count] = NULL;
}

void
list_add(struct list *list, const char *value)
{
  list_take(list, mem_copy(value));
}

void
list_addf(struct list *list, const char *fmt, ...)
{
  struct text text = { 0 };
  va_list ap;

  va_start(ap, fmt);
  text_vadd(&text, fmt, ap);
  va_end(ap);
  list_take(list, text_take(&text));
}

bool
list_has(const struct list *list, const char *value)
{
  size_t i;

  for (i = 0; i < list->count; i++)
    if (strcmp(list->item[i], value) == 0)
      return true;
  return false;
}

void
list_split(struct list *list, const char *value, const char *separators)
{
  size_t n;

  for (value += strspn(value, separators); *value != '\0';
       value += n, value += strspn(value, separators)) {
    n = strcspn(value, separators);
    list_addf(list, "%.*s", (int) n, value);
  }
}

static int
compare(const void *a, const void *b)
{
  return strcmp(*(char *const *) a, *(char *const *) b);
}

void
list_sort(struct list *list)
{
  if (list->count > 1)
    qsort(list->item, list->count, sizeof *list->item, compare);
}

void
list_unique(struct list *list)
{
  size_t i, k, kept = 0;

  for (i = 0; i < list->count; i++) {
    for (k = 0; k < kept; k++)
      if (strcmp(list->item[k], list->item[i]) == 0)
        break;
    if (k < kept)
      free(list->item[i]);
    else
      list->item[kept++] = list->item[i];
  }
  list->count = kept;
  if (list->item != NULL)
    list->item[kept] = NULL;
}

char *
list_join(const struct list *list, const char *separator)
{
  struct text text = { 0 };
  size_t i;

  for (i = 0; i < list->count; i++)
    text_add(&text, "%s%s", i > 0 ? separator : "", list->item[i]);
  return text_take(&text);
}

void
list_free(struct list *list)
{
  size_t i;

  for (i = 0; i < list->count; i++)
    free(list->item[i]);
  free(list->item);
  *list = (struct list){ 0 };
}
