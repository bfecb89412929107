#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# The backend with a real n2n 1.3, and what the suite for network backends does
# not ask: four VMs reach each other at once, a killed edge, supernode or
# supervisor comes back, the key stays hidden, and nothing is left in the end.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/functions.sh
. "$here/../functions.sh"
# shellcheck source=tests/bed.sh
. "$here/../bed.sh"
# shellcheck source=tests/n2n/n2n.sh
. "$here/n2n.sh"
bed_requires edge supernode nft ss flock ping
edge -h 2>&1 | grep -q 'n2n v\.1\.3' || skip 'n2n here is not 1.3'

n2n_start 4
# What edges say to each other and not to the supernode.
on switch nft -f - <<NFT
table bridge watch {
  chain forward {
    type filter hook forward priority 0;
    udp sport 50000-50999 udp dport 50000-50999 counter
    udp dport 7654 counter
  }
}
NFT
hosts='c1 c2 c3 c4'

state() { on "c$1" cat "/run/rocks-mvc/n2n/$(port_of "$(mac "c$1")")/$2"; } # NUMBER FILE
pid_of() { state "$1" "$2" | cut -d ' ' -f 1; }
guard() { on fe cut -d ' ' -f 1 /var/lib/rocks-mvc/n2n/7654/pid; }

reaches() { on "$1" ping -q -c 1 -W 1 "${@:3}" "10.99.0.${2#v}"; } # VM VM PING-WORD...
everyone_reaches_v1() { reaches v2 v1 && reaches v3 v1 && reaches v4 v1; }

# What is said of a port, but for when its frontend was heard.
probe() { # CONTAINER [MAC]
  have "$1" probe "frontend=$(mac c1)" "${2:-$(mac "$1")}" |
    sed -n "s/^port ${2:-$(mac "$1")} \([a-z]* [a-z]*\) .*/\1/p"
}

echo '# up'
reserve n2n_mtu=
passes 'the relay' have fe relay
for host in $hosts; do
  passes "up on $host" have "$host" up "$(mac "$host")"
  has "MTU on $host" "$(on "$host" ip -o link show dev "$(port_of "$(mac "$host")")")" 'mtu 1360 '
done
is 'before any frame' "$(probe c2)" 'up no'
for host in $hosts; do start_vm "v${host#c}"; done

echo '# three VMs contact the fourth at once, and each other'
pings=
for from in 1 2 3 4; do
  for to in 1 2 3 4; do
    [ $from != $to ] || continue
    on v$from ping -q -c 10 -i 0.2 -W 20 10.99.0.$to >"$test_tmp/pings-v$from-v$to" &
    pings="$pings $!"
  done
done
for ping in $pings; do wait "$ping" || :; done
for log in "$test_tmp"/pings-*; do has "${log##*/}" "$(cat "$log")" ' 0% packet loss'; done
passes 'a full frame passes' reaches v2 v1 -s 1332 -M 'do'
is 'with frames' "$(probe c2)" 'up yes'

echo '# edges try to talk directly, and may not'
dropped() { on "$1" nft list counter inet rocks_n2n direct | sed -n 's/.*packets \([0-9]*\).*/\1/p'; }
total=0
for host in $hosts; do total=$((total + $(dropped "$host"))); done
passes 'direct packets were dropped' [ $total -gt 0 ]
passed() { on switch nft list table bridge watch | sed -n "s/.*$1.*counter packets \([0-9]*\).*/\1/p"; }
passes 'the switch counts' [ "$(passed 'dport 7654')" -gt 0 ]
is 'none came through' "$(passed 'dport 50000')" 0

