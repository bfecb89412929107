# shellcheck shell=bash disable=SC2154 # what its users set
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# The root file system of a lab host: the machine's own, seen through an overlay
# whose changes live in a tmpfs that ends with the host. What tells one machine
# from another (keys, libvirt, MariaDB, /run, ...) starts empty. Runs as PID 1 of
# the host's namespaces, before anything else.

# Empty in every host, whatever the machine has there.
fresh_folders='root tmp run media mnt etc/ssh etc/mysql etc/libvirt var/log var/tmp
  var/lib/libvirt var/lib/mysql var/cache/libvirt'

# Device nodes as a plain Debian host has them. /dev/kvm only if it was asked
# for: libvirt offers KVM wherever the node is.
make_devices() { # FOLDER
  local dev=$1 node
  mount -t tmpfs -o mode=755,size=1m dev "$dev"
  mkdir -p "$dev/pts" "$dev/shm" "$dev/net"
  while read -r node; do
    # shellcheck disable=SC2086 # three words by intent
    mknod -m 666 "$dev/"$node
  done <<'NODES'
null c 1 3
zero c 1 5
full c 1 7
random c 1 8
urandom c 1 9
tty c 5 0
net/tun c 10 200
NODES
  if [ "$lab_kvm" = yes ]; then
    mknod -m 660 "$dev/kvm" c 10 232
  fi
  mount -t devpts -o newinstance,ptmxmode=666,mode=620 devpts "$dev/pts"
  ln -s pts/ptmx "$dev/ptmx"
  ln -s /proc/self/fd "$dev/fd"
  ln -s /proc/self/fd/0 "$dev/stdin"
  ln -s /proc/self/fd/1 "$dev/stdout"
  ln -s /proc/self/fd/2 "$dev/stderr"
  mount -t tmpfs -o mode=1777 shm "$dev/shm"
}

# Makes FOLDER of the machine visible, live, at the same place: an overlay may
# show a stale copy of what changes below it.
bind_folder() { # ROOT FOLDER [PLACE]
  local place=$1${3:-$2}
  mkdir -p "$place"
  mount --bind "$2" "$place"
}

# Builds the root below BASE (a folder that others may use for theirs too: what
# is mounted here is seen in this mount namespace only) and moves into it.
# FOLDERs are bound, `FOLDER=PLACE` elsewhere.
enter_root() { # BASE FOLDER...
  local base=$1 root=$1/root folder
  shift
  mount -t tmpfs -o mode=755 host "$base"
  mkdir "$base/upper" "$base/work" "$base/root" "$base/fresh"
  mount -t overlay -o "lowerdir=/,upperdir=$base/upper,workdir=$base/work" host "$root"

  mount -t proc proc "$root/proc"
  mount -t sysfs sysfs "$root/sys"
  make_devices "$root/dev"
  for folder in $fresh_folders; do
    mkdir -p "$base/fresh/$folder" "$root/$folder"
    mount --bind "$base/fresh/$folder" "$root/$folder"
  done
  chmod 700 "$root/root"
  mkdir -p "$root/run/lock"
  chmod 1777 "$root/tmp" "$root/var/tmp" "$root/run/lock"
  for folder; do
    bind_folder "$root" "${folder%%=*}" "${folder#*=}"
  done

  mkdir -p "$root/run/machine"
  cd "$root" || return
  pivot_root . run/machine
  cd /
  umount -l /run/machine
  rmdir /run/machine
}

# Puts a file in place of whatever is there, also of a link that leads elsewhere.
put_file() { # FILE [MODE]; text on stdin
  rm -f -- "$1"
  (umask 077 && cat >"$1")
  chmod "${2:-644}" "$1"
}

# Who this host is.
put_identity() { # SITE NAME; the hosts file on stdin
  local id
  hostname "$2"
  id=$(</proc/sys/kernel/random/uuid)
  put_file /etc/hosts
  echo "$2" | put_file /etc/hostname
  echo "$1" | put_file /etc/rocks-lab-site
  echo "${id//-/}" | put_file /etc/machine-id 444
  : | put_file /etc/resolv.conf
  printf '%s\n' 'passwd: files' 'group: files' 'shadow: files' 'hosts: files' |
    put_file /etc/nsswitch.conf
  # No password opens root, but the account is not locked: sshd would refuse it.
  printf 'root:*:19000:0:99999:7:::\n' | put_file /etc/shadow 600
}
