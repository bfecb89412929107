#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Reserving and releasing VMs in a Rocks database, strict and lax; several at
# once; killed in the middle.
# shellcheck source=tests/rocksdb/functions.sh
. "$(dirname "$0")/functions.sh"

home=11111111-2222-4333-8444-555555555555
other=99999999-2222-4333-8444-555555555555
all=vm-container-0-0,vm-container-0-1,vm-container-0-2

tagged() {
  state t >"$work/before"
  dry=$(drive t reserve home=$home fe=manager ip=192.0.2.20 n=4 on=$all record=yes dry=yes)
  state t >"$work/after"
  same "a dry run changes nothing" "$work/before" "$work/after"
  is "and tells what will be" \
    "$(drive t reserve home=$home fe=manager ip=192.0.2.20 n=4 on=$all record=yes)" \
    "$dry"
  is "the members" "$(printf '%s\n' "$dry" |
    sed 's/^member [a-z]* [0-9]* \([^ ]*\) on \([^ ]*\) mac=\([^ ]*\) segment=\([0-9]*\) .*slice=/\1 \2 \3 \4 /')" "frontend-0-0-0 manager 0a:00:c0:80:00:00 2 0
hosted-vm-0-0-0 vm-container-0-0 0a:00:c0:80:00:02 2 0
hosted-vm-0-1-0 vm-container-0-1 0a:00:c0:80:00:03 2 0
hosted-vm-0-2-0 vm-container-0-2 0a:00:c0:80:00:04 2 0
hosted-vm-0-0-1 vm-container-0-0 0a:00:c0:80:00:05 2 1"
  is "the view has them" "$(mariadb_sql t -e 'SELECT COUNT(*) FROM clusters')" 5
  is "one tag per container" \
    "$(mariadb_sql t -e "SELECT COUNT(*) FROM networks WHERE Device = 'vlan2'")" \
    4
  is "the cluster is recorded with its members" \
    "$(drive t clusters | sed -n '1h; /key=/{s/^  setting//; H}; ${x; s/\n / 5 members, /; p}')" \
    "cluster frontend-0-0-0 net vm adding 10.1.0.0/16 1360 5 members, key=hush secret"
  is "five members" "$(drive t clusters frontend-0-0-0 | grep -c ^member)" 5
  is "and five leases" "$(drive t leases | grep -c "^lease $home frontend-0-0-0 ")" 5
  drive t release $home frontend-0-0-0 hosted-vm-0-0-1
  is "one VM is given back, the container keeps its tag" \
    "$(mariadb_sql t -e "SELECT COUNT(*) FROM vm_nodes; SELECT COUNT(*) FROM networks
      WHERE Device = 'vlan2'" | tr '\n' ' ' | sed 's/ $//')" \
    '4 4'
  drive t release $home frontend-0-0-0 hosted-vm-0-0-0
  is "the last one on it takes the tag along" \
    "$(mariadb_sql t -e "SELECT COUNT(*) FROM networks WHERE Device = 'vlan2'")" \
    3
  drive t release $home frontend-0-0-0
  drive t forget frontend-0-0-0
  state t >"$work/after"
  same "released and forgotten, all is as before" "$work/before" "$work/after"
  is "no key is left" "$(mariadb_sql -e 'SELECT COUNT(*) FROM mvc_secrets.settings')" 0
  is "releasing what is not there is no error" "$(drive t release $home frontend-0-0-0 x)" ''
}

