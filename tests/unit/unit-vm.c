/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The domain descriptions of the VM backends, and the steps that they write.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/xpath.h>

#include "check.h"
#include "fake-core.h"
#include "vm-libvirt.h"

/* --- a VM to begin with ------------------------------------------------- */

static struct rocks_setting settings[4];
static const struct rocks_disk disk = { "file", "/d/vm.vda", "vda", "virtio", 36000000000 };
static const struct rocks_nic nic = { "0a:00:00:00:00:01", "b1", ROCKS_WIRING_BRIDGE, false, 1360 };

static struct rocks_vm
sample(void)
{
  struct rocks_vm vm = { .size = sizeof vm,
                         .name = "vm-a-0",
                         .cpus = 2,
                         .memory = 512,
                         .virt_type = "hvm",
                         .network_boot = true,
                         .disks = &disk,
                         .ndisks = 1,
                         .nics = &nic,
                         .nnics = 1 };

  memset(settings, 0, sizeof settings);
  vm.params.item = settings;
  return vm;
}

static void
set(struct rocks_vm *vm, const char *name, const char *value)
{
  settings[vm->params.count].name = name;
  settings[vm->params.count++].value = value;
}

/* --- what is asked of a description ------------------------------------- */

static void *kvm, *xen; /* module states */

static xmlDocPtr
described(void *state, const struct rocks_vm *vm, bool emulate)
{
  const struct vm_state *module = state;
  struct rocks_call call = { .code = ROCKS_OK };
  char *text = vm_domain_xml(module, &call, vm,
                             emulate ? module->backend->emulated_type
                                     : module->backend->domain_type,
                             emulate, NULL);
  xmlDocPtr doc = NULL;

  if (text != NULL)
    doc = xmlReadMemory(text, (int)strlen(text), "domain", NULL, XML_PARSE_NONET);
  if (doc == NULL)
    fprintf(stderr, "no description: %s\n", call.message);
  xmlFree(text);
  return doc;
}

static void
want(xmlDocPtr doc, const char *expression, const char *value, int line)
{
  xmlXPathContextPtr context = doc != NULL ? xmlXPathNewContext(doc) : NULL;
  xmlXPathObjectPtr found;
  xmlChar *text;

  check_true(context != NULL, "there is a description", __FILE__, line);
  if (context == NULL)
    return;
  found = xmlXPathEvalExpression((const xmlChar *)expression, context);
  text = found != NULL ? xmlXPathCastToString(found) : NULL;
  check_text_(__FILE__, line, expression, (const char *)text, value);
  xmlFree(text);
  xmlXPathFreeObject(found);
  xmlXPathFreeContext(context);
}

#define WANT(doc, expression, value) want((doc), (expression), (value), __LINE__)

/* describe() refuses the VM with that code, in a sentence that holds `words`,
 * and hands nothing over. */
static void
count_text(void *arg, const char *xml)
{
  (void)xml;
  ++*(int *)arg;
}

static void
refused(void *state, const struct rocks_vm *vm, enum rocks_code code, const char *words, int line)
{
  struct rocks_call call = { .code = ROCKS_OK };
  int texts = 0;

  check_true(vm_describe(state, &call, vm, count_text, &texts) == -1, "refused", __FILE__, line);
  check_true(texts == 0, "nothing handed over", __FILE__, line);
  check_number_(__FILE__, line, "the code", call.code, code);
  check_part_(__FILE__, line, "the error", call.message, words);
  check_true(strchr(call.message, '\n') == NULL, "one line", __FILE__, line);
}

#define REFUSED(state, vm, code, words) refused((state), (vm), (code), (words), __LINE__)

/* --- kvm ---------------------------------------------------------------- */

