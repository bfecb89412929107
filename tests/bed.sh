# shellcheck shell=bash disable=SC2154  # functions.sh sets test_tmp and top_builddir
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# A bed for network tests; to be sourced after functions.sh.  Containers are
# namespaces (network and mount, with a /run of their own and a /var/lib that
# survives a reboot) on one switch, and so is what stands for VMs.  Nothing has a
# name outside: a namespace lives as long as the process that holds it, which
# dies with the test, and bed_end ends whatever else runs in one.
#
#   switch, a bridge that filters VLANs -- c1, c2, ...
#
# Call these in the test's main shell, never in $(...).

declare -A bed_pid=()   # of the holder of each namespace
declare -A bed_made=()  # the words that a container was made with
bed_drive=${DRIVE:-$top_builddir/tests/conformance/network/drive}

bed_requires() { # PROGRAM...
  local program
  [ "$(id -u)" = 0 ] || skip 'must be root'
  for program in unshare nsenter setpriv ip bridge "$@"; do
    command -v "$program" >/dev/null || skip "no $program"
  done
}

# Runs a command on a container or in what stands for a VM.
on() { # NAME COMMAND...
  nsenter -t "${bed_pid[$1]}" -n -m -- "${@:2}"
}

bed_hold() { # NAME
  mkdir -p "$test_tmp/lib/$1"
  rm -f "$test_tmp/ready.$1"
  # The shell becomes the holder, so that its pid is the holder's.
  # shellcheck disable=SC2016
  setpriv --pdeathsig KILL unshare -n -m sh -c '
    mount -t tmpfs none /run && mount --bind "$1" /var/lib && ip link set lo up &&
    : >"$2" && exec sleep 100000' holder "$test_tmp/lib/$1" "$test_tmp/ready.$1" \
    </dev/null >/dev/null 2>&1 &
  bed_pid[$1]=$!
  wait_until 20 test -e "$test_tmp/ready.$1" || {
    echo "no namespace $1" >&2
    exit 1
  }
}

bed_pids() { # NAME: of all processes in the namespace but the holder
  local pid net
  net=$(readlink "/proc/${bed_pid[$1]}/ns/net") || return 0
  for pid in /proc/[0-9]*; do
    [ "$(readlink "$pid/ns/net" 2>/dev/null)" != "$net" ] || [ "${pid#/proc/}" = "${bed_pid[$1]}" ] ||
      echo "${pid#/proc/}"
  done
}

# Ends a namespace with all that runs there.
bed_drop() { # NAME...
  local name pid
  for name; do
    for pid in $(bed_pids "$name") "${bed_pid[$name]}"; do
      kill -9 "$pid" 2>/dev/null || :
    done
    wait "${bed_pid[$name]}" 2>/dev/null || :
    unset "bed_pid[$name]"
  done
}

bed_end() { bed_drop "${!bed_pid[@]}"; }

bed_start() {
  at_end bed_end
  bed_hold switch
  # A kernel without VLANs has no filter either; untagged frames pass all the same.
  on switch ip link add name lan type bridge forward_delay 0 vlan_filtering 1 2>/dev/null ||
    on switch ip link add name lan type bridge forward_delay 0
  on switch ip link set dev lan up
}

