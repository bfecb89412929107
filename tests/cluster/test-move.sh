#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# `move host vm` between two containers of the lab: with memory and disk copied
# where nothing is shared, live where the disk is.  The VM goes on where it was,
# the network follows it, and its MAC is never on both containers at once.
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"

[ "$(id -u)" = 0 ] || skip 'only root can raise the lab'
for program in libvirtd qemu-system-x86_64 edge supernode mariadbd cpio; do
  PATH=$PATH:/usr/sbin command -v "$program" >/dev/null || skip "no program $program"
done

export LAB_DIR=$test_tmp/lab ROCKS_BUILD=$top_builddir
export LAB_BIND="$top_srcdir $top_builddir"
lab() { "$top_srcdir/tests/lab/lab" "$@"; }
rocks() { lab run frontend-a rocks "$@"; }
channel() { lab run frontend-a curl -s -f -m 100 "http://198.51.100.20/cgi-bin/$1"; }
state() { lab run "a:$1" virsh -q -c qemu:///system domstate "$2" 2>/dev/null | head -n 1; }
boot_of() { channel 'job?name=run&what=boot' | awk -v name="$1" '$1 == name { print $2 }'; }
reported() { channel computes | wc -l; }
all_reported() { [ "$(reported)" = 2 ]; }

raise() {
  "$top_srcdir/tests/lab/guest/build" "$top_builddir/guest" >/dev/null
  at_end lab down
  lab up demo
  cp "$top_builddir/guest/vmlinuz" "$top_builddir/guest/frontend.img" "$LAB_DIR/share/"
  rocks create database name=a
  lab run frontend-a "$top_srcdir/tests/lab/site.sh"
  rocks add bootaction action="install vm frontend" kernel=/lab/vmlinuz ramdisk=/lab/frontend.img \
    args='console=ttyS0 quiet panic=3 no_timer_check random.trust_cpu=on nonce=abcd'
  rocks set attr mvc_frontend_probe tcp:80
  rocks set attr kvm_graphics none
  rocks add cluster 198.51.100.20 2 network-backend=n2n fe-mem=192 mem-per-compute=112 \
    disk-per-compute=1 disk-per-frontend=1 >/dev/null
  # The second compute's disk is where both containers see it.
  rocks set host vm hosted-vm-0-1-0 disk=file:/lab/shared.vda,vda,virtio disksize=1
  rocks start cluster frontend-0-0-0
  wait_until 300 all_reported
}

# The edges' taps of a MAC, sampled on both containers until the file goes.
watch_mac() { # MAC FILE
  local tap=nt${1//:/} there host
  while [ -e "$2" ]; do
    there=''
    for host in vm-container-0-0 vm-container-0-1; do
      ! lab run "a:$host" test -e "/sys/class/net/$tap" || there="$there $host"
    done
    echo "$there" >>"$2.seen"
  done
}

mac_of() { rocks list host interface "$1" | awk '{ for (i = 1; i <= NF; i++) if ($i ~ /^..:..:..:..:..:..$/) print $i }'; }

# Moves a VM and looks whether it went on.
moved() { # VM FROM TO NAME-WITHIN
  local mac before watcher output
  mac=$(mac_of "$1")
  before=$(boot_of "$4")
  : >"$test_tmp/watch"
  watch_mac "$mac" "$test_tmp/watch" &
  watcher=$!
  output=$(rocks move host vm "$1" "$3" 2>&1) || not_ok "move: $output"
  rm -f "$test_tmp/watch"
  wait "$watcher"
  printf '%s\n' "$output"
  is "$1 runs on $3" "$(state "$3" "$1")" running
  is "$1 is gone from $2" "$(state "$2" "$1")" ''
  is "the database knows" "$(rocks list host vm | awk -v vm="$1:" '$1 == vm { print $6 }')" "$3"
  is "no port is left on $2" "$(lab run "a:$2" ls /sys/class/net | grep -c "${mac//:/}")" 0
  is "its MAC was never on both" "$(grep -c 'vm-container.*vm-container' "$test_tmp/watch.seen")" 0
  rm -f "$test_tmp/watch.seen"
  wait_until 60 channel "job?name=ping"
  is 'everybody reaches everybody' "$(channel 'job?name=ping' | grep -c ' ok$')" 6
  is 'it went on, and did not boot' "$(boot_of "$4")" "${before:?}"
}

raise
name_of() { channel computes | awk -v mac="$(mac_of "$1")" '$1 == mac { print $3 }'; }
cold=$(name_of hosted-vm-0-0-0) live=$(name_of hosted-vm-0-1-0)
moved hosted-vm-0-0-0 vm-container-0-0 vm-container-0-1 "$cold"
passes 'the disk came along' lab run a:vm-container-0-1 \
  test -s /state/partition1/kvm/disks/hosted-vm-0-0-0.vda
fails 'no saved memory stays' lab run a:vm-container-0-1 \
  test -e /state/partition1/kvm/disks/hosted-vm-0-0-0.saved
moved hosted-vm-0-1-0 vm-container-0-1 vm-container-0-0 "$live"
has 'to where it is' "$(rocks move host vm hosted-vm-0-1-0 vm-container-0-0 2>&1 || :)" \
  'the destination host are the same: vm-container-0-0'
has 'to no container' "$(rocks move host vm hosted-vm-0-1-0 nowhere 2>&1 || :)" \
  'nowhere is no host of this site'
has 'several' "$(rocks move host vm hosted-vm-0-1-0 hosted-vm-0-0-0 vm-container-0-1 2>&1 || :)" \
  'must supply only one VM host'
rocks stop cluster frontend-0-0-0
rocks remove cluster frontend-0-0-0 >/dev/null
