#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Hosts, their interfaces and boot files: what is refused changes nothing, boot files are as the
# database says, a host goes with all that is its own, and a dump makes the same site again. In
# namespaces of its own, as host `manager` of a small site.
# SITE_SQL_MODE: the server's sql_mode, for a lax one as of old Rocks.
# shellcheck disable=SC2034 # for alone.sh
ALONE_PROGRAMS='ssh-keygen'
# shellcheck source=tests/manager.sh disable=SC1091
. "$(dirname "$0")/../manager.sh"
small_site cluster
pxe=/tftpboot/pxelinux/pxelinux.cfg
grub=/tftpboot/pxelinux/uefi.cfg

# ---- hosts ----

long=$(printf 'a%.0s' {1..300})
new='membership=Compute rack=0 rank=0'
# shellcheck disable=SC2086 # words
{
  refuses 'must supply one host' add host a b $new
  refuses 'membership not specified' add host foo
  refuses 'rack not specified' add host foo membership=Compute
  refuses 'rank not specified' add host foo membership=Compute rack=1
  refuses 'Membership Nope is not valid.' add host foo membership=Nope rack=0 rank=0
  refuses 'Compute does not support lin' add host foo $new os=lin
  refuses 'Node compute-0-0 already exists.' add host compute-0-0
  refuses 'Hostname foo.bar can not contains any dot.' add host foo.bar $new
  refuses "Hostname $long is longer than 63 characters." add host "$long" $new
  for name in "a'b" 'a b' 'a%' 'a;b' 'Zürich' '-a' 'a"b'; do
    refuses "Hostname \"$name\" is not made of letters, digits, _ and -." add host "$name" $new
  done
}
refuses 'cpus "many" must be a number from 1 to 2147483647' add host compute-0-1 cpus=many
refuses 'invalid membership "Nope"' set host membership compute-0-0 Nope
refuses 'Node manager already exists.' set host name compute-0-0 manager
refuses 'must supply only one host' set host name vm-container other
refuses 'cannot remove host "manager": it is the frontend of this site' remove host manager
refuses 'cannot resolve host "nosuch"' remove host compute-0-0 nosuch

rocks add host compute-0-1 cpus=8
rocks add host storage membership='NAS Appliance' rack=1 rank=2
is 'what a name says counts' "$(rocks list host compute-0-1 output-header=no)" \
  'Compute 8  0  1  os install'
rocks set host name storage attic
rocks set host membership attic Compute
is 'a host has another name and membership' \
  "$(sql "select n.Name, m.Name, i.Name from nodes n join memberships m on m.ID = n.Membership
     join catindex i on i.Name = n.Name")" "$(printf '%s\n' 'manager	Frontend	manager' \
    'compute-0-1	Compute	compute-0-1' 'attic	Compute	attic')"

# ---- interfaces ----

add='add host interface compute-0-1'
# shellcheck disable=SC2086 # words
{
  refuses 'The ip address 1.2.3 is invalid' $add eth0 ip=1.2.3
  refuses 'unknown network "nosuch"' $add eth0 subnet=nosuch
  refuses 'vlan "x" must be an integer' $add eth0 vlan=x
  refuses 'The MAC address zz is invalid' $add eth0 mac=zz
  refuses 'interface "../eth0" is not made of letters, digits and _-.:@' $add ../eth0
  refuses 'must supply one host' add host interface vm-container eth5
}
rocks add host interface compute-0-1 eth0 ip=10.1.2.3 subnet=private mac=52:54:00:00:00:11
rocks add host interface compute-0-1 52:54:00:00:00:12
refuses 'interface "eth0" exists' add host interface compute-0-1 eth0
refuses 'cannot be fqdn' set host interface name compute-0-1 eth0 a.example.org
refuses 'options must be one line' set host interface options compute-0-1 eth0 $'a\nb'
refuses "module is longer than 128 characters" set host interface module compute-0-1 eth0 "$long"
rocks set host interface iface compute-0-1 52:54:00:00:00:12 eth1
rocks set host interface subnet compute-0-1 eth1 public
rocks set host interface vlan compute-0-1 eth1 12
rocks set host interface options compute-0-1 eth1 "Zürich 'x' %"
is 'interfaces are as they were set' "$(rocks list host interface compute-0-1)" \
  "$(printf '%s\n' \
    'SUBNET  IFACE MAC               IP       NETMASK       MODULE NAME        VLAN OPTIONS       CHANNEL' \
    'private eth0  52:54:00:00:00:11 10.1.2.3 255.255.0.0   ------ compute-0-1 ---- ------------- -------' \
    "public  eth1  52:54:00:00:00:12 -------- 255.255.255.0 ------ compute-0-1 12   Zürich 'x' % -------")"
