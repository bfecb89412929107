# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# A small laboratory for the backend: hosts that are namespaces (network and
# mount, with a /run and a /var/lib of their own), all on one switch, and
# namespaces that stand for VMs.  Nothing has a name outside: each namespace
# lives as long as the process that holds it.
#
#   switch -- fe 198.51.100.10, c1 .11, c2 .12 ... -- v1, v2 ... 10.99.0.N
#
# The caller has set $tmp and calls lab_end however it ends.

declare -A holder=()
wan=198.51.100

holder_start() { # NAME
  # The process replaces itself, so that its pid is the holder's.
  # shellcheck disable=SC2016
  unshare -n -m sh -c '
    mount -t tmpfs none /run && mount -t tmpfs none /var/lib && ip link set lo up &&
    : >"$1" && exec sleep 100000' holder "$tmp/$1.ready" </dev/null >/dev/null &
  holder[$1]=$!
  wait_for 10 test -e "$tmp/$1.ready"
}

# Runs a command on a host or in a VM.
on() { # NAME COMMAND...
  nsenter -t "${holder[$1]}" -n -m -- "${@:2}"
}

wait_for() { # SECONDS COMMAND...: until it succeeds
  local end=$((SECONDS + $1))
  until "${@:2}" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.05
  done
}

lab_start() { # HOST=LAST-BYTE...
  local host
  holder_start switch
  on switch ip link add lan type bridge forward_delay 0
  on switch ip link set lan up
  for host; do
    holder_start "${host%=*}"
    ip link add "lab$$" netns "${holder[switch]}" type veth peer name eth0 netns "${holder[${host%=*}]}"
    on switch ip link set "lab$$" name "${host%=*}" master lan up
    on "${host%=*}" ip address add "$wan.${host#*=}/24" dev eth0
    on "${host%=*}" ip link set eth0 up
  done
}

# The port's bridge, as the plugin names it.
bridge_of() { echo "nb${1//:/}"; } # MAC

# Plugs a VM's NIC into its port, as a VM backend would.
vm_start() { # VM HOST MAC NUMBER MTU
  [ -n "${holder[$1]:-}" ] || holder_start "$1"
  ip link add "$1" netns "${holder[$2]}" type veth peer name eth0 netns "${holder[$1]}"
  on "$2" ip link set "$1" mtu "$5" master "$(bridge_of "$3")" up
  on "$1" ip link set eth0 address "$3" mtu "$5" up
  on "$1" ip address add "10.99.0.$4/24" dev eth0
}

# Ends the holders, and what still runs in their namespaces.
lab_end() {
  local name pid net=" "
  for name in "${!holder[@]}"; do net+="$(readlink "/proc/${holder[$name]}/ns/net") "; done
  for pid in /proc/[0-9]*; do
    case "$net" in *" $(readlink "$pid/ns/net" 2>/dev/null || echo none) "*) kill -9 "${pid#/proc/}" 2>/dev/null || : ;; esac
  done
  wait
}
