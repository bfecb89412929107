/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * VMs with all that their descriptions need.
 */
#include <stdlib.h>
#include <string.h>

#include "snapshot.h"

struct vm {
  int64_t id; /* nodes.ID */
  const char *os, *appliance, *rack, *rank;
  struct rocks_vm_row row;
};

/* A child's rows beside the VMs that they belong to, both in the order of the
 * VMs' ids. */
struct children {
  int64_t *owner;
  size_t owner_room, owners;
  void *row;
  size_t room, n;
};

struct vms {
  struct loader *l;
  struct vm *vm;
  size_t n, room;
  struct children nics, disks;
  int64_t last_nic; /* networks.ID of the row before */
};

static void *
child(struct vms *all, struct children *children, int64_t owner, size_t size)
{
  int64_t *id = array_more((void **)&children->owner, &children->owner_room,
                           &children->owners, sizeof *id);
  void *row = array_more(&children->row, &children->room, &children->n, size);

  if (id == NULL || row == NULL) {
    all->l->arena.failed = true;
    return NULL;
  }
  *id = owner;
  return row;
}

/* Which VMs are asked for: a condition on nodes n. */
static void
filter(const struct vms *all, struct query *q)
{
  const struct rocks_snapshot *want = all->l->want;

  if (want->all_vms) {
    query_text(q, "1 = 1");
    return;
  }
  query_text(q, "(n.Name IN ");
  query_list(q, want->vms, want->nvms);
  if (want->home_uuid != NULL && all->l->r->uuid != NULL) {
    query_text(q, " OR n.ID IN (SELECT w.node FROM mvc_leases w WHERE w.home_uuid = ");
    query_value(q, sql_text(want->home_uuid));
    if (want->cluster != NULL) {
      query_text(q, " AND w.cluster = ");
      query_value(q, sql_text(want->cluster));
    }
    query_text(q, ")");
  }
  query_text(q, ")");
}

static int
vm_row(void *arg, const char *const *columns, const struct rocks_sql_value *v, size_t n)
{
  struct vms *all = arg;
  struct loader *l = all->l;
  struct vm *vm;

  (void)columns;
  (void)n;
  /* Two rows of boot or two boot actions of one name: the first counts. */
  if (all->n > 0 && all->vm[all->n - 1].id == int_of(&v[0]))
    return 0;
  vm = array_more((void **)&all->vm, &all->room, &all->n, sizeof *all->vm);
  if (vm == NULL) {
    l->arena.failed = true;
    return 0;
  }
  vm->id = int_of(&v[0]);
  vm->os = load_text(l, &v[2]);
  vm->rack = load_text(l, &v[3]);
  vm->rank = load_text(l, &v[4]);
  vm->appliance = load_text(l, &v[6]);
  vm->row = (struct rocks_vm_row){
    .size = sizeof vm->row,
    .name = load_text(l, &v[1]),
    .membership = load_text(l, &v[5]),
    .container = load_text(l, &v[7]),
    .virt_type = load_text(l, &v[8]),
    .cdrom = load_text(l, &v[9]),
    .cpus = count_of(&v[10]),
    .slice = count_of(&v[11]),
    .memory = count_of(&v[12]),
    .boot = load_text(l, &v[13]),
    .install_profile = load_text(l, &v[14]),
    .profile = load_text(l, &v[15]),
    .kernel = load_text(l, &v[16]),
    .ramdisk = load_text(l, &v[17]),
    .args = load_text(l, &v[18]),
    .gateway = "",
    .home_uuid = load_text(l, &v[19]),
    .cluster = load_text(l, &v[20]),
  };
  return 0;
}

static int
query_vms(struct vms *all)
{
  bool leases = all->l->r->uuid != NULL;
  struct query q = { 0 };

  query_text(&q, "SELECT n.ID, n.Name, n.OS, n.Rack, n.`Rank`, m.Name, a.Name, p.Name, "
                 "v.Virt_Type, v.cdrom_path, n.CPUs, v.Slice, v.Mem, b.Action, "
                 "n.InstallAction, t.Action, t.Kernel, t.Ramdisk, t.Args, ");
  query_text(&q, leases ? "l.home_uuid, l.cluster " : "NULL, NULL ");
  query_text(&q, "FROM nodes n JOIN vm_nodes v ON v.Node = n.ID "
                 "LEFT JOIN memberships m ON m.ID = n.Membership "
                 "LEFT JOIN appliances a ON a.ID = m.Appliance "
                 "LEFT JOIN nodes p ON p.ID = v.PhysNode "
                 "LEFT JOIN boot b ON b.Node = n.ID "
                 "LEFT JOIN bootaction t ON t.Action = CASE b.Action "
                 "WHEN 'install' THEN n.InstallAction "
                 "WHEN 'os' THEN n.RunAction WHEN 'run' THEN n.RunAction END ");
  if (leases)
    query_text(&q, "LEFT JOIN mvc_leases l ON l.node = n.ID AND l.vm = n.Name ");
  query_text(&q, "WHERE ");
  filter(all, &q);
  query_text(&q, " ORDER BY n.ID, b.ID, t.ID");
  return load_rows(all->l, &q, vm_row, all);
}