static void
test_kvm_network_boot(void)
{
  struct rocks_vm vm = sample();
  xmlDocPtr doc = described(kvm, &vm, false);

  WANT(doc, "string(/domain/@type)", "kvm");
  WANT(doc, "string(/domain/name)", "vm-a-0");
  WANT(doc, "count(/domain/uuid)", "0");
  WANT(doc, "string(/domain/memory)", "524288");
  WANT(doc, "string(/domain/vcpu)", "2");
  WANT(doc, "string(/domain/os/type)", "hvm");
  WANT(doc, "string(/domain/os/type/@machine)", "pc");
  WANT(doc, "count(/domain/os/boot)", "2");
  WANT(doc, "string(/domain/os/boot[1]/@dev)", "network");
  WANT(doc, "string(/domain/os/boot[2]/@dev)", "hd");
  WANT(doc, "string(/domain/os/bootmenu/@enable)", "yes");
  WANT(doc, "string(/domain/os/bios/@rebootTimeout)", "3000");
  WANT(doc, "count(/domain/features/*)", "3");
  WANT(doc, "count(/domain/features/tcg)", "0");
  WANT(doc, "count(/domain/cpu)", "0");
  WANT(doc, "count(/domain/on_reboot)", "0");
  WANT(doc, "count(//emulator)", "0");
  WANT(doc, "string(//interface/@type)", "bridge");
  WANT(doc, "string(//interface/source/@bridge)", "b1");
  WANT(doc, "string(//interface/mac/@address)", "0a:00:00:00:00:01");
  WANT(doc, "string(//interface/model/@type)", "virtio");
  WANT(doc, "string(//interface/mtu/@size)", "1360");
  WANT(doc, "string(//disk/@type)", "file");
  WANT(doc, "string(//disk/source/@file)", "/d/vm.vda");
  WANT(doc, "string(//disk/driver/@type)", "raw");
  WANT(doc, "string(//disk/target/@dev)", "vda");
  WANT(doc, "string(//disk/target/@bus)", "virtio");
  WANT(doc, "string(//graphics/@listen)", "127.0.0.1");
  WANT(doc, "count(//log)", "0");
  WANT(doc, "count(//memballoon)", "0");
  xmlFreeDoc(doc);
}

static void
test_kvm_kernel_boot(void)
{
  struct rocks_vm vm = sample();
  xmlDocPtr doc;

  vm.kernel = "/boot/vmlinuz";
  vm.ramdisk = "/boot/initrd";
  vm.args = "ks=http://x/y?a=1&b=2 build";
  doc = described(kvm, &vm, false);
  WANT(doc, "string(/domain/os/kernel)", "/boot/vmlinuz");
  WANT(doc, "string(/domain/os/initrd)", "/boot/initrd");
  WANT(doc, "string(/domain/os/cmdline)", "ks=http://x/y?a=1&b=2 build");
  WANT(doc, "count(/domain/os/boot)", "0");
  WANT(doc, "string(/domain/on_reboot)", "destroy");
  xmlFreeDoc(doc);

  vm.kernel = "vmlinuz";
  REFUSED(kvm, &vm, ROCKS_EINVALID, "'vmlinuz'");
}

static void
test_kvm_emulated(void)
{
  struct rocks_vm vm = sample();
  xmlDocPtr doc;

  set(&vm, "cpu_mode", "host-passthrough");
  set(&vm, "kvm_tb_cache", "96");
  doc = described(kvm, &vm, true);
  WANT(doc, "string(/domain/@type)", "qemu");
  WANT(doc, "string(/domain/cpu/@mode)", "maximum");
  WANT(doc, "string(/domain/features/tcg/tb-cache)", "96");
  WANT(doc, "string(//controller[@type='usb']/@model)", "none");
  WANT(doc, "string(//memballoon/@model)", "none");
  xmlFreeDoc(doc);

  doc = described(kvm, &vm, false);
  WANT(doc, "string(/domain/cpu/@mode)", "host-passthrough");
  xmlFreeDoc(doc);
}

