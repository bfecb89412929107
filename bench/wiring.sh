#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# What a port's wiring costs: TCP between containers of sites b and c, bare from
# edge to edge, and through the tap, bridge and veth pair of two VMs' ports. Both
# over the supernode, with the same cipher, MTU and processors; taken in turns,
# since the machine is not quiet. Promised: below 5 %. As root.
. "$(dirname "$0")/../tests/cluster/sites.sh"

rounds=${1:-9} seconds=3

on() { # SITE COMMAND...
  lab run "$1:vm-container-0-0" "${@:2}"
}

# shellcheck disable=SC2016 # that shell is to expand it
bare_edge() { # SITE ADDRESS
  on "$1" sh -c '
    nft add element inet rocks_n2n paths "{ 51000 . 198.51.100.10 . 7654 }"
    nft add element inet rocks_n2n bound "{ 51000 }"
    N2N_KEY=bench setsid edge -d bare0 -a "$1" -s 255.255.255.0 -c bench -M 1360 -p 51000 \
      -l 198.51.100.10:7654 -f </dev/null >/dev/null 2>&1 &
    for i in $(seq 100); do ip -o link show bare0 >/dev/null 2>&1 && break; sleep 0.1; done
    ip link set bare0 mtu 1360 up' sh "$2" </dev/null
}

# In place of the VM: a namespace on the port's bridge, with the VM's MAC.
# shellcheck disable=SC2016
wired_vm() { # SITE ADDRESS
  on "$1" sh -c '
    virsh -q destroy "$(virsh -q list --name | head -n 1)" >/dev/null
    port=$(ls /sys/class/net | grep ^nb)
    mac=$(echo "${port#nb}" | sed "s/../&:/g; s/:$//")
    ip netns add vm
    ip link add vm0 netns vm address "$mac" type veth peer name vmport
    ip link set vmport mtu 1360 master "$port" up
    ip -n vm link set vm0 mtu 1360 up
    ip -n vm address add "$1/24" dev vm0' sh "$2" </dev/null
}

# shellcheck disable=SC2016 # perl expands it
receiver='use IO::Socket::INET; $| = 1;
  my $s = IO::Socket::INET->new(Listen => 1, LocalPort => 5001, ReuseAddr => 1) or die $!;
  print "ready\n"; my $c = $s->accept; my ($n, $b) = (0);
  while (my $r = sysread $c, $b, 65536) { $n += $r } print "$n\n"'
# shellcheck disable=SC2016
sender='use IO::Socket::INET; my ($to, $for) = @ARGV;
  my $s = IO::Socket::INET->new(PeerAddr => $to, PeerPort => 5001, Timeout => 20) or die $!;
  my $b = "x" x 65536; my $end = time + $for; syswrite $s, $b while time < $end'

measure() { # ADDRESS [PREFIX...]: MiB/s from b to c
  local to=$1
  shift
  on c "$@" timeout 60 perl -e "$receiver" >"$test_tmp/got" 2>&1 </dev/null &
  wait_until 10 grep -q ready "$test_tmp/got"
  on b "$@" timeout 60 perl -e "$sender" "$to" "$seconds" </dev/null
  wait $!
  awk -v s="$seconds" 'END { printf "%.3f\n", $1 / s / 1048576 }' "$test_tmp/got"
}

median() { sort -n "$1" | sed -n "$(((rounds + 1) / 2))p"; }

sites_up small >/dev/null
sites_meet
rocks add cluster "$vfe_ip" 2 sites="b c" "${small[@]}" >/dev/null 2>&1
rocks start cluster "$fe" >/dev/null 2>&1
bare_edge b 10.77.0.1
bare_edge c 10.77.0.2
wired_vm b 10.78.0.1
wired_vm c 10.78.0.2
wait_until 60 on b ping -c 1 -W 1 10.77.0.2
wait_until 60 on b ip netns exec vm ping -c 1 -W 1 10.78.0.2
for ((i = 0; i < rounds; i++)); do
  measure 10.77.0.2 >>"$test_tmp/bare"
  measure 10.78.0.2 ip netns exec vm >>"$test_tmp/wired"
done
awk -v bare="$(median "$test_tmp/bare")" -v wired="$(median "$test_tmp/wired")" -v n="$rounds" 'BEGIN {
  printf "bare overlay   %7.2f MiB/s (median of %d)\n", bare, n
  printf "through a port %7.2f MiB/s\n", wired
  printf "the wiring costs %.1f %%\n", 100 * (1 - wired / bare) }'
