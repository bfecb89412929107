#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# The backend with a real n2n 1.3 on five hosts, and network namespaces standing
# for four VMs: they reach each other at once, a killed edge or supernode comes
# back, the key stays hidden, and nothing is left in the end.
set -eu
. "${srcdir:-.}/tests/n2n/lab.sh"
lab_requires edge supernode nft ss bash flock setpriv ping
edge -h 2>&1 | grep -q 'n2n v\.1\.3' || skip 'n2n here is not 1.3'

lab_start fe=10 c1=11 c2=12 c3=13 c4=14
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
mac() { echo "52:54:00:00:00:0${1#?}"; } # HOST or VM

state() { on "c$1" cat "/run/rocks-mvc/n2n/$(port_of "$(mac "c$1")")/$2"; } # NUMBER FILE
pid_of() { state "$1" "$2" | cut -d ' ' -f 1; }

everyone_reaches_v1() {
  on v2 ping -q -c 1 -W 1 10.99.0.1 && on v3 ping -q -c 1 -W 1 10.99.0.1 &&
    on v4 ping -q -c 1 -W 1 10.99.0.1
}

probe() { backend "$1" probe "$(mac c1)" "$(mac "$1")"; } # HOST

echo '# up'
backend_reserve n2n_mtu=
backend fe relay
for host in $hosts; do backend "$host" up "$(mac "$host")"; done
for host in $hosts; do
  on "$host" ip -o link show dev "$(port_of "$(mac "$host")")" | grep -q 'mtu 1360 ' || fail "MTU on $host"
done
case $(probe c2) in "port $(mac c2) up no "*) ;; *) fail "probe before any frame: $(probe c2)" ;; esac
for host in $hosts; do vm_start "v${host#c}" "$host" "$(mac "$host")"; done

echo '# three VMs contact the fourth at once, and each other'
pings=
for from in 1 2 3 4; do
  for to in 1 2 3 4; do
    [ $from != $to ] || continue
    on v$from ping -q -c 10 -i 0.2 -W 2 10.99.0.$to >"$tmp/ping-$from-$to" &
    pings="$pings $!"
  done
done
for ping in $pings; do wait "$ping" || :; done
for log in "$tmp"/ping-*; do
  grep -q ' 0% packet loss' "$log" || fail "${log##*/}: $(tail -n 2 "$log")"
done
on v2 ping -q -c 2 -s 1332 -M 'do' 10.99.0.1 >/dev/null || fail 'a full frame does not pass'
case $(probe c2) in "port $(mac c2) up yes "*) ;; *) fail "probe: $(probe c2)" ;; esac

echo '# edges try to talk directly, and may not'
dropped() { on "$1" nft list counter inet rocks_n2n direct | sed -n 's/.*packets \([0-9]*\).*/\1/p'; }
total=0
for host in $hosts; do total=$((total + $(dropped "$host"))); done
[ $total -gt 0 ] || fail 'no direct packet was dropped'
passed() { on switch nft list table bridge watch | sed -n "s/.*$1.*counter packets \([0-9]*\).*/\1/p"; }
[ "$(passed 'dport 7654')" -gt 0 ] || fail 'the switch counts nothing'
[ "$(passed 'dport 50000')" = 0 ] || fail "$(passed 'dport 50000') direct packets came through"

echo '# the key is not seen'
(umask 077 && network_value key >"$tmp/key") # for grep: a word would itself be seen
key=$(cat "$tmp/key")
[ ${#key} = 43 ] || fail "key of ${#key} letters"
tr '\0' '\n' <"/proc/$(pid_of 1 edge)/environ" | sed s/^N2N_KEY=// | grep -qxF -f "$tmp/key" || fail 'root does not find the key either'
! cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' ' ' | grep -qF -f "$tmp/key" || fail 'the key is in a command line'
# shellcheck disable=SC2016
on c1 setpriv --reuid 65534 --regid 65534 --clear-groups sh -c '
  cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline; find /run /var/lib -type f -exec cat {} +' >"$tmp/seen" 2>/dev/null || :
[ -s "$tmp/seen" ] || fail 'an ordinary user saw nothing at all'
! grep -qF -f "$tmp/key" "$tmp/seen" || fail 'an ordinary user sees the key'
! grep -qF -f "$tmp/key" <(on c1 sh -c 'cat /run/rocks-mvc/n2n/*/log') || fail 'the key is in a log'
[ "$(on c1 stat -c %a "/run/rocks-mvc/n2n/$(port_of "$(mac c1)")/key")" = 600 ] || fail 'mode of the key'

echo '# up again changes nothing'
edge=$(pid_of 1 edge)
backend c1 up "$(mac c1)"
[ "$(pid_of 1 edge)" = "$edge" ] || fail 'a second up restarted the edge'

echo '# an edge that is killed comes back, under the same number and wired'
udp=$(state 1 udp)
kill -9 "$edge"
new_edge() { [ "$(pid_of 1 edge)" != "$edge" ] && on c1 ip -o link show | grep -q 'nt5254.*master nb'; }
wait_for 20 new_edge || fail 'the edge is not back'
wait_for 20 everyone_reaches_v1 || fail 'no traffic with the new edge'
[ "$(state 1 udp)" = "$udp" ] || fail 'another UDP number'

echo '# a supernode that is killed comes back, and so does the traffic'
supernode=$(pgrep -P "$(on fe cat /var/lib/rocks-mvc/n2n/7654/pid | cut -d ' ' -f 1)")
[ "$(ps -o user= -p "$supernode")" = nobody ] || fail 'the supernode is not nobody'
wait_for 10 test -n "$(state 4 beacon && echo yes)" || fail 'no beacon'
kill -9 "$supernode"
wait_for 50 everyone_reaches_v1 || fail 'no traffic after the supernode was killed'
for n in 1 2 3 4; do
  wait_for 20 on c$n grep -q 'the supernode is back' "/run/rocks-mvc/n2n/$(port_of "$(mac "c$n")")/log" ||
    fail "c$n did not see it by the beacon"
done

echo '# a supervisor that is killed: probe tells, up mends, there is one edge'
kill -9 "$(pid_of 1 pid)"
# What it had begun may hold its lock for a moment longer.
told_down() { case $(probe c1) in "port $(mac c1) down "*) ;; *) return 1 ;; esac; }
wait_for 10 told_down || fail "probe: $(probe c1)"
backend c1 up "$(mac c1)"
wait_for 20 everyone_reaches_v1 || fail 'no traffic with the new supervisor'
count() { for pid in $(pids_on c1); do tr '\0' ' ' <"/proc/$pid/cmdline" | grep "$@" || :; done | wc -l; }
[ "$(count '^/usr/sbin/edge ')" = 1 ] || fail 'not one edge'
[ "$(count ' port nb')" = 1 ] || fail 'not one supervisor'

