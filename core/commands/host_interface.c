/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Interfaces of hosts.
 */
#include <config.h>

#include <string.h>

#include "commands/commands.h"
#include "commands/patterns.h"

/* A logical VLAN shows only what it has of its own; the rest belongs to the
 * device that carries it. */
static int
list_host_interface(struct run *run)
{
  return list_hosts(run,
                    "host,subnet,iface,mac,ip,netmask,module,name,vlan,options,channel",
                    "tttttttntt",
                    "select n.Name, s.name, w.Device,"
                    " case when w.Device like 'vlan%' then null else w.MAC end,"
                    " case when w.Device like 'vlan%' then null else w.IP end,"
                    " case when w.Device like 'vlan%' then null else s.netmask end,"
                    " case when w.Device like 'vlan%' then null else w.Module end,"
                    " case when w.Device like 'vlan%' then null else w.Name end,"
                    " w.VlanID, w.Options, w.Channel"
                    " from nodes n join networks w on w.Node = n.ID"
                    " left join subnets s on s.ID = w.Subnet"
                    " where %s order by n.Name, w.ID", 0);
}

static const char *const options[] = {
  "host: a host, a pattern with %, rackN or an appliance; without any, all hosts", NULL
};

const struct command host_interface_commands[] = {
  { "list host interface", "[host]...",
    "Shows the interfaces of hosts and the networks that they are in.", options, NULL, 0,
    list_host_interface },
  COMMANDS_END
};
