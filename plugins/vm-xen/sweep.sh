# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# A domain that libvirtd was making when it died is Xen's alone: libvirt knows
# nothing of it, and cannot make another of its name.

# Seconds until what libvirt does not know is taken for something that it lost, and
# not for something that it is just making; and how long it is looked for at most.
XEN_LOST=20
XEN_LOOK=75

# Where Xen's programs are depends on its version.
xen_program() { # NAME
  for xen_folder in /usr/lib/xen-*/bin /usr/lib/xen/bin /usr/libexec/xen/bin /usr/sbin /usr/bin; do
    [ ! -x "$xen_folder/$1" ] || {
      echo "$xen_folder/$1"
      return
    }
  done
  return 1
}

# Whether libvirt says that domain ID is none of its own; if it does not
# answer, nobody can say that.
xen_unknown() { # ID
  xen_ids=$(timeout 20 virsh -q -c xen:///system list --id </dev/null 2>/dev/null) || return 1
  ! echo "$xen_ids" | grep -qx " *$1 *"
}

# libxl runs a boot loader after it made the domain.
xen_boots() { # ID
  ps -eo args= | grep -q "[b]ootloader\.$1\."
}

xen_sweep() { # NAME
  xen_xl=$(xen_program xl) || return 0
  xen_lost=0 xen_looked=0
  while xen_id=$("$xen_xl" domid "$1" 2>/dev/null) && xen_unknown "$xen_id"; do
    if [ $xen_lost -ge $XEN_LOST ]; then
      "$xen_xl" destroy "$xen_id"
      return
    fi
    [ $xen_looked -lt $XEN_LOOK ] || return 0
    xen_looked=$((xen_looked + 1))
    if xen_boots "$xen_id"; then xen_lost=0; else xen_lost=$((xen_lost + 1)); fi
    sleep 1
  done
}
