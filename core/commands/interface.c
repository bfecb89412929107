/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <string.h>
#include <strings.h>

#include "base/addr.h"
#include "commands/interface.h"
#include "framework/db.h"

/* As wide as Rocks makes the columns. */
enum { DEVICE_WIDTH = 32, MAC_WIDTH = 64, TEXT_WIDTH = 128, LABEL_WIDTH = 63 };

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
#define RESERVED_VLAN 4095 /* IEEE 802.1Q */

/* An interface that is to be changed. */
struct change {
  struct run *run;
  const struct list *hosts;
  const struct list *ids; /* networks.ID */
  const char *value;      /* NULL clears */
};

static bool
is_null(const char *value)
{
  return strcasecmp(value, "NULL") == 0;
}

/* Ethernet has six octets, InfiniBand up to twenty. */
bool
interface_is_mac(const char *iface)
{
  size_t parts = 1;

  for (; *iface != '\0'; iface++)
    parts += *iface == ':';
  return parts >= 6;
}

static bool
mac_is_valid(const char *mac)
{
  size_t parts = 0, digits;

  if (strlen(mac) > MAC_WIDTH)
    return false;
  for (;; mac++) {
    digits = strspn(mac, "0123456789abcdefABCDEF");
    parts++;
    if (digits < 1 || digits > 2)
      return false;
    mac += digits;
    if (*mac != ':')
      return *mac == '\0' && parts >= 6 && parts <= 20;
  }
}

static int
check_mac(struct run *run, const char *mac)
{
  return mac_is_valid(mac) ? 0 : run_fail(run, "The MAC address %s is invalid", mac);
}

int
interface_check(struct run *run, const char *iface)
{
  size_t n = strspn(iface, LETTERS ".:@");

  if (interface_is_mac(iface))
    return check_mac(run, iface);
  if (n == 0 || iface[n] != '\0' || iface[0] == '-')
    return run_fail(run, "interface \"%s\" is not made of letters, digits and _-.:@", iface);
  if (n > DEVICE_WIDTH)
    return run_fail(run, "interface \"%s\" is longer than %d characters", iface, DEVICE_WIDTH);
  return 0;
}

/* Says who else has it: one of the two will not work while both do. */
static int
warn_others(struct change *change, const char *what, const char *sql)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  size_t i;

  if (change->value == NULL)
    return 0;
  if (db_query(change->run->db, &rows, sql, "sv", change->value, change->hosts) != 0)
    return -1;
  for (i = 0; i < rows.count; i++)
    call_warn(change->run->call, "%s %s is that of host %s, too", what, change->value,
              row_text(&rows, i, 0));
  return 0;
}

static int
update(struct change *change, const char *column)
{
  CLEANUP_FREE char *sql = mem_format("update networks set %s = ? where ID in (%%s)", column);

  return db_exec(change->run->db, sql, "sv", change->value, change->ids);
}

static int
set_ip(struct change *change)
{
  uint32_t ip;

  if (change->value != NULL && !ip_parse(change->value, &ip))
    return run_fail(change->run, "The ip address %s is invalid", change->value);
  if (warn_others(change, "address", "select n.Name from networks w join nodes n on n.ID = w.Node"
                  " where w.IP = ? and n.Name not in (%s)") != 0)
    return -1;
  return update(change, "IP");
}

static int
set_mac(struct change *change)
{
  if ((change->value != NULL && check_mac(change->run, change->value) != 0)
      || warn_others(change, "MAC", "select n.Name from networks w join nodes n on n.ID = w.Node"
                     " where w.MAC = ? and n.Name not in (%s)") != 0)
    return -1;
  return update(change, "MAC");
}

/* The host's part of a name in DNS; cleared, it is the host's own name. */
static int
set_name(struct change *change)
{
  struct run *run = change->run;
  const char *name = change->value;

  if (name == NULL)
    return db_exec(run->db, "update networks set Name ="
                   " (select n.Name from nodes n where n.ID = networks.Node)"
                   " where ID in (%s)", "v", change->ids);
  if (strchr(name, '.') != NULL)
    return run_fail(run, "cannot be fqdn\nPlease use subnets table to set domain name");
  if (name[strspn(name, LETTERS)] != '\0' || name[0] == '-')
    return run_fail(run, "name \"%s\" is not made of letters, digits, _ and -", name);
  if (strlen(name) > LABEL_WIDTH)
    return run_fail(run, "name \"%s\" is longer than %d characters", name, LABEL_WIDTH);
  return update(change, "Name");
}