static void
test_kvm_devices(void)
{
  static const struct rocks_disk disks[] = {
    { "qcow2", "/d/a", "vda", "w", 1 },
    { "qed", "/d/b", "hda", "ide", 1 },
    { "phy", "vg/lv", "vdb", "virtio", 1 },
    { "phy", "/dev/sdx", "sda", "scsi", 1 },
  };
  static const struct rocks_nic nics[] = {
    { "0a:00:00:00:00:01", "peth0.50", ROCKS_WIRING_DIRECT, false, 1500 },
    { "0a:00:00:00:00:02", "ovs0", ROCKS_WIRING_BRIDGE, true, 0 },
  };
  struct rocks_vm vm = sample();
  xmlDocPtr doc;

  vm.disks = disks;
  vm.ndisks = 4;
  vm.nics = nics;
  vm.nnics = 2;
  vm.cdrom = "/iso/a.iso";
  set(&vm, "kvm_graphics", "none");
  set(&vm, "kvm_console_log", "/var/log/vm");
  set(&vm, "kvm_emulator", "/usr/libexec/qemu-kvm");
  doc = described(kvm, &vm, false);
  WANT(doc, "string(//disk[1]/driver/@type)", "qcow2");
  WANT(doc, "string(//disk[1]/target/@bus)", "virtio");
  WANT(doc, "string(//disk[2]/driver/@type)", "qed");
  WANT(doc, "string(//disk[2]/target/@bus)", "ide");
  WANT(doc, "string(//disk[3]/@type)", "block");
  WANT(doc, "string(//disk[3]/source/@dev)", "/dev/vg/lv");
  WANT(doc, "string(//disk[4]/source/@dev)", "/dev/sdx");
  WANT(doc, "string(//disk[5]/@device)", "cdrom");
  WANT(doc, "string(//disk[5]/target/@dev)", "hdb");
  WANT(doc, "count(//disk[5]/readonly)", "1");
  WANT(doc, "string(/domain/os/boot[1]/@dev)", "cdrom");
  WANT(doc, "string(//interface[1]/@type)", "direct");
  WANT(doc, "string(//interface[1]/source/@dev)", "peth0.50");
  WANT(doc, "string(//interface[1]/source/@mode)", "bridge");
  WANT(doc, "count(//interface[1]/mtu)", "0");
  WANT(doc, "string(//interface[2]/virtualport/@type)", "openvswitch");
  WANT(doc, "count(//interface[2]/mtu)", "0");
  WANT(doc, "count(//graphics)", "0");
  WANT(doc, "string(//serial/log/@file)", "/var/log/vm/vm-a-0.log");
  WANT(doc, "string(//emulator)", "/usr/libexec/qemu-kvm");
  xmlFreeDoc(doc);
}

static void
test_kvm_attributes(void)
{
  struct rocks_vm vm = sample();
  xmlDocPtr doc;

  set(&vm, "cpu_mode", "custom:<model>Nehalem</model>");
  set(&vm, "kvm_cpu_pinning", "pin_all");
  set(&vm, "HVM_Features", "<features><acpi/><hap state='on'/></features>");
  set(&vm, "kvm_device_0", "<rng model='virtio'><backend model='random'>/dev/urandom</backend>"
                           "</rng><watchdog model='i6300esb'/>");
  doc = described(kvm, &vm, false);
  WANT(doc, "string(/domain/cpu/@mode)", "custom");
  WANT(doc, "string(/domain/cpu/model)", "Nehalem");
  WANT(doc, "count(/domain/cputune/vcpupin)", "2");
  WANT(doc, "string(/domain/cputune/vcpupin[2]/@cpuset)", "1");
  WANT(doc, "count(/domain/features)", "1");
  WANT(doc, "count(/domain/features/*)", "2");
  WANT(doc, "string(/domain/features/hap/@state)", "on");
  WANT(doc, "string(//rng/backend)", "/dev/urandom");
  WANT(doc, "count(//watchdog)", "1");
  xmlFreeDoc(doc);

  /* An attribute after the first that is unset counts no more. */
  vm = sample();
  set(&vm, "kvm_device_1", "<watchdog model='i6300esb'/>");
  set(&vm, "kvm_cpu_pinning", "<vcpupin vcpu='0' cpuset='3'/>");
  doc = described(kvm, &vm, false);
  WANT(doc, "count(//watchdog)", "0");
  WANT(doc, "string(/domain/cputune/vcpupin/@cpuset)", "3");
  xmlFreeDoc(doc);
}

