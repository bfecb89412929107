#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# The Rocks backend against a private MariaDB server, strict and lax.
# shellcheck source=tests/rocksdb/functions.sh
. "$(dirname "$0")/functions.sh"

home=11111111-2222-4333-8444-555555555555

create() {
  is "create on nothing makes all" "$(drive c1 create)" 'made all'
  is "create again makes nothing" "$(drive c1 create)" 'made nothing'
  is "what was made opens" "$(drive c1 open)" ''
  state c1 >"$work/whole"
  like "the site has a UUID" '????????-????-4???-????-????????????' "$(uuid c1)"

  # Made by Rocks: its own tables only.
  mariadb_sql -e 'CREATE DATABASE c2 DEFAULT CHARACTER SET latin1'
  mariadb_load "$top_srcdir/plugins/resource-rocksdb/schema/rocks.sql" c2
  mariadb_load "$top_srcdir/plugins/resource-rocksdb/schema/defaults.sql" c2
  mariadb_sql c2 -e "INSERT INTO nodes (Name) VALUES ('kept')"
  is "a plain Rocks database opens for plain commands" "$(drive c2 bare)" ''
  refused "and for nothing else" '*no complete mvc_ tables*rocks create database*' c2 open
  is "create adds what is ours" "$(drive c2 create)" 'made ours'
  is "and keeps what is theirs" "$(mariadb_sql c2 -e 'SELECT Name FROM nodes')" kept
  drive c2 open || not_ok "it does not open"

  # Killed in the middle: some tables; all but the rows; some of ours; no version.
  mariadb_sql -e 'CREATE DATABASE c3 DEFAULT CHARACTER SET latin1'
  mariadb_sql c3 -e 'CREATE TABLE nodes LIKE c1.nodes; CREATE TABLE aliases LIKE c1.aliases'
  refused "a part is no database" '*table memberships is missing*' c3 open
  is "a part is completed" "$(drive c3 create)" 'made all'
  mariadb_sql c3 -e 'DELETE FROM mvc_schema; DROP TABLE mvc_journal'
  refused "without its version it is refused" '*rocks create database*' c3 open
  kept=$(uuid c3)
  is "ours are completed" "$(drive c3 create)" 'made ours'
  is "the UUID stays" "$(uuid c3)" "$kept"
  sed 's/[0-9-]* [0-9:]*//g; /^mvc_site/d' "$work/whole" >"$work/wanted"
  state c3 | sed 's/[0-9-]* [0-9:]*//g; /^mvc_site/d' >"$work/got"
  same "and it is as whole as any" "$work/wanted" "$work/got"

  # As version 2 of this program made them.
  mariadb_sql c3 -e "DROP TABLE mvc_macs; UPDATE mvc_schema SET version = 2;
    ALTER TABLE mvc_moves MODIFY source varchar(128) NOT NULL, MODIFY target varchar(128) NOT NULL;
    INSERT INTO mvc_moves VALUES ('v', 'here', 'there', '/f', UTC_TIMESTAMP())"
  refused "an older version is refused" '*rocks create database*' c3 open
  is "an older version is brought on" "$(drive c3 create)" 'made ours'
  is "and loses nothing" "$(mariadb_sql c3 -e 'SELECT vm, target FROM mvc_moves' | xargs)" 'v there'
  drive c3 open || not_ok "it does not open"
  is "as wide as new" "$(mariadb_sql -e "SELECT character_maximum_length FROM
    information_schema.columns WHERE table_schema = 'c3' AND table_name = 'mvc_moves'
    AND column_name = 'target'")" 200
  mariadb_sql c3 -e 'UPDATE mvc_schema SET version = 99 WHERE version > 2'
  refused "a newer version is refused" '*version 99*' c3 open
  refused "and not made older" '*version 99*' c3 create
  mariadb_sql -e 'CREATE DATABASE c4; CREATE TABLE c4.wp_posts (id int)'
  refused "somebody else's database is left alone" '*wp_posts*' c4 create
  refused "and is no Rocks database" '*no Rocks database: table nodes is missing*' c4 open
  mariadb_sql -e 'DROP DATABASE c1; DROP DATABASE c2; DROP DATABASE c3; DROP DATABASE c4'
}

