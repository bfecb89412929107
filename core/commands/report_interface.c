/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The configuration of hosts' network cards, for the network scripts of Red
 * Hat's systems (rocks-compat 4.7).
 */
#include <config.h>

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "commands/commands.h"
#include "commands/patterns.h"
#include "commands/report.h"
#include "framework/attrs.h"

#define SCRIPTS "/etc/sysconfig/network-scripts/ifcfg-"

static const char interfaces_sql[]
  = "select n.Name, w.Device, w.MAC, w.IP, s.ID, s.netmask, s.mtu, w.Module, w.VlanID, w.Options,"
    " w.Channel from nodes n join networks w on w.Node = n.ID"
    " left join subnets s on s.ID = w.Subnet where n.Name in (%s)"
    " order by n.Name, n.ID, w.ID";

enum { HOST, DEVICE, MAC, IP, SUBNET, NETMASK, MTU, MODULE, VLAN, OPTIONS, CHANNEL };

/* One interface, and how its host is set up. */
struct interface {
  struct run *run;
  const struct rows *rows;
  size_t row, first, end; /* first, end: of the host */
  const char *host, *device;
  struct attrs *attrs;
  bool bridged; /* VMs of the host use it */
  bool alone;   /* asked for by its name: its lines, not its file */
};

/* A cell that is set, else NULL. */
static const char *
cell(const struct interface *i, size_t column)
{
  const char *value = row_text(i->rows, i->row, column);

  return value == NULL || *value == '\0' ? NULL : value;
}

/* Options are flags anywhere in a text. */
static bool
has_option(const struct interface *i, const char *option)
{
  return strstr(or_empty(cell(i, OPTIONS)), option) != NULL;
}

static bool
is_tagged(const struct interface *i)
{
  return row_int(i->rows, i->row, VLAN) != 0;
}

static bool
has_address(const struct interface *i)
{
  return cell(i, IP) != NULL && cell(i, NETMASK) != NULL;
}

static void
report_pair(const struct interface *i, const char *key, const char *value)
{
  if (value != NULL)
    report_line(i->run, i->host, "%s=%s", key, value);
}

static void
open_script(const struct interface *i, const char *device)
{
  CLEANUP_FREE char *path = mem_format(SCRIPTS "%s", device);

  report_open(i->run, i->host, path, NULL);
}

static const char *
protocol(const struct interface *i)
{
  return has_option(i, "dhcp") ? "dhcp" : "none";
}

/* The card below a bridge that has the card's name. */
static void
report_card(const struct interface *i)
{
  CLEANUP_FREE char *device = mem_format("p%s", i->device);

  open_script(i, device);
  report_pair(i, "DEVICE", device);
  report_pair(i, "HWADDR", cell(i, MAC));
  report_pair(i, "VLAN", is_tagged(i) ? "yes" : NULL);
  if (has_address(i))
    report_line(i->run, i->host, "BRIDGE=\"%s\"", i->device);
  report_pair(i, "ONBOOT", cell(i, SUBNET) != NULL ? "yes" : "no");
  report_pair(i, "BOOTPROTO", "none");
  report_pair(i, "MTU", cell(i, MTU));
  report_close(i->run, i->host);
}

static void
report_bridge(const struct interface *i)
{
  if (!has_address(i)) {
    report_line(i->run, i->host, "rm -f " SCRIPTS "%s", i->device);
    return;
  }
  open_script(i, i->device);
  report_pair(i, "DEVICE", i->device);
  report_pair(i, "TYPE", "Bridge");
  report_pair(i, "IPADDR", cell(i, IP));
  report_pair(i, "NETMASK", cell(i, NETMASK));
  report_pair(i, "BOOTPROTO", protocol(i));
  report_pair(i, "ONBOOT", cell(i, SUBNET) != NULL ? "yes" : "no");
  report_pair(i, "MTU", cell(i, MTU));
  report_close(i->run, i->host);
}

/* "bond0", say. */
static bool
is_bond(const char *device)
{
  return strncmp(device, "bond", 4) == 0 && isdigit((unsigned char) device[4]);
}

/* Whether the host has a VLAN's device on this one, which has to be up then. */
static bool
carries_vlan(const struct interface *i)
{
  size_t row, n = strlen(i->device);

  for (row = i->first; row < i->end; row++) {
    const char *other = or_empty(row_text(i->rows, row, DEVICE));

    if (strncmp(other, i->device, n) == 0 && other[n] == '.')
      return true;
  }
  return false;
}

/* Nothing but a card that may be there. */
static void
report_bare(const struct interface *i)
{
  bool up = has_option(i, "dhcp") || carries_vlan(i);

  report_pair(i, "BOOTPROTO", protocol(i));
  report_pair(i, "ONBOOT", up ? "yes" : "no");
}

