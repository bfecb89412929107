/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#ifndef ROCKSDB_URI_H
#define ROCKSDB_URI_H

#include <rocks/plugin.h>

/* Where a database is.  Owned strings; NULL: not said. */
struct db_uri {
  char *user, *host, *database, *socket, *ssl_ca, *option_file;
  unsigned port; /* 0: not said */
  bool ssl;      /* the server must prove who it is, and all is encrypted */
};

/* Reads mysql://[user@][host][:port]/[database][?socket=&ssl=&ssl-ca=&option-file=],
 * percent-encoded as RFC 3986 says.  The database is `cluster` when not said;
 * its name is letters, digits, `_`, `-` and `$`, at most 64.  Returns 0 and
 * fills *uri, which uri_free() empties, or -1 with the error reported.  No
 * report repeats what could be a password. */
int uri_parse(const struct rocks_core *core, struct rocks_call *call, const char *text,
              struct db_uri *uri);
void uri_free(struct db_uri *uri);

#endif /* ROCKSDB_URI_H */
