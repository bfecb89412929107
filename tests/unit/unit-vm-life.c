/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The life of a VM, on libvirt's test driver: it keeps its domains in this
 * process, where a second connection of ours sees them too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libvirt/libvirt.h>

#include "check.h"
#include "fake-core.h"

static struct rocks_call call;
static const struct rocks_vm_ops *ops;
static void *connection;
static virConnectPtr eye; /* looks at what the backend did */

static const struct rocks_disk disk = { "file", "/d/vm.vda", "vda", "virtio", 1 };
static const struct rocks_nic nic = { "0a:00:00:00:00:01", "b1", ROCKS_WIRING_BRIDGE, false, 0 };
static const struct rocks_setting no_setting;
static struct rocks_vm vm = { .size = sizeof vm,
                              .name = "vm-a-0",
                              .cpus = 1,
                              .memory = 64,
                              .virt_type = "hvm",
                              .network_boot = true,
                              .disks = &disk,
                              .ndisks = 1,
                              .nics = &nic,
                              .nnics = 1,
                              .params = { &no_setting, 0 } };

/* An operation that has to work. */
static void
works(int result, int line)
{
  check_true(result == 0 && call.code == ROCKS_OK, "it works", __FILE__, line);
}

#define WORKS(result) works((result), __LINE__)

/* An operation that has to fail with that code, in words that hold `words`. */
static void
fails(int result, enum rocks_code code, const char *words, int line)
{
  check_true(result == -1, "it fails", __FILE__, line);
  check_number_(__FILE__, line, "the code", call.code, code);
  check_part_(__FILE__, line, "the error", call.message, words);
  call_forget(&call);
}

#define FAILS(result, code, words) fails((result), (code), (words), __LINE__)

struct sought {
  enum rocks_vm_state state;
  unsigned vms;
};

static int
note_state(void *arg, const char *name, enum rocks_vm_state state)
{
  struct sought *sought = arg;

  sought->vms++;
  if (strcmp(name, vm.name) == 0)
    sought->state = state;
  return 0;
}

static enum rocks_vm_state
state(void)
{
  struct sought sought = { ROCKS_VM_ABSENT, 0 };

  WORKS(ops->states(connection, &call, note_state, &sought));
  CHECK(sought.vms >= 1); /* the driver has a domain of its own */
  return sought.state;
}

/* Memory in MiB, and the UUID, as libvirt has them. */
static unsigned long
look(char uuid[VIR_UUID_STRING_BUFLEN])
{
  virDomainPtr domain = virDomainLookupByName(eye, vm.name);
  unsigned long memory;

  CHECK(domain != NULL);
  if (domain == NULL)
    return 0;
  memory = virDomainGetMaxMemory(domain) / 1024;
  virDomainGetUUIDString(domain, uuid);
  virDomainFree(domain);
  return memory;
}

static void
test_define(void)
{
  char uuid[VIR_UUID_STRING_BUFLEN] = "", again[VIR_UUID_STRING_BUFLEN] = "";
  virDomainPtr domain;
  int autostart = -1;

  CHECK(state() == ROCKS_VM_ABSENT);
  vm.autostart = true;
  WORKS(ops->define(connection, &call, &vm));
  CHECK(state() == ROCKS_VM_DEFINED);
  CHECK(look(uuid) == 64);
  domain = virDomainLookupByName(eye, vm.name);
  CHECK(virDomainGetAutostart(domain, &autostart) == 0 && autostart == 1);

  vm.autostart = false;
  vm.memory = 96; /* anew while it is off: the same VM, with more memory */
  WORKS(ops->define(connection, &call, &vm));
  CHECK(look(again) == 96 && strcmp(uuid, again) == 0);
  CHECK(virDomainGetAutostart(domain, &autostart) == 0 && autostart == 0);

  WORKS(ops->start(connection, &call, vm.name));
  vm.memory = 128; /* an active one is left as it is */
  WORKS(ops->define(connection, &call, &vm));
  CHECK(look(again) == 96);
  WORKS(ops->stop(connection, &call, vm.name, ROCKS_VM_POWEROFF));

  CHECK(virDomainCreate(domain) == 0 && virDomainManagedSave(domain, 0) == 0);
  FAILS(ops->define(connection, &call, &vm), ROCKS_EEXISTS, "Saved image exists.");
  CHECK(virDomainManagedSaveRemove(domain, 0) == 0);
  virDomainFree(domain);
}

static void
test_run(void)
{
  WORKS(ops->start(connection, &call, vm.name));
  CHECK(state() == ROCKS_VM_ACTIVE);
  WORKS(ops->start(connection, &call, vm.name));
  WORKS(ops->suspend(connection, &call, vm.name));
  WORKS(ops->suspend(connection, &call, vm.name));
  CHECK(state() == ROCKS_VM_PAUSED);
  FAILS(ops->start(connection, &call, vm.name), ROCKS_EEXISTS, "paused");
  WORKS(ops->resume(connection, &call, vm.name));
  WORKS(ops->resume(connection, &call, vm.name));
  CHECK(state() == ROCKS_VM_ACTIVE);
  WORKS(ops->stop(connection, &call, vm.name, ROCKS_VM_REBOOT));
  WORKS(ops->stop(connection, &call, vm.name, ROCKS_VM_ASK));
  CHECK(state() == ROCKS_VM_DEFINED);
  WORKS(ops->stop(connection, &call, vm.name, ROCKS_VM_ASK));
  WORKS(ops->stop(connection, &call, vm.name, ROCKS_VM_POWEROFF));
  FAILS(ops->suspend(connection, &call, vm.name), ROCKS_EBACKEND, "libvirt: ");
}

