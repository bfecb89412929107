/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What a new VM is given: MAC, address, place for its disk (rocks-compat 3.5).
 * Within a command that writes, the session holds the site's lock, so that what
 * was read here stays free until the commit.
 */
#ifndef ROCKS_COMMANDS_HOST_VM_ALLOC_H
#define ROCKS_COMMANDS_HOST_VM_ALLOC_H

#include "base/addr.h"
#include "framework/command.h"
#include "framework/db.h"

/* The range of vm_mac_base_addr(_mask) and the largest MAC in use there. */
struct vm_macs {
  uint64_t base, mask, last;
  bool any;
};
int vm_macs_load(struct run *, struct vm_macs *);
/* The MAC after the largest; -1 with a report when the range is used up. */
int vm_macs_next(struct run *, struct vm_macs *, char mac[MAC_TEXT]);

/* Addresses of a subnet.  Its numbers are in host byte order. */
struct vm_subnet {
  char *id, *name; /* owned */
  uint32_t network, mask;
  uint32_t *used;  /* addresses of all interfaces of the site; owned */
  size_t nused;
};
/* `subnet S is not valid` when there is none of that name. */
int vm_subnet_load(struct run *, const char *name, struct vm_subnet *);
void vm_subnet_free(struct vm_subnet *);
bool vm_subnet_has(const struct vm_subnet *, uint32_t ip);
void vm_subnet_take(struct vm_subnet *, uint32_t ip);
/* The first address that nobody has among base + step, base + 2 step, ... */
int vm_subnet_next(struct run *, const struct vm_subnet *, uint32_t base, int64_t step,
                   uint32_t *ip);
/* The broadcast address, which Rocks counts down from. */
uint32_t vm_subnet_top(const struct vm_subnet *);

/* A disk specification TYPE:PATH,DEVICE,BUS as the columns of vm_disks; owned. */
struct vm_disk {
  char *type, *prefix, *name, *device, *mode;
};
/* Checks all of it; -1 with Rocks' sentence, or ours for what it let through. */
int vm_disk_parse(struct run *, const char *spec, struct vm_disk *);
void vm_disk_free(struct vm_disk *);
int vm_disk_insert(struct db *, int64_t vm, const struct vm_disk *, int64_t size);
/* "TYPE:PATH,DEVICE,BUS" of a row of vm_disks; the caller frees. */
char *vm_disk_spec(const char *type, const char *prefix, const char *name, const char *device,
                   const char *mode);

#endif
