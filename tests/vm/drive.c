/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Drives a VM backend from a shell script, without the core:
 *
 *   drive BACKEND xml KIND                      a description, see kinds[]
 *   drive BACKEND params all                    names of the parameters
 *   drive BACKEND prepare|erase NAME FOLDER     the script for the container
 *   drive BACKEND at TARGET EMULATE COMMAND...  something on a hypervisor:
 *     capacity | states | define NAME FOLDER | start NAME | stop NAME HOW
 *     undefine NAME | suspend NAME | resume NAME | save NAME FILE | restore FILE
 *
 * TARGET is a URI or a socket's path; EMULATE yes or no; HOW poweroff, ask,
 * reset or reboot.  The VM has one disk, one NIC on the bridge `br-vm`, and
 * boots from the network.  Errors go to stderr, with status 1.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake-core.h"

static const struct rocks_plugin *plugin;
static const struct rocks_vm_ops *ops;
static struct rocks_call call;

/* --- descriptions for the schema ---------------------------------------- */

static const struct rocks_disk disks[] = {
  { "file", "/d/<a>&'b'.vda", "vda", "w", 36000000000 },
  { "qcow2", "/d/b", "hda", "ide", 1 },
  { "qed", "/d/c", "sda", "scsi", 1 },
  { "phy", "vg/lv", "vdb", "virtio", 1 },
};
static const struct rocks_nic nics[] = {
  { "0a:64:33:80:00:00", "b0a6433800000", ROCKS_WIRING_BRIDGE, false, 1360 },
  { "0a:64:33:80:00:01", "ovs0", ROCKS_WIRING_BRIDGE, true, 0 },
  { "0a:64:33:80:00:02", "peth0.50", ROCKS_WIRING_DIRECT, false, 1500 },
};
static const struct rocks_setting attributes[] = {
  { "cpu_mode", "host-passthrough:<feature policy='disable' name='svm'/>", false },
  { "kvm_cpu_pinning", "pin_all", false },
  { "HVM_Features", "<acpi/><apic/>", false },
  { "kvm_device_0", "<watchdog model='i6300esb'/>", false },
  { "kvm_emulator", "/usr/libexec/qemu-kvm", false },
  { "kvm_console_log", "/var/log/vm", false },
  { "xen_para_machine", "xenpvh", false },
  { "xen_loader", "/usr/lib/xen-4.17/boot/hvmloader", false },
};

static const struct kind {
  const char *name, *virt_type, *kernel, *cdrom;
  bool network_boot;
  size_t ndisks, nnics, nattributes;
} kinds[] = {
  { "plain", "hvm", NULL, NULL, false, 1, 1, 0 },
  { "network", "hvm", NULL, NULL, true, 1, 1, 0 },
  { "diskless", "hvm", NULL, NULL, true, 0, 1, 0 },
  { "kernel", "hvm", "/boot/vmlinuz", NULL, false, 1, 1, 0 },
  { "cdrom", "hvm", NULL, "/iso/a.iso", true, 4, 2, 0 },
  { "drive", "hvm", NULL, "/dev/sr0", true, 1, 1, 0 },
  { "attributes", "hvm", NULL, NULL, true, 1, 2, 8 },
  { "direct", "hvm", NULL, NULL, true, 1, 3, 0 },
  { "para", "para", NULL, NULL, false, 1, 1, 0 },
  { "para-kernel", "para", "/boot/vmlinux", NULL, false, 1, 1, 0 },
  { "para-attributes", "para", "/boot/vmlinux", NULL, false, 1, 1, 8 },
};

static void
print_text(void *arg, const char *text)
{
  (void)arg;
  puts(text);
}

static int
describe(void *state, const char *name)
{
  size_t i;

  for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    const struct kind *kind = &kinds[i];
    const struct rocks_vm vm = { .size = sizeof vm, .name = "frontend-0-0-0", .cpus = 2,
                                 .memory = 2048, .virt_type = kind->virt_type,
                                 .kernel = kind->kernel, .ramdisk = kind->kernel,
                                 .args = kind->kernel != NULL ? "ip=<1> & more" : NULL,
                                 .network_boot = kind->network_boot, .cdrom = kind->cdrom,
                                 .disks = disks, .ndisks = kind->ndisks, .nics = nics,
                                 .nnics = kind->nnics,
                                 .params = { attributes, kind->nattributes } };

    if (strcmp(kind->name, name) == 0)
      return ops->describe(state, &call, &vm, print_text, NULL);
  }
  fprintf(stderr, "drive: unknown kind '%s'\n", name);
  return 2;
}

static int
print_params(void)
{
  const struct rocks_param *param;

  for (param = plugin->params; param->name != NULL; param++)
    puts(param->name);
  return 0;
}

/* --- one VM that runs --------------------------------------------------- */

struct tiny {
  char image[512];
  struct rocks_disk disk;
  struct rocks_nic nic;
  struct rocks_setting log;
  struct rocks_vm vm;
};

