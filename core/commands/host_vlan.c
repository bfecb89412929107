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

/* The tapped VLANs of the VMs (v) that are asked for or stand on a container (c)
 * that is, each with the device that carries it. */
static const char tapped_sql[]
  = "select distinct v.Name, p.Device, l.VlanID, p.Options, c.Name from vm_nodes m "
    "join nodes v on m.Node = v.ID join nodes c on m.PhysNode = c.ID "
    "join networks i on i.Node = v.ID and i.Disable_KVM = 0 "
    "join networks l on l.Node = c.ID and l.VlanID = i.VlanID and l.Device like 'vlan%' "
    "join networks p on p.Node = c.ID and p.Subnet = l.Subnet and p.Device not like 'vlan%' "
    "where v.Name in (%s) or c.Name in (%s) order by v.Name, l.ID";

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

struct vlans {
  struct run *run;
  struct rows vms;    /* the hosts that are VMs, and their containers */
  struct rows held;   /* VMs by container */
  struct rows tapped; /* by VM */
  size_t vm, first_held, first_tapped; /* where each was found last */
  struct list said;   /* devices that the report has already */
};

/* What brings up a VM's VLANs, but for those that stand above already; a text
 * that says so when nothing is left. */
static void
add_vlans(struct vlans *vlans, const char *vm, struct text *out)
{
  const struct rows *rows = &vlans->tapped;
  size_t n = rows_of(rows, vm, &vlans->first_tapped), i, before = out->length;

  for (i = vlans->first_tapped; i < vlans->first_tapped + n; i++) {
    CLEANUP_FREE char *key = mem_format("%s %s %s", row_text(rows, i, 4), row_text(rows, i, 1),
                                        row_text(rows, i, 2));

    if (list_has(&vlans->said, key))
      continue;
    list_add(&vlans->said, key);
    add_device(out, rows, i);
  }
  if (out->length == before)
    text_add(out, "# no vlan for %s", vm);
}

static void
report_vm(struct vlans *vlans, const char *host)
{
  CLEANUP_TEXT struct text lines = { 0 };

  add_vlans(vlans, host, &lines);
  output_row(vlans->run, host);
  output_text(vlans->run, text_get(&lines));
}

/* The file that a container reads at boot, for all its VMs. */
static void
report_container(struct vlans *vlans, const char *host)
{
  size_t n = rows_of(&vlans->held, host, &vlans->first_held), i;

  if (n == 0)
    return;
  output_row(vlans->run, host);
  output_text(vlans->run, "<file name=\"" VLAN_FILE "\">\n");
  for (i = vlans->first_held; i < vlans->first_held + n; i++) {
    CLEANUP_TEXT struct text lines = { 0 };

    add_vlans(vlans, row_text(&vlans->held, i, 1), &lines);
    report_line(vlans->run, host, "%s", text_get(&lines));
  }
  report_close(vlans->run, host);
}

static int
load_vlans(struct vlans *vlans, const struct list *hosts)
{
  struct run *run = vlans->run;

  if (vms_among(run, hosts, &vlans->vms) != 0
      || db_query(run->db, &vlans->held, "select c.Name, v.Name from vm_nodes m"
                  " join nodes v on v.ID = m.Node join nodes c on c.ID = m.PhysNode"
                  " where v.Name is not null and c.Name in (%s) order by c.Name, v.ID", "v",
                  hosts) != 0)
    return -1;
  return db_query(run->db, &vlans->tapped, tapped_sql, "vv", hosts, hosts);
}

static int
report_host_vlan(struct run *run)
{
  CLEANUP_LIST struct list hosts = { 0 };
  struct vlans vlans = { .run = run };
  size_t i;
  int result;

  if (run_db(run) == NULL || hosts_expand(run, &hosts, HOSTS_MANAGED | HOSTS_BY_ID) != 0)
    return -1;
  if (hosts.count == 0)
    return run_fail(run, "must supply at least one host");
  result = load_vlans(&vlans, &hosts);
  output_plain(run);
  for (i = 0; result == 0 && i < hosts.count; i++)
    if (rows_of(&vlans.vms, hosts.item[i], &vlans.vm) > 0
        && row_text(&vlans.vms, vlans.vm, 1) != NULL)
      report_vm(&vlans, hosts.item[i]);
    else
      report_container(&vlans, hosts.item[i]);
  rows_free(&vlans.vms);
  rows_free(&vlans.held);
  rows_free(&vlans.tapped);
  list_free(&vlans.said);
  return result;
}

static int
sync_host_vlan(struct run *run)
{
  static const char *const reports[] = { "report host vlan" };
  CLEANUP_LIST struct list hosts = { 0 }, where = { 0 };
  struct push push = { .reports = reports, .nreports = 1, .subjects = &hosts, .hosts = &where };
  CLEANUP_ROWS struct rows vms = { 0 };
  size_t i, vm = 0;

  if (run_db(run) == NULL || hosts_expand(run, &hosts, HOSTS_MANAGED | HOSTS_BY_ID) != 0
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
