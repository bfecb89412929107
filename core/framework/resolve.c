/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <ifaddrs.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/addr.h"
#include "framework/db.h"
#include "framework/hosts.h"
#include "framework/resolve.h"

/* What a word may be, the first that fits wins: the order of the original,
 * but for the resolver, which comes last. */
enum { BY_NODE = 1, BY_ALIAS, BY_MAC, BY_IP, BY_FQDN, NKINDS };

/* Columns of the query. */
enum { KIND, KEY, ZONE, NODE };

static const char known_sql[]
  = "select 1, n.Name, null, n.Name from nodes n where n.Name in (%s)"
    " union all select 2, a.Name, null, n.Name from aliases a"
    " join nodes n on n.ID = a.Node where a.Name in (%s)"
    " union all select 3, w.MAC, null, n.Name from networks w"
    " join nodes n on n.ID = w.Node where w.MAC in (%s)"
    " union all select 4, w.IP, null, n.Name from networks w"
    " join nodes n on n.ID = w.Node where w.IP in (%s)"
    " union all select 5, w.Name, s.dnszone, n.Name from networks w"
    " join nodes n on n.ID = w.Node join subnets s on s.ID = w.Subnet"
    " where w.Name in (%s) and s.dnszone in (%s)"
    " union all select 5, n.Name, s.dnszone, n.Name from networks w"
    " join nodes n on n.ID = w.Node join subnets s on s.ID = w.Subnet"
    " where n.Name in (%s) and s.dnszone in (%s)";

struct known {
  int kind;
  char *key; /* as the user may have written it */
  const char *node;
};

struct knowns {
  struct rows rows;
  struct known *item;
};

static int
compare_known(const void *a, const void *b)
{
  const struct known *x = a, *y = b;

  return x->kind != y->kind ? x->kind - y->kind : strcasecmp(x->key, y->key);
}

static void
knowns_free(struct knowns *knowns)
{
  size_t i;

  for (i = 0; i < knowns->rows.count; i++)
    free(knowns->item[i].key);
  free(knowns->item);
  rows_free(&knowns->rows);
}

/* "host" and "zone" of the words that hold a dot. */
static void
split_names(const struct list *words, struct list *hosts, struct list *zones)
{
  size_t i;

  for (i = 0; i < words->count; i++) {
    const char *dot = strchr(words->item[i], '.');

    if (dot == NULL)
      continue;
    list_addf(hosts, "%.*s", (int) (dot - words->item[i]), words->item[i]);
    list_add(zones, dot + 1);
  }
}

static int
look_up(struct run *run, const struct list *words, struct knowns *knowns)
{
  CLEANUP_LIST struct list hosts = { 0 }, zones = { 0 };
  struct db *db = run_db(run);
  size_t i;

  *knowns = (struct knowns){ 0 };
  split_names(words, &hosts, &zones);
  if (db == NULL || db_query(db, &knowns->rows, known_sql, "vvvvvvvv", words, words, words, words,
                              &hosts, &zones, &hosts, &zones) != 0)
    return -1;
  knowns->item = mem_new(knowns->rows.count, sizeof *knowns->item);
  for (i = 0; i < knowns->rows.count; i++) {
    const char *zone = row_text(&knowns->rows, i, ZONE);

    knowns->item[i] = (struct known){
      .kind = (int) row_int(&knowns->rows, i, KIND),
      .key = mem_format("%s%s%s", row_text(&knowns->rows, i, KEY), zone != NULL ? "." : "",
                        or_empty(zone)),
      .node = row_text(&knowns->rows, i, NODE)
    };
  }
  qsort(knowns->item, knowns->rows.count, sizeof *knowns->item, compare_known);
  return 0;
}

static const char *
known_node(const struct knowns *knowns, const char *word)
{
  int kind;

  for (kind = BY_NODE; kind < NKINDS; kind++) {
    struct known key = { .kind = kind, .key = (char *) word };
    size_t count = knowns->rows.count;
    const struct known *found
      = bsearch(&key, knowns->item, count, sizeof *knowns->item, compare_known);
    const struct known *end = knowns->item + count;

    if (found == NULL || found->node == NULL)
      continue;
    /* An alias of two hosts is an alias of none. */
    if (kind == BY_ALIAS
        && ((found > knowns->item && compare_known(&key, found - 1) == 0)
            || (found + 1 < end && compare_known(&key, found + 1) == 0)))
      continue;
    return found->node;
  }
  return NULL;
}

/* Addresses of this machine's interfaces, without the loopback's. */
static void
own_addresses(struct list *addresses)
{
  struct ifaddrs *all, *each;
  char text[IP_TEXT];

  if (getifaddrs(&all) != 0)
    return;
  for (each = all; each != NULL; each = each->ifa_next) {
    uint32_t ip;

    if (each->ifa_addr == NULL || each->ifa_addr->sa_family != AF_INET)
      continue;
    ip = ntohl(((const struct sockaddr_in *) (const void *) each->ifa_addr)->sin_addr.s_addr);
    if (ip >> 24 == 127)
      continue;
    ip_format(ip, text);
    list_add(addresses, text);
  }
  freeifaddrs(all);
}

