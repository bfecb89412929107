/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What every VM backend has to do, on whatever hypervisor it is given:
 *
 *   life BACKEND TARGET EMULATE TYPE [FOLDER KERNEL RAMDISK]
 *
 * TARGET is a URI or a socket's path; EMULATE yes or no; TYPE hvm, para or pvh (a
 * para VM whose machine is xenpvh).  With FOLDER the VM is real: it gets a disk
 * there, a NIC on the bridge `br-vm`, boots the kernel, and has to obey a request to
 * shut down.  One line for each check; status 1 when one of them failed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fake-core.h"

#define BOOT_SECONDS 90
#define OFF_SECONDS 90

static struct rocks_call call;
static const struct rocks_vm_ops *ops;
static void *state;
static void *connection;
static const char *folder; /* NULL: nothing is real */
static unsigned failures;

static char image[512], saved[512];
static struct rocks_disk disk = { "file", image, "vda", "virtio", 1000000 };
static struct rocks_nic nic = { "0a:64:33:80:00:01", "br-vm", ROCKS_WIRING_BRIDGE, false, 0 };
static struct rocks_setting settings[] = { { "kvm_graphics", "none", false },
                                           { "xen_para_machine", "xenpv", false } };
static struct rocks_vm vm = { .size = sizeof vm, .name = "life-0-0", .cpus = 1, .memory = 112,
                              .network_boot = true, .params = { settings, 2 } };

static void
result(const char *what, bool good)
{
  printf("%s - %s%s%s\n", good ? "ok" : "not ok", what, good ? "" : ": ", good ? "" : call.message);
  fflush(stdout);
  failures += !good;
  call_forget(&call);
}

static void
works(const char *what, int status)
{
  result(what, status == 0 && call.code == ROCKS_OK);
}

static void
fails(const char *what, int status, enum rocks_code code)
{
  result(what, status == -1 && call.code == code && call.message[0] != '\0');
}

static int
note_state(void *arg, const char *name, enum rocks_vm_state found)
{
  if (strcmp(name, vm.name) == 0)
    *(enum rocks_vm_state *)arg = found;
  return 0;
}

static enum rocks_vm_state
state_now(void)
{
  enum rocks_vm_state found = ROCKS_VM_ABSENT;

  if (ops->states(connection, &call, note_state, &found) != 0)
    result("states", false);
  return found;
}

static void
is(const char *what, enum rocks_vm_state wanted)
{
  enum rocks_vm_state found = state_now();

  if (found != wanted)
    snprintf(call.message, sizeof call.message, "state %d, not %d", (int)found, (int)wanted);
  result(what, found == wanted);
}

/* Bounded: until the VM is in that state. */
static void
becomes(const char *what, enum rocks_vm_state wanted, unsigned seconds)
{
  struct timespec pause = { .tv_sec = 1 };

  while (seconds-- > 0 && state_now() != wanted)
    nanosleep(&pause, NULL);
  is(what, wanted);
}

static void
test_absent(void)
{
  is("at first there is none", ROCKS_VM_ABSENT);
  fails("what is not defined cannot start", ops->start(connection, &call, vm.name),
        ROCKS_ENOTFOUND);
  works("stopping what is absent", ops->stop(connection, &call, vm.name, ROCKS_VM_POWEROFF));
  works("undefining what is absent", ops->undefine(connection, &call, vm.name));
}

static void
test_define(void)
{
  works("define", ops->define(connection, &call, &vm));
  is("defined", ROCKS_VM_DEFINED);
  works("define again", ops->define(connection, &call, &vm));
  is("still defined", ROCKS_VM_DEFINED);
  works("stopping what is off", ops->stop(connection, &call, vm.name, ROCKS_VM_POWEROFF));
}

static void
test_run(void)
{
  works("start", ops->start(connection, &call, vm.name));
  becomes("it runs", ROCKS_VM_ACTIVE, 10);
  works("start again", ops->start(connection, &call, vm.name));
  works("define while it runs", ops->define(connection, &call, &vm));
  works("suspend", ops->suspend(connection, &call, vm.name));
  works("suspend again", ops->suspend(connection, &call, vm.name));
  is("paused", ROCKS_VM_PAUSED);
  fails("what is paused cannot start", ops->start(connection, &call, vm.name), ROCKS_EEXISTS);
  works("resume", ops->resume(connection, &call, vm.name));
  works("resume again", ops->resume(connection, &call, vm.name));
  becomes("resumed", ROCKS_VM_ACTIVE, 10);
}

/* Only a kernel that is up can hand over its memory (Xen), or shut down.  Whether
 * it is, the command LIFE_BOOTED says; without one it has LIFE_BOOT_SECONDS. */
