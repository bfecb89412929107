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
}

questions() { mariadb_sql mysql -N -B -e "SHOW GLOBAL STATUS LIKE 'Questions'" | cut -f2; }

# How many statements a command sends; the two looks at the counter are one more.
counted() { # DATABASE WORD...
  local before after
  export ROCKS_DATABASE="mysql://root@localhost/$1?socket=$MARIADB_SOCKET"
  shift
  before=$(questions)
  "$rocks" "$@" >"$test_tmp/listing" || return 1
  after=$(questions)
  echo $((after - before))
}

site few 20
site many 2000

while read -r command; do
  # shellcheck disable=SC2086 # words
  few=$(counted few $command)
  # shellcheck disable=SC2086
  many=$(counted many $command)
  is "rocks $command: as many statements for 2000 hosts as for 20 ($few)" "$many" "$few"
  lines=$(wc -l <"$test_tmp/listing")
  [ "$lines" -gt 150 ] || not_ok "rocks $command lists only $lines lines"
done <<'LIST'
list host
list host interface
list host attr
list host vm
list host membership
list host boot
report host
dump host
dump host interface
LIST
