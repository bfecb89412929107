#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# What cannot be done is refused with one sentence and status 1, and nothing is
# changed: not a row of any site, not a domain, link, process or file of a host.
# shellcheck source=tests/cluster/sites.sh
. "$(dirname "$0")/sites.sh"

sentence() { sed -n 's,^Error: ,,p' "$test_tmp/out"; } # a Rocks error is a line on stdout

refused() { # TITLE SENTENCE WORD...
  local title=$1 wanted=$2 before status=0
  shift 2
  before=$(everything)
  rocks "$@" >"$test_tmp/out" 2>"$test_tmp/err" </dev/null || status=$?
  is "$title" "$(sentence)" "$wanted"
  is "$title: status 1, nothing on stderr" "$status $(cat "$test_tmp/err")" '1 '
  is "$title: nothing is changed" "$(everything)" "$before"
}

add() { # TITLE SENTENCE IP NUM-COMPUTES SITES [PARAMETER...]; of double ones the last counts
  local title=$1 wanted=$2 ip=$3 computes=$4 sites=$5
  shift 5
  refused "$title" "$wanted" add cluster "$ip" "$computes" sites="$sites" fe-mem=32 \
    mem-per-compute=32 disk-per-compute=1 disk-per-frontend=1 "$@"
}

sites_up small
# Sites are asked in the order of their UUIDs: b is the last one.
sql b "UPDATE mvc_site SET uuid = CONCAT('f', SUBSTR(uuid, 2))"
sql c "UPDATE mvc_site SET uuid = CONCAT('0', SUBSTR(uuid, 2))"
rocks add site b frontend=203.0.113.10

# ---- sites ----
missing='mysql://root@localhost/nosuch?socket=/run/mysqld/mysqld.sock'
other='mysql://root@localhost/other?socket=/run/mysqld/mysqld.sock'
lab run frontend-c mariadb -e 'CREATE DATABASE other; CREATE TABLE other.t (a int)'
refused 'a site that is known' 'site "b" exists' add site b frontend=192.0.2.10
refused 'a name that is none' 'site name "c d" may hold a-z, 0-9 and -, at most 32 of them' \
  add site 'c d' frontend=192.0.2.10
refused 'an ssh option as a frontend' 'frontend "-oProxyCommand=x" is no ssh destination' \
  add site c frontend=-oProxyCommand=x
refused 'this site itself' 'site c is this site itself' add site c frontend=198.51.100.10
refused 'the same site by another name' "the MAC range of site c (a:71:0:80:00:00, mask \
ff:ff:ff:c0:00:00) overlaps that of site b (a:71:0:80:00:00); set another at one of them: \
rocks set attr vm_mac_base_addr BASE" add site c frontend=203.0.113.10
refused 'no such database' "site c: no Rocks database: there is no database \`nosuch\` at socket \
/run/mysqld/mysqld.sock (\`rocks create database\` makes one)" add site c frontend=192.0.2.10 database="$missing"
refused 'a database that is not of Rocks' "site c: no Rocks database: table nodes is missing in \
\`other\` at socket /run/mysqld/mysqld.sock" add site c frontend=192.0.2.10 database="$other"
refused 'a kind of database that nobody speaks' 'site c: no resource backend speaks "oracle"' \
  add site c frontend=192.0.2.10 database=oracle://x/y
refused 'a site that is not there' 'there is no site "x"' remove site x

sql c 'RENAME TABLE mvc_schema TO hidden'
refused 'a site without our tables' "site c: the database at socket /run/mysqld/mysqld.sock has no \
complete mvc_ tables: run \`rocks create database\`" add site c frontend=192.0.2.10
sql c 'RENAME TABLE hidden TO mvc_schema'
rocks add site c frontend=192.0.2.10
rocks add cluster "$vfe_ip" 3 sites="a b c" "${small[@]}" >"$test_tmp/add" 2>&1 # capacities are known now
rocks remove cluster "$fe" >"$test_tmp/remove" 2>&1
version=$(sql c 'SELECT MAX(version) FROM mvc_schema')
sql c 'UPDATE mvc_schema SET version = 99'
add 'tables of another version' "site c: the database has mvc_ tables of version 99 and this \
program knows version $version: use a newer program" "$vfe_ip" 2 'b c' network-backend=n2n
sql c "UPDATE mvc_schema SET version = $version"

# ---- clusters ----
add 'an unknown site' 'there is no site "x" (there are: a, b, c)' "$vfe_ip" 3 'a b x' network-backend=n2n
add 'a backend of one site' "network backend vlan ends at the edge of a site; a cluster over \
several sites needs one that spans them (network-backend=n2n)" "$vfe_ip" 3 'a b c' network-backend=vlan
add 'an unknown network backend' 'there is no network backend "nosuch" (there are: n2n, vlan)' \
  "$vfe_ip" 3 'a b c' network-backend=nosuch
add 'an unknown VM backend' 'there is no vm backend "nosuch" (there are: kvm, xen)' \
  "$vfe_ip" 3 'a b c' network-backend=n2n vm-backend=nosuch
add 'a bad address' 'The ip address 198.51.100.299 is invalid' 198.51.100.299 3 'a b c' network-backend=n2n
add 'the address of a host' 'the IP address 198.51.100.101 is in use at this site' \
  198.51.100.101 3 'a b c' network-backend=n2n
add 'fewer than none' 'num-computes -3 is not from 0 to 10000' "$vfe_ip" -3 'a b c' network-backend=n2n
add 'not a number' 'num-computes must be an integer' "$vfe_ip" many 'a b c' network-backend=n2n
add 'a host that is no container' 'host "vm-container-9-9" is no VM container of site b' \
  "$vfe_ip" 1 'a b' network-backend=n2n container-hosts=b:vm-container-9-9

