/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What airboss and its clients say to each other, and the relay between them.
 */
#include <config.h>

#include <errno.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "airboss/protocol.h"
#include "base/clock.h"
#include "base/relay.h"
#include "check.h"

static void
refuse(const char *line, const char *reason)
{
  struct airboss_request request;
  struct text why = { 0 };

  CHECK(request_parse(line, &request, &why) == -1);
  CHECK_TEXT(text_get(&why), reason);
  text_free(&why);
}

static void
test_requests(void)
{
  struct airboss_request request;
  struct text why = { 0 }, line = { 0 };
  char path[AIRBOSS_PATH_MAX + 2], host[AIRBOSS_HOST_MAX + 2];

  CHECK(request_parse("rocks-airboss/1 power-on 76:77:6e:40:00:02", &request, &why) == 0);
  CHECK(request.operation == AIRBOSS_POWER_ON);
  CHECK_TEXT(request.host, "76:77:6e:40:00:02");
  CHECK_TEXT(request.path, "");
  CHECK(request_parse("rocks-airboss/1 cdrom vm-0 /iso/a.iso", &request, &why) == 0);
  CHECK(request.operation == AIRBOSS_CDROM);
  CHECK_TEXT(request.host, "vm-0");
  CHECK_TEXT(request.path, "/iso/a.iso");
  request_format(&request, &line);
  CHECK_TEXT(text_get(&line), "rocks-airboss/1 cdrom vm-0 /iso/a.iso\n");
  CHECK(request_parse("rocks-airboss/1 cdrom vm-0", &request, &why) == 0);
  CHECK_TEXT(request.path, "");

  refuse("", "this airboss speaks rocks-airboss/1 alone");
  refuse("rocks-airboss/1", "this airboss speaks rocks-airboss/1 alone");
  refuse("rocks-airboss/11 macs a", "this airboss speaks rocks-airboss/1 alone");
  refuse("rocks-airboss/1 ", "command is invalid");
  refuse("rocks-airboss/1 macs", "command is invalid");
  refuse("rocks-airboss/1 mac a", "command is invalid");
  refuse("rocks-airboss/1 power-on-and-off a", "command is invalid");
  refuse("rocks-airboss/1 macs ", "invalid host");
  refuse("rocks-airboss/1 macs -a", "invalid host");
  refuse("rocks-airboss/1 macs a'b", "invalid host");
  refuse("rocks-airboss/1 macs %", "invalid host");
  refuse("rocks-airboss/1 macs a /x", "invalid path");
  refuse("rocks-airboss/1 cdrom a x", "invalid path");
  refuse("rocks-airboss/1 cdrom a ", "invalid path");
  refuse("rocks-airboss/1 cdrom a /x/../y", "invalid path");
  refuse("rocks-airboss/1 cdrom a /x y", "invalid path");
  refuse("rocks-airboss/1 cdrom a /x\ty", "invalid path");

  memset(path, 'x', sizeof path - 1);
  path[0] = '/';
  path[sizeof path - 1] = '\0';
  CHECK(request_make(&request, AIRBOSS_CDROM, "a", path, &why) == -1);
  path[sizeof path - 2] = '\0';
  CHECK(request_make(&request, AIRBOSS_CDROM, "a", path, &why) == 0);
  CHECK_TEXT(request.path, path);
  memset(host, 'x', sizeof host - 1);
  host[sizeof host - 1] = '\0';
  CHECK(request_make(&request, AIRBOSS_MACS, host, NULL, &why) == -1);
  host[sizeof host - 2] = '\0';
  CHECK(request_make(&request, AIRBOSS_MACS, host, NULL, &why) == 0);
  CHECK_TEXT(request.host, host);
  text_free(&why);
  text_free(&line);
}

static void
test_replies(void)
{
  struct text line = { 0 };
  size_t length = 0;
  bool good = false;

  CHECK(reply_parse("ok 0", &good, &length) == 0 && good && length == 0);
  CHECK(reply_parse("failed 12", &good, &length) == 0 && !good && length == 12);
  CHECK(reply_parse("ok 4194304", &good, &length) == 0 && length == AIRBOSS_BODY_MAX);
  CHECK(reply_parse("ok 4194305", &good, &length) == -1);
  CHECK(reply_parse("ok -1", &good, &length) == -1);
  CHECK(reply_parse("ok +1", &good, &length) == -1);
  CHECK(reply_parse("ok", &good, &length) == -1);
  CHECK(reply_parse("ok ", &good, &length) == -1);
  CHECK(reply_parse("ok 1 ", &good, &length) == -1);
  CHECK(reply_parse("ok 99999999999999999999999", &good, &length) == -1);
  CHECK(reply_parse("", &good, &length) == -1);
  reply_format(false, 7, &line);
  CHECK_TEXT(text_get(&line), "failed 7\n");
  text_free(&line);
}

static int
parse_node(const char *text, struct airboss_node *node)
{
  static char line[128];

  snprintf(line, sizeof line, "%s", text);
  return node_parse(line, node);
}

