/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * named.conf and its zones: one for each network with `servedns`, and one for
 * the addresses of each (rocks-compat 4.7; RFC 1035, RFC 2317's octet
 * boundaries).
 */
#include <config.h>

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/addr.h"
#include "commands/services.h"
#include "framework/attrs.h"
#include "framework/db.h"

enum { NET_ID, NET_NAME, NET_ZONE, NET_SUBNET, NET_MASK };
enum { HOST_NET, HOST_IP, HOST_NAME, HOST_ALIAS };

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
#define SERIAL_MARK " ; serial"

struct net {
  const char *id, *name, *zone; /* the rows' */
  uint32_t subnet, mask;
  char reverse[IP_TEXT];        /* 1.10 for 10.1.0.0/16 */
  bool reverse_is_first;        /* a zone can be there once only */
};

struct dns {
  struct run *run;
  struct rows nets, hosts;
  struct net *net;
  size_t count;
};

static bool
is_name(const char *text, const char *more)
{
  size_t n = strspn(or_empty(text), LETTERS), length = strlen(or_empty(text));

  while (n < length && strchr(more, text[n]) != NULL)
    n += 1 + strspn(text + n + 1, LETTERS);
  return n > 0 && n == length && text[n - 1] != '.';
}

/* The whole octets of the network, backwards. */
static void
set_reverse(struct net *net)
{
  uint32_t ip = net->subnet;
  unsigned a = ip >> 24, b = ip >> 16 & 255, c = ip >> 8 & 255;

  if (net->mask >= 0xffffff00u)
    snprintf(net->reverse, sizeof net->reverse, "%u.%u.%u", c, b, a);
  else if (net->mask >= 0xffff0000u)
    snprintf(net->reverse, sizeof net->reverse, "%u.%u", b, a);
  else
    snprintf(net->reverse, sizeof net->reverse, "%u", a);
}

static void
add_net(struct dns *dns, size_t row)
{
  struct net net = {
    .id = row_text(&dns->nets, row, NET_ID), .name = row_text(&dns->nets, row, NET_NAME),
    .zone = row_text(&dns->nets, row, NET_ZONE), .reverse_is_first = true
  };
  size_t i;

  if (!ip_parse(or_empty(row_text(&dns->nets, row, NET_SUBNET)), &net.subnet)
      || !netmask_parse(or_empty(row_text(&dns->nets, row, NET_MASK)), &net.mask, NULL)
      || !is_name(net.name, "") || !is_name(net.zone, ".")) {
    call_warn(dns->run->call, "network \"%s\" has no zone: it cannot be written",
              or_empty(net.name));
    return;
  }
  set_reverse(&net);
  for (i = 0; i < dns->count; i++)
    if (strcmp(dns->net[i].reverse, net.reverse) == 0)
      net.reverse_is_first = false;
  dns->net = mem_grow(dns->net, dns->count, sizeof *dns->net);
  dns->net[dns->count++] = net;
}

static int
dns_load(struct run *run, struct dns *dns)
{
  struct db *db = run_db(run);
  size_t i;

  dns->run = run;
  if (db == NULL
      || db_query(db, &dns->nets, "select ID, name, dnszone, subnet, netmask from subnets"
                  " where servedns = 1 order by ID", "") != 0)
    return -1;
  for (i = 0; i < dns->nets.count; i++)
    add_net(dns, i);
  return db_query(db, &dns->hosts, "select w.Subnet, w.IP, coalesce(nullif(w.Name, ''), n.Name),"
                  " a.Name from networks w join nodes n on n.ID = w.Node"
                  " join subnets s on s.ID = w.Subnet and s.servedns = 1"
                  " left join aliases a on a.Node = n.ID and s.name = 'private'"
                  " where w.IP is not null and w.IP <> '' order by n.Name, w.ID, a.ID", "");
}

static void
dns_free(struct dns *dns)
{
  rows_free(&dns->nets);
  rows_free(&dns->hosts);
  free(dns->net);
}

/* ---- named.conf ---- */

/* "a, b c" as "a; b; c; ", what is no address left out. */
static void
add_addresses(struct text *out, const char *addresses)
{
  CLEANUP_LIST struct list words = { 0 };
  uint32_t ip;
  size_t i;

  list_split(&words, or_empty(addresses), ", \t");
  for (i = 0; i < words.count; i++)
    if (ip_parse(words.item[i], &ip))
      text_add(out, "%s; ", words.item[i]);
}

static void
add_options(const struct services *services, const char *forwarders, struct text *out)
{
  text_add(out, "options {\n\tdirectory \"%s\";\n\tallow-query { cluster; };\n"
           "\tallow-recursion { cluster; };\n", services->named_zones);
  /* Rocks' names may hold a _. */
  text_add(out, "\tcheck-names master ignore;\n");
  if (*forwarders != '\0')
    text_add(out, "\tforwarders { %s};\n", forwarders);
  text_add(out, "};\n");
}