rocks set host interface options compute-0-1 eth1 NULL
is 'NULL clears' "$(sql "select count(*) from networks where Options is not null")" 0
has 'an address that another host has is warned about' \
  "$(rocks set host interface ip compute-0-1 eth1 10.1.255.254 2>&1)" 'vm-container-0-0'
has 'an interface that is not there is warned about' \
  "$(rocks set host interface ip compute-0-1 eth9 10.1.9.9 2>&1)" 'no interface "eth9"'
rocks set host interface ip compute-0-1 eth1 192.0.2.77
is 'the network card of a host' "$(rocks report host interface compute-0-1 iface=eth0)" \
  'DEVICE=eth0
HWADDR=52:54:00:00:00:11
IPADDR=10.1.2.3
NETMASK=255.255.0.0
BOOTPROTO=none
ONBOOT=yes
MTU=1500'
has 'a frontend runs VMs: its cards are below bridges' \
  "$(rocks report host interface manager)" $'DEVICE=peth0\nHWADDR=52:54:00:00:00:01\nBRIDGE="eth0"'
is 'the name and gateway of a host' "$(rocks report host network compute-0-1)" \
  '<file name="/etc/sysconfig/network">
NETWORKING=yes
HOSTNAME=compute-0-1.local
GATEWAY=10.1.1.1
GATEWAYDEV=eth0
</file>
<file name="/etc/hostname">
compute-0-1.local
</file>'

# ---- aliases, keys, partitions ----

rocks add host alias compute-0-1 c1 2>/dev/null
refuses 'alias "c1" already exists' add host alias attic c1
refuses 'alias "a b" is not made of letters, digits, _, - and .' add host alias attic 'a b'
is 'an alias is as good as the name' "$(rocks list host boot c1)" "$(rocks list host boot compute-0-1)"
ssh-keygen -q -t rsa -b 2048 -N '' -f "$test_tmp/key"
refuses 'this is a private key: it stays with its owner, add the public one' \
  add host key compute-0-1 key="$test_tmp/key"
rocks add host key compute-0-1 key="$test_tmp/key.pub" description="Anna's"
refuses 'the public key already exists for host compute-0-1' \
  add host key compute-0-1 key="$(cat "$test_tmp/key.pub")"
is 'the key is kept as PEM' "$(sql 'select Public_Key from public_keys' | sed 's/\\n/\n/g')" \
  "$(ssh-keygen -e -m PKCS8 -f "$test_tmp/key.pub")"
is 'the largest partition of each host' \
  "$(rocks list host partition bigmnt=yes manager vm-container-0-1)" \
  "$(printf '%s\n' 'manager: /export' 'vm-container-0-1: /state/partition1')"

# ---- boot files ----

refuses 'action "nosuch" does not exist' set host runaction compute-0-1 nosuch
refuses 'action must be one line' add bootaction action=$'a\nb'
rocks add bootaction action=install kernel=vmlinuz-7 ramdisk=initrd-7 args='ks ksdevice=bootif'
rocks set attr Kickstart_PrivateGateway 10.1.1.1
rocks set attr Kickstart_PrivateNetmask 255.255.0.0
rocks set host boot compute-0-1 action=install
args='ks ksdevice=bootif ip=10.1.2.3 gateway=10.1.1.1 netmask=255.255.0.0'
is 'pxelinux, to install' "$(cat $pxe/0A010203)" "default rocks
prompt 0
label rocks
	kernel vmlinuz-7
	append $args initrd=initrd-7
	ipappend 2"
is 'GRUB, to install' "$(cat $grub/grub.cfg-0A010203)" "
set timeout=5
menuentry 'rocks' {
     linuxefi vmlinuz-7 $args
 
     initrdefi initrd-7 
}"
rocks set host boot compute-0-1 action=os
is 'pxelinux, from the disk' "$(cat $pxe/0A010203)" $'default rocks\nprompt 0\nlabel rocks\n\tlocalboot 0'
is 'the default is to install' "$(sed -n 4,5p $pxe/default)" \
  $'\tkernel vmlinuz-7\n\tappend ks ksdevice=bootif initrd=initrd-7'
