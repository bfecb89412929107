/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>

#include "airboss/tls/keys.h"
#include "airboss/tls/session.h"
#include "base/clock.h"

#define CERTIFICATE_MAX 8192 /* bytes that the other side may send of them */
#define FAREWELL 2000        /* ms for the last bytes to arrive */

SSL_CTX *
session_context(const SSL_METHOD *method, EVP_PKEY *key, X509 *certificate, struct text *why)
{
  SSL_CTX *context = SSL_CTX_new(method);

  if (context != NULL && SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1
      && SSL_CTX_set_num_tickets(context, 0) == 1
      && SSL_CTX_use_certificate(context, certificate) == 1
      && SSL_CTX_use_PrivateKey(context, key) == 1) {
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_max_cert_list(context, CERTIFICATE_MAX);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE
                                | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    return context;
  }
  text_add(why, "cannot set TLS up: %s", library_error());
  SSL_CTX_free(context);
  return NULL;
}

/* A connection whose other end is gone ends within a minute or two. */
static void
set_socket(int socket)
{
  static const struct { int level, name, value; } options[] = {
    { SOL_SOCKET, SO_KEEPALIVE, 1 },   { IPPROTO_TCP, TCP_KEEPIDLE, 30 },
    { IPPROTO_TCP, TCP_KEEPINTVL, 10 }, { IPPROTO_TCP, TCP_KEEPCNT, 3 },
    { IPPROTO_TCP, TCP_USER_TIMEOUT, 60000 }, { IPPROTO_TCP, TCP_NODELAY, 1 },
  };
  size_t i;

  for (i = 0; i < sizeof options / sizeof *options; i++)
    setsockopt(socket, options[i].level, options[i].name, &options[i].value,
               sizeof options[i].value);
  fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK);
}

/* Waits for what the last call wanted; false when it wanted nothing more or
 * the time is over. */
static bool
wait_for(SSL *ssl, int result, int64_t deadline)
{
  int error = SSL_get_error(ssl, result);
  struct pollfd fd = { .fd = SSL_get_fd(ssl),
                       .events = error == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN };
  int64_t left = deadline - clock_ms();

  if ((error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) || left <= 0)
    return false;
  return poll(&fd, 1, (int) left) != 0;
}

static void
tell_failure(SSL *ssl, int result, int64_t deadline, struct text *why)
{
  int error = SSL_get_error(ssl, result);

  if (why->length > 0)
    return; /* whoever looked at the certificate has told */
  if (clock_ms() >= deadline)
    text_add(why, "the other side did not answer in time");
  else if (error == SSL_ERROR_SYSCALL && ERR_peek_last_error() == 0)
    text_add(why, "the other side closed the connection");
  else
    text_add(why, "TLS: %s", library_error());
}

SSL *
session_begin(SSL_CTX *context, int socket, bool client, int64_t deadline, struct text *why)
{
  SSL *ssl = SSL_new(context);
  int result;

  if (ssl == NULL || SSL_set_fd(ssl, socket) != 1) {
    text_add(why, "cannot set TLS up: %s", library_error());
    SSL_free(ssl);
    return NULL;
  }
  SSL_set_app_data(ssl, why);
  set_socket(socket);
  do {
    ERR_clear_error();
    result = client ? SSL_connect(ssl) : SSL_accept(ssl);
    if (result == 1)
      return ssl;
  } while (wait_for(ssl, result, deadline));
  tell_failure(ssl, result, deadline, why);
  SSL_free(ssl);
  return NULL;
}

/* ---- carrying bytes ---- */

struct flow {
  char data[16384];
  size_t at, end;
  bool over; /* nothing more comes */
};

struct relay {
  SSL *ssl;
  int socket, plain;
  struct flow in, out; /* out: from `plain` to the session */
  short socket_events;
  bool broken;
};

static void
want(struct relay *relay, int result)
{
  switch (SSL_get_error(relay->ssl, result)) {
  case SSL_ERROR_WANT_READ:
    relay->socket_events |= POLLIN;
    break;
  case SSL_ERROR_WANT_WRITE:
    relay->socket_events |= POLLOUT;
    break;
  case SSL_ERROR_ZERO_RETURN:
    relay->in.over = true;
    break;
  default:
    relay->in.over = relay->broken = true;
  }
}

