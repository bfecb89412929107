/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Disk specifications (rocks-compat 3.5).
 */
#include <config.h>

#include <string.h>

#include "commands/host_vm_alloc.h"

#define WORD "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

static bool
known_type(const char *type)
{
  /* What a VM can be described with; tap:aio stands in databases from Xen. */
  static const char *const types[] = { "file", "qcow2", "qed", "phy", "tap:aio" };
  size_t i;

  for (i = 0; i < sizeof types / sizeof *types; i++)
    if (strcmp(type, types[i]) == 0)
      return true;
  return false;
}

static int
check(struct run *run, const char *spec, const struct vm_disk *disk)
{
  if (!known_type(disk->type))
    return run_fail(run, "disk type \"%s\" of \"%s\" is not file, qcow2, qed, phy or tap:aio",
                    disk->type, spec);
  if (strcmp(disk->type, "phy") != 0 && (disk->prefix[0] != '/' || disk->name[0] == '\0'))
    return run_fail(run, "disk \"%s\" needs the absolute path of a file", spec);
  if (disk->name[0] == '\0' || strpbrk(spec, " \t\n") != NULL)
    return run_fail(run, "disk \"%s\" has no path, or a blank in it", spec);
  if (disk->device[0] == '\0' || disk->device[strspn(disk->device, WORD)] != '\0')
    return run_fail(run, "device \"%s\" of disk \"%s\" is no name such as vda", disk->device,
                    spec);
  if (disk->mode[0] == '\0' || disk->mode[strspn(disk->mode, WORD)] != '\0')
    return run_fail(run, "bus \"%s\" of disk \"%s\" is no name such as virtio", disk->mode, spec);
  return 0;
}

/* TYPE:PATH into its columns: a device keeps its whole path as the name. */
static void
split_path(struct vm_disk *disk, const char *first)
{
  const char *path = strrchr(first, ':') + 1;
  const char *slash = strrchr(path, '/');
  size_t prefix = 0;

  disk->type = mem_format("%.*s", (int) (path - 1 - first), first);
  if (slash != NULL && strcmp(disk->type, "phy") != 0)
    prefix = slash == path ? 1 : (size_t) (slash - path);
  disk->prefix = mem_format("%.*s", (int) prefix, path);
  disk->name = mem_copy(prefix > 0 ? slash + 1 : path);
}

int
vm_disk_parse(struct run *run, const char *spec, struct vm_disk *disk)
{
  const char *device = strchr(spec, ',');
  const char *mode = device != NULL ? strchr(device + 1, ',') : NULL;
  CLEANUP_FREE char *first = NULL;

  *disk = (struct vm_disk){ 0 };
  if (mode != NULL)
    first = mem_format("%.*s", (int) (device - spec), spec);
  if (first == NULL || strchr(mode + 1, ',') != NULL || strchr(first, ':') == NULL)
    return run_fail(run, "Invalid disk specification. Please see rocks add host vm help.");
  split_path(disk, first);
  disk->device = mem_format("%.*s", (int) (mode - device - 1), device + 1);
  disk->mode = mem_copy(mode + 1);
  return check(run, spec, disk);
}

void
vm_disk_free(struct vm_disk *disk)
{
  free(disk->type);
  free(disk->prefix);
  free(disk->name);
  free(disk->device);
  free(disk->mode);
  *disk = (struct vm_disk){ 0 };
}

int
vm_disk_insert(struct db *db, int64_t vm, const struct vm_disk *disk, int64_t size)
{
  return db_exec(db, "insert into vm_disks (Vm_Node, VBD_Type, Prefix, Name, Device, Mode, Size)"
                 " values (?, ?, ?, ?, ?, ?, ?)", "lsssssl", vm, disk->type, disk->prefix,
                 disk->name, disk->device, disk->mode, size);
}

char *
vm_disk_spec(const char *type, const char *prefix, const char *name, const char *device,
             const char *mode)
{
  const char *slash = or_empty(prefix)[0] == '\0' || strcmp(prefix, "/") == 0 ? "" : "/";

  return mem_format("%s:%s%s%s,%s,%s", or_empty(type), or_empty(prefix), slash, or_empty(name),
                    or_empty(device), or_empty(mode));
}