static int
nic_row(void *arg, const char *const *columns, const struct rocks_sql_value *v, size_t n)
{
  struct vms *all = arg;
  struct loader *l = all->l;
  struct rocks_nic_row *nic;
  bool tagged = v[8].type != ROCKS_SQL_NULL;
  const struct rocks_sql_value *carrier = tagged ? &v[9] : &v[12];

  (void)columns;
  (void)n;
  /* A container with two devices in the subnet: the first carries it. */
  if (int_of(&v[1]) == all->last_nic)
    return 0;
  all->last_nic = int_of(&v[1]);
  nic = child(all, &all->nics, int_of(&v[0]), sizeof *nic);
  if (nic == NULL)
    return 0;
  *nic = (struct rocks_nic_row){
    .device = load_text(l, &v[2]),
    .mac = load_text(l, &v[3]),
    .ip = load_text(l, &v[4]),
    .subnet = load_text(l, &v[5]),
    .netmask = load_text(l, &v[6]),
    .segment = count_of(&v[7]),
    .tagged = tagged,
    .host_device = load_text(l, &carrier[0]),
    .host_options = load_text(l, &carrier[1]),
    .host_module = load_text(l, &carrier[2]),
    .disabled = int_of(&v[15]) != 0,
  };
  return 0;
}

/* k: the container's row `vlan<N>` with the interface's VLAN id; t: its device
 * in the subnet of that row; u: its device in the interface's own subnet with
 * the same tag, or without one. */
static int
query_nics(struct vms *all)
{
  struct query q = { 0 };

  query_text(&q,
             "SELECT i.Node, i.ID, i.Device, i.MAC, i.IP, s.name, s.netmask, i.VlanID, k.ID, "
             "t.Device, t.Options, t.Module, u.Device, u.Options, u.Module, i.Disable_KVM "
             "FROM nodes n JOIN vm_nodes v ON v.Node = n.ID "
             "JOIN networks i ON i.Node = n.ID LEFT JOIN subnets s ON s.ID = i.Subnet "
             "LEFT JOIN networks k ON k.Node = v.PhysNode AND k.VlanID = i.VlanID "
             "AND k.Device LIKE 'vlan%' "
             "LEFT JOIN networks t ON t.Node = v.PhysNode AND t.Subnet = k.Subnet "
             "AND t.Device NOT LIKE 'vlan%' "
             "LEFT JOIN networks u ON u.Node = v.PhysNode AND u.Subnet = i.Subnet "
             "AND u.Device NOT LIKE 'vlan%' AND (u.VlanID = i.VlanID "
             "OR (u.VlanID IS NULL AND COALESCE(i.VlanID, 0) = 0)) WHERE ");
  filter(all, &q);
  query_text(&q, " ORDER BY i.Node, i.ID, k.ID, t.ID, u.ID");
  return load_rows(all->l, &q, nic_row, all);
}

static int
disk_row(void *arg, const char *const *columns, const struct rocks_sql_value *v, size_t n)
{
  struct vms *all = arg;
  struct loader *l = all->l;
  struct rocks_disk *disk = child(all, &all->disks, int_of(&v[0]), sizeof *disk);
  const char *prefix = text_of(&v[2]);

  (void)columns;
  (void)n;
  if (disk == NULL)
    return 0;
  *disk = (struct rocks_disk){
    .type = load_text(l, &v[1]),
    .path = prefix[0] == '\0' ? load_text(l, &v[3])
                              : arena_format(&l->arena, "%s/%s", prefix, text_of(&v[3])),
    .device = load_text(l, &v[4]),
    .mode = load_text(l, &v[5]),
    .bytes = (uint64_t)count_of(&v[6]) * 1000000000u,
  };
  return 0;
}

static int
query_disks(struct vms *all)
{
  struct query q = { 0 };

  query_text(&q, "SELECT n.ID, d.VBD_Type, d.Prefix, d.Name, d.Device, d.Mode, d.Size "
                 "FROM nodes n JOIN vm_nodes v ON v.Node = n.ID "
                 "JOIN vm_disks d ON d.Vm_Node = v.ID WHERE ");
  filter(all, &q);
  query_text(&q, " ORDER BY n.ID, d.ID");
  return load_rows(all->l, &q, disk_row, all);
}

