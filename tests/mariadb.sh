# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Private MariaDB servers for tests; to be sourced. Needs Debian's mariadb-server-core and
# mariadb-client-core. The servers have a socket and no port, read no option file, and root reaches
# them without a password through the socket, as on a Rocks frontend.
#
#   . tests/mariadb.sh
#   trap mariadb_stop EXIT
#   mariadb_start DIR         a server in DIR (made if need be); sets and exports MARIADB_SOCKET
#   mariadb_sql [ARG...]      the client on MARIADB_SOCKET, without column names; SQL on stdin or -e
#   mariadb_split < FILE      a file of plugins/resource-rocksdb/schema as client input
#   mariadb_load FILE [DB]    sends such a file, one statement at a time, to the database
#   mariadb_create DB         an empty latin1 database
#   mariadb_stop [DIR]        ends the server in DIR, or every one that this shell started
#
# A server ends with the shell that started it, killed or not, where setpriv exists. So call
# mariadb_start in the test's main shell, never in $(...).
# Its own folder is its tmpdir too: two servers in two PID namespaces may have the same PID, of
# which they make the names of their temporary tables.

MARIADB_SOCKET=${MARIADB_SOCKET:-}
mariadb_running=''

# How fast it is matters more than what a power cut leaves. The log size is the template's too.
mariadb_options='--no-defaults --skip-networking --skip-log-bin --innodb-log-file-size=8M
  --innodb-buffer-pool-size=32M --innodb-buffer-pool-load-at-startup=0
  --innodb-buffer-pool-dump-at-shutdown=0 --innodb-flush-log-at-trx-commit=2
  --innodb-doublewrite=0 --performance-schema=OFF --character-set-server=latin1'

mariadb_fail() {
  printf '%s\n' "mariadb.sh: $1" >&2
  return 1
}

# Prints the folder of a data folder that was never started; made once per machine, user and version.
mariadb_template() {
  mariadb_version=$(mariadbd --no-defaults --version | sed -n 's/.*Ver \([^ ]*\).*/\1/p')
  mariadb_cache=${ROCKS_TEST_CACHE:-/var/tmp/rocks-mvc-tests-$(id -u)}
  (umask 077 && mkdir -p "$mariadb_cache")
  # Anyone could have made a folder of that name before us.
  if [ -L "$mariadb_cache" ] || [ "$(stat -c %u "$mariadb_cache")" != "$(id -u)" ]; then
    mariadb_fail "$mariadb_cache is not a folder of ours"
    return 1
  fi
  mariadb_ready=$mariadb_cache/mariadb-$mariadb_version
  if [ ! -d "$mariadb_ready" ]; then
    mariadb_new=$(mktemp -d "$mariadb_cache/new.XXXXXX")
    # shellcheck disable=SC2086 # options are words
    timeout 120 mariadb-install-db $mariadb_options --user="$(id -un)" \
      --auth-root-authentication-method=socket --auth-root-socket-user="$(id -un)" \
      --skip-test-db --datadir="$mariadb_new" >"$mariadb_new.log" 2>&1 || {
      cat "$mariadb_new.log" >&2
      rm -rf "$mariadb_new" "$mariadb_new.log"
      return 1
    }
    # Two tests may get here at once: the first to finish wins, the other's is as good and goes.
    mv -T "$mariadb_new" "$mariadb_ready" 2>/dev/null || rm -rf "$mariadb_new"
    rm -f "$mariadb_new.log"
  fi
  printf '%s\n' "$mariadb_ready"
}

# Waits until the server of DIR answers; false if it ends or takes more than half a minute.
mariadb_wait() {
  mariadb_tries=0
  until mariadb --no-defaults --socket="$1/mariadb.sock" -e 'SELECT 1' >/dev/null 2>&1; do
    mariadb_tries=$((mariadb_tries + 1))
    if [ "$mariadb_tries" -gt 600 ] || ! kill -0 "$2" 2>/dev/null; then
      tail -n 20 "$1/mariadb.log" >&2
      return 1
    fi
    sleep 0.05
  done
}

mariadb_start() {
  mkdir -p "$1"
  mariadb_dir=$(cd "$1" && pwd)
  if [ "${#mariadb_dir}" -gt 90 ]; then
    mariadb_fail "$mariadb_dir is too long for the path of a socket"
    return 1
  fi
  mariadb_from=$(mariadb_template) || return 1
  if [ ! -d "$mariadb_dir/data" ]; then
    cp -a --reflink=auto "$mariadb_from" "$mariadb_dir/data"
  fi
  mariadb_leash=''
  if command -v setpriv >/dev/null; then
    mariadb_leash='setpriv --pdeathsig KILL'
  fi
  # shellcheck disable=SC2086 # options are words
  $mariadb_leash mariadbd $mariadb_options --user="$(id -un)" --datadir="$mariadb_dir/data" \
    --tmpdir="$mariadb_dir" --socket="$mariadb_dir/mariadb.sock" \
    --pid-file="$mariadb_dir/mariadb.pid" \
    ${MARIADB_EXTRA:-} </dev/null >"$mariadb_dir/mariadb.log" 2>&1 &
  mariadb_pid=$!
  mariadb_running="$mariadb_running $mariadb_pid:$mariadb_dir"
  mariadb_wait "$mariadb_dir" "$mariadb_pid" || {
    mariadb_stop "$mariadb_dir"
    mariadb_fail "no server in $mariadb_dir"
    return 1
  }
  MARIADB_SOCKET=$mariadb_dir/mariadb.sock
  export MARIADB_SOCKET
}

# Bounded: asked to end, then killed. Keeps the exit status that it was called with, for EXIT traps.
mariadb_stop() {
  mariadb_status=$?
  mariadb_which=''
  if [ $# -gt 0 ]; then
    mariadb_which=$(cd "$1" && pwd)
  fi
  mariadb_left=''
  for mariadb_one in $mariadb_running; do
    if [ -n "$mariadb_which" ] && [ "${mariadb_one#*:}" != "$mariadb_which" ]; then
      mariadb_left="$mariadb_left $mariadb_one"
      continue
    fi
    mariadb_end "${mariadb_one%%:*}"
  done
  mariadb_running=$mariadb_left
  return "$mariadb_status"
}

mariadb_end() {
  kill "$1" 2>/dev/null || return 0
  mariadb_tries=0
  while kill -0 "$1" 2>/dev/null && [ "$mariadb_tries" -lt 200 ]; do
    mariadb_tries=$((mariadb_tries + 1))
    sleep 0.05
  done
  kill -9 "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

mariadb_sql() {
  mariadb --no-defaults --socket="$MARIADB_SOCKET" --default-character-set=latin1 -N -B "$@"
}

mariadb_create() {
  mariadb_sql -e "CREATE DATABASE \`$1\` DEFAULT CHARACTER SET latin1"
}

# The rule stands at the top of rocks.sql. Every statement gets a delimiter that none contains, so
# that the client's own idea of where one ends has no part in it.
mariadb_split() {
  awk '
    BEGIN { print "DELIMITER ~~" }
    $0 == "-- begin" { block = 1; next }
    $0 == "-- end" { block = 0; print "~~"; next }
    /^--/ { next }
    !block && /;$/ { sub(/;$/, ""); print $0; print "~~"; next }
    { print }'
}

mariadb_load() {
  mariadb_file=$1
  shift
  mariadb_split <"$mariadb_file" | mariadb_sql "$@"
}
