/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * dhcpd.conf: the private network, and an entry for each interface that is
 * untagged in it or in no network yet.  Interfaces with a VLAN have none: on
 * their segment a virtual frontend answers (rocks-compat 4.7).
 */
#include <config.h>

#include <string.h>

#include "base/addr.h"
#include "commands/services.h"
#include "framework/attrs.h"
#include "framework/db.h"

#define LEASE 1200     /* seconds */
#define LONGEST_MAC 20 /* InfiniBand's, which are longer, are no Ethernet's */

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

static const char *const attr_names[] = {
  "Kickstart_PrivateGateway", "Kickstart_PrivateDNSServers", "dhcp_filename", "dhcp_nextserver",
  "kickstartable", "Kickstart_DefaultLeaseTime", "Kickstart_MaxLeaseTime", NULL
};

enum { SUBNET, NETMASK, MTU, ZONE, DEVICE };
enum { ID, HOST, IFACE, MAC, IP };

struct dhcpd {
  struct run *run;
  struct attrs attrs;
  struct list seen; /* names of entries */
  struct text *out;
};

/* Within a quoted text of dhcpd.conf, or a list of addresses there. */
static bool
is_plain(const char *value)
{
  return value != NULL && *value != '\0' && value[strspn(value, LETTERS "., /:")] == '\0';
}

static void
add_option(struct dhcpd *dhcpd, const char *option, const char *value, const char *quote)
{
  if (is_plain(value))
    text_add(dhcpd->out, "\toption %s %s%s%s;\n", option, quote, value, quote);
}

/* 1.5 with the words that only the test of kickstartable knows. */
static bool
is_kickstartable(struct dhcpd *dhcpd, const char *host)
{
  const char *value = or_empty(attrs_get(&dhcpd->attrs, host, "kickstartable"));

  return bool_parse(value) || strcmp(value, "enable") == 0 || strcmp(value, "enabled") == 0;
}

static void
add_boot(struct dhcpd *dhcpd, const char *host)
{
  const char *file = attrs_get(&dhcpd->attrs, host, "dhcp_filename");
  const char *server = attrs_get(&dhcpd->attrs, host, "dhcp_nextserver");

  if (!is_kickstartable(dhcpd, host))
    return;
  if (is_plain(file))
    text_add(dhcpd->out,
             "\n\t\t\tif option arch = 00:07 {\n\t\t\t\tfilename \"uefi.cfg/shim.efi\";\n"
             "\t\t\t} else {\n\t\t\t\tfilename \"%s\";\t\n\t\t\t}\n", file);
  if (is_plain(server))
    text_add(dhcpd->out, "\n\t\t\tnext-server %s;\n", server);
}

/* Two entries of one name are an error to dhcpd, which then starts with none. */
static char *
entry_name(struct dhcpd *dhcpd, const struct rows *rows, size_t row)
{
  const char *device = or_empty(row_text(rows, row, IFACE));
  char *name = mem_format("%s-%s", row_text(rows, row, HOST), device);

  if (*device == '\0' || list_has(&dhcpd->seen, name)) {
    free(name);
    name = mem_format("%s-%s-%s", row_text(rows, row, HOST), device, row_text(rows, row, ID));
  }
  list_add(&dhcpd->seen, name);
  return name;
}

static void
add_entry(struct dhcpd *dhcpd, const struct rows *rows, size_t row)
{
  const char *host = row_text(rows, row, HOST), *mac = row_text(rows, row, MAC);
  const char *ip = row_text(rows, row, IP), *device = or_empty(row_text(rows, row, IFACE));
  CLEANUP_FREE char *name = NULL;
  uint64_t ethernet;
  uint32_t address;

  if (strlen(mac) > LONGEST_MAC || !ip_parse(or_empty(ip), &address))
    return;
  if (!mac_parse(mac, &ethernet) || host[strspn(host, LETTERS)] != '\0'
      || device[strspn(device, LETTERS ".:")] != '\0') {
    call_warn(dhcpd->run->call, "interface %s of host %s has no entry: it cannot be written", mac,
              host);
    return;
  }
  name = entry_name(dhcpd, rows, row);
  text_add(dhcpd->out, "\t\thost %s {\n\t\t\thardware ethernet %s;\n\t\t\toption host-name"
           " \"%s\";\n\t\t\tfixed-address %s;\n", name, mac, host, ip);
  add_boot(dhcpd, host);
  text_add(dhcpd->out, "\t\t}\n");
}

/* A card that nobody has given a network may be the one that the host boots
 * from: it gets the host's private address as well. */
static const char entries_sql[]
  = "select w.ID, n.Name, w.Device, w.MAC, coalesce(w.IP, case when w.Subnet is null then"
    " (select min(p.IP) from networks p join subnets q on q.ID = p.Subnet where p.Node = n.ID"
    " and q.name = 'private' and coalesce(p.VlanID, 0) = 0) end) from nodes n"
    " join networks w on w.Node = n.ID left join subnets s on s.ID = w.Subnet"
    " where w.MAC is not null and w.MAC <> '' and n.Name is not null"
    " and (w.Subnet is null or s.name = 'private') and coalesce(w.VlanID, 0) = 0"
    " order by n.ID, w.IP desc, w.ID";

