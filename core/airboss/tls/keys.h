/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Keys and certificates.  A certificate is only the envelope in which TLS
 * carries a public key: nothing but that key is ever looked at.
 */
#ifndef ROCKS_AIRBOSS_TLS_KEYS_H
#define ROCKS_AIRBOSS_TLS_KEYS_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/text.h"

/* Functions that fail add one sentence to `why`. */

/* The private key in a PEM file; asks for its passphrase on the terminal. */
EVP_PKEY *key_load(const char *file, struct text *why);
/* Makes a pair: the private key goes to a new file that its owner alone may
 * read, encrypted under a passphrase that is asked for if `locked`; the public
 * one is added to `pem`. */
int key_make_pair(const char *file, bool locked, struct text *pem, struct text *why);
/* Whether the key is strong enough (112 bits, NIST SP 800-57 part 1, table 2). */
bool key_is_strong(const EVP_PKEY *);

/* A certificate of the key, signed by itself. */
X509 *certificate_make(EVP_PKEY *, const char *name, struct text *why);
/* "sha256:" and 64 hex digits: the digest of the public key's DER. */
char *certificate_fingerprint(X509 *);
/* The public key's DER in base64, without line ends: what stands between the
 * lines of a PEM file. */
char *certificate_key(X509 *);

/* The server's own key and certificate, both in one file that only root may
 * read; made when it is not there. */
int identity_load(const char *file, EVP_PKEY **, X509 **, struct text *why);
int identity_make(const char *file, struct text *why);

/* The last error of the library, in its words. */
const char *library_error(void);

#endif
