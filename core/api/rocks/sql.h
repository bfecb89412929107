/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * A session with a database that holds the Rocks schema: the second, optional
 * interface of a resource backend.  Rocks' own commands are written over it,
 * in the SQL that MariaDB, MySQL and SQLite share, with every value bound.
 *
 * Bytes pass through unchanged: the Rocks tables are latin1, and the session
 * neither converts nor checks.
 */
#ifndef ROCKS_SQL_H
#define ROCKS_SQL_H

#include <rocks/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

enum rocks_sql_type { ROCKS_SQL_NULL = 0, ROCKS_SQL_INT = 1, ROCKS_SQL_TEXT = 2 };

/* A bound argument, or a column of a result.  In a result `text` is set for
 * integers too, and ends in a NUL that `length` does not count. */
struct rocks_sql_value {
  enum rocks_sql_type type;
  int64_t integer;
  const char *text;
  size_t length;
};

struct rocks_resource; /* an open inventory, see resource.h */

struct rocks_sql_ops {
  uint32_t size;

  /* Runs one statement with `args` in the places of its `?`.  `row` is called
   * for each row of the result, which is complete in memory by then, so `row`
   * may run statements itself; a return other than 0 ends the walk and is
   * returned.  `columns` are the names of the result's columns.  `changed` and
   * `last_id`, where not NULL, take the number of rows that were met (an UPDATE
   * counts those that keep their values too) and the last AUTO_INCREMENT
   * value.  Returns 0, or -1 with the error reported. */
  int (*run)(struct rocks_resource *, struct rocks_call *, const char *sql,
             const struct rocks_sql_value *args, size_t nargs,
             int (*row)(void *arg, const char *const *columns,
                        const struct rocks_sql_value *values, size_t n),
             void *arg, int64_t *changed, int64_t *last_id);

  /* Transactions do not nest.  read_only: the server refuses every change. */
  int (*begin)(struct rocks_resource *, struct rocks_call *, bool read_only);
  int (*commit)(struct rocks_resource *, struct rocks_call *);
  void (*rollback)(struct rocks_resource *);
};

#ifdef __cplusplus
}
#endif
#endif /* ROCKS_SQL_H */
