/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The parts of a domain description that backends on libvirt share.  What is
 * in it follows `rocks report host vm config`; its form follows libvirt's
 * formatdomain, and virt-xml-validate(1) accepts it.
 */
#include <stdio.h>
#include <string.h>

#include "vm-libvirt.h"

const char *
vm_param(const struct vm_state *state, const struct rocks_vm *vm, const char *name)
{
  const char *value = rocks_setting_value(&vm->params, name);
  const struct rocks_param *param;

  for (param = state->backend->params; value == NULL && param->name != NULL; param++)
    if (strcmp(param->name, name) == 0)
      value = param->fallback;
  return value != NULL && *value != '\0' ? value : NULL;
}

char *
vm_domain_xml(const struct vm_state *state, struct rocks_call *call, const struct rocks_vm *vm,
              const char *type, bool emulate, const char *uuid)
{
  struct vm_xml xml = { .state = state, .call = call, .vm = vm, .emulate = emulate };
  xmlDocPtr doc = xmlNewDoc((const xmlChar *)"1.0");
  xmlNodePtr domain = xmlNewNode(NULL, (const xmlChar *)"domain");
  xmlBufferPtr buffer = xmlBufferCreate();
  char *text = NULL;

  if (doc == NULL || domain == NULL || buffer == NULL) {
    vm_xml_fail(&xml, ROCKS_EMEMORY, "out of memory");
    xmlFreeNode(domain);
    goto out;
  }
  xmlDocSetRootElement(doc, domain);
  vm_xml_set(&xml, domain, "type", type);
  vm_xml_add(&xml, domain, "name", vm->name);
  if (uuid != NULL)
    vm_xml_add(&xml, domain, "uuid", uuid);
  vm_xml_number(&xml, domain, "memory", vm->memory * 1024); /* KiB */
  vm_xml_number(&xml, domain, "vcpu", vm->cpus);
  if (!xml.failed)
    state->backend->build(&xml, domain);
  if (!xml.failed && (xmlNodeDump(buffer, doc, domain, 0, 1) < 0 ||
                      (text = (char *)xmlBufferDetach(buffer)) == NULL))
    vm_xml_fail(&xml, ROCKS_EMEMORY, "out of memory");
out:
  xmlBufferFree(buffer);
  xmlFreeDoc(doc);
  return text;
}

void
vm_xml_absolute(struct vm_xml *xml, const char *what, const char *path)
{
  if (path[0] != '/')
    vm_xml_fail(xml, ROCKS_EINVALID, "the %s of VM '%s' is not an absolute path: '%s'", what,
                xml->vm->name, path);
}

void
vm_xml_kernel(struct vm_xml *xml, xmlNodePtr os)
{
  const struct rocks_vm *vm = xml->vm;

  vm_xml_absolute(xml, "kernel", vm->kernel);
  vm_xml_add(xml, os, "kernel", vm->kernel);
  if (vm->ramdisk != NULL && *vm->ramdisk != '\0') {
    vm_xml_absolute(xml, "ramdisk", vm->ramdisk);
    vm_xml_add(xml, os, "initrd", vm->ramdisk);
  }
  if (vm->args != NULL && *vm->args != '\0')
    vm_xml_add(xml, os, "cmdline", vm->args);
}

static bool
has_cdrom(const struct rocks_vm *vm)
{
  return vm->cdrom != NULL && *vm->cdrom != '\0';
}

void
vm_xml_boot_order(struct vm_xml *xml, xmlNodePtr os)
{
  if (has_cdrom(xml->vm))
    vm_xml_with(xml, os, "boot", "dev", "cdrom");
  if (xml->vm->network_boot)
    vm_xml_with(xml, os, "boot", "dev", "network");
  vm_xml_with(xml, os, "boot", "dev", "hd");
}

