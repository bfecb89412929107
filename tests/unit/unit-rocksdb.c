/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * How the Rocks backend chooses names and numbers, and reads URIs; no database.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "check.h"
#include "query.h"
#include "uri.h"

static void
test_macs(void)
{
  struct macs m;
  char text[ALLOC_MAC];

  CHECK(macs_begin(&m, "a:64:33:80:00:00", "ff:ff:ff:c0:00:00"));
  CHECK(macs_next(&m, text));
  CHECK_TEXT(text, "0a:64:33:80:00:00");
  CHECK(macs_next(&m, text));
  CHECK_TEXT(text, "0a:64:33:80:00:01");
  macs_seen(&m, "52:54:00:ff:ff:ff"); /* another range */
  macs_seen(&m, "rubbish");
  macs_seen(&m, "0a:64:33:80:00:00:11");
  macs_seen(&m, "0A:64:33:80:00:FF");
  macs_seen(&m, "0a:64:33:80:00:05"); /* smaller: a hole is not used */
  CHECK(macs_next(&m, text));
  CHECK_TEXT(text, "0a:64:33:80:01:00");
  macs_seen(&m, "0a:64:33:bf:ff:fe");
  CHECK(macs_next(&m, text));
  CHECK_TEXT(text, "0a:64:33:bf:ff:ff");
  CHECK(!macs_next(&m, text)); /* the range is used up */

  CHECK(!macs_begin(&m, "a:64:33:80:00", "ff:ff:ff:c0:00:00"));
  CHECK(!macs_begin(&m, "a:64:33:80:00:00", "yes"));
  CHECK(!macs_begin(&m, "100:64:33:80:00:00", "ff:ff:ff:c0:00:00"));
  /* A group address of a vendor becomes a unicast one of ours, and stays. */
  CHECK(macs_begin(&m, "01:16:3e:00:00:00", "ff:ff:ff:00:00:00"));
  CHECK(macs_next(&m, text));
  CHECK_TEXT(text, "02:16:3e:00:00:00");
  CHECK(macs_next(&m, text));
  CHECK_TEXT(text, "02:16:3e:00:00:01");
}

static void
test_names(void)
{
  struct names set = { 0 };
  char texts[300][8];
  char text[32];
  int i;

  CHECK(!names_has(&set, "a"));
  for (i = 0; i < 300; i++) {
    snprintf(texts[i], sizeof texts[i], "n%d", i);
    CHECK(names_add(&set, texts[i]));
  }
  for (i = 0; i < 300; i++)
    CHECK(names_has(&set, texts[i]));
  CHECK(names_has(&set, "N299"));
  CHECK(!names_has(&set, "n300"));
  CHECK(set.count == 300);
  CHECK(names_add(&set, "N1") && set.count == 300);
  names_free(&set);

  CHECK(name_check("vm-alpha-0") == NAME_OK);
  CHECK(name_check("UPPER_case") == NAME_OK);
  CHECK(name_check("rack") == NAME_OK);
  CHECK(name_check("rack3a") == NAME_OK);
  CHECK(name_check("rack3") == NAME_RACK);
  CHECK(name_check("") == NAME_EMPTY);
  CHECK(name_check("a.b") == NAME_DOT);
  CHECK(name_check("o'h") == NAME_BYTES);
  CHECK(name_check("my fe") == NAME_BYTES);
  CHECK(name_check("-a") == NAME_BYTES);
  CHECK(name_check("a-") == NAME_BYTES);
  CHECK(name_check("caf\xc3\xa9") == NAME_BYTES);
  CHECK(name_check("a123456789012345678901234567890123456789012345678901234567890123") ==
        NAME_LONG);
  CHECK(name_check("a12345678901234567890123456789012345678901234567890123456789012") ==
        NAME_OK);

  CHECK(name_default(text, sizeof text, "hosted-vm", 0, 12, 3));
  CHECK_TEXT(text, "hosted-vm-0-12-3");
  CHECK(!name_default(text, 8, "hosted-vm", 0, 0, 0));
}