echo '# another key: the port is made again'
cp "$tmp/network" "$tmp/network.first"
sed -i "s/^key=.*/key=${key%???}abc/" "$tmp/network"
edge=$(pid_of 1 edge)
backend c1 up "$(mac c1)"
wait_for 20 new_edge || fail 'the old edge runs on with the old key'
cp "$tmp/network.first" "$tmp/network"
backend c1 up "$(mac c1)"

nothing_on() { # HOST: fails with what there is
  local left
  left=$(
    for pid in $(pids_on "$1"); do tr '\0' ' ' <"/proc/$pid/cmdline"; done
    on "$1" ip -o link show | grep -E ' n[bt]52' || :
    on "$1" nft list ruleset
    on "$1" find /run/rocks-mvc /var/lib/rocks-mvc -mindepth 1 2>/dev/null || :
  )
  [ -z "$left" ] || fail "left on $1: $left"
}

echo '# down, twice'
on c1 ip link add other type bridge
for host in $hosts; do
  backend "$host" down "$(mac "$host")"
  backend "$host" down "$(mac "$host")"
  wait_for 5 test -z "$(pids_on "$host")" || :
  nothing_on "$host"
done
on c1 ip link show dev other >/dev/null || fail 'a device of somebody else is gone'
case $(probe c1) in "port $(mac c1) down no "*) ;; *) fail "probe: $(probe c1)" ;; esac

echo '# up that is killed half way: up completes it, down clears it'
"$tmp/modules/drive" up "$tmp/network" "$(mac c2)" >"$tmp/script.half"
for delay in 0.01 0.03 0.05 0.08 0.12 0.16 0.20 0.25 0.30; do
  timeout -s KILL "$delay" nsenter -t "${holder[c2]}" -n -m -- sh -eu <"$tmp/script.half" 2>/dev/null || :
  backend c2 up "$(mac c2)" || fail "up after up was killed after $delay s"
  case $(probe c2) in *" up "*) ;; *) fail "probe after $delay s: $(probe c2)" ;; esac
  backend c2 down "$(mac c2)"
  timeout -s KILL "$delay" nsenter -t "${holder[c2]}" -n -m -- sh -eu <"$tmp/script.half" 2>/dev/null || :
  backend c2 down "$(mac c2)"
  sleep 0.3
  nothing_on c2
done

echo '# two networks of one host'
for n in 5 6; do backend c2 up "52:54:00:00:00:0$n"; done
[ "$(on c2 sh -c 'cat /run/rocks-mvc/n2n/*/udp' | sort | tr '\n' ' ')" = '50000 50002 ' ] || fail 'UDP numbers'
backend c2 down 52:54:00:00:00:05
on c2 nft list table inet rocks_n2n | grep -q 50002 || fail "the other port's rules are gone"
! on c2 nft list table inet rocks_n2n | grep -q 50000 || fail "the port's own rules are left"
case $(backend c2 probe "$(mac c1)" 52:54:00:00:00:06) in *" up "*) ;; *) fail 'the other port is gone' ;; esac
backend c2 down 52:54:00:00:00:06
nothing_on c2

echo '# the relay: up is idempotent, a foreign one is left alone, down leaves nothing'
guard=$(on fe cat /var/lib/rocks-mvc/n2n/7654/pid)
backend fe relay
[ "$(on fe cat /var/lib/rocks-mvc/n2n/7654/pid)" = "$guard" ] || fail 'relay_up started another one'
sed -i "s/^address=.*/address=/" "$tmp/network"
backend c1 relay
nothing_on c1
sed -n "s/^n2n_relay_up \\('[^ ]* '[^ ]*\\) .*/n2n_relay_down \\1/p" "$tmp/script.fe" >"$tmp/down"
cat "$tmp/script.fe" "$tmp/down" | on fe sh -eu
nothing_on fe
