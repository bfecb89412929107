/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The VM backend `kvm`: QEMU with KVM, or QEMU's own emulation where a
 * container has no KVM.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vm-libvirt.h"

static const struct rocks_param params[] = {
  { "cpu_mode", NULL, "CPU model of a VM: MODE or MODE:XML, as libvirt's <cpu mode=...>" },
  { "kvm_cpu_pinning", NULL, "pin_all, or the XML of libvirt's <cputune>" },
  { "HVM_Features", NULL, "XML for <features>, instead of <acpi/><apic/><pae/>" },
  { "kvm_device_0", NULL, "XML of a further device; so are kvm_device_1 to kvm_device_9" },
  { "kvm_device_1", NULL, "see kvm_device_0" },
  { "kvm_device_2", NULL, "see kvm_device_0" },
  { "kvm_device_3", NULL, "see kvm_device_0" },
  { "kvm_device_4", NULL, "see kvm_device_0" },
  { "kvm_device_5", NULL, "see kvm_device_0" },
  { "kvm_device_6", NULL, "see kvm_device_0" },
  { "kvm_device_7", NULL, "see kvm_device_0" },
  { "kvm_device_8", NULL, "see kvm_device_0" },
  { "kvm_device_9", NULL, "see kvm_device_0" },
  { "kvm_autostart", NULL, "true: the container starts the VM when it boots" },
  { "kvm_emulator", NULL, "path of QEMU on the container; unset: libvirt's choice" },
  { "kvm_machine", "pc", "QEMU's machine type" },
  { "kvm_graphics", "vnc", "display of a VM: vnc (on the container's 127.0.0.1) or none" },
  { "kvm_console_log", NULL, "folder of the container where each VM's console is logged" },
  { "kvm_emulate", "auto", "whether VMs are emulated: yes, no, or auto (where KVM is missing)" },
  { "kvm_tb_cache", "64", "MiB that each emulated VM has for translated code" },
  { NULL, NULL, NULL },
};

static const char *
param(struct vm_xml *xml, const char *name)
{
  return vm_param(xml->state, xml->vm, name);
}

static void
add_os(struct vm_xml *xml, xmlNodePtr domain)
{
  xmlNodePtr os = vm_xml_add(xml, domain, "os", NULL);
  xmlNodePtr type = vm_xml_add(xml, os, "type", "hvm");

  vm_xml_set(xml, type, "arch", "x86_64");
  vm_xml_set(xml, type, "machine", param(xml, "kvm_machine"));
  if (xml->vm->kernel != NULL) {
    vm_xml_kernel(xml, os);
    /* An installer reboots at its end; the next start is from disk. */
    vm_xml_add(xml, domain, "on_reboot", "destroy");
    return;
  }
  vm_xml_boot_order(xml, os);
  vm_xml_with(xml, os, "bootmenu", "enable", "yes");
  /* Else a VM whose DHCP answer came late would halt for ever. */
  if (xml->vm->network_boot)
    vm_xml_with(xml, os, "bios", "rebootTimeout", "3000");
}

static void
add_cputune(struct vm_xml *xml, xmlNodePtr domain)
{
  const char *pinning = param(xml, "kvm_cpu_pinning");
  xmlNodePtr tune;
  uint32_t i;

  if (pinning == NULL)
    return;
  tune = vm_xml_add(xml, domain, "cputune", NULL);
  if (strcmp(pinning, "pin_all") != 0) {
    vm_xml_fragment(xml, tune, "kvm_cpu_pinning", pinning);
    return;
  }
  for (i = 0; i < xml->vm->cpus && !xml->failed; i++) {
    char number[16];

    (void)snprintf(number, sizeof number, "%u", (unsigned)i);
    vm_xml_set(xml, vm_xml_with(xml, tune, "vcpupin", "vcpu", number), "cpuset", number);
  }
}

/* cpu_mode is "MODE" or "MODE:XML".  The container's own CPU cannot be handed
 * to a VM that is emulated: that gets all that the emulation can do. */
static void
add_cpu(struct vm_xml *xml, xmlNodePtr domain)
{
  const char *mode = param(xml, "cpu_mode");
  const char *inner = mode != NULL ? strchr(mode, ':') : NULL;
  char name[64];
  xmlNodePtr cpu;

  if (mode == NULL)
    return;
  if ((size_t)snprintf(name, sizeof name, "%.*s", (int)strcspn(mode, ":"), mode) >= sizeof name) {
    vm_xml_fail(xml, ROCKS_EINVALID, "the attribute cpu_mode of VM '%s' is too long: '%s'",
                xml->vm->name, mode);
    return;
  }
  if (xml->emulate && strncmp(name, "host-", 5) == 0) {
    vm_xml_with(xml, domain, "cpu", "mode", "maximum");
    return;
  }
  cpu = vm_xml_with(xml, domain, "cpu", "mode", name);
  if (inner != NULL && inner[1] != '\0')
    vm_xml_fragment(xml, cpu, "cpu_mode", inner + 1);
}

