#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Control work grows with the slowest host, not with the sum of all: a script on 14 hosts, each of
# which takes 100 ms to answer, against the same on one host. Cold: connections are made too; warm:
# they stand, as for the second command within a minute. Promised: a ratio below 3.
# All hosts, 14 sshds and the program, share this machine's processors: real hosts do not.
#
#   ssh-fanout.sh DRIVE      DRIVE: the program made from tests/remote/drive.c
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=tests/remote/sshd.sh
. "$here/tests/remote/sshd.sh"

fail() {
  echo "ssh-fanout: $*" >&2
  exit 1
}

remote_inside "$@"

hosts=14
rounds=7
echo : >"$tmp/script"
base=$((20000 + $$ % 12000))
all=''
n=0
while [ "$n" -lt "$hosts" ]; do
  n=$((n + 1))
  # shellcheck disable=SC2016 # for the shell over there
  start_sshd "h$n" $((base + n)) 'ForceCommand sleep 0.1; exec sh -c "$SSH_ORIGINAL_COMMAND"'
  printf 'Host h%s\n  HostName 127.0.0.1\n  Port %s\n' "$n" $((base + n)) >>/root/.ssh/config
  all="$all ,h$n,h$n,"
done

# measure FILE HOST...: a line in FILE
measure() {
  into=$1
  shift
  timeout 120 "$drive" time 60 "$tmp/script" "$@" >>"$into" || fail "$(tail -n 3 "$into")"
}

median() {
  sort -n "$1" | sed -n "$(((rounds + 1) / 2))p"
}

i=0
while [ "$i" -lt "$rounds" ]; do
  i=$((i + 1))
  close_connections
  measure "$tmp/one.cold" ,h1,h1,
  measure "$tmp/one.warm" ,h1,h1,
  close_connections
  # shellcheck disable=SC2086 # hosts are words
  {
    measure "$tmp/all.cold" $all
    measure "$tmp/all.warm" $all
  }
done

printf '%-12s%10s%10s%8s   (medians of %s, ms)\n' '' 'one host' "$hosts hosts" ratio "$rounds"
for kind in cold warm; do
  one=$(median "$tmp/one.$kind")
  many=$(median "$tmp/all.$kind")
  printf '%-12s%10s%10s%8s\n' "$kind" "$one" "$many" \
    "$(awk "BEGIN { printf \"%.2f\", $many / $one }")"
done
