/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/clock.h"
#include "cluster/frontend.h"

static const char *
attr(const struct site *home, const struct rocks_vm_row *vm, const char *name,
     const char *fallback)
{
  const char *value = rocks_setting_value(&vm->attrs, name);

  if (value == NULL || value[0] == '\0')
    value = rocks_setting_value(&home->attrs, name);
  return value != NULL && value[0] != '\0' ? value : fallback;
}

static const char *
public_ip(const struct rocks_vm_row *vm)
{
  size_t i;

  for (i = 0; i < vm->nnics; i++)
    if (strcmp(vm->nics[i].subnet, "public") == 0 && vm->nics[i].ip[0] != '\0')
      return vm->nics[i].ip;
  return NULL;
}

/* One try of at most a second. */
static bool
connects(uint32_t ip, uint16_t port)
{
  struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port),
                            .sin_addr.s_addr = htonl(ip) };
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  struct pollfd wait = { .fd = fd, .events = POLLOUT };
  socklen_t length = sizeof(int);
  int error = 1;
  bool up;

  if (fd < 0)
    return false;
  up = connect(fd, (struct sockaddr *) &to, sizeof to) == 0;
  if (!up && errno == EINPROGRESS && poll(&wait, 1, 1000) == 1 &&
      getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0)
    up = error == 0;
  close(fd);
  return up;
}

int
frontend_wait(struct rocks_call *call, const struct site *home, const struct rocks_vm_row *vm)
{
  const char *probe = attr(home, vm, "mvc_frontend_probe", "tcp:22");
  const char *bound = attr(home, vm, "mvc_frontend_wait", "600");
  const char *address = public_ip(vm);
  struct timespec half = { .tv_nsec = 500000000 };
  int64_t port, seconds, ends;
  uint32_t ip;

  if (strcmp(probe, "none") == 0)
    return 0;
  if (strncmp(probe, "tcp:", 4) != 0 || !number_parse(probe + 4, 1, 65535, &port))
    return call_fail(call, ROCKS_EINVALID,
                     "attribute mvc_frontend_probe \"%s\" is neither tcp:PORT nor none", probe);
  if (!number_parse(bound, 1, 86400, &seconds))
    return call_fail(call, ROCKS_EINVALID,
                     "attribute mvc_frontend_wait \"%s\" is no number of seconds", bound);
  if (address == NULL || !ip_parse(address, &ip))
    return call_fail(call, ROCKS_EINVALID, "virtual frontend %s has no public address", vm->name);
  for (ends = clock_ms() + seconds * 1000; clock_ms() < ends; nanosleep(&half, NULL))
    if (connects(ip, (uint16_t) port))
      return 0;
  return call_fail(call, ROCKS_EUNREACHABLE,
                   "virtual frontend %s does not answer on %s port %" PRId64 " after %" PRId64
                   " seconds", vm->name, address, port, seconds);
}
