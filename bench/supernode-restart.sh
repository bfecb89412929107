#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# How long two VMs' traffic is away when the supernode is killed and started
# again: with the beacon, and with the beacon's port blocked, which is what n2n
# does by itself.  Real n2n, namespaces for hosts and VMs, a ping every 0.1 s.
#
#   bench/supernode-restart.sh [ROUNDS]          in the build folder, as root
top=$(cd "$(dirname "$0")/.." && pwd)
export ROCKS_BUILD=${ROCKS_BUILD:-$PWD}
# shellcheck source=tests/functions.sh
. "$top/tests/functions.sh"
# shellcheck source=tests/bed.sh
. "$top/tests/bed.sh"
# shellcheck source=tests/n2n/n2n.sh
. "$top/tests/n2n/n2n.sh"
bed_requires edge supernode nft ss flock ping
rounds=${1:-3}
give_up() {
  echo "$*" >&2
  exit 1
}

n2n_start 2
reserve n2n_mtu=
have fe relay
for n in 1 2; do have c$n up "$(mac c$n)"; done
for n in 1 2; do start_vm v$n; done

guard=$(on fe cut -d ' ' -f 1 /var/lib/rocks-mvc/n2n/7654/pid)
connected() { [ "$(on fe ss -Htn state established "sport = :7655" | wc -l)" = 2 ]; }
traffic() { on v2 ping -q -c 1 -W 1 10.99.0.1; }

# Seconds of the longest silence when the supernode is killed, of $1 at most.
silence() {
  wait_until 90 traffic || give_up 'no traffic before the supernode is killed'
  on v2 ping -D -i 0.1 -W 1 -w "$1" 10.99.0.1 >"$test_tmp/pings" &
  sleep 2
  kill -9 "$(pgrep -P "$guard")"
  wait $! || :
  awk -F"[][]" -v end="$(date +%s.%N)" '
    /time=/ { if (last && $2 - last > most) most = $2 - last; last = $2 }
    END { if (end - last > most) most = end - last; printf "%.1f\n", most }' "$test_tmp/pings"
}

block() {
  on fe nft -f - <<NFT
table inet bench {
  chain input {
    type filter hook input priority 1;
    tcp dport 7655 drop
  }
}
NFT
}

edge -h 2>&1 | sed -n 's/^Welcome to \(n2n v.[0-9.]*\).*/\1/p'
echo 'round  with beacon (s)  without (s)'
for round in $(seq "$rounds"); do
  wait_until 30 connected || give_up 'no connection to the beacon'
  with=$(silence 15)
  block
  without=$(silence 100)
  on fe nft delete table inet bench
  printf '%5d  %15s  %11s\n' "$round" "$with" "$without"
  echo "$with $without" >>"$test_tmp/results"
done
awk '{ with += $1; without += $2 }
  END { printf "mean   %15.1f  %11.1f   %.0f times\n", with / NR, without / NR, without / with }' "$test_tmp/results"