static void
test_fragments_refused(void)
{
  static const struct {
    const char *name, *value;
  } bad[] = {
    { "HVM_Features", "<acpi>" },
    { "HVM_Features", "</features><devices/><features>" },
    { "HVM_Features", "acpi" },
    { "HVM_Features", "<acpi/> & more" },
    { "HVM_Features", "<!DOCTYPE x><acpi/>" },
    { "HVM_Features", "<acpi a='&file;'/>" },
    { "kvm_device_0", "<!-- nothing -->" },
    { "kvm_device_0", "<rng model='virtio'" },
    { "kvm_cpu_pinning", "pin_some" },
    { "cpu_mode", "custom:<model>" },
    { "cpu_mode", "custom:Nehalem" },
  };
  size_t i;

  for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    struct rocks_vm vm = sample();

    set(&vm, bad[i].name, bad[i].value);
    REFUSED(kvm, &vm, ROCKS_EINVALID, bad[i].name);
  }
}

static void
test_values_refused(void)
{
  static const struct rocks_disk relative = { "file", "vm.vda", "vda", "virtio", 1 };
  static const struct rocks_disk unknown = { "vmdk", "/d/a", "vda", "virtio", 1 };
  static const struct rocks_disk full[] = {
    { "file", "/a", "hda", "ide", 1 },
    { "file", "/b", "hdb", "ide", 1 },
    { "file", "/c", "hdc", "ide", 1 },
    { "file", "/d", "hdd", "ide", 1 },
  };
  struct rocks_vm vm = sample();

  vm.virt_type = "para";
  REFUSED(kvm, &vm, ROCKS_EUNSUPPORTED, "'para'");
  vm.virt_type = "pare";
  REFUSED(xen, &vm, ROCKS_EINVALID, "'pare'");
  vm = sample();
  vm.disks = &relative;
  REFUSED(kvm, &vm, ROCKS_EINVALID, "'vm.vda'");
  vm.disks = &unknown;
  REFUSED(kvm, &vm, ROCKS_EINVALID, "'vmdk'");
  REFUSED(xen, &vm, ROCKS_EINVALID, "'vmdk'");
  vm.disks = full;
  vm.ndisks = 4;
  vm.cdrom = "/iso";
  REFUSED(kvm, &vm, ROCKS_EINVALID, "'/iso'");
  vm = sample();
  vm.name = "bell\a";
  REFUSED(kvm, &vm, ROCKS_EINVALID, "cannot carry");
  vm.name = "latin1-\xe9";
  REFUSED(xen, &vm, ROCKS_EINVALID, "cannot carry");
  vm = sample();
  set(&vm, "kvm_graphics", "spice");
  REFUSED(kvm, &vm, ROCKS_EINVALID, "'spice'");
}

/* --- names that would like to be markup --------------------------------- */

static void
test_injection(void *state)
{
  static const char evil[] = "/a'/><\"x\">&amp;<!-- ]]>\\$(reboot)`";
  const struct rocks_disk evil_disk = { "file", evil, evil, "w", 1 };
  const struct rocks_nic evil_nic = { evil, evil, ROCKS_WIRING_BRIDGE, false, 0 };
  struct rocks_vm vm = sample();
  xmlDocPtr plain, doc;
  char count[16];

  vm.kernel = vm.ramdisk = vm.args = "/k";
  plain = described(state, &vm, false);
  vm.name = evil;
  vm.kernel = vm.ramdisk = vm.args = evil;
  vm.disks = &evil_disk;
  vm.nics = &evil_nic;
  doc = described(state, &vm, false);
  WANT(doc, "string(/domain/name)", evil);
  WANT(doc, "string(/domain/os/kernel)", evil);
  WANT(doc, "string(/domain/os/initrd)", evil);
  WANT(doc, "string(/domain/os/cmdline)", evil);
  WANT(doc, "string(//disk/source/@file)", evil);
  WANT(doc, "string(//disk/target/@dev)", evil);
  WANT(doc, "string(//interface/source/@bridge)", evil);
  WANT(doc, "string(//interface/mac/@address)", evil);
  /* The same elements, and not one more.  The NIC above had an MTU. */
  snprintf(count, sizeof count, "%lu", xmlChildElementCount(xmlDocGetRootElement(plain)));
  WANT(doc, "count(/domain/*)", count);
  WANT(doc, "count(//comment())", "0");
  xmlFreeDoc(doc);
  xmlFreeDoc(plain);
}

