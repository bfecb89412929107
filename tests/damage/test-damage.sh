#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# A database that is gone, that goes while a command works, that lacks a table, or whose rows
# contradict each other: every command ends with status 0 or 1, and with a sentence when it is 1.
# What succeeds without a table prints what it prints with it: nothing is left out in silence.
set -eu
MANAGER_SECONDS=${MANAGER_SECONDS:-1800}
# shellcheck source=tests/manager.sh disable=SC1091
. "$(dirname "$0")/../manager.sh"

commands=(
  'list host' 'list host compute' 'list host %0-0' 'list host interface' 'list host attr'
  'list host vm' 'list host vm status=yes showdisks=yes' 'list cluster' 'list cluster detail=yes'
  'list network' 'list membership' 'list appliance' 'list appliance attr' 'list route'
  'list appliance route' 'list host route' 'list host boot' 'list host alias' 'list host key'
  'list host partition' 'list site' 'list host json=yes' 'report host'
  'report host interface vm-container-0-0' 'report host network compute-0-0'
  'report host dhcpd manager' 'report zones' 'report nextip private' 'report vm nextmac'
  'report host vm config hosted-vm-0-0-0 frontend-0-0-1' 'dump'
  'add cluster 192.0.2.32 1 dryrun=yes' 'remove cluster frontend-0-0-0 dryrun=yes'
  'start cluster frontend-0-0-1 dryrun=yes' 'set host boot % action=os'
  'set host attr % damage done' 'set host interface vlan vm-container-0-0 eth0 9'
  'add host damaged membership=Compute rack=1 rank=1'
  'add host interface damaged eth0 ip=10.1.7.7' 'remove host damaged compute-0-0'
  'add host vm vm-container-0-2 membership=Compute' 'set host vm hosted-vm-0-0-0 mem=512'
  'add cluster 192.0.2.33 1' 'remove host vm hosted-vm-0-1-0' 'remove cluster frontend-0-0-1'
)

# try WORDS: runs a command; its output is in $test_tmp/stdout
try() {
  local status=0
  # shellcheck disable=SC2086 # words
  timeout 60 rocks $1 >"$test_tmp/stdout" 2>"$test_tmp/stderr" </dev/null || status=$?
  return "$status"
}

told='\(null\)|Sanitizer|runtime error|failed and did not say why'

# What is wrong with how the last command ended; nothing when all is well.
judge() { # STATUS
  local first
  read -r first <"$test_tmp/stdout" || true
  case $1 in
    0) ;;
    1)
      # Progress may stand before the sentence.
      grep -qE '^Error: .{10}' "$test_tmp/stdout" || echo "status 1 without a sentence: $first"
      ;;
    *) echo "status $1" ;;
  esac
  if grep -qE "$told" \
    "$test_tmp/stdout" "$test_tmp/stderr"; then
    echo "says $(grep -hE "$told" \
      "$test_tmp/stdout" "$test_tmp/stderr" | head -1)"
  fi
}

# steady FILE: without the lines that tell the time
steady() { sed -E '/[Ss]erial|[0-9]{10}/d' "$1"; }

# ---- the site, and what all commands say of it ----

small_site cluster
sql "set foreign_key_checks = 0; insert into aliases (Node, Name) values (5, 'c0');
  insert into boot (Node, Action) select ID, 'os' from nodes;
  insert into public_keys (Node, Public_Key) values (5, '-----BEGIN PUBLIC KEY-----');
  insert into os_routes values ('linux', '10.3.0.0', '255.255.0.0', '10.1.1.1', null);
  insert into appliance_routes values (2, '10.4.0.0', '255.255.0.0', '', 1);
  insert into node_routes values (5, '10.5.0.0', '255.255.0.0', '10.1.1.1', null);
  insert into bootflags (Node, Flags) values (0, 'quiet')"