echo '# the key is not seen'
(umask 077 && value key >"$test_tmp/key") # for grep: a word would itself be seen
key=$(cat "$test_tmp/key")
is 'it is long' ${#key} 43
environment() { tr '\0' '\n' <"/proc/$(pid_of 1 edge)/environ" | sed s/^N2N_KEY=//; }
passes 'root finds it' grep -qxF -f "$test_tmp/key" <(environment)
fails 'it is in no command line' grep -qF -f "$test_tmp/key" \
  <(cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' ' ')
# shellcheck disable=SC2016
on c1 setpriv --reuid 65534 --regid 65534 --clear-groups sh -c '
  cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline; find /run /var/lib -type f -exec cat {} +' >"$test_tmp/seen" 2>/dev/null || :
passes 'an ordinary user sees something' [ -s "$test_tmp/seen" ]
fails 'but not the key' grep -qF -f "$test_tmp/key" "$test_tmp/seen"
on c1 sh -c 'cat /run/rocks-mvc/n2n/*/log' >"$test_tmp/log"
passes 'there is a log' [ -s "$test_tmp/log" ]
fails 'the key is not in it' grep -qF -f "$test_tmp/key" "$test_tmp/log"
is "its file's mode" "$(on c1 stat -c %a "/run/rocks-mvc/n2n/$(port_of "$(mac c1)")/key")" 600
is 'nobody else can hold up the scripts' "$(on c1 stat -c %a /run/rocks-mvc/n2n.lock)" 700

echo '# up again changes nothing'
edge=$(pid_of 1 edge)
passes 'up' have c1 up "$(mac c1)"
is 'the edge goes on' "$(pid_of 1 edge)" "$edge"

echo '# an edge that is killed comes back, under the same number and wired'
udp=$(state 1 udp)
kill -9 "$edge"
new_edge() { [ "$(pid_of 1 edge)" != "$edge" ] && on c1 ip -o link show | grep -q 'nt5254.*master nb'; }
passes 'it is back' wait_until 60 new_edge
passes 'and so is the traffic' wait_until 60 everyone_reaches_v1
is 'its UDP number' "$(state 1 udp)" "$udp"

echo '# a supernode that is killed comes back, and so does the traffic'
supernode=$(pgrep -P "$(guard)")
is 'it is no root' "$(ps -o user= -p "$supernode")" nobody
passes 'there is a beacon' wait_until 30 state 4 beacon
kill -9 "$supernode"
passes 'the traffic' wait_until 90 everyone_reaches_v1
for n in 1 2 3 4; do
  passes "c$n sees it by the beacon" wait_until 60 \
    on c$n grep -q 'the supernode is back' "/run/rocks-mvc/n2n/$(port_of "$(mac "c$n")")/log"
done

echo '# a supervisor that is killed: probe tells, up mends, there is one edge'
kill -9 "$(pid_of 1 pid)"
# What it had begun may hold its lock for a moment longer.
is_down() { case $(probe c1) in 'down '*) ;; *) return 1 ;; esac; }
passes 'probe says down' wait_until 30 is_down
passes 'up' have c1 up "$(mac c1)"
passes 'the traffic' wait_until 60 everyone_reaches_v1
count() { for pid in $(bed_pids c1); do tr '\0' ' ' <"/proc/$pid/cmdline" | grep "$@" || :; done | wc -l; }
is 'edges' "$(count '^/usr/sbin/edge ')" 1
is 'supervisors' "$(count ' port nb')" 1

echo '# another key: the port is made again'
cp "$test_tmp/network" "$test_tmp/network.first"
sed -i "s/^key=.*/key=${key%???}abc/" "$test_tmp/network"
edge=$(pid_of 1 edge)
passes 'up' have c1 up "$(mac c1)"
passes 'the old edge is gone with the old key' wait_until 60 new_edge
cp "$test_tmp/network.first" "$test_tmp/network"
passes 'up' have c1 up "$(mac c1)"

left_on() { # CONTAINER
  for pid in $(bed_pids "$1"); do tr '\0' ' ' <"/proc/$pid/cmdline"; done
  on "$1" ip -o link show | grep -E ' n[bt]52' || :
  on "$1" nft list ruleset
  on "$1" find /run/rocks-mvc /var/lib/rocks-mvc -mindepth 1 ! -name n2n.lock 2>/dev/null || :
}
empty() { [ -z "$(left_on "$1")" ]; }
nothing_on() { # CONTAINER
  wait_until 20 empty "$1" || :
  is "nothing is left on $1" "$(left_on "$1")" ''
}

echo '# down, twice, with the VMs still plugged in'
on c1 ip link add other type bridge
for host in $hosts; do
  passes "down on $host" have "$host" down "$(mac "$host")"
  passes 'again' have "$host" down "$(mac "$host")"
  nothing_on "$host"
done
passes "somebody else's device stays" on c1 ip link show dev other
is 'probe' "$(probe c1)" 'down no'

echo '# two networks of one host'
for n in 5 6; do passes "up of $n" have c2 up "$(mac x$n)"; done
is 'UDP numbers' "$(on c2 sh -c 'cat /run/rocks-mvc/n2n/*/udp' | sort | paste -sd' ')" '50000 50002'
passes 'down of 5' have c2 down "$(mac x5)"
rules=$(on c2 nft list table inet rocks_n2n)
has "the other port's rules stay" "$rules" 50002
fails "its own do not" grep -q 50000 <<<"$rules"
is 'the other port is up' "$(probe c2 "$(mac x6)")" 'up no'
passes 'down of 6' have c2 down "$(mac x6)"
nothing_on c2

echo '# the relay: up is idempotent, a foreign one is left alone, down leaves nothing'
guard=$(guard)
passes 'up again' have fe relay
is 'it goes on' "$(guard)" "$guard"
up=$(sed -n 's/^.n2n_relay_up. //p' "$test_tmp/script.fe")
passes 'where the address is not known' have c1 relay address=
nothing_on c1
# Nobody but the program's own command takes a relay down.
{ cat "$test_tmp/script.fe" && cut -d ' ' -f 1-3 <<<"n2n_relay_down $up"; } >"$test_tmp/down"
passes 'down' on fe sh -eu "$test_tmp/down"
nothing_on fe
