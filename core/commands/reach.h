/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Hosts of this site as those of remote.h.
 */
#ifndef ROCKS_COMMANDS_REACH_H
#define ROCKS_COMMANDS_REACH_H

#include "framework/command.h"
#include "remote/remote.h"

/* As many as the hosts that were asked for, in their order; its strings are
 * its own and theirs. */
struct reach {
  struct remote_host *host;
  struct list addresses;
};

/* Each by its address in its primary network (attribute primary_net, private
 * unless set), by its name where it has none, this machine without ssh.  The
 * names must outlive it.  -1 reported. */
int reach_hosts(struct run *, const struct list *names, struct reach *);
void reach_free(struct reach *);

#endif
