/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * A VM moves from one container to another, of its site or of another one.
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

/* The VM as it stands, or will stand, on a container of a site. */
struct move_end {
  struct site *site;
  const struct rocks_vm_row *vm;
};

struct move {
  struct control *control;
  struct move_end from, to;
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
  /* Between sites: the VM has gone on at `to`, and `from` may forget it. */
  int (*leave)(void *arg);
  void *arg;
};

bool move_between_sites(const struct move *);

/* Finds out how, by asking both containers. */
int move_look(struct move *);
/* Does it: the new container's port speaks before the VM goes on there, the old
 * one's is silent before that.  Can be repeated after it was interrupted, in the
 * same direction or the other. */
int move_run(struct move *);

/* ---- the inventories (move_rows.c) ---- */

/* Whether a VM of the loaded cluster may go on at another site. */
int move_may_leave(struct control *, const char *vm);
/* Whether the inventory of a site that is open can move VMs; leaves: to other sites. */
int move_check_site(struct control *, const struct site *, bool leaves);
/* The VM as its site would have it on that container, where it may be already;
 * pooled; nothing is changed.  bounded: the container has to have room. */
int move_row(struct control *, struct site *, const char *vm, const char *container, bool bounded,
             const struct rocks_vm_row **);
/* Reserves a member that stands as `as` at another site, once however often. */
int move_arrive(struct control *, struct site *, const char *container,
                const struct rocks_vm_row *as);
/* It stands at `to` from now on: for commit(). */
int move_record(const struct move *);
/* A site forgets a member that stands elsewhere; what it gave, if it gave the MAC, it
 * gives nobody else.  Before the record this ends a move that came to nothing. */
int move_leave(struct control *, struct site *, const char *vm);

/* The steps, pure. */
void move_plan(const struct move *, struct plan *);
/* Whether both containers see the files of the VM's disks. */
int move_shared(const struct move *, bool *shared);
/* Copies the images that are not shared, and the saved memory. */
int move_copy(const struct move *, struct rocks_call *);

#endif
