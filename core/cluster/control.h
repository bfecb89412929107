/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The controller: what the cluster commands do, on one path for all backends.
 * Load, plan, apply, report.
 */
#ifndef ROCKS_CLUSTER_CONTROL_H
#define ROCKS_CLUSTER_CONTROL_H

#include "cluster/apply.h"
#include "cluster/place.h"

struct control {
  struct rocks_call *call;
  struct model model;      /* sites that the home site knows; home first */
  struct cluster cluster;  /* the one at work */
  struct plan plan;
  bool dry;                /* plan only */
  bool pass_over;          /* hosts that do not answer are no error; set by remove */
  bool home_only;          /* members of other sites are left alone: not loaded */
  /* Backends of what has no record; NULL: those that configure was given. */
  const char *network_backend, *vm_backend;
  void (*progress)(void *arg, const struct step *, bool done, const char *detail);
  void *arg;
};

void control_free(struct control *);

/* Loads the cluster of that name: its record, its backends, the sites that its
 * members stand at, and the members' VMs.  A cluster that Rocks itself made has
 * no record; its members are the VMs that share the frontend's VLAN id, and its
 * network backend is the default one.  ENOTFOUND: no such cluster. */
int control_load(struct control *, const char *name);

/* Loads the cluster's sites anew, with the attributes that its backends ask for;
 * all_vms: all VMs of home, not only those leased to the cluster. */
int control_load_sites(struct control *, bool all_vms);

/* VMs of this site that belong to no recorded cluster, as if they were members
 * of one without a name: for commands on single VMs. */
int control_load_vms(struct control *, const struct list *names);

/* VMs that are no longer in the inventory, or are about to leave it: what is
 * given of them (name, container, NICs) is taken as it is, copied.  `cluster`
 * is that of which they were members, or NULL; its record, where there is one,
 * tells the backends and the network.  *left: how many members that record
 * still has, -1 without a record. */
int control_take(struct control *, const char *cluster, const struct rocks_vm_row *vms,
                 size_t nvms, int64_t *left);

/* start: brings up what is not up.  stop: powers off, takes the network down.
 * Both record the state before and after, and can be repeated. */
int control_start(struct control *, const struct plan_choice *);
int control_stop(struct control *, const struct plan_choice *);
/* The chosen VMs alone; the cluster's recorded state stays. */
int control_suspend(struct control *, const struct plan_choice *);
int control_resume(struct control *, const struct plan_choice *);
int control_save(struct control *, const struct plan_choice *);
int control_restore(struct control *, const struct plan_choice *);
/* Stops, undefines, gives everything back, forgets.  Of a cluster that never had
 * a step on any host, no host is asked.  Of one that Rocks itself made, hosts that
 * do not answer are passed over with a warning, as Rocks does: nothing but its
 * rows would remember what is left to do there. */
int control_remove(struct control *, const struct plan_choice *);
/* Finishes what was begun: by the recorded state, one of the above. */
int control_sync(struct control *);

/* Computes leave: stopped, given back by their sites, no longer recorded (scale.c). */
int control_take_off(struct control *, const struct plan_choice *);

/* Whether anything of the loaded cluster was ever begun on a host; of one without
 * a record that is not known, and taken to be so. */
int control_begun(struct control *, bool *begun);
/* Whether all its sites have agreed on what the cluster is; -1 with a report. */
int control_check_complete(struct control *);
/* Adds to the error how a cluster that was changed half-way is completed: by
 * `rocks MEND CLUSTER`; NULL adds nothing.  -1. */
int control_mendable(struct control *, const char *mend);

/* What a member is, against what it should be. */
struct member_state {
  const struct rocks_member_row *member;
  const struct site *site;
  const char *container;
  enum rocks_vm_state vm;
  bool reachable;   /* the container answered */
  bool port, heard; /* its port is up; frames of the frontend arrive there */
  const char *detail; /* pooled */
};

/* The members and where they stand, without asking anybody. */
int control_members(struct control *, struct member_state **states);
/* Asks every container, all at once: states of the VMs, and of the ports when
 * `ports` is set.  One entry per member in *states, pooled. */
int control_probe(struct control *, bool ports, struct member_state **states);

#endif
