/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The shape of tables is that of rocks-compat 1.10, to the byte: an integer
 * makes its column one wider than its digits (it was printed as 1500L when
 * widths were taken), an unset value is as wide as the word None.
 */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "framework/json.h"
#include "framework/output.h"

static struct output *
output_of(struct run *run)
{
  if (run->output == NULL)
    run->output = mem_new(1, sizeof *run->output);
  return run->output;
}

void
output_free(struct run *run)
{
  struct output *output = run->output;

  if (output == NULL)
    return;
  list_free(&output->header);
  text_free(&output->pool);
  free(output->cell);
  free(output->row);
  free(output);
  run->output = NULL;
}

void
output_header_list(struct run *run, const struct list *names)
{
  struct output *output = output_of(run);
  size_t i;

  list_free(&output->header);
  for (i = 0; i < names->count; i++)
    list_add(&output->header, names->item[i]);
}

void
output_vheader(struct run *run, const char *owner, va_list ap)
{
  CLEANUP_LIST struct list names = { 0 };
  const char *name;

  for (name = owner; name != NULL; name = va_arg(ap, const char *))
    list_add(&names, name);
  output_header_list(run, &names);
}

void
output_header(struct run *run, const char *owner, ...)
{
  va_list ap;

  va_start(ap, owner);
  output_vheader(run, owner, ap);
  va_end(ap);
}

static struct cell *
add_cell(struct output *output)
{
  output->cell = mem_grow(output->cell, output->ncells, sizeof *output->cell);
  return &output->cell[output->ncells++];
}

static void
add_text(struct run *run, const char *value)
{
  struct output *output = output_of(run);
  struct cell *cell = add_cell(output);

  cell->type = CELL_TEXT;
  cell->set = value != NULL;
  cell->at = output->pool.length;
  cell->length = cell->set ? strlen(value) : 0;
  text_add_bytes(&output->pool, or_empty(value), cell->length + 1);
}

void
output_row(struct run *run, const char *owner)
{
  struct output *output = output_of(run);

  output->row = mem_grow(output->row, output->nrows, sizeof *output->row);
  output->row[output->nrows++] = output->ncells;
  add_text(run, or_empty(owner));
}

void
output_text(struct run *run, const char *value)
{
  add_text(run, value);
}

void
output_number(struct run *run, int64_t value)
{
  struct output *output = output_of(run);
  char digits[24];

  snprintf(digits, sizeof digits, "%" PRId64, value);
  add_text(run, digits);
  output->cell[output->ncells - 1].type = CELL_NUMBER;
}

void
output_number_text(struct run *run, const char *digits)
{
  if (digits == NULL)
    output_text(run, NULL);
  else
    output_number(run, strtoll(digits, NULL, 10));
}

void
output_bool(struct run *run, bool value)
{
  struct output *output = output_of(run);

  add_text(run, value ? "True" : "False");
  output->cell[output->ncells - 1].type = CELL_BOOL;
}

void
output_plain(struct run *run)
{
  output_of(run)->plain = true;
}

void
output_keep_owner(struct run *run)
{
  output_of(run)->keep_owner = true;
}

/* The cells of row `r`; *n is how many. */
const struct cell *
output_cells(const struct output *output, size_t r, size_t *n)
{
  size_t end = r + 1 < output->nrows ? output->row[r + 1] : output->ncells;

  *n = end - output->row[r];
  return &output->cell[output->row[r]];
}

const char *
output_cell_text(const struct output *output, const struct cell *cell)
{
  return output->pool.data + cell->at;
}

/* How the columns are to be printed. */
struct layout {
  size_t *width;
  bool *shown;
  size_t columns;
  bool header;
};

static bool
one_owner(const struct output *output)
{
  size_t r, n;
  const char *first = output_cell_text(output, output_cells(output, 0, &n));

  for (r = 1; r < output->nrows; r++)
    if (strcmp(first, output_cell_text(output, output_cells(output, r, &n))) != 0)
      return false;
  return true;
}

