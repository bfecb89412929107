/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "uri.h"

#define SCHEME "mysql://"

struct reader {
  const struct rocks_core *core;
  struct rocks_call *call;
  struct db_uri *uri;
};

static int
refuse(const struct reader *in, const char *why)
{
  in->core->error(in->call, ROCKS_EINVALID, "the database URI %s", why);
  return -1;
}

static int
hex_digit(char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

/* Decodes text[0..length) into a new string; an empty one stays NULL.  What
 * follows the piece is a delimiter or the NUL, so a cut `%4` is seen. */
static int
decode(const struct reader *in, const char *text, size_t length, char **out)
{
  char *copy;
  size_t i, n = 0;

  if (length == 0)
    return 0;
  copy = malloc(length + 1);
  if (copy == NULL) {
    in->core->error(in->call, ROCKS_EMEMORY, "out of memory");
    return -1;
  }
  for (i = 0; i < length; i++) {
    if (text[i] == '%') {
      int high = hex_digit(text[i + 1]);
      int low = high < 0 ? -1 : hex_digit(text[i + 2]);

      if (low < 0 || high + low == 0) {
        free(copy);
        return refuse(in, "has a `%` without the two hexadecimal digits of a character");
      }
      copy[n++] = (char)(high * 16 + low);
      i += 2;
    } else {
      copy[n++] = text[i];
    }
  }
  copy[n] = '\0';
  free(*out);
  *out = copy;
  return 0;
}

static int
read_port(const struct reader *in, const char *text, size_t length)
{
  unsigned long port = 0;
  size_t i;

  for (i = 0; i < length && text[i] >= '0' && text[i] <= '9' && port <= 65535; i++)
    port = port * 10 + (unsigned long)(text[i] - '0');
  /* The text itself is not repeated: a forgotten host makes it a password. */
  if (i < length || length == 0 || port == 0 || port > 65535)
    return refuse(in, "has a port that is not a number from 1 to 65535");
  in->uri->port = (unsigned)port;
  return 0;
}

/* [user@][host][:port] */
static int
read_authority(const struct reader *in, const char *text, size_t length)
{
  const char *host = text, *end = text + length, *p, *colon;

  for (p = end; p > text && p[-1] != '@'; p--)
    ;
  if (p > text) {
    if (memchr(text, ':', (size_t)(p - 1 - text)) != NULL)
      return refuse(in, "holds a password: credentials belong in a MySQL option file, "
                        "group [client] or [rocks]");
    if (decode(in, text, (size_t)(p - 1 - text), &in->uri->user) != 0)
      return -1;
    host = p;
  }
  if (host < end && *host == '[') { /* an IPv6 address, RFC 3986 3.2.2 */
    const char *close = memchr(host, ']', (size_t)(end - host));

    if (close == NULL || (close + 1 < end && close[1] != ':'))
      return refuse(in, "has a `[` without its `]` around an address");
    if (close + 1 < end && read_port(in, close + 2, (size_t)(end - close - 2)) != 0)
      return -1;
    return decode(in, host + 1, (size_t)(close - host - 1), &in->uri->host);
  }
  colon = memchr(host, ':', (size_t)(end - host));
  if (colon != NULL && read_port(in, colon + 1, (size_t)(end - colon - 1)) != 0)
    return -1;
  return decode(in, host, (size_t)((colon == NULL ? end : colon) - host), &in->uri->host);
}

static int
read_database(const struct reader *in, const char *text, size_t length)
{
  const char *allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-$";

  if (length == 0) {
    text = "cluster";
    length = strlen(text);
  }
  if (decode(in, text, length, &in->uri->database) != 0)
    return -1;
  length = strlen(in->uri->database);
  if (length > 64 || strspn(in->uri->database, allowed) != length) {
    in->core->error(in->call, ROCKS_EINVALID,
                    "\"%s\" cannot be the name of a database: letters, digits, _, - and $, "
                    "at most 64", in->uri->database);
    return -1;
  }
  return 0;
}

static int
read_flag(const struct reader *in, const char *value, bool *flag)
{
  if (strcasecmp(value, "yes") == 0 || strcasecmp(value, "no") == 0) {
    *flag = strcasecmp(value, "yes") == 0;
    return 0;
  }
  return refuse(in, "has an `ssl=` that is neither yes nor no");
}

/* name=value */
static int
read_option(const struct reader *in, const char *text, size_t length)
{
  const char *equals = memchr(text, '=', length);
  size_t name = equals == NULL ? length : (size_t)(equals - text);
  char *ssl = NULL;
  int result;
  const struct {
    const char *name;
    char **value;
  } options[] = {
    { "socket", &in->uri->socket },
    { "ssl", &ssl },
    { "ssl-ca", &in->uri->ssl_ca },
    { "option-file", &in->uri->option_file },
  };
  size_t i;

  for (i = 0; i < sizeof options / sizeof options[0]; i++) {
    if (strlen(options[i].name) != name || strncmp(options[i].name, text, name) != 0)
      continue;
    if (equals == NULL || equals + 1 == text + length) {
      in->core->error(in->call, ROCKS_EINVALID, "the database URI gives no value for `%s`",
                      options[i].name);
      return -1;
    }
    result = decode(in, equals + 1, length - name - 1, options[i].value);
    if (result == 0 && ssl != NULL)
      result = read_flag(in, ssl, &in->uri->ssl);
    free(ssl);
    return result;
  }
  in->core->error(in->call, ROCKS_EINVALID,
                  "the database URI has an unknown parameter \"%.*s\" "
                  "(known: socket, ssl, ssl-ca, option-file)",
                  (int)(name < 64 ? name : 64), text);
  return -1;
}

static int
read_options(const struct reader *in, const char *text)
{
  while (*text != '\0') {
    size_t length = strcspn(text, "&");

    if (length > 0 && read_option(in, text, length) != 0)
      return -1;
    text += length;
    text += *text == '&';
  }
  return 0;
}

int
uri_parse(const struct rocks_core *core, struct rocks_call *call, const char *text,
          struct db_uri *uri)
{
  struct reader in = { .core = core, .call = call, .uri = uri };
  size_t authority, path;
  int result;

  *uri = (struct db_uri){ 0 };
  if (strncmp(text, SCHEME, strlen(SCHEME)) != 0)
    return refuse(&in, "does not begin with " SCHEME);
  text += strlen(SCHEME);
  authority = strcspn(text, "/?");
  result = read_authority(&in, text, authority);
  text += authority;
  text += *text == '/';
  path = strcspn(text, "?");
  if (result == 0)
    result = read_database(&in, text, path);
  text += path;
  if (result == 0 && *text == '?')
    result = read_options(&in, text + 1);
  if (result == 0 && uri->ssl_ca != NULL && !uri->ssl)
    result = refuse(&in, "has ssl-ca= without ssl=yes");
  if (result != 0)
    uri_free(uri);
  return result;
}

void
uri_free(struct db_uri *uri)
{
  free(uri->user);
  free(uri->host);
  free(uri->database);
  free(uri->socket);
  free(uri->ssl_ca);
  free(uri->option_file);
  *uri = (struct db_uri){ 0 };
}
