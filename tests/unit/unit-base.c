/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Texts, lists, addresses, numbers, and the report of a call.
 */
#include <config.h>

#include <stdlib.h>

#include "base/addr.h"
#include "base/call.h"
#include "base/text.h"
#include "check.h"

static void
test_text(void)
{
  struct text text = { 0 };
  char *taken;

  CHECK_TEXT(text_get(&text), "");
  text_add(&text, "%s-%d", "a", 7);
  text_add_bytes(&text, "xyz", 2);
  text_add_char(&text, '.', 200);
  CHECK(text.length == 205 && strlen(text_get(&text)) == 205);
  taken = text_take(&text);
  CHECK(strncmp(taken, "a-7xy...", 8) == 0 && text.length == 0);
  free(taken);
  text_add_quoted(&text, "it's $(a) \"b\"");
  CHECK_TEXT(text_get(&text), "'it'\\''s $(a) \"b\"'");
  text_free(&text);
  text_add_quoted(&text, "");
  CHECK_TEXT(text_get(&text), "''");
  text_free(&text);
  taken = text_take(&text);
  CHECK_TEXT(taken, "");
  free(taken);
}

static void
test_list(void)
{
  struct list list = { 0 };
  char *joined;

  list_split(&list, " b, a,,b c ", ", ");
  CHECK(list.count == 4 && list.item[4] == NULL);
  CHECK(list_has(&list, "c") && !list_has(&list, "") && !list_has(&list, "A"));
  list_unique(&list);
  joined = list_join(&list, "+");
  CHECK_TEXT(joined, "b+a+c");
  free(joined);
  list_sort(&list);
  joined = list_join(&list, " ");
  CHECK_TEXT(joined, "a b c");
  free(joined);
  list_free(&list);
  joined = list_join(&list, " ");
  CHECK_TEXT(joined, "");
  free(joined);
}

static void
test_ip(void)
{
  static const char *const bad[] = {
    "", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.", ".1.2.3", " 1.2.3.4", "1.2.3.4 ", "1..3.4",
    "0x1.2.3.4", "1.2.3.0004", "-1.2.3.4", "1.2.3.4/8"
  };
  char text[IP_TEXT];
  uint32_t ip;
  unsigned bits;
  size_t i;

  CHECK(ip_parse("10.1.255.254", &ip) && ip == 0x0a01fffe);
  ip_format(ip, text);
  CHECK_TEXT(text, "10.1.255.254");
  ip_format(UINT32_MAX, text);
  CHECK_TEXT(text, "255.255.255.255");
  for (i = 0; i < sizeof bad / sizeof *bad; i++)
    check_number_(__FILE__, __LINE__, bad[i], ip_parse(bad[i], &ip), false);
  CHECK(netmask_parse("255.255.128.0", &ip, &bits) && bits == 17);
  CHECK(netmask_parse("0.0.0.0", &ip, &bits) && bits == 0);
  CHECK(netmask_parse("255.255.255.255", &ip, NULL));
  CHECK(!netmask_parse("255.0.255.0", &ip, &bits));
  CHECK(netmask_of(0) == 0 && netmask_of(32) == UINT32_MAX && netmask_of(8) == 0xff000000);
  CHECK(cidr_parse("10.1.2.3/16", &ip, &bits) && ip == 0x0a010203 && bits == 16);
  CHECK(!cidr_parse("10.1.2.3", &ip, &bits) && !cidr_parse("10.1.2.3/33", &ip, &bits));
  CHECK(!cidr_parse("10.1.2.3/", &ip, &bits) && !cidr_parse("10.1.2.3/+8", &ip, &bits));
}

static void
test_mac(void)
{
  static const char *const bad[] = {
    "", "a:b:c:d:e", "a:b:c:d:e:f:1", "a:b:c:d:e:123", "a:b:c:d:e:", "g:b:c:d:e:f", "a-b-c-d-e-f"
  };
  char text[MAC_TEXT];
  uint64_t mac;
  size_t i;

  CHECK(mac_parse("a:64:33:80:00:0F", &mac) && mac == UINT64_C(0x0a643380000f));
  mac_format(mac, text);
  CHECK_TEXT(text, "0a:64:33:80:00:0f");
  for (i = 0; i < sizeof bad / sizeof *bad; i++)
    check_number_(__FILE__, __LINE__, bad[i], mac_parse(bad[i], &mac), false);
}

static void
test_number(void)
{
  struct rocks_call call;
  int64_t n = 5;

  call_init(&call);
  CHECK(number_parse("-12", -12, 3, &n) && n == -12);
  CHECK(number_parse("+3", -12, 3, &n) && n == 3);
  CHECK(number_parse("9223372036854775807", 0, INT64_MAX, &n) && n == INT64_MAX);
  CHECK(!number_parse("9223372036854775808", 0, INT64_MAX, &n));
  CHECK(!number_parse("4", -12, 3, &n) && !number_parse("", 0, 9, &n));
  CHECK(!number_parse("1x", 0, 9, &n) && !number_parse(" 1", 0, 9, &n));
  CHECK(!number_parse("1.5", 0, 9, &n) && !number_parse("-", -9, 9, &n));
  CHECK(number_arg(&call, "vlan", "4095", 1, 4094, &n) == -1);
  CHECK_TEXT(call.message, "vlan \"4095\" must be a number from 1 to 4094");
  CHECK(call.code == ROCKS_EINVALID);
  CHECK(bool_parse("On") && bool_parse("YES") && bool_parse("1") && bool_parse("y"));
  CHECK(!bool_parse("enabled") && !bool_parse("") && !bool_parse(NULL) && !bool_parse("2"));
  call_free(&call);
}

static void
test_call(void)
{
  struct rocks_call call;

  call_init(&call);
  CHECK(call_context(&call, "nobody") == -1 && call.message == NULL);
  CHECK(call_fail(&call, ROCKS_ENOTFOUND, "no \"%s\"", "x") == -1);
  CHECK(call_fail(&call, ROCKS_EBACKEND, "an echo") == -1);
  CHECK_TEXT(call.message, "no \"x\"");
  CHECK(call.code == ROCKS_ENOTFOUND);
  call_context(&call, "site %s", "b");
  CHECK_TEXT(call.message, "site b: no \"x\"");
  call_clear(&call);
  CHECK(call.code == ROCKS_OK && call.message == NULL);
  call_free(&call);
}

int
main(void)
{
  test_text();
  test_list();
  test_ip();
  test_mac();
  test_number();
  test_call();
  return check_failures();
}
