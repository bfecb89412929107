/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Option files for connections with TLS.  The library's own reader would let a
 * file take back what the URI demands (ssl-verify-server-cert=0), so there a
 * file says who we are and whom we believe, and nothing else.
 */
#ifndef ROCKSDB_OPTIONS_H
#define ROCKSDB_OPTIONS_H

/* Owned strings; NULL: not said. */
struct db_options {
  char *password, *ssl_ca, *ssl_cert, *ssl_key;
};

/* Takes them from the groups [client] and [rocks] of `file`, the last one said
 * counts.  A file that cannot be read says nothing: 0.  -1: out of memory. */
int db_options_read(const char *file, struct db_options *options);
void db_options_free(struct db_options *options);

#endif /* ROCKSDB_OPTIONS_H */
