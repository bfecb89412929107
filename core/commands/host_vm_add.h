/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * `add host vm` under way: what was said, and how a VM is written.
 */
#ifndef ROCKS_COMMANDS_HOST_VM_ADD_H
#define ROCKS_COMMANDS_HOST_VM_ADD_H

#include "commands/host_vm_alloc.h"

#define VLAN_MAX 4094 /* 802.1Q keeps 4095 */

struct vm_order {
  struct run *run;
  struct list containers;
  char *membership, *appliance; /* memberships.ID, appliances.Name; owned */
  char *virt_type, *install;    /* owned */
  bool hosted;                  /* membership `Hosted VM`: no address */
  int64_t memory, cpus, disk_size;
  int64_t slice;                /* -1: any */
  const char *name, *ip;        /* or "" */
  uint32_t address;             /* of `ip` */
  char mac[MAC_TEXT];           /* of eth0, or "" */
  size_t nnics;
  struct list vlans;            /* of eth0, eth1, ...; NULL entries: none */
  bool default_disk;
  struct vm_disk disk;          /* unless default_disk */

  struct vm_subnet subnet;
  struct vm_macs macs;
  struct list added;            /* names of the VMs written so far */
};

/* Writes one VM on this container, but for its attributes and boot action, and
 * says so. */
int vm_store(struct vm_order *, const char *container);
/* The boot action of all that were written; -1 when another program took a
 * name or an address of theirs meanwhile. */
int vm_store_boot(struct vm_order *);

#endif
