/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Interfaces of hosts: one command for each thing that can be set.
 */
#include <config.h>

#include "commands/commands.h"
#include "commands/interface.h"
#include "commands/patterns.h"

/* What only one interface of the site can have: {host} {iface} {value}. */
static int
set_of_one(struct run *run, const char *what)
{
  CLEANUP_FREE char *names = mem_format("iface %s", what), *host = NULL;
  CLEANUP_LIST struct list hosts = { 0 };
  const char *values[2];

  run_positional(run, names, values);
  if (take_one_host(run, NULL, &host) != 0)
    return -1;
  if (values[0] == NULL)
    return run_fail(run, "must supply iface");
  if (values[1] == NULL)
    return run_fail(run, "must supply %s", what);
  list_add(&hosts, host);
  return interface_set(run, what, &hosts, values[0], values[1]);
}

/* {host}... {iface} {value}; `key` is what the interface is found by. */
static int
set_of_many(struct run *run, const char *key, const char *what)
{
  CLEANUP_FREE char *names = mem_format("%s %s", key, what);
  CLEANUP_LIST struct list hosts = { 0 };
  const char *values[2];

  run_positional(run, names, values);
  if (run->args.count == 0)
    return run_fail(run, "must supply host");
  if (values[0] == NULL)
    return run_fail(run, "must supply %s", key);
  if (values[1] == NULL)
    return run_fail(run, "must supply %s", what);
  if (hosts_expand(run, &hosts, 0) != 0)
    return -1;
  return interface_set(run, what, &hosts, values[0], values[1]);
}

static int
set_ip(struct run *run)
{
  return set_of_one(run, "ip");
}

static int
set_mac(struct run *run)
{
  return set_of_one(run, "mac");
}

static int
set_name(struct run *run)
{
  return set_of_one(run, "name");
}

static int
set_subnet(struct run *run)
{
  return set_of_many(run, "iface", "subnet");
}

static int
set_vlan(struct run *run)
{
  return set_of_many(run, "iface", "vlan");
}

static int
set_module(struct run *run)
{
  return set_of_many(run, "iface", "module");
}

static int
set_options(struct run *run)
{
  return set_of_many(run, "iface", "options");
}

static int
set_channel(struct run *run)
{
  return set_of_many(run, "iface", "channel");
}

static int
set_iface(struct run *run)
{
  return set_of_many(run, "mac", "iface");
}

static const char *const options[] = {
  "host: a host; where several may be given, also a pattern with %, rackN or an appliance",
  "iface: the interface's device, such as eth0, or its MAC",
  "ip: an IPv4 address, or NULL",
  "mac: a MAC address, or NULL",
  "name: the host's part of the interface's name in DNS; NULL for the host's own name",
  "subnet: a network that `list network` shows, or NULL",
  "vlan: the VLAN's number, 1 to 4094; 0 for none",
  "module: the driver, or NULL",
  "options: words such as dhcp, noreport, nobridge or novtap, or NULL",
  "channel: the bond that it belongs to, or NULL",
  NULL
};

static const char *const iface_options[] = {
  "host: a host, a pattern with %, rackN or an appliance; several may be given",
  "mac: the interface's MAC",
  "iface: the device that it is to be, such as eth1",
  NULL
};

static const char *const ip_examples[] = { "compute-0-0 eth1 192.0.2.7|an address", NULL };
static const char *const vlan_examples[] = { "compute eth0 12|VLAN 12 on all computes", NULL };

#define WRITES (COMMAND_ROOT | COMMAND_WRITES)

const struct command host_interface_set_commands[] = {
  { "set host interface ip", "{host} {iface} {ip} [iface=string] [ip=string]",
    "Sets the address of an interface.", options, ip_examples, WRITES, set_ip },
  { "set host interface mac", "{host} {iface} {mac} [iface=string] [mac=string]",
    "Sets the MAC of an interface.", options, NULL, WRITES, set_mac },
  { "set host interface name", "{host} {iface} {name} [iface=string] [name=string]",
    "Sets the name that an interface has in DNS.", options, NULL, WRITES, set_name },
  { "set host interface subnet", "{host}... {iface} {subnet} [iface=string] [subnet=string]",
    "Puts interfaces into a network.", options, NULL, WRITES, set_subnet },
  { "set host interface vlan", "{host}... {iface} {vlan} [iface=string] [vlan=string]",
    "Sets the VLAN of interfaces.", options, vlan_examples, WRITES, set_vlan },
  { "set host interface module", "{host}... {iface} {module} [iface=string] [module=string]",
    "Sets the driver of interfaces.", options, NULL, WRITES, set_module },
  { "set host interface options", "{host}... {iface} [iface=string] [options=string]",
    "Sets options of interfaces.", options, NULL, WRITES, set_options },
  { "set host interface channel", "{host}... {iface} {channel} [channel=string] [iface=string]",
    "Sets the bond that interfaces belong to.", options, NULL, WRITES, set_channel },
  { "set host interface iface", "{host}... {mac} {iface} [iface=string] [mac=string]",
    "Says which device the interface with a MAC is.", iface_options, NULL, WRITES, set_iface },
  COMMANDS_END
};