static void
report_address(const struct interface *i, const char *device)
{
  bool dhcp = has_option(i, "dhcp");

  report_pair(i, "IPADDR", dhcp ? NULL : cell(i, IP));
  report_pair(i, "NETMASK", dhcp ? NULL : cell(i, NETMASK));
  report_pair(i, "BOOTPROTO", protocol(i));
  report_pair(i, "ONBOOT", "yes");
  if (is_bond(device) && cell(i, OPTIONS) != NULL)
    report_line(i->run, i->host, "BONDING_OPTS=\"%s\"", cell(i, OPTIONS));
}

/* The lines of a card's file.  What is a VLAN and has an address too has
 * ONBOOT twice, as scripts know it. */
static void
report_lines(const struct interface *i, const char *device)
{
  bool member = is_bond(or_empty(cell(i, CHANNEL)));

  report_pair(i, "DEVICE", device);
  report_pair(i, "HWADDR", has_option(i, "dhcp") ? NULL : cell(i, MAC));
  if (has_address(i))
    report_address(i, device);
  if (is_tagged(i)) {
    report_pair(i, "VLAN", "yes");
    report_pair(i, "ONBOOT", "yes");
  }
  if (member) {
    report_pair(i, "BOOTPROTO", "none");
    report_pair(i, "ONBOOT", "yes");
    report_pair(i, "MASTER", cell(i, CHANNEL));
    report_pair(i, "SLAVE", "yes");
  }
  if (!has_address(i) && !is_tagged(i) && !member)
    report_bare(i);
  report_pair(i, "MTU", cell(i, MTU));
}

static void
report_plain(const struct interface *i, const char *device)
{
  open_script(i, device);
  report_lines(i, device);
  report_close(i->run, i->host);
}

static bool
is_kind(const struct interface *i, const char *prefix)
{
  return i->device != NULL && strncmp(i->device, prefix, strlen(prefix)) == 0;
}

/* The host's first card in the network of a logical VLAN, or NULL. */
static const char *
carrier_of(const struct interface *vlan)
{
  struct interface i = *vlan;

  for (i.row = i.first; i.row < i.end; i.row++) {
    i.device = cell(&i, DEVICE);
    if (i.device != NULL && !is_kind(&i, "vlan") && cell(&i, SUBNET) != NULL
        && strcmp(cell(&i, SUBNET), or_empty(cell(vlan, SUBNET))) == 0)
      return i.device;
  }
  return NULL;
}

/* A host without VMs carries a logical VLAN on its card in the same network. */
static void
report_vlan(const struct interface *i)
{
  CLEANUP_FREE char *device = NULL;
  const char *carrier = carrier_of(i);

  if (i->bridged || carrier == NULL || !is_tagged(i))
    return;
  device = mem_format("%s.%s", carrier, cell(i, VLAN));
  report_plain(i, device);
}

static void
report_module(const struct interface *i)
{
  CLEANUP_FREE char *path = mem_format("/etc/modprobe.d/%s.conf", i->device);
  const char *module = cell(i, MODULE), *options = cell(i, OPTIONS);

  if (module == NULL)
    return;
  report_open(i->run, i->host, path, NULL);
  report_line(i->run, i->host, "alias %s%s %s", i->bridged ? "p" : "", i->device, module);
  if (options != NULL && !is_bond(i->device))
    report_line(i->run, i->host, "options %s %s", module, options);
  report_close(i->run, i->host);
}

/* The management card is set up by a program, not by a file of its own.  Its
 * password is nobody's to read: it is not in here. */
static void
report_ipmi(const struct interface *i)
{
  static const char *const switches[][2] = {
    { "IPMI_SI", "yes" }, { "DEV_IPMI", "yes" }, { "IPMI_WATCHDOG", "no" },
    { "IPMI_WATCHDOG_OPTIONS", "\"timeout=60\"" }, { "IPMI_POWEROFF", "no" },
    { "IPMI_POWERCYCLE", "no" }, { "IPMI_IMB", "no" }
  };
  static const char *const last[] = { "access on", "user", "auth ADMIN PASSWORD" };
  const char *channel = cell(i, CHANNEL) != NULL ? cell(i, CHANNEL) : "1";
  size_t w;

  report_open(i->run, i->host, "/etc/sysconfig/ipmi", "perms=\"500\"");
  for (w = 0; w < sizeof switches / sizeof *switches; w++) {
    const char *value = attrs_get(i->attrs, i->host, switches[w][0]);

    report_pair(i, switches[w][0], value != NULL && *value != '\0' ? value : switches[w][1]);
  }
  report_line(i->run, i->host, "ipmitool lan set %s ipsrc static", channel);
  if (has_address(i)) {
    report_line(i->run, i->host, "ipmitool lan set %s ipaddr %s", channel, cell(i, IP));
    report_line(i->run, i->host, "ipmitool lan set %s netmask %s", channel, cell(i, NETMASK));
  }
  report_line(i->run, i->host, "ipmitool lan set %s arp respond on", channel);
  for (w = 0; w < sizeof last / sizeof *last; w++)
    report_line(i->run, i->host, "ipmitool lan set %s %s", channel, last[w]);
  report_close(i->run, i->host);
}

