/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What the targets share.  Each is one program of libFuzzer, or of driver.c
 * where that is not there.  An input is taken apart at its newlines.
 */
#ifndef ROCKS_TESTS_FUZZ_H
#define ROCKS_TESTS_FUZZ_H

#include <stdint.h>
#include <stdio.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Unlike assert(), never left out. */
#define HOLDS(condition)                                                          \
  do {                                                                            \
    if (!(condition)) {                                                           \
      fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
      abort();                                                                    \
    }                                                                             \
  } while (0)

/* The lines of an input as strings, each up to its first NUL; the last as well. */
static inline void
fuzz_lines(const uint8_t *data, size_t size, struct list *lines)
{
  size_t at = 0, end;

  for (; at <= size; at = end + 1) {
    struct text line = { 0 };

    for (end = at; end < size && data[end] != '\n'; end++)
      continue;
    text_add_bytes(&line, (const char *) data + at, end - at);
    list_add(lines, text_get(&line));
    text_free(&line);
  }
}

#endif
