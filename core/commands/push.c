/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * From `report host ...` to hosts.
 */
#include <config.h>

#include <string.h>

#include "commands/patterns.h"
#include "commands/push.h"
#include "commands/reach.h"
#include "remote/script.h"

#define TIMEOUT 120 /* seconds: a network that starts may wait for its links */

/* Every file is complete before it takes the place of the one before. */
static const char functions[]
  = "put_file() { # NAME PERMS TEXT\n"
    "  mkdir -p \"$(dirname \"$1\")\"\n"
    "  printf '%s' \"$3\" >\"$1.rocks-new\"\n"
    "  chmod \"$2\" \"$1.rocks-new\"\n"
    "  mv -f \"$1.rocks-new\" \"$1\"\n"
    "}\n";

/* A report on one host while it is read. */
struct reader {
  struct rocks_script *script;
  char *path, *perms; /* of the file that is open */
  struct text file;
};

static const struct { const char *entity; char c; } entities[] = {
  { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' }
};

static void
add_unescaped(struct text *out, const char *text, size_t length)
{
  size_t i, e, n;

  for (i = 0; i < length; i += n) {
    char c = text[i];

    n = 1;
    for (e = 0; e < sizeof entities / sizeof *entities; e++)
      if (strncmp(text + i, entities[e].entity, strlen(entities[e].entity)) == 0) {
        c = entities[e].c;
        n = strlen(entities[e].entity);
      }
    text_add_char(out, c, 1);
  }
}

/* The value of an attribute of a tag; NULL without it; the caller frees. */
static char *
attribute(const char *tag, const char *name)
{
  CLEANUP_FREE char *key = mem_format(" %s=\"", name);
  const char *start = strstr(tag, key);
  struct text value = { 0 };

  if (start == NULL)
    return NULL;
  start += strlen(key);
  add_unescaped(&value, start, strcspn(start, "\""));
  return text_take(&value);
}

static void
read_line(struct reader *reader, const char *line)
{
  if (strncmp(line, "<file ", 6) == 0) {
    reader->path = attribute(line, "name");
    reader->perms = attribute(line, "perms");
  } else if (strcmp(line, "</file>") == 0 && reader->path != NULL) {
    script_run(reader->script, "put_file", reader->path,
               reader->perms != NULL ? reader->perms : "0644", text_get(&reader->file), NULL);
    free(reader->path);
    free(reader->perms);
    reader->path = reader->perms = NULL;
    text_free(&reader->file);
  } else if (reader->path != NULL) {
    add_unescaped(&reader->file, line, strlen(line));
    text_add_char(&reader->file, '\n', 1);
  } else if (*line != '\0') {
    /* What stands outside of files is shell. */
    CLEANUP_TEXT struct text shell = { 0 };

    add_unescaped(&shell, line, strlen(line));
    script_run(reader->script, "sh", "-c", text_get(&shell), NULL);
  }
}

/* The lines of a report that are this host's: with several hosts in it each
 * line begins with its host. */
static void
read_report(struct reader *reader, const char *host, bool several, const char *report)
{
  CLEANUP_FREE char *prefix = several ? mem_format("%s: ", host) : mem_copy("");
  size_t skip = strlen(prefix), n;

  for (; *report != '\0'; report += n + (report[n] == '\n')) {
    CLEANUP_FREE char *line = NULL;

    n = strcspn(report, "\n");
    if (n < skip || strncmp(report, prefix, skip) != 0)
      continue;
    line = mem_format("%.*s", (int) (n - skip), report + skip);
    read_line(reader, line);
  }
  free(reader->path);
  free(reader->perms);
  reader->path = reader->perms = NULL;
  text_free(&reader->file);
}

struct pushing {
  struct run *run;
  const struct push *push;
  struct reach reach;
  struct remote_job *job;
  struct rocks_script **script;
  struct text *report; /* of each of push->reports */
};

static void
make_job(struct pushing *p, size_t i)
{
  struct reader reader = { .script = script_new() };
  const struct list *subjects = p->push->subjects;
  size_t r;

  script_code(reader.script, functions);
  if (p->push->code != NULL)
    script_code(reader.script, p->push->code);
  for (r = 0; r < p->push->nreports; r++)
    read_report(&reader, subjects->item[i], subjects->count > 1, text_get(&p->report[r]));
  if (p->push->last != NULL)
    script_run(reader.script, p->push->last, NULL);
  p->script[i] = reader.script;
  p->job[i] = (struct remote_job){
    .host = &p->reach.host[i], .script = script_text(reader.script), .timeout = TIMEOUT
  };
}

/* A host that is down, or has its files from elsewhere, stops no other. */
static void
finish_job(struct pushing *p, size_t i)
{
  if (p->job[i].result != REMOTE_OK) {
    remote_report(p->run->call, &p->job[i]);
    call_warn(p->run->call, "%s", or_empty(p->run->call->message));
    call_clear(p->run->call);
  }
  remote_job_free(&p->job[i]);
  script_free(p->script[i]);
}

static int
push_all(struct pushing *p)
{
  const struct push *push = p->push;
  size_t i, n = push->subjects->count;

  for (i = 0; i < push->nreports; i++)
    if (command_text(p->run, push->reports[i], (const char *const *) push->subjects->item, n,
                     &p->report[i]) != 0)
      return -1;
  if (reach_hosts(p->run, push->hosts, &p->reach) != 0)
    return -1;
  p->job = mem_new(n, sizeof *p->job);
  p->script = mem_new(n, sizeof(struct rocks_script *));
  for (i = 0; i < n; i++)
    make_job(p, i);
  remote_run(p->run->call, p->job, n, 0);
  for (i = 0; i < n; i++)
    finish_job(p, i);
  return 0;
}

int
push_reports(struct run *run, const struct push *push)
{
  struct pushing p = { .run = run, .push = push };
  int result = 0;
  size_t i;

  p.report = mem_new(push->nreports, sizeof *p.report);
  if (push->subjects->count > 0)
    result = push_all(&p);
  for (i = 0; i < push->nreports; i++)
    text_free(&p.report[i]);
  free(p.report);
  free(p.job);
  free(p.script);
  reach_free(&p.reach);
  return result;
}
