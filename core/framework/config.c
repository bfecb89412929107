/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "framework/config.h"

#define BLANKS " \t\r\n"

/* Known keys: a misspelt one would otherwise be ignored for ever. */
static const char *const known[] = {
  "database", "pxe_root", "dhcpd_conf", "dhcpd_defaults", "dhcpd_restart", "named_conf",
  "named_zones", "named_reload", "hosts_file"
};

static char *
trim(char *text)
{
  size_t n;

  text += strspn(text, BLANKS);
  n = strlen(text);
  while (n > 0 && strchr(BLANKS, text[n - 1]) != NULL)
    text[--n] = '\0';
  return text;
}

static bool
is_known(const char *key)
{
  size_t i;

  for (i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(key, known[i]) == 0)
      return true;
  return false;
}

static int
read_line(struct rocks_call *call, const char *file, unsigned number, char *line,
          const char *wanted, char **value)
{
  char *key = trim(line), *equals;

  if (*key == '\0' || *key == '#')
    return 0;
  equals = strchr(key, '=');
  if (equals == NULL)
    return call_fail(call, ROCKS_EINVALID, "%s line %u is not \"key = value\"", file, number);
  *equals = '\0';
  key = trim(key);
  if (!is_known(key))
    return call_fail(call, ROCKS_EINVALID, "%s line %u: unknown key \"%s\"", file, number, key);
  if (strcmp(key, wanted) == 0) {
    free(*value);
    *value = mem_copy(trim(equals + 1));
  }
  return 0;
}

int
config_get_file(struct rocks_call *call, const char *file, const char *key, char **value)
{
  char *line = NULL;
  size_t room = 0;
  unsigned number = 0;
  int result = 0;
  FILE *in;

  *value = NULL;
  in = fopen(file, "re");
  if (in == NULL)
    return errno == ENOENT ? 0
      : call_fail(call, ROCKS_EPERMISSION, "cannot read %s: %s", file, strerror(errno));
  while (result == 0 && getline(&line, &room, in) >= 0)
    result = read_line(call, file, ++number, line, key, value);
  free(line);
  fclose(in);
  if (result != 0) {
    free(*value);
    *value = NULL;
  }
  return result;
}

int
config_get(struct rocks_call *call, const char *key, char **value)
{
  return config_get_file(call, ROCKS_CONFIG_FILE, key, value);
}
