#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# `move host vm` between two containers of the lab: with memory and disk copied
# where nothing is shared, live where the disk is; within a site, to another, on
# from there, and back.  The VM goes on where it was, the network follows it, and
# its MAC is never on both containers at once.
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"

[ "$(id -u)" = 0 ] || skip 'only root can raise the lab'
for program in libvirtd qemu-system-x86_64 edge supernode mariadbd cpio; do
  PATH=$PATH:/usr/sbin command -v "$program" >/dev/null || skip "no program $program"
done

export LAB_DIR=$test_tmp/lab ROCKS_BUILD=$top_builddir
export LAB_BIND="$top_srcdir $top_builddir"
# shellcheck source=tests/lab/state.sh
. "$top_srcdir/tests/lab/state.sh"
lab() { "$top_srcdir/tests/lab/lab" "$@"; }
rocks() { lab run frontend-a rocks "$@"; }
sql() { lab run "frontend-$1" mariadb -N -B cluster -e "$2" </dev/null; } # SITE STATEMENT
channel() { lab run frontend-a curl -s -f -m 100 "http://198.51.100.20/cgi-bin/$1"; }
state() { lab run "$1" virsh -q -c qemu:///system domstate "$2" 2>/dev/null | head -n 1; }
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
  rocks set attr kvm_graphics none
  rocks add bootaction action="install vm frontend" kernel=/lab/vmlinuz ramdisk=/lab/frontend.img \
    args='console=ttyS0 quiet panic=3 no_timer_check random.trust_cpu=on nonce=abcd'
  rocks set attr mvc_frontend_probe tcp:80
  rocks add cluster 198.51.100.20 2 network-backend=n2n fe-mem=192 mem-per-compute=112 \
    disk-per-compute=1 disk-per-frontend=1 >/dev/null
  # The second compute's disk is where both containers see it.
  rocks set host vm hosted-vm-0-1-0 disk=file:/lab/shared.vda,vda,virtio disksize=1
  rocks start cluster frontend-0-0-0
  wait_until 300 all_reported
}

