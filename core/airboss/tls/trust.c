/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "airboss/tls/trust.h"
#include "base/file.h"

#define PIN_HEAD "sha256:"
#define PIN_DIGITS 64

bool
trust_is_pin(const char *text)
{
  return strncasecmp(text, PIN_HEAD, strlen(PIN_HEAD)) == 0
         && strspn(text + strlen(PIN_HEAD), "0123456789abcdefABCDEF") == PIN_DIGITS
         && text[strlen(PIN_HEAD) + PIN_DIGITS] == '\0';
}

bool
trust_same(const char *a, const char *b)
{
  return strcasecmp(a, b) == 0;
}

/* The pin in the line of that server, or NULL. */
static char *
read_pin(FILE *in, const char *server)
{
  char *line = NULL, *pin = NULL;
  size_t room = 0;

  while (pin == NULL && getline(&line, &room, in) >= 0) {
    CLEANUP_LIST struct list words = { 0 };

    list_split(&words, line, " \t\r\n");
    if (words.count == 2 && strcmp(words.item[0], server) == 0)
      pin = mem_copy(words.item[1]);
  }
  free(line);
  return pin;
}

static int
check_pin(const char *file, const char *server, const char *pin, struct text *why)
{
  if (pin == NULL || trust_is_pin(pin))
    return 0;
  text_add(why, "%s: what stands there of %s is no fingerprint: %s", file, server, pin);
  return -1;
}

int
trust_find(const char *file, const char *server, char **pin, struct text *why)
{
  FILE *in = fopen(file, "re");

  *pin = NULL;
  if (in == NULL && (errno == ENOENT || errno == ENOTDIR))
    return 0;
  if (in == NULL) {
    text_add(why, "cannot read %s: %s", file, strerror(errno));
    return -1;
  }
  *pin = read_pin(in, server);
  fclose(in);
  return check_pin(file, server, *pin, why);
}

static FILE *
open_locked(const char *file)
{
  int fd = open(file, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  FILE *both;

  if (fd < 0)
    return NULL;
  if (flock(fd, LOCK_EX) == 0 && (both = fdopen(fd, "a+")) != NULL)
    return both;
  close(fd);
  return NULL;
}

static int
add_line(FILE *both, const char *file, const char *server, const char *pin, struct text *why)
{
  CLEANUP_FREE char *old = NULL;

  rewind(both);
  old = read_pin(both, server);
  if (old == NULL) {
    fseek(both, 0, SEEK_END);
    fprintf(both, "%s %s\n", server, pin);
    if (fflush(both) == 0)
      return 0;
    text_add(why, "cannot write %s: %s", file, strerror(errno));
    return -1;
  }
  if (trust_same(old, pin))
    return 0;
  text_add(why, "%s shows two keys at once: %s and %s", server, old, pin);
  return -1;
}

int
trust_add(const char *file, const char *server, const char *pin, struct text *why)
{
  const char *slash = strrchr(file, '/');
  struct rocks_call call;
  FILE *both;
  int result;

  call_init(&call);
  if (slash != NULL && slash != file) {
    CLEANUP_FREE char *folder = mem_format("%.*s", (int) (slash - file), file);

    folder_make(&call, folder); /* opening the file tells */
  }
  call_free(&call);
  both = open_locked(file);
  if (both == NULL) {
    text_add(why, "cannot write %s: %s", file, strerror(errno));
    return -1;
  }
  result = add_line(both, file, server, pin, why);
  fclose(both);
  return result;
}
