/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * `list host vm` and `dump host vm`: three queries, however many VMs.
 */
#include <config.h>

#include <string.h>

#include "commands/cluster.h"
#include "commands/dump.h"
#include "commands/host_vm.h"
#include "commands/host_vm_alloc.h"
#include "commands/patterns.h"
#include "framework/hosts.h"
#include "framework/output.h"

/* All VMs that the host words mean, with their NICs and disks, in the same
 * order as they. */
struct vms {
  struct rows vm, nic, disk;
};

enum { VM_ID, VM_NAME, VM_SLICE, VM_MEM, VM_CPUS, VM_HOST, VM_TYPE, VM_CDROM };
enum { NIC_VM, NIC_MAC, NIC_DEVICE, NIC_DISABLED };
enum { DISK_VM, DISK_SIZE, DISK_TYPE, DISK_PREFIX, DISK_NAME, DISK_DEVICE, DISK_MODE };

static void
vms_free(struct vms *vms)
{
  rows_free(&vms->vm);
  rows_free(&vms->nic);
  rows_free(&vms->disk);
}

static int
query(struct run *run, struct rows *rows, const char *sql, const char *condition,
      const char *order, const struct list *names)
{
  CLEANUP_FREE char *whole = mem_format("%s where %s order by %s", sql, condition, order);

  return db_query_in(run->db, rows, whole, names);
}

static int
vms_load(struct run *run, struct vms *vms)
{
  CLEANUP_TEXT struct text condition = { 0 };
  CLEANUP_LIST struct list names = { 0 };
  const char *where, *macs, *disks;
  bool by_id;

  if (check_references(run, "vm_nodes", "Node", "nodes") != 0
      || check_references(run, "vm_disks", "Vm_Node", "vm_nodes") != 0
      || hosts_condition(run, "n.Name", HOSTS_BY_ID, &condition, &names, &by_id) != 0)
    return -1;
  where = text_get(&condition);
  macs = by_id ? "n.ID, w.ID" : "n.Name, n.ID, w.ID";
  disks = by_id ? "n.ID, d.ID" : "n.Name, n.ID, d.ID";
  if (query(run, &vms->vm, "select n.ID, n.Name, v.Slice, v.Mem, n.CPUs, p.Name, v.Virt_Type,"
            " v.cdrom_path from nodes n join vm_nodes v on v.Node = n.ID"
            " left join nodes p on p.ID = v.PhysNode", where,
            by_id ? "n.ID" : "n.Name, n.ID", &names) != 0)
    return -1;
  if (query(run, &vms->nic, "select n.ID, w.MAC, w.Device, w.Disable_KVM from nodes n"
            " join vm_nodes v on v.Node = n.ID join networks w on w.Node = n.ID", where, macs,
            &names) != 0)
    return -1;
  return query(run, &vms->disk, "select n.ID, d.Size, d.VBD_Type, d.Prefix, d.Name, d.Device,"
               " d.Mode from nodes n join vm_nodes v on v.Node = n.ID"
               " join vm_disks d on d.Vm_Node = v.ID", where, disks, &names);
}

/* The rows of `children` that belong to the VM, from *next on; returns how
 * many, *first where they begin. */
static size_t
children_of(const struct rows *children, size_t *next, int64_t vm, size_t *first)
{
  *first = *next;
  while (*next < children->count && row_int(children, *next, 0) == vm)
    ++*next;
  return *next - *first;
}

static char *
disk_spec(const struct vms *vms, size_t row)
{
  const struct rows *disk = &vms->disk;

  return vm_disk_spec(row_text(disk, row, DISK_TYPE), row_text(disk, row, DISK_PREFIX),
                      row_text(disk, row, DISK_NAME), row_text(disk, row, DISK_DEVICE),
                      row_text(disk, row, DISK_MODE));
}

/* ---- list ---- */

struct listing {
  struct run *run;
  struct vms vms;
  bool status, showdisks;
  struct vm_states states;
  size_t nic, disk; /* first of the VM that comes next */
};

static void
list_disk(const struct listing *listing, const char *cdrom, size_t row, bool there)
{
  struct run *run = listing->run;
  CLEANUP_FREE char *spec = there ? disk_spec(&listing->vms, row) : NULL;

  if (!listing->showdisks)
    return;
  output_text(run, or_empty(spec));
  if (there)
    output_number_text(run, row_text(&listing->vms.disk, row, DISK_SIZE));
  else
    output_text(run, "");
  output_text(run, cdrom);
}

/* The first line of a VM; a NULL row of `vm` is a line for a further MAC or
 * disk, the other cells unset. */
static void
list_cells(const struct listing *listing, size_t row, bool first, const char *mac)
{
  const struct rows *vm = &listing->vms.vm;
  struct run *run = listing->run;
  const char *type = row_text(vm, row, VM_TYPE);
  const char *host = row_text(vm, row, VM_HOST);

  output_row(run, row_text(vm, row, VM_NAME));
  output_number_text(run, first ? row_text(vm, row, VM_SLICE) : NULL);
  output_number_text(run, first ? row_text(vm, row, VM_MEM) : NULL);
  output_number_text(run, first ? row_text(vm, row, VM_CPUS) : NULL);
  output_text(run, mac);
  output_text(run, !first ? NULL : host != NULL ? host : "None");
  output_text(run, !first ? NULL : type != NULL && type[0] != '\0' ? type : "para");
  if (listing->status)
    output_text(run, first ? vm_states_word(&listing->states, row_text(vm, row, VM_NAME)) : NULL);
}

