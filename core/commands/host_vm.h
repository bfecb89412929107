/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What the commands on single VMs share.
 */
#ifndef ROCKS_COMMANDS_HOST_VM_H
#define ROCKS_COMMANDS_HOST_VM_H

#include "cluster/control.h"
#include "framework/command.h"
#include "framework/db.h"

/* One for each command; see the table in host_vm.c and report_vm.c. */
int host_vm_add(struct run *);
int host_vm_dump(struct run *);
int host_vm_list(struct run *);
int host_vm_pause(struct run *);
int host_vm_remove(struct run *);
int host_vm_restore(struct run *);
int host_vm_resume(struct run *);
int host_vm_save(struct run *);
int host_vm_set(struct run *);
int host_vm_set_cdrom(struct run *);
int host_vm_start(struct run *);
int host_vm_create(struct run *);
int host_vm_stop(struct run *);
int host_vm_undefine(struct run *);

/* VMs that are worked on together: members of one cluster that this site has
 * recorded, or (cluster NULL) all that belong to none. */
struct vm_group {
  char *cluster; /* owned */
  bool foreign;  /* leased to a cluster of another site */
  struct list names;
};

struct vm_groups {
  struct vm_group *group;
  size_t count;
};

/* Parts the hosts that are VMs into groups; the others are left out. */
int vm_groups_load(struct run *, const struct list *hosts, struct vm_groups *);
void vm_groups_free(struct vm_groups *);
/* The control of a group's VMs, loaded; control_free() it in any case. */
int vm_group_control(struct run *, const struct vm_group *, struct control *);

/* What VMs of this site do: one entry of `state`, without a member or a site,
 * for each of `names`. */
struct vm_states {
  struct list names;
  struct member_state *state;
};

/* Asks all containers of these VMs, at once; hosts that are no VM are left out.
 * vm_states_free() it in any case. */
int vm_states(struct run *, const struct list *names, struct vm_states *);
/* NULL when that VM was not asked about. */
const struct member_state *vm_states_of(const struct vm_states *, const char *name);
const char *vm_states_word(const struct vm_states *, const char *name); /* "active" */
void vm_states_free(struct vm_states *);

/* A virtual frontend that was installed boots from its disk from now on
 * (rocks-compat 3.10, 6): for those VMs among `names` (NULL: all that are
 * loaded) that were just started to be installed. */
void boot_from_disk(struct run *, const struct control *, const struct list *names);

#endif