char *
hosts_self(struct run *run)
{
  CLEANUP_LIST struct list name = { 0 }, addresses = { 0 };
  char host[256] = "";
  struct rows rows;
  struct db *db = run_db(run);
  char *self = NULL;

  if (db == NULL)
    return NULL;
  gethostname(host, sizeof host - 1);
  list_addf(&name, "%.*s", (int) strcspn(host, "."), host);
  own_addresses(&addresses);
  /* Failing both, the program runs where Rocks' programs run: on the frontend
   * that the site's own attribute names. */
  if (db_query(db, &rows,
               "select 1 as kind, n.Name from nodes n where n.Name in (%s)"
               " union all select 2, n.Name from networks w"
               " join nodes n on n.ID = w.Node where w.IP in (%s)"
               " union all select 3, n.Name from attributes a"
               " join categories c on c.ID = a.Category"
               " join nodes n on n.Name = a.Value"
               " where c.Name = 'global' and a.Attr = 'Kickstart_PrivateHostname'"
               " order by kind", "vv", &name, &addresses) != 0)
    return NULL;
  if (rows.count > 0)
    self = mem_copy(row_text(&rows, 0, 1));
  else
    call_fail(run->call, ROCKS_ENOTFOUND, "host \"%s\" is not in cluster", name.item[0]);
  rows_free(&rows);
  return self;
}

/* Whether the reverse answer for `address` bears this name: a resolver that
 * answers to everything is not believed (1.8, step 3). */
static bool
answers_to(const struct sockaddr_in *address, const char *word)
{
  const struct hostent *entry
    = gethostbyaddr(&address->sin_addr, sizeof address->sin_addr, AF_INET);
  size_t n = strlen(word), i;

  if (entry == NULL)
    return false;
  /* The resolver may have added one of its search domains. */
  if (strncasecmp(entry->h_name, word, n) == 0
      && (entry->h_name[n] == '\0' || entry->h_name[n] == '.'))
    return true;
  for (i = 0; entry->h_aliases[i] != NULL; i++)
    if (strcasecmp(entry->h_aliases[i], word) == 0)
      return true;
  return false;
}

static bool
may_be_host_name(const char *word)
{
  size_t n = strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

  return n > 0 && n < 254 && word[n] == '\0' && word[0] != '-';
}

static bool
ask_resolver(const char *word, uint32_t *ip)
{
  struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM }, *found;
  struct sockaddr_in address;

  if (!may_be_host_name(word) || getaddrinfo(word, NULL, &hints, &found) != 0)
    return false;
  memcpy(&address, found->ai_addr, sizeof address);
  freeaddrinfo(found);
  *ip = ntohl(address.sin_addr.s_addr);
  return *ip >> 24 == 127 || answers_to(&address, word);
}

/* The node behind a word that the database does not know as it stands. */
static int
resolve_outside(struct run *run, const char *word, char **name)
{
  char text[IP_TEXT];
  uint32_t ip;

  *name = NULL;
  if (strcasecmp(word, "localhost") == 0)
    ip = UINT32_C(127) << 24;
  else if (!ip_parse(word, &ip) && !ask_resolver(word, &ip))
    return call_fail(run->call, ROCKS_ENOTFOUND, "cannot resolve host \"%s\"", word);
  if (ip >> 24 == 127) {
    *name = hosts_self(run);
    return *name != NULL ? 0 : -1;
  }
  ip_format(ip, text);
  if (db_value(run->db, name, NULL,
               "select n.Name from networks w join nodes n on n.ID = w.Node"
               " where w.IP = ? or w.Name = ? order by w.IP = ? desc, w.ID limit 1", "sss", text,
               word, text) != 0)
    return -1;
  if (*name == NULL)
    return call_fail(run->call, ROCKS_ENOTFOUND, "host \"%s\" is not in cluster", word);
  return 0;
}

int
resolve_words(struct run *run, const struct list *words, struct list *names)
{
  struct knowns knowns;
  size_t i;
  int result = look_up(run, words, &knowns);

  for (i = 0; result == 0 && i < words->count; i++) {
    const char *node = known_node(&knowns, words->item[i]);
    char *name = NULL;

    if (node != NULL)
      name = mem_copy(node);
    else
      result = resolve_outside(run, words->item[i], &name);
    if (result == 0)
      list_take(names, name);
  }
  knowns_free(&knowns);
  return result;
}

int
resolve_known(struct run *run, const char *word, char **name)
{
  CLEANUP_LIST struct list words = { 0 };
  struct knowns knowns;

  *name = NULL;
  list_add(&words, word);
  if (look_up(run, &words, &knowns) != 0)
    return -1;
  *name = mem_copy(known_node(&knowns, word));
  knowns_free(&knowns);
  if (*name == NULL && strcasecmp(word, "localhost") == 0)
    *name = hosts_self(run);
  return run->call->code == ROCKS_OK ? 0 : -1;
}

char *
hosts_resolve(struct run *run, const char *word)
{
  CLEANUP_LIST struct list words = { 0 }, names = { 0 };

  list_add(&words, word);
  if (resolve_words(run, &words, &names) != 0)
    return NULL;
  return mem_copy(names.item[0]);
}
