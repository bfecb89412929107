/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Which server a client believes: the key that it showed the first time.
 */
#ifndef ROCKS_AIRBOSS_TLS_TRUST_H
#define ROCKS_AIRBOSS_TLS_TRUST_H

#include "base/text.h"

/* The file has lines `host:port sha256:...`.  Each returns 0, or -1 with one
 * sentence in `why`. */

/* What is known of a server; *pin NULL when nothing is.  Caller frees. */
int trust_find(const char *file, const char *server, char **pin, struct text *why);
/* Remembers a server, unless another process did so meanwhile: then what that
 * one saw has to be the same. */
int trust_add(const char *file, const char *server, const char *pin, struct text *why);
/* "sha256:" and 64 hex digits, in any case. */
bool trust_is_pin(const char *text);
bool trust_same(const char *a, const char *b);

#endif