xmlNodePtr
vm_xml_features(struct vm_xml *xml, xmlNodePtr domain)
{
  const char *own = vm_param(xml->state, xml->vm, "HVM_Features");
  xmlNodePtr features = vm_xml_add(xml, domain, "features", NULL);

  if (own != NULL) {
    vm_xml_fragment(xml, features, "HVM_Features", own);
    return features;
  }
  vm_xml_add(xml, features, "acpi", NULL);
  vm_xml_add(xml, features, "apic", NULL);
  vm_xml_add(xml, features, "pae", NULL);
  return features;
}

bool
vm_disk_is_file(const struct rocks_disk *disk)
{
  return strcmp(disk->type, "phy") != 0;
}

const char *
vm_disk_format(const struct rocks_disk *disk)
{
  /* VBD_Type of the Rocks schema; tap:aio is what Xen's raw images were. */
  static const char *const formats[][2] = {
    { "file", "raw" }, { "qcow2", "qcow2" }, { "qed", "qed" }, { "tap:aio", "raw" },
  };
  size_t i;

  for (i = 0; i < sizeof formats / sizeof formats[0]; i++)
    if (strcmp(disk->type, formats[i][0]) == 0)
      return formats[i][1];
  return NULL;
}

/* A logical volume stands in Rocks as `group/volume` too. */
static void
set_device(struct vm_xml *xml, xmlNodePtr source, const char *device)
{
  char path[4096];

  if (device[0] == '/') {
    vm_xml_set(xml, source, "dev", device);
    return;
  }
  if ((size_t)snprintf(path, sizeof path, "/dev/%s", device) >= sizeof path)
    vm_xml_fail(xml, ROCKS_EINVALID, "a disk of VM '%s' has too long a path", xml->vm->name);
  vm_xml_set(xml, source, "dev", path);
}

xmlNodePtr
vm_xml_disk(struct vm_xml *xml, xmlNodePtr devices, const struct rocks_disk *disk, const char *bus)
{
  bool file = vm_disk_is_file(disk);
  xmlNodePtr node, target, source;

  if (file && vm_disk_format(disk) == NULL)
    vm_xml_fail(xml, ROCKS_EINVALID,
                "disk type '%s' of VM '%s' is not valid: file, qcow2, qed, phy or tap:aio",
                disk->type, xml->vm->name);
  node = vm_xml_with(xml, devices, "disk", "type", file ? "file" : "block");
  vm_xml_set(xml, node, "device", "disk");
  source = vm_xml_add(xml, node, "source", NULL);
  if (file) {
    vm_xml_absolute(xml, "disk image", disk->path);
    vm_xml_set(xml, source, "file", disk->path);
  } else {
    set_device(xml, source, disk->path);
  }
  target = vm_xml_with(xml, node, "target", "dev", disk->device);
  vm_xml_set(xml, target, "bus", bus);
  return node;
}

static bool
device_taken(const struct rocks_vm *vm, const char *device)
{
  size_t i;

  for (i = 0; i < vm->ndisks; i++)
    if (strcmp(vm->disks[i].device, device) == 0)
      return true;
  return false;
}

void
vm_xml_cdrom(struct vm_xml *xml, xmlNodePtr devices, const char *driver)
{
  const char *cdrom = xml->vm->cdrom;
  char slot[] = "hda";
  xmlNodePtr node, target;
  bool block;

  if (!has_cdrom(xml->vm))
    return;
  while (device_taken(xml->vm, slot) && slot[2] < 'd')
    slot[2]++;
  if (device_taken(xml->vm, slot))
    vm_xml_fail(xml, ROCKS_EINVALID, "VM '%s' has no IDE slot left for the CD-ROM '%s'",
                xml->vm->name, cdrom);
  vm_xml_absolute(xml, "CD-ROM", cdrom);
  block = strncmp(cdrom, "/dev/", 5) == 0;
  node = vm_xml_with(xml, devices, "disk", "type", block ? "block" : "file");
  vm_xml_set(xml, node, "device", "cdrom");
  vm_xml_set(xml, vm_xml_with(xml, node, "driver", "name", driver), "type", "raw");
  vm_xml_with(xml, node, "source", block ? "dev" : "file", cdrom);
  target = vm_xml_with(xml, node, "target", "dev", slot);
  vm_xml_set(xml, target, "bus", "ide");
  vm_xml_add(xml, node, "readonly", NULL);
}