static bool
is_switched(const struct interface *i)
{
  const char *module = or_empty(cell(i, MODULE));

  return strcmp(module, "ovs-bridge") == 0 || strcmp(module, "ovs-link") == 0;
}

static void
report_one(const struct interface *i)
{
  if (has_option(i, "noreport"))
    return;
  if (strcmp(i->device, "ipmi") == 0) {
    report_ipmi(i);
    return;
  }
  if (is_kind(i, "vlan")) {
    report_vlan(i);
    return;
  }
  if (is_switched(i)) {
    report_plain(i, i->device);
    return;
  }
  report_module(i);
  if (i->alone) {
    report_lines(i, i->device);
  } else if (i->bridged && !is_kind(i, "ib") && !has_option(i, "nobridge")) {
    report_card(i);
    report_bridge(i);
  } else {
    report_plain(i, i->device);
  }
}

/* Values end up in files that a shell reads. */
static int
check_row(const struct interface *i)
{
  static const size_t columns[] = { DEVICE, MAC, IP, NETMASK, MODULE, CHANNEL };
  size_t c, n;

  for (c = 0; c < sizeof columns / sizeof *columns; c++) {
    const char *value = or_empty(cell(i, columns[c]));

    n = strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:@");
    if (value[n] != '\0')
      return run_fail(i->run, "interface \"%s\" of host %s has \"%s\", which no file can hold",
                      i->device, i->host, value);
  }
  if (strpbrk(or_empty(cell(i, OPTIONS)), "\"`$\\") != NULL)
    return run_fail(i->run, "interface \"%s\" of host %s has options \"%s\", which no file can"
                    " hold", i->device, i->host, cell(i, OPTIONS));
  return 0;
}

/* Whether the host runs VMs: it says so, or it is a frontend that does not say
 * otherwise. */
static bool
is_bridged(struct attrs *attrs, const char *host)
{
  const char *kvm = attrs_get(attrs, host, "kvm");
  const char *appliance = attrs_get(attrs, host, "appliance");

  if (kvm != NULL)
    return strcmp(kvm, "true") == 0;
  return appliance != NULL && strcmp(appliance, "frontend") == 0;
}

static bool
is_wanted(const struct interface *i, const char *iface)
{
  return *iface == '\0' || strcmp(i->device, iface) == 0
         || strcasecmp(or_empty(cell(i, MAC)), iface) == 0;
}

static int
report_rows(struct run *run, const struct rows *rows, const char *iface, struct attrs *attrs)
{
  struct interface i = { .run = run, .rows = rows, .attrs = attrs, .alone = *iface != '\0' };

  for (; i.row < rows->count; i.row++) {
    i.host = row_text(rows, i.row, HOST);
    if (i.row >= i.end)
      for (i.first = i.row; i.end < rows->count
           && strcmp(i.host, row_text(rows, i.end, HOST)) == 0; i.end++)
        ;
    i.device = cell(&i, DEVICE);
    if (i.device == NULL || !is_wanted(&i, iface))
      continue;
    i.bridged = is_bridged(attrs, i.host);
    if (check_row(&i) != 0)
      return -1;
    report_one(&i);
  }
  return 0;
}

static int
report_host_interface(struct run *run)
{
  CLEANUP_LIST struct list hosts = { 0 }, names = { 0 };
  CLEANUP_ROWS struct rows rows = { 0 };
  struct attrs attrs;
  int result;

  list_split(&names, "kvm appliance IPMI_SI DEV_IPMI IPMI_WATCHDOG IPMI_WATCHDOG_OPTIONS"
             " IPMI_POWEROFF IPMI_POWERCYCLE IPMI_IMB", " ");
  if (hosts_expand(run, &hosts, 0) != 0
      || db_query_in(run->db, &rows, interfaces_sql, &hosts) != 0
      || attrs_resolve(run, &hosts, &names, &attrs) != 0)
    return -1;
  result = report_rows(run, &rows, run_param(run, "iface", ""), &attrs);
  attrs_free(&attrs);
  return result;
}

static const char *const options[] = {
  "host: a host, a pattern with %, rackN or an appliance",
  "iface: a device or a MAC; all unless given",
  NULL
};

static const char *const examples[] = {
  "compute-0-0|what `sync host network` writes on the host", NULL
};

const struct command report_interface_commands[] = {
  { "report host interface", "{host} [iface=string]",
    "Prints the files that set up a host's network cards. On a host that runs VMs a card is"
    " called pDEVICE, and DEVICE is a bridge on it.", options, examples, 0,
    report_host_interface },
  COMMANDS_END
};