static void
test_nodes(void)
{
  struct airboss_node node;
  struct text line = { 0 };

  CHECK(parse_node("a:b active compute vm-0,foo bar", &node) == 0);
  CHECK_TEXT(node.mac, "a:b");
  CHECK_TEXT(node.state, "active");
  CHECK(!node.frontend);
  CHECK_TEXT(node.names, "vm-0,foo bar");
  node_format(&node, &line);
  CHECK_TEXT(text_get(&line), "a:b active compute vm-0,foo bar\n");
  CHECK(parse_node("a:b - frontend fe\033[2J", &node) == 0);
  CHECK(node.frontend);
  CHECK_TEXT(node.names, "fe?[2J");
  CHECK(parse_node("a:b active compute ", &node) == -1);
  CHECK(parse_node("a:b active compute", &node) == -1);
  CHECK(parse_node(" active compute x", &node) == -1);
  CHECK(parse_node("", &node) == -1);
  text_free(&line);
}

static void
test_keys(void)
{
  static const char pem[] = "-----BEGIN PUBLIC KEY-----\nQUJD\r\nREVG\n-----END PUBLIC KEY-----\n";

  CHECK(key_matches(pem, "QUJDREVG"));
  CHECK(!key_matches(pem, "QUJDREV"));
  CHECK(!key_matches(pem, "QUJDREVGQ"));
  CHECK(!key_matches(pem, "QUJDREVH"));
  CHECK(!key_matches(pem, ""));
  CHECK(!key_matches("QUJDREVG", "QUJDREVG"));
  CHECK(!key_matches("", ""));
  CHECK(!key_matches("-----BEGIN PUBLIC KEY----------END PUBLIC KEY-----", ""));
  CHECK(!key_matches("-----BEGIN PUBLIC KEY-----\nQUJD", "QUJD"));
  CHECK(!key_matches("-----BEGIN PUBLIC KEY-----\nQUJD\n-----END PRIVATE KEY-----", "QUJD"));
}

static int
read_from(const char *bytes, size_t length, char *line, size_t room)
{
  int ends[2], result;

  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0
      || write(ends[1], bytes, length) != (ssize_t) length)
    return -2;
  close(ends[1]);
  result = line_read(ends[0], line, room, clock_ms() + 10000);
  close(ends[0]);
  return result;
}

static void
test_lines(void)
{
  char line[8];
  int ends[2];

  CHECK(read_from("abc\ndef", 7, line, sizeof line) == 0);
  CHECK_TEXT(line, "abc");
  CHECK(read_from("1234567\n", 8, line, sizeof line) == 0);
  CHECK_TEXT(line, "1234567");
  CHECK(read_from("12345678\n", 9, line, sizeof line) == -1);
  CHECK(read_from("abc", 3, line, sizeof line) == -1);
  CHECK(read_from("a\0c\n", 4, line, sizeof line) == -1);
  CHECK(read_from("", 0, line, sizeof line) == -1);
  /* One who says nothing is not waited for beyond the deadline. */
  CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  CHECK(line_read(ends[0], line, sizeof line, clock_ms() + 20) == -1);
  close(ends[0]);
  close(ends[1]);
}

/* ---- the relay ---- */

#define BULK ((size_t) 3 * 1024 * 1024)

static struct text
bulk(void)
{
  struct text text = { 0 };
  size_t i;

  for (i = 0; i < BULK; i++)
    text_add_char(&text, (char) (i * 31 + i / 251), 1);
  return text;
}

static pid_t
relay_between(int a, int b, int unused1, int unused2)
{
  pid_t pid;

  fflush(NULL);
  pid = fork();
  if (pid != 0)
    return pid;
  close(unused1);
  close(unused2);
  relay_sockets(a, b);
  _exit(0);
}

/* More than any buffer holds goes through, to the last byte, and the end too. */
static void
test_relay(void)
{
  struct text sent = bulk(), got = { 0 };
  int left[2], right[2];
  pid_t relay, writer;
  char rest;

  CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, left) == 0);
  CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, right) == 0);
  relay = relay_between(left[1], right[1], left[0], right[0]);
  close(left[1]);
  close(right[1]);
  writer = fork();
  if (writer == 0) {
    close(right[0]);
    _exit(bytes_write(left[0], &sent, clock_ms() + 30000) == 0 ? 0 : 1);
  }
  CHECK(write(right[0], "hello", 5) == 5);
  CHECK(bytes_read(right[0], &got, sent.length, clock_ms() + 30000) == 0);
  CHECK(got.length == sent.length && memcmp(got.data, sent.data, sent.length) == 0);
  text_free(&got);
  CHECK(bytes_read(left[0], &got, 5, clock_ms() + 30000) == 0);
  CHECK_TEXT(text_get(&got), "hello");
  close(left[0]);
  CHECK(waitpid(writer, NULL, 0) == writer);
  CHECK(recv(right[0], &rest, 1, 0) == 0);
  CHECK(waitpid(relay, NULL, 0) == relay);
  close(right[0]);
  text_free(&sent);
  text_free(&got);
}

int
main(void)
{
  test_requests();
  test_replies();
  test_nodes();
  test_keys();
  test_lines();
  test_relay();
  return check_failures();
}
