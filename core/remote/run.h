/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * One call of remote_run(): its jobs, and the connections that they share.
 */
#ifndef ROCKS_REMOTE_RUN_H
#define ROCKS_REMOTE_RUN_H

#include "remote/child.h"
#include "remote/remote.h"
#include "remote/ssh.h"

#define RUN_MARK 17 /* 16 hex digits and a NUL */

/* Of a link: DONE = it is open. */
enum state { WAITING, RUNNING, DONE, FAILED };

/* A connection, or the attempt. */
struct link {
  struct ssh_target target;
  struct link *jump;
  enum state state;
  unsigned connect;    /* seconds */
  int lock;
  int64_t patience;    /* until when another process may hold the lock */
  unsigned sessions;
  struct child child;
  struct text why;     /* FAILED: ssh's words */
};

/* A job and the child that does it. */
struct task {
  struct remote_job *job;
  struct link *link;   /* NULL: this machine */
  enum state state;
  struct child child;
  char mark[RUN_MARK];
  bool ending;         /* the script has ended, in time */
};

struct run {
  struct rocks_call *call;
  struct ssh_folders folders;
  struct link **links;
  size_t nlinks;
  struct task *tasks;
  size_t ntasks;
  size_t limit, running, left;
  bool hurry;          /* somebody's end is near, and no descriptor tells */
};

static inline unsigned
job_timeout(const struct remote_job *job)
{
  return job->timeout != 0 ? job->timeout : REMOTE_SECONDS;
}

/* The link that leads to a job's host; with the one to its frontend it is made
 * when no job before had it. */
struct link *link_to(struct run *, const struct remote_job *);
/* Goes on with opening it, as far as that goes without waiting. */
void link_step(struct run *, struct link *, int64_t now);
void links_free(struct run *);

#endif