static void
step_session(struct relay *relay)
{
  struct flow *in = &relay->in, *out = &relay->out;
  int n;

  if (in->at == in->end && !in->over) {
    ERR_clear_error();
    n = SSL_read(relay->ssl, in->data, sizeof in->data);
    in->at = 0;
    in->end = n > 0 ? (size_t) n : 0;
    if (n <= 0)
      want(relay, n);
  }
  if (out->at < out->end && !relay->broken) {
    ERR_clear_error();
    n = SSL_write(relay->ssl, out->data + out->at, (int) (out->end - out->at));
    if (n > 0)
      out->at += (size_t) n;
    else
      want(relay, n);
  }
}

static void
step_plain(struct relay *relay)
{
  struct flow *in = &relay->in, *out = &relay->out;
  ssize_t n;

  if (out->at == out->end && !out->over) {
    n = recv(relay->plain, out->data, sizeof out->data, 0);
    out->at = 0;
    out->end = n > 0 ? (size_t) n : 0;
    out->over = n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
  }
  if (in->at < in->end) {
    n = send(relay->plain, in->data + in->at, in->end - in->at, MSG_NOSIGNAL);
    if (n > 0)
      in->at += (size_t) n;
    else if (errno != EAGAIN && errno != EINTR)
      in->at = in->end; /* nobody reads it any more; out->over follows */
  }
}

static bool
is_done(const struct relay *relay)
{
  bool delivered = relay->in.at == relay->in.end;

  return relay->broken || (relay->in.over && delivered)
         || (relay->out.over && relay->out.at == relay->out.end);
}

static void
wait_for_news(struct relay *relay, int64_t deadline)
{
  const struct flow *in = &relay->in, *out = &relay->out;
  bool more = in->at == in->end && SSL_pending(relay->ssl) > 0;
  struct pollfd fds[2] = { { .fd = relay->socket, .events = relay->socket_events },
                           { .fd = relay->plain } };
  int64_t left = deadline - clock_ms();

  if (in->at < in->end)
    fds[1].events |= POLLOUT;
  if (out->at == out->end && !out->over)
    fds[1].events |= POLLIN;
  /* The end of one that nothing is wanted of would be told again and again. */
  if (fds[0].events == 0)
    fds[0].fd = -1;
  if (fds[1].events == 0)
    fds[1].fd = -1;
  poll(fds, 2, more || left <= 0 ? 0 : left > 60000 ? 60000 : (int) left);
}

int
session_relay(SSL *ssl, int plain, int64_t linger)
{
  struct relay relay = { .ssl = ssl, .socket = SSL_get_fd(ssl), .plain = plain };
  int64_t deadline = INT64_MAX;

  fcntl(plain, F_SETFL, fcntl(plain, F_GETFL) | O_NONBLOCK);
  for (;;) {
    relay.socket_events = 0;
    step_plain(&relay);
    step_session(&relay);
    if (is_done(&relay) || clock_ms() >= deadline)
      break;
    if (relay.out.over && deadline == INT64_MAX)
      deadline = clock_ms() + linger;
    wait_for_news(&relay, deadline);
  }
  return relay.broken ? -1 : 0;
}

/* Closing a socket with unread bytes makes the kernel drop what it has not yet
 * sent: so the other side is heard out. */
void
session_end(SSL *ssl)
{
  int socket = SSL_get_fd(ssl);
  struct pollfd fd = { .fd = socket, .events = POLLIN };
  int64_t deadline = clock_ms() + FAREWELL;
  char rest[4096];

  ERR_clear_error();
  SSL_shutdown(ssl);
  shutdown(socket, SHUT_WR);
  while (clock_ms() < deadline && poll(&fd, 1, (int) (deadline - clock_ms())) > 0
         && recv(socket, rest, sizeof rest, 0) > 0)
    continue;
  SSL_free(ssl);
}