overlay() {
  state t >"$work/before"
  drive t reserve home=$home fe=manager fe-name=vc ip=192.0.2.20 n=2 on=$all \
    name=vm-manager-vc overlay=yes record=yes >"$work/first"
  is "an overlay's segments begin above the tags" \
    "$(sed -n '1s/.*segment=\([0-9]*\).*/\1/p' "$work/first")" \
    4096
  is "no tags" "$(mariadb_sql t -e "SELECT COUNT(*) FROM networks WHERE Device LIKE 'vlan%'")" 0
  is "the view has it" "$(mariadb_sql t -e "SELECT COUNT(*) FROM clusters")" 3
  drive t reserve home=$home cluster=vc n=3 on=$all name=vm-manager-vc overlay=yes >"$work/more"
  is "the same members, and one more on the same segment" \
    "$(cat "$work/more")" \
    "$(sed -n '2,$p' "$work/first")
member compute 2 vm-manager-vc-2 on vm-container-0-2 mac=0a:00:c0:80:00:04 segment=4096 cpus=1 memory=1024 disk=36 slice=0"
  drive t reserve home=$other cluster=vm-b-x n=2 on=$all name=vm-b-x foreign=yes overlay=yes \
    >"$work/lent"
  is "lent VMs have their own segment, no IP, no subnet" \
    "$(sed -n '1s/.*segment=\([0-9]*\).*/\1/p' "$work/lent"
    mariadb_sql t -e "SELECT IP, Subnet, VlanID FROM networks WHERE Name LIKE 'vm-b-x%'" |
      tr '\t' ' ')" "4097
NULL NULL 4097
NULL NULL 4097"
  drive t release $home vc && drive t forget vc && drive t release $other vm-b-x
  grep -v '^mvc_segments' "$work/before" >"$work/wanted"
  state t | grep -v '^mvc_segments' >"$work/after"
  same "all is as before but the spent segments" "$work/wanted" "$work/after"
  is "a segment is never given twice" "$(drive t reserve home=$home cluster=again n=1 \
    on=$all overlay=yes | sed -n '1s/.*segment=\([0-9]*\).*/\1/p')" 4098
  drive t release $home again
}

# Columns of the networks that a change of network leaves alone, and those that it changes.
nics() {
  mariadb_sql t -e "SELECT Node, IFNULL(MAC, '-'), IFNULL(IP, '-'), Name, Device, IFNULL(Subnet, 0),
    IFNULL(VlanID, 0) FROM networks ORDER BY Node, Device"
}
segments() {
  mariadb_sql t -e "SELECT segment, released IS NOT NULL FROM mvc_segments WHERE cluster = 'move'
    ORDER BY segment" | tr '\t\n' ' ;'
}

renumbered() {
  drive t reserve home=$home fe=manager fe-name=move ip=192.0.2.20 n=3 on=vm-container-0-0,vm-container-0-1 \
    name=vm-move >"$work/first"
  drive t reserve home=$home fe=manager fe-name=beside ip=192.0.2.21 n=1 on=vm-container-0-0 vlan=9 \
    >/dev/null
  nics >"$work/tagged"
  state t >"$work/before"
  drive t renumber $home move 4096-999999 overlay=yes dry=yes >"$work/dry"
  state t >"$work/after"
  same "a dry renumbering changes nothing" "$work/before" "$work/after"
  drive t renumber $home move 4096-999999 overlay=yes >"$work/moved"
  same "and tells what it will be" "$work/dry" "$work/moved"
  segment=$(sed -n '1s/.*segment=\([0-9]*\).*/\1/p' "$work/moved")
  sed "s/segment=2/segment=$segment/" "$work/first" >"$work/wanted"
  same "another segment, all else as reserved" "$work/wanted" "$work/moved"
  is "no tag of it is left, its neighbour's are" "$(mariadb_sql t -e "SELECT Device, COUNT(*)
    FROM networks WHERE Device LIKE 'vlan%' GROUP BY Device" | tr '\t' ' ')" 'vlan9 2'
  sed '/\tvlan2\t/d; s/\t2$/\t'"$segment"'/' "$work/tagged" >"$work/wanted"
  nics >"$work/after"
  same "names, MACs and addresses stay" "$work/wanted" "$work/after"
  is "the leases say so" "$(drive t leases | grep -c "^lease $home move .*segment=$segment ")" 4
  is "the view has it" \
    "$(mariadb_sql t -e "SELECT COUNT(*) FROM clusters WHERE cluster_name = 'move'")" 4
  is "the number is in use" "$(segments)" "$segment 0;"
  state t >"$work/before"
  drive t renumber $home move 4096-999999 overlay=yes >"$work/again"
  same "a second time says the same" "$work/moved" "$work/again"
  state t >"$work/after"
  same "and changes nothing" "$work/before" "$work/after"

  refused "no number left" '*could not find a free Vlan ID from 9 to 9*' t renumber $home move 9-9
  refused "an unknown subnet" '*subnet nowhere is not valid*' t renumber $home move 2-9 subnet=nowhere
  is "the second range when the first is full" "$(drive t renumber $home move 9-9 10-12 dry=yes |
    sed -n '1s/.*segment=\([0-9]*\).*/\1/p')" 10
  drive t renumber $home move 2-4094 >"$work/again"
  same "back as it was reserved" "$work/first" "$work/again"
  nics >"$work/after"
  same "its rows too" "$work/tagged" "$work/after"
  is "the overlay's number is spent" "$(segments)" "$segment 1;"
  mariadb_sql t -e "DELETE FROM networks WHERE Device = 'vlan2' AND Node = 2"
  drive t renumber $home move 2-4094 >/dev/null
  nics >"$work/after"
  same "a tag that was lost is put back" "$work/tagged" "$work/after"
  drive t renumber $home move 4096-999999 overlay=yes >"$work/again"
  is "an overlay's number is never given twice" \
    "$(sed -n '1s/.*segment=\([0-9]*\).*/\1/p' "$work/again")" \
    $((segment + 1))
  is "nobody's VMs: nothing to do" "$(drive t renumber $other move 2-4094)" ''
  drive t release $home move
  drive t release $home beside
}