/* --- xen ---------------------------------------------------------------- */

static void
test_xen_para(void)
{
  struct rocks_vm vm = sample();
  xmlDocPtr doc;

  vm.virt_type = NULL; /* Rocks takes that for para */
  doc = described(xen, &vm, false);
  WANT(doc, "string(/domain/@type)", "xen");
  WANT(doc, "string(/domain/bootloader)", "/var/lib/rocks-mvc/xen/netboot");
  WANT(doc, "string(//disk/target/@dev)", "xvda"); /* Xen refuses vda */
  WANT(doc, "string(/domain/os/type)", "linux");
  WANT(doc, "string(/domain/os/type/@machine)", "xenpv");
  WANT(doc, "count(/domain/features)", "0");
  WANT(doc, "string(/domain/on_poweroff)", "destroy");
  WANT(doc, "string(/domain/on_reboot)", "restart");
  WANT(doc, "string(/domain/on_crash)", "preserve");
  WANT(doc, "string(//interface/script/@path)", "vif-bridge");
  WANT(doc, "count(//interface/model)", "0");
  WANT(doc, "string(//disk/target/@bus)", "xen");
  WANT(doc, "string(//console/target/@type)", "xen");
  WANT(doc, "count(//graphics)", "0");
  xmlFreeDoc(doc);

  vm.virt_type = "para";
  vm.kernel = "/boot/vmlinux";
  set(&vm, "xen_para_machine", "xenpvh");
  doc = described(xen, &vm, false);
  WANT(doc, "count(/domain/bootloader)", "0");
  WANT(doc, "string(/domain/os/type)", "xenpvh");
  WANT(doc, "string(/domain/os/kernel)", "/boot/vmlinux");
  WANT(doc, "string(/domain/on_reboot)", "destroy");
  xmlFreeDoc(doc);
}

static void
test_xen_hvm(void)
{
  static const struct rocks_disk disks[] = {
    { "tap:aio", "/d/a", "hda", "w", 1 },
    { "phy", "/dev/vg/b", "xvdb", "r", 1 },
  };
  static const struct rocks_nic direct = { "0a:00:00:00:00:01", "eth0.5", ROCKS_WIRING_DIRECT,
                                           false, 0 };
  struct rocks_vm vm = sample();
  xmlDocPtr doc;

  vm.disks = disks;
  vm.ndisks = 2;
  vm.cdrom = "/dev/sr0";
  set(&vm, "xen_loader", "/usr/lib/xen-4.17/boot/hvmloader");
  doc = described(xen, &vm, false);
  WANT(doc, "string(/domain/os/type)", "hvm");
  WANT(doc, "string(/domain/os/loader)", "/usr/lib/xen-4.17/boot/hvmloader");
  WANT(doc, "string(/domain/os/boot[2]/@dev)", "network");
  WANT(doc, "count(/domain/features/*)", "3");
  WANT(doc, "string(//disk[1]/driver/@name)", "qemu");
  WANT(doc, "string(//disk[1]/target/@bus)", "ide");
  WANT(doc, "string(//disk[2]/driver/@name)", "phy");
  WANT(doc, "string(//disk[2]/target/@bus)", "xen");
  WANT(doc, "count(//disk[2]/readonly)", "1");
  WANT(doc, "string(//disk[3]/source/@dev)", "/dev/sr0");
  WANT(doc, "string(//disk[3]/target/@dev)", "hdb");
  WANT(doc, "string(//graphics/@listen)", "127.0.0.1");
  xmlFreeDoc(doc);

  vm.nics = &direct;
  REFUSED(xen, &vm, ROCKS_EUNSUPPORTED, "'eth0.5'");
}

