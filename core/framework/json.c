/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <string.h>

#include <jansson.h>

#include "framework/json.h"
#include "framework/output.h"

char *
json_utf8(const char *value)
{
  json_t *json = json_string(value);
  struct text text = { 0 };

  if (json != NULL) {
    json_decref(json);
    return mem_copy(value);
  }
  for (; *value != '\0'; value++) {
    unsigned char byte = (unsigned char) *value;

    if (byte >= 0x80)
      text_add_char(&text, (char) (0xc0 | byte >> 6), 1);
    text_add_char(&text, (char) (byte >= 0x80 ? 0x80 | (byte & 0x3f) : byte), 1);
  }
  return text_take(&text);
}

static json_t *
json_text(const char *value)
{
  CLEANUP_FREE char *utf8 = json_utf8(value);

  return json_string(utf8);
}

static json_t *
json_cell(const struct output *output, const struct cell *cell)
{
  const char *value = output_cell_text(output, cell);

  if (!cell->set)
    return json_null();
  switch (cell->type) {
  case CELL_NUMBER:
    return json_integer(strtoll(value, NULL, 10));
  case CELL_BOOL:
    return json_boolean(strcmp(value, "True") == 0);
  case CELL_TEXT:
    break;
  }
  return json_text(value);
}

static json_t *
json_row(const struct output *output, size_t row)
{
  json_t *object = json_object();
  size_t n, i;
  const struct cell *cell = output_cells(output, row, &n);

  for (i = 1; i < n && i < output->header.count; i++)
    json_object_set_new(object, output->header.item[i], json_cell(output, &cell[i]));
  return object;
}

static json_t *
json_owner(const char *owner)
{
  struct text text = { 0 };
  json_t *json;

  for (; *owner != '\0'; owner++)
    text_add_char(&text, *owner, *owner == ':' ? 0 : 1);
  json = json_text(text_get(&text));
  text_free(&text);
  return json;
}

/* The last word of the command, the one before it where the owner is called so. */
static char *
list_key(const struct run *run)
{
  CLEANUP_LIST struct list words = { 0 };
  size_t at;

  list_split(&words, run->command->words, " ");
  at = words.count - 1;
  if (at > 0 && strcmp(words.item[at], run->output->header.item[0]) == 0)
    at--;
  return mem_copy(words.item[at]);
}

void
json_table(struct run *run, struct text *text)
{
  const struct output *output = run->output;
  json_t *all = json_array(), *rows = NULL;
  CLEANUP_FREE char *key = list_key(run);
  const char *before = NULL;
  char *dump;
  size_t r, n;

  for (r = 0; r < output->nrows; r++) {
    const char *owner = output_cell_text(output, output_cells(output, r, &n));

    if (before == NULL || strcmp(before, owner) != 0) {
      json_t *group = json_object();

      rows = json_array();
      json_object_set_new(group, output->header.item[0], json_owner(owner));
      json_object_set_new(group, key, rows);
      json_array_append_new(all, group);
      before = owner;
    }
    json_array_append_new(rows, json_row(output, r));
  }
  dump = json_dumps(all, JSON_INDENT(4) | JSON_ENSURE_ASCII);
  text_add(text, "%s", or_empty(dump));
  free(dump);
  json_decref(all);
}
