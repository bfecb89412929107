# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Functions that run on a VM container, under `sh -eu`.

# The account that runs QEMU: Debian's name, then Red Hat's. libvirt changes
# the owner at each start, unless it was told not to.
rocks_vm_owner() {
  for user in libvirt-qemu qemu; do
    if id -u "$user" >/dev/null 2>&1; then
      chown "$user:" "$1"
      return
    fi
  done
}

# Makes an image that is missing. It gets its name only when it is complete, so
# that a run which was killed leaves nothing that looks like a disk.
rocks_vm_image() { # FORMAT PATH BYTES
  if [ -f "$2" ]; then
    return
  fi
  if [ -e "$2" ] || [ -L "$2" ]; then
    echo "$2 is no image file" >&2
    return 1
  fi
  if [ "$3" -eq 0 ]; then
    echo "$2 is missing, and its size is not known" >&2
    return 1
  fi
  (umask 022 && mkdir -p -- "${2%/*}/")
  rm -f -- "$2.partial"
  (
    umask 077
    if [ "$1" = raw ]; then
      truncate -s "$3" -- "$2.partial"
    elif command -v qemu-img >/dev/null 2>&1; then
      qemu-img create -q -f "$1" -- "$2.partial" "$3"
    else
      echo "$2 cannot be made: there is no qemu-img here" >&2
      exit 1
    fi
  )
  chmod 600 -- "$2.partial"
  rocks_vm_owner "$2.partial"
  mv -n -- "$2.partial" "$2"
  rm -f -- "$2.partial"
}

# Deletes an image; a device is never touched.
rocks_vm_erase() { # PATH
  rm -f -- "$1.partial"
  if [ -f "$1" ] || [ -L "$1" ]; then
    rm -f -- "$1"
  elif [ -e "$1" ]; then
    echo "$1 is no image file" >&2
    return 1
  fi
}

# Says whether VMs are emulated here. /dev/kvm alone proves nothing: some
# kernels offer it on a CPU without virtualization, and no BIOS runs there.
rocks_vm_emulate() { # auto|yes|no
  emulate=$1
  if [ "$emulate" = auto ]; then
    emulate=yes
    if grep -qwE 'vmx|svm' /proc/cpuinfo && (exec 3<>/dev/kvm) 2>/dev/null; then
      emulate=no
    fi
  fi
  echo "emulate $emulate"
}
