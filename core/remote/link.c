/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Opening connections: one to each host, the one to its frontend first, and
 * none where another process has just made it.
 */
#include <config.h>

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "remote/run.h"

#define HANDSHAKE 10 /* seconds beyond the connect time-out, for logging in */

/* The link of `target`, which it takes over.  Whoever is in less hurry says
 * how long connecting may take. */
static struct link *
link_of(struct run *run, struct ssh_target *target, struct link *jump, unsigned connect)
{
  struct link *link;
  size_t i;

  for (i = 0; i < run->nlinks; i++) {
    link = run->links[i];
    if (strcmp(link->target.control, target->control) == 0) {
      ssh_target_free(target);
      if (link->connect < connect)
        link->connect = connect;
      return link;
    }
  }
  link = mem_new(1, sizeof *link);
  *link = (struct link){ .target = *target, .jump = jump, .connect = connect, .lock = -1 };
  run->links = mem_grow(run->links, run->nlinks, sizeof *run->links);
  run->links[run->nlinks++] = link;
  return link;
}

struct link *
link_to(struct run *run, const struct remote_job *job)
{
  unsigned connect = job_timeout(job);
  struct ssh_target target;
  struct link *jump = NULL;

  if (connect > SSH_CONNECT_TIMEOUT)
    connect = SSH_CONNECT_TIMEOUT;
  if (ssh_jump(job->host) != NULL) {
    ssh_target_direct(&target, &run->folders, ssh_jump(job->host));
    jump = link_of(run, &target, NULL, connect);
  }
  ssh_target_host(&target, &run->folders, job->host);
  return link_of(run, &target, jump, connect);
}

/* Its state will not change any more, so the next process may look. */
static void
link_settle(struct link *link, enum state state)
{
  link->state = state;
  if (link->lock >= 0)
    close(link->lock);
  link->lock = -1;
}

static void
link_fail(struct link *link, const char *what, const char *why)
{
  text_add(&link->why, "%s%s", what, why);
  link_settle(link, FAILED);
}

/* Other processes want the same connection at the same moment: workers of one
 * command do.  True when it is ours to make; nobody makes it without. */
static bool
link_lock(struct run *run, struct link *link, int64_t now)
{
  CLEANUP_FREE char *path = mem_format("%s.lock", link->target.control);

  if (link->patience == 0)
    link->patience = now + (int64_t) (link->connect + HANDSHAKE) * 2000;
  link->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (link->lock >= 0 && flock(link->lock, LOCK_EX | LOCK_NB) == 0)
    return true;
  if (link->lock < 0 || now > link->patience)
    link_fail(link, "cannot lock ", path);
  else
    close(link->lock);
  link->lock = -1;
  run->hurry = true;
  return false;
}

static void
link_connect(struct run *run, struct link *link)
{
  CLEANUP_LIST struct list argv = { 0 };
  int error;

  ssh_argv_open(&argv, &link->target, link->jump != NULL ? &link->jump->target : NULL,
                link->connect);
  call_debug(run->call, "connecting to %s", link->target.destination);
  /* As its standard output ssh holds the lock until it goes to the background,
   * also when we are killed before. */
  error = child_start(&link->child, &argv, NULL, link->lock,
                      (int64_t) (link->connect + HANDSHAKE) * 1000);
  if (error != 0) {
    link_fail(link, "cannot run ssh: ", strerror(error));
    return;
  }
  link->state = RUNNING;
  run->running++;
}

static void
link_open(struct run *run, struct link *link, int64_t now)
{
  CLEANUP_FREE char *frontend = NULL;

  if (link->jump != NULL && link->jump->state == FAILED) {
    frontend = mem_format("its frontend %s does not answer: ",
                          link->jump->target.destination);
    link_fail(link, frontend, text_get(&link->jump->why));
  } else if (link->jump != NULL && link->jump->state != DONE) {
    return;
  } else if (ssh_is_open(&link->target)) {
    link_settle(link, DONE);
  } else if (run->running < run->limit && link_lock(run, link, now)) {
    /* Whoever had the lock before may have made it. */
    if (ssh_is_open(&link->target))
      link_settle(link, DONE);
    else
      link_connect(run, link);
  }
}

void
link_step(struct run *run, struct link *link, int64_t now)
{
  struct child *child = &link->child;

  if (link->state == WAITING)
    link_open(run, link, now);
  if (link->state != RUNNING)
    return;
  run->hurry = true; /* it goes on in the background, with its pipes open */
  if (!child_step(child, now))
    return;
  run->running--;
  link_settle(link, child->status == 0 ? DONE : FAILED);
  link->why = child->complained;
  child->complained = (struct text){ 0 };
  if (child->timed_out)
    text_add(&link->why, "\nno login within %u s", link->connect + HANDSHAKE);
  if (link->jump != NULL) /* ssh says so in riddles */
    text_add(&link->why, "\nasked through its frontend %s", link->jump->target.destination);
}

void
links_free(struct run *run)
{
  size_t i;

  for (i = 0; i < run->nlinks; i++) {
    child_free(&run->links[i]->child);
    ssh_target_free(&run->links[i]->target);
    text_free(&run->links[i]->why);
    free(run->links[i]);
  }
  free(run->links);
}