static void
choose_columns(struct run *run, struct layout *layout)
{
  const struct output *output = run->output;
  const char *wanted = run_param(run, "output-col", NULL);
  CLEANUP_LIST struct list names = { 0 };
  size_t i;

  for (i = 0; i < layout->columns; i++)
    layout->shown[i] = i > 0 || output->keep_owner || !one_owner(output);
  if (wanted == NULL || output->header.count == 0)
    return;
  list_split(&names, wanted, ",");
  for (i = 0; i < layout->columns; i++)
    layout->shown[i] = layout->shown[i] && i < output->header.count
      && list_has(&names, output->header.item[i]);
}

static size_t
cell_width(const struct cell *cell, bool owner)
{
  if (!cell->set)
    return 0;
  return cell->length + (owner || cell->type == CELL_NUMBER ? 1 : 0);
}

static void
measure(const struct output *output, struct layout *layout)
{
  size_t r, i, n;

  for (i = 0; layout->header && i < output->header.count; i++)
    layout->width[i] = strlen(output->header.item[i]);
  for (r = 0; r < output->nrows; r++) {
    const struct cell *cell = output_cells(output, r, &n);

    for (i = 0; i < n; i++) {
      size_t width = cell_width(&cell[i], i == 0);

      if (width > layout->width[i])
        layout->width[i] = width;
    }
  }
}

static void
add_header(const struct output *output, const struct layout *layout, struct text *text)
{
  bool first = true;
  size_t i, k;

  for (i = 0; i < output->header.count; i++) {
    const char *name = output->header.item[i];
    size_t length = strlen(name);

    if (!layout->shown[i])
      continue;
    text_add_char(text, ' ', first ? 0 : 1);
    first = false;
    for (k = 0; k < length; k++)
      text_add_char(text, name[k] >= 'a' && name[k] <= 'z' ? (char) (name[k] - 'a' + 'A')
                    : name[k], 1);
    /* A heading without text (`list distribution`) is a missing value. */
    text_add_char(text, length > 0 ? ' ' : '-', layout->width[i] - length);
  }
  text_add_char(text, '\n', 1);
}

static void
add_row(const struct output *output, const struct layout *layout, size_t r, struct text *text)
{
  size_t n, i;
  const struct cell *cell = output_cells(output, r, &n);
  bool first = true;

  for (i = 0; i < n; i++) {
    size_t length = cell[i].length + (i == 0 ? 1 : 0);

    if (!layout->shown[i])
      continue;
    text_add_char(text, ' ', first ? 0 : 1);
    first = false;
    text_add_bytes(text, output_cell_text(output, &cell[i]), cell[i].length);
    if (i == 0)
      text_add_char(text, ':', 1);
    if (!output->plain)
      text_add_char(text, length > 0 ? ' ' : '-', layout->width[i] - length);
  }
  text_add_char(text, '\n', 1);
}

static size_t
count_columns(const struct output *output)
{
  size_t columns = output->header.count, r, n;

  for (r = 0; r < output->nrows; r++) {
    output_cells(output, r, &n);
    if (n > columns)
      columns = n;
  }
  return columns;
}

void
output_finish(struct run *run, struct text *text)
{
  const struct output *output = run->output;
  struct layout layout = { 0 };
  size_t r;

  if (output == NULL || output->nrows == 0)
    return;
  if (!output->plain && output->header.count > 0 && run_flag(run, "json", false)) {
    json_table(run, text);
    return;
  }
  layout.columns = count_columns(output);
  layout.width = mem_new(layout.columns, sizeof *layout.width);
  layout.shown = mem_new(layout.columns, sizeof *layout.shown);
  layout.header = !output->plain && output->header.count > 0
    && run_flag(run, "output-header", true);
  choose_columns(run, &layout);
  measure(output, &layout);
  if (layout.header)
    add_header(output, &layout, text);
  for (r = 0; r < output->nrows; r++)
    add_row(output, &layout, r, text);
  free(layout.width);
  free(layout.shown);
}
