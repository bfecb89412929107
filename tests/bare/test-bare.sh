#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Clusters on a database as Rocks makes it, without tables of ours, and what
# changes once they are there. Not a single container answers. All in namespaces
# of its own, as host `manager` of a small site.
set -eu

# shellcheck source=tests/alone.sh disable=SC1091
. "$(dirname "$0")/../alone.sh"

# ---- the site ----

hostname manager
# shellcheck disable=SC2154
for folder in run var etc; do mkdir "$test_tmp/$folder"; done
cp -a /etc/. "$test_tmp/etc/"
for folder in run var etc; do mount --bind "$test_tmp/$folder" "/$folder"; done
mkdir -p /var/tmp /var/lib /run/mysqld
# Writes down who was to be reached.
mkdir "$test_tmp/bin"
printf '#!/bin/sh\necho "$*" >>"%s"\nexit 255\n' "$test_tmp/asked" >"$test_tmp/bin/ssh"
for stub in make systemctl service; do printf '#!/bin/sh\n' >"$test_tmp/bin/$stub"; done
chmod +x "$test_tmp/bin"/*
PATH=$test_tmp/bin:$PATH
mariadb_start "$test_tmp/db"
export ROCKS_DATABASE="mysql:///cluster?socket=$MARIADB_SOCKET"

sql() { mariadb_sql cluster -e "$1"; }

# The database of a site that the original runs.
site() {
  mariadb_sql -e 'drop database if exists cluster; drop database if exists mvc_secrets'
  mariadb_create cluster
  mariadb_load "$top_srcdir/plugins/resource-rocksdb/schema/rocks.sql" cluster
  mariadb_load "$top_srcdir/plugins/resource-rocksdb/schema/defaults.sql" cluster
  mariadb_sql cluster <"$top_srcdir/tests/rocksdb/site.sql"
  sql "insert into attributes (Attr, Value, Category, Catindex)
    values ('vm_mac_base_addr_mask', 'ff:ff:ff:00:00:00', 1, 1)
    on duplicate key update Value = Value"
  : >"$test_tmp/asked"
}

state() {
  local tables
  tables=$(sql "select group_concat(table_name) from information_schema.tables
    where table_schema = 'cluster' and table_type = 'BASE TABLE'
    and table_name not like 'mvc%'")
  sql "checksum table $tables extended"
}

# refuses SENTENCE COMMAND...: exit 1, that sentence last but the usage, and nothing changed
refuses() {
  local sentence=$1 out status=0
  shift
  state >"$test_tmp/before"
  out=$(rocks "$@" 2>/dev/null) || status=$?
  is "rocks $*" "$status $(grep '^Error: ' <<<"$out")" "1 Error: $sentence"
  state | cmp -s "$test_tmp/before" - || not_ok "rocks $*: something changed"
}

count() { sql "select count(*) from $1"; }

# ---- as the original ----

life() {
  site
  state >"$test_tmp/pristine"
  is 'a cluster is added as Rocks says it' "$(rocks add cluster 192.0.2.20 4 2>/dev/null)" \
"Getting Free VLAN --> 
<-- Done
Creating Virtual Frontend on Physical Host manager --> 
	created frontend VM named: frontend-0-0-0
<-- Done.
Creating 4 Virtual Cluster nodes  --> 
	created compute VM named: hosted-vm-0-0-0
	created compute VM named: hosted-vm-0-1-0
	created compute VM named: hosted-vm-0-2-0
	created compute VM named: hosted-vm-0-0-1
<-- Done.
Syncing Network Configuration --> 
<-- Done."
  is 'with no table of ours' "$(sql "show tables like 'mvc%'")" ''
  is 'and listed' "$(rocks list cluster output-header=no | sed 's/ *$//')" \
"manager:        --------------- physical
:               compute-0-0     physical
frontend-0-0-0: --------------- VM
:               hosted-vm-0-0-0 VM
:               hosted-vm-0-0-1 VM
:               hosted-vm-0-1-0 VM
:               hosted-vm-0-2-0 VM"
  is 'one tag for each container' "$(count "networks where Device = 'vlan2' and VlanID = 2")" 4
  is 'no host was asked' "$(cat "$test_tmp/asked")" ''
  refuses 'host compute-0-0 is not a virtual frontend' remove cluster frontend-0-0-0 compute-0-0
  refuses "this site's database cannot keep that the cluster has the network backend n2n: run \`rocks create database\`" \
    add cluster 192.0.2.21 1 network-backend=n2n
  is 'it is removed although no container answers' \
    "$(rocks remove cluster frontend-0-0-0 2>"$test_tmp/err" | sort)" \
"Removing hosts:  hosted-vm-0-0-0 hosted-vm-0-1-0 hosted-vm-0-2-0 hosted-vm-0-0-1 frontend-0-0-0
Removing vlan 2  on host  manager
Removing vlan 2  on host  vm-container-0-0
Removing vlan 2  on host  vm-container-0-1
Removing vlan 2  on host  vm-container-0-2
Syncing configuration"
  is 'each is named on stderr' "$(grep -c 'is passed over: .*vm-container' "$test_tmp/err")" 3
  state >"$test_tmp/after"
  passes 'every row of it is gone' cmp "$test_tmp/pristine" "$test_tmp/after"
}

# ---- what cannot be ----

bounds() {
  site
  refuses 'Node manager already exists.' add cluster 192.0.2.20 1 fe-name=manager
  refuses 'Hostname rack3 can not be in the form of rack<number>.' \
    add cluster 192.0.2.20 1 fe-name=rack3
  refuses 'the IP address 192.0.2.10 is in use at this site' add cluster 192.0.2.10 1
  refuses 'The ip address 192.0.2.300 is invalid' add cluster 192.0.2.300 1
  refuses 'num-computes -1 is not from 0 to 10000' add cluster 192.0.2.20 -1
  refuses 'vlan 4095 is not from 2 to 4094' add cluster 192.0.2.20 1 vlan=4095
  refuses 'vlan 1 is not from 2 to 4094' add cluster 192.0.2.20 1 vlan=1
  refuses 'Vlan ID (abc) must be an integer' add cluster 192.0.2.20 1 vlan=abc
  rocks add cluster 192.0.2.20 1 vlan=7 >/dev/null 2>&1
  refuses 'Vlan ID (7) is in use at this site' add cluster 192.0.2.21 1 vlan=7
  sql "delete from partitions where Node = 3"
  refuses "could not find a partition on host (vm-container-0-1) to hold the VM's disk image" \
    add cluster 192.0.2.21 3
  is 'a container without a partition harms nobody else' "$(rocks add cluster 192.0.2.21 1 \
    container-hosts=vm-container-0-2 2>/dev/null | grep -c 'created compute VM')" 1
  sql "set max_recursive_iterations = 5000;
    insert into networks (Node, Device, VlanID)
    with recursive n as (select 2 as i union all select i + 1 from n where i < 4094)
    select 5, concat('vlan', i), i from n where i not in (2, 7)"
  refuses 'could not find a free Vlan ID from 2 to 4094' add cluster 192.0.2.22 1
  site
  sql "update attributes set Value = 'ff:ff:ff:ff:ff:fc' where Attr = 'vm_mac_base_addr_mask'"
  refuses 'the MAC addresses of this site are used up: widen vm_mac_base_addr_mask or change vm_mac_base_addr' \
    add cluster 192.0.2.20 3
  sql "update subnets set subnet = '10.1.1.0', netmask = '255.255.255.254' where name = 'private'"
  # shellcheck disable=SC2016 # no command is meant
  refuses 'no address is free in the network `private`' add cluster 192.0.2.20 0
  site
  has 'an address outside the public network is warned of' \
    "$(rocks add cluster 203.0.113.9 0 2>&1 >/dev/null)" 203.0.113.9
  is 'but taken, as in Rocks' "$(count "networks where IP = '203.0.113.9'")" 1
  site
  sql "delete from nodes where Name like 'vm-container%'"
  is 'without containers the frontend holds all' "$(rocks add cluster 192.0.2.20 2 \
    2>/dev/null | grep created | tr -d '\t')" 'created frontend VM named: frontend-0-0-0
created compute VM named: hosted-vm-0-0-0
created compute VM named: hosted-vm-0-0-1'
}

# ---- several at once ----

at_once() {
  local i pids='' failed=0
  site
  for i in 1 2 3 4; do
    timeout 60 rocks add cluster "192.0.2.4$i" 3 >"$test_tmp/once.$i" 2>&1 &
    pids="$pids $!"
  done
  for i in $pids; do wait "$i" || failed=$((failed + 1)); done
  is 'four admins at once all get theirs' "$failed $(count 'vm_nodes')" '0 16'
  is 'on four VLANs' "$(sql "select count(distinct VlanID) from networks where VlanID > 0")" 4
  is 'no MAC twice' "$(sql "select count(*) - count(distinct MAC) from networks
    where MAC is not null")" 0
  is 'no IP twice' "$(sql "select count(*) - count(distinct IP) from networks
    where IP is not null")" 0
  is 'and remove them at once' "$(
    for i in 0 1 2 3; do timeout 60 rocks remove cluster "frontend-0-0-$i" >/dev/null 2>&1 & done
    wait
    count 'vm_nodes')" 0
}

# ---- with tables of ours ----

recorded() {
  site
  rocks add cluster 192.0.2.20 1 fe-name=old >/dev/null 2>&1
  rocks create database >/dev/null
  rocks add cluster 192.0.2.21 2 fe-name=new >/dev/null 2>&1
  is 'a cluster is recorded from then on' "$(sql 'select name, state from mvc_clusters')" \
    "new	stopped"
  is 'with a lease for each VM' "$(count "mvc_leases where cluster = 'new'")" 3
  : >"$test_tmp/asked"
  is 'one that never ran is removed' "$(rocks remove cluster new 2>"$test_tmp/err" | tail -n 2)" \
"Removing hosts:  hosted-vm-0-0-1 hosted-vm-0-1-0 new
Syncing configuration"
  is 'and no host is asked' "$(grep -c 'vm-container' "$test_tmp/asked" "$test_tmp/err" |
    tr '\n' ' ')" "$test_tmp/asked:0 $test_tmp/err:0 "
  is 'nothing of it is left' "$(count mvc_clusters) $(count mvc_members) $(count mvc_leases)" \
    '0 0 0'
  rocks add cluster 192.0.2.21 1 fe-name=new container-hosts=vm-container-0-1 >/dev/null 2>&1
  fails 'its start fails' rocks start cluster new wait=no
  fails 'and then its removal, since something may run there' rocks remove cluster new
  is 'its rows stay' "$(sql "select state from mvc_clusters where name = 'new'") $(count \
    "nodes where Name = 'new'")" 'removing 1'
  passes 'one that Rocks made is still removed' rocks remove cluster old
  is 'with all its rows' "$(count "nodes where Name in ('old', 'hosted-vm-0-0-0')")" 0
  # Killed between the last release and the end.
  sql "delete from mvc_journal"
  rocks add cluster 192.0.2.22 0 fe-name=gone >/dev/null 2>&1
  sql "update mvc_clusters set state = 'removing' where name = 'gone';
    delete from mvc_leases where cluster = 'gone'; set foreign_key_checks = 0;
    delete from networks where Name = 'gone'; delete from nodes where Name = 'gone';
    delete from vm_nodes"
  passes 'a cluster whose hosts have gone can be removed' rocks remove cluster gone
  is 'for good' "$(count "mvc_clusters where name = 'gone'")" 0
}

# ---- how often the server is asked ----

questions() { mariadb_sql -e "show global status like 'Questions'" | cut -f2; }

asked_by() { # WORD...
  local before after
  before=$(questions)
  rocks "$@" >/dev/null 2>&1 || return 1
  after=$(questions)
  echo $((after - before))
}

constant() {
  site
  is 'as many statements for 40 computes as for one' "$(asked_by add cluster 192.0.2.20 40)" \
    "$(asked_by add cluster 192.0.2.21 1)"
  rocks create database >/dev/null
  is 'also when they are recorded' "$(asked_by add cluster 192.0.2.22 40)" \
    "$(asked_by add cluster 192.0.2.23 1)"
  is 'and for their removal' "$(asked_by remove cluster frontend-0-0-2)" \
    "$(asked_by remove cluster frontend-0-0-3)"
}

for mode in STRICT_ALL_TABLES NO_ENGINE_SUBSTITUTION; do
  echo "# $mode"
  mariadb_sql -e "set global sql_mode = '$mode'"
  life
  bounds
  at_once
  recorded
  constant
done