static void
add_nic(struct vm_xml *xml, xmlNodePtr devices, const struct rocks_nic *nic, const char *model,
        const char *script)
{
  bool direct = nic->wiring == ROCKS_WIRING_DIRECT;
  xmlNodePtr node = vm_xml_with(xml, devices, "interface", "type", direct ? "direct" : "bridge");
  xmlNodePtr source;
  char mtu[16];

  vm_xml_with(xml, node, "mac", "address", nic->mac);
  source = vm_xml_with(xml, node, "source", direct ? "dev" : "bridge", nic->source);
  if (direct)
    vm_xml_set(xml, source, "mode", "bridge");
  if (nic->openvswitch)
    vm_xml_with(xml, node, "virtualport", "type", "openvswitch");
  if (script != NULL && !nic->openvswitch)
    vm_xml_with(xml, node, "script", "path", script);
  if (model != NULL)
    vm_xml_with(xml, node, "model", "type", model);
  /* A macvtap takes its MTU from the link below it: libvirt refuses one. */
  if (nic->mtu != 0 && !direct) {
    (void)snprintf(mtu, sizeof mtu, "%u", (unsigned)nic->mtu);
    vm_xml_with(xml, node, "mtu", "size", mtu);
  }
}

void
vm_xml_nics(struct vm_xml *xml, xmlNodePtr devices, const char *model, const char *script)
{
  size_t i;

  for (i = 0; i < xml->vm->nnics; i++)
    add_nic(xml, devices, &xml->vm->nics[i], model, script);
}

void
vm_xml_serial(struct vm_xml *xml, xmlNodePtr devices, const char *log)
{
  xmlNodePtr serial = vm_xml_with(xml, devices, "serial", "type", "pty");
  xmlNodePtr console, target;
  char file[4096];

  vm_xml_with(xml, serial, "target", "port", "0");
  console = vm_xml_with(xml, devices, "console", "type", "pty");
  target = vm_xml_with(xml, console, "target", "type", "serial");
  vm_xml_set(xml, target, "port", "0");
  if (log == NULL)
    return;
  vm_xml_absolute(xml, "folder for console logs", log);
  if ((size_t)snprintf(file, sizeof file, "%s/%s.log", log, xml->vm->name) >= sizeof file)
    vm_xml_fail(xml, ROCKS_EINVALID, "the console log of VM '%s' has too long a path",
                xml->vm->name);
  /* On the serial line; the console is the same line and would log twice. */
  vm_xml_set(xml, vm_xml_with(xml, serial, "log", "file", file), "append", "on");
}

void
vm_xml_graphics(struct vm_xml *xml, xmlNodePtr devices, const char *param)
{
  const char *kind = vm_param(xml->state, xml->vm, param);
  xmlNodePtr graphics, listener;

  if (strcmp(kind, "none") == 0)
    return;
  if (strcmp(kind, "vnc") != 0) {
    vm_xml_fail(xml, ROCKS_EINVALID, "the attribute %s of VM '%s' is neither vnc nor none: '%s'",
                param, xml->vm->name, kind);
    return;
  }
  graphics = vm_xml_with(xml, devices, "graphics", "type", "vnc");
  vm_xml_set(xml, graphics, "port", "-1");
  vm_xml_set(xml, graphics, "keymap", "en-us");
  vm_xml_set(xml, graphics, "listen", "127.0.0.1");
  listener = vm_xml_with(xml, graphics, "listen", "type", "address");
  vm_xml_set(xml, listener, "address", "127.0.0.1");
}
