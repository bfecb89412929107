/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Scripts, and jobs on this machine, through its real sh.
 */
#include <config.h>

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "remote/remote.h"
#include "remote/script.h"

static int failures;

#define CHECK(what) check((what), #what, __LINE__)

static void
check(bool good, const char *what, int line)
{
  if (good)
    return;
  fprintf(stderr, "unit-remote.c:%d: not so: %s\n", line, what);
  failures++;
}

#define IS(text, wanted) is((text), (wanted), __LINE__)

static void
is(const char *text, const char *wanted, int line)
{
  if (strcmp(or_empty(text), wanted) == 0)
    return;
  fprintf(stderr, "unit-remote.c:%d: \"%.300s\"\n  and not \"%.300s\"\n", line,
          or_empty(text), wanted);
  failures++;
}

static const struct remote_host here = { .site = "", .name = "here", .local = true };

static struct remote_job
run_here(const char *script, unsigned timeout)
{
  struct remote_job job = { .host = &here, .script = script, .timeout = timeout };
  struct rocks_call call;
  size_t bad;

  call_init(&call);
  bad = remote_run(&call, &job, 1, 0);
  CHECK(bad == (job.result != REMOTE_OK));
  CHECK(call.code == ROCKS_OK);
  call_free(&call);
  return job;
}

static void
reports(const struct remote_job *job, enum rocks_code code, const char *wanted)
{
  struct rocks_call call;

  call_init(&call);
  CHECK(remote_report(&call, job) == (code == ROCKS_OK ? 0 : -1));
  CHECK(call.code == code);
  IS(call.message, wanted);
  call_free(&call);
}

/* Every byte but NUL, and words that shells stumble over, come back. */
static void
test_quoting(void)
{
  static const char *const words[] = {
    "", "-n", "'", "''", "a'b'c", "$HOME", "`id`", "$(id)", "\\", "\\n", "a\nb\n", "*", "~",
    "!", "#", "a b  c", ";", "&", "\"", "x=1", "\t", "%s", "\xff\xfe", "{a,b}", "[!a]",
  };
  struct rocks_script *script = script_new();
  CLEANUP_TEXT struct text wanted = { 0 };
  struct remote_job job;
  char all[256];
  size_t i;

  for (i = 0; i < 255; i++)
    all[i] = (char) (i + 1);
  all[255] = '\0';
  script_run(script, "printf", "<%s>", all, NULL);
  text_add(&wanted, "<%s>", all);
  for (i = 0; i < sizeof words / sizeof *words; i++) {
    script_run(script, "printf", "<%s>", words[i], NULL);
    text_add(&wanted, "<%s>", words[i]);
  }
  job = run_here(script_text(script), 0);
  CHECK(job.result == REMOTE_OK);
  CHECK(job.output.length == wanted.length);
  IS(text_get(&job.output), text_get(&wanted));
  remote_job_free(&job);
  script_free(script);
}

static size_t
count(const char *text, const char *word)
{
  size_t n = 0;

  while ((text = strstr(text, word)) != NULL) {
    text += strlen(word);
    n++;
  }
  return n;
}

static void
test_script(void)
{
  struct rocks_script *script = script_new();
  CLEANUP_FREE char *copy = mem_copy("f() { echo \"f $1\"; }");

  CHECK(script_is_empty(script));
  IS(script_text(script), "set -eu\n");
  IS(script_summary(script), "");
  script_code(script, "f() { echo \"f $1\"; }");
  CHECK(script_is_empty(script));
  script_run(script, "f", "one", NULL);
  script_code(script, copy);
  script_code(script, "g() { echo \"g $1\"; }");
  script_run(script, "f", "it's", "two\nlines", NULL);
  script_secret(script, "g", "hush-hush", NULL);
  CHECK(!script_is_empty(script));
  CHECK(count(script_text(script), "f() {") == 1);
  CHECK(count(script_text(script), "g() {") == 1);
  CHECK(count(script_text(script), "set -eu") == 1);
  CHECK(strncmp(script_text(script), "set -eu\n", 8) == 0);
  CHECK(count(script_text(script), "hush-hush") == 1);
  IS(script_summary(script), "f one\nf 'it'\\''s' 'two'...\ng ...\n");
  script_free(script);
  script_free(NULL);
}