static void
wait_for_boot(void)
{
  const char *booted = getenv("LIFE_BOOTED"), *seconds = getenv("LIFE_BOOT_SECONDS");
  long left = seconds != NULL ? atol(seconds) : BOOT_SECONDS;
  struct timespec pause = { .tv_sec = 1 };

  if (folder == NULL)
    return;
  while (left-- > 0 && (booted == NULL || system(booted) != 0))
    nanosleep(&pause, NULL);
  if (booted != NULL)
    result("it has booted", left >= 0);
}

static void
test_save(void)
{
  fails("a relative file", ops->save(connection, &call, vm.name, "saved"), ROCKS_EINVALID);
  works("save", ops->save(connection, &call, vm.name, saved));
  is("it is off", ROCKS_VM_DEFINED);
  result("there is a file", access(saved, R_OK) == 0);
  works("restore", ops->restore(connection, &call, saved));
  becomes("it goes on", ROCKS_VM_ACTIVE, 10);
  fails("a file that is not there", ops->restore(connection, &call, "/nowhere/at/all"),
        ROCKS_EBACKEND);
  unlink(saved);
}

static void
test_stop(void)
{
  works("ask it to end", ops->stop(connection, &call, vm.name, ROCKS_VM_ASK));
  becomes("it ends", ROCKS_VM_DEFINED, OFF_SECONDS);
  works("start anew", ops->start(connection, &call, vm.name));
  works("power off", ops->stop(connection, &call, vm.name, ROCKS_VM_POWEROFF));
  works("power off again", ops->stop(connection, &call, vm.name, ROCKS_VM_POWEROFF));
  is("off", ROCKS_VM_DEFINED);
  works("undefine", ops->undefine(connection, &call, vm.name));
  works("undefine again", ops->undefine(connection, &call, vm.name));
  is("at last there is none", ROCKS_VM_ABSENT);
}

static void
test_capacity(void)
{
  struct rocks_vm_capacity capacity = { 0, 0 };

  works("capacity", ops->capacity(connection, &call, &capacity));
  result("it has CPUs and memory", capacity.cpus > 0 && capacity.memory > 0);
}

/* prepare() or erase() on this machine. */
static void
run_script(const char *what, int (*write)(void *, struct rocks_call *, const struct rocks_vm *,
                                          struct rocks_script *))
{
  static struct rocks_script script;
  FILE *shell;

  memset(&script, 0, sizeof script);
  works(what, write(state, &call, &vm, &script));
  shell = popen("sh -eu >/dev/null", "w");
  if (shell == NULL)
    return;
  fprintf(shell, "%s\n%s", script.code, script.all.text);
  result("its script", pclose(shell) == 0);
}

static void
make_real(char **words)
{
  folder = words[0];
  snprintf(image, sizeof image, "%s/%s.vda", folder, vm.name);
  vm.kernel = words[1];
  vm.ramdisk = words[2];
  vm.args = "console=ttyS0 console=hvc0 quiet panic=3 no_timer_check random.trust_cpu=on";
  vm.network_boot = false;
  vm.disks = &disk;
  vm.ndisks = 1;
  vm.nics = &nic;
  vm.nnics = 1;
}

static void
test_life(void)
{
  test_absent();
  test_define();
  test_run();
  wait_for_boot();
  test_save();
  test_stop();
  test_capacity();
}

int
main(int argc, char **argv)
{
  const struct rocks_plugin *plugin;
  struct rocks_vm_target target = { .size = sizeof target, .host = "here" };

  if (argc != 5 && argc != 8) {
    fprintf(stderr, "usage: life BACKEND TARGET EMULATE TYPE [FOLDER KERNEL RAMDISK]\n");
    return 2;
  }
  plugin = strcmp(argv[1], "xen") == 0 ? vm_xen_LTX_rocks_entry() : vm_kvm_LTX_rocks_entry();
  ops = plugin->ops;
  if (plugin->start(&call, &fake_core, &state) != 0)
    return 1;
  *(strchr(argv[2], ':') != NULL ? &target.uri : &target.socket) = argv[2];
  target.emulate = strcmp(argv[3], "yes") == 0;
  vm.virt_type = argv[4];
  if (strcmp(argv[4], "pvh") == 0) {
    vm.virt_type = "para";
    settings[1].value = "xenpvh";
  }
  if (argc == 8)
    make_real(argv + 5);
  snprintf(saved, sizeof saved, "%s/life-0-0.saved.%ld", folder != NULL ? folder : "/tmp",
           (long)getpid());
  works("connect", ops->connect(state, &call, &target, &connection));
  if (failures == 0) {
    if (folder != NULL)
      run_script("prepare", ops->prepare);
    test_life();
    if (folder != NULL)
      run_script("erase", ops->erase);
    ops->disconnect(connection);
  }
  plugin->stop(state);
  return failures > 0;
}