static int
id_order(const void *key, const void *element)
{
  int64_t id = *(const int64_t *)key, other = ((const struct vm *)element)->id;

  return (id > other) - (id < other);
}

static struct vm *
vm_by_id(const struct vms *all, int64_t id)
{
  return all->n == 0 ? NULL : bsearch(&id, all->vm, all->n, sizeof *all->vm, id_order);
}

static int
route_row(void *arg, const char *const *columns, const struct rocks_sql_value *v, size_t n)
{
  struct vms *all = arg;
  const char *gateway = load_text(all->l, &v[2]);
  int64_t level = int_of(&v[0]);
  struct vm *vm;
  size_t i;

  (void)columns;
  (void)n;
  /* Rows come from the global one to the hosts' own: each overrules. */
  if (level == 3) {
    vm = vm_by_id(all, int_of(&v[1]));
    if (vm != NULL)
      vm->row.gateway = gateway;
    return 0;
  }
  for (i = 0; i < all->n; i++) {
    vm = &all->vm[i];
    if (level == 0 || (level == 1 && strcmp(vm->os, text_of(&v[1])) == 0) ||
        (level == 2 && strcmp(vm->appliance, text_of(&v[1])) == 0))
      vm->row.gateway = gateway;
  }
  return 0;
}

/* Rocks' levels of routes, 0 to 3.  Columns of a UNION have one type: the
 * host's id comes last and as text. */
static int
query_routes(struct vms *all, bool host)
{
  struct query q = { 0 };

  if (host) {
    query_text(&q, "SELECT 3, n.ID, o.Gateway FROM nodes n JOIN vm_nodes v ON v.Node = n.ID "
                   "JOIN node_routes o ON o.Node = n.ID "
                   "WHERE o.Network = '0.0.0.0' AND o.Netmask = '0.0.0.0' AND ");
    filter(all, &q);
  } else {
    query_text(&q, "SELECT 0 AS Level, '' AS Scope, Gateway FROM global_routes "
                   "WHERE Network = '0.0.0.0' AND Netmask = '0.0.0.0' UNION ALL "
                   "SELECT 1, OS, Gateway FROM os_routes "
                   "WHERE Network = '0.0.0.0' AND Netmask = '0.0.0.0' UNION ALL "
                   "SELECT 2, a.Name, o.Gateway FROM appliance_routes o "
                   "JOIN appliances a ON a.ID = o.Appliance "
                   "WHERE o.Network = '0.0.0.0' AND o.Netmask = '0.0.0.0' ORDER BY Level");
  }
  return load_rows(all->l, &q, route_row, all);
}

static struct attr_host
attr_host(const struct vm *vm)
{
  return (struct attr_host){ .name = vm->row.name, .os = vm->os, .appliance = vm->appliance,
                             .membership = vm->row.membership, .rack = vm->rack,
                             .rank = vm->rank };
}

/* The children of the VM that come next. */
static size_t
take(const struct children *children, size_t *next, int64_t id, size_t *first)
{
  while (*next < children->n && children->owner[*next] < id)
    ++*next;
  *first = *next;
  while (*next < children->n && children->owner[*next] == id)
    ++*next;
  return *next - *first;
}

static int
give(struct vms *all)
{
  const struct rocks_nic_row *nics = all->nics.row;
  const struct rocks_disk *disks = all->disks.row;
  size_t i, nic = 0, disk = 0, first;
  int result;

  for (i = 0; i < all->n; i++) {
    struct vm *vm = &all->vm[i];
    struct attr_host host = attr_host(vm);

    vm->row.nnics = take(&all->nics, &nic, vm->id, &first);
    vm->row.nics = vm->row.nnics == 0 ? NULL : nics + first;
    vm->row.ndisks = take(&all->disks, &disk, vm->id, &first);
    vm->row.disks = vm->row.ndisks == 0 ? NULL : disks + first;
    vm->row.attrs = load_settings(all->l, &host);
    result = all->l->want->vm(all->l->want->arg, &vm->row);
    if (result != 0)
      return result;
  }
  return 0;
}

int
load_vms(struct loader *l)
{
  struct vms all = { .l = l };
  int result = 0;

  if (query_vms(&all) != 0 || query_nics(&all) != 0 || query_disks(&all) != 0 ||
      query_routes(&all, false) != 0 || query_routes(&all, true) != 0)
    result = -1;
  if (result == 0)
    result = give(&all);
  free(all.vm);
  free(all.nics.owner);
  free(all.nics.row);
  free(all.disks.owner);
  free(all.disks.row);
  return result;
}