static void
test_save(void)
{
  char folder[] = "/tmp/unit-vm.XXXXXX", file[64];

  CHECK(mkdtemp(folder) != NULL);
  snprintf(file, sizeof file, "%s/saved", folder);
  WORKS(ops->start(connection, &call, vm.name));
  FAILS(ops->save(connection, &call, vm.name, "saved"), ROCKS_EINVALID, "'saved'");
  WORKS(ops->save(connection, &call, vm.name, file));
  CHECK(state() == ROCKS_VM_DEFINED);
  CHECK(access(file, R_OK) == 0);
  WORKS(ops->restore(connection, &call, file));
  CHECK(state() == ROCKS_VM_ACTIVE);
  FAILS(ops->restore(connection, &call, "/nowhere/at/all"), ROCKS_EBACKEND, "/nowhere/at/all");
  unlink(file);
  rmdir(folder);
}

static void
test_undefine(void)
{
  virDomainPtr domain;

  WORKS(ops->stop(connection, &call, vm.name, ROCKS_VM_POWEROFF));
  domain = virDomainLookupByName(eye, vm.name);
  CHECK(virDomainCreate(domain) == 0 && virDomainManagedSave(domain, 0) == 0);
  virDomainFree(domain);
  WORKS(ops->undefine(connection, &call, vm.name));
  CHECK(state() == ROCKS_VM_ABSENT);
  WORKS(ops->undefine(connection, &call, vm.name));
  WORKS(ops->stop(connection, &call, vm.name, ROCKS_VM_POWEROFF));
  FAILS(ops->start(connection, &call, vm.name), ROCKS_ENOTFOUND, "'vm-a-0'");
}

static void
test_unreachable(const struct rocks_plugin *plugin)
{
  struct rocks_vm_target target = { .size = sizeof target, .host = "c-0",
                                    .socket = "/nowhere/a b&c" };
  void *state_of_module, *none = NULL;

  WORKS(plugin->start(&call, &fake_core, &state_of_module));
  FAILS(ops->connect(state_of_module, &call, &target, &none), ROCKS_EUNREACHABLE, "c-0");
  target.socket = NULL;
  target.uri = "qemu+unix:///system?socket=/nowhere/at/all";
  FAILS(ops->connect(state_of_module, &call, &target, &none), ROCKS_EUNREACHABLE,
        "/nowhere/at/all");
  target.socket = "/nowhere/a b&c";
  target.uri = NULL;
  if (strcmp(plugin->name, "kvm") == 0)
    FAILS(ops->connect(state_of_module, &call, &target, &none), ROCKS_EUNREACHABLE,
          "/nowhere/a b&c");
  CHECK(none == NULL);
  plugin->stop(state_of_module);
}

static void
test_backend(const struct rocks_plugin *plugin)
{
  struct rocks_vm_target target = { .size = sizeof target, .host = "c-0",
                                    .uri = "test:///default", .emulate = true };
  struct rocks_vm_capacity capacity = { 0, 0 };
  bool emulates = strcmp(plugin->name, "kvm") == 0;
  void *state_of_module;

  call_forget(&call);
  ops = plugin->ops;
  vm.memory = 64;
  vm.kernel = NULL;
  WORKS(plugin->start(&call, &fake_core, &state_of_module));
  WORKS(ops->connect(state_of_module, &call, &target, &connection));
  eye = virConnectOpen(target.uri);
  CHECK(eye != NULL);
  WORKS(ops->capacity(connection, &call, &capacity));
  CHECK(capacity.cpus == 16 && capacity.memory == 3072); /* what the driver claims */
  CHECK(call.warnings == 0);
  test_define();
  CHECK(call.warnings == 0 || emulates);
  test_run();
  test_save();
  test_undefine();
  virConnectClose(eye);
  ops->disconnect(connection);
  plugin->stop(state_of_module);
  test_unreachable(plugin);
}

/* Once for a connection, however many VMs it defines. */
static void
test_warning(const struct rocks_plugin *plugin, bool emulate, unsigned warnings)
{
  struct rocks_vm_target target = { .size = sizeof target, .host = "c-0",
                                    .uri = "test:///default", .emulate = emulate };
  void *state_of_module;

  call_forget(&call);
  ops = plugin->ops;
  WORKS(plugin->start(&call, &fake_core, &state_of_module));
  WORKS(ops->connect(state_of_module, &call, &target, &connection));
  WORKS(ops->define(connection, &call, &vm));
  WORKS(ops->define(connection, &call, &vm));
  CHECK(call.warnings == warnings);
  CHECK(warnings == 0 || strstr(call.warning, "c-0") != NULL);
  ops->disconnect(connection);
  plugin->stop(state_of_module);
}

int
main(void)
{
  check_note = call.message;
  test_backend(vm_kvm_LTX_rocks_entry());
  test_backend(vm_xen_LTX_rocks_entry());
  test_warning(vm_kvm_LTX_rocks_entry(), true, 1);
  test_warning(vm_kvm_LTX_rocks_entry(), false, 0);
  test_warning(vm_xen_LTX_rocks_entry(), true, 0);
  return check_failures();
}
