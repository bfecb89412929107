#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# The life of a VM of vm-kvm on a real libvirtd with QEMU's emulation. All runs
# in mount, network and process namespaces of its own: the machine's libvirt,
# files and addresses are not touched, and nothing outlives the test.
#   test-vm-kvm.sh [DRIVE]
set -eu

if [ "${1:-}" != inside ]; then
  drive=${1:-${DRIVE:-tests/vm/drive}}
  for program in libvirtd virsh qemu-system-x86_64 qemu-img unshare ip; do
    PATH=$PATH:/usr/sbin:/sbin command -v "$program" >/dev/null || {
      echo "test-vm-kvm.sh: skipped: no $program"
      exit 77
    }
  done
  if ! unshare --mount --net --pid --fork true 2>/dev/null; then
    echo "test-vm-kvm.sh: skipped: no permission for namespaces of its own"
    exit 77
  fi
  tmp=$(mktemp -d)
  trap 'rm -rf "$tmp"' EXIT
  trap 'exit 1' HUP INT TERM
  # A libtool wrapper relinks on its first run: not in there.
  "$drive" kvm xml plain >/dev/null
  life=${ROCKS_BUILD:-.}/tests/conformance/vm/life
  "$life" kvm test:///default no hvm >/dev/null
  # A guest that obeys a request to shut down.
  "$(dirname "$0")/../lab/guest/build" "${ROCKS_BUILD:-.}/guest" >/dev/null
  # All processes of the namespace die with its first one.
  timeout -k 5 500 unshare --mount --net --pid --fork --kill-child --mount-proc \
    --propagation private sh "$0" inside "$(realpath "$drive")" "$tmp" \
    "$(realpath "$life")" "$(realpath "${ROCKS_BUILD:-.}/guest")"
  exit
fi

# --- inside ---------------------------------------------------------------

drive=$2
tmp=$3
life=$4
guest=$5
PATH=$PATH:/usr/sbin:/sbin
export PATH

fail() {
  echo "test-vm-kvm.sh: $*"
  for log in /var/log/libvirt/libvirtd.log /var/log/libvirt/qemu/*.log; do
    [ ! -e "$log" ] || tail -n 20 "$log"
  done
  exit 1
}

cp -a /etc "$tmp/etc"
mkdir -p "$tmp/run" "$tmp/var" "$tmp/disks" "$tmp/etc/libvirt"
mount --bind "$tmp/etc" /etc
mount --bind "$tmp/run" /run
mount --bind "$tmp/var" /var
mkdir -p /var/lib/libvirt /var/log/libvirt /var/cache/libvirt /var/tmp /run/libvirt
ip link set lo up
ip link add br-vm type bridge
ip link set br-vm up

top_srcdir=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/libvirtd.sh disable=SC1091
. "$top_srcdir/tests/libvirtd.sh"
libvirtd_configure

libvirtd --pid-file /run/libvirtd.pid &
socket=/run/libvirt/libvirt-sock
uri="qemu+unix:///system?socket=$socket"
virsh() { timeout 60 virsh -q -c "$uri" "$@"; }
tries=0
until virsh version >/dev/null 2>&1; do
  tries=$((tries + 1))
  [ "$tries" -lt 200 ] || fail "libvirtd does not answer"
  sleep 0.2
done

vm="it's <vm> & 0" # a name that libvirt takes and shells and XML do not
at() { timeout 60 "$drive" kvm at "$socket" yes "$@"; }
is() { # EXPECTED COMMAND...
  expected=$1
  shift
  got=$("$@" 2>&1) || true
  [ "$got" = "$expected" ] || fail "$*: '$got', not '$expected'"
}
state() { virsh domstate "$vm" 2>/dev/null || echo absent; }
refused() { # WORDS COMMAND...
  words=$1
  shift
  if "$@" 2>"$tmp/error"; then
    fail "not refused: $*"
  fi
  grep -q -- "$words" "$tmp/error" || fail "'$(cat "$tmp/error")' lacks '$words'"
}

# The steps on the container, twice: they are idempotent.
for _ in 1 2; do
  "$drive" kvm prepare "$vm" "$tmp/disks" >"$tmp/script"
  sh -eu "$tmp/script" >"$tmp/out" || fail "prepare"
  grep -qxE 'emulate (yes|no)' "$tmp/out" || fail "prepare says '$(cat "$tmp/out")'"
done
is 1000000 stat -c %s "$tmp/disks/$vm.vda"

is '' at states
refused 'not defined' at start "$vm"
at define "$vm" "$tmp/disks" 2>"$tmp/warning"
grep -q 'emulated' "$tmp/warning" || fail "no word of emulation"
is 'shut off' state
uuid=$(virsh domuuid "$vm")
at define "$vm" "$tmp/disks" 2>/dev/null
is "$uuid" virsh domuuid "$vm"
virsh dumpxml "$vm" >"$tmp/xml"
grep -q "<domain type='qemu'" "$tmp/xml" || fail "not of type qemu"

at start "$vm"
is running state
is "$vm active" at states
virsh dumpxml "$vm" >"$tmp/xml"
tap=$(sed -n "s/.*<target dev='\(vnet[0-9]*\)'.*/\1/p" "$tmp/xml")
ip -o link show "$tap" | grep -q 'mtu 1360 .*master br-vm' || fail "the NIC: $(ip -o link)"
# What QEMU was really given.
tr '\0' '\n' <"/proc/$(pidof qemu-system-x86_64)/cmdline" >"$tmp/cmdline"
grep -q 'tb-size=64' "$tmp/cmdline" || fail "QEMU's cache is not limited"
grep -q 'reboot-timeout=3000' "$tmp/cmdline" || fail "no reboot timeout"
grep -q '127.0.0.1:' "$tmp/cmdline" || fail "VNC listens elsewhere"
[ -e "$tmp/disks/$vm.log" ] || fail "no console log"

at start "$vm" # already: no error
at define "$vm" "$tmp/disks"
is running state
at suspend "$vm"
is paused state
is "$vm paused" at states
refused 'is paused' at start "$vm"
at resume "$vm"
is running state
at stop "$vm" reset
at save "$vm" "$tmp/disks/saved"
is 'shut off' state
[ -s "$tmp/disks/saved" ] || fail "nothing saved"
at restore "$tmp/disks/saved"
is running state
refused 'libvirt: ' at restore "$tmp/disks/none"
at stop "$vm" poweroff
at stop "$vm" poweroff # already: no error
is "$vm defined" at states

at start "$vm"
virsh managedsave "$vm"
refused 'Saved image exists' at define "$vm" "$tmp/disks"
at undefine "$vm" # with what libvirt saved of it
at undefine "$vm"
is absent state
is '' at states
is '' ls /var/lib/libvirt/qemu/save

"$drive" kvm erase "$vm" "$tmp/disks" >"$tmp/script"
sh -eu "$tmp/script"
[ ! -e "$tmp/disks/$vm.vda" ] || fail "the image stays"

read -r cpus memory <<WORDS
$(at capacity)
WORDS
is "$cpus" nproc --all
[ "$memory" -gt 0 ] || fail "capacity: $memory MiB"

# What every VM backend has to do.
LIFE_BOOT_SECONDS=${LIFE_BOOT_SECONDS:-30} "$life" kvm "$socket" yes hvm "$tmp/disks" \
  "$guest/vmlinuz" "$guest/compute.img" >"$tmp/life" || fail "conformance: $(grep -v '^ok' "$tmp/life")"

kill "$(cat /run/libvirtd.pid)"
wait
refused 'cannot reach libvirt on here' at states
