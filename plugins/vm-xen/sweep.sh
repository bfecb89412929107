# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# A domain that libvirtd was making when it died is Xen's alone: libvirt knows
# nothing of it, and cannot make another of its name.

# Seconds until what libvirt does not know is taken for something that it lost, and
# not for something that it is just making; and how long it is looked for at most.
XEN_LOST=20
XEN_LOOK=60

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
  xen_began=$(date +%s)
  xen_since=$xen_began
  while xen_id=$("$xen_xl" domid "$1" 2>/dev/null) && xen_unknown "$xen_id"; do
    xen_now=$(date +%s)
    ! xen_boots "$xen_id" || xen_since=$xen_now
    if [ $((xen_now - xen_since)) -ge $XEN_LOST ]; then
      "$xen_xl" destroy "$xen_id"
      return
    fi
    [ $((xen_now - xen_began)) -lt $XEN_LOOK ] || return 0
    sleep 1
  done
}

# A libvirtd whose connection to xenstored has ended lives on, says what it knows by
# heart, and fails in all else, for good.  ss says of each connection of xenstored
# the number that its other end has in /proc/PID/fd; where nothing can be seen,
# nothing is said.
xen_diagnose() {
  xen_ends=$(ss -xH 2>/dev/null |
    awk '$5 ~ /\/xenstored\/socket$/ && $8 > 0 { print "socket:[" $8 "]" }')
  [ -n "$xen_ends" ] || return 0
  # The kernel's own door to xenstored.
  xen_ends=$(printf '%s\n/dev/xen/xenbus\n/proc/xen/xenbus' "$xen_ends")
  # Not those that users have of their own.
  xen_pids=$(ps -C libvirtd,virtxend -o uid=,pid= | awk '$1 == 0 { print $2 }')
  [ -n "$xen_pids" ] || return 0
  for xen_pid in $xen_pids; do
    ! find "/proc/$xen_pid/fd" -type l -printf '%l\n' | grep -qxF "$xen_ends" || return 0
  done
  echo 'libvirtd has no connection to xenstored any more, and can do nothing without:' \
    'restart it' >&2
  return 1
}
