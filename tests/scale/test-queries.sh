#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Listings ask the database a number of times that does not depend on how many
# hosts there are, counted at the server.
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
# shellcheck source=tests/mariadb.sh
. "$top_srcdir/tests/mariadb.sh"
# shellcheck source=tests/scale/hosts.sh
. "$top_srcdir/tests/scale/hosts.sh"

rocks=$top_builddir/core/rocks-tree
at_end mariadb_stop "$test_tmp/db"
mariadb_start "$test_tmp/db"

site() { # NAME HOSTS
  export ROCKS_DATABASE="mysql://root@localhost/$1?socket=$MARIADB_SOCKET"
  "$rocks" create database
  many_hosts "$1" "$2"
  # Reports for services are those of the machine they run on.
  mariadb_sql "$1" -e "UPDATE nodes SET Name = '$(uname -n | cut -d. -f1)' WHERE Name = 'compute-0-1'"
}

# One client for all questions, so that the coming and going of clients is not counted.
coproc CLIENT { mariadb_sql mysql --unbuffered; }
exec 7<&"${CLIENT[0]}" 8>&"${CLIENT[1]}"

# ask STATUS: its value in $answer; one more is asked
ask() {
  echo "SHOW GLOBAL STATUS LIKE '$1';" >&8
  read -r _ answer <&7
  asked=$((asked + 1))
}

# How many statements a command sends.
counted() { # DATABASE WORD...
  local before asked=0 i
  export ROCKS_DATABASE="mysql://root@localhost/$1?socket=$MARIADB_SOCKET"
  shift
  ask Questions
  before=$answer asked=0
  "$rocks" "$@" >"$test_tmp/listing" 2>/dev/null || return 1
  ask Threads_connected
  # What it sent last may still be under way.
  for ((i = 0; i < 10000 && answer > 1; i++)); do ask Threads_connected; done
  ask Questions
  echo $((answer - before - asked))
}

site few 20
site many 2000

while read -r command; do
  # shellcheck disable=SC2086 # words
  if ! few=$(counted few $command); then
    not_ok "rocks $command: $(head -n 1 "$test_tmp/listing")"
    continue
  fi
  # shellcheck disable=SC2086
  many=$(counted many $command)
  is "rocks $command: as many statements for 2000 hosts as for 20 ($few)" "$many" "$few"
  lines=$(wc -l <"$test_tmp/listing")
  [ "$command" = "list site" ] || [ "$lines" -gt 150 ] || not_ok "rocks $command lists only $lines lines"
done <<'LIST'
list host
list host interface
list host interface disablekvm
list host attr
list host vm
list host vm status=no showdisks=yes
list host membership
list host appliance
list host boot
list host alias
list host key
list host partition
list host route
list cluster
list cluster status=yes
list site
report host
report host dhcpd compute-0-0
report host interface %
report host network %
report host route %
report host vlan %
report host attr
report host vm config compute-%
report zones
dump
dump host
dump host attr
dump host interface
dump host vm
dump host boot
dump host route
dump host key
LIST