static void
test_partitions(void)
{
  struct largest l = { 0 };

  CHECK(!largest_seen(&l, "swap", "900PB"));
  CHECK(largest_seen(&l, "/", "16.0GB"));
  CHECK(!largest_seen(&l, "/var", "16.0GB"));
  CHECK(!largest_seen(&l, "/tmp", "99999MB"));
  CHECK(largest_seen(&l, "/state/partition1", "472GB"));
  CHECK(!largest_seen(&l, "/strange", "99999 blocks"));
  CHECK(largest_seen(&l, "/big", "1.5TB"));
  l = (struct largest){ 0 };
  CHECK(largest_seen(&l, "/odd", "")); /* better than none */
  CHECK(largest_seen(&l, "/", "1KB"));
}

static void
test_numbers(void)
{
  uint32_t used[] = { 5, 2, 3, 3, 7, 0 }, none[1], out = 0;
  uint32_t segments[] = { 4098, 100, 4096 };

  CHECK(lowest_free(none, 0, 2, 4094, &out) && out == 2);
  CHECK(lowest_free(used, 6, 2, 4094, &out) && out == 4);
  CHECK(lowest_free(used, 6, 5, 4094, &out) && out == 6);
  CHECK(!lowest_free(used, 6, 2, 3, &out));
  CHECK(next_unused(segments, 3, 4096, 10000, &out) && out == 4099);
  CHECK(next_unused(segments, 0, 4096, 10000, &out) && out == 4096);
  CHECK(!next_unused(segments, 3, 4096, 4098, &out));
}

static void
test_addresses(void)
{
  uint32_t used[8], network = 0, mask = 0, out = 0;
  char text[16];

  CHECK(address_parse("10.1.0.0", &network) && address_parse("255.255.0.0", &mask));
  CHECK(!address_parse("999.1.2.3", &out) && !address_parse("10.1.0", &out));
  CHECK(!address_parse("", &out) && !address_parse("10.1.0.0 ", &out));
  CHECK(next_address(network, mask, used, 0, &out));
  address_format(out, text);
  CHECK_TEXT(text, "10.1.255.254");
  address_parse("10.1.255.253", &used[0]);
  address_parse("192.168.0.1", &used[1]);
  address_parse("10.1.255.254", &used[2]);
  address_parse("10.1.1.1", &used[3]);
  address_parse("10.1.255.255", &used[4]);
  CHECK(next_address(network, mask, used, 5, &out));
  address_format(out, text);
  CHECK_TEXT(text, "10.1.255.252");
  address_parse("192.0.2.8", &network);
  address_parse("255.255.255.252", &mask);
  address_parse("192.0.2.9", &used[0]);
  CHECK(next_address(network, mask, used, 1, &out) && (out & 255) == 10);
  address_parse("192.0.2.10", &used[1]);
  CHECK(!next_address(network, mask, used, 2, &out)); /* 8 is the network itself */
}

static void
test_query(void)
{
  struct query q = { 0 };
  const char *const names[] = { "a", "b" };
  const int64_t ids[] = { 1, 2, 3 };

  query_text(&q, "x IN ");
  query_list(&q, names, 2);
  query_text(&q, " y IN ");
  query_ints(&q, ids, 3);
  query_text(&q, " z IN ");
  query_list(&q, names, 0);
  query_text(&q, " VALUES ");
  QUERY_ROW(&q, sql_text("o'h"), sql_int(7));
  QUERY_ROW(&q, sql_text(NULL), sql_null());
  CHECK_TEXT(q.text, "x IN (?,?) y IN (?,?,?) z IN (NULL) VALUES (?,?),(?,?)");
  CHECK(q.nargs == 9);
  CHECK_TEXT(q.args[5].text, "o'h");
  CHECK(q.args[5].length == 3 && q.args[6].integer == 7);
  CHECK(q.args[7].type == ROCKS_SQL_NULL && q.args[8].type == ROCKS_SQL_NULL);
  query_free(&q);
}

