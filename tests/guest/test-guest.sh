#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# The guest itself: output, exit status, folder and arguments arrive as they
# are, it has VLANs, and what it writes stays there.
set -eu

here=$(cd "${srcdir:-.}/tests/guest" && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"

fail() {
  echo "FAIL: $*" >&2
  exit 1
}

status=0
# shellcheck disable=SC2016  # for the guest
"$here/guest" --job "$tmp/job" -- bash -c '
  printf "%s|" "$PWD" "$@"; id -u
  ip link add name va type veth peer name vb
  ip link add link va name va.7 type vlan id 7
  ip -d link show dev va.7 | grep -o "802.1Q id 7"
  echo x >"$1/left"; echo y >/job/kept
  exit 42' bash "$tmp" 'two words' 'a"b$c' >out 2>err || status=$?
[ $status != 77 ] || { cat err; exit 77; }
[ $status = 42 ] || fail "exit status $status: $(cat err out)"
# shellcheck disable=SC2016
printf '%s|%s|two words|a"b$c|0\n802.1Q id 7\n' "$tmp" "$tmp" | diff - out || fail 'other output'
[ ! -e left ] || fail 'the guest wrote to this machine'
[ "$(cat job/kept)" = y ] || fail 'nothing in the job folder'

status=0
"$here/guest" --seconds 40 -- sh -c 'echo o >/proc/sysrq-trigger; sleep 100' >out 2>err || status=$?
[ $status = 125 ] || fail "a guest that stops in between: $status"
