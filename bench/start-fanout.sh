#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# `start cluster` and `stop cluster` for 13 computes on 13 containers of three
# sites and a frontend, against one compute and a frontend: the whole command,
# with ports, disks, domains and QEMU. All hosts share this machine's processors,
# real ones do not; ssh-fanout.sh measures without their work. As root.
. "$(dirname "$0")/../tests/cluster/sites.sh"

seconds() { # WORD...
  local begin=${EPOCHREALTIME/./}
  rocks "$@" >"$test_tmp/out" 2>&1 </dev/null || { cat "$test_tmp/out"; exit 1; }
  awk -v us=$((${EPOCHREALTIME/./} - begin)) 'BEGIN { printf "%.2f", us / 1000000 }'
}

declare -A took
sites_up paper >/dev/null
sites_meet
for n in 1 13 1 13; do # the first round makes connections and disks
  add_cluster "$n"
  took[start $n]=$(seconds start cluster "$fe")
  took[stop $n]=$(seconds stop cluster "$fe")
  rocks remove cluster "$fe" >/dev/null 2>&1
done
printf '%-8s %12s %12s  %5s\n' '' '1 + 1 VMs' '13 + 1 VMs' 'ratio'
for what in start stop; do
  awk -v what=$what -v one="${took[$what 1]}" -v all="${took[$what 13]}" \
    'BEGIN { printf "%-8s %10.2f s %10.2f s  %5.1f\n", what, one, all, all / one }'
done
