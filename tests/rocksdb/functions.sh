# shellcheck shell=bash disable=SC2154  # functions.sh sets test_tmp and the folders
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# For the tests of the Rocks backend; to be sourced.  Starts a private server and
# gives, with what tests/functions.sh has:
#   drive DATABASE OPERATION [WORD...]  the backend, see tests/conformance/resource/drive.c
#   state DATABASE         every row of the database, one per line, sorted
#   uuid DATABASE          the site's UUID
#   like, same, refused    assertions

# shellcheck source=tests/functions.sh
. "$(dirname "${BASH_SOURCE[0]}")/../functions.sh"
rocks_drive=${ROCKS_DRIVE:-$top_builddir/tests/conformance/resource/drive}
work=$test_tmp
# shellcheck disable=SC2034 # for those who source this
compat=${ROCKS_COMPAT_DIR:-$top_srcdir/../shared/compat}

# shellcheck source=tests/mariadb.sh
. "$top_srcdir/tests/mariadb.sh"
at_end mariadb_stop
mariadb_start "$work/server"

# like NAME PATTERN GOT: a shell pattern
like() {
  # shellcheck disable=SC2254 # a pattern is meant
  case $3 in
    $2) ok "$1" ;;
    *)
      not_ok "$1"
      printf '  wanted: %s\n  got: %s\n' "$2" "$3"
      ;;
  esac
}

# refused NAME PATTERN DATABASE OPERATION [WORD...]: fails with one report like the pattern, and
# changes nothing
refused() {
  refused_name=$1 refused_pattern=$2
  shift 2
  state "$1" >"$work/refused.before"
  if drive "$@" >"$work/refused.out"; then
    not_ok "$refused_name: it went through"
    return 0
  fi
  state "$1" >"$work/refused.after"
  like "$refused_name" "$refused_pattern" "$(cat "$work/refused.out")"
  if ! cmp -s "$work/refused.before" "$work/refused.after"; then
    not_ok "$refused_name: something changed"
    diff "$work/refused.before" "$work/refused.after" || true
  fi
}

drive() {
  drive_database=$1
  shift
  # shellcheck disable=SC2086 # words
  timeout 60 ${ROCKS_WRAP:-} "$rocks_drive" rocksdb \
    "mysql://${DRIVE_USER:-}@/$drive_database?socket=$MARIADB_SOCKET" "$@"
}

uuid() {
  mariadb_sql -e "SELECT uuid FROM $1.mvc_site"
}

# One SELECT for all tables: NAME(COLUMN=VALUE, ...), texts quoted.
state_query() {
  mariadb_sql -e "
    SET group_concat_max_len = 1000000;
    SELECT CONCAT('SELECT CONCAT(''', c.TABLE_NAME, '('', ',
             GROUP_CONCAT(CONCAT('''', IF(c.ORDINAL_POSITION > 1, ', ', ''), c.COLUMN_NAME, '='', ',
               IF(c.DATA_TYPE LIKE '%int', CONCAT('IFNULL(\`', c.COLUMN_NAME, '\`, ''NULL'')'),
                 CONCAT('QUOTE(\`', c.COLUMN_NAME, '\`)')))
               ORDER BY c.ORDINAL_POSITION SEPARATOR ', '),
             ', '')'') FROM \`$1\`.', c.TABLE_NAME, ';')
      FROM information_schema.COLUMNS c
      JOIN information_schema.TABLES t USING (TABLE_SCHEMA, TABLE_NAME)
     WHERE c.TABLE_SCHEMA = '$1' AND t.TABLE_TYPE = 'BASE TABLE' GROUP BY c.TABLE_NAME"
}

state() {
  state_query "$1" >"$work/state.sql"
  mariadb_sql <"$work/state.sql" | LC_ALL=C sort
}

# What has been added to the tables that Rocks made, since FILE: as the transcripts write it.
added() {
  state "$2" | LC_ALL=C comm -13 "$1" - | grep -v '^mvc_' || true
}

# A site of our own: a frontend and three containers.
make_site() {
  drive "$1" create >/dev/null
  mariadb_sql "$1" <"$top_srcdir/tests/rocksdb/site.sql"
}