room() { sql "$1" "UPDATE mvc_containers SET cpus = $2, mem = $3, disk = $4, drained = $5"; }
for site in a b c; do room "$site" 4 8000 100 0; done
add 'more VMs than room' "there is room for 6 of 7 VMs with 2 CPUs, 32 MiB and 1 GB each; left \
over: vm-container-0-0 0 CPUs 7936 MiB 98 GB; b:vm-container-0-0 0 CPUs 7936 MiB 98 GB; \
c:vm-container-0-0 0 CPUs 7936 MiB 98 GB" "$vfe_ip" 7 'a b c' network-backend=n2n cpus-per-compute=2
room b 4 8000 100 1
add 'a drained container' "there is room for 0 of 1 VMs with 1 CPUs, 32 MiB and 1 GB each; left \
over: b:vm-container-0-0 drained" "$vfe_ip" 1 b network-backend=n2n
room b 4 8000 100 0
rocks set site b max-vms=1
add 'a quota' "there is room for 1 of 2 VMs with 1 CPUs, 32 MiB and 1 GB each; left over: \
b:vm-container-0-0 3 CPUs 7968 MiB 99 GB (site b is to be used for at most 1 VMs, and 1 are)" \
  "$vfe_ip" 2 b network-backend=n2n
# One of its own is none of ours.
sql b "INSERT INTO nodes (Name, Membership, CPUs, Rack, \`Rank\`)
  SELECT 'own-vm', Membership, 1, 9, 8 FROM nodes WHERE Name = 'vm-container-0-0'"
sql b "INSERT INTO vm_nodes (Node, PhysNode, Slice, Mem)
  SELECT v.ID, p.ID, 77, 32 FROM nodes v, nodes p WHERE v.Name = 'own-vm' AND p.Name = 'vm-container-0-0'"
has 'what others run there does not count' \
  "$(rocks add cluster "$vfe_ip" 1 sites=b network-backend=n2n dryrun=yes 2>&1)" 'Nothing is changed'
sql b "DELETE FROM vm_nodes WHERE Slice = 77"
sql b "DELETE FROM nodes WHERE Name = 'own-vm'"
rocks set site b max-vms=none

# Its own admin made a host of that name; the home site cannot know.
sql b "INSERT INTO nodes (Name, Membership, CPUs, Rack, \`Rank\`)
  SELECT 'vm-a-$fe-0', Membership, 1, 9, 9 FROM nodes WHERE Name = 'frontend-b'"
add 'a name that is taken at the site that is asked last' "site b: Node vm-a-$fe-0 already exists." \
  "$vfe_ip" 2 'b c' network-backend=n2n
sql b "DELETE FROM nodes WHERE Name = 'vm-a-$fe-0'"

refused 'to start what is not there' 'cannot resolve host "nosuch"' start cluster nosuch
refused 'to start what is no cluster' 'host frontend-a is not a virtual frontend' start cluster frontend-a
refused 'to remove what is no cluster' 'host frontend-a is not a virtual frontend' remove cluster frontend-a
rocks add cluster "$vfe_ip" 1 sites=b "${small[@]}" >"$test_tmp/add" 2>&1
add 'the address of another cluster' "the IP address $vfe_ip is in use at this site" \
  "$vfe_ip" 1 b network-backend=n2n
refused 'to forget a site that holds VMs' "site b holds VMs of cluster $fe; remove that first" remove site b
refused 'to move a frontend to another site' "VM $fe is the frontend of its cluster, which stands \
at its home site" move host vm "$fe" b:vm-container-0-0
refused 'to move a VM to a site that is none' 'there is no site "x", where x:vm-container-0-0 should be' \
  move host vm "vm-a-$fe-0" x:vm-container-0-0
refused 'to move a VM of another site to a host that is none' "site b: nowhere is no host of this \
site that could hold VMs" move host vm "vm-a-$fe-0" b:nowhere
rocks add cluster 198.51.100.40 1 fe-mem=32 mem-per-compute=32 network-backend=vlan fe-name=tagged \
  >"$test_tmp/add" 2>&1
edge="network backend vlan ends at the edge of a site; a cluster over several sites needs one that spans \
them (network-backend=n2n)"
refused 'to move a VM out of its VLAN' "$edge" move host vm hosted-vm-0-0-0 b:vm-container-0-0
refused 'to let a VLAN grow beyond its site' "$edge" add cluster compute tagged 1 sites="a b"
rocks remove cluster tagged >"$test_tmp/remove" 2>&1
rocks add host vm vm-container-0-0 membership='Hosted VM' name=alone >"$test_tmp/add" 2>&1
refused 'to move a VM of no cluster to another site' "VM alone is of no cluster that was added here: \
only such a VM can stand at another site" move host vm alone b:vm-container-0-0
rocks remove host alone >"$test_tmp/remove" 2>&1

# ---- nobody there ----
lab run wan ip route replace blackhole 203.0.113.0/24
refused 'a site that stopped to answer' "site b: cannot reach the database at socket \
/run/mysqld/mysqld.sock as user root: Lost connection to server at 'handshake: reading initial \
communication packet', system error: 110" start cluster "$fe"
rocks add site d frontend=203.0.113.10 >/dev/null 2>&1 || true # ends what was connected
refused 'a site that does not answer' "site b: b:203.0.113.10 does not answer: ssh: connect to host \
203.0.113.10 port 22: Connection timed out" start cluster "$fe"
refused 'to meet a site that does not answer' "site d: d:203.0.113.10 does not answer: ssh: \
connect to host 203.0.113.10 port 22: Connection timed out" add site d frontend=203.0.113.10
