/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What strangers talk to.  It knows the server's key and nothing else, and may
 * do nothing but carry bytes.
 */
#include <config.h>

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "airboss/helper.h"
#include "airboss/tls/keys.h"
#include "airboss/tls/session.h"
#include "airboss/tls/tls.h"
#include "base/clock.h"

#define LINGER 30000 /* ms for a client to take its answer */

static int
fail(struct text *why, const char *what, const char *value)
{
  text_add(why, "cannot %s %s: %s", what, value, strerror(errno));
  return -1;
}

static int
drop_root(const char *user, const char *jail, struct text *why)
{
  static const struct rlimit none = { 0, 0 };
  const struct passwd *entry;

  if (geteuid() != 0)
    return 0;
  errno = 0;
  entry = getpwnam(user);
  if (entry == NULL || entry->pw_uid == 0) {
    text_add(why, "there is no user %s but root to serve as", user);
    return -1;
  }
  if (chroot(jail) != 0 || chdir("/") != 0)
    return fail(why, "enter", jail);
  if (setgroups(0, NULL) != 0 || setgid(entry->pw_gid) != 0 || setuid(entry->pw_uid) != 0)
    return fail(why, "become", user);
  /* Neither files nor processes; and no way back. */
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || setrlimit(RLIMIT_FSIZE, &none) != 0
      || setrlimit(RLIMIT_NPROC, &none) != 0 || setuid(0) == 0)
    return fail(why, "give up the rights of", "root");
  return 0;
}

/* Whose key it is, is asked later, by those who know: here it is only seen
 * that it can be taken for one. */
static int
check_client(X509_STORE_CTX *store, void *arg)
{
  SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
  const EVP_PKEY *key = X509_get0_pubkey(X509_STORE_CTX_get0_cert(store));

  (void) arg;
  if (key != NULL && key_is_strong(key))
    return 1;
  text_add(SSL_get_app_data(ssl), "the client's key is too weak");
  X509_STORE_CTX_set_error(store, X509_V_ERR_EE_KEY_TOO_SMALL);
  return 0;
}

static SSL_CTX *
make_context(const char *identity, struct text *why)
{
  SSL_CTX *context;
  EVP_PKEY *key;
  X509 *certificate;

  if (identity_load(identity, &key, &certificate, why) != 0)
    return NULL;
  context = session_context(TLS_server_method(), key, certificate, why);
  EVP_PKEY_free(key);
  X509_free(certificate);
  if (context != NULL) {
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_cert_verify_callback(context, check_client, NULL);
  }
  return context;
}

static int
tell_key(SSL *ssl, struct text *why)
{
  X509 *certificate = SSL_get0_peer_certificate(ssl);
  CLEANUP_FREE char *key = certificate_key(certificate);
  CLEANUP_FREE char *line = mem_format(HELPER_KEY "%s\n", key);
  size_t length = strlen(line);

  if (send(STDOUT_FILENO, line, length, MSG_NOSIGNAL) == (ssize_t) length)
    return 0;
  return fail(why, "tell", "the key");
}

int
tls_server(const char *identity, const char *user, const char *jail, struct text *why)
{
  SSL_CTX *context = make_context(identity, why);
  SSL *ssl = NULL;
  int result = -1;

  if (context != NULL && drop_root(user, jail, why) == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* forgotten whenever the user changes */
    ssl = session_begin(context, STDIN_FILENO, false, clock_ms() + HELPER_PATIENCE, why);
  }
  if (ssl != NULL) {
    result = tell_key(ssl, why);
    if (result == 0 && session_relay(ssl, STDOUT_FILENO, LINGER) != 0) {
      text_add(why, "the client broke off the connection");
      result = -1;
    }
    session_end(ssl);
  }
  SSL_CTX_free(context);
  return result == 0 ? HELPER_OK : HELPER_FAILED;
}
