#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# PID 1 of the whole lab, in mount, UTS, IPC, PID and network namespaces of its
# own; its network is the WAN. Every host is a child of it, in namespaces below:
# when this process is killed the kernel ends all of them, and their networks,
# mounts and files with them. Not for the command line: `lab up` starts it.
#
#   machine.sh STATE TASK     TASK: sites (raise the lab), prepare (fill caches)
# shellcheck disable=SC2154 # settings of the lab come from a file
set -eu

state=$1
task=$2

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/lab/config.sh
. "$here/config.sh"
# shellcheck source=tests/lab/network.sh
. "$here/network.sh"
# shellcheck source=/dev/null
. "$state/settings" # lab_mode, lab_build and the like: see write_settings

# /proc is the machine's (this namespace's processes are in it too): this is
# the PID under which the machine can end us.
read -r pid _ </proc/self/stat
echo "$pid" >"$state/pids/wan"

finish() {
  local status=$?
  echo "the lab's first process ended (status $status)" >"$state/failed/wan"
}
trap finish EXIT

hostname rocks-lab
# `ip netns` keeps its names in /run: a private one, so none is seen outside.
mount -t tmpfs -o mode=755 lab-run /run

start_host() { # SITE NAME ROLE
  local -a enter=()
  [ "$3" = prepare ] || enter=(nsenter --net="/run/netns/$(host_netns "$1" "$2")")
  "${enter[@]}" unshare --mount --uts --ipc --pid --fork \
    bash "$here/host.sh" "$state" "$1" "$2" "$3" </dev/null >"$state/log/$1-$2.log" 2>&1 &
}

make_keys() {
  local site
  for site in $lab_sites; do
    ssh-keygen -q -t ed25519 -N '' -C "root@frontend-$site" -f "$state/keys/$site"
  done
}

raise_sites() {
  local site name role
  make_keys
  make_network "$lab_mode" "$state/hosts"
  [ "$lab_delay" = 0 ] || delay_wan "$lab_delay" "$state/delay"
  while read -r site name role _; do
    start_host "$site" "$name" "$role"
  done <"$state/hosts"
}

case $task in
  sites) raise_sites ;;
  prepare) start_host - prepare prepare ;;
esac

while :; do
  sleep 86400 &
  wait "$!" || :
done
