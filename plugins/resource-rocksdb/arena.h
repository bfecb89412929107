/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Memory that lives as long as one operation and is freed in one piece.
 */
#ifndef ROCKSDB_ARENA_H
#define ROCKSDB_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena_block;

/* Begin with { 0 }.  `failed`: an allocation failed since. */
struct arena {
  struct arena_block *blocks;
  size_t left;
  char *at;
  bool failed;
};

/* Zeroed memory, or NULL. */
void *arena_alloc(struct arena *a, size_t size);
/* A copy; "" when memory ran out. */
const char *arena_copy(struct arena *a, const char *text);
/* A formatted text; "" when memory ran out. */
const char *arena_format(struct arena *a, const char *fmt, ...)
  __attribute__((format(printf, 2, 3)));
void arena_free(struct arena *a);

/* Room for one more in a malloc()ed array that holds *count of *room elements.
 * Returns the zeroed new element and counts it, or NULL. */
void *array_more(void **array, size_t *room, size_t *count, size_t size);

#endif /* ROCKSDB_ARENA_H */