static void
add_zone(struct text *out, const char *zone, const char *file)
{
  text_add(out, "\nzone \"%s\" {\n\ttype master;\n\tnotify no;\n\tfile \"%s\";\n};\n", zone, file);
}

static char *
reverse_file(const struct net *net)
{
  return mem_format("reverse.%s.domain.%s", net->name, net->reverse);
}

static void
add_net_zones(const struct dns *dns, struct text *out)
{
  size_t i;

  for (i = 0; i < dns->count; i++) {
    const struct net *net = &dns->net[i];
    CLEANUP_FREE char *forward = mem_format("%s.domain", net->name);
    CLEANUP_FREE char *backward = reverse_file(net);
    CLEANUP_FREE char *zone = mem_format("%s.in-addr.arpa", net->reverse);

    add_zone(out, net->zone, forward);
    if (net->reverse_is_first)
      add_zone(out, zone, backward);
  }
}

int
named_text(struct run *run, const char *host, const struct services *services, struct text *out)
{
  CLEANUP_FREE char *servers = NULL, *local = mem_format("%s.local", services->named_conf);
  CLEANUP_TEXT struct text forwarders = { 0 };
  struct dns dns = { 0 };
  int result = dns_load(run, &dns);
  char network[IP_TEXT];
  unsigned bits;
  size_t i;

  if (result == 0)
    result = attr_of(run, host, "Kickstart_PublicDNSServers", &servers);
  if (result == 0) {
    add_addresses(&forwarders, servers);
    text_add(out, "# Written by rocks. Further text goes into %s.\n\nacl cluster {\n"
             "\t127.0.0.0/8;\n", local);
    for (i = 0; i < dns.count; i++) {
      ip_format(dns.net[i].subnet & dns.net[i].mask, network);
      bits = (unsigned) __builtin_popcount(dns.net[i].mask);
      text_add(out, "\t%s/%u;\n", network, bits);
    }
    text_add(out, "};\n\n");
    add_options(services, text_get(&forwarders), out);
    add_net_zones(&dns, out);
    if (access(local, R_OK) == 0) /* named refuses to start without it */
      text_add(out, "\ninclude \"%s\";\n", local);
  }
  dns_free(&dns);
  return result;
}

/* ---- zones ---- */

/* What the admin has put beside a zone. */
static void
add_file(struct text *out, const char *path)
{
  char line[4096];
  FILE *in = fopen(path, "re");

  while (in != NULL && fgets(line, sizeof line, in) != NULL)
    text_add(out, "%s", line);
  if (in != NULL)
    fclose(in);
}

/* The serial of a zone that was written before, 0 without one. */
static int64_t
serial_of(const char *text)
{
  const char *mark = strstr(text, SERIAL_MARK), *start = mark;
  CLEANUP_FREE char *digits = NULL;
  int64_t serial;

  while (start != NULL && start > text && isdigit((unsigned char) start[-1]))
    start--;
  if (start == NULL)
    return 0;
  digits = mem_format("%.*s", (int) (mark - start), start);
  return number_parse(digits, 0, UINT32_MAX, &serial) ? serial : 0;
}

static void
add_head(struct text *out, const char *zone, int64_t serial)
{
  text_add(out, "$TTL 3D\n@ IN SOA ns.%s. root.ns.%s. (\n\t%" PRId64 SERIAL_MARK "\n", zone, zone,
           serial);
  text_add(out, "\t8H ; refresh\n\t2H ; retry\n\t4W ; expire\n\t1D ; minimum\n)\n\tNS ns.%s.\n\n",
           zone);
}

/* Adds the zone unless only its serial would differ from the file's: then the
 * file's own text.  A serial never goes back (RFC 1982). */
static void
add_result(struct zones *zones, const struct services *services, char *name, const char *zone,
           struct text *body)
{
  CLEANUP_FREE char *path = mem_format("%s/%s", services->named_zones, name);
  CLEANUP_FREE char *local = mem_format("%s.local", path);
  CLEANUP_TEXT struct text old = { 0 };
  struct text whole = { 0 };
  int64_t serial;

  add_file(body, local);
  add_file(&old, path);
  serial = serial_of(text_get(&old));
  add_head(&whole, zone, serial);
  text_add(&whole, "%s", text_get(body));
  if (strcmp(text_get(&whole), text_get(&old)) != 0) {
    text_free(&whole);
    add_head(&whole, zone, serial >= time(NULL) ? serial + 1 : (int64_t) time(NULL));
    text_add(&whole, "%s", text_get(body));
  }
  zones->text = mem_grow(zones->text, zones->name.count, sizeof *zones->text);
  zones->text[zones->name.count] = whole;
  list_take(&zones->name, name);
}

