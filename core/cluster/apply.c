/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * A worker talks to its parent over a socket pair: `done I [J ...]` for steps,
 * answered by one byte once they are in the journal; `warn TEXT`; and at its
 * end, if it failed, `fail CODE TEXT`.  Messages are packets, so none is ever half.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "cluster/apply.h"
#include "cluster/worker.h"

#define DEADLINE 180 /* seconds */
#define AFTERWARDS 10 /* seconds more, for a worker whose parent has died */
#define LOCKS "/run/rocks-mvc"
#define MESSAGE_MAX 8192

struct worker {
  struct batch batch;
  pid_t pid;
  int fd;
  int64_t ends; /* of clock_ms() */
  bool failed;
  enum rocks_code code;
  char *why; /* owned */
};

struct phase {
  struct rocks_call *call;
  const struct plan *plan;
  const struct apply *apply;
  struct worker *workers;
  size_t nworkers;
};

/* ---- in the worker ---- */

static void
tell(int fd, const char *fmt, ...) ROCKS_PRINTF(2, 3);

static void
tell(int fd, const char *fmt, ...)
{
  char message[MESSAGE_MAX];
  va_list ap;

  va_start(ap, fmt);
  vsnprintf(message, sizeof message, fmt, ap);
  va_end(ap);
  while (send(fd, message, strlen(message), MSG_NOSIGNAL) < 0 && errno == EINTR)
    ;
}

static void
tell_done(void *arg, const size_t *index, size_t count)
{
  CLEANUP_TEXT struct text text = { 0 };
  int fd = *(int *) arg;
  char answer;
  ssize_t heard;
  size_t i;

  text_add(&text, "done");
  for (i = 0; i < count; i++)
    text_add(&text, " %zu", index[i]);
  tell(fd, "%s", text_get(&text));
  while ((heard = recv(fd, &answer, 1, 0)) < 0 && errno == EINTR)
    ;
  /* Killed before the journal knew: the next command starts from there. */
  if (heard <= 0)
    _exit(1);
}

static void
worker_main(const struct batch *batch, int fd, unsigned deadline) __attribute__((noreturn));

static void
worker_main(const struct batch *batch, int fd, unsigned deadline)
{
  struct worker_report report = { .arg = &fd, .done = tell_done };
  struct rocks_call call;
  size_t i;
  int result;

  setpgid(0, 0);
  alarm(deadline + AFTERWARDS); /* its parent's clock, should that be killed */
  call_init(&call);
  call.quiet = true; /* the parent says what the workers would all say */
  result = worker_run(&call, batch, &report);
  for (i = 0; i < call.warned.count; i++)
    tell(fd, "warn %s", call.warned.item[i]);
  if (result != 0)
    tell(fd, "fail %d %s", (int) call.code, or_empty(call.message));
  remote_close();
  _exit(result == 0 ? 0 : 1);
}

/* ---- in the parent ---- */

/* Single VMs and clusters that Rocks itself made have no journal. */
static bool
is_recorded(const struct cluster *cluster)
{
  return cluster->row.name != NULL && or_empty(cluster->row.state)[0] != '\0';
}

static int
journal(struct phase *phase, const size_t *index, size_t count, const char *state,
        const char *detail)
{
  const struct site *home = model_home(phase->plan->model);
  CLEANUP_FREE struct rocks_journal_row *rows = mem_new(count, sizeof *rows);
  size_t i;

  if (!is_recorded(phase->plan->cluster) || home->resource->ops.resource.journal == NULL)
    return 0;
  for (i = 0; i < count; i++) {
    const struct step *step = &phase->plan->steps[index[i]];

    rows[i] = (struct rocks_journal_row){
      .size = sizeof rows[i], .cluster = phase->plan->cluster->row.name,
      .site_uuid = step->site->uuid, .host = step->host, .step = step_name(step->kind),
      .vm = step->vm != NULL ? step->vm->name : "", .state = state, .detail = detail };
  }
  return home->resource->ops.resource.journal(home->inventory, phase->call, rows, count);
}

static void
progress(struct phase *phase, const size_t *index, size_t count, bool done, const char *detail)
{
  size_t i;

  for (i = 0; phase->apply->progress != NULL && i < count; i++)
    phase->apply->progress(phase->apply->arg, &phase->plan->steps[index[i]], done, detail);
}

static void
fail_worker(struct phase *phase, struct worker *worker, enum rocks_code code, const char *why)
{
  if (worker->failed)
    return;
  worker->failed = true;
  worker->code = code;
  worker->why = mem_copy(why);
  progress(phase, worker->batch.index, 1, false, why);
  journal(phase, worker->batch.index, 1, "failed", why);
}

