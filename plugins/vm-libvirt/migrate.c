/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * A VM that runs goes to another container.  We hold both ends, so neither
 * libvirtd needs a key for the other; only the memory goes straight from
 * hypervisor to hypervisor.
 */
#include <stdio.h>
#include <string.h>

#include "vm-libvirt.h"

/* The parameters of a migration; 0, or -1 out of memory. */
static int
parameters(const struct vm_backend *backend, const char *address, virTypedParameterPtr *params,
           int *count)
{
  /* An IPv6 address would be one more colon. */
  bool six = strchr(address, ':') != NULL;
  int room = 0, result = -1;
  char uri[300];

  if ((size_t)snprintf(uri, sizeof uri, "tcp://%s%s%s", six ? "[" : "", address,
                       six ? "]" : "") < sizeof uri)
    result = virTypedParamsAddString(params, count, &room, VIR_MIGRATE_PARAM_URI, uri);
  /* Else the memory could be sent to any of its addresses. */
  if (result == 0 && backend->listen)
    result = virTypedParamsAddString(params, count, &room, VIR_MIGRATE_PARAM_LISTEN_ADDRESS,
                                     address);
  return result;
}

int
vm_migrate(void *connection, struct rocks_call *call, const char *name, void *destination,
           const char *address)
{
  const unsigned flags = VIR_MIGRATE_LIVE | VIR_MIGRATE_PAUSED | VIR_MIGRATE_PERSIST_DEST |
                         VIR_MIGRATE_UNDEFINE_SOURCE;
  struct vm_connection *here = connection, *there = destination;
  virDomainPtr domain = virDomainLookupByName(here->conn, name), moved = NULL;
  virTypedParameterPtr params = NULL;
  int count = 0, result = 0;

  if (domain == NULL)
    return vm_libvirt_error(here, call, "look for VM", name, NULL);
  if (parameters(here->state->backend, address, &params, &count) == 0) {
    moved = virDomainMigrate3(domain, there->conn, params, (unsigned)count, flags);
    /* libvirt knows some file systems to be shared; the core has tried it out. */
    if (moved == NULL && virGetLastErrorCode() == VIR_ERR_MIGRATE_UNSAFE)
      moved = virDomainMigrate3(domain, there->conn, params, (unsigned)count,
                                flags | VIR_MIGRATE_UNSAFE);
  }
  if (moved == NULL)
    result = vm_libvirt_error(here, call, "move VM", name, NULL);
  else
    virDomainFree(moved);
  virTypedParamsFree(params, count);
  virDomainFree(domain);
  return result;
}
