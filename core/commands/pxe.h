/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The files that hosts find their way to boot in: pxelinux and GRUB, below the
 * folder that `pxe_root` of the configuration file names (rocks-compat 4.6).
 */
#ifndef ROCKS_COMMANDS_PXE_H
#define ROCKS_COMMANDS_PXE_H

#include "framework/command.h"

/* Fails when one of these hosts is to boot a profile that does not exist. */
int pxe_check(struct run *, const struct list *hosts);

/* Has the files of these hosts (NULL: of all) written once the transaction is
 * committed. */
void pxe_follow(struct run *, const struct list *hosts);
/* The same for hosts that go: their files are removed, unless another host has
 * their address.  To be called while they are still in the database. */
int pxe_follow_removal(struct run *, const struct list *hosts);

/* The hidden command behind both: `sync host boot [host]... [gone=addresses]`. */
int pxe_sync(struct run *);

#endif