static void
heard_done(struct phase *phase, struct worker *worker, char *words)
{
  CLEANUP_FREE size_t *index = mem_new(worker->batch.count, sizeof *index);
  size_t n = 0;
  char *word = words, *end;

  while (n < worker->batch.count) {
    index[n] = strtoul(word, &end, 10);
    if (end == word || index[n] >= phase->plan->nsteps)
      break;
    n++;
    word = end;
  }
  journal(phase, index, n, "done", "");
  progress(phase, index, n, true, "");
  while (send(worker->fd, "k", 1, MSG_NOSIGNAL) < 0 && errno == EINTR)
    ;
}

static void
reap(struct phase *phase, struct worker *worker, bool kill_it)
{
  int status = 0;

  if (kill_it) {
    kill(-worker->pid, SIGKILL);
    kill(worker->pid, SIGKILL);
  }
  while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR)
    ;
  close(worker->fd);
  worker->fd = -1;
  if (!(WIFEXITED(status) && WEXITSTATUS(status) == 0))
    fail_worker(phase, worker, kill_it ? ROCKS_EUNREACHABLE : ROCKS_EBACKEND,
                kill_it ? "did not finish in time" : "its worker died");
}

static void
heard_fail(struct phase *phase, struct worker *worker, const char *words)
{
  char *why;
  long code = strtol(words, &why, 10);

  fail_worker(phase, worker, (enum rocks_code) code, *why == ' ' ? why + 1 : why);
}

static void
hear(struct phase *phase, struct worker *worker)
{
  char message[MESSAGE_MAX + 1];
  ssize_t n = recv(worker->fd, message, MESSAGE_MAX, 0);

  if (n < 0 && errno == EINTR)
    return;
  if (n <= 0) {
    reap(phase, worker, false);
    return;
  }
  message[n] = '\0';
  if (strncmp(message, "done", 4) == 0)
    heard_done(phase, worker, message + 4);
  else if (strncmp(message, "warn ", 5) == 0)
    call_warn(phase->call, "%s", message + 5);
  else if (strncmp(message, "fail ", 5) == 0)
    heard_fail(phase, worker, message + 5);
}

static void
spawn(struct phase *phase, struct worker *worker)
{
  unsigned deadline = phase->apply->deadline ? phase->apply->deadline : DEADLINE;
  int pair[2];

  worker->fd = -1;
  worker->ends = clock_ms() + (int64_t) deadline * 1000;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
    fail_worker(phase, worker, ROCKS_EBACKEND, strerror(errno));
    return;
  }
  fflush(NULL);
  worker->pid = fork();
  if (worker->pid == 0) {
    close(pair[0]);
    worker_main(&worker->batch, pair[1], deadline);
  }
  close(pair[1]);
  worker->fd = pair[0];
  if (worker->pid < 0) {
    close(pair[0]);
    worker->fd = -1;
    fail_worker(phase, worker, ROCKS_EBACKEND, strerror(errno));
  }
}

static void
watch(struct phase *phase)
{
  CLEANUP_FREE struct pollfd *fds = mem_new(phase->nworkers, sizeof *fds);
  size_t i, open;

  do {
    for (open = 0, i = 0; i < phase->nworkers; i++) {
      struct worker *worker = &phase->workers[i];

      if (worker->fd >= 0 && clock_ms() >= worker->ends)
        reap(phase, worker, true);
      fds[i] = (struct pollfd){ .fd = worker->fd, .events = POLLIN };
      open += worker->fd >= 0;
    }
    if (open > 0 && poll(fds, phase->nworkers, 1000) > 0)
      for (i = 0; i < phase->nworkers; i++)
        if (fds[i].fd >= 0 && fds[i].revents != 0)
          hear(phase, &phase->workers[i]);
  } while (open > 0);
}

static struct worker *
worker_for(struct phase *phase, const struct step *step)
{
  struct worker *worker;
  size_t i;

  for (i = 0; i < phase->nworkers; i++)
    if (phase->workers[i].batch.site == step->site &&
        strcmp(phase->workers[i].batch.host, step->host) == 0)
      return &phase->workers[i];
  phase->workers = mem_grow(phase->workers, phase->nworkers, sizeof *phase->workers);
  worker = &phase->workers[phase->nworkers++];
  worker->batch = (struct batch){ .plan = phase->plan, .site = step->site, .host = step->host };
  return worker;
}