/* A MAC that is not known yet takes no line. */
static size_t
macs_of(struct listing *listing, int64_t vm, struct list *macs)
{
  const struct rows *nic = &listing->vms.nic;
  size_t first, i, n = children_of(nic, &listing->nic, vm, &first);

  for (i = first; i < first + n; i++)
    if (row_text(nic, i, NIC_MAC) != NULL)
      list_add(macs, row_text(nic, i, NIC_MAC));
  return macs->count;
}

static void
list_vm(struct listing *listing, size_t row)
{
  const struct rows *vm = &listing->vms.vm;
  CLEANUP_LIST struct list macs = { 0 };
  int64_t id = row_int(vm, row, VM_ID);
  size_t nmacs = macs_of(listing, id, &macs), first, line, lines;
  size_t ndisks = children_of(&listing->vms.disk, &listing->disk, id, &first);

  /* A further disk has its line also where it is not shown. */
  lines = nmacs > ndisks ? nmacs : ndisks;
  for (line = 0; line == 0 || line < lines; line++) {
    list_cells(listing, row, line == 0, line < nmacs ? macs.item[line] : "");
    list_disk(listing, line == 0 ? or_empty(row_text(vm, row, VM_CDROM)) : NULL, first + line,
              line < ndisks);
  }
}

static void
list_header(const struct listing *listing)
{
  static const char *const always[] = { "vm-host", "slice", "mem", "cpus", "mac", "host",
                                        "virt-type" };
  CLEANUP_LIST struct list names = { 0 };
  size_t i;

  for (i = 0; i < sizeof always / sizeof *always; i++)
    list_add(&names, always[i]);
  if (listing->status)
    list_add(&names, "status");
  if (listing->showdisks) {
    list_add(&names, "disk");
    list_add(&names, "disksize");
    list_add(&names, "cdrom");
  }
  output_header_list(listing->run, &names);
}

static int
load_states(struct listing *listing)
{
  CLEANUP_LIST struct list names = { 0 };
  size_t i;

  if (!listing->status || listing->vms.vm.count == 0)
    return 0;
  for (i = 0; i < listing->vms.vm.count; i++)
    if (row_text(&listing->vms.vm, i, VM_NAME) != NULL)
      list_add(&names, row_text(&listing->vms.vm, i, VM_NAME));
  return vm_states(listing->run, &names, &listing->states);
}

int
host_vm_list(struct run *run)
{
  struct listing listing = { .run = run, .status = run_flag(run, "status", false),
                             .showdisks = run_flag(run, "showdisks", false) };
  int result = vms_load(run, &listing.vms);
  size_t i;

  if (result == 0)
    result = load_states(&listing);
  list_header(&listing);
  for (i = 0; result == 0 && i < listing.vms.vm.count; i++)
    list_vm(&listing, i);
  vms_free(&listing.vms);
  vm_states_free(&listing.states);
  return result;
}

/* ---- dump ---- */

static void
dump_word(struct text *line, const char *name, const char *value)
{
  if (value == NULL || value[0] == '\0')
    return;
  text_add(line, " %s=", name);
  text_add_quoted(line, value);
}

static void
dump_disks(const struct vms *vms, size_t first, size_t n, struct text *line)
{
  CLEANUP_LIST struct list specs = { 0 }, sizes = { 0 };
  CLEANUP_FREE char *all = NULL, *each = NULL;
  size_t i;

  for (i = first; i < first + n; i++) {
    list_take(&specs, disk_spec(vms, i));
    list_add(&sizes, or_empty(row_text(&vms->disk, i, DISK_SIZE)));
  }
  all = list_join(&specs, " ");
  each = list_join(&sizes, " ");
  dump_word(line, "disk", all);
  dump_word(line, "disksize", each);
}

/* What the original's dump loses. */
static void
dump_cdrom(struct run *run, const struct vms *vms, size_t row)
{
  const char *name = row_text(&vms->vm, row, VM_NAME);
  const char *cdrom = or_empty(row_text(&vms->vm, row, VM_CDROM));
  CLEANUP_FREE char *param = mem_format("cdrom=%s", cdrom);

  if (cdrom[0] != '\0')
    dump_words(run, "set host vm cdrom", name, param, NULL);
}

/* The line as Rocks writes it, its values in quotes. */
static void
dump_vm(struct run *run, const struct vms *vms, size_t row, const char *self, size_t disk,
        size_t ndisks)
{
  CLEANUP_TEXT struct text line = { 0 };
  const struct rows *vm = &vms->vm;
  const char *host = row_text(vm, row, VM_HOST);

  text_add(&line, "/opt/rocks/bin/rocks set host vm %s", row_text(vm, row, VM_NAME));
  dump_word(&line, "physnode", host != NULL ? dump_host(self, host) : NULL);
  dump_disks(vms, disk, ndisks, &line);
  dump_word(&line, "mem", row_text(vm, row, VM_MEM));
  dump_word(&line, "slice", row_text(vm, row, VM_SLICE));
  dump_word(&line, "virt-type", row_text(vm, row, VM_TYPE));
  run_print(run, "%s\n", text_get(&line));
}

int
host_vm_dump(struct run *run)
{
  CLEANUP_FREE char *self = dump_self(run);
  struct vms vms = { 0 };
  size_t row, disk = 0, first, n;
  int result = vms_load(run, &vms);

  for (row = 0; result == 0 && row < vms.vm.count; row++) {
    int64_t id = row_int(&vms.vm, row, VM_ID);

    n = children_of(&vms.disk, &disk, id, &first);
    if (row_text(&vms.vm, row, VM_NAME) == NULL) {
      call_warn(run->call, "the VM that is host number %lld has no name: no command can make it,"
                " it is left out", (long long) id);
      continue;
    }
    dump_vm(run, &vms, row, self, first, n);
    dump_cdrom(run, &vms, row);
  }
  vms_free(&vms);
  return result;
}
