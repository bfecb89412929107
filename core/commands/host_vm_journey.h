/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * A VM that is to move: which, from where to where, and what the sites say of it.
 */
#ifndef ROCKS_COMMANDS_HOST_VM_JOURNEY_H
#define ROCKS_COMMANDS_HOST_VM_JOURNEY_H

#include "cluster/move.h"
#include "commands/host_vm_moving.h"

/* A container as the user writes it, HOST or SITE:HOST, and as it is. */
struct end {
  char *label;
  struct site *site;
  const char *host;
};

/* One command at work.  What is owned, journey_end() frees. */
struct journey {
  struct run *run;
  const char *target; /* borrowed: where to, as the user named it */
  struct list names;  /* the VM's */
  const char *vm;
  int lock[2];
  size_t nlocks;
  char *cluster;      /* that has the VM, NULL: none that was recorded */
  char *away;         /* the label of where it stands at another site, or NULL */
  struct control control;
  struct end from, to;
  struct move move;
  char *file;         /* where its memory is on the way */
  bool back;          /* an earlier try is taken back */
  struct moving before; /* an earlier try that did not end */
};

/* Begins with `run` and `target`: finds the VM that the command names, alone from
 * then on with it and its cluster, and loads what it needs of the sites of both
 * ends; -1 with a report.  End it in any case. */
int journey_begin(struct journey *);
void journey_end(struct journey *);
/* The VM's rows at both ends; the new container has room for it. */
int journey_rows(struct journey *);
/* For its memory: the container's largest partition, where images are made, and not
 * a folder of a shared disk, which Xen cannot save to over 9p; at another site,
 * whose partitions are not known here, the folder of its first image. */
int journey_file(struct journey *);

#endif