session() {
  make_site s
  is "values are bound, bytes unchanged" \
    "$(drive s sql-write 'INSERT INTO nodes (Name, Membership) VALUES (?, 2)' "o'h\"; -- é")" \
    "changed 1 last 6"
  is "they come back" \
    "$(drive s sql 'SELECT HEX(Name) AS hex FROM nodes WHERE ID = ?' 6 | head -n 1)
$(drive s sql 'SELECT Name, ID, Rack FROM nodes WHERE Name = ?' "o'h\"; -- é")" "$(printf 'hex=%s' "'6F2768223B202D2D20C3A9'")
Name='o'h\"; -- é' ID=6 Rack=NULL
changed 0 last 0"
  is "an UPDATE counts what it met" \
    "$(drive s sql-write 'UPDATE nodes SET CPUs = CPUs WHERE ID = ?' 6)" \
    "changed 1 last 0"
  refused "a reading transaction writes nothing" '*READ ONLY*' s sql-read \
    'DELETE FROM nodes WHERE ID = ?' 6
  refused "the driver's words are kept" '*the database says: *no_such_table*' s sql \
    'SELECT 1 FROM no_such_table'
  refused "places and values are counted" '*1 places for 0 values*' s sql 'SELECT ?'
  DRIVE_USER=nobody refused "who may not come in is named" '*as user nobody: Access denied*' s open
  is "a server that is not there" \
    "$("$rocks_drive" rocksdb 'mysql://nobody@/s?socket=/nonexistent' open | sed 's/\(nobody:\).*/\1/')" \
    "error 8: cannot reach the database at socket /nonexistent as user nobody:"
  is "a forwarded socket replaces the URI's server" \
    "$(DRIVE_SOCKET=$MARIADB_SOCKET "$rocks_drive" rocksdb mysql://192.0.2.1/s open)" \
    ''
  mariadb_sql -e 'DROP DATABASE s'
}