/* A row of this network with an address and a name that can be written. */
static bool
is_member(const struct dns *dns, const struct net *net, size_t row, uint32_t *ip)
{
  return strcmp(or_empty(row_text(&dns->hosts, row, HOST_NET)), net->id) == 0
         && ip_parse(row_text(&dns->hosts, row, HOST_IP), ip)
         && is_name(row_text(&dns->hosts, row, HOST_NAME), ".");
}

static bool
is_first_of_alias(const struct dns *dns, size_t row)
{
  return row == 0
         || strcmp(row_text(&dns->hosts, row, HOST_IP), row_text(&dns->hosts, row - 1, HOST_IP))
         || strcmp(or_empty(row_text(&dns->hosts, row, HOST_NET)),
                   or_empty(row_text(&dns->hosts, row - 1, HOST_NET)));
}

/* A name with a CNAME has nothing else (RFC 1034 3.6.2): an alias that is a
 * name already is left out. */
static void
add_forward(const struct dns *dns, const struct net *net, const char *server,
            struct zones *zones, const struct services *services)
{
  CLEANUP_TEXT struct text body = { 0 };
  CLEANUP_LIST struct list names = { 0 };
  uint32_t ip;
  size_t i;

  if (server != NULL) {
    text_add(&body, "ns A %s\n", server);
    list_add(&names, "ns");
  }
  for (i = 0; i < dns->hosts.count; i++)
    if (is_member(dns, net, i, &ip) && is_first_of_alias(dns, i)) {
      text_add(&body, "%s A %s\n", row_text(&dns->hosts, i, HOST_NAME),
               row_text(&dns->hosts, i, HOST_IP));
      list_add(&names, row_text(&dns->hosts, i, HOST_NAME));
    }
  for (i = 0; i < dns->hosts.count; i++) {
    const char *alias = row_text(&dns->hosts, i, HOST_ALIAS);

    if (!is_member(dns, net, i, &ip) || !is_name(alias, ".") || list_has(&names, alias))
      continue;
    text_add(&body, "%s CNAME %s\n", alias, row_text(&dns->hosts, i, HOST_NAME));
    list_add(&names, alias);
  }
  add_result(zones, services, mem_format("%s.domain", net->name), net->zone, &body);
}

static void
add_pointers(const struct dns *dns, const struct net *net, struct text *body)
{
  unsigned octets = net->mask >= 0xffffff00u ? 1 : net->mask >= 0xffff0000u ? 2 : 3;
  uint32_t ip;
  size_t i;

  for (i = 0; i < dns->hosts.count; i++) {
    if (!is_member(dns, net, i, &ip) || !is_first_of_alias(dns, i))
      continue;
    text_add(body, "%u", ip & 255);
    if (octets > 1)
      text_add(body, ".%u", ip >> 8 & 255);
    if (octets > 2)
      text_add(body, ".%u", ip >> 16 & 255);
    text_add(body, " PTR %s.%s.\n", row_text(&dns->hosts, i, HOST_NAME), net->zone);
  }
}

/* Networks that share their octets share the zone. */
static void
add_backward(const struct dns *dns, const struct net *net, struct zones *zones,
             const struct services *services)
{
  CLEANUP_TEXT struct text body = { 0 };
  size_t i;

  if (!net->reverse_is_first)
    return;
  for (i = 0; i < dns->count; i++)
    if (strcmp(dns->net[i].reverse, net->reverse) == 0)
      add_pointers(dns, &dns->net[i], &body);
  add_result(zones, services, reverse_file(net), net->zone, &body);
}

/* The name server's own address there: this frontend's, else the private one. */
static char *
server_of(struct run *run, const struct net *net, const char *host)
{
  char *ip = NULL;
  uint32_t address;

  if (db_value(run->db, &ip, NULL, "select w.IP from networks w join nodes n on n.ID = w.Node"
               " where n.Name = ? and w.Subnet = ? and w.IP is not null order by w.ID", "ss",
               host, net->id) != 0)
    return NULL;
  if (ip == NULL && attr_of(run, host, "Kickstart_PrivateAddress", &ip) != 0)
    return NULL;
  if (ip == NULL || ip_parse(ip, &address))
    return ip;
  free(ip);
  return NULL;
}

int
zones_text(struct run *run, const char *host, const struct services *services,
           struct zones *zones)
{
  struct dns dns = { 0 };
  int result = dns_load(run, &dns);
  size_t i;

  for (i = 0; result == 0 && i < dns.count; i++) {
    CLEANUP_FREE char *server = server_of(run, &dns.net[i], host);

    add_forward(&dns, &dns.net[i], server, zones, services);
    add_backward(&dns, &dns.net[i], zones, services);
  }
  dns_free(&dns);
  return result;
}

void
zones_free(struct zones *zones)
{
  size_t i;

  for (i = 0; i < zones->name.count; i++)
    text_free(&zones->text[i]);
  free(zones->text);
  list_free(&zones->name);
}
