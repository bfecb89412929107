/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Static routes as they hold for hosts: the nearest of the four scopes counts
 * (rocks-compat 2.2).
 */
#ifndef ROCKS_COMMANDS_ROUTE_H
#define ROCKS_COMMANDS_ROUTE_H

#include "framework/command.h"
#include "framework/db.h"

/* Strings are the rows'. */
struct route {
  const char *host, *network, *netmask;
  const char *gateway; /* an address or a device; "" when there is no way */
  char source;         /* G O A H */
};

struct routes {
  struct route *item; /* by host in the order asked for, then by network */
  size_t count;
  struct rows stored, devices;
};

/* The routes of these hosts, in two queries however many hosts. */
int routes_resolve(struct run *, const struct list *hosts, struct routes *);
void routes_free(struct routes *);

#endif
