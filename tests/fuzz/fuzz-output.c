/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Tables of any contents, as text and as JSON.  Of an input's lines the first
 * is parameters, the second the header; of the others the first byte says what
 * kind of cell it is.
 */
#include <config.h>

#include <string.h>

#include <jansson.h>

#include "framework/framework.h"
#include "framework/json.c"
#include "framework/output.c"
#include "framework/words.c"
#include "fuzz.h"

static void
fuzz_cell(struct run *run, const char *line)
{
  switch (line[0]) {
  case 'r':
    output_row(run, line + 1);
    break;
  case 'n':
    output_number(run, strtol(line + 1, NULL, 10));
    break;
  case 'd':
    output_number_text(run, line[1] != '\0' && line[1 + strspn(line + 1, "0123456789")] == '\0'
                       ? line + 1 : NULL);
    break;
  case 'b':
    output_bool(run, line[1] == 'y');
    break;
  case 'u':
    output_text(run, NULL);
    break;
  default:
    output_text(run, line);
  }
}

/* No cell holds a line end, so a row is a line. */
static void
check_table(struct run *run, const struct text *text, bool header)
{
  size_t lines = 0, i, shown;

  for (i = 0; i < text->length; i++)
    lines += text->data[i] == '\n';
  shown = header && !run->output->plain && run_flag(run, "output-header", true) ? 1 : 0;
  HOLDS(lines == run->output->nrows + shown);
}

/* Whatever bytes the cells are of. */
static void
check_json(const struct text *text)
{
  json_t *json = json_loads(text_get(text), 0, NULL);

  HOLDS(json_is_array(json));
  json_decref(json);
}

static void
fuzz_print(struct run *run, const struct list *lines, struct text *text)
{
  CLEANUP_LIST struct list names = { 0 };
  size_t i;

  if (lines->count > 1)
    list_split(&names, lines->item[1], ",");
  if (names.count > 0)
    output_header_list(run, &names);
  if (names.count % 3 == 2)
    output_keep_owner(run);
  if (names.count % 5 == 4)
    output_plain(run);
  output_row(run, "");
  for (i = 2; i < lines->count; i++)
    fuzz_cell(run, lines->item[i]);
  output_finish(run, text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static const struct command command = { .words = "list host thing" };
  CLEANUP_LIST struct list lines = { 0 }, words = { 0 };
  CLEANUP_TEXT struct text text = { 0 };
  struct rocks_call call;
  struct run run = { .call = &call, .command = &command };
  bool json, header;

  if (size > 4096)
    return 0;
  call_init(&call);
  fuzz_lines(data, size, &lines);
  list_split(&words, lines.item[0], " ");
  run_split(&run, (const char *const *) words.item, words.count);
  fuzz_print(&run, &lines, &text);
  header = run.output->header.count > 0;
  json = header && run_flag(&run, "json", false) && !run.output->plain;
  if (json)
    check_json(&text);
  else
    check_table(&run, &text, header);
  output_free(&run);
  list_free(&run.args);
  list_free(&run.param_names);
  list_free(&run.param_values);
  call_free(&call);
  return 0;
}
