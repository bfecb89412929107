#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Commands on single VMs: what they refuse changes nothing, what they take is
# taken once, and a VM's life on a real libvirtd with QEMU's emulation. All in
# namespaces of its own, as host `manager` of a small site.
set -eu

ALONE_PROGRAMS='libvirtd virsh qemu-system-x86_64 ip'
ALONE_SECONDS=600
# shellcheck source=tests/alone.sh disable=SC1091
. "$(dirname "$0")/../alone.sh"

# ---- the site ----

hostname manager
# shellcheck disable=SC2154
mkdir "$test_tmp/run" "$test_tmp/var" "$test_tmp/disks"
cp -a /etc "$test_tmp/etc"
mkdir -p "$test_tmp/etc/libvirt"
for folder in run var etc; do mount --bind "$test_tmp/$folder" "/$folder"; done
mkdir -p /var/lib/libvirt /var/log/libvirt /var/cache/libvirt /var/tmp /run/libvirt /run/mysqld
echo '127.0.0.1 localhost' >/etc/hosts
: >/etc/resolv.conf
ip link set lo up
ip link add eth0 type bridge
ip link set eth0 up
# Nothing but what a test means answers: containers other than this machine are down.
mkdir "$test_tmp/bin"
printf '#!/bin/sh\nexit 255\n' >"$test_tmp/bin/ssh"
chmod +x "$test_tmp/bin/ssh"
PATH=$test_tmp/bin:$PATH
mariadb_start "$test_tmp/db"
# shellcheck source=tests/small-site.sh disable=SC1091
. "$top_srcdir/tests/small-site.sh"
small_site cluster

# ---- what is refused ----

add='add host vm vm-container-0-0 membership=Compute sync-config=no'
passes 'a VM to refuse others for' rocks add host vm vm-container-0-0 membership=Compute name=one \
  mac=52:54:00:11:00:01 ip=10.1.9.9 sync-config=no
# shellcheck disable=SC2086 # words
{
  refuses 'membership nosuch is not valid' add host vm vm-container-0-0 nosuch
  refuses 'subnet nosuch is not valid' $add subnet=nosuch
  refuses 'one is a virtual machine itself and holds none' add host vm one membership=Compute
  refuses "Virtualization type must be either 'hvm' or 'para'" $add virt-type=lxc
  refuses 'KVM supports only hvm virtualization' $add virt-type=para
  refuses 'The ip address 10.1.1 is invalid' $add ip=10.1.1
  refuses 'the IP address 10.1.9.9 is in use by one' $add ip=10.1.9.9
  refuses 'the MAC address 52:54:00:11:00:01 is in use by one' $add mac=52:54:0:11:0:1
  refuses 'mac "01:00:5e:00:00:01" is no MAC address of a host' $add mac=01:00:5e:00:00:01
  refuses 'mac "52:54" is no MAC address of a host' $add mac=52:54
  refuses 'vlan "4095" must be an integer from 0 to 4094, or none' $add vlan=4095
  refuses 'vlan "5,6" is for 2 interfaces, num-macs is 1' $add vlan=5,6
  refuses 'num-macs "0" must be a number from 1 to 28' $add num-macs=0
  refuses 'mem "0" must be a number from 1 to 2147483647' $add mem=0
  refuses 'cpus "-1" must be a number from 1 to 4096' $add cpus=-1
  refuses 'slice "x" must be a number from 0 to 2147483647' $add slice=x
  refuses 'disksize "1G" must be a number from 0 to 2147483647' $add disksize=1G
  refuses 'Invalid disk specification. Please see rocks add host vm help.' $add disk=file:/x,vda
  refuses 'disk type "raw" of "raw:/x,vda,virtio" is not file, qcow2, qed, phy or tap:aio' \
    $add disk=raw:/x,vda,virtio
  refuses 'disk "file:x,vda,virtio" needs the absolute path of a file' $add disk=file:x,vda,virtio
  refuses 'ip 10.1.9.8: a VM of membership Hosted VM gets its address from its virtual frontend' \
    add host vm vm-container-0-0 'membership=Hosted VM' ip=10.1.9.8
  # The first container could have it: none gets one.
  refuses 'compute-0-0 is drained: it takes no new VMs' \
    "$(sql "insert into mvc_containers (host, drained) values ('compute-0-0', 1)")add host vm" \
    vm-container-0-0 compute-0-0 membership=Compute sync-config=no
  refuses 'could not find a partition on host (vm-container-0-2) to hold the VM'\''s disk image' \
    "$(sql 'delete from partitions where Node = 4')add host vm" vm-container-0-1 \
    vm-container-0-2 membership=Compute sync-config=no
}
refuses 'mem "-1" must be a number from 0 to 2147483647' set host vm one mem=-1
refuses 'two disks are to be the device vda' set host vm one \
  'disk=file:/a,vda,virtio file:/b,vda,virtio'
