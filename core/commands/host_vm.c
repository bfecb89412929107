/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The commands on single VMs and their words; and the flag that leaves a NIC
 * out of a VM.
 */
#include <config.h>

#include "base/addr.h"
#include "commands/commands.h"
#include "commands/host_vm.h"
#include "commands/patterns.h"

static int
list_disablekvm(struct run *run)
{
  if (check_references(run, "networks", "Node", "nodes") != 0)
    return -1;
  return list_hosts(run, "host,interface,disablekvm", "tb",
                    "select n.Name, w.Device, w.Disable_KVM from nodes n"
                    " join networks w on w.Node = n.ID where %s order by %s, w.ID",
                    HOSTS_BY_ID);
}

static int
set_disablekvm(struct run *run)
{
  CLEANUP_LIST struct list hosts = { 0 };
  const char *values[2];

  run_positional(run, "iface disablekvm", values);
  if (values[0] == NULL)
    return run_fail(run, "must supply iface");
  if (values[1] == NULL)
    return run_fail(run, "must supply disablekvm");
  if (run->args.count == 0)
    return run_fail(run, "must supply at least one hostname");
  if (run_db(run) == NULL || hosts_expand(run, &hosts, 0) != 0)
    return -1;
  return db_exec(run->db, "update networks set Disable_KVM = ? where Device = ?"
                 " and Node in (select ID from nodes where Name in (%s))", "isv",
                 bool_parse(values[1]) ? 1 : 0, values[0], &hosts);
}

static const char *const disable_options[] = {
  "host: a host, a pattern with %, rackN or an appliance; to list, all without any",
  "iface: the device of the VM, eth0 say",
  "disablekvm: yes leaves the interface out of the VM from its next start on",
  NULL
};

static const char *const add_options[] = {
  "host: containers, one VM on each",
  "membership: what kind of host it is, one that `list membership` shows; `Hosted VM` for a "
  "member of a virtual cluster, which has no address here",
  "cpus: how many [1]",
  "disk: TYPE:PATH,DEVICE,BUS; TYPE is file, qcow2, qed or phy [a file in the container's largest "
  "partition]",
  "disksize: its size in units of 10^9 bytes [36]",
  "ip: the address of eth0 [the next free one]",
  "mac: the MAC address of eth0 [the next free one]",
  "mem: memory in MiB [2048]",
  "name: the VM's name [appliance, cabinet, position and slice]",
  "num-macs: how many interfaces [1]",
  "slice: the number of the VM on its container [the next one]",
  "subnet: the network of eth0 [private]",
  "sync-config: no leaves the frontend's services as they are [yes]",
  "virt-type: hvm or para, as the VM backend has it",
  "vlan: VLAN ids of eth0, eth1, ..., commas between them, `none` for an interface without [none]",
  NULL
};

static const char *const add_examples[] = {
  "vm-container-0-0 membership=Compute|a compute node in a VM",
  "vm-container-0-1 membership=\"Hosted VM\" mem=4096 cpus=2 vlan=5|a VM on VLAN 5", NULL
};

static const char *const set_options[] = {
  "host: one VM",
  "disk: all its disks, blanks between them: TYPE:PATH,DEVICE,BUS",
  "disksize: the disks' sizes in units of 10^9 bytes, blanks between them; 0 leaves one as it is",
  "mem: memory in MiB",
  "physnode: the container that it runs on; no data is moved",
  "slice: the number of the VM on its container",
  "virt-type: hvm or para",
  NULL
};

static const char *const list_options[] = {
  "host: a host, a pattern with %, rackN or an appliance; without any, all VMs",
  "showdisks: yes adds disks and CD-ROM",
  "status: yes adds what each VM does, asked of its container",
  NULL
};

static const char *const host_options[] = {
  "host: VMs: names, patterns with %, rackN or an appliance",
  "action: poweroff (at once), shutdown (the guest is asked), reset or reboot [poweroff]",
  "file: a file of the container; for one VM only [NAME.saved beside the disks]",
  "terminate: yes: the VM has ended by itself; only its network port is taken down",
  NULL
};

static const char *const cdrom_options[] = {
  "host: one VM",
  "cdrom: an ISO image or a device of its container, with its whole path; none takes it out",
  NULL
};

const struct command host_vm_commands[] = {
  { "add host vm",
    "{host}... {membership} [cpus=string] [disk=string] [disksize=string] [ip=string]"
    " [mac=string] [mem=string] [membership=string] [name=string] [num-macs=string]"
    " [slice=string] [subnet=string] [sync-config=bool] [virt-type=string] [vlan=string]",
    "Adds a VM on each of the containers: all of them, or on an error none.", add_options,
    add_examples, COMMAND_ROOT | COMMAND_WRITES, host_vm_add },
  { "create host vm", "{host}...", "The same as `start host vm`.", host_options, NULL,
    COMMAND_ROOT, host_vm_create },
  { "dump host vm", "[host]...", "Prints VMs as the commands that make them.", list_options, NULL,
    0, host_vm_dump },
  { "list host interface disablekvm", "[host]...", "Shows which interfaces are left out of VMs.",
    disable_options, NULL, 0, list_disablekvm },
  { "list host vm", "[host]... [showdisks=bool] [status=bool]", "Shows VMs.", list_options, NULL,
    0, host_vm_list },
  { "pause host vm", "{host}...", "Halts VMs; they keep their memory.", host_options, NULL,
    COMMAND_ROOT, host_vm_pause },
  { "remove host vm", "{host}...",
    "Takes from hosts what makes them VMs. They are powered off; their disk images stay.",
    host_options, NULL, COMMAND_ROOT | COMMAND_WRITES, host_vm_remove },
  { "restore host vm", "{host}... [file=string]", "Lets VMs that were saved go on.", host_options,
    NULL, COMMAND_ROOT, host_vm_restore },
  { "resume host vm", "{host}...", "Lets VMs that are paused go on.", host_options, NULL,
    COMMAND_ROOT, host_vm_resume },
  { "save host vm", "{host}... {file}",
    "Writes the memory of VMs to a file of their containers and stops them.", host_options, NULL,
    COMMAND_ROOT, host_vm_save },
  { "set host interface disablekvm",
    "{host} {iface} [disablekvm=bool] [disablekvm=bool] [iface=string]",
    "Leaves an interface out of a VM, or puts it back, from its next start on.", disable_options,
    NULL, COMMAND_ROOT | COMMAND_WRITES, set_disablekvm },
  { "set host vm",
    "{host} [disk=string] [disksize=string] [mem=string] [physnode=string] [slice=string]"
    " [virt-type=string]",
    "Changes a VM from its next start on.", set_options, NULL, COMMAND_ROOT | COMMAND_WRITES,
    host_vm_set },
  { "set host vm cdrom", "{host} [cdrom=string]",
    "Puts a CD-ROM into a VM, or takes it out, from its next start on.", cdrom_options, NULL,
    COMMAND_ROOT | COMMAND_WRITES, host_vm_set_cdrom },
  { "start host vm", "{host}...",
    "Brings up the network ports of VMs, makes their disks if they are missing, and starts them.",
    host_options, NULL, COMMAND_ROOT, host_vm_start },
  { "stop host vm", "{host}... [action=string] [terminate=bool]", "Stops VMs.", host_options, NULL,
    COMMAND_ROOT, host_vm_stop },
  /* What `remove host vm` leaves for after its commit. */
  { "undefine host vm", "{cluster} {vm}...", "Takes down VMs that have just been removed.", NULL,
    NULL, COMMAND_ROOT | COMMAND_HIDDEN, host_vm_undefine },
  COMMANDS_END
};