refusals() {
  drive t reserve home=$home fe=manager fe-name=alpha ip=192.0.2.20 n=0 vlan=100 >/dev/null
  mariadb_sql t -e "INSERT INTO aliases (Node, Name) VALUES (5, 'nick')"
  drive t capacity vm-container-0-1 cpus=4 memory=2048 disk=100
  set -- t reserve home=$home fe=manager ip=192.0.2.30 n=1 on=vm-container-0-0
  refused "an unknown container" '*cannot resolve host "nosuch"*' \
    t reserve home=$home cluster=x n=2 on=vm-container-0-0,nosuch overlay=yes
  refused "a taken name" '*Node alpha already exists.*' "$@" fe-name=alpha
  refused "an alias" '*Node nick already exists.*' "$@" fe-name=nick
  refused "a domain" '*Hostname a.b can not contains any dot.*' "$@" fe-name=a.b
  refused "a rack" '*Hostname rack3 can not be in the form of rack<number>.*' "$@" fe-name=rack3
  refused "an appliance" '*Hostname compute can not be equal*' "$@" fe-name=compute
  refused "a quote" "*\"o'h\" cannot be a host's name*" "$@" "fe-name=o'h"
  refused "two bytes of one letter" "*\"é\" cannot be a host's name*" "$@" fe-name=é
  refused "a tag in use" '*Vlan ID (100) is in use*' "$@" vlan=100
  refused "a tag out of range" '*Vlan ID (5000) must be an integer from 2 to 4094*' "$@" vlan=5000
  refused "no tag left" '*could not find a free Vlan ID from 100 to 100*' "$@" min=100 max=100
  refused "an unknown subnet" '*subnet nowhere is not valid*' "$@" subnet=nowhere
  refused "the frontend's own address" '*192.0.2.10 is in use*' \
    t reserve home=$home fe=manager ip=192.0.2.10 n=0
  refused "an unknown host" '*cannot resolve host "nosuch"*' \
    t reserve home=$home fe=nosuch ip=192.0.2.30 n=0
  refused "a VM as container" '*alpha is a virtual machine*' \
    t reserve home=$home fe=alpha ip=192.0.2.30 n=0
  refused "no room to lend, and how much there is" \
    '*no room on vm-container-0-1: 3 CPUs, 3072 MiB and 108 GB*free are 4 of 4 CPUs, 2048 of 2048 MiB, 100 of 100 GB*' \
    t reserve home=$other cluster=x n=3 on=vm-container-0-1 name=vm-x foreign=yes overlay=yes
  mariadb_sql t -e "UPDATE mvc_containers SET drained = 1; DELETE FROM partitions WHERE Node = 4"
  refused "a drained container" '*vm-container-0-1 is drained*' \
    t reserve home=$home cluster=x n=1 on=vm-container-0-1 overlay=yes
  refused "no partition" "*could not find a partition on host (vm-container-0-2) to hold the VM's disk image*" \
    t reserve home=$home cluster=x n=2 on=vm-container-0-0,vm-container-0-2 overlay=yes
  mariadb_sql t -e "UPDATE attributes SET Value = 'ff:ff:ff:ff:ff:fc'
    WHERE Attr = 'vm_mac_base_addr_mask'"
  refused "no MAC left" '*MAC addresses of this site are used up*' \
    t reserve home=$home cluster=x n=3 on=vm-container-0-0 overlay=yes
}

