#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Does the lab keep its promises? Raises small ones in a folder of its own, so
# that a lab which is already there is not disturbed. Takes about half a minute.
set -eu

here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
export LAB_DIR
scratch=$(mktemp -d /tmp/test-lab.XXXXXX)
LAB_DIR=$scratch/lab
# shellcheck source=tests/lab/processes.sh
. "$here/processes.sh"
# shellcheck disable=SC2034 # where those look for the lab
state=$LAB_DIR
trap '"$here/lab" down; rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM

lab() { timeout 300 "$here/lab" "$@"; }
say() { echo "ok: $*"; }
die() {
  echo "FAILED: $*" >&2
  exit 1
}
equal() { # WHAT WANTED GOT
  [ "$2" = "$3" ] || die "$1: wanted '$2', got '$3'"
  say "$1"
}
refused() { # WHAT COMMAND...
  local what=$1
  shift
  ! "$@" >/dev/null 2>&1 || die "$what: it was not refused"
  say "$what"
}
until_exists() { # FILE...; a minute at most
  local tries=1200
  until [ -e "$1" ]; do
    ((--tries > 0)) || die "'$1' did not appear"
    sleep 0.05
  done
}

# Links, namespaces and mounts of the machine itself that look like the lab's.
# Not all that it has: others may be at work on it.
machine() {
  ip -o link | cut -d: -f2 | grep -E '^ *(peth|wan|lan|pub|[lp]-)' || :
  ip netns list | grep -E '^[abc]-' || :
  grep -E "$LAB_DIR|lab-run" /proc/self/mountinfo || :
}
# The lab's namespaces stay pinned while it goes: no process may be in one then.
note() { # WHAT
  # shellcheck disable=SC2046 # numbers
  pin_namespaces $(lab_processes)
  [ -n "$pinned_names" ] || die "$1: there was nothing to begin with"
}
gone() { # WHAT
  equal "$1: no process is left in its ${#pinned_files[@]} namespaces" '' "$(processes_in_pinned)"
  unpin_namespaces
  [ ! -e "$LAB_DIR" ] || die "$1: '$LAB_DIR' is left"
  equal "$1: nothing of it is on the machine itself" "$before" "$(machine)"
}
down() { # WHAT
  note "$1"
  lab down || die "$1: down says that something is left"
  gone "$1"
}

ssh_words='-o BatchMode=yes -o ConnectTimeout=10 -o StrictHostKeyChecking=accept-new -o LogLevel=ERROR'
before=$(machine)

lab up small >/dev/null
say 'small lab is up'
lab hosts | grep -q '^b:vm-container-0-0 *container *10.1.255.254 *203.0.113.101$' ||
  die 'hosts does not list the container of site b'
equal 'status and stdin of a command pass' 'x 7' \
  "$(echo x | lab run frontend-a sh -c 'cat; exit 7' | tr '\n' ' ')$(lab run frontend-a sh -c 'exit 7' || echo $?)"
refused 'a name that is at every site needs one' lab run vm-container-0-0 true
refused 'an unknown host' lab run frontend-z true
refused 'a second lab in the same folder' lab up small
refused 'an unknown size' lab up huge

# shellcheck disable=SC2016 # for the shell over there
who='echo $(hostname) $(cat /etc/rocks-lab-site)'
equal "frontend-a's container by ssh" 'vm-container-0-0 a' \
  "$(lab run frontend-a sh -c "ssh $ssh_words vm-container-0-0 '$who'")"
equal "site b's container of the same name, through frontend-b" 'vm-container-0-0 b' \
  "$(lab run frontend-a sh -c "ssh $ssh_words -o UserKnownHostsFile=/root/known_b \
    -o ProxyCommand='ssh $ssh_words -W %h:%p frontend-b' vm-container-0-0 '$who'")"
refused 'frontend-b may not log in at frontend-a' \
  lab run frontend-b sh -c "ssh $ssh_words frontend-a true"
for site in a b c; do
  lab run "$site:vm-container-0-0" virsh -q -c qemu:///system list || die "libvirtd of $site"
  equal "MariaDB of site $site" 'root@localhost' \
    "$(lab run "frontend-$site" mariadb -N -e 'SELECT CURRENT_USER()')"
done
say 'libvirtd answers in the containers'
equal 'each host has a libvirt identity of its own' 6 "$(for host in frontend-a frontend-b frontend-c \
  {a,b,c}:vm-container-0-0; do
  lab run "$host" virsh -c qemu:///system capabilities | grep -m1 '<uuid>'
done | sort -u | wc -l)"
lab run frontend-a sh -c 'ip link show eth1 type bridge | grep -q eth1' || die 'eth1 is no bridge'
lab run a:vm-container-0-0 ping -q -c1 -W5 203.0.113.101 >/dev/null ||
  die "container of a does not reach b's public address"
lab run c:vm-container-0-0 ping -q -c1 -W5 10.1.1.1 >/dev/null || die 'private network of c'
say 'containers of different sites reach each other'
refused 'a counter without --nat' lab counter b
down 'after down'

lab up small --nat >/dev/null
equal 'with --nat a router has dropped nothing yet' 0 "$(lab counter b)"
lab run a:vm-container-0-0 ping -q -c1 -W5 203.0.113.10 >/dev/null || die 'way out through NAT'
say 'containers behind NAT reach the other frontends'
refused "what b's containers look like from outside does not answer" \
  lab run a:vm-container-0-0 ping -q -c2 -i0.2 -W1 203.0.113.11
refused "b's container has no address that site a can reach" \
  lab run a:vm-container-0-0 ping -q -c1 -W1 203.0.113.101
equal "b's router has counted it" 2 "$(lab counter b)"
equal "and c's router has not" 0 "$(lab counter c)"
down 'after down with --nat'

# How long it takes is not asserted but for the lower bound, which load cannot break.
lab up small --delay 40 >/dev/null
lab run a:vm-container-0-0 ping -q -c3 -i0.2 -W5 203.0.113.101 >"$scratch/ping"
shortest=$(sed -n 's|^rtt [^=]*= \([0-9]*\).*|\1|p' "$scratch/ping")
[ "${shortest:-0}" -ge 80 ] || die "--delay 40: the shortest round trip is '$shortest' ms"
say 'a delay of 40 ms holds packets both ways'
down 'after down with --delay'

# The launcher killed at different moments: nobody is left to tidy up.
for file in settings pids/wan pids/b:vm-container-0-0 ready/a:frontend-a; do
  "$here/lab" up small >/dev/null 2>&1 &
  launcher=$!
  until_exists "$LAB_DIR/$file"
  kill -KILL "$launcher" 2>/dev/null || say "the launcher was done before it was killed at $file"
  wait "$launcher" 2>/dev/null || :
  if [ "$file" = settings ]; then # there may be no process yet
    lab down || die "launcher killed at $file: down says that something is left"
    gone "launcher killed at $file"
    continue
  fi
  down "launcher killed at $file"
done

# The folder lost: only the marker tells what is ours.
lab up small >/dev/null
rm -rf "$LAB_DIR"
down 'folder lost'

# Its first process killed: the kernel ends the rest.
lab up small >/dev/null
note 'first process killed'
kill -KILL "$(<"$LAB_DIR/pids/wan")"
refused 'run in a lab that died' lab run frontend-a true
lab down
gone 'first process killed'
echo 'test-lab: all passed'