/* One report for all hosts that failed. */
static int
failures(struct phase *phase)
{
  CLEANUP_TEXT struct text text = { 0 };
  size_t i;

  for (i = 0; i < phase->nworkers; i++) {
    const struct worker *worker = &phase->workers[i];

    if (worker->failed && worker->code == ROCKS_EUNREACHABLE && phase->apply->pass_over)
      call_warn(phase->call, "%s is passed over: %s",
                model_label(phase->plan->model, worker->batch.site, worker->batch.host),
                worker->why);
    else if (worker->failed)
      text_add(&text, "%s%s: %s", text.length > 0 ? "; " : "",
               model_label(phase->plan->model, worker->batch.site, worker->batch.host),
               worker->why);
  }
  return text.length == 0 ? 0 : call_fail(phase->call, ROCKS_EBACKEND, "%s", text_get(&text));
}

static int
home_steps(struct phase *phase, unsigned number)
{
  size_t i;

  for (i = 0; i < phase->plan->nsteps; i++) {
    const struct step *step = &phase->plan->steps[i];

    if (step->phase != number || step->host[0] != '\0')
      continue;
    if (phase->apply->home_step(phase->apply->arg, phase->call, step) != 0)
      return -1;
    progress(phase, &i, 1, true, "");
  }
  return 0;
}

/* All that the phase is about to do, in one round trip. */
static int
journal_begun(struct phase *phase)
{
  CLEANUP_FREE size_t *index = mem_new(phase->plan->nsteps, sizeof *index);
  size_t i, k, n = 0;

  for (i = 0; i < phase->nworkers; i++)
    for (k = 0; k < phase->workers[i].batch.count; k++)
      index[n++] = phase->workers[i].batch.index[k];
  return n > 0 ? journal(phase, index, n, "begun", "") : 0;
}

static int
run_phase(struct phase *phase, unsigned number)
{
  size_t i;
  int result;

  for (i = 0; i < phase->plan->nsteps; i++) {
    const struct step *step = &phase->plan->steps[i];
    struct batch *batch;

    if (step->phase != number || step->host[0] == '\0')
      continue;
    batch = &worker_for(phase, step)->batch;
    batch->index = mem_grow(batch->index, batch->count, sizeof *batch->index);
    batch->index[batch->count++] = i;
  }
  if (journal_begun(phase) != 0)
    return -1;
  for (i = 0; i < phase->nworkers; i++)
    spawn(phase, &phase->workers[i]);
  watch(phase);
  result = failures(phase);
  return result == 0 ? home_steps(phase, number) : -1;
}

static void
free_phase(struct phase *phase)
{
  size_t i;

  for (i = 0; i < phase->nworkers; i++) {
    free(phase->workers[i].batch.index);
    free(phase->workers[i].why);
  }
  free(phase->workers);
  phase->workers = NULL;
  phase->nworkers = 0;
}

int
plan_apply(struct rocks_call *call, const struct plan *plan, const struct apply *apply)
{
  struct phase phase = { .call = call, .plan = plan, .apply = apply };
  unsigned number;
  int result = 0;

  for (number = 0; number < plan->phase && result == 0; number++) {
    result = run_phase(&phase, number);
    free_phase(&phase);
  }
  return result;
}

/* ---- one at a time ---- */

/* FNV-1a; two names of one number would wait for each other, no more. */
static off_t
lock_number(const char *name)
{
  uint64_t value = UINT64_C(0xcbf29ce484222325);

  for (; *name != '\0'; name++)
    value = (value ^ (unsigned char) *name) * UINT64_C(0x100000001b3);
  return (off_t) (value >> 2);
}

/* A byte of one file for each name, so that none leaves a file behind.  The
 * lock is the open file's, not the process's: workers inherit it. */
static int
lock_alone(struct rocks_call *call, const char *what)
{
  struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1,
                        .l_start = lock_number(what) };
  int64_t ends = clock_ms() + (DEADLINE + 2 * AFTERWARDS) * 1000;
  int fd;

  if (mkdir(LOCKS, 0755) != 0 && errno != EEXIST)
    return call_fail(call, ROCKS_EPERMISSION, "cannot make %s: %s", LOCKS, strerror(errno));
  fd = open(LOCKS "/clusters.lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return call_fail(call, ROCKS_EPERMISSION, "cannot open %s/clusters.lock: %s", LOCKS,
                     strerror(errno));
  while (fcntl(fd, F_OFD_SETLK, &lock) != 0) {
    if (clock_ms() >= ends) {
      close(fd);
      return call_fail(call, ROCKS_EEXISTS, "another command is changing %s", what);
    }
    call_warn(call, "waiting for another command that is changing %s", what);
    poll(NULL, 0, 100);
  }
  return fd;
}

int
cluster_lock(struct rocks_call *call, const char *cluster)
{
  CLEANUP_FREE char *what = mem_format("cluster %s", cluster);

  return lock_alone(call, what);
}

int
vm_lock(struct rocks_call *call, const char *vm)
{
  CLEANUP_FREE char *what = mem_format("host %s", vm);

  return lock_alone(call, what);
}
