/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Interfaces: the rows of `networks` (rocks-compat 2.2, 4.2).
 */
#ifndef ROCKS_COMMANDS_INTERFACE_H
#define ROCKS_COMMANDS_INTERFACE_H

#include "framework/command.h"

/* Sets what `set host interface WHAT` sets (ip mac module name subnet vlan
 * options channel) of the interfaces of hosts whose device or MAC is `iface`;
 * "NULL" clears.  Warns about hosts that have none.  -1 with a sentence when
 * the value cannot be. */
int interface_set(struct run *, const char *what, const struct list *hosts, const char *iface,
                  const char *value);

/* A device's name, or a MAC: six groups of hex digits and more.  Reported. */
bool interface_is_mac(const char *iface);
int interface_check(struct run *, const char *iface);

#endif
