#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# kinds.sh BUILD TEMPLATE, in dom0: what Xen's users have besides a PV guest with
# an image: disks of each kind, a VM that boots from its own disk once it was
# installed, a container by xen+ssh, fully virtual guests.
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
# shellcheck source=tests/xen/site.sh
. "$top_srcdir/tests/xen/site.sh"
# shellcheck source=tests/xen/vms.sh
. "$top_srcdir/tests/xen/vms.sh"

images=/state/partition1/images
# Those that the guest's driver has taken: state 4 of xen/interface/io/xenbus.h.
connected() {
  local id
  id=$(xl domid $fe)
  for device in $(xenstore-list "/local/domain/$id/device/vbd"); do
    echo "$(xenstore-read "/local/domain/$id/device/vbd/$device/state") $device"
  done | grep -c '^4 '
}
has_disks() { [ "$(connected)" = "$1" ]; }

# What an installer leaves: a system that GRUB's configuration leads to.
installed_disk() { # FILE
  mkdir -p "$test_tmp/system/boot/grub"
  cp /job/vmlinux /job/compute.img "$test_tmp/system/boot/"
  cat >"$test_tmp/system/boot/grub/grub.cfg" <<'GRUB'
set default=0
set timeout=0
menuentry 'installed' {
  linux /boot/vmlinux console=hvc0 quiet panic=3 random.trust_cpu=on norandmaps mitigations=off
  initrd /boot/compute.img
}
GRUB
  rm -f "$1"
  mke2fs -q -t ext2 -d "$test_tmp/system" "$1" 128M
}

disks() {
  mkdir -p $images
  truncate -s 16M $images/loop.img
  losetup /dev/loop7 $images/loop.img
  rocks set host vm $fe disksize='1 1 1' \
    disk="file:$images/own.img,vda,virtio phy:/dev/loop7,vdb,virtio tap:aio:$images/tap.img,vdc,virtio"
  does 'start with three kinds of disks' rocks start host vm $fe
  comes 'it boots from its boot action' 120 has_booted $fe 1
  comes 'it has taken all of its disks' 30 has_disks 3
  virsh domblklist $fe
  is 'their names in the guest' "$(virsh domblklist $fe | awk '{ print $1 }' | paste -sd' ')" 'xvda xvdb xvdc'
}

own_disk() {
  has 'an installed frontend boots from its disk' "$(rocks list host boot $fe)" os
  does 'it ends' rocks stop host vm $fe
  installed_disk $images/own.img
  does 'start from its own disk' rocks start host vm $fe
  has 'by a boot loader' "$(virsh dumpxml $fe)" '<bootloader>'
  comes 'it boots' 120 has_booted $fe 2
  grep -ah -e '^network boot' -e '^Using' /var/log/xen/bootloader.*.log || :
}

by_ssh() {
  rocks set host attr frontend-a vm_uri 'xen+ssh://root@10.1.1.1/system?no_verify=1&no_tty=1'
  has 'list host vm by xen+ssh' "$(rocks list host vm $fe status=yes)" active
  does 'pause by xen+ssh' rocks pause host vm $fe
  is 'paused' "$(domstate $fe)" paused
  does 'resume by xen+ssh' rocks resume host vm $fe
  does 'stop by xen+ssh' rocks stop host vm $fe
  rocks remove host attr frontend-a vm_uri
}

hvm() { # BUILD
  echo "# $(xl info | grep virt_caps)"
  if ! xl info | grep -q 'virt_caps.*hvm'; then
    echo '# no fully virtual guests here'
    return
  fi
  LIFE_BOOT_SECONDS=300 conform "$1" hvm /job/vmlinuz
}

site_up "$1" "$2"
cluster_attributes
does 'add cluster' add_cluster vlan 1
disks
own_disk
by_ssh
does 'remove cluster' rocks remove cluster $fe
hvm "$1"
conform "$1" pvh /job/vmlinux
at 'done'