/* An interface in a network has a name there. */
static int
set_subnet(struct change *change)
{
  struct run *run = change->run;
  CLEANUP_FREE char *id = NULL;

  if (change->value != NULL
      && db_value(run->db, &id, NULL, "select ID from subnets where name = ?", "s", change->value)
         != 0)
    return -1;
  if (change->value != NULL && id == NULL)
    return call_fail(run->call, ROCKS_ENOTFOUND, "unknown network \"%s\"", change->value);
  return db_exec(run->db, "update networks set Subnet = ?, Name ="
                 " coalesce(Name, (select n.Name from nodes n where n.ID = networks.Node))"
                 " where ID in (%s)", "sv", id, change->ids);
}

/* Numbers above 802.1Q's are segments of overlays, which a dump names, too. */
static int
set_vlan(struct change *change)
{
  int64_t vlan = 0;

  if (change->value != NULL && !number_parse(change->value, INT64_MIN, INT64_MAX, &vlan))
    return run_fail(change->run, "vlan \"%s\" must be an integer", change->value);
  if (vlan < 0 || vlan == RESERVED_VLAN || vlan > INT32_MAX)
    return run_fail(change->run, "vlan \"%s\" is no VLAN: those are 1 to 4094, segments of"
                    " overlay networks begin at 4096", change->value);
  if (vlan == 0)
    change->value = NULL;
  return update(change, "VlanID");
}

static int
set_text(struct change *change, const char *what, const char *column)
{
  const char *value = or_empty(change->value);

  if (strpbrk(value, "\r\n") != NULL)
    return run_fail(change->run, "%s must be one line", what);
  if (strlen(value) > TEXT_WIDTH)
    return run_fail(change->run, "%s is longer than %d characters", what, TEXT_WIDTH);
  return update(change, column);
}

static int
set_module(struct change *change)
{
  return set_text(change, "module", "Module");
}

static int
set_options(struct change *change)
{
  return set_text(change, "options", "Options");
}

static int
set_channel(struct change *change)
{
  return set_text(change, "channel", "Channel");
}

static int
set_device(struct change *change)
{
  if (change->value != NULL && interface_is_mac(change->value))
    return run_fail(change->run, "iface \"%s\" is a MAC address", change->value);
  if (change->value != NULL && interface_check(change->run, change->value) != 0)
    return -1;
  return update(change, "Device");
}

static const struct setting {
  const char *what;
  int (*set)(struct change *);
} settings[] = {
  { "ip", set_ip }, { "mac", set_mac }, { "module", set_module }, { "name", set_name },
  { "subnet", set_subnet }, { "vlan", set_vlan }, { "options", set_options },
  { "channel", set_channel }, { "iface", set_device }
};

/* Ids of the interfaces; hosts without one are warned about. */
static int
find(struct run *run, const char *what, const struct list *hosts, const char *iface,
     struct list *ids)
{
  CLEANUP_LIST struct list there = { 0 };
  CLEANUP_ROWS struct rows rows = { 0 };
  size_t i;

  /* A device gets its name by its MAC. */
  if (db_query(run->db, &rows, "select w.ID, n.Name from networks w join nodes n on n.ID = w.Node"
               " where n.Name in (%s) and (w.MAC = ? or w.Device = ?) order by w.ID", "vss", hosts,
               iface, strcmp(what, "iface") == 0 ? NULL : iface) != 0)
    return -1;
  for (i = 0; i < rows.count; i++) {
    list_add(ids, row_text(&rows, i, 0));
    list_add(&there, row_text(&rows, i, 1));
  }
  for (i = 0; i < hosts->count; i++)
    if (!list_has(&there, hosts->item[i]))
      call_warn(run->call, "host %s has no interface \"%s\"", hosts->item[i], iface);
  return 0;
}

int
interface_set(struct run *run, const char *what, const struct list *hosts, const char *iface,
              const char *value)
{
  CLEANUP_LIST struct list ids = { 0 };
  struct change change = {
    .run = run, .hosts = hosts, .ids = &ids, .value = is_null(value) ? NULL : value
  };
  size_t i;

  if (run_db(run) == NULL || find(run, what, hosts, iface, &ids) != 0)
    return -1;
  for (i = 0; i < sizeof settings / sizeof *settings; i++)
    if (strcmp(settings[i].what, what) == 0)
      return settings[i].set(&change);
  return run_fail(run, "interfaces have no \"%s\"", what);
}
