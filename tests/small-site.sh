# shellcheck shell=bash disable=SC2154 # functions.sh sets top_* and test_tmp
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Sites in a private MariaDB that runs; to be sourced after functions.sh and mariadb.sh.
#   site DATABASE               an empty one, made and chosen
#   small_site DATABASE         the same with tests/rocksdb/site.sql in it
#   sql STATEMENTS              on the database
#   state                       changes with every row of the database
#   refuses SENTENCE COMMAND... exit 1, that sentence, and nothing changed

site() {
  mariadb_create "$1"
  export ROCKS_DATABASE="mysql:///$1?socket=$MARIADB_SOCKET"
  database=$1
  rocks create database >/dev/null
}

small_site() {
  site "$1"
  mariadb_sql "$1" <"$top_srcdir/tests/rocksdb/site.sql"
  tables=$(sql "select group_concat(table_name) from information_schema.tables
    where table_schema = '$1' and table_type = 'BASE TABLE'")
}

sql() { mariadb_sql "$database" -e "$1"; }
state() { sql "checksum table $tables extended"; }

refuses() {
  local sentence=$1 out status=0
  shift
  state >"$test_tmp/before"
  out=$(rocks "$@" 2>/dev/null) || status=$?
  is "rocks $*" "$status $(sed -n 1p <<<"$out")" "1 Error: $sentence"
  state | cmp -s "$test_tmp/before" - || not_ok "rocks $*: something changed"
}
