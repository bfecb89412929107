# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# A small laboratory for the backend n2n: hosts that are namespaces (network and
# mount, with a /run and a /var/lib of their own) on one switch, and namespaces
# that stand for VMs.  Nothing has a name outside: a namespace lives as long as
# the process that holds it, and lab_end ends whatever runs in one.
#
#   switch -- fe 198.51.100.10, c1 .11, c2 .12, ...    VMs: 10.99.0.1, .2, ...
#
# Reads srcdir; runs in the build folder.  Sets $tmp.

lab_net=198.51.100
lab_build=$PWD
declare -A holder=()

fail() {
  echo "FAIL: $*" >&2
  exit 1
}

skip() {
  echo "SKIP: $*"
  exit 77
}

lab_requires() { # PROGRAM...
  local program
  [ "$(id -u)" = 0 ] || skip "must be root"
  for program; do
    command -v "$program" >/dev/null || skip "no $program"
  done
}

holder_start() { # NAME
  # The shell becomes the holder, so that its pid is the holder's.  A signal for
  # the whole test, as of timeout(1), is not for it: lab_end looks for it.
  # shellcheck disable=SC2016
  unshare -n -m sh -c '
    trap "" INT TERM HUP
    mount -t tmpfs none /run && mount -t tmpfs none /var/lib && ip link set lo up &&
    : >"$1" && exec sleep 100000' holder "$tmp/$1.ready" </dev/null >/dev/null 2>&1 &
  holder[$1]=$!
  disown # it is ended in silence
  wait_for 10 test -e "$tmp/$1.ready" || fail "no namespace $1"
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

# Makes $tmp, the switch and the hosts.
lab_start() { # HOST=LAST-BYTE...
  local host
  tmp=$(mktemp -d "${TMPDIR:-/tmp}/n2n-test.XXXXXX")
  trap lab_end EXIT
  trap 'exit 1' INT TERM
  chmod 755 "$tmp"
  # The module and the supernode's guard lie to each other as in a build tree.
  mkdir "$tmp/modules"
  cp "$lab_build/tests/n2n/drive" "$tmp/modules/"
  cp "$lab_build/rocks-n2n-supernode" "$tmp/"
  holder_start switch
  on switch ip link add lan type bridge forward_delay 0
  on switch ip link set lan up
  for host; do
    holder_start "${host%=*}"
    ip link add eth0 netns "${holder[${host%=*}]}" type veth peer name "${host%=*}" netns "${holder[switch]}"
    on switch ip link set "${host%=*}" master lan up
    on "${host%=*}" ip address add "$lab_net.${host#*=}/24" dev eth0
    on "${host%=*}" ip link set eth0 up
  done
}

# Runs what the backend wants done on a host: up, down, probe or relay.
backend() { # HOST WHAT [PARAM=VALUE...] [MAC...]
  "$tmp/modules/drive" "$2" "$tmp/network" "${@:3}" >"$tmp/script.$1"
  on "$1" sh -eu <"$tmp/script.$1"
}

# Chooses a network, with its supernode on host fe.
backend_reserve() { # [PARAM=VALUE...]
  (umask 077 && "$tmp/modules/drive" reserve "$lab_net.10" "$@" >"$tmp/network")
}

network_value() { sed -n "s/^$1=//p" "$tmp/network"; } # NAME

port_of() { echo "nb${1//:/}"; } # MAC

# Plugs a VM's NIC into its port, as a VM backend would.
vm_start() { # VM HOST MAC
  local mtu
  mtu=$(network_value mtu)
  holder_start "$1"
  ip link add eth0 netns "${holder[$1]}" address "$3" type veth peer name "$1" netns "${holder[$2]}"
  on "$2" ip link set "$1" mtu "$mtu" master "$(port_of "$3")" up
  on "$1" ip link set eth0 mtu "$mtu" up
  on "$1" ip address add "10.99.0.${1#v}/24" dev eth0
}

pids_on() { # HOST: of all processes there but the holder
  local pid net
  net=$(readlink "/proc/${holder[$1]}/ns/net")
  for pid in /proc/[0-9]*; do
    [ "$(readlink "$pid/ns/net" 2>/dev/null)" != "$net" ] || [ "${pid#/proc/}" = "${holder[$1]}" ] ||
      echo "${pid#/proc/}"
  done
}

lab_end() {
  local name pid
  for name in "${!holder[@]}"; do
    for pid in $(pids_on "$name") "${holder[$name]}"; do
      kill -9 "$pid" 2>/dev/null || :
    done
  done
  [ -n "${KEEP:-}" ] || rm -rf "$tmp"
}
