/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The rows of a new VM, as the original's `add host vm` leaves them.
 */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "commands/host_vm_add.h"
#include "commands/partition.h"
#include "commands/sites.h"
#include "framework/hosts.h"

/* One VM on its way. */
struct guest {
  struct vm_order *order;
  const char *container;
  struct rows row;     /* of the container: id, rack, rank, is a VM, slice */
  char *name;          /* owned */
  int64_t slice, node;
};

enum { HOLDER_ID, HOLDER_RACK, HOLDER_RANK, HOLDER_IS_VM, HOLDER_SLICE };

static int
load_container(struct guest *guest)
{
  struct run *run = guest->order->run;

  if (db_query(run->db, &guest->row, "select n.ID, n.Rack, n.`Rank`,"
               " (select count(*) from vm_nodes o where o.Node = n.ID),"
               " (select max(v.Slice) from vm_nodes v where v.PhysNode = n.ID)"
               " from nodes n where n.Name = ? order by n.ID", "s", guest->container) != 0)
    return -1;
  if (guest->row.count == 0)
    return run_fail(run, "cannot resolve host \"%s\"", guest->container);
  if (row_int(&guest->row, 0, HOLDER_IS_VM) > 0)
    return run_fail(run, "%s is a virtual machine itself and holds none", guest->container);
  return 0;
}

/* A drained container takes no new VMs; beyond what it has it may, as in Rocks,
 * but not unnoticed. */
static int
check_room(struct guest *guest)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  struct vm_order *order = guest->order;
  struct run *run = order->run;
  int64_t memory, cpus;
  bool ours;

  if (sites_recorded(run->db, &ours) != 0)
    return -1;
  if (!ours)
    return 0;
  if (db_query(run->db, &rows, "select c.drained, c.cpus, c.mem,"
               " (select coalesce(sum(n.CPUs), 0) from vm_nodes v join nodes n on n.ID = v.Node"
               "  where v.PhysNode = ?),"
               " (select coalesce(sum(v.Mem), 0) from vm_nodes v where v.PhysNode = ?)"
               " from mvc_containers c where c.host = ?", "sss", row_text(&guest->row, 0, HOLDER_ID),
               row_text(&guest->row, 0, HOLDER_ID), guest->container) != 0)
    return -1;
  if (rows.count == 0)
    return 0;
  if (row_int(&rows, 0, 0) != 0)
    return call_fail(run->call, ROCKS_EFULL, "%s is drained: it takes no new VMs",
                     guest->container);
  cpus = row_int(&rows, 0, 3) + order->cpus;
  memory = row_int(&rows, 0, 4) + order->memory;
  if ((row_int(&rows, 0, 1) > 0 && cpus > row_int(&rows, 0, 1))
      || (row_int(&rows, 0, 2) > 0 && memory > row_int(&rows, 0, 2)))
    call_warn(run->call, "the VMs of %s have more than it has: %" PRId64 " of %" PRId64 " CPUs, %"
              PRId64 " of %" PRId64 " MiB", guest->container, cpus, row_int(&rows, 0, 1), memory,
              row_int(&rows, 0, 2));
  return 0;
}

/* ---- its name ---- */

static char *
name_of(const struct guest *guest, int64_t slice)
{
  return mem_format("%s-%" PRId64 "-%" PRId64 "-%" PRId64, guest->order->appliance,
                    row_int(&guest->row, 0, HOLDER_RACK), row_int(&guest->row, 0, HOLDER_RANK),
                    slice);
}

static bool
has_name(const struct rows *names, const char *name)
{
  size_t i;

  for (i = 0; i < names->count; i++)
    if (strcasecmp(row_text(names, i, 0), name) == 0)
      return true;
  return false;
}

/* The largest slice of the container; where the name follows from it, the next
 * one whose name is free. */
static int
choose_name(struct guest *guest)
{
  CLEANUP_ROWS struct rows names = { 0 };
  CLEANUP_FREE char *pattern = NULL;
  struct vm_order *order = guest->order;
  struct run *run = order->run;
  bool ours;

  guest->slice = order->slice >= 0 ? order->slice : row_int(&guest->row, 0, HOLDER_SLICE);
  if (order->name[0] != '\0') {
    guest->name = mem_copy(order->name);
    return 0;
  }
  pattern = mem_format("%s-%%", order->appliance);
  if (sites_recorded(run->db, &ours) != 0
      || db_query(run->db, &names, ours
                  ? "select Name from nodes where Name like ?"
                    " union all select Name from aliases where Name like ?"
                    " union all select name from mvc_members where name like ?"
                  : "select Name from nodes where Name like ?"
                    " union all select Name from aliases where Name like ?", ours ? "sss" : "ss",
                  pattern, pattern, pattern) != 0)
    return -1;
  guest->name = name_of(guest, guest->slice);
  if (order->slice >= 0 && has_name(&names, guest->name))
    return call_fail(run->call, ROCKS_EEXISTS, "nodename (%s) is already in the databaase",
                     guest->name);
  while (has_name(&names, guest->name)) {
    free(guest->name);
    guest->name = name_of(guest, ++guest->slice);
  }
  return hosts_check_new(run, guest->name); /* members' names are among those above */
}

