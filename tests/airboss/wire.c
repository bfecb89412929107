/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What somebody on the wire can do to airboss, for tests:
 *
 *   wire record LISTEN-PORT PORT FILE   passes one connection on; keeps what the client sent
 *   wire replay PORT FILE               sends that again; prints how many bytes were answered
 *                                       and what became of the connection
 *   wire idle PORT N FILE               opens N connections, says nothing, and stays until its
 *                                       standard input ends; FILE appears when they are open
 *   wire greet PORT                     prints the first line that is said at a port
 * All ports are of 127.0.0.1.
 */
#include <config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"

#define PATIENCE 20000 /* ms */

static int
fail(const char *what)
{
  fprintf(stderr, "wire: %s: %s\n", what, strerror(errno));
  return 1;
}

static struct sockaddr_in
address_of(const char *port)
{
  return (struct sockaddr_in){ .sin_family = AF_INET,
                               .sin_port = htons((uint16_t) strtoul(port, NULL, 10)),
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static int
connect_to(const char *port)
{
  struct sockaddr_in address = address_of(port);
  int fd = socket(AF_INET, SOCK_STREAM, 0);

  if (fd < 0 || connect(fd, (struct sockaddr *) &address, sizeof address) != 0)
    return -1;
  return fd;
}

static int
accept_at(const char *port)
{
  struct sockaddr_in address = address_of(port);
  int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;

  if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0
      || bind(fd, (struct sockaddr *) &address, sizeof address) != 0 || listen(fd, 1) != 0)
    return -1;
  return accept(fd, NULL, NULL);
}

/* Moves what is there; false at the end. */
static bool
pass(int from, int to, FILE *copy)
{
  char block[16384];
  ssize_t n = recv(from, block, sizeof block, 0);

  if (n <= 0 || send(to, block, (size_t) n, MSG_NOSIGNAL) != n)
    return false;
  return copy == NULL || fwrite(block, 1, (size_t) n, copy) == (size_t) n;
}

static int
record(const char *listen_port, const char *port, const char *file)
{
  FILE *copy = fopen(file, "we");
  int client = accept_at(listen_port), server = connect_to(port);
  struct pollfd fds[2] = { { .fd = client, .events = POLLIN },
                           { .fd = server, .events = POLLIN } };

  if (copy == NULL || client < 0 || server < 0)
    return fail("record");
  while (poll(fds, 2, PATIENCE) > 0) {
    if (fds[0].revents != 0 && !pass(client, server, copy))
      break;
    if (fds[1].revents != 0 && !pass(server, client, NULL))
      break;
  }
  return fclose(copy) == 0 ? 0 : fail(file);
}

static int
replay(const char *port, const char *file)
{
  FILE *copy = fopen(file, "re");
  int server = connect_to(port);
  struct pollfd ready = { .fd = server, .events = POLLIN };
  char block[16384];
  size_t n, sent = 0;
  ssize_t got = 1;

  if (copy == NULL || server < 0)
    return fail("replay");
  while ((n = fread(block, 1, sizeof block, copy)) > 0) {
    if (send(server, block, n, MSG_NOSIGNAL) != (ssize_t) n)
      break;
    sent += n;
  }
  while (got > 0 && poll(&ready, 1, PATIENCE) > 0)
    got = recv(server, block, sizeof block, 0);
  printf("%s\n", sent == 0 ? "nothing to send" : got > 0 ? "open" : "closed");
  return 0;
}

static int
idle(const char *port, const char *count, const char *file)
{
  unsigned long i, n = strtoul(count, NULL, 10);
  char c;

  for (i = 0; i < n; i++)
    if (connect_to(port) < 0)
      return fail("connect");
  fclose(fopen(file, "we"));
  while (read(STDIN_FILENO, &c, 1) > 0)
    continue;
  return 0;
}

static int
greet(const char *port)
{
  int fd = connect_to(port);
  char c = '\0';

  if (fd < 0)
    return fail("connect");
  while (c != '\n' && recv(fd, &c, 1, 0) == 1)
    putchar(c);
  return 0;
}

int
main(int argc, char **argv)
{
  const char *what = argc > 1 ? argv[1] : "";

  alarm(300);
  if (strcmp(what, "record") == 0 && argc == 5)
    return record(argv[2], argv[3], argv[4]);
  if (strcmp(what, "replay") == 0 && argc == 4)
    return replay(argv[2], argv[3]);
  if (strcmp(what, "idle") == 0 && argc == 5)
    return idle(argv[2], argv[3], argv[4]);
  if (strcmp(what, "greet") == 0 && argc == 3)
    return greet(argv[2]);
  return 2;
}
