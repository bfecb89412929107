#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# pxe.sh BUILD TEMPLATE, in dom0: a fully virtual compute, whose own BIOS boots over
# the network: the device model's iPXE asks on the port that the network backend
# made, and gets kernel and ramdisk from the virtual frontend, which is a PV guest.
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
# shellcheck source=tests/xen/site.sh
. "$top_srcdir/tests/xen/site.sh"
# shellcheck source=tests/xen/vms.sh
. "$top_srcdir/tests/xen/vms.sh"

compute=hosted-vm-0-0-0
# Minutes for BIOS, iPXE and 9 MB over an overlay whose cipher is emulated, too.
patience=1200

show_boot() {
  echo '# the frontend says'
  console $fe | grep -a -e dnsmasq -e guest: | tail -n 12
  echo '# the compute says'
  console $compute | tail -n 12
}

pxe() { # NETWORK-BACKEND
  does "$1: add cluster" add_cluster "$1" 1
  rocks set host vm $compute virt-type=hvm
  has "$1: report host vm config" "$(rocks report host vm config $compute)" '<boot dev="network"/>'
  does "$1: start cluster" rocks start cluster $fe
  has "$1: it is fully virtual" "$(virsh dumpxml $compute)" "<type arch='x86_64' machine='xenfv'>hvm</type>"
  virsh list
  comes "$1: it has booted over the network" "$patience" has_booted $compute 1
  comes "$1: it has reported" 120 reported
  show_boot
  has "$1: its console" "$(console $compute)" 'guest: reported as compute-0-0'
  pings "$1" 2
  does "$1: check cluster" rocks check cluster $fe
  does "$1: stop cluster" rocks stop cluster $fe
  is "$1: no domain is left" "$(domains)" ''
  does "$1: remove cluster" rocks remove cluster $fe
  is "$1: no wire is left" "$(wires)" 0
}

site_up "$1" "$2"
cluster_attributes
xl info | grep virt_caps
pxe n2n
at 'done'
