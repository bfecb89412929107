/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What may come near n2n.  edge 1.3 hands its arguments to /bin/sh, so nothing
 * with a character that a shell knows gets as far as a host.
 */
#include <config.h>

#include "n2n.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define BLANKS " \t"

static bool
is_number(const char *text, size_t length, unsigned min, unsigned max, unsigned *out)
{
  unsigned long value;

  if (length == 0 || length > 9 || strspn(text, DIGITS) < length)
    return false;
  value = strtoul(text, NULL, 10);
  *out = (unsigned)value;
  return value >= min && value <= max;
}

int
n2n_number(const struct n2n *n2n, struct rocks_call *call, const char *what, const char *text,
           unsigned min, unsigned max, unsigned *out)
{
  if (is_number(text, strlen(text), min, max, out))
    return 0;
  n2n->core->error(call, ROCKS_EINVALID, "%s \"%s\" is not a number from %u to %u", what, text, min,
                   max);
  return -1;
}

int
n2n_check_mac(const struct n2n *n2n, struct rocks_call *call, const char *mac)
{
  static const char pattern[] = "xx:xx:xx:xx:xx:xx";
  size_t i, length = strlen(mac);
  bool good = length == sizeof pattern - 1;

  for (i = 0; good && i < length; i++)
    good = pattern[i] == ':' ? mac[i] == ':' : strchr(DIGITS "abcdef", mac[i]) != NULL;
  /* The lowest bit of the first byte: not one station but a group of them. */
  if (!good || strchr("13579bdf", mac[1]) != NULL) {
    n2n->core->error(call, ROCKS_EINVALID, "\"%s\" is not the MAC of a network card", mac);
    return -1;
  }
  return 0;
}

int
n2n_check_token(const struct n2n *n2n, struct rocks_call *call, const char *what, const char *text,
                size_t min, size_t max, bool secret)
{
  size_t length = strlen(text);

  if (length >= min && length <= max && strspn(text, LOWER UPPER DIGITS "-_") == length)
    return 0;
  n2n->core->error(call, ROCKS_EINVALID, "%s \"%s\" is not %zu to %zu letters, digits, - and _",
                   what, secret ? "(not shown)" : text, min, max);
  return -1;
}

static bool
is_host(const char *text, size_t length)
{
  static const char first[] = LOWER UPPER DIGITS;

  return length > 0 && length < sizeof((struct n2n_relay *)NULL)->host
         && strchr(first, text[0]) != NULL
         && strspn(text, LOWER UPPER DIGITS ".-") >= length;
}

int
n2n_next_relay(const struct n2n *n2n, struct rocks_call *call, const char **list,
               unsigned default_port, struct n2n_relay *relay)
{
  const char *word = *list + strspn(*list, BLANKS);
  size_t length = strcspn(word, BLANKS), host = strcspn(word, ":" BLANKS);

  if (length == 0)
    return 0;
  relay->port = default_port;
  if (!is_host(word, host)
      || (host < length
          && !is_number(word + host + 1, length - host - 1, 1, 65534, &relay->port))
      || relay->port == 0) {
    n2n->core->error(call, ROCKS_EINVALID, "\"%.*s\" is not a supernode's host:port", (int)length,
                     word);
    return -1;
  }
  memcpy(relay->host, word, host);
  relay->host[host] = '\0';
  *list = word + length;
  return 1;
}

char *
n2n_relay_list(const struct n2n *n2n, struct rocks_call *call, const char *list,
               unsigned default_port)
{
  struct n2n_relay relay;
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  int more;

  if (out == NULL)
    goto nomem;
  while ((more = n2n_next_relay(n2n, call, &list, default_port, &relay)) == 1)
    fprintf(out, "%s%s:%u", ftello(out) > 0 ? " " : "", relay.host, relay.port);
  if (fclose(out) != 0)
    goto nomem;
  if (more == 0 && size > 0)
    return text;
  if (more == 0)
    n2n->core->error(call, ROCKS_EINVALID, "the network has no supernode");
  free(text);
  return NULL;

nomem:
  free(text);
  n2n->core->error(call, ROCKS_EMEMORY, "out of memory");
  return NULL;
}

char *
n2n_site_relays(const struct n2n *n2n, struct rocks_call *call, const struct n2n_site *site)
{
  const char *list = n2n_param(site->params, "n2n_supernode");
  unsigned port;

  if (n2n_number(n2n, call, "n2n_port", n2n_param(site->params, "n2n_port"), 1024, 65534, &port)
      == -1)
    return NULL;
  if (list[strspn(list, BLANKS)] == '\0')
    list = site->address;
  if (list[0] == '\0') {
    n2n->core->error(call, ROCKS_EINVALID, "the frontend has no public address for its supernode: "
                                           "set the attribute Kickstart_PublicAddress or "
                                           "n2n_supernode");
    return NULL;
  }
  return n2n_relay_list(n2n, call, list, port);
}
