/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Attributes, resolved as in rocks-compat 2.4, in one query for many hosts.
 */
#ifndef ROCKS_FRAMEWORK_ATTRS_H
#define ROCKS_FRAMEWORK_ATTRS_H

#include "framework/command.h"
#include "framework/db.h"

/* Strings belong to the struct attrs. */
struct attr {
  const char *host, *name, *value;
  char source; /* I O A H G, see 2.4 */
};

struct attrs {
  struct attr *item; /* by host in the order asked for, then by name */
  size_t count;
  struct rows hosts, stored; /* what the strings point into */
  struct list made;
  const struct attr **index; /* for attrs_get(), made at its first call */
};

/* All attributes of these hosts (names NULL), or those named, in two queries
 * however many hosts.  Hosts are node names, as hosts_expand() gives them. */
int attrs_resolve(struct run *, const struct list *hosts, const struct list *names,
                  struct attrs *);
const char *attrs_get(struct attrs *, const char *host, const char *name); /* or NULL */
void attrs_free(struct attrs *);
/* One attribute of one host; *value NULL when unset; caller frees. */
int attr_of(struct run *, const char *host, const char *name, char **value);

#endif