# VMs as the original made them: nobody's lease.
unleased() {
  drive t reserve home="$(uuid t)" fe=manager fe-name=rocks ip=192.0.2.20 n=2 on=$all >/dev/null
  mariadb_sql t -e 'DELETE FROM mvc_leases'
  state t >"$work/before"
  set -- rocks rocks hosted-vm-0-0-0 hosted-vm-0-1-0
  drive t release "$other" "$@"
  drive t release "$(uuid t)" rocks
  state t >"$work/after"
  same "they go for no other site, and not unnamed" "$work/before" "$work/after"
  drive t release "$(uuid t)" "$@"
  is "this site names them, and they go" "$(mariadb_sql t -e "
    SELECT (SELECT COUNT(*) FROM vm_nodes), (SELECT COUNT(*) FROM networks WHERE VlanID = 2)" |
    tr '\t' ' ')" '0 0'
}

records() {
  drive t record remote adding $other vm-a vm-b
  is "an intent without MACs" "$(drive t clusters remote | grep -c '^member.*mac= ')" 2
  drive t set-state remote running
  like "its state changes" 'cluster remote net vm running *' "$(drive t clusters remote)"
  refused "not to nonsense" '*"flying" is no state*' t set-state remote flying
  refused "and not of nobody" '*there is no cluster nobody*' t set-state nobody running
  one=$(DRIVE_COUNT=1 drive t journal remote define begun | tail -n 1)
  is "many steps are noted as fast as one" \
    "$(DRIVE_COUNT=1 drive t journal remote define "done" start begun start failed | tail -n 1)" \
    "$one"
  is "and read back in order" \
    "$(drive t journal-read remote | sed 's/^step remote host=h \([a-z]*\) vm= \([a-z]*\).*/\1 \2/' |
      tr '\n' ' ' | sed 's/ $//')" \
    'define begun define done start begun start failed'
  mariadb_sql -e "CREATE USER IF NOT EXISTS reader@localhost; GRANT SELECT ON t.* TO reader@localhost"
  is "others read a cluster without its key" \
    "$(DRIVE_USER=reader drive t clusters remote | grep setting)" \
    '  setting community=c2'
  is "root reads it" "$(drive t clusters remote | grep key)" '  setting key=sesame secret'
  drive t forget remote
  is "forgotten with all that was known of it" "$(mariadb_sql t -e "
    SELECT (SELECT COUNT(*) FROM mvc_clusters WHERE name = 'remote'), (SELECT COUNT(*) FROM mvc_members
      WHERE site_uuid = '$other'), (SELECT COUNT(*) FROM mvc_journal),
      (SELECT COUNT(*) FROM mvc_secrets.settings WHERE cluster = 'remote')" | tr '\t' ' ')" '0 0 0 0'
}

