/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include "commands/report.h"
#include "framework/output.h"

void
report_escape(struct text *out, const char *text, bool attribute)
{
  for (; *text != '\0'; text++)
    if (*text == '&')
      text_add(out, "&amp;");
    else if (*text == '<')
      text_add(out, "&lt;");
    else if (*text == '>')
      text_add(out, "&gt;");
    else if (*text == '"' && attribute)
      text_add(out, "&quot;");
    else
      text_add_char(out, (unsigned char) *text < ' ' && *text != '\t' ? ' ' : *text, 1);
}

static void
add_row(struct run *run, const char *host, const struct text *line)
{
  output_plain(run);
  output_row(run, host);
  output_text(run, text_get(line));
}

void
report_line(struct run *run, const char *host, const char *fmt, ...)
{
  CLEANUP_TEXT struct text line = { 0 }, escaped = { 0 };
  va_list ap;

  va_start(ap, fmt);
  text_vadd(&line, fmt, ap);
  va_end(ap);
  report_escape(&escaped, text_get(&line), false);
  add_row(run, host, &escaped);
}

void
report_open(struct run *run, const char *host, const char *path, const char *more)
{
  CLEANUP_TEXT struct text tag = { 0 };

  text_add(&tag, "<file name=\"");
  report_escape(&tag, path, true);
  text_add(&tag, "\"%s%s>", more != NULL ? " " : "", or_empty(more));
  add_row(run, host, &tag);
}

void
report_close(struct run *run, const char *host)
{
  CLEANUP_TEXT struct text tag = { 0 };

  text_add(&tag, "</file>");
  add_row(run, host, &tag);
}
