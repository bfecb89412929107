#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# move.sh BUILD TEMPLATE, in the first of two dom0s: a site whose container
# vm-container-0-0 this is and whose vm-container-0-1 is the other.  VMs move to
# and fro: live where the disk is seen by both, else with memory and disk.
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
# shellcheck source=tests/xen/site.sh
. "$top_srcdir/tests/xen/site.sh"
# shellcheck source=tests/xen/vms.sh
. "$top_srcdir/tests/xen/vms.sh"
# shellcheck source=tests/xen/amidst.sh
. "$top_srcdir/tests/xen/amidst.sh"

containers='vm-container-0-0 vm-container-0-1'
cold=hosted-vm-0-0-0 live=hosted-vm-0-1-0
on() { # CONTAINER COMMAND...
  timeout 60 ssh -o StrictHostKeyChecking=accept-new -o LogLevel=ERROR "$@" </dev/null
}
state_on() { on "$1" virsh -q -c xen:///system domstate "$2" 2>/dev/null | head -n 1; }
mac_of() { rocks list host interface "$1" | grep -o '[0-9a-f][0-9a-f]\(:[0-9a-f][0-9a-f]\)\{5\}' | tail -n 1; }
name_of() { channel computes | awk -v mac="$(mac_of "$1")" '$1 == mac { print $3 }'; }
show() {
  local host
  for host in $containers; do
    echo "$host# virsh -c xen:///system list --all"
    on "$host" virsh -c xen:///system list --all
  done
}

# What the hypervisors' tools say, where rocks says too little.
show_logs() {
  local host
  for host in $containers; do
    echo "$host# the ends of libvirt's logs"
    on "$host" tail -n 25 /var/log/libvirt/libxl/libxl-driver.log /var/log/libvirt/libvirtd.log
  done
}

site() { # BUILD TEMPLATE
  modprobe virtio_net
  mkdir -p /shared
  mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=none shared /shared
  site_up "$1" "$2" demo eth0
  cp /root/.ssh/id_ed25519.pub /shared/key.new
  mv /shared/key.new /shared/key.pub
  cluster_attributes
  comes 'the other dom0 is up' 300 test -e /shared/ready
  comes 'it answers' 60 on vm-container-0-1 true
}

up() { # TITLE
  does "$1: start cluster" rocks start cluster $fe
  comes "$1: both computes have reported" 300 reported 2
  show
  echo "# consoles"
  console $fe | tail -n 3
  console $cold | tail -n 3
  on vm-container-0-1 tail -n 3 /var/log/xen/guest-$live.log
  pings "$1" 6
}

# The wires of a MAC, sampled on both containers until the file goes.
watch_mac() { # MAC FILE
  local tap=nt${1//:/} there host
  while [ -e "$2" ]; do
    there=''
    for host in $containers; do
      ! on "$host" test -e "/sys/class/net/$tap" || there="$there $host"
    done
    echo "$there" >>"$2.seen"
  done
}

# What is true at the end of a move.
arrived() { # VM FROM TO
  local mac
  mac=$(mac_of "$1")
  show
  is "$1 runs on $3" "$(state_on "$3" "$1")" running
  is "$1 is gone from $2" "$(state_on "$2" "$1")" ''
  is "the database knows" "$(rocks list host vm | awk -v vm="$1:" '$1 == vm { print $6 }')" "$3"
  is "no port is left on $2" "$(on "$2" ls /sys/class/net | grep -c "${mac//:/}")" 0
}
answers() { [ "$(boot_of "$1")" = "${2:?}" ]; } # NAME BOOT-ID
boots_anew() { [ -n "$(boot_of "$1")" ] && ! answers "$@"; }

moved() { # VM FROM TO
  local mac before watcher name
  mac=$(mac_of "$1")
  name=$(name_of "$1")
  before=$(boot_of "$name")
  : >"$test_tmp/watch"
  watch_mac "$mac" "$test_tmp/watch" &
  watcher=$!
  echo "frontend-a# rocks move host vm $1 $3"
  if rocks move host vm "$1" "$3"; then ok "$1 moves to $3"; else
    not_ok "$1 moves to $3"
    show_logs
  fi
  rm -f "$test_tmp/watch"
  wait "$watcher" || :
  at "$1 has moved"
  is "its MAC was never on both" "$(grep -c 'vm-container.*vm-container' "$test_tmp/watch.seen")" 0
  rm -f "$test_tmp/watch.seen"
  arrived "$@"
  comes 'the frontend answers' 60 channel 'job?name=nonce'
  pings "$1 on $3" 6
  is 'it went on, and did not boot' "$(boot_of "$name")" "${before:?}"
}

# The same while somebody does something to this container, where libvirtd then is
# another one; the next command completes the move.
disturbed() { # TITLE HAPPENS ONCE FROM TO
  amidst "$1" "$2" "$3" rocks move host vm $live "$5"
  amidst_failed "$1" "\`rocks move host vm $live $5\` completes the move"
  another_libvirtd
  show
  does "$1: the next move" rocks move host vm $live "$5"
}
# A live move on its way out of this container.
sends() { grep -qx libxl-save-help /proc/[0-9]*/comm; }
kill_live() { timeout 60 xl destroy $live; }

# libvirtd of the new container that loses xenstored comes out in different ways
# (docs/xen.md), since Xen lets a guest go on that it has already stopped.
disturbances() {
  local here=vm-container-0-0 there=vm-container-0-1 title name before
  name=$(name_of $live)

  title='the guest killed in the middle of a move'
  before=$(boot_of "$name")
  disturbed "$title" kill_live sends $here $there
  does "$title: it starts" rocks start host vm $live
  arrived $live $here $there
  comes "$title: it is another boot" 300 boots_anew "$name" "$before"
  moved $live $there $here

  title='libvirtd of the old container killed in the middle of a move'
  before=$(boot_of "$name")
  disturbed "$title" kill_libvirtd sends $here $there
  arrived $live $here $there
  comes "$title: it answers" 120 answers "$name" "$before"
  pings "$title" 6
}

# BACKEND MACHINE: computes of that kind.
round() {
  does "add cluster on $1" add_cluster "$1" 2
  rocks set host vm $live disk=file:/shared/live.img,vda,virtio disksize=1
  rocks set host attr $cold xen_para_machine "$2"
  rocks set host attr $live xen_para_machine "$2"
  up "$1"
  moved $live vm-container-0-1 vm-container-0-0
  [ "$1" != vlan ] || disturbances
  # Its disk is copied: once is enough.
  [ "$1" != n2n ] || moved $cold vm-container-0-0 vm-container-0-1
  does "$1: check cluster" rocks check cluster $fe
  does "$1: stop cluster" rocks stop cluster $fe
  does "$1: remove cluster" rocks remove cluster $fe
  show
}

site "$1" "$2"
round vlan xenpvh
round n2n xenpv
: >/shared/end
