/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The two ends of a connection, each for the program's life.
 */
#ifndef ROCKS_AIRBOSS_TLS_TLS_H
#define ROCKS_AIRBOSS_TLS_TLS_H

#include "base/text.h"

/* Connects to a server and carries bytes between it and standard output, which
 * is a socket; a passphrase may come from standard input.  The server has to have the key `pin`; "" = that which `known`
 * has, or, the first time, any.  Returns an exit status of helper.h, with a
 * sentence in `why` if it is not HELPER_OK. */
int tls_client(const char *host, const char *port, const char *key, const char *known,
               const char *pin, struct text *why);

/* Serves the connection on standard input: says `key <base64>` on standard
 * output, a socket, and carries bytes.  First gives up all that root may do:
 * it is `user` from then on, in the folder `jail`. */
int tls_server(const char *identity, const char *user, const char *jail, struct text *why);

#endif
