/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/relay.h"

struct flow {
  int from, to;
  char data[16384];
  size_t at, end;
  bool over;
};

static bool
is_final(ssize_t n)
{
  return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

/* Moves what can be moved without waiting; false once it has ended and all is
 * delivered, or nobody takes it. */
static bool
step(struct flow *flow)
{
  ssize_t n;

  if (flow->at == flow->end && !flow->over) {
    n = recv(flow->from, flow->data, sizeof flow->data, 0);
    flow->over = is_final(n);
    flow->at = 0;
    flow->end = n > 0 ? (size_t) n : 0;
  }
  if (flow->at < flow->end) {
    n = send(flow->to, flow->data + flow->at, flow->end - flow->at, MSG_NOSIGNAL);
    if (n > 0)
      flow->at += (size_t) n;
    else if (is_final(n))
      return false;
  }
  return flow->at < flow->end || !flow->over;
}

static void
wait_for_news(const struct flow *flows)
{
  struct pollfd fds[4];
  int i;

  for (i = 0; i < 2; i++) {
    const struct flow *flow = &flows[i];
    bool full = flow->at < flow->end;

    fds[2 * i] = (struct pollfd){ .fd = full || flow->over ? -1 : flow->from, .events = POLLIN };
    fds[2 * i + 1] = (struct pollfd){ .fd = full ? flow->to : -1, .events = POLLOUT };
  }
  poll(fds, 4, -1);
}

void
relay_sockets(int a, int b)
{
  struct flow flows[2] = { { .from = a, .to = b }, { .from = b, .to = a } };

  fcntl(a, F_SETFL, fcntl(a, F_GETFL) | O_NONBLOCK);
  fcntl(b, F_SETFL, fcntl(b, F_GETFL) | O_NONBLOCK);
  while (step(&flows[0]) && step(&flows[1]))
    wait_for_news(flows);
}