static void
make_tiny(struct tiny *tiny, const char *name, const char *folder)
{
  memset(tiny, 0, sizeof *tiny);
  snprintf(tiny->image, sizeof tiny->image, "%s/%s.vda", folder, name);
  tiny->disk = (struct rocks_disk){ "file", tiny->image, "vda", "virtio", 1000000 };
  tiny->nic = (struct rocks_nic){ "0a:64:33:80:00:01", "br-vm", ROCKS_WIRING_BRIDGE, false,
                                  1360 };
  tiny->log = (struct rocks_setting){ "kvm_console_log", folder, false };
  tiny->vm = (struct rocks_vm){ .size = sizeof tiny->vm, .name = name, .cpus = 1, .memory = 48,
                                .virt_type = "hvm", .network_boot = true,
                                .disks = &tiny->disk, .ndisks = 1, .nics = &tiny->nic,
                                .nnics = 1, .params = { &tiny->log, 1 } };
}

static int
write_script(void *state, const char *which, const char *name, const char *folder)
{
  static struct rocks_script script;
  struct tiny tiny;
  int result;

  make_tiny(&tiny, name, folder);
  if (strcmp(which, "prepare") == 0)
    result = ops->prepare(state, &call, &tiny.vm, &script);
  else
    result = ops->erase(state, &call, &tiny.vm, &script);
  printf("set -eu\n%s%s", script.code, script.all.text);
  return result;
}

static int
print_state(void *arg, const char *name, enum rocks_vm_state state)
{
  static const char *const words[] = { "absent", "defined", "active", "paused", "shutdown",
                                       "crashed" };

  (void)arg;
  printf("%s %s\n", name, words[state]);
  return 0;
}

static int
print_capacity(void *connection)
{
  struct rocks_vm_capacity capacity;

  if (ops->capacity(connection, &call, &capacity) != 0)
    return -1;
  printf("%u %llu\n", (unsigned)capacity.cpus, (unsigned long long)capacity.memory);
  return 0;
}

static enum rocks_vm_stop
stop_word(const char *word)
{
  static const char *const words[] = { "poweroff", "ask", "reset", "reboot" };
  int i;

  for (i = 3; i > 0 && strcmp(words[i], word) != 0; i--)
    ;
  return (enum rocks_vm_stop)i;
}

static int
command(void *connection, char *const *word, int words)
{
  const char *name = words > 1 ? word[1] : "", *more = words > 2 ? word[2] : "";
  struct tiny tiny;

  if (strcmp(word[0], "capacity") == 0)
    return print_capacity(connection);
  if (strcmp(word[0], "states") == 0)
    return ops->states(connection, &call, print_state, NULL);
  if (strcmp(word[0], "define") == 0) {
    make_tiny(&tiny, name, more);
    return ops->define(connection, &call, &tiny.vm);
  }
  if (strcmp(word[0], "start") == 0)
    return ops->start(connection, &call, name);
  if (strcmp(word[0], "stop") == 0)
    return ops->stop(connection, &call, name, stop_word(more));
  if (strcmp(word[0], "undefine") == 0)
    return ops->undefine(connection, &call, name);
  if (strcmp(word[0], "suspend") == 0)
    return ops->suspend(connection, &call, name);
  if (strcmp(word[0], "resume") == 0)
    return ops->resume(connection, &call, name);
  if (strcmp(word[0], "save") == 0)
    return ops->save(connection, &call, name, more);
  if (strcmp(word[0], "restore") == 0)
    return ops->restore(connection, &call, name);
  fprintf(stderr, "drive: unknown command '%s'\n", word[0]);
  return 2;
}

static int
at_target(void *state, char *const *word, int words)
{
  struct rocks_vm_target target = { .size = sizeof target, .host = "here" };
  void *connection;
  int result;

  if (strchr(word[0], ':') != NULL)
    target.uri = word[0];
  else
    target.socket = word[0];
  target.emulate = strcmp(word[1], "yes") == 0;
  if (ops->connect(state, &call, &target, &connection) != 0)
    return -1;
  result = command(connection, word + 2, words - 2);
  ops->disconnect(connection);
  return result;
}

int
main(int argc, char **argv)
{
  void *state;
  int result = 2;

  if (argc < 4) {
    fprintf(stderr, "usage: drive BACKEND xml|params|prepare|erase|at ...\n");
    return 2;
  }
  plugin = strcmp(argv[1], "xen") == 0 ? vm_xen_LTX_rocks_entry() : vm_kvm_LTX_rocks_entry();
  ops = plugin->ops;
  if (plugin->start(&call, &fake_core, &state) != 0)
    return 1;
  if (strcmp(argv[2], "xml") == 0)
    result = describe(state, argv[3]);
  else if (strcmp(argv[2], "params") == 0)
    result = print_params();
  else if (strcmp(argv[2], "at") == 0 && argc > 5)
    result = at_target(state, argv + 3, argc - 3);
  else if (argc == 5)
    result = write_script(state, argv[2], argv[3], argv[4]);
  plugin->stop(state);
  if (call.warnings > 0)
    fprintf(stderr, "warning: %s\n", call.warning);
  if (result == -1)
    fprintf(stderr, "%s\n", call.message);
  return result == -1 ? 1 : result;
}