static int
add_entries(struct dhcpd *dhcpd)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  CLEANUP_LIST struct list hosts = { 0 }, names = { 0 };
  size_t i;

  if (db_query(dhcpd->run->db, &rows, entries_sql, "") != 0)
    return -1;
  for (i = 0; i < rows.count; i++)
    if (hosts.count == 0 || strcmp(hosts.item[hosts.count - 1], row_text(&rows, i, HOST)) != 0)
      list_add(&hosts, row_text(&rows, i, HOST));
  for (i = 0; attr_names[i] != NULL; i++)
    list_add(&names, attr_names[i]);
  attrs_free(&dhcpd->attrs);
  if (attrs_resolve(dhcpd->run, &hosts, &names, &dhcpd->attrs) != 0)
    return -1;
  for (i = 0; i < rows.count; i++)
    add_entry(dhcpd, &rows, i);
  return 0;
}

/* Seconds. */
static int
lease_time(struct dhcpd *dhcpd, const char *host, const char *attr)
{
  int64_t seconds;

  return number_parse(or_empty(attrs_get(&dhcpd->attrs, host, attr)), 1, INT32_MAX, &seconds)
         ? (int) seconds : LEASE;
}

static void
add_subnet(struct dhcpd *dhcpd, const char *host, const struct rows *rows, uint32_t subnet,
           uint32_t mask)
{
  char network[IP_TEXT], netmask[IP_TEXT], broadcast[IP_TEXT];

  ip_format(subnet & mask, network);
  ip_format(mask, netmask);
  ip_format(subnet | ~mask, broadcast);
  text_add(dhcpd->out, "option space PXE;\noption arch code 93 = unsigned integer 16;\n"
           "ddns-update-style none;\nsubnet %s netmask %s {\n\tdefault-lease-time %d;\n"
           "\tmax-lease-time %d;\n", network, netmask,
           lease_time(dhcpd, host, "Kickstart_DefaultLeaseTime"),
           lease_time(dhcpd, host, "Kickstart_MaxLeaseTime"));
  add_option(dhcpd, "routers", attrs_get(&dhcpd->attrs, host, "Kickstart_PrivateGateway"), "");
  text_add(dhcpd->out, "\toption subnet-mask %s;\n", netmask);
  add_option(dhcpd, "domain-name", row_text(rows, 0, ZONE), "\"");
  add_option(dhcpd, "domain-name-servers",
             attrs_get(&dhcpd->attrs, host, "Kickstart_PrivateDNSServers"), "");
  text_add(dhcpd->out, "\toption broadcast-address %s;\n", broadcast);
  if (row_text(rows, 0, MTU) != NULL)
    text_add(dhcpd->out, "\toption interface-mtu %s;\n", row_text(rows, 0, MTU));
  text_add(dhcpd->out, "\tgroup \"%s\" {\n",
           is_plain(row_text(rows, 0, ZONE)) ? row_text(rows, 0, ZONE) : "private");
}

int
dhcpd_text(struct run *run, const char *host, struct text *conf, struct text *device)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  CLEANUP_LIST struct list self = { 0 }, names = { 0 };
  struct dhcpd dhcpd = { .run = run, .out = conf };
  struct db *db = run_db(run);
  uint32_t subnet, mask;
  int result;
  size_t i;

  if (db == NULL
      || db_query(db, &rows, "select s.subnet, s.netmask, s.mtu, s.dnszone, w.Device"
                  " from subnets s left join nodes n on n.Name = ?"
                  " left join networks w on w.Node = n.ID and w.Subnet = s.ID"
                  " and w.Device not like 'vlan%' where s.name = 'private'"
                  " order by w.ID is null, w.ID", "s", host) != 0)
    return -1;
  if (rows.count == 0)
    return call_fail(run->call, ROCKS_ENOTFOUND, "there is no network \"private\"");
  if (!ip_parse(row_text(&rows, 0, SUBNET), &subnet)
      || !netmask_parse(row_text(&rows, 0, NETMASK), &mask, NULL))
    return run_fail(run, "the network \"private\" is no network: %s netmask %s",
                    row_text(&rows, 0, SUBNET), row_text(&rows, 0, NETMASK));
  list_add(&self, host);
  for (i = 0; attr_names[i] != NULL; i++)
    list_add(&names, attr_names[i]);
  if (attrs_resolve(run, &self, &names, &dhcpd.attrs) != 0)
    return -1;
  add_subnet(&dhcpd, host, &rows, subnet, mask);
  result = add_entries(&dhcpd);
  text_add(conf, "\t}\n}\n");
  text_add(device, "%s", or_empty(row_text(&rows, 0, DEVICE)));
  attrs_free(&dhcpd.attrs);
  list_free(&dhcpd.seen);
  return result;
}
