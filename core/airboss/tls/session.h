/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * A TLS session on a socket that does not block, with a deadline for whatever
 * the other side has to do.
 */
#ifndef ROCKS_AIRBOSS_TLS_SESSION_H
#define ROCKS_AIRBOSS_TLS_SESSION_H

#include <openssl/ssl.h>
#include <stdint.h>

#include "base/text.h"

/* Both sides: TLS 1.3, a certificate of the key, no resumption: every session
 * is signed by both keys anew. */
SSL_CTX *session_context(const SSL_METHOD *, EVP_PKEY *, X509 *, struct text *why);
/* The handshake on a connected socket, as client or as server; `deadline` as
 * clock_ms() counts.  NULL with a sentence in `why`. */
SSL *session_begin(SSL_CTX *, int socket, bool client, int64_t deadline, struct text *why);
/* Carries bytes both ways between the session and `plain`, a socket, until one
 * side has ended and all that it said is delivered.  Once `plain` has ended the
 * other side has `linger` milliseconds to take the rest.  0, or -1 when the
 * other side broke off. */
int session_relay(SSL *, int plain, int64_t linger);
/* Says goodbye, and frees it; the socket stays open. */
void session_end(SSL *);

#endif
