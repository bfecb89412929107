/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * One connection: strangers talk to the helper, which has nothing; what it
 * passes on is read here, in bounds, before anything is done.
 */
#include <config.h>

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "airboss/server.h"
#include "base/clock.h"
#include "base/relay.h"
#include "remote/remote.h"

#define REPLY_TIMEOUT 30000 /* ms for a reply to be taken */
#define HELPER_GRACE 40000  /* ms for the helper to deliver it */

struct connection {
  const struct airboss_service *service;
  const char *peer;
  int plain; /* what the helper has made of it */
  struct helper helper;
  struct airboss_request request;
  struct text who, answer;
  int stream;
};

static int
start(struct connection *connection, int socket)
{
  const struct airboss_service *service = connection->service;
  const char *const words[] = { "server", service->identity, service->user, service->jail, NULL };
  int ends[2], result;

  if (helper_socket(service->call, ends) != 0)
    return -1;
  connection->plain = ends[0];
  result = helper_start(service->call, &connection->helper, words, socket, ends[1]);
  close(ends[1]);
  return result;
}

static int
reply(struct connection *connection, bool good, const char *body, size_t length)
{
  CLEANUP_TEXT struct text text = { 0 };

  reply_format(good, length, &text);
  text_add_bytes(&text, body, length);
  return bytes_write(connection->plain, &text, clock_ms() + REPLY_TIMEOUT);
}

static void
refuse(struct connection *connection, const char *reason)
{
  reply(connection, false, reason, strlen(reason));
}

/* Who it is and what it wants; -1 when that does not come in time. */
static int
read_request(struct connection *connection, char *key)
{
  int64_t deadline = clock_ms() + HELPER_PATIENCE + 1000;
  char line[AIRBOSS_LINE_MAX];
  CLEANUP_TEXT struct text why = { 0 };

  if (line_read(connection->plain, key, AIRBOSS_KEY_MAX, deadline) != 0
      || strncmp(key, HELPER_KEY, strlen(HELPER_KEY)) != 0)
    return -1;
  deadline = clock_ms() + HELPER_PATIENCE;
  if (line_read(connection->plain, line, sizeof line, deadline) != 0) {
    airboss_log(connection->service, LOG_WARN, "%s: no request came in time", connection->peer);
    return -1;
  }
  if (request_parse(line, &connection->request, &why) == 0)
    return 0;
  airboss_log(connection->service, LOG_WARN, "%s: %s", connection->peer, text_get(&why));
  refuse(connection, text_get(&why));
  return -1;
}

static int
do_request(struct connection *connection)
{
  const struct airboss_service *service = connection->service;
  const struct airboss_request *request = &connection->request;
  int result = service->act(service->arg, request, &connection->answer, &connection->stream);

  airboss_log(service, result == 0 ? LOG_INFORMATION : LOG_WARN, "%s: %s: %s %s%s%s: %s",
              connection->peer, text_get(&connection->who), request_name(request->operation),
              request->host, request->path[0] != '\0' ? " " : "", request->path,
              result == 0 ? "done" : or_empty(connection->service->call->message));
  if (result != 0)
    refuse(connection, or_empty(connection->service->call->message));
  else if (connection->answer.length > AIRBOSS_BODY_MAX)
    refuse(connection, "the answer is too long");
  else
    return reply(connection, true, text_get(&connection->answer), connection->answer.length);
  return -1;
}

static void
serve_request(struct connection *connection, const char *key, int admitted)
{
  const struct airboss_service *service = connection->service;
  const struct airboss_request *request = &connection->request;
  pid_t self = getpid();

  if (service->allow(service->arg, key, request, &connection->who) != 0) {
    airboss_log(service, LOG_WARN, "%s: %s %s: refused: %s", connection->peer,
                request_name(request->operation), request->host,
                or_empty(connection->service->call->message));
    refuse(connection, service->refusal);
    return;
  }
  if (write(admitted, &self, sizeof self) != (ssize_t) sizeof self)
    airboss_log(service, LOG_DEBUGGING, "%s: nobody listens any more", connection->peer);
  /* What is begun is finished, even when the daemon is told to end. */
  signal(SIGTERM, SIG_IGN);
  if (do_request(connection) == 0 && connection->stream >= 0) {
    signal(SIGTERM, SIG_DFL);
    relay_sockets(connection->stream, connection->plain);
  }
}

static void
finish(struct connection *connection)
{
  if (connection->plain >= 0)
    close(connection->plain);
  if (connection->stream >= 0)
    close(connection->stream);
  signal(SIGTERM, SIG_DFL);
  helper_end(&connection->helper, HELPER_GRACE);
  if (connection->helper.status != HELPER_OK)
    airboss_log(connection->service, LOG_WARN, "%s: %s", connection->peer,
                text_get(&connection->helper.why));
  helper_free(&connection->helper);
  text_free(&connection->who);
  text_free(&connection->answer);
}

void
connection_serve(const struct airboss_service *service, int socket, const char *peer,
                 int admitted)
{
  struct connection connection = { .service = service, .peer = peer, .plain = -1, .stream = -1,
                                   .helper = { .errors = -1 } };
  char key[AIRBOSS_KEY_MAX];

  call_clear(service->call);
  service->call->quiet = true;
  if (start(&connection, socket) != 0) {
    airboss_log(service, LOG_WARN, "%s: %s", peer, or_empty(service->call->message));
  } else {
    close(socket); /* the helper has it */
    if (read_request(&connection, key) == 0)
      serve_request(&connection, key + strlen(HELPER_KEY), admitted);
  }
  finish(&connection);
  remote_close();
}
