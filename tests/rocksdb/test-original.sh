#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Against a database that the original made: a reservation adds the rows that
# the original's `add cluster` adds.  Needs the reference material
# (ROCKS_COMPAT_DIR, by default ../shared/compat beside the source).
# shellcheck source=tests/rocksdb/functions.sh
. "$(dirname "$0")/functions.sh"
if [ ! -f "$compat/site-a.sql" ]; then
  skip "there is no database of the original in $compat"
fi
home=11111111-2222-4333-8444-555555555555
each=vm-container-0-0,vm-container-0-1,vm-container-0-2,vm-container-0-3,vm-container-0-4

original() {
  mariadb_sql -e 'DROP DATABASE IF EXISTS a; DROP DATABASE IF EXISTS mvc_secrets;
    CREATE DATABASE a DEFAULT CHARACTER SET latin1'
  mariadb_sql a <"$compat/site-a.sql"
  drive a create >/dev/null
}

# compared NUMBER WORD...: reserves and compares with what the transcript added
compared() {
  number=$1
  shift
  state a >"$work/before"
  drive a reserve home=$home "$@" >"$work/members" || cat "$work/members"
  added "$work/before" a >"$work/got"
  sed -n '/^--- DBDIFF/,/^--- FILES/s/^+ //p' "$compat/transcripts/$number-"*.txt |
    LC_ALL=C sort >"$work/wanted"
  same "the rows of transcript $number" "$work/wanted" "$work/got"
}

original
state a >"$work/pristine"
is "plain commands work on it without our tables" \
  "$(drive a snapshot-bare containers=yes | sed -n '$s/ vms=.*//p')" \
  'container vm-container-0-4 member=1 drained=0 0-4 10.1.255.250 eth0'
compared 106 fe=frontend-a ip=198.51.100.20 n=2 on=$each
compared 155 fe=frontend-a ip=198.51.100.21 n=3 on=$each
drive a release $home frontend-0-0-0
compared 164 fe=frontend-a ip=198.51.100.22 n=1 on=$each
drive a release $home frontend-0-0-1
drive a release $home frontend-0-0-2
state a >"$work/after"
same "all given back, all is as the original made it" "$work/pristine" "$work/after"

original
compared 167 fe=frontend-a ip=198.51.100.30 n=0
original
compared 170 fe=frontend-a fe-name=fe1 ip=198.51.100.30 n=1 vlan=100 on=$each
compared 171 fe=frontend-a fe-name=alpha ip=198.51.100.31 n=2 on=$each name=vm-alpha
compared 172 fe=vm-container-0-2 fe-name=beta ip=198.51.100.32 n=5 vlan=300 cpus=4 \
  memory=4096 disk=20 fe-disk=60 gateway=198.51.100.254 \
  on=vm-container-0-3,vm-container-0-4 name=vm-beta
compared 182 fe=frontend-a ip=198.51.100.33 n=1 on=$each
