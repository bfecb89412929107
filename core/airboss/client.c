/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "airboss/client.h"
#include "base/clock.h"

/* ms: disks may be made and ports brought up meanwhile; the helper notices
 * when the server is gone. */
#define ANSWER_TIMEOUT ((int64_t) 15 * 60 * 1000)
#define HELPER_GRACE 5000

static int
start(struct rocks_call *call, const struct airboss_server *server,
      struct airboss_session *session)
{
  const char *const words[] = { "client", server->host, server->port, server->key, server->known,
                                server->pin, NULL };
  int ends[2];

  *session = (struct airboss_session){ .helper = { .errors = -1 }, .fd = -1 };
  if (helper_socket(call, ends) != 0)
    return -1;
  session->fd = ends[0];
  if (helper_start(call, &session->helper, words, -1, ends[1]) == 0) {
    close(ends[1]);
    return 0;
  }
  close(ends[1]);
  return -1;
}

/* 1 granted, 0 refused, -1 broken. */
static int
exchange(int fd, const struct airboss_request *request, struct text *answer)
{
  CLEANUP_TEXT struct text line = { 0 };
  int64_t deadline = clock_ms() + ANSWER_TIMEOUT;
  char first[AIRBOSS_LINE_MAX];
  size_t length;
  bool good;

  request_format(request, &line);
  if (bytes_write(fd, &line, deadline) != 0 || line_read(fd, first, sizeof first, deadline) != 0
      || reply_parse(first, &good, &length) != 0
      || bytes_read(fd, answer, length, deadline) != 0)
    return -1;
  return good ? 1 : 0;
}

static void
warn_notes(struct rocks_call *call, const struct helper *helper)
{
  size_t i;

  for (i = 0; i < helper->notes.count; i++)
    call_warn(call, "%s", helper->notes.item[i]);
}

/* What the server says is printed: it may not drive a terminal. */
static void
take_reason(const struct text *answer, struct text *why)
{
  size_t i;

  for (i = 0; i < answer->length; i++)
    text_add_char(why, (unsigned char) answer->data[i] < ' ' || answer->data[i] == 0x7f
                  ? ' ' : answer->data[i], 1);
}

enum airboss_result
airboss_open(struct rocks_call *call, const struct airboss_server *server,
             const struct airboss_request *request, struct airboss_session *session,
             struct text *answer, struct text *why)
{
  enum airboss_result result = AIRBOSS_FAILED;
  int granted;

  if (start(call, server, session) != 0) {
    text_add(why, "%s", or_empty(call->message));
    call_clear(call);
    return AIRBOSS_FAILED;
  }
  granted = exchange(session->fd, request, answer);
  if (granted == 1)
    return AIRBOSS_OK;
  close(session->fd);
  session->fd = -1;
  helper_end(&session->helper, HELPER_GRACE);
  if (granted == 0)
    take_reason(answer, why);
  else if (session->helper.status == HELPER_BAD_KEY)
    result = AIRBOSS_BAD_KEY;
  if (granted < 0)
    text_add(why, "%s", session->helper.status != HELPER_OK ? text_get(&session->helper.why)
             : "airboss ended the connection without an answer");
  text_free(answer);
  return result;
}

void
airboss_close(struct rocks_call *call, struct airboss_session *session)
{
  if (session->fd >= 0)
    close(session->fd);
  session->fd = -1;
  helper_end(&session->helper, HELPER_GRACE);
  warn_notes(call, &session->helper);
  helper_free(&session->helper);
}
