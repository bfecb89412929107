#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# The backend vlan on a kernel without VLANs, if this is one, and on one with.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${abs_top_builddir:-${ROCKS_BUILD:-$PWD}}

if [ "$(id -u)" = 0 ] && ! unshare -n sh -c '
  ip link add name v0 type veth peer name v1 && ip link add link v0 name v0.2 type vlan id 2' 2>/dev/null; then
  said=$("$build/tests/conformance/network/drive" vlan up segment=2 nic=eth0 76:77:6e:40:00:00 |
    unshare -n -m sh -c 'mount -t tmpfs none /run && mount -t tmpfs none /var/lib &&
      ip link add name eth0 type veth peer name v1 && ip link set dev eth0 up && exec sh -eu' 2>&1) || :
  wanted='network-vlan: cannot make VLAN 2 of eth0: this kernel has no VLANs (no module 8021q)'
  [ "$said" = "$wanted" ] || { echo "not ok - without VLANs it says: $said" && exit 1; }
  echo 'ok - a kernel without VLANs: one sentence'
fi
exec "$here/guest" --seconds 900 -- env "ROCKS_BUILD=$build" "$here/vlan"
