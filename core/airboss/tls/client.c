/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "airboss/helper.h"
#include "airboss/tls/keys.h"
#include "airboss/tls/session.h"
#include "airboss/tls/tls.h"
#include "airboss/tls/trust.h"
#include "base/clock.h"

#define CONNECT_TIMEOUT 10000 /* ms, for each address */
#define HANDSHAKE_TIMEOUT 15000
#define LINGER 30000

/* What the server's certificate is compared with. */
struct trust {
  const char *server, *known; /* "host:port"; the file */
  char *pin;                  /* what it has to be; NULL: any, and it is remembered */
  bool given;                 /* by the caller, not by the file */
  char *shown;
};

static int
connect_address(const struct addrinfo *address)
{
  int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  int error = 0;
  socklen_t length = sizeof error;
  struct pollfd ready = { .fd = fd, .events = POLLOUT };

  if (fd < 0)
    return -1;
  if (connect(fd, address->ai_addr, address->ai_addrlen) == 0)
    return fd;
  if (errno == EINPROGRESS) {
    if (poll(&ready, 1, CONNECT_TIMEOUT) != 1)
      error = ETIMEDOUT;
    else
      getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error == 0)
      return fd;
    errno = error;
  }
  error = errno;
  close(fd);
  errno = error;
  return -1;
}

static int
connect_host(const char *host, const char *port, struct text *why)
{
  struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV }, *list, *one;
  int fd = -1, error = getaddrinfo(host, port, &hints, &list);

  if (error != 0) {
    text_add(why, "cannot find %s: %s", host, gai_strerror(error));
    return -1;
  }
  for (one = list; one != NULL && fd < 0; one = one->ai_next)
    fd = connect_address(one);
  if (fd < 0)
    text_add(why, "cannot reach airboss at %s:%s: %s", host, port, strerror(errno));
  freeaddrinfo(list);
  return fd;
}

/* Called in the handshake, before the server is shown who we are. */
static int
check_server(X509_STORE_CTX *store, void *arg)
{
  struct trust *trust = arg;
  SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
  struct text *why = SSL_get_app_data(ssl);

  free(trust->shown);
  trust->shown = certificate_fingerprint(X509_STORE_CTX_get0_cert(store));
  if (trust->pin == NULL || trust_same(trust->pin, trust->shown))
    return 1;
  if (trust->given)
    text_add(why, "airboss at %s is not the one that is wanted: its key is %s, not %s",
             trust->server, trust->shown, trust->pin);
  else
    text_add(why, "airboss at %s is not the one that it was: its key is %s, and was %s; if it "
             "was made anew, remove its line from %s", trust->server, trust->shown, trust->pin,
             trust->known);
  X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
  return 0;
}

static int
remember(struct trust *trust, struct text *why)
{
  if (trust->pin != NULL)
    return 0;
  if (trust_add(trust->known, trust->server, trust->shown, why) != 0)
    return -1;
  fprintf(stderr, HELPER_NOTE "airboss at %s is seen for the first time, and believed from now "
          "on: its key is %s\n", trust->server, trust->shown);
  return 0;
}

static SSL_CTX *
make_context(EVP_PKEY *key, struct trust *trust, struct text *why)
{
  X509 *certificate = certificate_make(key, "rocks", why);
  SSL_CTX *context = certificate != NULL
                     ? session_context(TLS_client_method(), key, certificate, why) : NULL;

  X509_free(certificate);
  if (context != NULL) {
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(context, check_server, trust);
  }
  return context;
}

static int
talk(SSL_CTX *context, int fd, struct trust *trust, struct text *why)
{
  SSL *ssl = session_begin(context, fd, true, clock_ms() + HANDSHAKE_TIMEOUT, why);
  int result;

  if (ssl == NULL)
    return HELPER_FAILED;
  result = remember(trust, why);
  if (result == 0 && session_relay(ssl, STDOUT_FILENO, LINGER) != 0) {
    text_add(why, "airboss at %s broke off the connection", trust->server);
    result = -1;
  }
  session_end(ssl);
  return result == 0 ? HELPER_OK : HELPER_FAILED;
}

static int
find_pin(struct trust *trust, const char *pin, struct text *why)
{
  if (pin[0] == '\0')
    return trust_find(trust->known, trust->server, &trust->pin, why);
  trust->given = true;
  trust->pin = mem_copy(pin);
  if (trust_is_pin(pin))
    return 0;
  text_add(why, "\"%s\" is no fingerprint of a key: `sha256:` and 64 hex digits", pin);
  return -1;
}

int
tls_client(const char *host, const char *port, const char *file, const char *known,
           const char *pin, struct text *why)
{
  CLEANUP_FREE char *server = mem_format("%s:%s", host, port);
  struct trust trust = { .server = server, .known = known };
  EVP_PKEY *key = key_load(file, why);
  SSL_CTX *context = NULL;
  int fd = -1, status = HELPER_FAILED;

  if (key == NULL)
    return HELPER_BAD_KEY;
  if (find_pin(&trust, pin, why) == 0)
    context = make_context(key, &trust, why);
  if (context != NULL)
    fd = connect_host(host, port, why);
  if (fd >= 0)
    status = talk(context, fd, &trust, why);
  SSL_CTX_free(context);
  EVP_PKEY_free(key);
  free(trust.pin);
  free(trust.shown);
  return status;
}