refuses 'too many disksize vm has only 1 disks' set host vm one mem=77 'disksize=1 2'
refuses 'one is a virtual machine itself and holds none' set host vm one physnode=one
refuses 'host manager is not a virtual host' set host vm cdrom manager cdrom=/x.iso
refuses 'must supply host' start host vm
refuses 'host manager is not a virtual host' start host vm manager
refuses 'virtual host manager does not have a valid physical host' pause host vm manager
refuses 'invalid action "halt". action must be "poweroff", "shutdown", "reset" or "reboot"' \
  stop host vm one action=halt
refuses 'if you supply the "file" parameter, then you only can specify one VM host' \
  save host vm one one file=/x "$(rocks add host vm vm-container-0-1 Compute name=two \
    sync-config=no >/dev/null 2>&1)two"

# ---- at the same time ----

for i in 1 2 3 4 5 6; do
  # shellcheck disable=SC2086 # words
  rocks $add >"$test_tmp/out.$i" 2>&1 &
  pids[i]=$!
done
for i in 1 2 3 4 5 6; do
  wait "${pids[i]}" || not_ok "add host vm, one of six: $(cat "$test_tmp/out.$i")"
done
is 'six at a time get six of each' "$(sql "select count(distinct n.Name), count(distinct w.MAC),
  count(distinct w.IP), count(distinct v.Slice) from nodes n join networks w on w.Node = n.ID
  join vm_nodes v on v.Node = n.ID where n.Name like 'compute-0-0-%'")" '6	6	6	6'

# ---- listing costs the same for any number ----

questions() {
  local before
  before=$(sql "show global status like 'Questions'" | cut -f2)
  rocks "$@" >/dev/null
  echo $(($(sql "show global status like 'Questions'" | cut -f2) - before))
}
for command in 'list host vm' 'dump host vm' 'report host vm virt_type'; do
  # shellcheck disable=SC2086 # words
  is "$command: queries for 7 as for 1" "$(questions $command one two 'compute-0-0-%')" \
    "$(questions $command one two compute-0-0-0)"
done

# ---- a member of a recorded cluster ----

ours() {
  sql 'select (select count(*) from mvc_leases), (select count(*) from mvc_members),
    (select count(*) from mvc_clusters)'
}
passes 'a cluster' rocks add cluster 192.0.2.20 1 fe-name=front network-backend=vlan \
  container-hosts=vm-container-0-1 cluster-naming=yes
is 'both are leased' "$(ours)" '2	2	1'
has 'its network is known for a single VM' "$(rocks report host vm config vm-front-0)" \
  'peth0.2'
passes 'more memory' rocks set host vm vm-front-0 mem=512 physnode=vm-container-0-0
is 'what is promised follows' "$(sql "select l.mem, l.container, m.mem, m.container
  from mvc_leases l join mvc_members m on m.name = l.vm where l.vm = 'vm-front-0'")" \
  '512	vm-container-0-0	512	vm-container-0-0'
sql "update mvc_leases set home_uuid = 'another' where vm = 'vm-front-0'"
refuses 'host vm-front-0 is leased to cluster front of another site, which alone can do this' \
  start host vm vm-front-0
sql "update mvc_leases set home_uuid = (select uuid from mvc_site) where vm = 'vm-front-0'"
passes 'the member removed' rocks remove host vm vm-front-0
is 'its lease too' "$(ours)" '1	1	1'
passes 'the frontend removed' rocks remove host vm front
is 'a cluster of nobody is forgotten' "$(ours)" '0	0	0'

# ---- dumped, removed, read back ----

passes 'a CD-ROM' rocks set host vm cdrom one cdrom="/tmp/it's one.iso"
passes 'a NIC left out' rocks set host interface disablekvm one eth0 yes
{ rocks dump host vm; rocks dump host interface one | grep disablekvm; } >"$test_tmp/dump"
rocks list host vm showdisks=yes >"$test_tmp/list"
passes 'all removed' rocks remove host vm one two 'compute-0-0-%'
is 'none left' "$(rocks list host vm)$(sql 'select * from vm_disks')" ''
passes 'NIC back' rocks set host interface disablekvm one eth0 no
sed "s,^/opt/rocks/bin/rocks,rocks," "$test_tmp/dump" >"$test_tmp/restore"
passes 'the dump runs' sh -eu "$test_tmp/restore"
is 'as before' "$(rocks list host vm showdisks=yes)" "$(cat "$test_tmp/list")"
is 'the NIC is left out again' "$(rocks list host interface disablekvm one |
  tail -n +2 | tr -s ' ')" 'eth0 True '

