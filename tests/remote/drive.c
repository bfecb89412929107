/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The remote part as commands, for test-remote.sh and bench/ssh-fanout.sh.
 *
 *   drive run SECONDS SCRIPT-FILE HOST...    all at once; a block for each host
 *   drive time SECONDS SCRIPT-FILE HOST...   the same; prints milliseconds only
 *   drive forward SOCKET HOST                prints the local path, then ends
 *                                            when its standard input does
 *   drive serve SOCKET                       answers "you said X" to one line X,
 *                                            to one caller after the other
 *   drive ask SOCKET TEXT                    prints the answer
 *   HOST: site,name,address,frontend         site and frontend may be empty;
 *         without an address it is this machine
 */
#include <config.h>

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "remote/remote.h"

static int
usage(void)
{
  fputs("usage: drive run|time SECONDS SCRIPT-FILE HOST... | forward SOCKET HOST\n"
        "     | serve SOCKET | ask SOCKET TEXT\n", stderr);
  return 2;
}

/* Cuts `text` at its commas. */
static int
parse_host(char *text, struct remote_host *host)
{
  const char **field[] = { &host->site, &host->name, &host->address, &host->frontend };
  size_t i;

  *host = (struct remote_host){ 0 };
  for (i = 0; i < 4; i++) {
    if (text == NULL)
      return usage();
    *field[i] = strsep(&text, ",");
  }
  if (host->frontend[0] == '\0')
    host->frontend = NULL;
  host->local = host->address[0] == '\0';
  return 0;
}

static int
read_file(const char *path, struct text *text)
{
  FILE *file = fopen(path, "re");
  char block[4096];
  size_t n;

  if (file == NULL) {
    perror(path);
    return -1;
  }
  while ((n = fread(block, 1, sizeof block, file)) > 0)
    text_add_bytes(text, block, n);
  fclose(file);
  return 0;
}

static void
show(const struct remote_job *job)
{
  static const char *const results[] = { "OK", "FAILED", "UNREACHABLE", "TIMEOUT" };
  CLEANUP_FREE char *label = remote_label(job->host);
  struct rocks_call call;

  call_init(&call);
  remote_report(&call, job);
  printf("%s %s %d\n%s", label, results[job->result], job->status, text_get(&job->output));
  if (call.message != NULL)
    printf("Error: %s\n", call.message);
  call_free(&call);
}

static int
run(bool quiet, unsigned seconds, const char *path, char **words, size_t n)
{
  CLEANUP_TEXT struct text script = { 0 };
  CLEANUP_FREE struct remote_host *hosts = mem_new(n, sizeof *hosts);
  CLEANUP_FREE struct remote_job *jobs = mem_new(n, sizeof *jobs);
  struct timespec from, to;
  struct rocks_call call;
  size_t i, bad;

  if (read_file(path, &script) != 0)
    return 2;
  for (i = 0; i < n; i++) {
    if (parse_host(words[i], &hosts[i]) != 0)
      return 2;
    jobs[i] = (struct remote_job){
      .host = &hosts[i], .script = text_get(&script), .timeout = seconds,
    };
  }
  call_init(&call);
  clock_gettime(CLOCK_MONOTONIC, &from);
  bad = remote_run(&call, jobs, n, 0);
  clock_gettime(CLOCK_MONOTONIC, &to);
  call_free(&call);
  if (quiet)
    printf("%.0f\n", (double) (to.tv_sec - from.tv_sec) * 1e3
                       + (double) (to.tv_nsec - from.tv_nsec) / 1e6);
  for (i = 0; i < n; i++) {
    if (!quiet || jobs[i].result != REMOTE_OK)
      show(&jobs[i]);
    remote_job_free(&jobs[i]);
  }
  remote_close();
  return bad != 0;
}

static int
forward(const char *socket, char *word)
{
  struct remote_host host;
  struct rocks_call call;
  char *local, *again, byte;

  if (parse_host(word, &host) != 0)
    return 2;
  call_init(&call);
  local = remote_forward(&call, &host, socket);
  again = local != NULL ? remote_forward(&call, &host, socket) : NULL;
  if (call.message != NULL)
    printf("Error: %s\n", call.message);
  else
    printf("%s\n%s\n", local, strcmp(local, again) == 0 ? "the same again" : again);
  fflush(stdout);
  call_free(&call);
  while (local != NULL && read(STDIN_FILENO, &byte, 1) > 0)
    ;
  remote_close();
  free(again);
  free(local);
  return local == NULL;
}

static int
open_socket(const char *path, struct sockaddr_un *address)
{
  *address = (struct sockaddr_un){ .sun_family = AF_UNIX };
  snprintf(address->sun_path, sizeof address->sun_path, "%s", path);
  return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static int
serve(const char *path)
{
  struct sockaddr_un address;
  int fd = open_socket(path, &address);

  if (bind(fd, (struct sockaddr *) &address, sizeof address) != 0 || listen(fd, 5) != 0) {
    perror(path);
    return 1;
  }
  for (;;) {
    int caller = accept(fd, NULL, NULL);
    FILE *stream = caller >= 0 ? fdopen(caller, "r+") : NULL;
    char line[128];

    if (stream == NULL)
      return 1;
    if (fgets(line, sizeof line, stream) != NULL)
      fprintf(stream, "you said %s", line);
    fclose(stream);
  }
}

static int
ask(const char *path, const char *text)
{
  struct sockaddr_un address;
  int fd = open_socket(path, &address);
  char answer[256];
  ssize_t n = 0;

  if (connect(fd, (struct sockaddr *) &address, sizeof address) != 0) {
    perror(path);
    return 1;
  }
  dprintf(fd, "%s\n", text);
  while ((n = read(fd, answer, sizeof answer)) > 0)
    fwrite(answer, 1, (size_t) n, stdout);
  close(fd);
  return 0;
}

int
main(int argc, char **argv)
{
  if (argc == 4 && strcmp(argv[1], "forward") == 0)
    return forward(argv[2], argv[3]);
  if (argc == 3 && strcmp(argv[1], "serve") == 0)
    return serve(argv[2]);
  if (argc == 4 && strcmp(argv[1], "ask") == 0)
    return ask(argv[2], argv[3]);
  if (argc < 5 || (strcmp(argv[1], "run") != 0 && strcmp(argv[1], "time") != 0))
    return usage();
  return run(argv[1][0] == 't', (unsigned) strtoul(argv[2], NULL, 10), argv[3], argv + 4,
             (size_t) argc - 4);
}
