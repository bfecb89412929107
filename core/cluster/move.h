/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * A VM moves from one container of its site to another.
 */
#ifndef ROCKS_CLUSTER_MOVE_H
#define ROCKS_CLUSTER_MOVE_H

#include "cluster/control.h"

enum move_way {
  MOVE_LIVE,    /* it runs on; both containers see its disks */
  MOVE_SAVED,   /* its memory goes along as a file, and its disks where they must */
  MOVE_OFF,     /* it does not run: its disks alone */
  MOVE_FINISH   /* it is there already: what an earlier try has left to do */
};

struct move {
  struct control *control;
  struct site *site;
  /* The VM as it stands here, and as it will stand there. */
  const struct rocks_vm_row *from, *to;
  const char *file;   /* absolute: for its memory, on both containers */
  enum move_way way;
  bool runs;          /* at its old container */
  bool paused;        /* it was, and stays so */
  bool shared;        /* both see its disks */
  bool copy_state;    /* `file` is only at the source */
  bool unfinished;    /* in: an earlier try brought it to `from` and did not end there */
  bool settled;       /* in: the inventory says `to` already, so all it has is there */
  bool stays;         /* out, of a failure: it is where it was, as it was */
  void (*say)(void *arg, const char *sentence);
  /* The inventory says `to` from now on: all it has is there, and it speaks
   * at neither end. */
  int (*commit)(void *arg);
  void *arg;
};

/* Finds out how, by asking both containers. */
int move_look(struct move *);
/* Does it: the new container's port speaks before the VM goes on there, the old
 * one's is silent before that.  Can be repeated after it was interrupted, in the
 * same direction or the other. */
int move_run(struct move *);

/* The steps, pure. */
void move_plan(const struct move *, struct plan *);
/* Whether both containers see the files of the VM's disks. */
int move_shared(const struct move *, bool *shared);
/* Copies the images that are not shared, and the saved memory. */
int move_copy(const struct move *, struct rocks_call *);

#endif