struct rocks_call {
  char message[512];
};

__attribute__((format(printf, 3, 4))) static void
error(struct rocks_call *call, enum rocks_code code, const char *fmt, ...)
{
  va_list ap;

  CHECK(code == ROCKS_EINVALID);
  CHECK(call->message[0] == '\0');
  va_start(ap, fmt);
  vsnprintf(call->message, sizeof call->message, fmt, ap);
  va_end(ap);
}

static const struct rocks_core core = { .size = sizeof core, .abi = ROCKS_ABI, .error = error };

static void
refused(int line, const char *text, const char *words)
{
  struct rocks_call call = { "" };
  struct db_uri uri;

  if (!check_true(uri_parse(&core, &call, text, &uri) != 0, text, __FILE__, line)) {
    uri_free(&uri);
    return;
  }
  check_part_(__FILE__, line, text, call.message, words);
  check_true(strstr(call.message, "geheim") == NULL, "no password in it", __FILE__, line);
}
#define REFUSED(text, words) refused(__LINE__, (text), (words))

static void
test_uri(void)
{
  struct rocks_call call = { "" };
  struct db_uri uri;

  CHECK(uri_parse(&core, &call, "mysql:///", &uri) == 0);
  CHECK_TEXT(uri.database, "cluster");
  CHECK_TEXT(uri.user, NULL);
  CHECK_TEXT(uri.host, NULL);
  CHECK(uri.port == 0 && !uri.ssl);
  uri_free(&uri);
  CHECK(uri_parse(&core, &call, "mysql://root@db.example.org:40000/site_a?ssl=yes&ssl-ca=/a%20b",
                  &uri) == 0);
  CHECK_TEXT(uri.user, "root");
  CHECK_TEXT(uri.host, "db.example.org");
  CHECK_TEXT(uri.database, "site_a");
  CHECK_TEXT(uri.ssl_ca, "/a b");
  CHECK(uri.port == 40000 && uri.ssl);
  uri_free(&uri);
  CHECK(uri_parse(&core, &call, "mysql://[2001:db8::1]:3306", &uri) == 0);
  CHECK_TEXT(uri.host, "2001:db8::1");
  CHECK(uri.port == 3306);
  uri_free(&uri);
  CHECK(uri_parse(&core, &call, "mysql://me%40here@/cluster?socket=/run/x.sock&option-file=/f",
                  &uri) == 0);
  CHECK_TEXT(uri.user, "me@here");
  CHECK_TEXT(uri.socket, "/run/x.sock");
  CHECK_TEXT(uri.option_file, "/f");
  uri_free(&uri);

  REFUSED("mysql://root:geheim@host/x", "holds a password");
  REFUSED("mysql://root:geheim@ge@host/x", "holds a password");
  REFUSED("mysql://root:geheim/x", "port");
  REFUSED("mysql://host:0/x", "port");
  REFUSED("mysql://host:65536/x", "port");
  REFUSED("mysql://host:/x", "port");
  REFUSED("sqlite:///x", "mysql://");
  REFUSED("mysql:///a`b", "\"a`b\"");
  REFUSED("mysql:///a;b", "\"a;b\"");
  REFUSED("mysql:///x?password=geheim", "\"password\"");
  REFUSED("mysql:///x?ssl=maybe", "ssl=");
  REFUSED("mysql:///x?socket=", "`socket`");
  REFUSED("mysql:///x?socket=/a%4", "%");
  REFUSED("mysql:///x?socket=/a%00b", "%");
  REFUSED("mysql://h/x?ssl-ca=/a", "ssl=yes");
  REFUSED("mysql://[::1/x", "`[`");
}

int
main(void)
{
  test_macs();
  test_names();
  test_partitions();
  test_numbers();
  test_addresses();
  test_query();
  test_uri();
  return check_failures();
}
