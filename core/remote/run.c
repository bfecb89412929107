/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * All jobs of a call in one poll loop.  A job waits until the connection to
 * its host is open, that one until the connection to its frontend is: so there
 * is one of each, whoever comes first, and what fails in making it is known to
 * be no failure of a script.
 */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "remote/run.h"

#define DEFAULT_LIMIT 32
#define SESSIONS 8          /* at once over a connection: sshd's MaxSessions is 10 */
#define GRACE 1000          /* ms to end, for a shell whose script has ended */

/* The script runs in a shell inside the shell that reads it, so that commands
 * that read standard input do not eat what follows them, and so that its
 * status comes in the output: ssh says 255 for its own failures too.
 * The outer shell outlives a TERM, so that the inner one may clean up.
 * Not every sshd has the sbin folders in its PATH. */
static void
wrap_script(struct text *text, const char *script, char mark[RUN_MARK])
{
  uint64_t number = (uint64_t) clock_ms() ^ (uint64_t) getpid() << 32;

  if (getrandom(&number, sizeof number, GRND_NONBLOCK) < 0)
    number++;
  snprintf(mark, RUN_MARK, "%016" PRIx64, number);
  text_add(text, "PATH=${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin\n"
                 "trap : TERM\n(\n:\n");
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
  if (found == NULL || strncmp(found + 1, mark, RUN_MARK - 1) != 0 || found[RUN_MARK] != ' ')
    return -1;
  for (found += RUN_MARK + 1; *found >= '0' && *found <= '9'; found++)
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
  error = child_start(&task->child, &argv, &input, -1,
                      (int64_t) job_timeout(job) * 1000);
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
  links_free(run);
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
    int64_t now = clock_ms();

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
