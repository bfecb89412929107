/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The connection to a container's libvirtd, and what it says about the host.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/uri.h>

#include "vm-libvirt.h"

/* libvirt prints errors on stderr unless somebody takes them: the core is the
 * only one who prints. */
static void
quiet(void *arg, virErrorPtr error)
{
  (void)arg;
  (void)error;
}

int
vm_start_module(const struct vm_backend *backend, struct rocks_call *call,
                const struct rocks_core *core, void **state)
{
  struct vm_state *made = calloc(1, sizeof *made);

  if (made == NULL) {
    core->error(call, ROCKS_EMEMORY, "out of memory");
    return -1;
  }
  made->core = core;
  made->backend = backend;
  /* Not the connection's own handler: opening one can fail as well. */
  virSetErrorFunc(NULL, quiet);
  *state = made;
  return 0;
}

void
vm_stop_module(void *state)
{
  free(state);
}

int
vm_libvirt_error(struct vm_connection *connection, struct rocks_call *call, const char *doing,
                 const char *name, virErrorPtr why)
{
  enum rocks_code code = ROCKS_EBACKEND;

  /* Each call of libvirt forgets the error before it. */
  if (why == NULL)
    why = virSaveLastError();
  if (virConnectIsAlive(connection->conn) == 0)
    code = ROCKS_EUNREACHABLE;
  connection->state->core->error(call, code, "cannot %s '%s' on %s: libvirt: %s", doing, name,
                                 connection->host,
                                 why != NULL && why->message != NULL ? why->message
                                                                     : "no error");
  virFreeError(why);
  return -1;
}

/* The URI to open; the caller frees it. */
static char *
target_uri(const struct vm_backend *backend, const struct rocks_vm_target *target)
{
  const char *base = target->uri != NULL ? target->uri : backend->uri;
  xmlChar *socket = NULL;
  char *uri = NULL;

  if (target->uri == NULL && target->socket != NULL) {
    base = backend->socket_uri;
    socket = xmlURIEscapeStr((const xmlChar *)target->socket, (const xmlChar *)"/");
    if (socket == NULL)
      return NULL;
  }
  if (asprintf(&uri, "%s%s", base, socket != NULL ? (const char *)socket : "") == -1)
    uri = NULL;
  xmlFree(socket);
  return uri;
}

/* libvirt's test driver, which rehearses all calls in memory, takes no other
 * domain type than its own. */
static const char *
domain_type(virConnectPtr conn, const struct vm_backend *backend, bool emulate)
{
  const char *driver = virConnectGetType(conn);

  if (driver != NULL && strcmp(driver, "TEST") == 0)
    return "test";
  return emulate ? backend->emulated_type : backend->domain_type;
}

int
vm_connect(void *state, struct rocks_call *call, const struct rocks_vm_target *target,
           void **connection)
{
  const struct vm_state *module = state;
  struct vm_connection *made = calloc(1, sizeof *made);
  char *uri = target_uri(module->backend, target);

  if (made == NULL || uri == NULL || (made->host = strdup(target->host)) == NULL) {
    module->core->error(call, ROCKS_EMEMORY, "out of memory");
    goto fail;
  }
  module->core->debug(call, "%s: opening %s", target->host, uri);
  made->conn = virConnectOpen(uri);
  if (made->conn == NULL) {
    module->core->error(call, ROCKS_EUNREACHABLE, "cannot reach libvirt on %s: libvirt: %s",
                        target->host, virGetLastErrorMessage());
    goto fail;
  }
  made->state = module;
  made->emulate = target->emulate && module->backend->emulate != NULL;
  made->domain_type = domain_type(made->conn, module->backend, made->emulate);
  free(uri);
  *connection = made;
  return 0;

fail:
  free(uri);
  if (made != NULL)
    free(made->host);
  free(made);
  return -1;
}

void
vm_disconnect(void *connection)
{
  struct vm_connection *closing = connection;

  virConnectClose(closing->conn);
  free(closing->host);
  free(closing);
}

int
vm_capacity(void *connection, struct rocks_call *call, struct rocks_vm_capacity *capacity)
{
  struct vm_connection *here = connection;
  virNodeInfo info;

  if (virNodeGetInfo(here->conn, &info) != 0) {
    here->state->core->error(call, ROCKS_EBACKEND,
                             "cannot ask %s for its size: libvirt: %s", here->host,
                             virGetLastErrorMessage());
    return -1;
  }
  capacity->cpus = info.cpus;
  capacity->memory = info.memory / 1024; /* libvirt counts in KiB */
  return 0;
}

static enum rocks_vm_state
state_of(int state, bool active)
{
  switch (state) {
  case VIR_DOMAIN_PAUSED:
  case VIR_DOMAIN_PMSUSPENDED:
    return ROCKS_VM_PAUSED;
  case VIR_DOMAIN_SHUTDOWN:
    return ROCKS_VM_SHUTDOWN;
  case VIR_DOMAIN_SHUTOFF:
    return ROCKS_VM_DEFINED;
  case VIR_DOMAIN_CRASHED:
    return ROCKS_VM_CRASHED;
  default:
    /* Xen has moments without any state. */
    return active ? ROCKS_VM_ACTIVE : ROCKS_VM_DEFINED;
  }
}

/* Drivers without bulk statistics are asked VM by VM. */
static int
states_one_by_one(struct vm_connection *here,
                  int (*vm)(void *arg, const char *name, enum rocks_vm_state), void *arg)
{
  virDomainPtr *domains = NULL;
  int i, state, result = 0, count = virConnectListAllDomains(here->conn, &domains, 0);

  if (count < 0)
    return -1;
  for (i = 0; i < count; i++) {
    /* One that vanished since the list was made is none. */
    if (result == 0 && virDomainGetState(domains[i], &state, NULL, 0) == 0)
      result = vm(arg, virDomainGetName(domains[i]),
                  state_of(state, virDomainGetID(domains[i]) != (unsigned)-1));
    virDomainFree(domains[i]);
  }
  free(domains);
  return result == 0 ? 0 : 1;
}

static int
states_at_once(struct vm_connection *here,
               int (*vm)(void *arg, const char *name, enum rocks_vm_state), void *arg)
{
  virDomainStatsRecordPtr *records = NULL;
  int i, state, result = 0;
  int count = virConnectGetAllDomainStats(here->conn, VIR_DOMAIN_STATS_STATE, &records, 0);

  if (count < 0)
    return -1;
  for (i = 0; i < count && result == 0; i++) {
    virDomainPtr domain = records[i]->dom;

    if (virTypedParamsGetInt(records[i]->params, records[i]->nparams, "state.state", &state) == 1)
      result = vm(arg, virDomainGetName(domain),
                  state_of(state, virDomainGetID(domain) != (unsigned)-1));
  }
  virDomainStatsRecordListFree(records);
  return result == 0 ? 0 : 1;
}

int
vm_states(void *connection, struct rocks_call *call,
          int (*vm)(void *arg, const char *name, enum rocks_vm_state), void *arg)
{
  struct vm_connection *here = connection;
  int result = states_at_once(here, vm, arg);

  if (result == -1 && virGetLastErrorCode() == VIR_ERR_NO_SUPPORT)
    result = states_one_by_one(here, vm, arg);
  if (result == -1)
    here->state->core->error(call, ROCKS_EBACKEND, "cannot list the VMs of %s: libvirt: %s",
                             here->host, virGetLastErrorMessage());
  return result == 0 ? 0 : -1;
}