parallel() {
  pids=''
  for i in 1 2 3 4 5 6; do
    drive t reserve home=$home fe=manager ip=192.0.2.4$i n=3 on=vm-container-0-0 \
      >"$work/parallel.$i" &
    pids="$pids $!"
  done
  for pid in $pids; do
    wait "$pid" || true
  done
  cat "$work"/parallel.* >"$work/parallel"
  is "six at once: all are served" "$(grep -c ^member "$work/parallel")" 24
  is "no name twice" "$(awk '{ print $4 }' "$work/parallel" | sort | uniq -d)" ''
  is "no MAC twice" "$(mariadb_sql t -e 'SELECT MAC FROM networks WHERE MAC IS NOT NULL
    GROUP BY MAC HAVING COUNT(*) > 1')" ''
  is "no IP twice" "$(mariadb_sql t -e 'SELECT IP FROM networks WHERE IP IS NOT NULL
    GROUP BY IP HAVING COUNT(*) > 1')" ''
  is "six segments" "$(sed 's/.*segment=\([0-9]*\).*/\1/' "$work/parallel" | sort -u | wc -l)" 6
  is "no slice twice on a container" \
    "$(grep '^member compute' "$work/parallel" | sed 's/.*slice=//' | sort -u | wc -l)" \
    18
}

# until_true COMMAND...: within ten seconds
until_true() {
  tries=0
  until "$@"; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || return 1
    sleep 0.1
  done
}

running() {
  [ "$(mariadb_sql -e "SELECT COUNT(*) FROM information_schema.PROCESSLIST
    WHERE INFO LIKE '$1%'")" -gt 0 ]
}

not_running() {
  ! running "$1"
}

# The lease is stored late: who waits there has written nearly everything.
killed() {
  state t >"$work/before"
  mariadb_sql t -e "START TRANSACTION; SELECT COUNT(*) FROM mvc_leases FOR UPDATE; DO SLEEP(50)" \
    >/dev/null 2>&1 &
  until_true running 'DO SLEEP(50)' || not_ok "the blocker does not block"
  timeout 50 "$rocks_drive" rocksdb "mysql:///t?socket=$MARIADB_SOCKET" reserve home=$home fe=manager \
    ip=192.0.2.60 n=3 on=vm-container-0-0 >"$work/killed" 2>&1 &
  victim=$!
  until_true running 'INSERT INTO mvc_leases' || not_ok "the reservation is not in the middle"
  # timeout passes other signals on, but not this one.
  kill -9 "$(ps -o pid= --ppid "$victim" | tr -d ' ')"
  wait "$victim" 2>/dev/null || true
  mariadb_sql -e "SELECT CONCAT('KILL ', ID) FROM information_schema.PROCESSLIST
    WHERE INFO = 'DO SLEEP(50)'" | mariadb_sql
  until_true not_running 'INSERT INTO mvc_leases' || not_ok "the server goes on"
  like "the next one gets the lock" 'member frontend *' \
    "$(drive t reserve home=$home fe=manager ip=192.0.2.60 n=3 on=vm-container-0-0 dry=yes)"
  state t >"$work/after"
  same "a reservation killed in the middle leaves nothing" "$work/before" "$work/after"
}

constant() {
  one=$(DRIVE_COUNT=1 drive t reserve home=$home fe=manager ip=192.0.2.60 n=1 on=$all \
    record=yes dry=yes | tail -n 1)
  like "statements are counted" 'statements [1-9]*' "$one"
  is "200 VMs take as many statements as one" \
    "$(DRIVE_COUNT=1 drive t reserve home=$home fe=manager ip=192.0.2.60 n=200 on=$all \
      record=yes dry=yes | tail -n 1)" \
    "$one"
}

for mode in STRICT_ALL_TABLES,ONLY_FULL_GROUP_BY,ANSI_QUOTES,PIPES_AS_CONCAT NO_ENGINE_SUBSTITUTION; do
  printf '# %s\n' "$mode"
  mariadb_sql -e "SET GLOBAL sql_mode = '$mode'"
  make_site t
  tagged
  overlay
  unleased
  renumbered
  constant
  records
  parallel
  killed
  mariadb_sql -e 'DROP DATABASE t; DROP DATABASE mvc_secrets'
  make_site t
  refusals
  mariadb_sql -e 'DROP DATABASE t; DROP DATABASE mvc_secrets'
done
