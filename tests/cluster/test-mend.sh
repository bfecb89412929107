#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# What breaks under a running cluster, or while it is started, is told with its
# host's name and status 1, does not touch the others, and can be mended.
# shellcheck source=tests/cluster/sites.sh
. "$(dirname "$0")/sites.sh"

# Our kernel sends nothing: a frame of the virtual frontend's MAC, broadcast from
# its bridge with the EtherType that is free for experiments (IEEE 802, 0x88b5).
# shellcheck disable=SC2016 # that perl is to expand it
frontend_speaks() {
  local mac=$1
  lab run frontend-a perl -e '
    my $hex = shift; my $dev = "nb" . $hex;
    open my $f, "<", "/sys/class/net/$dev/ifindex" or die; my $index = 0 + <$f>;
    socket my $s, 17, 3, 0 or die; # AF_PACKET, SOCK_RAW
    my $frame = "\xff" x 6 . pack("H*", $hex) . "\x88\xb5" . "hello" x 20;
    my $to = pack "S n i S C C x8", 17, 0x88b5, $index, 0, 0, 0;
    send $s, $frame, 0, $to or die' "${mac//:/}" </dev/null
}

member() { sql a "SELECT $2 FROM mvc_members WHERE name = '$1'"; } # NAME COLUMN

# The columns that tell how a VM is: status, port, hears the frontend.
check_table() { # CHECK'S OUTPUT
  awk '$1 ~ /^(frontend-|vm-)/ { sub(":$", "", $1); print $1, $4, $5, $6 }' "$test_tmp/check"
}

check() {
  frontend_speaks "$(member "$fe" mac)" 2>/dev/null || true
  rocks check cluster "$fe" >"$test_tmp/check" 2>&1 </dev/null
}

all_up="$fe active up --------------
vm-a-$fe-0 active up yes
vm-a-$fe-1 active up yes
vm-a-$fe-2 active up yes"

is_whole() { # TITLE
  wait_until 20 check || true
  is "$1" "$(check_table)" "$all_up"
}

on_b() { lab run b:vm-container-0-0 "$@" </dev/null; }

sites_up small
sites_meet
rocks set attr mvc_host_deadline 15
add_cluster 3
rocks start cluster "$fe" >"$test_tmp/start" 2>&1
is_whole "a cluster that was started is whole"
passes "check cluster says so by its status" check

# ---- two commands at once ----
# Held like a command would, for as long as the file `held` is there.
# shellcheck disable=SC2016 # perl expands it
hold='use Fcntl; open my $f, "+<", "/run/rocks-mvc/clusters.lock" or die;
  my $all = pack "s s x4 q q i x4", F_WRLCK, 0, 0, 0, 0;
  fcntl $f, F_SETLK, $all or die "$!\n"; $| = 1; print "held\n"; sleep 1 while -e "/tmp/held"'
lab run frontend-a touch /tmp/held
lab run frontend-a perl -e "$hold" >"$test_tmp/hold" 2>&1 </dev/null &
holder=$!
wait_until 10 grep -q held "$test_tmp/hold" || not_ok "the lock is held: $(cat "$test_tmp/hold")"
rocks stop host vm "$fe" >"$test_tmp/stop" 2>&1 </dev/null &
stopping=$!
passes "one VM of a cluster waits for a command that changes the cluster" wait_until 10 \
  grep -qx "rocks: waiting for another command that is changing cluster $fe" "$test_tmp/stop"
is "and does nothing until then" "$(lab run frontend-a virsh -q domstate "$fe" </dev/null | head -n 1)" running
lab run frontend-a rm /tmp/held
wait "$holder" || true
passes "then it does it" wait "$stopping"
passes "and the VM is started again" rocks start host vm "$fe"

