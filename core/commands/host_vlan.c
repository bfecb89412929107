/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * `report host vlan` and `sync host vlan`: Rocks' own way of bringing up the
 * VLAN devices that a VM's NICs are on (rocks-compat 3.12).  `start cluster`
 * does not need them: there the network backend makes its devices itself.
 */
#include <config.h>

#include <string.h>

#include "commands/commands.h"
#include "commands/patterns.h"
#include "commands/push.h"
#include "commands/report.h"

/* What the container's libvirt is told at boot, on Rocks 7. */
#define VLAN_FILE "/etc/libvirt/qemu/networks/vlan.conf"

/* The tapped VLANs of VMs, each with the device that carries it, by the name of
 * the VM (v) or of its container (c). */
#define TAPPED(host) \
  "select distinct " host ".Name, p.Device, l.VlanID, p.Options from vm_nodes m " \
  "join nodes v on m.Node = v.ID join nodes c on m.PhysNode = c.ID " \
  "join networks i on i.Node = v.ID and i.Disable_KVM = 0 " \
  "join networks l on l.Node = c.ID and l.VlanID = i.VlanID and l.Device like 'vlan%' " \
  "join networks p on p.Node = c.ID and p.Subnet = l.Subnet and p.Device not like 'vlan%' " \
  "where " host ".Name in (%s) order by 1, l.VlanID"

static void
add_device(struct text *out, const struct rows *rows, size_t i)
{
  const char *nic = row_text(rows, i, 1), *id = row_text(rows, i, 2);
  const char *p = strstr(or_empty(row_text(rows, i, 3)), "novtap") != NULL ? "" : "p";

  text_add(out, "ip link show %s%s.%s > /dev/null 2>&1 ||ip link add link %s%s name %s%s.%s "
           "type vlan id %s && ip link set %s%s up && ip link set %s%s.%s up && "
           "ip link set arp off dev %s%s.%s;", p, nic, id, p, nic, p, nic, id, id, p, nic, p, nic,
           id, p, nic, id);
}

static void
report_vm(struct run *run, const char *host, const struct rows *rows, size_t first, size_t n)
{
  CLEANUP_TEXT struct text line = { 0 };
  size_t i;

  for (i = first; i < first + n; i++) {
    text_add(&line, "%s", i > first ? "\n" : "");
    add_device(&line, rows, i);
  }
  if (n == 0)
    text_add(&line, "# no vlan for %s", host);
  output_plain(run);
  output_row(run, host);
  output_text(run, text_get(&line));
}

static void
report_container(struct run *run, const char *host, const struct rows *rows, size_t first,
                 size_t n)
{
  size_t i;

  if (n == 0)
    return;
  report_open(run, host, VLAN_FILE, NULL);
  report_line(run, host, "%s", "");
  for (i = first; i < first + n; i++) {
    CLEANUP_TEXT struct text line = { 0 };

    add_device(&line, rows, i);
    report_line(run, host, "%s", text_get(&line));
  }
  report_close(run, host);
}

/* Which of the hosts are VMs: name, container or NULL. */
static int
vms_among(struct run *run, const struct list *hosts, struct rows *vms)
{
  return db_query(run->db, vms, "select v.Name, c.Name from vm_nodes m"
                  " join nodes v on m.Node = v.ID left join nodes c on m.PhysNode = c.ID"
                  " where v.Name in (%s) order by 1", "v", hosts);
}

/* How many rows begin with that name, *first where.  Rows of one name stand
 * together; looked for behind those found last, where they mostly are. */
static size_t
rows_of(const struct rows *rows, const char *name, size_t *first)
{
  size_t from = *first < rows->count ? *first : 0, i, n = 0;

  for (i = 0; i < rows->count; i++) {
    *first = (from + i) % rows->count;
    if (strcmp(or_empty(row_text(rows, *first, 0)), name) == 0)
      break;
  }
  while (i < rows->count && *first + n < rows->count
         && strcmp(or_empty(row_text(rows, *first + n, 0)), name) == 0)
    n++;
  return n;
}

static int
report_host_vlan(struct run *run)
{
  CLEANUP_ROWS struct rows vms = { 0 }, by_vm = { 0 }, by_container = { 0 };
  CLEANUP_LIST struct list hosts = { 0 };
  size_t i, n, vm = 0, tapped = 0, carried = 0;

  if (run->args.count == 0)
    return run_fail(run, "must supply at least one host");
  if (run_db(run) == NULL || hosts_expand(run, &hosts, 0) != 0
      || vms_among(run, &hosts, &vms) != 0
      || db_query(run->db, &by_vm, TAPPED("v"), "v", &hosts) != 0
      || db_query(run->db, &by_container, TAPPED("c"), "v", &hosts) != 0)
    return -1;
  for (i = 0; i < hosts.count; i++)
    if (rows_of(&vms, hosts.item[i], &vm) > 0) {
      n = rows_of(&by_vm, hosts.item[i], &tapped);
      report_vm(run, hosts.item[i], &by_vm, tapped, n);
    } else {
      n = rows_of(&by_container, hosts.item[i], &carried);
      report_container(run, hosts.item[i], &by_container, carried, n);
    }
  return 0;
}

static int
sync_host_vlan(struct run *run)
{
  static const char *const reports[] = { "report host vlan" };
  CLEANUP_LIST struct list hosts = { 0 }, where = { 0 };
  struct push push = { .reports = reports, .nreports = 1, .subjects = &hosts, .hosts = &where };
  CLEANUP_ROWS struct rows vms = { 0 };
  size_t i, vm = 0;

  if (run_db(run) == NULL || hosts_expand(run, &hosts, HOSTS_MANAGED) != 0
      || vms_among(run, &hosts, &vms) != 0)
    return -1;
  for (i = 0; i < hosts.count; i++) {
    bool is_vm = rows_of(&vms, hosts.item[i], &vm) > 0;

    if (is_vm && row_text(&vms, vm, 1) == NULL)
      return run_fail(run, "host %s does not have a physical host", hosts.item[i]);
    list_add(&where, is_vm ? row_text(&vms, vm, 1) : hosts.item[i]);
  }
  return push_reports(run, &push);
}

const struct command host_vlan_commands[] = {
  { "report host vlan", "",
    "Prints, for a VM, the commands that bring up the VLAN devices of its NICs on its container; "
    "for a container, the file that does so for all its VMs at boot.", NULL, NULL, 0,
    report_host_vlan },
  { "sync host vlan", "",
    "Carries out what report host vlan prints: for a VM at once, on its container; for a "
    "container by writing the file. Without words, for all managed hosts.", NULL, NULL,
    COMMAND_ROOT, sync_host_vlan },
  COMMANDS_END
};
