/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The files of schema/ as statements, made by embed.awk.  NULL ends each.
 */
#ifndef ROCKSDB_SCHEMA_H
#define ROCKSDB_SCHEMA_H

extern const char *const schema_rocks[];    /* an empty Rocks database */
extern const char *const schema_defaults[]; /* the rows that it begins with */
extern const char *const schema_mvc[];      /* our tables; the last is the version */
extern const char *const schema_secrets[];  /* the database of keys */

#endif /* ROCKSDB_SCHEMA_H */
