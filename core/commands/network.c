/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Networks: the rows of `subnets`.
 */
#include <config.h>

#include "commands/commands.h"
#include "commands/patterns.h"

static int
list_network(struct run *run)
{
  CLEANUP_LIST struct list names = { 0 };

  if (names_expand(run, "subnets", "name", "network", &names) != 0)
    return -1;
  return list_query(run, "network,subnet,netmask,mtu,dnszone,servedns", "ttntb",
                    "select name, subnet, netmask, mtu, dnszone, servedns from subnets"
                    " where name in (%s) order by name", &names);
}

static const char *const options[] = {
  "network: a network, or a pattern with %; without any, all", NULL
};

const struct command network_commands[] = {
  { "list network", "[network]...", "Shows the networks of the site.", options, NULL, 0,
    list_network },
  COMMANDS_END
};
