/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What became of a job, in one sentence.
 */
#include <config.h>

#include <string.h>

#include "remote/run.h"

#define LINES 3    /* of what a host said last */
#define LONGEST 400

char *
remote_label(const struct remote_host *host)
{
  if (or_empty(host->site)[0] == '\0')
    return mem_copy(host->name);
  return mem_format("%s:%s", host->site, host->name);
}

void
remote_job_free(struct remote_job *job)
{
  text_free(&job->output);
  text_free(&job->errors);
}

/* A sentence has no line ends, and a host's words do not steer a terminal. */
static void
make_printable(char *line)
{
  for (; *line != '\0'; line++)
    if ((unsigned char) *line < ' ' || *line == '\177')
      *line = *line == '\t' ? ' ' : '?';
}

/* "a; b; c" of the last lines; the caller frees. */
static char *
last_lines(const char *text, bool timed_out)
{
  CLEANUP_LIST struct list lines = { 0 };
  struct text last = { 0 };
  size_t i;

  list_split(&lines, text, "\r\n");
  /* That is what the shell says of our own signal. */
  while (timed_out && lines.count > 0
         && strstr(lines.item[lines.count - 1], "Terminated") != NULL)
    free(lines.item[--lines.count]);
  for (i = lines.count > LINES ? lines.count - LINES : 0; i < lines.count; i++)
    text_add(&last, "%s%.*s", last.length > 0 ? "; " : "", LONGEST, lines.item[i]);
  make_printable(last.data != NULL ? last.data : (char[]){ "" });
  return text_take(&last);
}

/* ssh gives a screen of text when a host key is not the one it knows, with
 * the place of that in the middle of a line: "Offending KIND key in FILE:LINE". */
static char *
changed_key(const char *errors)
{
  static const char before[] = " key in ";
  const char *place = strstr(errors, "IDENTIFICATION HAS CHANGED");

  if (place == NULL || (place = strstr(place, "Offending ")) == NULL
      || (place = strstr(place, before)) == NULL)
    return NULL;
  place += strlen(before);
  return mem_format("its host key is not the one in %.*s; if it was installed anew, remove "
                    "that line", (int) strcspn(place, "\r\n"), place);
}

/* What a host said last, standard error before output; the caller frees. */
static char *
last_words(const struct remote_job *job)
{
  bool timed_out = job->result == REMOTE_TIMEOUT;
  char *words = NULL;

  if (job->result == REMOTE_UNREACHABLE)
    words = changed_key(text_get(&job->errors));
  if (words == NULL)
    words = last_lines(text_get(&job->errors), timed_out);
  if (words[0] == '\0') {
    free(words);
    words = last_lines(text_get(&job->output), timed_out);
  }
  if (words[0] == '\0') {
    free(words);
    words = mem_copy("it said nothing");
  }
  return words;
}

int
remote_report(struct rocks_call *call, const struct remote_job *job)
{
  CLEANUP_FREE char *label = remote_label(job->host);
  CLEANUP_FREE char *words = last_words(job);

  switch (job->result) {
  case REMOTE_OK:
    return 0;
  case REMOTE_UNREACHABLE:
    return call_fail(call, ROCKS_EUNREACHABLE, "%s does not answer: %s", label, words);
  case REMOTE_TIMEOUT:
    return call_fail(call, ROCKS_EBACKEND, "%s: step did not end within %u s: %s", label,
                     job_timeout(job), words);
  default:
    return call_fail(call, ROCKS_EBACKEND, "%s: step failed with status %d: %s", label,
                     job->status, words);
  }
}
