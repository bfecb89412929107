/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <string.h>

#include "base/pool.h"
#include "base/text.h"

struct pool_block {
  struct pool_block *next;
  size_t size;
  max_align_t data[];
};

void *
pool_new(struct pool *pool, size_t count, size_t size)
{
  size_t bytes = (count ? count : 1) * (size ? size : 1);
  struct pool_block *block = mem_new(1, sizeof *block + bytes);

  block->next = pool->first;
  block->size = bytes;
  pool->first = block;
  return block->data;
}

void *
pool_copy(struct pool *pool, const void *data, size_t count, size_t size)
{
  void *copy = pool_new(pool, count, size);

  if (count > 0)
    memcpy(copy, data, count * size);
  return copy;
}

char *
pool_text(struct pool *pool, const char *value)
{
  return value == NULL ? NULL : pool_copy(pool, value, strlen(value) + 1, 1);
}

char *
pool_format(struct pool *pool, const char *fmt, ...)
{
  CLEANUP_TEXT struct text text = { 0 };
  va_list ap;

  va_start(ap, fmt);
  text_vadd(&text, fmt, ap);
  va_end(ap);
  return pool_text(pool, text_get(&text));
}

void *
pool_grow(struct pool *pool, const void *array, size_t count, size_t size)
{
  void *grown;

  if (count > 0 && (count & (count - 1)) != 0)
    return (void *) array;
  grown = pool_new(pool, count ? count * 2 : 1, size);
  if (count > 0)
    memcpy(grown, array, count * size);
  return grown;
}

struct rocks_settings
pool_settings(struct pool *pool, const struct rocks_settings *settings)
{
  struct rocks_setting *item = pool_new(pool, settings->count, sizeof *item);
  size_t i;

  for (i = 0; i < settings->count; i++)
    item[i] = (struct rocks_setting){ .name = pool_text(pool, settings->item[i].name),
                                      .value = pool_text(pool, settings->item[i].value),
                                      .secret = settings->item[i].secret };
  return (struct rocks_settings){ .item = item, .count = settings->count };
}

void
pool_free(struct pool *pool)
{
  struct pool_block *block;

  while ((block = pool->first) != NULL) {
    pool->first = block->next;
    explicit_bzero(block->data, block->size);
    free(block);
  }
}
