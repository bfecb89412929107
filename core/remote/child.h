/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * A child process that is fed, listened to and ended in bounded time, without
 * ever blocking: many of them fit in one poll loop.
 */
#ifndef ROCKS_REMOTE_CHILD_H
#define ROCKS_REMOTE_CHILD_H

#include <poll.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/text.h"

/* Of what a child says the first CHILD_HEAD bytes are kept, and always the
 * last CHILD_TAIL: an answer ends in its status, a failure in its cause. */
#define CHILD_HEAD ((size_t) 1024 * 1024)
#define CHILD_TAIL ((size_t) 4096)

/* All zero is a child that was never started. */
struct child {
  bool started;
  pid_t pid;               /* 0 = over; leader of a process group of its own */
  int input, output, errors; /* our ends; -1 = closed */
  struct text feed;        /* what it is to read */
  size_t fed;
  struct text said, complained; /* its standard output and error */
  size_t said_cut;         /* bytes of its output that were not kept */
  int64_t deadline;        /* when it is signalled next */
  unsigned signalled;      /* 0, then 1 = TERM, 2 = KILL */
  bool timed_out;
  int status;              /* once over: exit status, or 128 + signal */
};

/* Starts argv[0], looked for in PATH, with `input` (taken over, wiped when it
 * was read) on its standard input; NULL = /dev/null.  Its standard output is
 * kept, unless it is `output`, a descriptor that stays ours; -1 = keep.  After
 * `timeout` milliseconds its process group gets TERM, a little later KILL.
 * Returns 0, or an errno with nothing started. */
int child_start(struct child *, const struct list *argv, struct text *input, int output,
                int64_t timeout);
/* What to wait for; returns how many entries were filled in, at most 3. */
size_t child_poll(const struct child *, struct pollfd *);
/* Moves what can be moved without waiting; signals it when its time is over.
 * True when the child is over: its status and all it said are there. */
bool child_step(struct child *, int64_t now);
/* It has done its work, and has `grace` milliseconds to end. */
void child_finish(struct child *, int64_t now, int64_t grace);
void child_free(struct child *);

/* Runs one child to its end, for at most `timeout` milliseconds (and the
 * seconds that killing it takes).  Returns as child_start(). */
int child_run(struct child *, const struct list *argv, int64_t timeout);

#endif
