/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Tables and JSON, as in rocks-compat 1.10.
 */
#ifndef ROCKS_FRAMEWORK_OUTPUT_H
#define ROCKS_FRAMEWORK_OUTPUT_H

#include <stdarg.h>
#include <stdint.h>

#include "framework/command.h"

/* Column names, lower case, the owner's first; up to NULL.  Called once. */
void output_header(struct run *, const char *owner, ...) ROCKS_SENTINEL;
void output_header_list(struct run *, const struct list *);
void output_vheader(struct run *, const char *owner, va_list);

enum cell_type { CELL_TEXT, CELL_NUMBER, CELL_BOOL };

/* A row begins with its owner; then one call for each value.  NULL is unset:
 * dashes, null in JSON.  "" is shown as dashes too, but is "" in JSON. */
void output_row(struct run *, const char *owner);
void output_text(struct run *, const char *value);
void output_number(struct run *, int64_t value);
void output_number_text(struct run *, const char *digits); /* NULL: unset */
void output_bool(struct run *, bool value);                /* True / False */

/* `report ...` commands: no padding, no header, cells joined by a blank. */
void output_plain(struct run *);
/* The owner column is shown even if all rows have the same owner. */
void output_keep_owner(struct run *);

/* What the framework calls at the end: adds the table to `text`. */
void output_finish(struct run *, struct text *);
void output_free(struct run *);

/* The table itself, for json.c. */
struct cell {
  enum cell_type type;
  bool set;
  size_t at, length; /* in the pool */
};
struct output {
  struct list header;
  struct text pool;
  struct cell *cell;
  size_t ncells;
  size_t *row; /* first cell of each row */
  size_t nrows;
  bool plain, keep_owner;
};
/* The cells of one row, its owner first. */
const struct cell *output_cells(const struct output *, size_t row, size_t *n);
const char *output_cell_text(const struct output *, const struct cell *);

#endif