rocks add cluster 192.0.2.30 2 vlan=50 >/dev/null 2>&1
rocks set attr n2n_supernode 192.0.2.10:7654
rocks add cluster 192.0.2.31 1 network-backend=n2n >/dev/null 2>&1
names=$(sql "select table_name from information_schema.tables
  where table_schema = 'cluster' and table_type = 'BASE TABLE' order by table_name")
refill="set foreign_key_checks = 0, sql_mode = 'NO_AUTO_VALUE_ON_ZERO';"
mariadb_create good
for name in $names; do
  sql "create table good.$name like $name; insert into good.$name select * from $name"
  refill="$refill delete from $name; insert into $name select * from good.$name;"
done
restore() { sql "$refill"; }

restore
declare -A whole=()
bad=''
for command in "${commands[@]}"; do
  status=0
  try "$command" || status=$?
  whole[$command]=$(steady "$test_tmp/stdout")
  problem=$(judge "$status")
  [ -z "$problem" ] || bad+="$command: $problem"$'\n'
  [ "$status" = 0 ] || bad+="$command: $(sed -n '/^Error/p' "$test_tmp/stdout")"$'\n'
done
is 'all is well with a whole database' "$bad" ''
restore

# sweep TITLE silent|said: all commands on the database as it is
sweep() {
  local bad='' command status problem
  for command in "${commands[@]}"; do
    status=0
    try "$command" || status=$?
    problem=$(judge "$status")
    if [ -z "$problem" ] && [ "$2" = said ] && [ "$status" = 0 ] &&
      [ "$(steady "$test_tmp/stdout")" != "${whole[$command]}" ]; then
      problem='succeeds and prints something else'
    fi
    [ -z "$problem" ] || bad+="$command: $problem"$'\n'
  done
  is "$1" "$bad" ''
}

# ---- a table is missing ----

for name in $names; do
  sql "set foreign_key_checks = 0; rename table $name to gone_$name"
  sweep "without the table $name" said
  sql "set foreign_key_checks = 0; rename table gone_$name to $name"
  restore
done

# ---- rows that contradict each other ----

while IFS='|' read -r title statements; do
  [ -n "$title" ] || continue
  sql "set foreign_key_checks = 0, sql_mode = ''; $statements" 2>"$test_tmp/stderr" ||
    not_ok "$title: $(cat "$test_tmp/stderr")"
  sweep "$title" silent
  restore
done <<'CASES'
a VM whose container is gone|update vm_nodes set PhysNode = 999
a VM without a container|update vm_nodes set PhysNode = null
a VM of no host|update vm_nodes set Node = 999 where Node = 7
a host that is two VMs|insert into vm_nodes (Node, PhysNode, Virt_Type) values (7, 3, 'hvm'), (7, null, null)
a VM that is its own container|update vm_nodes set PhysNode = Node
VMs of no kind|update vm_nodes set Virt_Type = null, cdrom_path = null, Mem = -1, Slice = -1
disks of no VM|update vm_disks set Vm_Node = 999
disks without anything|update vm_disks set Prefix = null, Name = null, Device = null, VBD_Type = null, Mode = null, Size = -5
interfaces of no host|update networks set Node = 999 where ID in (2, 4)
interfaces of nobody|update networks set Node = null where ID in (1, 3, 5)
interfaces in no network|update networks set Subnet = 999
interfaces without a network|update networks set Subnet = null
interfaces without a device|update networks set Device = null
interfaces whose addresses are none|update networks set IP = 'ten.one', MAC = 'zz:zz'
interfaces without addresses|update networks set IP = null, MAC = null
interfaces with VLANs that nobody holds|update networks set VlanID = 3999 where VlanID is not null
interfaces with VLANs below zero|update networks set VlanID = -7
two interfaces of one address|update networks set IP = '10.1.1.1', MAC = '52:54:00:00:00:01'
hosts of no membership|update nodes set Membership = 999
hosts without a membership|update nodes set Membership = null
hosts without a name|update nodes set Name = null where ID in (2, 5, 7)
hosts with an empty name|update nodes set Name = '' where ID in (3, 5, 8)
hosts of one name|update nodes set Name = 'compute-0-0' where ID in (2, 3, 7)
hosts without a place|update nodes set Rack = null, `Rank` = null, RunAction = null, InstallAction = null, CPUs = -1
no frontend|delete from nodes where ID = 1
no hosts at all|delete from nodes
memberships of no appliance|update memberships set Appliance = 999, Distribution = 999
memberships without an appliance|update memberships set Appliance = null, Distribution = null
two memberships of one name|update memberships set Name = 'Compute' where ID in (1, 7, 8)
no memberships|delete from memberships
no appliances|delete from appliances
networks that are none|update subnets set subnet = 'a', netmask = 'b', mtu = null, servedns = null
networks with holes in their masks|update subnets set netmask = '255.0.255.0'
no networks|delete from subnets
attributes of no category|update attributes set Category = 900 + ID
attributes of no member|update attributes set Catindex = 900 + ID
attributes without a value|update attributes set Value = null
no categories|delete from categories
no chain of categories|delete from resolvechain
members of no category|update catindex set Category = 900 + ID
boot actions of no host, or two of one|update boot set Node = 5
boot actions of no kind|update boot set Action = null
profiles without anything|update bootaction set Action = null, Kernel = null, Ramdisk = null, Args = null
no profiles|delete from bootaction
aliases of no host|update aliases set Node = 999
aliases without a name|update aliases set Name = null
an alias that is a host|update aliases set Name = 'manager'
keys that are none|update public_keys set Public_Key = null, Node = 999
partitions that are none|update partitions set PartitionSize = 'much', Mountpoint = '', Device = ''
routes to nowhere|update global_routes set Gateway = '', Subnet = 999; update node_routes set Network = 'x', Netmask = 'y'
routes of nobody|update node_routes set Node = 900 + Node; update appliance_routes set Appliance = 999
a cluster without members|delete from mvc_members where cluster = 1
a cluster whose frontend is no VM|delete from vm_nodes where Node = 6; delete from vm_disks
a cluster whose frontend is no host|delete from nodes where ID = 6
a cluster whose frontend is a compute|update mvc_members set role = 'compute'
a cluster of two frontends|update mvc_members set role = 'frontend'
a cluster of backends that are not there|update mvc_clusters set network_backend = 'none', vm_backend = 'ab/../c'
a cluster of no state|update mvc_clusters set state = '', inner_subnet = 'x', mtu = -1
members at no site|update mvc_members set site_uuid = 'nowhere'
members on no container|update mvc_members set container = 'nowhere'
members without a segment|update mvc_members set segment = null, mac = null, slice = null
members that are promised to nobody|delete from mvc_leases
promises of no VM|update mvc_leases set node = 999, vm = concat('no-', vm)
a segment that nobody holds|delete from mvc_segments
segments of another cluster|update mvc_segments set cluster = 'nobody'
no settings of the network|delete from mvc_settings
no site of ours|delete from mvc_site
no version|delete from mvc_schema
another version|update mvc_schema set version = 99
containers of rubbish|insert into mvc_containers values ('manager', -1, -1, -1, now(), 0)
CASES

# ---- rows that refer to nothing: what would leave them out says so, and shows nothing ----

while IFS='|' read -r statement sentence said; do
  sql "set foreign_key_checks = 0, sql_mode = ''; $statement"
  bad=''
  for command in ${said//, /$'\n'}; do
    status=0
    try "${command//_/ }" || status=$?
    [ "$status $(sed -n 1p "$test_tmp/stdout")" = "1 Error: the database contradicts itself: $sentence" ] ||
      bad+="${command//_/ }: $status $(sed -n 1p "$test_tmp/stdout")"$'\n'
  done
  is "$statement" "$bad" ''
  restore
done <<'CASES'
update networks set Node = 999 where ID in (2, 4)|more than one row of table networks with Node 999 refers to nothing in table nodes|list_host_interface, list_host_interface_disablekvm, dump_host_interface, dump
update networks set Node = null where ID = 1|a row of table networks with Node NULL refers to nothing in table nodes|list_host_interface, dump
update vm_nodes set Node = 999 where Node = 7|a row of table vm_nodes with Node 999 refers to nothing in table nodes|list_host_vm, dump_host_vm, dump
update vm_disks set Vm_Node = 999 order by ID limit 1|a row of table vm_disks with Vm_Node 999 refers to nothing in table vm_nodes|list_host_vm, dump_host_vm, dump
update aliases set Node = 999|a row of table aliases with Node 999 refers to nothing in table nodes|list_host_alias, dump
insert into boot (Node, Action) values (999, 'os')|a row of table boot with Node 999 refers to nothing in table nodes|list_host_boot, dump_host_boot, dump
update public_keys set Node = 999|a row of table public_keys with Node 999 refers to nothing in table nodes|list_host_key, dump_host_key, dump
insert into partitions (Node) values (999)|a row of table partitions with Node 999 refers to nothing in table nodes|list_host_partition
update node_routes set Node = 999 where Node = 5|a row of table node_routes with Node 999 refers to nothing in table nodes|list_host_route, dump_host_route, dump
update appliance_routes set Appliance = 999|a row of table appliance_routes with Appliance 999 refers to nothing in table appliances|list_host_route, list_appliance_route, dump
update nodes set Membership = 999 where ID = 5|a row of table nodes with Membership 999 refers to nothing in table memberships|dump_host, dump
update attributes set Catindex = 999 order by ID limit 1|a row of table attributes with Catindex 999 refers to nothing in table catindex|list_attr, list_os_attr, list_appliance_attr, list_host_attr, dump_attr, dump
update attributes set Category = 999 order by ID limit 1|a row of table attributes with Category 999 refers to nothing in table categories|list_attr, list_host_attr, dump_attr, dump
CASES

# ---- the server goes while a command works ----

# A session holds a table, so that the command waits for it; then the server is killed.
for what in 'nodes|list host' 'networks|list host interface' 'attributes|list host attr' \
  'boot|set host boot compute-0-0 action=install' 'vm_disks|remove host vm hosted-vm-0-0-0' \
  'mvc_members|list cluster detail=yes' 'networks|add cluster 192.0.2.40 2' 'attributes|dump'; do
  table=${what%%|*} command=${what#*|}
  mariadb_sql cluster -e "lock tables $table write; select sleep(60)" >/dev/null 2>&1 &
  holder=$!
  for ((i = 0; i < 200; i++)); do
    [ "$(sql "select count(*) from information_schema.processlist where info like '%sleep(60)%'
      and info not like '%processlist%'")" = 0 ] || break
    sleep 0.05
  done
  (status=0; try "$command" || status=$?; echo "$status" >"$test_tmp/status") &
  worker=$!
  for ((i = 0; i < 200; i++)); do
    waiting=$(sql "select count(*) from information_schema.processlist
      where state like '%lock%' and db = 'cluster'")
    [ "$waiting" = 0 ] || break
    kill -0 "$worker" 2>/dev/null || break
    sleep 0.05
  done
  kill -9 "$(cat "$test_tmp/db/mariadb.pid")"
  wait "$worker" "$holder" 2>/dev/null || true
  mariadb_stop
  if [ "$waiting" = 0 ]; then
    not_ok "rocks $command does not wait for $table"
  else
    is "rocks $command, and the server goes" "$(cat "$test_tmp/status") $(judge 1)$(
      grep -oE '^Error: the database at socket .* does not answer' "$test_tmp/stdout" |
        sed 's/socket .* does/socket X does/')" '1 Error: the database at socket X does not answer'
  fi
  mariadb_start "$test_tmp/db"
done

# ---- no server ----

mariadb_stop
bad=''
for command in "${commands[@]}"; do
  status=0
  try "$command" || status=$?
  [ "$status" = 1 ] && grep -q '^Error: cannot reach the database at socket .* as user root: ' \
    "$test_tmp/stdout" || bad+="$command: $status $(head -1 "$test_tmp/stdout")"$'\n'
done
is 'without a server, all say so' "$bad" ''
passes 'help needs no server' rocks help host