# The edges' taps of a MAC, sampled on both containers until the file goes.
watch_mac() { # MAC FILE HOST...
  local tap=nt${1//:/} file=$2 there host
  shift 2
  while [ -e "$file" ]; do
    there=''
    for host; do
      ! lab run "$host" test -e "/sys/class/net/$tap" || there="$there $host"
    done
    echo "$there" >>"$file.seen"
  done
}

member() { sql a "SELECT $2 FROM mvc_members WHERE name = '$1'"; } # NAME COLUMN
stands() { member "$1" "CONCAT(COALESCE((SELECT s.name FROM mvc_sites s WHERE s.uuid = site_uuid), 'a'), ':', container)"; }
row_at() { sql "$1" "SELECT p.Name FROM vm_nodes v JOIN nodes n ON n.ID = v.Node JOIN nodes p ON p.ID = v.PhysNode WHERE n.Name = '$2'"; }

# Moves a VM and looks whether it went on.
moved() { # VM FROM TO NAME-WITHIN
  local mac before watcher output
  mac=$(member "$1" mac)
  before=$(boot_of "$4")
  : >"$test_tmp/watch"
  watch_mac "$mac" "$test_tmp/watch" "$2" "$3" &
  watcher=$!
  output=$(rocks move host vm "$1" "${3#a:}" 2>&1) || not_ok "move: $output"
  rm -f "$test_tmp/watch"
  wait "$watcher"
  printf '%s\n' "$output"
  is "$1 runs on $3" "$(state "$3" "$1")" running
  is "$1 is gone from $2" "$(state "$2" "$1")" ''
  is "the home site knows" "$(stands "$1")" "$3"
  is "the site knows" "$(row_at "${3%%:*}" "$1")" "${3#*:}"
  [ "${2%%:*}" = "${3%%:*}" ] || is 'the other site forgot' "$(row_at "${2%%:*}" "$1")" ''
  is "nothing is recorded of the move" "$(sql a 'SELECT vm FROM mvc_moves')" ''
  is "it keeps its MAC" "$(member "$1" mac)" "$mac"
  is "no port is left on $2" "$(lab run "$2" ls /sys/class/net | grep -c "${mac//:/}")" 0
  is "its MAC was never on both" "$(grep -c 'vm-container.*vm-container' "$test_tmp/watch.seen")" 0
  rm -f "$test_tmp/watch.seen"
  wait_until 60 channel "job?name=ping"
  is 'everybody reaches everybody' "$(channel 'job?name=ping' | grep -c ' ok$')" 6
  is 'it went on, and did not boot' "$(boot_of "$4")" "${before:?}"
}

refused() { # TITLE PART WORD...: with that sentence, and nothing changed
  local title=$1 part=$2 before
  shift 2
  before=$(everything)
  has "$title" "$(rocks move host vm "$@" 2>&1 || :)" "$part"
  is "$title: nothing changed" "$(everything)" "$before"
}
everything() {
  local site
  for site in a b c; do tables_dump "$site"; done
  hosts_state
}

raise
name_of() { channel computes | awk -v mac="$(member "$1" mac)" '$1 == mac { print $3 }'; }
cold=$(name_of hosted-vm-0-0-0) live=$(name_of hosted-vm-0-1-0)
moved hosted-vm-0-0-0 a:vm-container-0-0 a:vm-container-0-1 "$cold"
passes 'the disk came along' lab run a:vm-container-0-1 \
  test -s /state/partition1/kvm/disks/hosted-vm-0-0-0.vda
fails 'no saved memory stays' lab run a:vm-container-0-1 \
  test -e /state/partition1/kvm/disks/hosted-vm-0-0-0.saved
moved hosted-vm-0-1-0 a:vm-container-0-1 a:vm-container-0-0 "$live"
has 'to where it is' "$(rocks move host vm hosted-vm-0-1-0 vm-container-0-0 2>&1 || :)" \
  'the destination host are the same: vm-container-0-0'
has 'to no container' "$(rocks move host vm hosted-vm-0-1-0 nowhere 2>&1 || :)" \
  'nowhere is no host of this site'
has 'several' "$(rocks move host vm hosted-vm-0-1-0 hosted-vm-0-0-0 vm-container-0-1 2>&1 || :)" \
  'must supply only one VM host'

for site in b c; do
  lab run "frontend-$site" rocks create database name="$site"
  lab run "frontend-$site" "$top_srcdir/tests/lab/site.sh"
  lab run "frontend-$site" rocks set attr kvm_graphics none
done
rocks add site b frontend=203.0.113.10
rocks add site c frontend=192.0.2.10

moved hosted-vm-0-0-0 a:vm-container-0-1 b:vm-container-0-0 "$cold"
has 'the cluster shows it there' "$(rocks list cluster detail=yes | tr -s ' ')" 'hosted-vm-0-0-0'
mac=$(member hosted-vm-0-0-0 mac)
is 'its MAC is kept for it at a' "$(sql a "SELECT vm FROM mvc_macs WHERE mac = '$mac'")" hosted-vm-0-0-0
rocks check cluster frontend-0-0-0
moved hosted-vm-0-0-0 b:vm-container-0-0 b:frontend-b "$cold"
moved hosted-vm-0-0-0 b:frontend-b c:vm-container-0-0 "$cold"

refused 'to a site that is none' 'there is no site "nowhere"' hosted-vm-0-0-0 nowhere:vm-container-0-0
refused 'to a host that is none' 'host "nohost" is no VM container of site b' hosted-vm-0-0-0 b:nohost
refused 'the frontend' 'VM frontend-0-0-0 is the frontend of its cluster' frontend-0-0-0 b:vm-container-0-0
rocks set site b max-vms=0
refused 'beyond what was agreed' 'site b is to be used for at most 0 VMs, and 0 are' \
  hosted-vm-0-1-0 b:vm-container-0-0
rocks set site b max-vms=none
lab run frontend-b rocks add host vm vm-container-0-0 membership='Hosted VM' name=hosted-vm-0-1-0 >/dev/null
refused 'where its name is taken' 'site b: Node hosted-vm-0-1-0 already exists' \
  hosted-vm-0-1-0 b:vm-container-0-0
lab run frontend-b rocks remove host hosted-vm-0-1-0
has 'its old site must stay known' "$(rocks remove site c 2>&1 || :)" 'site c holds VMs of cluster frontend-0-0-0'

rocks add cluster 198.51.100.21 1 network-backend=n2n fe-mem=32 mem-per-compute=32 \
  disk-per-compute=1 disk-per-frontend=1 fe-name=second >/dev/null
is 'nobody gets its MAC' "$(sql a "SELECT COUNT(*) FROM networks WHERE MAC = '$mac'")" 0
compute=$(sql a "SELECT name FROM mvc_members WHERE role = 'compute' AND cluster = (SELECT id FROM mvc_clusters WHERE name = 'second')")
passes 'one that never ran moves too' rocks move host vm "$compute" b:vm-container-0-0
is 'it stands there' "$(row_at b "$compute")" vm-container-0-0
rocks remove cluster second >/dev/null
is 'and goes with its cluster' "$(row_at b "$compute")$(sql b 'SELECT vm FROM mvc_leases')" ''

moved hosted-vm-0-0-0 c:vm-container-0-0 a:vm-container-0-0 "$cold"
is 'no site keeps a MAC for it' "$(sql a 'SELECT vm FROM mvc_macs WHERE site_uuid <> (SELECT uuid FROM mvc_site)')" ''
moved hosted-vm-0-1-0 a:vm-container-0-0 b:vm-container-0-0 "$live"
moved hosted-vm-0-1-0 b:vm-container-0-0 b:frontend-b "$live" >"$test_tmp/live"
cat "$test_tmp/live"
has 'live at another site too' "$(cat "$test_tmp/live")" 'Moving hosted-vm-0-1-0 to b:frontend-b while it runs.'
rocks stop cluster frontend-0-0-0
rocks remove cluster frontend-0-0-0 >/dev/null
is 'nothing is left' "$(rows_state)" ''