/* --- steps on the container --------------------------------------------- */

static void
test_steps(void)
{
  static const struct rocks_disk disks[] = {
    { "file", "/d/it's", "vda", "virtio", 36000000000 },
    { "phy", "/dev/sdx", "vdb", "virtio", 5 },
    { "qcow2", "/d/b", "vdc", "virtio", 7 },
  };
  static struct rocks_script script;
  struct rocks_call call = { .code = ROCKS_OK };
  struct rocks_vm vm = sample();

  vm.disks = disks;
  vm.ndisks = 3;
  CHECK(vm_prepare(kvm, &call, &vm, &script) == 0);
  CHECK(strcmp(script.all.text, "'rocks_vm_image' 'raw' '/d/it'\\''s' '36000000000'\n"
                           "'rocks_vm_image' 'qcow2' '/d/b' '7'\n"
                           "'rocks_vm_emulate' 'auto'\n") == 0);
  CHECK(strstr(script.code, "rocks_vm_image()") != NULL);

  memset(&script, 0, sizeof script);
  set(&vm, "kvm_emulate", "no");
  CHECK(vm_prepare(xen, &call, &vm, &script) == 0);
  CHECK(strstr(script.all.text, "'rocks_vm_emulate' 'no'\n") != NULL);

  memset(&script, 0, sizeof script);
  CHECK(vm_erase(kvm, &call, &vm, &script) == 0);
  CHECK(strcmp(script.all.text, "'rocks_vm_erase' '/d/it'\\''s'\n'rocks_vm_erase' '/d/b'\n") == 0);
  CHECK(call.code == ROCKS_OK);

  settings[0].value = "perhaps";
  CHECK(vm_prepare(kvm, &call, &vm, &script) == -1);
  CHECK(strstr(call.message, "'perhaps'") != NULL);
}

/* --- descriptors -------------------------------------------------------- */

static void
test_descriptor(const struct rocks_plugin *plugin, const char *name)
{
  const struct rocks_param *param, *other;

  CHECK(plugin->size == sizeof *plugin && plugin->abi == ROCKS_ABI);
  CHECK(plugin->kind == ROCKS_KIND_VM && plugin->ops_size == sizeof(struct rocks_vm_ops));
  CHECK(strcmp(plugin->name, name) == 0);
  for (param = plugin->params; param->name != NULL; param++) {
    CHECK(param->help != NULL && *param->help != '\0');
    for (other = plugin->params; other != param; other++)
      CHECK(strcmp(param->name, other->name) != 0);
  }
}

int
main(void)
{
  struct rocks_call call = { .code = ROCKS_OK };
  const struct rocks_plugin *kvm_plugin = vm_kvm_LTX_rocks_entry();
  const struct rocks_plugin *xen_plugin = vm_xen_LTX_rocks_entry();

  test_descriptor(kvm_plugin, "kvm");
  test_descriptor(xen_plugin, "xen");
  CHECK(kvm_plugin->start(&call, &fake_core, &kvm) == 0);
  CHECK(xen_plugin->start(&call, &fake_core, &xen) == 0);
  test_kvm_network_boot();
  test_kvm_kernel_boot();
  test_kvm_emulated();
  test_kvm_devices();
  test_kvm_attributes();
  test_fragments_refused();
  test_values_refused();
  test_injection(kvm);
  test_injection(xen);
  test_xen_para();
  test_xen_hvm();
  test_steps();
  kvm_plugin->stop(kvm);
  xen_plugin->stop(xen);
  xmlCleanupParser();
  return check_failures();
}
