/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Hosts themselves.
 */
#include <config.h>

#include "commands/commands.h"
#include "commands/patterns.h"

static int
list_host(struct run *run)
{
  return list_hosts(run, "host,membership,cpus,rack,rank,runaction,installaction", "tnnntt",
                    "select n.Name, m.Name, n.CPUs, n.Rack, n.Rank, n.RunAction, n.InstallAction"
                    " from nodes n left join memberships m on m.ID = n.Membership"
                    " where %s order by n.ID", HOSTS_BY_ID);
}

static int
list_host_membership(struct run *run)
{
  return list_hosts(run, "host,membership", "t",
                    "select n.Name, m.Name from nodes n"
                    " left join memberships m on m.ID = n.Membership where %s order by n.ID", HOSTS_BY_ID);
}

static int
list_host_appliance(struct run *run)
{
  return list_hosts(run, "host,appliance", "t",
                    "select n.Name, a.Name from nodes n"
                    " left join memberships m on m.ID = n.Membership"
                    " left join appliances a on a.ID = m.Appliance where %s order by n.ID", HOSTS_BY_ID);
}

/* columns.CPUs, Rack and Rank are int(11). */
static int
set_host_cpus(struct run *run)
{
  return set_host_number(run, "cpus", "CPUs", 1, INT32_MAX);
}

static int
set_host_rack(struct run *run)
{
  return set_host_number(run, "rack", "Rack", INT32_MIN, INT32_MAX);
}

static int
set_host_rank(struct run *run)
{
  return set_host_number(run, "rank", "Rank", INT32_MIN, INT32_MAX);
}

static const char *const options[] = {
  "host: a host, a pattern with %, rackN or an appliance; without any, all hosts",
  "cpus: how many, 1 or more",
  "rack: the number of the cabinet",
  "rank: the position in the cabinet",
  NULL
};

static const char *const list_examples[] = {
  "|all hosts", "rack0 login-0-0|the hosts of cabinet 0 and one more", NULL
};

const struct command host_commands[] = {
  { "list host", "[host]...", "Shows hosts: what they are, where they stand, how they boot.",
    options, list_examples, 0, list_host },
  { "list host appliance", "[host]...", "Shows the appliance of hosts.", options, NULL, 0,
    list_host_appliance },
  { "list host membership", "[host]...", "Shows the membership of hosts.", options, NULL, 0,
    list_host_membership },
  { "set host cpus", "{host}... {cpus} [cpus=string]",
    "Sets the number of CPUs of hosts; of a VM, the number that it gets at its next start.",
    options, NULL, COMMAND_ROOT | COMMAND_WRITES, set_host_cpus },
  { "set host rack", "{host}... {rack} [rack=string]", "Sets the cabinet of hosts.", options, NULL,
    COMMAND_ROOT | COMMAND_WRITES, set_host_rack },
  { "set host rank", "{host}... {rank} [rank=string]", "Sets the position of hosts in the cabinet.",
    options, NULL, COMMAND_ROOT | COMMAND_WRITES, set_host_rank },
  COMMANDS_END
};
