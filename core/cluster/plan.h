/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Plans: the steps that a change needs.  Making one is pure; apply.h carries
 * it out; `dryrun=yes` prints it and stops.
 */
#ifndef ROCKS_CLUSTER_PLAN_H
#define ROCKS_CLUSTER_PLAN_H

#include "cluster/describe.h"

enum step_kind {
  /* On a host, by script, one round trip for all of them: */
  STEP_RELAY_UP,     /* the network's relay on the home frontend */
  STEP_NETWORK_STANDBY, /* the device of the VM's port, silent */
  STEP_NETWORK_UP,   /* the VM's port */
  STEP_FILE_PLACE,   /* the folder of the file `detail` */
  STEP_VM_PREPARE,   /* its disks */
  /* On a host, through its hypervisor: */
  STEP_VM_DEFINE,
  STEP_VM_START,
  STEP_VM_SUSPEND,
  STEP_VM_RESUME,
  STEP_VM_SAVE,
  STEP_VM_RESTORE,
  STEP_VM_MIGRATE,   /* to the container `to`, while it runs */
  STEP_VM_STOP,
  STEP_VM_UNDEFINE,
  /* By script again, after the VMs: */
  STEP_NETWORK_DOWN,
  STEP_VM_SWEEP,     /* what its hypervisor has and nobody knows of */
  STEP_VM_ERASE,
  STEP_FILE_ERASE,   /* the file `detail` */
  /* On the home site, between the hosts: */
  STEP_COPY,          /* the VM's images, and the file `detail`, to `to` */
  STEP_WAIT_FRONTEND, /* until the virtual frontend answers */
  STEP_SITE_RESERVE,
  STEP_SITE_RELEASE,
  STEP_RECORD,        /* the cluster's state */
  STEP_FORGET
};

struct step {
  enum step_kind kind;
  unsigned phase;   /* phases one after the other; within one, hosts at once */
  struct site *site;
  const char *host; /* "" for steps of the home site's database */
  const struct rocks_vm_row *vm; /* or NULL */
  const char *detail; /* for people; of save and restore, the file */
  enum rocks_vm_stop stop; /* how, for STEP_VM_STOP */
  const char *to;    /* for STEP_VM_MIGRATE and STEP_COPY: a container */
  struct site *to_site; /* of which */
};

struct plan {
  struct model *model;
  const struct cluster *cluster;
  struct step *steps;
  size_t nsteps;
  unsigned phase; /* of what is added next */
};

/* The words of a step for dry runs, journal and progress: "network up". */
const char *step_name(enum step_kind);

void plan_add(struct plan *, enum step_kind, struct site *, const char *host,
              const struct rocks_vm_row *vm, const char *detail);

/* Which of a cluster's VMs; NULL: all. */
struct plan_choice {
  const struct list *names;
  bool wait;         /* let computes wait until the frontend answers */
  bool erase_disks;
  bool untouched;    /* remove: no host has anything of these VMs, none is asked */
  /* To stop: how, what is not ROCKS_VM_POWEROFF leaves the port up; or the VM
   * has ended by itself and its port alone is left to be taken down. */
  enum rocks_vm_stop stop;
  bool ended;
  bool keep_port;
  const struct list *files; /* to save and restore: one for each of `names` */
};

/* Each makes a whole plan out of the members' rows that model and cluster hold.
 * A member whose row its site does not have is passed over, but for stop and
 * remove, where its site may have lost it. */
void plan_start(struct plan *, const struct plan_choice *);
void plan_stop(struct plan *, const struct plan_choice *);
void plan_remove(struct plan *, const struct plan_choice *);
/* Pausing: the VM keeps its port and its memory. */
void plan_suspend(struct plan *, const struct plan_choice *);
void plan_resume(struct plan *, const struct plan_choice *);
/* The VM's memory goes to a file of its container, or comes back from there. */
void plan_save(struct plan *, const struct plan_choice *);
void plan_restore(struct plan *, const struct plan_choice *);

#endif
