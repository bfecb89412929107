/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What strangers can send to airboss, and a server to its clients.
 */
#include <config.h>

#include <string.h>

#include "airboss/protocol.c"
#include "fuzz.h"

/* What is taken says the same when it is said again, and is within bounds. */
static void
try_request(const char *line)
{
  struct airboss_request request, again;
  struct text why = { 0 }, said = { 0 };

  if (request_parse(line, &request, &why) == 0) {
    HOLDS(why.length == 0);
    HOLDS(request.host[0] != '\0' && request.host[0] != '-');
    HOLDS(strpbrk(request.host, " \n'\"%;/\\$`") == NULL);
    HOLDS(request.path[0] == '\0' || request.path[0] == '/');
    HOLDS(strstr(request.path, "..") == NULL && strpbrk(request.path, " \n\r\t") == NULL);
    request_format(&request, &said);
    said.data[--said.length] = '\0';
    HOLDS(strcmp(said.data, line) == 0);
    HOLDS(request_parse(said.data, &again, &why) == 0);
    HOLDS(again.operation == request.operation && strcmp(again.host, request.host) == 0
          && strcmp(again.path, request.path) == 0);
  } else {
    HOLDS(why.length > 0);
  }
  text_free(&why);
  text_free(&said);
}

static void
try_reply(const char *line)
{
  CLEANUP_FREE char *copy = mem_copy(line);
  struct airboss_node node;
  size_t length;
  bool good;

  if (reply_parse(line, &good, &length) == 0)
    HOLDS(length <= AIRBOSS_BODY_MAX);
  if (node_parse(copy, &node) == 0)
    HOLDS(node.mac[0] != '\0' && node.state[0] != '\0' && node.names[0] != '\0'
          && strpbrk(node.names, "\033\n\r") == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  CLEANUP_LIST struct list lines = { 0 };
  size_t i;

  fuzz_lines(data, size, &lines);
  for (i = 0; i < lines.count; i++) {
    try_request(lines.item[i]);
    try_reply(lines.item[i]);
    if (i > 0)
      key_matches(lines.item[i - 1], lines.item[i]);
  }
  return 0;
}