/* QEMU would take up to 1 GiB for each emulated VM. */
static void
limit_emulation(struct vm_xml *xml, xmlNodePtr features)
{
  const char *size = param(xml, "kvm_tb_cache");
  xmlNodePtr tcg;

  if (!xml->emulate)
    return;
  if (*size == '\0' || size[strspn(size, "0123456789")] != '\0') {
    vm_xml_fail(xml, ROCKS_EINVALID, "the attribute kvm_tb_cache of VM '%s' is no number: '%s'",
                xml->vm->name, size);
    return;
  }
  tcg = vm_xml_add(xml, features, "tcg", NULL);
  vm_xml_set(xml, vm_xml_add(xml, tcg, "tb-cache", size), "unit", "MiB");
}

static void
add_disk(struct vm_xml *xml, xmlNodePtr devices, const struct rocks_disk *disk)
{
  /* Mode `w` stands in databases that came from Xen. */
  bool any = disk->mode == NULL || *disk->mode == '\0' || strcmp(disk->mode, "w") == 0;
  xmlNodePtr node = vm_xml_disk(xml, devices, disk, any ? "virtio" : disk->mode);

  if (vm_disk_is_file(disk))
    vm_xml_set(xml, vm_xml_with(xml, node, "driver", "name", "qemu"), "type",
               vm_disk_format(disk));
}

/* Returns how many devices the attributes kvm_device_0, _1, ... hold: up to
 * the first that is unset, as Rocks does. */
static int
add_own_devices(struct vm_xml *xml, xmlNodePtr devices)
{
  char name[] = "kvm_device_0";
  int count;

  for (count = 0; count < 10; count++) {
    const char *text;

    name[sizeof name - 2] = (char)('0' + count);
    if ((text = param(xml, name)) == NULL)
      break;
    vm_xml_fragment(xml, devices, name, text);
  }
  return count;
}

static void
add_devices(struct vm_xml *xml, xmlNodePtr domain)
{
  xmlNodePtr devices = vm_xml_add(xml, domain, "devices", NULL);
  const char *emulator = param(xml, "kvm_emulator");
  size_t i;

  if (emulator != NULL) {
    vm_xml_absolute(xml, "emulator", emulator);
    vm_xml_add(xml, devices, "emulator", emulator);
  }
  vm_xml_nics(xml, devices, "virtio", NULL);
  for (i = 0; i < xml->vm->ndisks; i++)
    add_disk(xml, devices, &xml->vm->disks[i]);
  vm_xml_cdrom(xml, devices, "qemu");
  vm_xml_serial(xml, devices, param(xml, "kvm_console_log"));
  vm_xml_graphics(xml, devices, "kvm_graphics");
  /* What polls or is polled costs an emulated CPU; somebody's own devices may
   * need the USB bus. */
  if (add_own_devices(xml, devices) == 0 && xml->emulate) {
    xmlNodePtr usb = vm_xml_with(xml, devices, "controller", "type", "usb");

    vm_xml_set(xml, usb, "model", "none");
    vm_xml_with(xml, devices, "memballoon", "model", "none");
  }
}

static void
build(struct vm_xml *xml, xmlNodePtr domain)
{
  const char *virt_type = xml->vm->virt_type;

  if (virt_type != NULL && *virt_type != '\0' && strcmp(virt_type, "hvm") != 0) {
    vm_xml_fail(xml, ROCKS_EUNSUPPORTED,
                "KVM supports only hvm virtualization; VM '%s' is of type '%s'", xml->vm->name,
                virt_type);
    return;
  }
  add_os(xml, domain);
  add_cputune(xml, domain);
  limit_emulation(xml, vm_xml_features(xml, domain));
  add_cpu(xml, domain);
  add_devices(xml, domain);
}

static const struct vm_backend backend = {
  .uri = "qemu:///system",
  .socket_uri = "qemu+unix:///system?socket=",
  .domain_type = "kvm",
  .emulated_type = "qemu",
  .listen = true,
  .params = params,
  .autostart = "kvm_autostart",
  .emulate = "kvm_emulate",
  .build = build,
};

static int
start_module(struct rocks_call *call, const struct rocks_core *core, void **state)
{
  return vm_start_module(&backend, call, core, state);
}

static const char *const virt_types[] = { "hvm", NULL };

static const struct rocks_vm_ops ops = {
  .wiring = ROCKS_WIRING_ANY,
  .virt_types = virt_types,
  .remote_socket = "/run/libvirt/libvirt-sock",
  VM_LIBVIRT_OPS,
};

static const struct rocks_plugin plugin = {
  ROCKS_PLUGIN_HEADER(ROCKS_KIND_VM),
  ROCKS_PLUGIN_OPS(ops),
  .name = "kvm",
  .version = PACKAGE_VERSION,
  .summary = "VMs on QEMU with KVM or emulation, through libvirt",
  .params = params,
  .start = start_module,
  .stop = vm_stop_module,
};

ROCKS_REGISTER(plugin)
ROCKS_NO_COMMANDS
