#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# The screens of a cluster's VMs by airboss: on the frontend itself, on a container of its site, and
# on one of another site, behind the frontend there.
# shellcheck source=tests/cluster/sites.sh
. "$(dirname "$0")/sites.sh"

# Whose screen it is: the name that a VNC server tells after the handshake (RFC 6143 7.3.2).
# shellcheck disable=SC2016 # perl's
whose='
  use IO::Socket::INET; alarm 30;
  my $s = IO::Socket::INET->new("127.0.0.1:$ARGV[0]") or die "$!\n";
  sub get { my ($n, $all) = (shift, ""); while (length $all < $n) {
    sysread($s, $all, $n - length $all, length $all) or die "ended\n" } $all }
  get(8); get(4); syswrite $s, "RFB 003.008\n";
  my $types = get(ord get(1)); index($types, "\1") >= 0 or die "no way in\n";
  syswrite $s, "\1"; get(4) eq "\0\0\0\0" or die "refused\n";
  syswrite $s, "\1"; get(20); print get(unpack "N", get(4)), "\n"'

# screen VM [WORD...]: what open host console shows of it
screen() {
  local vm=$1
  shift
  lab run frontend-a sh -c 'timeout 60 rocks open host console "$@" >/root/console 2>&1; echo "status $?" >>/root/console' \
    sh "$vm" "$@" </dev/null &
  wait_until 40 lab run frontend-a grep -q . /root/console
  if lab run frontend-a grep -q '^The console' /root/console; then
    lab run frontend-a perl -e "$whose" 5901 </dev/null 2>&1
  fi
  wait $! || true
  lab run frontend-a cat /root/console </dev/null
  lab run frontend-a rm /root/console </dev/null
}

sites_up small
sites_meet
for site in a b c; do lab run "frontend-$site" rocks remove attr kvm_graphics; done
add_cluster 3
rocks set host attr frontend-a airboss localhost
lab run frontend-a sh -c 'cd /root && rocks create keys key=private passphrase=no >public'
rocks add host key "$fe" key=/root/public
passes 'airboss starts' rocks start service airboss

lab run frontend-a rocks list host macs "$fe" key=/root/private >/dev/null 2>&1 </dev/null # its key is known from now on
has 'a VM that is off has no screen' "$(screen "vm-a-$fe-1" key=/root/private)" \
  "Error: command failed: b:vm-container-0-0: VM 'vm-a-$fe-1' is not defined on vm-container-0-0"
rocks start cluster "$fe" >"$test_tmp/start" 2>&1 || cat "$test_tmp/start"
for vm in "$fe" "vm-a-$fe-0" "vm-a-$fe-1" "vm-a-$fe-2"; do
  container=$(sql a "select concat(coalesce(s.name, 'a'), ':', m.container) from mvc_members m
    left join mvc_sites s on s.uuid = m.site_uuid where m.name = '$vm'")
  is "the screen of $vm on $container" "$(screen "$vm" key=/root/private)" "QEMU ($vm)
The console of $vm is at localhost:5901
status 0"
done
is 'no port of a container is open to the network' "$(lab run b:vm-container-0-0 ss -Hltn </dev/null |
  awk '$4 ~ /:59[0-9][0-9]$/ { print $4 }')" 127.0.0.1:5900
is 'no connection to a screen is left' "$(lab run frontend-a pgrep -fa -- 'ssh.* -W .*:59[0-9][0-9]' </dev/null || true)" ''
passes 'a VM of another site is switched off, by its name' rocks set host power "vm-a-$fe-2" action=off key=/root/private
is 'there' "$(lab run c:vm-container-0-0 virsh -q list --all </dev/null)" ''
lab run b:vm-container-0-0 pkill -9 -x qemu-system-x86 </dev/null
has 'nor has one that died' "$(screen "vm-a-$fe-1" key=/root/private)" 'Error: command failed: '
passes 'airboss ends' rocks stop service airboss
rocks remove cluster "$fe" >"$test_tmp/remove" 2>&1
nothing_left 'a removal leaves nothing'
