/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "airboss/helper.h"
#include "base/clock.h"
#include "remote/spawn.h"

#define SAID_MAX ((size_t) 16 * 1024)
#define FOREVER INT64_C(1000000000)

static const char *program = PKGLIBEXECDIR "/rocks-airboss-tls";

void
helper_init(const char *path)
{
  program = path;
}

static int
cannot(struct rocks_call *call, int error)
{
  return call_fail(call, ROCKS_EBACKEND, "cannot run %s: %s", program, strerror(error));
}

int
helper_socket(struct rocks_call *call, int ends[2])
{
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return cannot(call, errno);
  ends[0] = spawn_end(ends[0]);
  ends[1] = spawn_end(ends[1]);
  return ends[0] >= 0 && ends[1] >= 0 ? 0 : cannot(call, errno);
}

static int
spawn(struct helper *helper, const struct list *argv, int input, int output, int errors)
{
  static const int signals[] = { SIGTERM, SIGINT, 0 };
  const struct spawn how = { .argv = argv, .input = input >= 0 ? input : SPAWN_OURS,
                             .output = output >= 0 ? output : SPAWN_NULL, .errors = errors,
                             .signals = signals };

  return spawn_start(&how, &helper->pid);
}

int
helper_start(struct rocks_call *call, struct helper *helper, const char *const *words, int input,
             int output)
{
  CLEANUP_LIST struct list argv = { 0 };
  int ends[2], error;

  *helper = (struct helper){ .errors = -1, .status = HELPER_FAILED };
  list_add(&argv, program);
  for (; *words != NULL; words++)
    list_add(&argv, *words);
  if (pipe2(ends, O_CLOEXEC) != 0)
    return cannot(call, errno);
  ends[0] = spawn_end(ends[0]);
  ends[1] = spawn_end(ends[1]);
  if (ends[0] < 0 || ends[1] < 0)
    return cannot(call, errno);
  error = spawn(helper, &argv, input, output, ends[1]);
  close(ends[1]);
  helper->errors = ends[0];
  if (error == 0)
    return 0;
  helper->pid = 0;
  helper_free(helper);
  return cannot(call, error);
}

/* Until it closes its standard error, which it does when it ends. */
static void
hear(struct helper *helper, struct text *said, int64_t deadline)
{
  struct pollfd fd = { .fd = helper->errors, .events = POLLIN };
  char block[1024];
  ssize_t n = 1;

  while (n > 0) {
    int64_t left = deadline - clock_ms();
    int ready = poll(&fd, 1, left <= 0 ? 0 : left > 60000 ? 60000 : (int) left);

    if ((ready < 0 && errno == EINTR) || (ready == 0 && left > 60000))
      continue;
    if (ready <= 0) {
      kill(helper->pid, SIGKILL);
      return;
    }
    n = read(helper->errors, block, sizeof block);
    if (n > 0 && said->length < SAID_MAX)
      text_add_bytes(said, block, (size_t) n);
  }
}

/* Whatever it says may come from a stranger: one line, nothing that a terminal
 * would obey. */
static void
keep_line(struct helper *helper, char *line)
{
  char *c;

  for (c = line; *c != '\0'; c++)
    if ((unsigned char) *c < ' ' || *c == 0x7f)
      *c = '?';
  if (strncmp(line, HELPER_NOTE, strlen(HELPER_NOTE)) == 0) {
    list_add(&helper->notes, line + strlen(HELPER_NOTE));
    return;
  }
  text_free(&helper->why);
  text_add(&helper->why, "%s", line);
}

void
helper_end(struct helper *helper, int64_t patience)
{
  CLEANUP_TEXT struct text said = { 0 };
  CLEANUP_LIST struct list lines = { 0 };
  int status = 0;
  size_t i;

  if (helper->pid == 0)
    return;
  hear(helper, &said, clock_ms() + patience);
  while (waitpid(helper->pid, &status, 0) < 0 && errno == EINTR)
    continue;
  helper->pid = 0;
  close(helper->errors);
  helper->errors = -1;
  list_split(&lines, text_get(&said), "\n");
  for (i = 0; i < lines.count; i++)
    keep_line(helper, lines.item[i]);
  helper->status = WIFEXITED(status) ? WEXITSTATUS(status) : HELPER_FAILED;
  if (helper->status != HELPER_OK && helper->why.length == 0)
    text_add(&helper->why, "%s", WIFSIGNALED(status) ? "it took too long" : "it failed");
}

void
helper_free(struct helper *helper)
{
  helper_end(helper, 0);
  if (helper->errors >= 0)
    close(helper->errors);
  helper->errors = -1;
  text_free(&helper->why);
  list_free(&helper->notes);
}

int
helper_run(struct rocks_call *call, const char *const *words, struct text *output)
{
  struct helper helper;
  char block[4096];
  int ends[2], result = -1;
  ssize_t n;

  if (helper_socket(call, ends) != 0)
    return -1;
  result = helper_start(call, &helper, words, -1, ends[1]);
  close(ends[1]);
  if (result == 0) {
    while ((n = read(ends[0], block, sizeof block)) > 0 || (n < 0 && errno == EINTR))
      if (n > 0)
        text_add_bytes(output, block, (size_t) n);
    helper_end(&helper, FOREVER);
    if (helper.status != HELPER_OK)
      result = call_fail(call, ROCKS_EBACKEND, "%s", text_get(&helper.why));
    helper_free(&helper);
  }
  close(ends[0]);
  return result;
}