static void
test_statuses(void)
{
  static const struct {
    const char *script;
    enum remote_result result;
    int status;
    const char *output, *report;
  } cases[] = {
    { "echo a; echo b", REMOTE_OK, 0, "a\nb\n", "" },
    { "printf 'no end of line'", REMOTE_OK, 0, "no end of line", "" },
    { "", REMOTE_OK, 0, "", "" },
    { "# a comment", REMOTE_OK, 0, "", "" },
    { "cat; echo after", REMOTE_OK, 0, "after\n", "" },
    { "cat <<X\nhere\nX", REMOTE_OK, 0, "here\n", "" },
    { "trap 'echo bye' EXIT; exit 0", REMOTE_OK, 0, "bye\n", "" },
    { "echo out; echo err >&2; exit 3", REMOTE_FAILED, 3, "out\n",
      "here: step failed with status 3: err" },
    { "exit 255", REMOTE_FAILED, 255, "", "here: step failed with status 255: it said nothing" },
    { "exit 124", REMOTE_FAILED, 124, "", "here: step failed with status 124: it said nothing" },
    { "echo only; false", REMOTE_FAILED, 1, "only\n", "here: step failed with status 1: only" },
    { "set -e; false; echo not reached", REMOTE_FAILED, 1, "",
      "here: step failed with status 1: it said nothing" },
    { "for i in 1 2 3 4 5; do echo \"line $i\" >&2; done; printf 'a\\tb\\033[1m\\r\\n' >&2; exit 9",
      REMOTE_FAILED, 9, "", "here: step failed with status 9: line 4; line 5; a b?[1m" },
    { "kill -9 $$", REMOTE_FAILED, 137, "",
      "here: step failed with status 137: the shell ended before the script did" },
    { "readlink /proc/self/fd/0", REMOTE_OK, 0, "/dev/null\n", "" },
    { "printf '\\0360123456789abcdef 0\\n'; kill -9 $$", REMOTE_FAILED, 137,
      "\0360123456789abcdef 0\n",
      "here: step failed with status 137: the shell ended before the script did" },
    /* What looks like the shell's own last word is none. */
    { "printf '\\0360123456789abcdef 0\\n'; exit 7", REMOTE_FAILED, 7,
      "\0360123456789abcdef 0\n", "here: step failed with status 7: ?0123456789abcdef 0" },
  };
  size_t i;

  for (i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct remote_job job = run_here(cases[i].script, 0);

    CHECK(job.result == cases[i].result);
    CHECK(job.status == cases[i].status);
    IS(text_get(&job.output), cases[i].output);
    reports(&job, job.result == REMOTE_OK ? ROCKS_OK : ROCKS_EBACKEND, cases[i].report);
    remote_job_free(&job);
  }
}

/* Whether the process ends, which may take a moment after its KILL. */
static bool
ends(pid_t pid)
{
  int i;

  for (i = 0; i < 250 && kill(pid, 0) == 0; i++)
    usleep(20000);
  return i < 250;
}

/* Ended with all that it started, also where it will not listen. */
static void
test_timeout(const char *folder)
{
  CLEANUP_FREE char *script = mem_format(
    "echo begun; trap '' TERM; sleep 300 & echo $! >'%s/pid'; wait; sleep 300", folder);
  CLEANUP_FREE char *path = mem_format("%s/pid", folder);
  struct remote_job job = run_here(script, 3);
  FILE *file = fopen(path, "re");
  char line[32] = "";

  CHECK(job.result == REMOTE_TIMEOUT);
  IS(text_get(&job.output), "begun\n");
  reports(&job, ROCKS_EBACKEND, "here: step did not end within 3 s: begun");
  remote_job_free(&job);
  CHECK(file != NULL && fgets(line, sizeof line, file) != NULL);
  CHECK(atol(line) > 1 && ends((pid_t) atol(line)));
  if (file != NULL)
    fclose(file);
  unlink(path);
}

static void
test_cleanup(void)
{
  struct remote_job job = run_here("trap 'echo cleaned; exit 1' TERM; sleep 300", 8);

  CHECK(job.result == REMOTE_TIMEOUT);
  IS(text_get(&job.output), "cleaned\n");
  remote_job_free(&job);
}

/* A daemon that holds the script's output does not hold up the job, and is
 * not ended with it. */
static void
test_daemon(void)
{
  struct remote_job job = run_here("setsid sleep 300 & echo $!", 30);
  pid_t pid = (pid_t) atol(text_get(&job.output));

  CHECK(job.result == REMOTE_OK);
  CHECK(pid > 1 && kill(pid, 0) == 0);
  if (pid > 1)
    kill(pid, SIGKILL);
  remote_job_free(&job);
}

