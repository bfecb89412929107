/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#ifndef ROCKS_VM_XEN_H
#define ROCKS_VM_XEN_H

#include "vm-libvirt.h"

/* Where xen_install of netboot.sh leaves the boot loader on a container. */
#define XEN_NETBOOT "/var/lib/rocks-mvc/xen/netboot"

/* The text of netboot.sh and sweep.sh. */
extern const char xen_host_code[];

#endif /* ROCKS_VM_XEN_H */
