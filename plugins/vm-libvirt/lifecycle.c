/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * A VM's life: defined, started, stopped, suspended, saved, undefined.
 *
 * Each function may be called again after a command was killed half-way: what
 * is already as wanted is no error.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/xmlmemory.h>

#include "vm-libvirt.h"

int
vm_describe(void *state, struct rocks_call *call, const struct rocks_vm *vm,
            void (*text)(void *arg, const char *xml), void *arg)
{
  const struct vm_state *module = state;
  char *xml = vm_domain_xml(module, call, vm, module->backend->domain_type, false, NULL);

  if (xml == NULL)
    return -1;
  text(arg, xml);
  xmlFree(xml);
  return 0;
}

/* Looks a VM up.  Returns 0 with *domain NULL when there is none. */
static int
lookup(struct vm_connection *here, struct rocks_call *call, const char *name,
       virDomainPtr *domain)
{
  *domain = virDomainLookupByName(here->conn, name);
  if (*domain != NULL || virGetLastErrorCode() == VIR_ERR_NO_DOMAIN)
    return 0;
  return vm_libvirt_error(here, call, "look for VM", name, NULL);
}

virDomainPtr
vm_find(struct vm_connection *here, struct rocks_call *call, const char *name)
{
  virDomainPtr domain = NULL;

  if (lookup(here, call, name, &domain) == 0 && domain == NULL)
    here->state->core->error(call, ROCKS_ENOTFOUND, "VM '%s' is not defined on %s", name,
                             here->host);
  return domain;
}

/* The domain's state, an enum virDomainState, or -1. */
static int
run_state(virDomainPtr domain)
{
  int state;

  return virDomainGetState(domain, &state, NULL, 0) == 0 ? state : -1;
}

/* Says once per connection, which is once per container and command, that VMs
 * will be slow. */
static void
warn_emulation(struct vm_connection *here, struct rocks_call *call)
{
  if (!here->emulate || here->warned)
    return;
  here->warned = true;
  here->state->core->warn(call, "%s has no hardware virtualization for its VMs: they are "
                                "emulated, which is slow", here->host);
}

static int
set_autostart(struct vm_connection *here, struct rocks_call *call, const struct rocks_vm *vm,
              virDomainPtr domain)
{
  const char *param = here->state->backend->autostart;
  const char *value = param != NULL ? vm_param(here->state, vm, param) : NULL;
  int wanted = vm->autostart || (value != NULL && strcmp(value, "true") == 0);
  int have;

  if (virDomainGetAutostart(domain, &have) == 0 && (have != 0) == (wanted != 0))
    return 0;
  if (virDomainSetAutostart(domain, wanted) == 0)
    return 0;
  return vm_libvirt_error(here, call, "set the autostart flag of VM", vm->name, NULL);
}

/* Whether a VM that exists may be defined anew: 1 yes, 0 no need, -1 never.  One
 * that was restored here without a definition runs, and needs one. */
static int
may_redefine(struct vm_connection *here, struct rocks_call *call, const char *name,
             virDomainPtr domain)
{
  int active = virDomainIsActive(domain);

  if (active < 0)
    return vm_libvirt_error(here, call, "ask for the state of VM", name, NULL);
  if (active == 1)
    return virDomainIsPersistent(domain) == 0;
  if (virDomainHasManagedSaveImage(domain, 0) != 1)
    return 1;
  here->state->core->error(call, ROCKS_EEXISTS,
                           "Saved image exists. VM '%s' on %s would lose the state that libvirt "
                           "saved of it: run `virsh start` or `virsh managedsave-remove` for it "
                           "there first", name, here->host);
  return -1;
}

int
vm_define(void *connection, struct rocks_call *call, const struct rocks_vm *vm)
{
  struct vm_connection *here = connection;
  char uuid[VIR_UUID_STRING_BUFLEN] = "";
  virDomainPtr old, domain;
  char *xml;
  int result = 1;

  if (lookup(here, call, vm->name, &old) != 0)
    return -1;
  if (old != NULL) {
    result = may_redefine(here, call, vm->name, old);
    /* A definition of the same name is taken for the same VM only if the UUID
     * agrees. */
    if (result == 1 && virDomainGetUUIDString(old, uuid) != 0)
      result = vm_libvirt_error(here, call, "ask for the UUID of VM", vm->name, NULL);
    virDomainFree(old);
  }
  if (result != 1)
    return result;
  xml = vm_domain_xml(here->state, call, vm, here->domain_type, here->emulate,
                      *uuid != '\0' ? uuid : NULL);
  if (xml == NULL)
    return -1;
  domain = virDomainDefineXML(here->conn, xml);
  xmlFree(xml);
  if (domain == NULL)
    return vm_libvirt_error(here, call, "define VM", vm->name, NULL);
  warn_emulation(here, call);
  result = set_autostart(here, call, vm, domain);
  virDomainFree(domain);
  return result;
}

/* After a call that failed: no error if the VM came into the wanted state by
 * itself, or by somebody else, in the meantime. */
static int
settle(struct vm_connection *here, struct rocks_call *call, const char *doing, const char *name,
       virDomainPtr domain, int active)
{
  virErrorPtr why = virSaveLastError();

  if (virDomainIsActive(domain) != active)
    return vm_libvirt_error(here, call, doing, name, why);
  virFreeError(why);
  return 0;
}

