#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# second.sh, in the dom0 beside that of move.sh: the container vm-container-0-1,
# until the other has ended.
set -eu
# shellcheck source=tests/xen/site.sh
. "$(dirname "$0")/site.sh"

modprobe virtio_net
mkdir -p /shared
mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=none shared /shared
tries=0
until [ -s /shared/key.pub ] || [ -e /shared/end ]; do
  tries=$((tries + 1))
  [ $tries -lt 600 ] || exit 1
  sleep 0.5
done
[ -e /shared/end ] || container_up 1 demo eth0 /shared/key.pub
: >/shared/ready
until [ -e /shared/end ]; do sleep 1; done
virsh -c xen:///system list --all
tail -n 20 /var/log/libvirt/libxl/libxl-driver.log || :
