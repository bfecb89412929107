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

/* The tapped VLANs of VMs, each with the device that carries it: %s is the
 * condition on the VM (v) and its container (c). */
#define TAPPED \
  "select distinct p.Device, l.VlanID, p.Options from vm_nodes m " \
  "join nodes v on m.Node = v.ID join nodes c on m.PhysNode = c.ID " \
  "join networks i on i.Node = v.ID and i.Disable_KVM = 0 " \
  "join networks l on l.Node = c.ID and l.VlanID = i.VlanID and l.Device like 'vlan%' " \
  "join networks p on p.Node = c.ID and p.Subnet = l.Subnet and p.Device not like 'vlan%' "

static void
add_device(struct text *out, const struct rows *rows, size_t i)
{
  const char *nic = row_text(rows, i, 0), *id = row_text(rows, i, 1);
  const char *p = strstr(or_empty(row_text(rows, i, 2)), "novtap") != NULL ? "" : "p";

  text_add(out, "ip link show %s%s.%s > /dev/null 2>&1 ||ip link add link %s%s name %s%s.%s "
           "type vlan id %s && ip link set %s%s up && ip link set %s%s.%s up && "
           "ip link set arp off dev %s%s.%s;", p, nic, id, p, nic, p, nic, id, id, p, nic, p, nic,
           id, p, nic, id);
}

static void
report_vm(struct run *run, const char *host, const struct rows *rows)
{
  CLEANUP_TEXT struct text line = { 0 };
  size_t i;

  for (i = 0; i < rows->count; i++) {
    text_add(&line, "%s", i > 0 ? "\n" : "");
    add_device(&line, rows, i);
  }
  if (rows->count == 0)
    text_add(&line, "# no vlan for %s", host);
  output_plain(run);
  output_row(run, host);
  output_text(run, text_get(&line));
}

static void
report_container(struct run *run, const char *host, const struct rows *rows)
{
  size_t i;

  if (rows->count == 0)
    return;
  report_open(run, host, VLAN_FILE, NULL);
  report_line(run, host, "%s", "");
  for (i = 0; i < rows->count; i++) {
    CLEANUP_TEXT struct text line = { 0 };

    add_device(&line, rows, i);
    report_line(run, host, "%s", text_get(&line));
  }
  report_close(run, host);
}

/* The container of a VM, NULL for any other host; the caller frees. */
static int
container_of(struct run *run, const char *host, bool *vm, char **container)
{
  return db_value(run->db, container, vm,
                  "select c.Name from vm_nodes m join nodes v on m.Node = v.ID "
                  "left join nodes c on m.PhysNode = c.ID where v.Name = ?", "s", host);
}

static int
report_host_vlan(struct run *run)
{
  CLEANUP_LIST struct list hosts = { 0 };
  size_t i;

  if (run->args.count == 0)
    return run_fail(run, "must supply at least one host");
  if (run_db(run) == NULL || hosts_expand(run, &hosts, 0) != 0)
    return -1;
  for (i = 0; i < hosts.count; i++) {
    const char *host = hosts.item[i];
    CLEANUP_ROWS struct rows rows = { 0 };
    CLEANUP_FREE char *container = NULL;
    bool vm;

    if (container_of(run, host, &vm, &container) != 0 ||
        db_query(run->db, &rows, vm ? TAPPED "where v.Name = ? order by l.VlanID"
                                    : TAPPED "where c.Name = ? order by l.VlanID", "s", host) != 0)
      return -1;
    if (vm)
      report_vm(run, host, &rows);
    else
      report_container(run, host, &rows);
  }
  return 0;
}

static int
sync_host_vlan(struct run *run)
{
  static const char *const reports[] = { "report host vlan" };
  CLEANUP_LIST struct list hosts = { 0 }, where = { 0 };
  struct push push = { .reports = reports, .nreports = 1, .subjects = &hosts, .hosts = &where };
  size_t i;

  if (run_db(run) == NULL || hosts_expand(run, &hosts, HOSTS_MANAGED) != 0)
    return -1;
  for (i = 0; i < hosts.count; i++) {
    CLEANUP_FREE char *container = NULL;
    bool vm;

    if (container_of(run, hosts.item[i], &vm, &container) != 0)
      return -1;
    if (vm && container == NULL)
      return run_fail(run, "host %s does not have a physical host", hosts.item[i]);
    list_add(&where, vm ? container : hosts.item[i]);
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
