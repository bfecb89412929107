# shellcheck shell=bash disable=SC2154  # functions.sh sets test_tmp and top_srcdir
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Inventories for the suite: databases of a private MariaDB server.

# shellcheck source=tests/mariadb.sh
. "$top_srcdir/tests/mariadb.sh"

inventory_start() {
  command -v mariadbd >/dev/null || PATH=$PATH:/usr/sbin
  command -v mariadbd >/dev/null || skip 'no mariadbd'
  at_end mariadb_stop
  mariadb_start "$test_tmp/db"
}

inventory_uri() { echo "mysql:///$1?socket=$MARIADB_SOCKET"; }

# What an admin does before, and after `create`.
inventory_place() { mariadb_create "$1"; }
inventory_fill() { mariadb_sql "$1" <"$top_srcdir/tests/rocksdb/site.sql"; }

inventory_drop() {
  mariadb_sql -e "drop database if exists $1; drop database if exists mvc_secrets"
}

# A word that differs whenever anything recorded does.
inventory_state() {
  mariadb_sql -e "select group_concat(table_schema, '.', table_name) from information_schema.tables
    where table_schema in ('$1', 'mvc_secrets') and table_type = 'BASE TABLE'" |
    sed 's/.*/checksum table & extended/' | mariadb_sql | cksum
}
