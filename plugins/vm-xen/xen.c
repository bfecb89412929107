/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The VM backend `xen`: paravirtual and fully virtual guests of Xen, through
 * libvirt's driver for it.
 */
#include <config.h>

#include <string.h>

#include "vm-libvirt.h"

static const struct rocks_param params[] = {
  { "HVM_Features", NULL, "XML for <features>, instead of <acpi/><apic/><pae/>" },
  { "xen_autostart", NULL, "true: the container starts the VM when it boots" },
  { "xen_para_machine", "xenpv", "machine of a para VM: xenpv or xenpvh" },
  { "xen_bootloader", "pygrub", "what finds a para VM's kernel on its own disk" },
  { "xen_bootloader_args", NULL, "arguments of that boot loader" },
  { "xen_loader", NULL, "path of hvmloader on the container; unset: libvirt's choice" },
  { "xen_emulator", NULL, "path of the device model on the container; unset: libvirt's choice" },
  { "xen_graphics", "vnc", "display of an hvm VM: vnc (on the container's 127.0.0.1) or none" },
  { "xen_vif_script", "vif-bridge", "Xen's script that plugs a NIC into a bridge" },
  { NULL, NULL, NULL },
};

static const char *
param(struct vm_xml *xml, const char *name)
{
  return vm_param(xml->state, xml->vm, name);
}

/* Rocks shows a VM without a type as `para`. */
static bool
is_hvm(struct vm_xml *xml)
{
  const char *type = xml->vm->virt_type;

  if (type != NULL && strcmp(type, "hvm") == 0)
    return true;
  if (type != NULL && *type != '\0' && strcmp(type, "para") != 0)
    vm_xml_fail(xml, ROCKS_EINVALID,
                "the virtualization type of VM '%s' must be either 'para' or 'hvm': '%s'",
                xml->vm->name, type);
  return false;
}

static void
add_para_os(struct vm_xml *xml, xmlNodePtr domain)
{
  const char *machine = param(xml, "xen_para_machine");
  const char *args = param(xml, "xen_bootloader_args");
  bool pvh = strcmp(machine, "xenpvh") == 0;
  xmlNodePtr os, type;

  if (!pvh && strcmp(machine, "xenpv") != 0)
    vm_xml_fail(xml, ROCKS_EINVALID,
                "the attribute xen_para_machine of VM '%s' is neither xenpv nor xenpvh: '%s'",
                xml->vm->name, machine);
  if (xml->vm->kernel == NULL) {
    vm_xml_add(xml, domain, "bootloader", param(xml, "xen_bootloader"));
    if (args != NULL)
      vm_xml_add(xml, domain, "bootloader_args", args);
  }
  os = vm_xml_add(xml, domain, "os", NULL);
  type = vm_xml_add(xml, os, "type", pvh ? "xenpvh" : "linux");
  vm_xml_set(xml, type, "arch", "x86_64");
  vm_xml_set(xml, type, "machine", machine);
  if (xml->vm->kernel != NULL)
    vm_xml_kernel(xml, os);
}

static void
add_hvm_os(struct vm_xml *xml, xmlNodePtr domain)
{
  const char *loader = param(xml, "xen_loader");
  xmlNodePtr os = vm_xml_add(xml, domain, "os", NULL);
  xmlNodePtr type = vm_xml_add(xml, os, "type", "hvm");

  vm_xml_set(xml, type, "arch", "x86_64");
  vm_xml_set(xml, type, "machine", "xenfv");
  if (loader != NULL) {
    vm_xml_absolute(xml, "loader", loader);
    vm_xml_set(xml, vm_xml_add(xml, os, "loader", loader), "type", "rom");
  }
  if (xml->vm->kernel != NULL)
    vm_xml_kernel(xml, os);
  else
    vm_xml_boot_order(xml, os);
}

/* The bus that Xen has for a device of that name in the guest. */
static const char *
disk_bus(const struct rocks_disk *disk, bool hvm)
{
  if (hvm && strncmp(disk->device, "hd", 2) == 0)
    return "ide";
  if (hvm && strncmp(disk->device, "sd", 2) == 0)
    return "scsi";
  return "xen";
}

