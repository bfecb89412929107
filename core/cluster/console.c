/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cluster/console.h"
#include "cluster/worker.h"
#include "remote/remote.h"

#define GREETING_TIMEOUT 15000 /* ms */

static int
ask_hypervisor(struct control *control, const struct member_state *state,
               struct rocks_vm_console *console)
{
  const struct backend *vm = control->cluster.vm;
  const char *name = state->member->name;
  void *connection;
  int result;

  if (vm->ops.vm.console == NULL)
    return call_fail(control->call, ROCKS_EUNSUPPORTED,
                     "the VM backend %s does not show the console of %s", vm->plugin.name, name);
  if (hypervisor_connect(control->call, vm, state->site, state->container, false, &connection)
      != 0)
    return -1;
  result = vm->ops.vm.console(connection, control->call, name, console);
  vm->ops.vm.disconnect(connection);
  /* Containers have the same names at every site. */
  if (result != 0 && !state->site->home)
    call_context(control->call, "%s", model_label(&control->model, state->site, state->container));
  return result;
}

/* A VNC server speaks first (RFC 6143 7.1.1): so one that does not is none. */
static bool
speaks(int fd)
{
  struct pollfd ready = { .fd = fd, .events = POLLIN };
  char first;

  return poll(&ready, 1, GREETING_TIMEOUT) == 1 && recv(fd, &first, 1, MSG_PEEK) == 1;
}

static int
open_console(struct control *control, const struct member_state *state)
{
  struct rocks_vm_console console = { .size = sizeof console };
  struct remote_host host = worker_host(state->site, state->container);
  int fd;

  if (ask_hypervisor(control, state, &console) != 0)
    return -1;
  fd = remote_connect(control->call, &host, console.address, console.port);
  if (fd < 0 || speaks(fd))
    return fd;
  close(fd);
  return call_fail(control->call, ROCKS_EUNREACHABLE, "nobody answers at the console of VM %s",
                   state->member->name);
}

int
control_console(struct control *control, const char *member)
{
  struct member_state *states;
  size_t i;

  control_members(control, &states);
  for (i = 0; i < control->cluster.row.nmembers; i++)
    if (states[i].site != NULL && strcmp(states[i].member->name, member) == 0)
      return open_console(control, &states[i]);
  return call_fail(control->call, ROCKS_ENOTFOUND, "there is no VM %s", member);
}