is 'nothing is left beside the files' "$(find $pxe $grub -name '*.??????')" ''
sql "update nodes set InstallAction = 'gone' where Name = 'compute-0-1'"
cp $pxe/0A010203 "$test_tmp/kept"
refuses 'bootaction "gone" for host "compute-0-1" is invalid' set host boot compute-0-1 action=install
passes 'a refused boot action leaves the files' cmp $pxe/0A010203 "$test_tmp/kept"
refuses 'invalid action. action must be "os", "run" or "install"' set host boot compute-0-1 action=fly
sql "insert into vm_nodes (Node, PhysNode, Virt_Type)
  select n.ID, 2, 'hvm' from nodes n where n.Name = 'attic';
  update nodes set Membership = 8 where Name = 'attic'"
rocks add host interface attic eth0 ip=10.1.2.4 subnet=private
rocks set host boot attic action=os
fails 'a VM of a virtual cluster has no files here' test -e $pxe/0A010204
rocks set host installaction compute-0-1 install

# ---- a dump makes the same site ----

dump() {
  local what
  for what in host 'host interface' 'host boot' 'host key'; do
    # shellcheck disable=SC2086 # words
    rocks dump $what
  done
}
sql "delete from vm_nodes; update nodes set RunAction = null where Name = 'attic'"
dump >"$test_tmp/dump"
site copy
sql "insert into subnets (name, dnszone, subnet, netmask) values
  ('private', 'local', '10.1.0.0', '255.255.0.0'), ('public', 'example.org', '192.0.2.0', '255.255.255.0');
  insert into nodes (Name, Membership) values ('manager', 1);
  insert into bootaction (Action, Kernel) values ('install', 'vmlinuz')"
sed "s|^/opt/rocks/bin/rocks|rocks|" "$test_tmp/dump" >"$test_tmp/script"
passes 'a dump is a script' bash -e "$test_tmp/script"
is 'a site made by it has the same dump' "$(dump)" "$(cat "$test_tmp/dump")"
is 'a host without a profile has none there' \
  "$(sql "select count(*) from nodes where Name = 'attic' and RunAction is null")" 1
database=cluster
export ROCKS_DATABASE="mysql:///cluster?socket=$MARIADB_SOCKET"

# ---- what goes ----

rocks remove host interface compute-0-1 'eth1%' >/dev/null 2>&1
is 'interfaces go by pattern' "$(rocks list host interface compute-0-1 output-header=no | wc -l)" 1
rocks set host boot compute-0-1 action=os
passes 'there are boot files' test -e $pxe/0A010203 -a -e $grub/grub.cfg-0A010203
node=$(sql "select ID from nodes where Name = 'compute-0-1'")
rocks remove host compute-0-1 attic >/dev/null 2>&1
fails 'boot files go' test -e $pxe/0A010203 -o -e $grub/grub.cfg-0A010203
is 'nothing is left of a host' "$(for table in networks aliases boot public_keys partitions \
  node_routes; do sql "select '$table' from $table where Node = $node"; done
  sql "select Name from catindex where Name in ('compute-0-1', 'attic')")" ''
is 'the others stay' "$(rocks list host output-col=host output-header=no)" \
  "$(printf '%-17s\n' manager: vm-container-0-0: vm-container-0-1: vm-container-0-2: compute-0-0:)"

# ---- what is asked of the server does not grow ----

statements() {
  local before after
  before=$(sql "show global status like 'Com_stmt_execute'" | cut -f2)
  rocks "$@" >/dev/null 2>&1
  after=$(sql "show global status like 'Com_stmt_execute'" | cut -f2)
  echo $((after - before))
}
few=()
for command in 'list host boot' 'list host partition' 'dump host' 'dump host interface' \
  'report host interface %' 'report host network %' 'set host boot %' \
  'set host cpus % 2' 'set host interface vlan % eth0 7'; do
  # shellcheck disable=SC2086 # words
  few[${#few[@]}]="$command: $(statements $command)"
done
sql "set @i = 0; insert into nodes (Name, Membership, Rack, \`Rank\`)
  select concat('compute-9-', @i := @i + 1), 2, 9, @i from information_schema.columns limit 300;
  insert into networks (Node, Device, IP, Subnet)
  select ID, 'eth0', concat('10.1.3.', \`Rank\` mod 256), 1 from nodes where Rack = 9"
for command in "${few[@]}"; do
  # shellcheck disable=SC2086 # words
  is "${command%: *} costs as much with 300 hosts more" "$(statements ${command%: *})" "${command##*: }"
done