# ---- on a hypervisor ----

# shellcheck source=tests/libvirtd.sh disable=SC1091
. "$top_srcdir/tests/libvirtd.sh"
libvirtd_start
status() { rocks list host vm "$1" status=yes output-header=no | awk '{ print $7; exit }'; }

passes 'a VM on this machine' rocks add host vm manager membership=Compute name=guest mem=64 \
  disksize=1 disk="file:$test_tmp/disks/guest.vda,vda,virtio" sync-config=no
is 'not started' "$(status guest)" nostate
passes 'start' rocks start host vm guest
is 'started' "$(status guest) $(virsh domstate guest)" 'active running'
refuses 'The host guest is already running.' start host vm guest
# Its cluster remembers who runs it, whatever is chosen for new ones.
sql "insert into mvc_clusters set name = 'guest', network_backend = 'vlan', vm_backend = 'kvm',
    state = 'running', created = now();
  insert into mvc_leases (home_uuid, cluster, vm, node, container, role, idx, cpus, mem, disk, mac,
    created) select s.uuid, 'guest', n.Name, n.ID, 'manager', 'compute', 0, 1, 64, 1, 'none', now()
    from nodes n join mvc_site s where n.Name = 'guest'"
rocks set attr vm_backend xen
is 'the backend that is recorded is asked' "$(status guest)" active
sql "update mvc_clusters set vm_backend = 'xen' where name = 'guest'"
rocks set attr vm_backend kvm
is 'and no other' "$(status guest)" nostate-error
rocks remove attr vm_backend
sql "delete from mvc_leases where cluster = 'guest'; delete from mvc_clusters where name = 'guest'"
passes 'pause' rocks pause host vm guest
is 'paused' "$(status guest)" paused
refuses 'The host guest is puased. You need to resume it (rocks resume host vm).' \
  create host vm guest
passes 'resume' rocks resume host vm guest
is 'resumed' "$(status guest)" active
passes 'reset' rocks stop host vm guest action=reset
is 'still there' "$(status guest)" active
passes 'save' rocks save host vm guest file="$test_tmp/disks/guest.saved"
is 'saved' "$(status guest) $(test -s "$test_tmp/disks/guest.saved" && echo file)" 'nostate file'
passes 'restore' rocks restore host vm guest file="$test_tmp/disks/guest.saved"
is 'restored' "$(status guest)" active
passes 'a shutdown is asked for' rocks stop host vm guest action=shutdown
is 'and leaves no definition' "$(virsh dominfo guest | sed -n 's/^Persistent: *//p')" no
passes 'poweroff' rocks stop host vm guest
is 'nothing is left' "$(virsh list --all)" ''
passes 'poweroff of what is off' rocks stop host vm guest

# A virtual frontend boots from its disk once it was started to be installed.
sql "update nodes set InstallAction = 'install vm frontend' where Name = 'guest'"
sql "update bootaction set Kernel = '$test_tmp/disks/kernel', Ramdisk = '$test_tmp/disks/kernel'
  where Action = 'install vm frontend'"
echo none >"$test_tmp/disks/kernel"
has 'a kernel that is none' "$(rocks start host vm guest 2>&1 || true)" 'Error: manager: '
is 'not started: still to be installed' "$(sql "select b.Action from boot b
  join nodes n on n.ID = b.Node where n.Name = 'guest'")" install
kernel=$(find /boot -name 'vmlinuz-*' | head -n 1)
if [ -n "$kernel" ]; then
  cp "$kernel" "$test_tmp/disks/kernel"
  passes 'start, to be installed' rocks start host vm guest
  is 'from disk the next time' "$(sql "select b.Action from boot b join nodes n on n.ID = b.Node
    where n.Name = 'guest'")" os
else
  passes 'start' rocks "set host installaction" guest install
  passes 'start' rocks start host vm guest
fi

passes 'remove host vm' rocks remove host vm guest
is 'it is powered off and undefined' "$(virsh list --all)" ''
refuses 'host guest is not a virtual host' start host vm guest