int
vm_start(void *connection, struct rocks_call *call, const char *name)
{
  struct vm_connection *here = connection;
  virDomainPtr domain = vm_find(here, call, name);
  int result = 0;

  if (domain == NULL)
    return -1;
  if (run_state(domain) == VIR_DOMAIN_PAUSED) {
    here->state->core->error(call, ROCKS_EEXISTS,
                             "VM '%s' on %s is paused; resume it (rocks resume host vm)", name,
                             here->host);
    result = -1;
  } else if (virDomainIsActive(domain) != 1 && virDomainCreate(domain) != 0) {
    result = settle(here, call, "start VM", name, domain, 1);
  }
  virDomainFree(domain);
  return result;
}

static int
stop_domain(virDomainPtr domain, enum rocks_vm_stop how)
{
  switch (how) {
  case ROCKS_VM_ASK:
    return virDomainShutdown(domain);
  case ROCKS_VM_RESET:
    return virDomainReset(domain, 0);
  case ROCKS_VM_REBOOT:
    return virDomainReboot(domain, 0);
  default:
    return virDomainDestroy(domain);
  }
}

int
vm_stop(void *connection, struct rocks_call *call, const char *name, enum rocks_vm_stop how)
{
  struct vm_connection *here = connection;
  virDomainPtr domain;
  int result = 0;

  if (lookup(here, call, name, &domain) != 0)
    return -1;
  if (domain == NULL)
    return 0;
  if (virDomainIsActive(domain) != 0 && stop_domain(domain, how) != 0)
    result = settle(here, call, "stop VM", name, domain, 0);
  virDomainFree(domain);
  return result;
}

int
vm_undefine(void *connection, struct rocks_call *call, const char *name)
{
  /* All that goes with a VM; not every driver knows all flags. */
  static const unsigned flags[] = {
    VIR_DOMAIN_UNDEFINE_MANAGED_SAVE | VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA |
      VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA | VIR_DOMAIN_UNDEFINE_NVRAM,
    VIR_DOMAIN_UNDEFINE_MANAGED_SAVE,
    0,
  };
  struct vm_connection *here = connection;
  virDomainPtr domain;
  int result = -1, persistent;
  size_t i;

  if (lookup(here, call, name, &domain) != 0)
    return -1;
  if (domain == NULL)
    return 0;
  for (i = 0; result != 0 && i < sizeof flags / sizeof flags[0]; i++)
    result = virDomainUndefineFlags(domain, flags[i]);
  if (result != 0) {
    virErrorPtr why = virSaveLastError();

    /* A transient VM has no definition, and is gone as soon as it stops. */
    persistent = virDomainIsPersistent(domain);
    if (persistent == 0 || (persistent < 0 && virGetLastErrorCode() == VIR_ERR_NO_DOMAIN)) {
      virFreeError(why);
      result = 0;
    } else {
      result = vm_libvirt_error(here, call, "undefine VM", name, why);
    }
  }
  virDomainFree(domain);
  return result;
}

/* Suspends or resumes a VM unless it is in that state. */
static int
change_run_state(struct vm_connection *here, struct rocks_call *call, const char *name,
                 int (*change)(virDomainPtr), int unless, const char *doing)
{
  virDomainPtr domain = vm_find(here, call, name);
  int result = 0;

  if (domain == NULL)
    return -1;
  if (run_state(domain) != unless && change(domain) != 0)
    result = vm_libvirt_error(here, call, doing, name, NULL);
  virDomainFree(domain);
  return result;
}

int
vm_suspend(void *connection, struct rocks_call *call, const char *name)
{
  return change_run_state(connection, call, name, virDomainSuspend, VIR_DOMAIN_PAUSED,
                          "pause VM");
}

int
vm_resume(void *connection, struct rocks_call *call, const char *name)
{
  return change_run_state(connection, call, name, virDomainResume, VIR_DOMAIN_RUNNING,
                          "resume VM");
}

/* libvirt would complete a relative path with this process's folder, which
 * means nothing on the container. */
static bool
absolute_file(struct vm_connection *here, struct rocks_call *call, const char *file)
{
  if (file[0] == '/')
    return true;
  here->state->core->error(call, ROCKS_EINVALID,
                           "the file for a saved VM is not an absolute path: '%s'", file);
  return false;
}

int
vm_save(void *connection, struct rocks_call *call, const char *name, const char *file)
{
  struct vm_connection *here = connection;
  virDomainPtr domain;
  int result = 0;

  if (!absolute_file(here, call, file) || (domain = vm_find(here, call, name)) == NULL)
    return -1;
  if (virDomainSave(domain, file) != 0)
    result = vm_libvirt_error(here, call, "save VM", name, NULL);
  virDomainFree(domain);
  return result;
}

int
vm_restore(void *connection, struct rocks_call *call, const char *file)
{
  struct vm_connection *here = connection;

  if (!absolute_file(here, call, file))
    return -1;
  if (virDomainRestore(here->conn, file) != 0)
    return vm_libvirt_error(here, call, "restore a VM from", file, NULL);
  return 0;
}
