#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# life.sh BUILD TEMPLATE, in dom0: what every VM backend has to do, on one VM; then
# virtual clusters from their making to their end, first over N2N with PV guests,
# then on a VLAN with PVH computes.  /job has the guests' kernel and images.
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
# shellcheck source=tests/xen/site.sh
. "$top_srcdir/tests/xen/site.sh"
# shellcheck source=tests/xen/vms.sh
. "$top_srcdir/tests/xen/vms.sh"
# shellcheck source=tests/xen/amidst.sh
. "$top_srcdir/tests/xen/amidst.sh"

compute=hosted-vm-0-0-0

# Up, and everybody reaches everybody over the private network.
up() { # TITLE
  does "$1: start cluster" rocks start cluster $fe
  virsh list
  comes "$1: the compute has reported" 180 reported
  channel computes || :
  console $fe | tail -n 3
  console $compute | tail -n 3
  pings "$1" 2
  has "$1: the compute's console" "$(console $compute)" 'guest: reported as compute-0-0'
  plugged "$1" $compute
  does "$1: check cluster" rocks check cluster $fe
}

run_states() {
  does 'pause' rocks pause host vm $fe
  is 'paused' "$(domstate $fe)" paused
  fails 'a paused guest answers no ping' ping -q -c 1 -W 2 198.51.100.20
  does 'resume' rocks resume host vm $fe
  is 'resumed' "$(domstate $fe)" running
  does 'it answers' reachable
  has 'list host vm' "$(rocks list host vm $fe status=yes)" active
}

save_and_restore() {
  local before
  before=$(boot_of compute-0-0)
  does 'save' rocks save host vm $compute
  is 'saved' "$(domstate $compute)" 'shut off'
  does 'restore' rocks restore host vm $compute
  is 'restored' "$(domstate $compute)" running
  wait_until 60 channel 'job?name=nonce'
  is 'it went on, and did not boot' "$(boot_of compute-0-0)" "${before:?}"
}

# What somebody else kills: a sentence, and the next command mends it.
killed() {
  timeout 60 xl destroy $fe
  is 'the guest was killed from outside' "$(domstate $fe)" 'shut off'
  does 'the next command starts it' start_anew
  is 'it runs again' "$(domstate $fe)" running
  kill_libvirtd
  has 'without libvirtd' "$(rocks stop host vm $fe 2>&1 || :)" 'cannot reach libvirt on frontend-a'
  new_libvirtd
  does 'with a new libvirtd' rocks stop host vm $fe
  is 'stopped' "$(domstate $fe)" ''
}

# xenstored is there and does not answer: nothing of Xen ends in any time.
frozen() {
  local xenstored
  xenstored=$(cat /run/xenstored.pid)
  rocks set attr mvc_host_deadline 15
  rocks set host boot $fe action=install
  kill -STOP "$xenstored"
  fails 'xenstored does not answer' rocks start host vm $fe
  kill -CONT "$xenstored"
  has 'it says so' "$(cat "$test_tmp/out")" 'frontend-a: did not finish in time'
  rocks set attr mvc_host_deadline 600
  comes 'libvirt is back' 60 virsh list
  does 'the next start' rocks start host vm $fe
  is 'it runs' "$(domstate $fe)" running
}

remove() {
  does 'stop cluster' rocks stop cluster $fe
  is 'no domain is left' "$(domains)" ''
  does 'remove cluster' rocks remove cluster $fe
  is 'no wire is left' "$(wires)" 0
}

at 'libvirt is up'
site_up "$1" "$2"
cluster_attributes
at 'the site is up'
conform "$1" para /job/vmlinux
at 'one VM lived and died'
does 'add cluster on n2n' add_cluster n2n 1
up n2n
run_states
save_and_restore
does 'ask for a shutdown' rocks stop host vm $compute action=shutdown
comes 'it goes down' 60 is_off $compute
killed
killed_amidst
cut_amidst
frozen
remove

does 'add cluster on vlan' add_cluster vlan 1
rocks set host attr $compute xen_para_machine xenpvh
up vlan
has 'PVH' "$(virsh dumpxml $compute)" "machine='xenpvh'"
remove
free -m | sed -n 2p
at 'done'
