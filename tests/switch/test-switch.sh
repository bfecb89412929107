#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# `set cluster network` on one site: from VLANs to an overlay and back, refused
# while anything of the cluster runs, killed in the middle and completed. In
# namespaces of its own, as host `manager` of a small site; libvirt's test driver
# stands for the hypervisor.
# shellcheck disable=SC2016,SC2154 # sentences; top_* and test_tmp are set by functions.sh
set -eu

ALONE_PROGRAMS='ip'
# shellcheck source=tests/alone.sh disable=SC1091
. "$(dirname "$0")/../alone.sh"

# ---- the site ----

hostname manager
mkdir "$test_tmp/bin" "$test_tmp/etc" "$test_tmp/run" "$test_tmp/var"
cp -a /etc/. "$test_tmp/etc"
for folder in etc run var; do mount --bind "$test_tmp/$folder" "/$folder"; done
mkdir -p /var/tmp /var/lib /run/lock
echo '127.0.0.1 localhost' >/etc/hosts
: >/etc/resolv.conf
ip link set lo up
ip link add eth0 type bridge
# No other host of the site answers, and no service of this machine is touched.
for program in ssh systemctl service; do
  printf '#!/bin/sh\nexit 255\n' >"$test_tmp/bin/$program"
done
chmod +x "$test_tmp/bin"/*
PATH=$test_tmp/bin:$PATH:/usr/sbin:/sbin
rocks() { "$top_builddir/core/rocks-tree" "$@"; }

mariadb_start "$test_tmp/db"
# shellcheck source=tests/small-site.sh disable=SC1091
. "$top_srcdir/tests/small-site.sh"
small_site cluster

# hypervisor NAME...: these domains run, on every container
hypervisor() {
  local name
  {
    echo '<node>'
    for name; do
      echo "<domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'><name>$name</name>"
      echo '<memory>1024</memory><os><type>hvm</type></os><test:runstate>1</test:runstate></domain>'
    done
    echo '</node>'
  } >"$test_tmp/hypervisor.xml"
}
# The file must name a domain, or the driver takes its own example.
hypervisor somebody-elses
sql "insert into attributes (Attr, Value, Category, Catindex) values
  ('vm_uri', 'test://$test_tmp/hypervisor.xml', 1, 1), ('Kickstart_PublicAddress', '192.0.2.10', 1, 1)"

state() {
  sql "checksum table $tables extended"
  mariadb_sql -e 'checksum table mvc_secrets.settings'
}

# All that a cluster is but its numbers' history and rows' own ids.
cluster_rows() {
  sql "select n.Name, i.Device, i.MAC, i.IP, i.Subnet, i.VlanID from networks i
         join nodes n on n.ID = i.Node order by n.Name, i.Device;
       select n.Name, n.Rack, n.\`Rank\`, n.CPUs, v.Mem, v.Slice, p.Name from nodes n
         join vm_nodes v on v.Node = n.ID join nodes p on p.ID = v.PhysNode order by n.ID;
       select * from vm_disks; select * from boot; select * from node_routes;
       select id, home_uuid, cluster, vm, node, container, mac, segment, slice from mvc_leases;
       select name, network_backend, vm_backend, state, inner_subnet, mtu from mvc_clusters;
       select cluster, site_uuid, name, container, role, mac, segment, slice, idx from mvc_members
         order by name;
       select * from mvc_settings"
}
macs() { sql "select name, container, mac from mvc_members where cluster = (select id from
  mvc_clusters where name = '$1') order by name"; }
secrets() { mariadb_sql mvc_secrets -e "select count(*) from settings where cluster = '$1'"; }
recorded() { sql "select network_backend, state from mvc_clusters where name = '$1'" | tr '\t' ' '; }

passes 'a cluster on VLANs' rocks add cluster 192.0.2.20 2 fe-name=front network-backend=vlan \
  vm-backend=kvm fe-container=manager container-hosts=manager
passes 'and its neighbour' rocks add cluster 192.0.2.21 1 fe-name=beside network-backend=vlan \
  vm-backend=kvm container-hosts=vm-container-0-0

# ---- refused ----

move='set cluster network front'
# shellcheck disable=SC2086 # words
{
  refuses 'must supply at least one frontend name' $move
  refuses 'there is no network backend "quilt" (there are: n2n, vlan)' $move network-backend=quilt
  refuses 'cannot resolve host "nobody"' set cluster network nobody network-backend=n2n
  refuses 'host manager is not a virtual frontend' set cluster network manager network-backend=n2n
  sql "update mvc_clusters set state = 'running' where name = 'front'"
  refuses 'cluster front is running: its network can be changed while it is stopped (`rocks stop cluster front`)' \
    $move n2n
  sql "update mvc_clusters set state = 'starting' where name = 'front'"
  refuses 'cluster front was left while it was starting; `rocks sync cluster front` completes it' $move n2n
  sql "update mvc_clusters set state = 'stopped' where name = 'front'"
  # Once it was on hosts, they are asked.
  sql "insert into mvc_journal (cluster, step, state, at) select id, 'start', 'done', utc_timestamp()
    from mvc_clusters"
  hypervisor front
  refuses 'VM front of cluster front runs on manager: `rocks stop cluster front` stops it' $move n2n
  hypervisor hosted-vm-0-0-1
  refuses 'VM hosted-vm-0-0-1 of cluster front runs on manager: `rocks stop cluster front` stops it' \
    $move n2n
  hypervisor somebody-elses
  state >"$test_tmp/before"
  has 'a container that is silent' "$(rocks set cluster network beside n2n 2>&1)" \
    'runs on vm-container-0-0 is not known: vm-container-0-0 does not answer'
  is 'nothing is changed' "$(state)" "$(cat "$test_tmp/before")"
}
state >"$test_tmp/before"
is 'the same backend again' "$(rocks set cluster network front network-backend=vlan)" \
  'cluster front has the network backend vlan already: nothing to do'
is 'which changes nothing' "$(state)" "$(cat "$test_tmp/before")"

refuses 'host front belongs to cluster front, which knows it by that name' set host name front other
refuses 'host hosted-vm-0-0-1 belongs to cluster front, which knows it by that name' \
  set host name hosted-vm-0-0-1 other

# ---- there and back ----

cluster_rows >"$test_tmp/vlan"
macs front >"$test_tmp/macs"
dry=$(rocks set cluster network front network-backend=n2n dryrun=yes 2>&1)
has 'a dry run: from what to what' "$dry" 'network backend  vlan -> n2n, community '
has 'and what VMs may send' "$dry" ', MTU 1360'
is 'and each port' "$(grep ' 4096 ' <<<"$dry" | awk '{ print $3, $5, $6, substr($7, 1, 2) }')" \
  'front 2 4096 nb
hosted-vm-0-0-0 2 4096 nb
hosted-vm-0-0-1 2 4096 nb'
is 'no key' "$(grep -ci key <<<"$dry")" 0
is 'a dry run changes nothing' "$(state)" "$(cat "$test_tmp/before")"
passes 'to the overlay' rocks set cluster network front network-backend=n2n
is 'is recorded' "$(recorded front)" 'n2n stopped'
is 'names, containers and MACs stay' "$(macs front)" "$(cat "$test_tmp/macs")"
is 'no tag but the neighbour'\''s' "$(sql "select distinct Device from networks where Device like 'vlan%'")" vlan3
is 'its settings' "$(sql 'select name from mvc_settings order by name')" 'community
supernode'
is 'its key' "$(secrets front)" 1
is 'numbers agree everywhere' "$(sql "select distinct m.segment, l.segment, i.VlanID from mvc_members m
  join mvc_leases l on l.vm = m.name join networks i on i.MAC = l.mac where l.cluster = 'front'")" \
  '4096	4096	4096'
has 'the VM plugs into the overlay' "$(rocks report host vm config front)" '<source bridge="nb'
has 'list cluster knows' "$(rocks list cluster front detail=yes 2>/dev/null)" ' n2n '
dry=$(rocks set cluster network front vlan dryrun=yes 2>&1)
is 'the way back, each port' "$(grep manager <<<"$dry" | awk '{ print $5, $6, $7 }' | sort -u)" '4096 2 peth0.2'
passes 'back to the VLAN' rocks set cluster network front vlan
cluster_rows >"$test_tmp/back"
is 'all is as it was' "$(diff "$test_tmp/vlan" "$test_tmp/back")" ''
is 'no key is left' "$(secrets front)" 0
is 'the number is spent' "$(sql 'select segment, released is null from mvc_segments')" '4096	0'

# ---- killed ----

processes() { mariadb_sql -e "select ID from information_schema.PROCESSLIST where STATE = 'User sleep'"; }
asleep() { # within ten seconds
  local i
  for ((i = 0; i < 200; i++)); do
    [ -z "$(processes)" ] || return 0
    sleep 0.05
  done
  return 1
}

# in_between EVENT STATEMENTS: a trigger
in_between() {
  mariadb_sql --delimiter='~~' cluster -e "create trigger in_between before $1 for each row if $2 end if"
}
switching="(select state from mvc_clusters where name = 'front') = 'switching'"

# killed BACKEND: front on its way there, while the database sleeps in a trigger
killed() {
  # Not by the function, whose shell would be what is killed.
  "$top_builddir/core/rocks-tree" set cluster network front "network-backend=$1" >"$test_tmp/killed" 2>&1 &
  local pid=$! id
  asleep || not_ok "it is not in the middle: $(cat "$test_tmp/killed")"
  kill -9 "$pid"
  wait "$pid" 2>/dev/null || true
  for id in $(processes); do mariadb_sql -e "kill $id" || true; done
  sql 'drop trigger in_between'
}

in_between 'update on mvc_leases' "$switching then do sleep(60);"
killed n2n
is 'killed before the numbers' "$(recorded front) $(secrets front) $(sql "select distinct segment from
  mvc_leases where cluster = 'front'")" 'n2n switching 1 2'
incomplete='cluster front was not moved to another network completely; `rocks sync cluster front` completes it, `rocks remove cluster front` clears it'
refuses "$incomplete" start cluster front
refuses "$incomplete" stop cluster front
refuses 'cluster front was left while it was switching; `rocks sync cluster front` completes it' \
  set cluster network front vlan
state >"$test_tmp/before"
has 'what sync would do' "$(rocks sync cluster front dryrun=yes)" 'cluster front is switching'
is 'is not done' "$(state)" "$(cat "$test_tmp/before")"
passes 'sync' rocks sync cluster front
is 'completes it' "$(recorded front) $(sql "select distinct m.segment, l.segment, i.VlanID from
  mvc_members m join mvc_leases l on l.vm = m.name join networks i on i.MAC = l.mac
  where l.cluster = 'front'" | tr '\t' ' ')" 'n2n stopped 4097 4097 4097'

in_between 'update on mvc_clusters' "old.state = 'switching' and new.state = 'stopped' then do sleep(60);"
killed vlan
is 'killed after the numbers' "$(recorded front) $(sql "select distinct m.segment, l.segment from
  mvc_members m join mvc_leases l on l.vm = m.name where l.cluster = 'front'" | tr '\t' ' ')" \
  'vlan switching 4097 2'
passes 'the same command again' rocks set cluster network front vlan
cluster_rows >"$test_tmp/back"
is 'all is as at first' "$(diff "$test_tmp/vlan" "$test_tmp/back")" ''

in_between 'update on mvc_leases' "$switching then signal sqlstate '45000' set message_text = 'no';"
has 'what fails in the middle says how to go on' "$(rocks set cluster network front n2n 2>&1)" \
  '; `rocks sync cluster front` completes it'
sql 'drop trigger in_between'
passes 'removed half-way' rocks remove cluster front
sql 'delete from mvc_journal' # its container does not answer: it never was there
passes 'its neighbour too' rocks remove cluster beside
is 'nothing is left' "$(sql "select (select count(*) from vm_nodes), (select count(*) from networks
  where VlanID > 0), (select count(*) from mvc_leases), (select count(*) from mvc_clusters)")$(secrets front)" \
  '0	0	0	00'
