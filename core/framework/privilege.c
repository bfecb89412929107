/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Who may run what, and what syslog is told about it (rocks-compat 1.2, 1.12).
 */
#include <config.h>

#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "framework/framework.h"

static const char *
user_name(void)
{
  const struct passwd *entry;

  if (geteuid() == 0)
    return "root";
  entry = getpwuid(geteuid());
  return entry != NULL ? entry->pw_name : "?";
}

bool
caller_is_root(void)
{
  return geteuid() == 0 || strcmp(user_name(), "apache") == 0;
}

int
run_through_sudo(struct rocks_call *call, char **argv)
{
  size_t n = 0, i;
  char **words;

  while (argv[n] != NULL)
    n++;
  words = mem_new(n + 2, sizeof *words);
  words[0] = mem_copy("sudo");
  for (i = 0; i < n; i++)
    words[i + 1] = argv[i];
  /* No shell: values with blanks or quotes arrive as they were typed, and the
   * exit status is sudo's.  The original lost both. */
  execvp(words[0], words);
  call_fail(call, ROCKS_EPERMISSION, "this command requires root, and sudo cannot be run: %s",
            strerror(errno));
  free(words[0]);
  free(words);
  return 1;
}

static void
log_line(int priority, struct text *line)
{
  size_t i;

  /* A word could otherwise forge a line of its own. */
  for (i = 0; i < line->length; i++)
    if ((unsigned char) line->data[i] < ' ' || line->data[i] == 0x7f)
      line->data[i] = '?';
  openlog("rockscommand", LOG_PID, LOG_LOCAL0);
  syslog(priority, "%s", text_get(line));
  text_free(line);
}

void
log_call(const struct command *command, const char *const *words, size_t nwords)
{
  struct text line = { 0 };
  size_t i;

  text_add(&line, "user %s called \"%s", user_name(), command->words);
  if ((command->flags & COMMAND_SECRET) != 0)
    text_add(&line, " ...");
  else
    for (i = 0; i < nwords; i++)
      text_add(&line, " %s", words[i]);
  text_add(&line, "\"");
  log_line(LOG_INFO, &line);
}

void
log_error(const char *message)
{
  struct text line = { 0 };

  text_add_bytes(&line, message, strcspn(message, "\n"));
  log_line(LOG_ERR, &line);
}