# The name of its port: its own, or what fits of it.
bed_port() { # CONTAINER
  if [ ${#1} -le 15 ]; then echo "$1"; else echo "p-${1: -13}"; fi
}

bed_settled() { # CONTAINER NIC
  [ "$(on "$1" ip -o link show | grep -c " state \(UP\|UNKNOWN\) ")" = "$(on "$1" ip -o link show up | wc -l)" ] &&
    on "$1" ip -o link show dev "$2" | grep -q " state UP "
}

# A container on a trunk port of the switch.  With `bridged`, as Rocks sets a KVM
# container up: its NIC is a bridge, and the network card is called pNIC.
bed_container() { # NAME ADDRESS/BITS [NIC [bridged]]
  local nic=${3:-eth0} card mac
  card=${4:+p}$nic
  bed_made[$1]=$*
  # The same after a reboot.
  mac=52:54:$(md5sum <<<"$1" | sed -E "s/^(..)(..)(..)(..).*/\1:\2:\3:\4/")
  bed_hold "$1"
  ip link add name "$card" netns "${bed_pid[$1]}" address "$mac" \
    type veth peer name "$(bed_port "$1")" netns "${bed_pid[switch]}"
  on switch ip link set dev "$(bed_port "$1")" master lan up
  on switch bridge vlan add dev "$(bed_port "$1")" vid 2-4094 2>/dev/null || :
  on "$1" ip link set dev "$card" up
  if [ "$card" != "$nic" ]; then
    on "$1" ip link add name "$nic" type bridge forward_delay 0
    on "$1" ip link set dev "$card" master "$nic"
    on "$1" ip link set dev "$nic" up
  fi
  on "$1" ip address add "$2" dev "$nic"
  # The kernel says a little later what a link has become.
  wait_until 20 bed_settled "$1" "$nic" || not_ok "$nic of $1 does not come up"
}

# Only its /var/lib is as before.
bed_reboot() { # CONTAINER
  bed_drop "$1"
  on switch ip link delete dev "$(bed_port "$1")" 2>/dev/null || : # it goes with the other end, in time
  # shellcheck disable=SC2086  # words
  bed_container ${bed_made[$1]}
}

# Has a backend do something on a container; the script stays in script.CONTAINER.
bed_have() { # CONTAINER BACKEND up|down|probe|relay WORD...
  "$bed_drive" "${@:2}" >"$test_tmp/script.$1" && on "$1" sh -eu <"$test_tmp/script.$1"
}

# A namespace for a VM, plugged into a port's device as a hypervisor would do it:
# a tap's place in a bridge, or a macvtap, which here is a macvlan.
bed_vm() { # VM CONTAINER MAC DEVICE bridge|direct MTU ADDRESS/BITS
  bed_hold "$1"
  if [ "$5" = bridge ]; then
    ip link add name eth0 netns "${bed_pid[$1]}" address "$3" \
      type veth peer name "$1" netns "${bed_pid[$2]}"
    [ "$6" = 0 ] || on "$2" ip link set dev "$1" mtu "$6"
    on "$2" ip link set dev "$1" master "$4" up
  else
    on "$2" ip link add link "$4" name "$1" netns "${bed_pid[$1]}" address "$3" \
      type macvlan mode bridge
    on "$1" ip link set dev "$1" name eth0
  fi
  [ "$6" = 0 ] || on "$1" ip link set dev eth0 mtu "$6"
  on "$1" ip link set dev eth0 up
  on "$1" ip address add "$7" dev eth0
}

# Writes what a namespace sees to FILE until bed_captured.
bed_capture() { # NAME DEVICE FILE TCPDUMP-WORD...
  nsenter -t "${bed_pid[$1]}" -n -- tcpdump -l -n -e -i "$2" "${@:4}" >"$3" 2>"$3.err" &
  bed_capturing=$!
  wait_until 20 grep -q 'listening on' "$3.err" || not_ok "tcpdump: $(cat "$3.err")"
}

bed_captured() {
  kill "$bed_capturing" 2>/dev/null || :
  wait "$bed_capturing" 2>/dev/null || :
}

# What there is on a container, but for numbers that mean nothing.
bed_inventory() { # NAME
  on "$1" ip -o -d link show |
    sed -E 's/^[0-9]+: //; s/@if[0-9]+/@if/; s/ link-netnsid [0-9]+//; s/_timer +[0-9.]+/_timer/g'
  on "$1" nft list ruleset 2>/dev/null | grep -v 'expires\|packets' || :
  on "$1" find /run /var/lib ! -type d | sort
  for pid in $(bed_pids "$1"); do
    tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | sed "s/^/$pid /" && echo
  done | sort
}
