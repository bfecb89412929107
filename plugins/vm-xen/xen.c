/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The VM backend `xen`: paravirtual and fully virtual guests of Xen, through
 * libvirt's driver for it.
 */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "xen.h"

static const struct rocks_param params[] = {
  { "HVM_Features", NULL, "XML for <features>, instead of <acpi/><apic/><pae/>" },
  { "xen_autostart", NULL, "true: the container starts the VM when it boots" },
  { "xen_para_machine", "xenpv", "machine of a para VM: xenpv or xenpvh" },
  { "xen_bootloader", NULL, "boot loader of para VMs; unset: the network, then xen_disk_loader" },
  { "xen_bootloader_args", NULL, "arguments of that boot loader" },
  { "xen_disk_loader", "pygrub", "what finds a para VM's kernel on its own disk" },
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

/* A para VM has no BIOS that could boot over the network: netboot.sh does it in
 * dom0, as the VM's first NIC. */
static void
add_bootloader(struct vm_xml *xml, xmlNodePtr domain)
{
  const struct rocks_vm *vm = xml->vm;
  const char *own = param(xml, "xen_bootloader"), *args = param(xml, "xen_bootloader_args");
  const char *disk = param(xml, "xen_disk_loader");
  char words[512];

  if (own == NULL && vm->network_boot && vm->nnics > 0) {
    own = XEN_NETBOOT;
    if ((size_t)snprintf(words, sizeof words, "%s %s %s%s%s", vm->nics[0].source,
                         vm->nics[0].mac, disk, args != NULL ? " " : "",
                         args != NULL ? args : "") >= sizeof words)
      vm_xml_fail(xml, ROCKS_EINVALID, "the boot loader of VM '%s' has too many arguments",
                  vm->name);
    args = words;
  }
  vm_xml_add(xml, domain, "bootloader", own != NULL ? own : disk);
  if (args != NULL)
    vm_xml_add(xml, domain, "bootloader_args", args);
}

static void
add_para_os(struct vm_xml *xml, xmlNodePtr domain)
{
  const char *machine = param(xml, "xen_para_machine");
  bool pvh = strcmp(machine, "xenpvh") == 0;
  xmlNodePtr os, type;

  if (!pvh && strcmp(machine, "xenpv") != 0)
    vm_xml_fail(xml, ROCKS_EINVALID,
                "the attribute xen_para_machine of VM '%s' is neither xenpv nor xenpvh: '%s'",
                xml->vm->name, machine);
  if (xml->vm->kernel == NULL)
    add_bootloader(xml, domain);
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

/* Rocks names disks as KVM does; Xen refuses vda, and knows the disk as xvda. */
static void
add_disk(struct vm_xml *xml, xmlNodePtr devices, const struct rocks_disk *row, bool hvm)
{
  struct rocks_disk named = *row;
  const struct rocks_disk *disk = &named;
  xmlNodePtr node, driver;
  const char *format;
  char device[32];

  if (strncmp(row->device, "vd", 2) == 0) {
    (void)snprintf(device, sizeof device, "x%.30s", row->device);
    named.device = device;
  }
  node = vm_xml_disk(xml, devices, disk, disk_bus(disk, hvm));

  if (!vm_disk_is_file(disk)) {
    vm_xml_with(xml, node, "driver", "name", "phy");
  } else if ((format = vm_disk_format(disk)) != NULL) {
    /* Xen has no blktap any more; xl, too, takes `tap:aio` for an image. */
    driver = vm_xml_with(xml, node, "driver", "name", "qemu");
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

static void
add_sweep(const struct vm_state *module, const struct rocks_vm *vm, struct rocks_script *script)
{
  module->core->script_code(script, xen_host_code);
  module->core->script_run(script, "xen_sweep", vm->name, (char *)NULL);
}

static int
sweep(void *state, struct rocks_call *call, const struct rocks_vm *vm, struct rocks_script *script)
{
  (void)call;
  add_sweep(state, vm, script);
  return 0;
}

static int
prepare(const struct vm_state *module, struct rocks_call *call, const struct rocks_vm *vm,
        struct rocks_script *script)
{
  (void)call;
  add_sweep(module, vm, script);
  if (vm->kernel != NULL || (vm->virt_type != NULL && strcmp(vm->virt_type, "hvm") == 0))
    return 0;
  module->core->script_run(script, "xen_install", (char *)NULL);
  return 0;
}

static int
diagnose(void *state, struct rocks_call *call, struct rocks_script *script)
{
  const struct vm_state *module = state;

  (void)call;
  module->core->script_code(script, xen_host_code);
  module->core->script_run(script, "xen_diagnose", (char *)NULL);
  return 0;
}

static const struct vm_backend backend = {
  .uri = "xen:///system",
  .socket_uri = "xen+unix:///system?socket=",
  .domain_type = "xen",
  .params = params,
  .autostart = "xen_autostart",
  .build = build,
  .prepare = prepare,
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
  .sweep = sweep,
  .diagnose = diagnose,
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
ROCKS_NO_COMMANDS
