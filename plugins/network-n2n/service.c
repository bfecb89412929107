/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * rocks start|stop|list service supernode: the supernodes of this machine.
 */
#include <config.h>

#include "n2n.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One run of a command. */
struct service {
  const struct n2n *n2n;
  struct rocks_call *call;
  struct n2n_site site;
  char *relays;                /* owned */
  struct rocks_script *script; /* owned */
  bool table;                  /* shows each relay as a row */
  unsigned here;               /* relays that were found on this machine */
};

static int
service_open(struct service *service, void *state, struct rocks_call *call, size_t nargs,
             const char *const *args)
{
  const struct n2n *n2n = state;
  const struct rocks_settings *params = n2n->core->params(call);

  *service = (struct service){ .n2n = n2n, .call = call };
  service->site.params = params;
  service->site.address = n2n_param(params, "Kickstart_PublicAddress");
  if (nargs > 0) {
    n2n->core->error(call, ROCKS_EINVALID,
                     "\"%s\" is too much: this command is about this machine only", args[0]);
    return -1;
  }
  service->relays = n2n_site_relays(n2n, call, &service->site);
  if (service->relays == NULL)
    return -1;
  service->script = n2n->core->script_new(call);
  if (service->script == NULL)
    return -1;
  n2n->core->script_code(service->script, n2n_host_code);
  return 0;
}

static void
service_close(struct service *service)
{
  free(service->relays);
  if (service->script != NULL)
    service->n2n->core->script_free(service->script);
}

/* `function HOST PORT OURS` for each relay. */
static int
each_relay(struct service *service, const char *function)
{
  const char *rest = service->relays;
  struct n2n_relay relay;
  int more;

  while ((more = n2n_next_relay(service->n2n, service->call, &rest, 0, &relay)) == 1) {
    char port[16];

    snprintf(port, sizeof port, "%u", relay.port);
    service->n2n->core->script_run(service->script, function, relay.host, port,
                                   strcmp(relay.host, service->site.address) == 0 ? "yes" : "no",
                                   NULL);
  }
  return more;
}

/* Takes a line of n2n_relay_show: HOST PORT STATE. */
static int
take_line(void *arg, const char *text)
{
  struct service *service = arg;
  char host[254], port[8], state[16];

  if (sscanf(text, "%253s %7s %15s", host, port, state) != 3)
    return 0;
  if (strcmp(state, "elsewhere") != 0)
    service->here++;
  if (service->table)
    service->n2n->core->row(service->call, host, port, state, NULL);
  return 0;
}

/* Runs the script and shows each relay; `must_be_here`: one has to be ours. */
static int
service_run(struct service *service, bool must_be_here)
{
  const struct rocks_core *core = service->n2n->core;

  if (each_relay(service, "n2n_relay_show") == -1
      || core->run_here(service->call, service->script, take_line, service) == -1)
    return -1;
  if (must_be_here && service->here == 0) {
    core->error(service->call, ROCKS_ENOTFOUND, "no supernode of this site (%s) is this machine",
                service->relays);
    return -1;
  }
  return 0;
}

static int
start_supernode(void *state, struct rocks_call *call, const struct rocks_settings *params,
                const char *const *args, size_t nargs)
{
  struct service service;
  int result = -1;

  (void)params;
  if (service_open(&service, state, call, nargs, args) == 0
      && n2n_relay_steps(service.n2n, call, service.relays, service.site.address, service.script)
           == 0)
    result = service_run(&service, true);
  service_close(&service);
  return result;
}

static int
stop_supernode(void *state, struct rocks_call *call, const struct rocks_settings *params,
               const char *const *args, size_t nargs)
{
  struct service service;
  int result = -1;

  (void)params;
  if (service_open(&service, state, call, nargs, args) == 0
      && each_relay(&service, "n2n_relay_down") == 0)
    result = service_run(&service, true);
  service_close(&service);
  return result;
}

static int
list_supernode(void *state, struct rocks_call *call, const struct rocks_settings *params,
               const char *const *args, size_t nargs)
{
  struct service service;
  int result = -1;

  (void)params;
  if (service_open(&service, state, call, nargs, args) == 0) {
    service.table = true;
    service.n2n->core->heading(call, "HOST", "PORT", "STATE", NULL);
    result = service_run(&service, false);
  }
  service_close(&service);
  return result;
}

const struct rocks_command n2n_commands[] = {
  { .words = "list service supernode",
    .usage = "",
    .about = "Lists the site's supernodes and whether they run: running, stopped, or elsewhere "
             "when they are not this machine's business.",
    .root = true,
    .run = list_supernode },
  { .words = "start service supernode",
    .usage = "",
    .about = "Starts the site's supernode on this machine, now and at boot.  Does nothing if it "
             "runs.",
    .root = true,
    .run = start_supernode },
  { .words = "stop service supernode",
    .usage = "",
    .about = "Stops the site's supernode on this machine.  VMs whose traffic it relays lose "
             "their network.",
    .root = true,
    .run = stop_supernode },
  { .words = NULL },
};