static void
test_sizes(void)
{
  CLEANUP_TEXT struct text script = { 0 };
  struct remote_job job;

  job = run_here("head -c 1000000 /dev/zero | tr '\\0' x", 0);
  CHECK(job.result == REMOTE_OK && job.output.length == 1000000);
  CHECK(strspn(text_get(&job.output), "x") == 1000000);
  remote_job_free(&job);

  job = run_here("head -c 5000000 /dev/zero | tr '\\0' x; echo last", 0);
  CHECK(job.result == REMOTE_FAILED && job.output.length < 1100000);
  reports(&job, ROCKS_EBACKEND,
          "here: step failed with status 0: it said more than 1024 KiB");
  remote_job_free(&job);

  job = run_here("head -c 5000000 /dev/zero | tr '\\0' x >&2; echo '\nlast' >&2; exit 2", 0);
  CHECK(job.status == 2 && job.errors.length < 1100000);
  CHECK(strcmp(text_get(&job.errors) + job.errors.length - 6, "\nlast\n") == 0);
  remote_job_free(&job);

  while (script.length < 200 * 1024)
    text_add(&script, "n=$((${n:-0} + 1)) # %zu\n", script.length);
  text_add(&script, "echo $n");
  job = run_here(text_get(&script), 0);
  CHECK(job.result == REMOTE_OK);
  CHECK((size_t) atol(text_get(&job.output)) == count(text_get(&script), "n=$"));
  remote_job_free(&job);
}

/* A shell that does not read its script: no signal, no endless wait. */
static void
test_unread(void)
{
  struct sigaction before, after;
  CLEANUP_TEXT struct text script = { 0 };
  struct remote_job job;

  sigaction(SIGPIPE, NULL, &before);
  text_add(&script, ")\nexec 0</dev/null; kill -9 $$\n(");
  while (script.length < 4 * 1024 * 1024)
    text_add_char(&script, '#', 4096);
  job = run_here(text_get(&script), 20);
  sigaction(SIGPIPE, NULL, &after);
  CHECK(job.result == REMOTE_FAILED && job.status == 137);
  CHECK(before.sa_handler == SIG_DFL && after.sa_handler == SIG_DFL);
  remote_job_free(&job);
}

static void
run_many(struct remote_job *jobs, size_t n, const char *script, size_t limit)
{
  struct rocks_call call;
  size_t i;

  call_init(&call);
  for (i = 0; i < n; i++)
    jobs[i] = (struct remote_job){ .host = &here, .script = script };
  CHECK(remote_run(&call, jobs, n, limit) == 0);
  for (i = 0; i < n; i++)
    CHECK(jobs[i].result == REMOTE_OK);
  call_free(&call);
}

/* Each of a hundred says how many it saw at work, never more than the limit;
 * and as many as the limit do work at once, since they wait for each other. */
static void
test_limit(const char *folder)
{
  CLEANUP_FREE char *counting = mem_format(
    "cd '%s'; mkdir \"work.$$\"; ls -d work.* | wc -l; rmdir \"work.$$\"", folder);
  CLEANUP_FREE char *meeting = mem_format(
    "cd '%s'; mkdir \"meet.$$\"; n=0; while [ \"$(ls -d meet.* | wc -l)\" -lt 5 ]; do\n"
    "n=$((n + 1)); [ $n -lt 1000 ] || exit 1; sleep 0.02; done", folder);
  CLEANUP_FREE char *clearing = mem_format("cd '%s'; rmdir meet.*", folder);
  static struct remote_job jobs[100];
  struct remote_job job;
  size_t i;

  run_many(jobs, 100, counting, 5);
  for (i = 0; i < 100; i++) {
    long seen = atol(text_get(&jobs[i].output));

    CHECK(seen >= 1 && seen <= 5);
    remote_job_free(&jobs[i]);
  }
  run_many(jobs, 5, meeting, 5);
  for (i = 0; i < 5; i++)
    remote_job_free(&jobs[i]);
  job = run_here(clearing, 0);
  remote_job_free(&job);
}

static size_t
open_files(void)
{
  DIR *folder = opendir("/proc/self/fd");
  size_t n = 0;

  while (folder != NULL && readdir(folder) != NULL)
    n++;
  if (folder != NULL)
    closedir(folder);
  return n;
}

static void
test_labels(void)
{
  const struct remote_host away = { .site = "b", .name = "vm-container-0-1" };
  struct remote_job job = { .host = &away, .result = REMOTE_UNREACHABLE, .status = 255 };
  CLEANUP_FREE char *home = remote_label(&here), *label = remote_label(&away);

  IS(home, "here");
  IS(label, "b:vm-container-0-1");
  text_add(&job.errors, "ssh: connect to host 10.0.0.9 port 22: Connection timed out\r\n");
  reports(&job, ROCKS_EUNREACHABLE, "b:vm-container-0-1 does not answer: "
          "ssh: connect to host 10.0.0.9 port 22: Connection timed out");
  remote_job_free(&job);
}

int
main(void)
{
  char folder[] = "/tmp/unit-remote.XXXXXX";
  size_t before = open_files();

  if (mkdtemp(folder) == NULL) {
    perror(folder);
    return 1;
  }
  test_script();
  test_quoting();
  test_statuses();
  test_timeout(folder);
  test_cleanup();
  test_daemon();
  test_sizes();
  test_unread();
  test_limit(folder);
  test_labels();
  CHECK(open_files() == before);
  CHECK(rmdir(folder) == 0);
  return failures != 0;
}
