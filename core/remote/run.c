/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * All jobs of a call in one poll loop.  A job waits until the connection to
 * its host is open, that one until the connection to its frontend is: so there
 * is one of each, whoever comes first, and what fails in making it is known to
 * be no failure of a script.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <unistd.h>

#include "remote/child.h"
#include "remote/remote.h"
#include "remote/ssh.h"

#define DEFAULT_LIMIT 32
#define SESSIONS 8          /* at once over a connection: sshd's MaxSessions is 10 */
#define HANDSHAKE 10        /* seconds beyond the connect time-out, for logging in */
#define GRACE 1000          /* ms to end, for a shell whose script has ended */
#define MARK 17             /* 16 hex digits and a NUL */

enum state { WAITING, RUNNING, DONE, FAILED };

struct link {
  struct ssh_target target;
  struct link *jump;
  enum state state;    /* DONE: it is open */
  unsigned connect;    /* seconds */
  int lock;
  int64_t patience;    /* until when another process may hold the lock */
  unsigned sessions;
  struct child child;
  struct text why;     /* FAILED: ssh's words */
};

struct task {
  struct remote_job *job;
  struct link *link;   /* NULL: this machine */
  enum state state;
  struct child child;
  char mark[MARK];
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

static unsigned
job_timeout(const struct remote_job *job)
{
  return job->timeout != 0 ? job->timeout : REMOTE_SECONDS;
}

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

static struct link *
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

/* Other processes want the same connection at the same moment: workers of one
 * command do.  True when it is ours to make. */
static bool
link_lock(struct run *run, struct link *link, int64_t now)
{
  CLEANUP_FREE char *path = mem_format("%s.lock", link->target.control);

  if (link->patience == 0)
    link->patience = now + (int64_t) (link->connect + HANDSHAKE) * 2000;
  link->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (link->lock < 0 || flock(link->lock, LOCK_EX | LOCK_NB) == 0 || now > link->patience)
    return true;
  close(link->lock);
  link->lock = -1;
  run->hurry = true;
  return false;
}

static void
link_open(struct run *run, struct link *link, int64_t now)
{
  CLEANUP_LIST struct list argv = { 0 };
  int error;

  if (link->jump != NULL && link->jump->state == FAILED) {
    text_add(&link->why, "its frontend %s does not answer: %s",
             link->jump->target.destination, text_get(&link->jump->why));
    link_settle(link, FAILED);
    return;
  }
  if (link->jump != NULL && link->jump->state != DONE)
    return;
  if (!ssh_is_open(&link->target)
      && (run->running >= run->limit || !link_lock(run, link, now)))
    return;
  if (ssh_is_open(&link->target)) {
    link_settle(link, DONE);
    return;
  }
  ssh_argv_open(&argv, &link->target, link->jump != NULL ? &link->jump->target : NULL,
                link->connect);
  call_debug(run->call, "connecting to %s", link->target.destination);
  error = child_start(&link->child, &argv, NULL,
                      (int64_t) (link->connect + HANDSHAKE) * 1000);
  if (error != 0) {
    text_add(&link->why, "cannot run ssh: %s", strerror(error));
    link_settle(link, FAILED);
    return;
  }
  link->state = RUNNING;
  run->running++;
}

static void
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

/* The script runs in a shell inside the shell that reads it, so that commands
 * that read standard input do not eat what follows them, and so that its
 * status comes in the output: ssh says 255 for its own failures too.
 * The outer shell outlives a TERM, so that the inner one may clean up.
 * Not every sshd has the sbin folders in its PATH. */
static void
wrap_script(struct text *text, const char *script, char mark[MARK])
{
  uint64_t number = (uint64_t) child_clock() ^ (uint64_t) getpid() << 32;

  if (getrandom(&number, sizeof number, GRND_NONBLOCK) < 0)
    number++;
  snprintf(mark, MARK, "%016" PRIx64, number);
  text_add(text, "PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin\ntrap : TERM\n(\n:\n");
  text_add_bytes(text, script, strlen(script));
  text_add(text, "\n) </dev/null\nprintf '\\036%s %%d\\n' \"$?\"\n", mark);
}

/* Finds and cuts off what wrap_script() had printed last; -1 while it is not
 * there. */
static int
take_status(struct text *said, const char *mark, bool cut)
{
  size_t from = said->length > 32 ? said->length - 32 : 0;
  const char *found;
  int status = 0;

  if (said->length == 0 || said->data[said->length - 1] != '\n')
    return -1;
  found = memrchr(said->data + from, '\036', said->length - from);
  if (found == NULL || strncmp(found + 1, mark, MARK - 1) != 0 || found[MARK] != ' ')
    return -1;
  for (found += MARK + 1; *found >= '0' && *found <= '9'; found++)
    status = status * 10 + (*found - '0');
  if (cut) {
    said->length = (size_t) ((const char *) memrchr(said->data, '\036', said->length)
                             - said->data);
    said->data[said->length] = '\0';
  }
  return status;
}

static void
task_end(struct run *run, struct task *task, enum remote_result result, int status)
{
  struct remote_job *job = task->job;

  job->result = result;
  job->status = status;
  task->state = DONE;
  run->left--;
  call_debug(run->call, "%s: result %d, status %d", job->host->name, (int) result, status);
}

/* What happened is told by the script's own status, if that came through.  The
 * shell itself ends with 0 then, so 124 is timeout(1)'s. */
static void
task_judge(struct run *run, struct task *task)
{
  struct child *child = &task->child;
  struct remote_job *job = task->job;
  int status = take_status(&child->said, task->mark, true);

  run->running--;
  if (task->link != NULL)
    task->link->sessions--;
  job->output = child->said;
  job->errors = child->complained;
  child->said = child->complained = (struct text){ 0 };
  if ((child->timed_out && !task->ending) || child->status == 124) {
    task_end(run, task, REMOTE_TIMEOUT, 124);
  } else if (status >= 0 && child->said_cut > 0) {
    text_add(&job->errors, "\nit said more than %zu KiB\n", CHILD_HEAD / 1024);
    task_end(run, task, REMOTE_FAILED, status);
  } else if (status >= 0) {
    task_end(run, task, status == 0 ? REMOTE_OK : REMOTE_FAILED, status);
  } else if (task->link != NULL && child->status == 255) {
    task_end(run, task, REMOTE_UNREACHABLE, 255);
  } else {
    text_add(&job->errors, "\nthe shell ended before the script did\n");
    task_end(run, task, REMOTE_FAILED, child->status);
  }
}

static void
task_start(struct run *run, struct task *task)
{
  struct link *link = task->link;
  struct remote_job *job = task->job;
  CLEANUP_LIST struct list argv = { 0 };
  CLEANUP_TEXT struct text input = { 0 };
  int error;

  if (job->script == NULL) {
    task_end(run, task, REMOTE_OK, 0);
    return;
  }
  if (run->running >= run->limit || (link != NULL && link->sessions >= SESSIONS))
    return;
  if (link == NULL)
    ssh_argv_local(&argv, job_timeout(job));
  else
    ssh_argv_script(&argv, &link->target, link->jump != NULL ? &link->jump->target : NULL,
                    link->connect, job_timeout(job));
  wrap_script(&input, job->script, task->mark);
  error = child_start(&task->child, &argv, &input, (int64_t) job_timeout(job) * 1000);
  if (error != 0) {
    text_add(&job->errors, "cannot run %s: %s", argv.item[0], strerror(error));
    task_end(run, task, REMOTE_FAILED, 127);
    return;
  }
  task->state = RUNNING;
  run->running++;
  if (link != NULL)
    link->sessions++;
}

static void
task_step(struct run *run, struct task *task, int64_t now)
{
  struct link *link = task->link;

  if (task->state == WAITING && link != NULL && link->state == FAILED) {
    text_add(&task->job->errors, "%s", text_get(&link->why));
    task_end(run, task, REMOTE_UNREACHABLE, 255);
  } else if (task->state == WAITING && (link == NULL || link->state == DONE)) {
    task_start(run, task);
  }
  if (task->state != RUNNING)
    return;
  if (child_step(&task->child, now)) {
    task_judge(run, task);
    return;
  }
  if (!task->ending && !task->child.timed_out)
    task->ending = take_status(&task->child.said, task->mark, false) >= 0;
  if (task->ending) /* a daemon that the script started may hold its pipes, and so ssh */
    child_finish(&task->child, now, GRACE);
  run->hurry |= task->ending || task->child.output < 0;
}

/* Until a child says something, or may have ended. */
static void
wait_for_news(struct run *run)
{
  struct pollfd *fds = mem_new(3 * (run->nlinks + run->ntasks), sizeof *fds);
  size_t i, n = 0;

  for (i = 0; i < run->nlinks; i++)
    if (run->links[i]->state == RUNNING)
      n += child_poll(&run->links[i]->child, fds + n);
  for (i = 0; i < run->ntasks; i++)
    if (run->tasks[i].state == RUNNING)
      n += child_poll(&run->tasks[i].child, fds + n);
  poll(fds, n, run->hurry ? 5 : 100);
  free(fds);
}

static void
run_prepare(struct run *run, struct remote_job *jobs, size_t njobs)
{
  CLEANUP_TEXT struct text why = { 0 };
  bool tried = false;
  size_t i;

  run->tasks = mem_new(njobs, sizeof *run->tasks);
  for (i = 0; i < njobs; i++) {
    struct task *task = &run->tasks[run->ntasks++];

    task->job = &jobs[i];
    remote_job_free(&jobs[i]);
    if (jobs[i].host->local)
      continue;
    if (!tried)
      ssh_folders_open(&run->folders, &why);
    tried = true;
    if (run->folders.sockets != NULL) {
      task->link = link_to(run, &jobs[i]);
    } else {
      text_add(&jobs[i].errors, "%s", text_get(&why));
      task_end(run, task, REMOTE_UNREACHABLE, 255);
    }
  }
}

static void
run_free(struct run *run)
{
  size_t i;

  for (i = 0; i < run->ntasks; i++)
    child_free(&run->tasks[i].child);
  for (i = 0; i < run->nlinks; i++) {
    child_free(&run->links[i]->child);
    ssh_target_free(&run->links[i]->target);
    text_free(&run->links[i]->why);
    free(run->links[i]);
  }
  free(run->links);
  free(run->tasks);
  ssh_folders_free(&run->folders);
}

size_t
remote_run(struct rocks_call *call, struct remote_job *jobs, size_t njobs, size_t limit)
{
  struct run run = {
    .call = call, .limit = limit != 0 ? limit : DEFAULT_LIMIT, .left = njobs,
  };
  size_t i, bad = 0;

  run_prepare(&run, jobs, njobs);
  while (run.left > 0) {
    int64_t now = child_clock();

    run.hurry = false;
    for (i = 0; i < run.nlinks; i++)
      link_step(&run, run.links[i], now);
    for (i = 0; i < run.ntasks; i++)
      task_step(&run, &run.tasks[i], now);
    if (run.left > 0)
      wait_for_news(&run);
  }
  run_free(&run);
  for (i = 0; i < njobs; i++)
    bad += jobs[i].result != REMOTE_OK;
  return bad;
}