static void
add_disk(struct vm_xml *xml, xmlNodePtr devices, const struct rocks_disk *disk, bool hvm)
{
  xmlNodePtr node = vm_xml_disk(xml, devices, disk, disk_bus(disk, hvm));
  xmlNodePtr driver;
  const char *format;

  if (!vm_disk_is_file(disk)) {
    vm_xml_with(xml, node, "driver", "name", "phy");
  } else if ((format = vm_disk_format(disk)) != NULL) {
    driver = vm_xml_with(xml, node, "driver", "name",
                         strcmp(disk->type, "tap:aio") == 0 ? "tap" : "qemu");
    vm_xml_set(xml, driver, "type", format);
  }
  if (disk->mode != NULL && strcmp(disk->mode, "r") == 0)
    vm_xml_add(xml, node, "readonly", NULL);
}

static void
check_nics(struct vm_xml *xml)
{
  size_t i;

  for (i = 0; i < xml->vm->nnics; i++)
    if (xml->vm->nics[i].wiring == ROCKS_WIRING_DIRECT)
      vm_xml_fail(xml, ROCKS_EUNSUPPORTED,
                  "xen plugs NICs into bridges only, and '%s', for VM '%s', is none",
                  xml->vm->nics[i].source, xml->vm->name);
}

static void
add_para_console(struct vm_xml *xml, xmlNodePtr devices)
{
  xmlNodePtr console = vm_xml_with(xml, devices, "console", "type", "pty");

  vm_xml_set(xml, vm_xml_with(xml, console, "target", "type", "xen"), "port", "0");
}

static void
add_devices(struct vm_xml *xml, xmlNodePtr domain, bool hvm)
{
  xmlNodePtr devices = vm_xml_add(xml, domain, "devices", NULL);
  const char *emulator = param(xml, "xen_emulator");
  size_t i;

  if (emulator != NULL) {
    vm_xml_absolute(xml, "emulator", emulator);
    vm_xml_add(xml, devices, "emulator", emulator);
  }
  check_nics(xml);
  /* libvirt's own model serves both the BIOS of an hvm guest and its drivers;
   * a para guest has but one kind. */
  vm_xml_nics(xml, devices, NULL, param(xml, "xen_vif_script"));
  for (i = 0; i < xml->vm->ndisks; i++)
    add_disk(xml, devices, &xml->vm->disks[i], hvm);
  if (!hvm) {
    add_para_console(xml, devices);
    return;
  }
  vm_xml_cdrom(xml, devices, "qemu");
  vm_xml_serial(xml, devices, NULL);
  vm_xml_graphics(xml, devices, "xen_graphics");
}

static void
build(struct vm_xml *xml, xmlNodePtr domain)
{
  bool hvm = is_hvm(xml);

  if (hvm) {
    add_hvm_os(xml, domain);
    vm_xml_features(xml, domain);
  } else {
    add_para_os(xml, domain);
  }
  vm_xml_add(xml, domain, "on_poweroff", "destroy");
  /* An installer reboots at its end; the next start is from disk. */
  vm_xml_add(xml, domain, "on_reboot", xml->vm->kernel != NULL ? "destroy" : "restart");
  vm_xml_add(xml, domain, "on_crash", "preserve");
  add_devices(xml, domain, hvm);
}

static const struct vm_backend backend = {
  .uri = "xen:///system",
  .socket_uri = "xen+unix:///system?socket=",
  .domain_type = "xen",
  .params = params,
  .autostart = "xen_autostart",
  .build = build,
};

static int
start_module(struct rocks_call *call, const struct rocks_core *core, void **state)
{
  return vm_start_module(&backend, call, core, state);
}

static const char *const virt_types[] = { "para", "hvm", NULL };

static const struct rocks_vm_ops ops = {
  .wiring = ROCKS_WIRING_BRIDGE,
  .virt_types = virt_types,
  .remote_socket = "/run/libvirt/libvirt-sock",
  VM_LIBVIRT_OPS,
};

static const struct rocks_plugin plugin = {
  ROCKS_PLUGIN_HEADER(ROCKS_KIND_VM),
  ROCKS_PLUGIN_OPS(ops),
  .name = "xen",
  .version = PACKAGE_VERSION,
  .summary = "paravirtual and fully virtual VMs on Xen, through libvirt",
  .params = params,
  .start = start_module,
  .stop = vm_stop_module,
};

ROCKS_REGISTER(plugin)
