/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Host words that are SQL.  The original ran any statement with the rights of
 * the caller; here it is one SELECT, in a session of its own that the server
 * holds to reading.  What a read-only transaction still allows (files, locks,
 * waiting) is refused by its words.
 */
#include <config.h>

#include <string.h>
#include <strings.h>

#include "framework/hosts.h"

#define WORD "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

static const char *const refused[] = {
  "into", "outfile", "dumpfile", "load_file", "procedure", "update", "share", "lock", "get_lock",
  "release_lock", "sleep", "benchmark", "nextval", "setval", "lastval", "master_pos_wait",
};

/* Behind a quoted text or name; NULL when it does not end. */
static const char *
skip_quoted(const char *sql)
{
  char quote = *sql++;

  for (; *sql != '\0'; sql++) {
    if (*sql == '\\' && quote != '`' && sql[1] != '\0')
      sql++;
    else if (*sql == quote)
      return sql + 1;
  }
  return NULL;
}

static bool
is_refused(const char *word, size_t length)
{
  size_t i;

  for (i = 0; i < sizeof refused / sizeof *refused; i++)
    if (strlen(refused[i]) == length && strncasecmp(refused[i], word, length) == 0)
      return true;
  return false;
}

int
hosts_check_select(struct rocks_call *call, const char *sql)
{
  const char *at = sql;

  while (at != NULL && *at != '\0') {
    size_t n = strspn(at, WORD);

    if (is_refused(at, n))
      return call_fail(call, ROCKS_EINVALID, "\"%.*s\" is not allowed in host word \"%s\"",
                       (int) n, at, sql);
    if (*at == ';' || *at == '#' || *at == '@' || strncmp(at, "--", 2) == 0
        || strncmp(at, "/*", 2) == 0)
      return call_fail(call, ROCKS_EINVALID, "host word \"%s\" is not a single select", sql);
    if (n > 0)
      at += n;
    else
      at = strchr("'\"`", *at) != NULL ? skip_quoted(at) : at + 1;
  }
  if (at == NULL)
    return call_fail(call, ROCKS_EINVALID, "a quote in host word \"%s\" does not end", sql);
  return 0;
}