# ---- an edge that dies ----
mac=$(member "vm-a-$fe-1" mac)
port=nb${mac//:/} tap=nt${mac//:/}
edge_pid() { on_b ps -eo pid=,args= | awk -v tap="$tap" '/[/]edge / && index($0, tap) { print $1 }'; }
wired() {
  [ "$(edge_pid)" != "$old" ] && [ -n "$(edge_pid)" ] &&
    on_b sh -c "ip -o link show $tap | grep -q 'master $port '"
}
old=$(edge_pid)
on_b kill -9 "$old"
passes "an edge that was killed is back, and its tap in the bridge, within 10 s" wait_until 10 wired
is "its tap has another MAC than the VM" "$(on_b cat "/sys/class/net/$tap/address")" "0e:${mac#*:}"
is_whole "and it hears the frontend again"

# ---- a VM that dies ----
on_b pkill -9 -x qemu-system-x86
fails "a VM that died is found by check" check
is "by its name" "$(check_table | grep -v 'active up')" "vm-a-$fe-1 nostate up yes"
has "the sentence" "$(<"$test_tmp/check")" \
  "Error: 1 of 4 VMs of cluster $fe are not as a cluster that is running should be; \`rocks sync cluster $fe\` mends it"
passes "sync mends it" rocks sync cluster "$fe"
is_whole "all of it"

# ---- a container that was restarted: nothing of /run, no process is there ----
# shellcheck disable=SC2016 # the container's shell expands it
on_b sh -c 'for p in /run/rocks-mvc/n2n/*/pid; do read -r pid _ <"$p"; kill -9 "$pid"; done
  pkill -9 -x edge; pkill -9 -x qemu-system-x86; kill "$(cat /run/libvirtd.pid)"
  rm -rf /run/rocks-mvc /run/libvirt/qemu/*; nft flush ruleset
  for l in $(ls /sys/class/net | grep -E "^(nb|nt|vnet)"); do ip link delete "$l"; done
  sleep 1; /usr/sbin/libvirtd --daemon'
wait_until 20 on_b virsh -q list
is "(of the container nothing is left but a domain)" "$(host_state b:vm-container-0-0 | grep -v ' shut off')" ''
fails "a container that was restarted is found by check" check
is "its VM, not the others" "$(check_table)" "${all_up/-1 active up yes/-1 nostate down no}"
passes "sync mends a container that was restarted" rocks sync cluster "$fe"
is_whole "all of it stands again"

# ---- a hypervisor that hangs, or is away, while a cluster starts ----
rocks stop cluster "$fe" >"$test_tmp/stop" 2>&1
daemon=$(on_b cat /run/libvirtd.pid)
hung() { # TITLE SENTENCE: what start says; the others are up
  local status=0
  rocks start cluster "$fe" >"$test_tmp/out" 2>&1 </dev/null || status=$?
  is "$1: start fails" "$status" 1
  # libvirt finds a connection dead as it writes or as it reads.
  is "$1: with the host's name" "$(sed -n 's/Cannot write data: Broken pipe/Cannot recv data: Connection reset by peer/
    s/^Error: //p' "$test_tmp/out")" "$2; \`rocks start cluster $fe\` completes it"
  is "$1: the others run" "$(for host in frontend-a a:vm-container-0-0 c:vm-container-0-0; do
    host_state "$host"
  done | grep '^domain ')" "domain $fe running
domain vm-a-$fe-0 running
domain vm-a-$fe-2 running"
}
on_b kill -STOP "$daemon"
hung "a frozen libvirtd" "b:vm-container-0-0: did not finish in time"
on_b kill -CONT "$daemon"
passes "start again completes it" rocks start cluster "$fe"
is_whole "a libvirtd that was frozen"

rocks stop cluster "$fe" >"$test_tmp/stop" 2>&1
on_b kill -9 "$daemon"
hung "no libvirtd" "b:vm-container-0-0: cannot reach libvirt on vm-container-0-0: libvirt: Cannot recv \
data: Connection reset by peer"
on_b /usr/sbin/libvirtd --daemon
wait_until 20 on_b virsh -q list
passes "start again completes it, with a new libvirtd" rocks start cluster "$fe"
is_whole "no libvirtd"
rocks remove cluster "$fe" >"$test_tmp/remove" 2>&1
nothing_left "after all that a removal leaves nothing"
