/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Memory that is freed all at once: what a command has loaded.
 */
#ifndef ROCKS_BASE_POOL_H
#define ROCKS_BASE_POOL_H

#include <stddef.h>

#include <rocks/plugin.h>

/* All zero is the empty pool. */
struct pool {
  struct pool_block *first;
};

void *pool_new(struct pool *, size_t count, size_t size); /* zeroed */
void *pool_copy(struct pool *, const void *data, size_t count, size_t size);
char *pool_text(struct pool *, const char *value);        /* NULL stays NULL */
char *pool_format(struct pool *, const char *fmt, ...) ROCKS_PRINTF(2, 3);
/* `array` with room for one more; an array grows in place only by doubling. */
void *pool_grow(struct pool *, const void *array, size_t count, size_t size);
struct rocks_settings pool_settings(struct pool *, const struct rocks_settings *);
void pool_free(struct pool *); /* secrets among it are wiped with the rest */

#endif
