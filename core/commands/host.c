/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Hosts themselves.
 */
#include <config.h>

#include "commands/commands.h"
#include "commands/patterns.h"
#include "commands/sites.h"

static int
list_host(struct run *run)
{
  return list_hosts(run, "host,membership,cpus,rack,rank,runaction,installaction", "tnnntt",
                    "select n.Name, m.Name, n.CPUs, n.Rack, n.Rank, n.RunAction, n.InstallAction"
                    " from nodes n left join memberships m on m.ID = n.Membership"
                    " where %s order by %s", HOSTS_BY_ID);
}

static int
list_host_membership(struct run *run)
{
  return list_hosts(run, "host,membership", "t",
                    "select n.Name, m.Name from nodes n"
                    " left join memberships m on m.ID = n.Membership where %s order by %s", 0);
}

static int
list_host_appliance(struct run *run)
{
  return list_hosts(run, "host,appliance", "t",
                    "select n.Name, a.Name from nodes n"
                    " left join memberships m on m.ID = n.Membership"
                    " left join appliances a on a.ID = m.Appliance where %s order by %s", 0);
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

/* The number of the membership that users name. */
static int
set_host_membership(struct run *run)
{
  CLEANUP_LIST struct list hosts = { 0 };
  CLEANUP_FREE char *id = NULL;
  const char *membership;

  if (take_host_value(run, "membership", &membership, &hosts) != 0
      || db_value(run->db, &id, NULL, "select ID from memberships where Name = ? order by ID", "s",
                  membership) != 0)
    return -1;
  if (id == NULL)
    return call_fail(run->call, ROCKS_ENOTFOUND, "invalid membership \"%s\"", membership);
  return db_exec(run->db, "update nodes set Membership = ? where Name in (%s)", "sv", id, &hosts);
}

/* Records and leases know the VMs of a cluster by their names, at two sites. */
static int
check_leased(struct run *run, const char *host)
{
  CLEANUP_FREE char *cluster = NULL;
  bool there = false;

  if (sites_recorded(run->db, &there) != 0)
    return -1;
  if (there && db_value(run->db, &cluster, NULL, "select cluster from mvc_leases where vm = ?"
                        " union select c.name from mvc_clusters c join mvc_members m"
                        " on m.cluster = c.id where m.name = ?", "ss", host, host) != 0)
    return -1;
  if (cluster != NULL)
    return call_fail(run->call, ROCKS_EINVALID, "host %s belongs to cluster %s, which knows it by "
                     "that name", host, cluster);
  return 0;
}

/* Interfaces keep their names, which are those of DNS. */
static int
set_host_name(struct run *run)
{
  CLEANUP_FREE char *host = NULL;
  const char *name;

  run_positional(run, "name", &name);
  if (run->args.count == 0)
    return run_fail(run, "must supply a host");
  if (name == NULL)
    return run_fail(run, "must supply new name");
  if (sites_check_new(run, name) != 0
      || take_one_host(run, "must supply only one host", &host) != 0
      || check_leased(run, host) != 0
      || db_exec(run->db, "update nodes set Name = ? where Name = ?", "ss", name, host) != 0)
    return -1;
  return db_exec(run->db, "update catindex set Name = ? where Name = ? and Category in"
                 " (select ID from categories where Name = 'host')", "ss", name, host);
}

static const char *const options[] = {
  "host: a host, a pattern with %, rackN or an appliance; without any, all hosts",
  "cpus: how many, 1 or more",
  "rack: the number of the cabinet",
  "rank: the position in the cabinet",
  "membership: what kind of host it is, one that `list membership` shows",
  "name: letters, digits, _ and -",
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
  { "set host membership", "{host}... {membership} [membership=string]",
    "Sets what kind of host hosts are.", options, NULL, COMMAND_ROOT | COMMAND_WRITES,
    set_host_membership },
  { "set host name", "{host} {name} [name=string]",
    "Gives a host another name. The names of its interfaces stay.", options, NULL,
    COMMAND_ROOT | COMMAND_WRITES, set_host_name },
  { "set host rack", "{host}... {rack} [rack=string]", "Sets the cabinet of hosts.", options, NULL,
    COMMAND_ROOT | COMMAND_WRITES, set_host_rack },
  { "set host rank", "{host}... {rank} [rank=string]", "Sets the position of hosts in the cabinet.",
    options, NULL, COMMAND_ROOT | COMMAND_WRITES, set_host_rank },
  COMMANDS_END
};
