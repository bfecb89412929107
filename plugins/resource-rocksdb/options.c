/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

static void
forget(char **text)
{
  if (*text != NULL)
    explicit_bzero(*text, strlen(*text));
  free(*text);
  *text = NULL;
}

/* Without blanks at both ends, and without quotes around it; in place. */
static char *
trim(char *text)
{
  size_t n;

  while (isspace((unsigned char) *text))
    text++;
  n = strlen(text);
  while (n > 0 && isspace((unsigned char) text[n - 1]))
    text[--n] = '\0';
  if (n > 1 && (*text == '"' || *text == '\'') && text[n - 1] == *text) {
    text[n - 1] = '\0';
    text++;
  }
  return text;
}

static char **
place_of(struct db_options *options, const char *name)
{
  const struct {
    const char *name;
    char **place;
  } known[] = {
    { "password", &options->password }, { "ssl-ca", &options->ssl_ca },
    { "ssl-cert", &options->ssl_cert }, { "ssl-key", &options->ssl_key },
  };
  size_t i;

  for (i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(known[i].name, name) == 0)
      return known[i].place;
  return NULL;
}

/* One line, in place; *ours: whether it stands in a group that is meant. */
static int
read_line(char *line, bool *ours, struct db_options *options)
{
  char *name = trim(line), *value = strchr(name, '='), *c;
  char **place;

  if (*name == '[') {
    *ours = strcmp(name, "[client]") == 0 || strcmp(name, "[rocks]") == 0;
    return 0;
  }
  if (!*ours || value == NULL || *name == '#' || *name == ';')
    return 0;
  *value++ = '\0';
  name = trim(name);
  for (c = name; *c != '\0'; c++)
    if (*c == '_')
      *c = '-';
  place = place_of(options, name);
  if (place == NULL)
    return 0;
  forget(place);
  *place = strdup(trim(value));
  return *place != NULL ? 0 : -1;
}

int
db_options_read(const char *file, struct db_options *options)
{
  FILE *in = fopen(file, "re");
  char *line = NULL;
  size_t size = 0;
  bool ours = false;
  int result = 0;

  *options = (struct db_options){ 0 };
  if (in == NULL)
    return 0;
  while (result == 0 && getline(&line, &size, in) != -1)
    result = read_line(line, &ours, options);
  if (line != NULL)
    explicit_bzero(line, size);
  free(line);
  fclose(in);
  return result;
}

void
db_options_free(struct db_options *options)
{
  forget(&options->password);
  forget(&options->ssl_ca);
  forget(&options->ssl_cert);
  forget(&options->ssl_key);
}