/* ---- its rows ---- */

static int
store_node(struct guest *guest)
{
  struct vm_order *order = guest->order;

  return db_change(order->run->db, NULL, &guest->node, "insert into nodes (Name, Membership, CPUs,"
                   " Rack, `Rank`, OS, RunAction, InstallAction)"
                   " values (?, ?, ?, ?, ?, 'linux', 'os', ?)", "sslsss", guest->name,
                   order->membership, order->cpus, row_text(&guest->row, 0, HOLDER_RACK),
                   row_text(&guest->row, 0, HOLDER_RANK), order->install);
}

static int
choose_address(struct vm_order *order, char text[IP_TEXT])
{
  uint32_t ip = order->address;

  if (order->ip[0] == '\0'
      && vm_subnet_next(order->run, &order->subnet, vm_subnet_top(&order->subnet), -1, &ip) != 0)
    return -1;
  vm_subnet_take(&order->subnet, ip);
  ip_format(ip, text);
  return 0;
}

/* eth0 alone has an address; none at all when its own frontend gives it one. */
static int
store_nic(struct guest *guest, size_t i)
{
  struct vm_order *order = guest->order;
  CLEANUP_FREE char *device = mem_format("eth%zu", i);
  char mac[MAC_TEXT], ip[IP_TEXT];
  bool addressed = i == 0 && !order->hosted;

  if (i == 0 && order->mac[0] != '\0')
    snprintf(mac, sizeof mac, "%s", order->mac);
  else if (vm_macs_next(order->run, &order->macs, mac) != 0)
    return -1;
  if (addressed && choose_address(order, ip) != 0)
    return -1;
  return db_exec(order->run->db, "insert into networks (Node, MAC, IP, Name, Device, Subnet,"
                 " VlanID) values (?, ?, ?, ?, ?, ?, ?)", "lssssss", guest->node, mac,
                 addressed ? ip : NULL, guest->name, device, addressed ? order->subnet.id : NULL,
                 i < order->vlans.count ? order->vlans.item[i] : NULL);
}

static int
store_disk(struct guest *guest, int64_t vm)
{
  struct vm_order *order = guest->order;
  struct run *run = order->run;
  CLEANUP_FREE char *partition = NULL, *spec = NULL;
  struct vm_disk disk = { 0 };
  int result;

  if (!order->default_disk)
    return vm_disk_insert(run->db, vm, &order->disk, order->disk_size);
  if (largest_partition(run, guest->container, &partition) != 0)
    return -1;
  if (partition == NULL)
    return run_fail(run, "could not find a partition on host (%s) to hold the VM's disk image",
                    guest->container);
  spec = mem_format("file:%s/kvm/disks/%s.vda,vda,virtio",
                    strcmp(partition, "/") == 0 ? "" : partition, guest->name);
  result = vm_disk_parse(run, spec, &disk);
  if (result == 0)
    result = vm_disk_insert(run->db, vm, &disk, order->disk_size);
  vm_disk_free(&disk);
  return result;
}

static int
store_rows(struct guest *guest)
{
  struct vm_order *order = guest->order;
  int64_t vm;
  size_t i;

  if (store_node(guest) != 0)
    return -1;
  for (i = 0; i < order->nnics; i++)
    if (store_nic(guest, i) != 0)
      return -1;
  if (db_change(order->run->db, NULL, &vm, "insert into vm_nodes (PhysNode, Node, Mem, Slice,"
                " Virt_Type, cdrom_path) values (?, ?, ?, ?, ?, '')", "sllls",
                row_text(&guest->row, 0, HOLDER_ID), guest->node, order->memory, guest->slice,
                order->virt_type) != 0)
    return -1;
  return store_disk(guest, vm);
}

int
vm_store(struct vm_order *order, const char *container)
{
  struct guest guest = { .order = order, .container = container };
  int result = load_container(&guest);

  if (result == 0)
    result = check_room(&guest);
  if (result == 0)
    result = choose_name(&guest);
  if (result == 0)
    result = store_rows(&guest);
  if (result == 0) {
    list_add(&order->added, guest.name);
    run_print(order->run, "added VM %s on physical node %s\n", guest.name, container);
  }
  rows_free(&guest.row);
  free(guest.name);
  return result;
}

/* The original's programs take no lock.  An INSERT of what a SELECT finds reads
 * what they have committed since this transaction began, so that what is taken
 * twice shows here, by a row that is missing. */
int
vm_store_boot(struct vm_order *order)
{
  struct run *run = order->run;
  int64_t stored;

  if (db_change(run->db, &stored, NULL, "insert into boot (Node, Action)"
                " select n.ID, 'install' from nodes n where n.Name in (%s)"
                " and not exists (select 1 from nodes o where o.Name = n.Name and o.ID <> n.ID)"
                " and not exists (select 1 from networks a join networks b on b.ID <> a.ID"
                " and (b.MAC = a.MAC or b.IP = a.IP) where a.Node = n.ID) order by n.ID", "v",
                &order->added) != 0)
    return -1;
  if (stored == (int64_t) order->added.count)
    return 0;
  return call_fail(run->call, ROCKS_EEXISTS, "another program took a name, MAC or IP address of the "
                   "new VMs at the same time: try again");
}
