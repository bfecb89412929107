#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# How long it takes until a site that does not answer is said not to: a network
# that swallows every packet, against a site that answers. As root; wants a built
# tree in ROCKS_BUILD, else here.
. "$(dirname "$0")/../tests/cluster/sites.sh"

# Seconds of a rocks command that ends with STATUS.
seconds() { # STATUS WORD...
  local wanted=$1 begin=${EPOCHREALTIME/./} status=0
  shift
  rocks "$@" >"$test_tmp/out" 2>&1 </dev/null || status=$?
  [ "$status" -eq "$wanted" ] || { cat "$test_tmp/out"; exit 1; }
  awk -v us=$((${EPOCHREALTIME/./} - begin)) 'BEGIN { printf "%.2f", us / 1000000 }'
}
line() { # WHAT REACHABLE UNREACHABLE
  awk -v what="$1" -v up="$2" -v down="$3" \
    'BEGIN { printf "%-44s %6.2f s %6.2f s  %5.1f\n", what, up, down, down / up }'
}
close_connections() {
  # shellcheck disable=SC2016 # the frontend's shell expands it
  lab run frontend-a sh -c 'for s in /run/rocks-mvc/ssh-0/*; do
    [ ! -S "$s" ] || ssh -S "$s" -O exit x 2>/dev/null || :; done' </dev/null
}
cluster() { # STATUS
  seconds "$1" add cluster "$vfe_ip" 3 sites="a b c" "${small[@]}"
}

sites_up small >/dev/null
met=$(seconds 0 add site b frontend=203.0.113.10)
rocks add site c frontend=192.0.2.10
cluster 0 >/dev/null
rocks remove cluster "$fe" >/dev/null 2>&1
warm=$(cluster 0)
rocks remove cluster "$fe" >/dev/null 2>&1
close_connections
cold=$(cluster 0)
rocks remove cluster "$fe" >/dev/null 2>&1
printf '%-44s %8s %8s  %5s\n' '' 'answers' 'silent' 'ratio'
lab run wan ip route replace blackhole 203.0.113.0/24
line 'add cluster, with a connection from before' "$warm" "$(cluster 1)"
close_connections
line 'add cluster, without' "$cold" "$(cluster 1)"
line 'add site' "$met" "$(seconds 1 add site d frontend=203.0.113.10)"