snapshot() {
  make_site v
  drive v capacity vm-container-0-0 cpus=4 memory=4096 disk=500
  mariadb_sql v -e "UPDATE mvc_containers SET drained = 1"
  drive v capacity vm-container-0-0 cpus=8 memory=8192 disk=500
  drive v snapshot containers=yes test_level rank >"$work/got"
  cat >"$work/wanted" <<END
site 36 manager a:0:c0:80:0:0/ff:ff:ff:c0:00:00 test_level=host rank=0
container manager member=0 drained=0 0-0 10.1.1.1 eth0 vms=0 cpus=0/0 memory=0/0 disk=0/0 test_level=host rank=0
container vm-container-0-0 member=1 drained=1 0-0 10.1.255.254 eth0 vms=0 cpus=0/8 memory=0/8192 disk=0/500 test_level=container rank=0
container vm-container-0-1 member=1 drained=0 0-1 10.1.255.253 eth0 vms=0 cpus=0/0 memory=0/0 disk=0/0 test_level=container rank=1
container vm-container-0-2 member=1 drained=0 0-2 10.1.255.252 eth0 vms=0 cpus=0/0 memory=0/0 disk=0/0 test_level=container rank=2
END
  same "site, containers, room, attributes" "$work/wanted" "$work/got"
  drive v reserve home=$home fe=manager ip=192.0.2.20 n=2 on=vm-container-0-1 >/dev/null
  drive v snapshot containers=yes vms=all test_level | grep -v '^site' >"$work/got"
  cat >"$work/wanted" <<END
container manager member=0 drained=0 0-0 10.1.1.1 eth0 vms=1 cpus=1/0 memory=2048/0 disk=36/0 test_level=host
container vm-container-0-0 member=1 drained=1 0-0 10.1.255.254 eth0 vms=0 cpus=0/8 memory=0/8192 disk=0/500 test_level=container
container vm-container-0-1 member=1 drained=0 0-1 10.1.255.253 eth0 vms=2 cpus=2/0 memory=2048/0 disk=72/0 test_level=container
container vm-container-0-2 member=1 drained=0 0-2 10.1.255.252 eth0 vms=0 cpus=0/0 memory=0/0 disk=0/0 test_level=container
vm frontend-0-0-0 on manager as Frontend hvm cpus=1 memory=2048 slice=0 boot=install profile=install vm frontend kernel=/boot/vmlinuz install=install vm frontend gateway=192.0.2.1 lease=frontend-0-0-0 cdrom= test_level=linux
  nic eth0 0a:00:c0:80:00:00 ip=10.1.255.250 private/255.255.0.0 segment=2 on eth0 tagged=1 disabled=0
  nic eth1 0a:00:c0:80:00:01 ip=192.0.2.20 public/255.255.255.0 segment=0 on eth1 tagged=0 disabled=0
  disk file:/export/kvm/disks/frontend-0-0-0.vda,vda,virtio 36000000000
vm hosted-vm-0-1-0 on vm-container-0-1 as Hosted VM hvm cpus=1 memory=1024 slice=0 boot=install profile=install kernel=vmlinuz install=install gateway=10.1.1.1 lease=frontend-0-0-0 cdrom= test_level=linux
  nic eth0 0a:00:c0:80:00:02 ip= / segment=2 on eth0 tagged=1 disabled=0
  disk file:/state/partition1/kvm/disks/hosted-vm-0-1-0.vda,vda,virtio 36000000000
vm hosted-vm-0-1-1 on vm-container-0-1 as Hosted VM hvm cpus=1 memory=1024 slice=1 boot=install profile=install kernel=vmlinuz install=install gateway=10.1.1.1 lease=frontend-0-0-0 cdrom= test_level=linux
  nic eth0 0a:00:c0:80:00:03 ip= / segment=2 on eth0 tagged=1 disabled=0
  disk file:/state/partition1/kvm/disks/hosted-vm-0-1-1.vda,vda,virtio 36000000000
END
  same "VMs with what they need" "$work/wanted" "$work/got"
  is "one VM, by name, without containers" \
    "$(drive v snapshot vms=hosted-vm-0-1-1 | sed -n 's/^\(vm [^ ]*\).*/\1/p')" \
    'vm hosted-vm-0-1-1'
  is "those of a lease" "$(drive v snapshot home=$home cluster=frontend-0-0-0 |
      sed -n 's/^\(vm [^ ]*\).*/\1/p' | tr '\n' ' ' | sed 's/ $//')" \
    'vm frontend-0-0-0 vm hosted-vm-0-1-0 vm hosted-vm-0-1-1'
  is "an absent VM is left out" "$(drive v snapshot vms=nobody | grep '^vm' || true)" ''
  few=$(DRIVE_COUNT=1 drive v snapshot containers=yes vms=all | tail -n 1)
  drive v reserve home=$home cluster=many n=90 on=vm-container-0-0,vm-container-0-2 overlay=yes \
    >/dev/null 2>&1 || drive v reserve home=$home cluster=many n=90 \
    on=vm-container-0-1,vm-container-0-2 overlay=yes >/dev/null
  is "the number of queries does not grow" \
    "$(DRIVE_COUNT=1 drive v snapshot containers=yes vms=all | tail -n 1)" \
    "$few"
  is "with 93 VMs" "$(drive v snapshot vms=all | grep -c '^vm ')" 93
  mariadb_sql -e 'DROP DATABASE v; DROP DATABASE mvc_secrets'
}

for mode in STRICT_ALL_TABLES,ONLY_FULL_GROUP_BY,ANSI_QUOTES,PIPES_AS_CONCAT NO_ENGINE_SUBSTITUTION; do
  printf '# %s\n' "$mode"
  mariadb_sql -e "SET GLOBAL sql_mode = '$mode'"
  create
  session
  snapshot
done
