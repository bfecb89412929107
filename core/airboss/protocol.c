/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "airboss/protocol.h"
#include "base/addr.h"
#include "base/clock.h"

#define HELLO "rocks-airboss/1"

static const char *const names[] = {
  [AIRBOSS_POWER_ON] = "power-on",   [AIRBOSS_POWER_OFF] = "power-off",
  [AIRBOSS_POWER_INSTALL] = "power-install", [AIRBOSS_MACS] = "macs",
  [AIRBOSS_STATES] = "states",       [AIRBOSS_CONSOLE] = "console",
  [AIRBOSS_CDROM] = "cdrom",
};

const char *
request_name(enum airboss_operation operation)
{
  return names[operation];
}

/* ---- requests ---- */

static int
take_host(struct airboss_request *request, const char *host, size_t length, struct text *why)
{
  static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                "0123456789-_.:";

  if (length == 0 || length > AIRBOSS_HOST_MAX || strspn(host, allowed) < length
      || host[0] == '-') {
    text_add(why, "invalid host");
    return -1;
  }
  memcpy(request->host, host, length);
  request->host[length] = '\0';
  return 0;
}

/* `..` could lead out of the folder that an admin has set aside. */
static bool
is_path(const char *path)
{
  const char *c;

  if (path[0] != '/' || strlen(path) > AIRBOSS_PATH_MAX || strstr(path, "..") != NULL)
    return false;
  for (c = path; *c != '\0'; c++)
    if ((unsigned char) *c <= ' ' || *c == 0x7f)
      return false;
  return true;
}

int
request_make(struct airboss_request *request, enum airboss_operation operation, const char *host,
             const char *path, struct text *why)
{
  *request = (struct airboss_request){ .operation = operation };
  if (take_host(request, host, strlen(host), why) != 0)
    return -1;
  if (path == NULL || path[0] == '\0')
    return 0;
  if (operation != AIRBOSS_CDROM || !is_path(path)) {
    text_add(why, "invalid path");
    return -1;
  }
  memcpy(request->path, path, strlen(path) + 1);
  return 0;
}

int
request_parse(const char *line, struct airboss_request *request, struct text *why)
{
  size_t length = strcspn(line, " "), i;
  const char *host;

  *request = (struct airboss_request){ 0 };
  if (length != strlen(HELLO) || strncmp(line, HELLO, length) != 0 || line[length] == '\0') {
    text_add(why, "this airboss speaks " HELLO " alone");
    return -1;
  }
  line += length + 1;
  length = strcspn(line, " ");
  for (i = 0; i < sizeof names / sizeof *names; i++)
    if (strlen(names[i]) == length && strncmp(names[i], line, length) == 0)
      break;
  if (i == sizeof names / sizeof *names || line[length] == '\0') {
    text_add(why, "command is invalid");
    return -1;
  }
  host = line + length + 1;
  length = strcspn(host, " ");
  if (host[length] == '\0')
    return request_make(request, (enum airboss_operation) i, host, NULL, why);
  if (host[length + 1] == '\0' || (enum airboss_operation) i != AIRBOSS_CDROM
      || !is_path(host + length + 1)) {
    text_add(why, "invalid path");
    return -1;
  }
  request->operation = (enum airboss_operation) i;
  memcpy(request->path, host + length + 1, strlen(host + length + 1) + 1);
  return take_host(request, host, length, why);
}

void
request_format(const struct airboss_request *request, struct text *line)
{
  text_add(line, HELLO " %s %s%s%s\n", names[request->operation], request->host,
           request->path[0] != '\0' ? " " : "", request->path);
}

/* ---- replies ---- */

int
reply_parse(const char *line, bool *good, size_t *length)
{
  int64_t number;

  *good = strncmp(line, "ok ", 3) == 0;
  if (!*good && strncmp(line, "failed ", 7) != 0)
    return -1;
  line += *good ? 3 : 7;
  if (line[strspn(line, "0123456789")] != '\0'
      || !number_parse(line, 0, (int64_t) AIRBOSS_BODY_MAX, &number))
    return -1;
  *length = (size_t) number;
  return 0;
}

void
reply_format(bool good, size_t length, struct text *line)
{
  text_add(line, "%s %zu\n", good ? "ok" : "failed", length);
}

/* Cuts a word off; NULL when there is none. */
static const char *
cut_word(char **line)
{
  char *word = *line, *blank = strchr(word, ' ');

  if (blank == NULL || blank == word)
    return NULL;
  *blank = '\0';
  *line = blank + 1;
  return word;
}

int
node_parse(char *line, struct airboss_node *node)
{
  const char *role;

  node->mac = cut_word(&line);
  node->state = node->mac != NULL ? cut_word(&line) : NULL;
  role = node->state != NULL ? cut_word(&line) : NULL;
  if (role == NULL || *line == '\0')
    return -1;
  node->frontend = strcmp(role, "frontend") == 0;
  node->names = line;
  for (; *line != '\0'; line++)
    if ((unsigned char) *line < ' ' || *line == 0x7f)
      *line = '?';
  return 0;
}

void
node_format(const struct airboss_node *node, struct text *line)
{
  text_add(line, "%s %s %s %s\n", node->mac, node->state, node->frontend ? "frontend" : "compute",
           node->names);
}

/* ---- keys ---- */

static bool
is_blank(char c)
{
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool
key_matches(const char *pem, const char *base64)
{
  static const char begin[] = "-----BEGIN PUBLIC KEY-----", end[] = "-----END PUBLIC KEY-----";
  const char *at = strstr(pem, begin);

  if (at == NULL || base64[0] == '\0')
    return false;
  for (at += sizeof begin - 1; *at != '\0' && *at != '-'; at++) {
    if (is_blank(*at))
      continue;
    if (*at != *base64)
      return false;
    base64++;
  }
  return *base64 == '\0' && strncmp(at, end, sizeof end - 1) == 0;
}

/* ---- sockets ---- */

static bool
wait_until(int fd, short events, int64_t deadline)
{
  struct pollfd ready = { .fd = fd, .events = events };
  int64_t left;
  int n;

  do {
    left = deadline - clock_ms();
    if (left <= 0)
      return false;
    n = poll(&ready, 1, left > 60000 ? 60000 : (int) left);
  } while (n == 0 || (n < 0 && errno == EINTR));
  return n > 0;
}

int
line_read(int fd, char *line, size_t room, int64_t deadline)
{
  size_t n;

  /* One byte at a time: what follows is not ours to read. */
  for (n = 0; n < room; n++) {
    if (!wait_until(fd, POLLIN, deadline) || recv(fd, line + n, 1, 0) != 1 || line[n] == '\0')
      return -1;
    if (line[n] == '\n') {
      line[n] = '\0';
      return 0;
    }
  }
  return -1;
}

int
bytes_read(int fd, struct text *text, size_t length, int64_t deadline)
{
  char block[16384];

  while (length > 0) {
    ssize_t n = -1;

    if (wait_until(fd, POLLIN, deadline))
      n = recv(fd, block, length < sizeof block ? length : sizeof block, 0);
    if (n <= 0)
      return -1;
    text_add_bytes(text, block, (size_t) n);
    length -= (size_t) n;
  }
  return 0;
}

int
bytes_write(int fd, const struct text *text, int64_t deadline)
{
  size_t at = 0;

  while (at < text->length) {
    ssize_t n = -1;

    if (wait_until(fd, POLLOUT, deadline))
      n = send(fd, text->data + at, text->length - at, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN)
      continue;
    if (n <= 0)
      return -1;
    at += (size_t) n;
  }
  return 0;
}
