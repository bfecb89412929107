# shellcheck shell=sh disable=SC2030,SC2031
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# The network boot of para guests, which have no BIOS to do it: a boot loader
# in dom0, in the sense of xl.cfg(5).  libxl runs it before the guest exists, so
# its MAC is free: a namespace with a NIC of that MAC on the guest's own bridge
# asks by DHCP as PXE and iPXE do, and fetches what they would.  An answer that
# says to boot from the disk, or none, hands over to the loader for disks.
#
#   netboot BRIDGE MAC LOADER [WORD...] --output=FIFO --output-directory=DIR DISK
#
# Options may stand anywhere.

XEN_HOME=/var/lib/rocks-mvc/xen
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

# Leaves this text on the container as the program; prepare does it.
xen_install() {
  (umask 022 && mkdir -p "$XEN_HOME")
  {
    echo '#!/bin/sh'
    echo 'set -eu'
    xen_source
    echo 'xen_netboot "$@"'
  } >"$XEN_HOME/netboot.new"
  chmod 755 "$XEN_HOME/netboot.new"
  mv "$XEN_HOME/netboot.new" "$XEN_HOME/netboot"
}

# The guest's console is where people look when nothing boots.
xen_say() {
  echo "network boot: $*" >&2
}

# ------------------------------------------------ inside the namespace

# TFTP or HTTP, into a file; URLs without a scheme are files of the boot server.
# Minutes, since an overlay may be slow.  Not wget's own -T, of which the busybox
# of Debian 12 dies.
xen_get() { # URL FILE
  xen_url=$1
  case $xen_url in
    http://*) timeout 600 busybox wget -q -O "$2" "$xen_url" ;;
    tftp://*)
      xen_url=${xen_url#tftp://}
      timeout 600 busybox tftp -g -b 1024 -l "$2" -r "${xen_url#*/}" "${xen_url%%/*}"
      ;;
    *://*) return 1 ;;
    *) timeout 600 busybox tftp -g -b 1024 -l "$2" -r "${xen_url#/}" "$xen_server" ;;
  esac
}

# What kernel and initrd are, by TYPE WORDS..., into the files of the same name.
xen_take() { # kernel|ramdisk URL
  xen_get "$2" "$xen_dir/$1" 2>/dev/null || {
    xen_say "cannot fetch $2"
    return 1
  }
}

# A boot script of iPXE: its kernel and initrd lines.  Whatever it decides with
# labels and loops, we do not follow.
xen_ipxe() { # FILE
  grep -q '^[[:space:]]*kernel[[:space:]]' "$1" || return 2
  xen_mac_words="s/\${next-server}/$xen_server/g; s/\${\(net0\/\)\{0,1\}mac}/$xen_mac/g"
  sed -e 's/[[:space:]]*||.*//' -e "$xen_mac_words" "$1" >"$1.lines"
  while read -r xen_verb xen_rest; do
    case $xen_verb in
      kernel)
        xen_take kernel "${xen_rest%% *}" || return 1
        case $xen_rest in *' '*) xen_args=${xen_rest#* } ;; esac
        ;;
      initrd) xen_take ramdisk "${xen_rest%% *}" || return 1 ;;
    esac
  done <"$1.lines"
}

# pxelinux: the files that it would look for, in its order.
xen_pxelinux() { # FILE-NAME
  xen_base=
  case $1 in */*) xen_base=${1%/*}/ ;; esac
  xen_hex=$(echo "$xen_ip" | awk -F . '{ printf "%02X%02X%02X%02X", $1, $2, $3, $4 }')
  set -- "01-$(echo "$xen_mac" | tr : -)"
  while [ -n "$xen_hex" ]; do
    set -- "$@" "$xen_hex"
    xen_hex=${xen_hex%?}
  done
  for xen_name in "$@" default; do
    xen_get "${xen_base}pxelinux.cfg/$xen_name" "$xen_dir/config" 2>/dev/null || continue
    xen_label
    return
  done
  xen_say "no file in ${xen_base}pxelinux.cfg is for $xen_mac"
  return 1
}

# The entry that a configuration of pxelinux starts by itself: its default, or
# the first.
xen_label() {
  awk '{ word = tolower($1); rest = $0; sub(/^[ \t]*[^ \t]+[ \t]*/, "", rest) }
       word == "default" { want = $2 }
       word == "label" { here = $2; if (first == "") first = here }
       word ~ /^(kernel|linux|append|initrd|localboot)$/ { entry[here, word == "linux" ? "kernel" : word] = rest }
       END { if (want == "" || !((want, "kernel") in entry || (want, "localboot") in entry)) want = first
             if ((want, "localboot") in entry) print "local"
             print "kernel " entry[want, "kernel"]; print "initrd " entry[want, "initrd"]
             print "append " entry[want, "append"] }' "$xen_dir/config" >"$xen_dir/entry"
  ! grep -qx local "$xen_dir/entry" || return 2
  xen_args=$(sed -n 's/^append //p' "$xen_dir/entry")
  xen_ramdisk=$(sed -n 's/^initrd //p' "$xen_dir/entry")
  for xen_word in $xen_args; do
    case $xen_word in initrd=*) xen_ramdisk=${xen_word#initrd=} ;; esac
  done
  xen_kernel=$(sed -n 's/^kernel //p' "$xen_dir/entry")
  case $xen_kernel in '' | localboot*) return 2 ;; esac
  xen_take kernel "$xen_base$xen_kernel" || return 1
  [ -z "$xen_ramdisk" ] || xen_take ramdisk "$xen_base$xen_ramdisk"
}

# Called by udhcpc, by way of $XEN_HOME/netboot: keeps the lease.
xen_lease() { # EVENT
  [ "$1" = bound ] || return 0
  # shellcheck disable=SC2154  # udhcpc sets them
  {
    ip addr add "$ip/${mask:-24}" dev "$interface"
    [ -z "${mtu:-}" ] || ip link set "$interface" mtu "$mtu"
    [ -z "${router:-}" ] || ip route add default via "${router%% *}" || :
    echo "$ip"
    echo "${tftp:-${siaddr:-${serverid:-}}}"
    echo "${bootfile:-${boot_file:-}}"
  } >"$XEN_LEASE"
}

# As the guest's NIC; leaves what was found in $xen_dir.  2: from the disk.
xen_inside() { # MAC DIR
  xen_mac=$1 xen_dir=$2 xen_args=
  read -r xen_go <&3 || return 1
  [ "$xen_go" = go ] || return 1
  ip link set lo up
  ip link set eth0 up
  # What PXE and iPXE say of themselves (RFC 4578; user class and option 175).
  XEN_LEASE=$xen_dir/lease timeout 60 busybox udhcpc -f -n -q -i eth0 \
    -s "$XEN_HOME/netboot" -t 8 -T 2 -V PXEClient:Arch:00000:UNDI:002001 -x 0x5d:0000 \
    -x 0x4d:69505845 -x 0xaf:b105 -O tftp -O bootfile -O mtu >/dev/null 2>&1 || :
  { read -r xen_ip && read -r xen_server && read -r xen_file; } 2>/dev/null <"$xen_dir/lease" || {
    xen_say 'nobody answers DHCP'
    return 1
  }
  [ -n "$xen_file" ] || return 2
  case ${xen_file##*/} in
    pxelinux.0 | lpxelinux.0) xen_pxelinux "$xen_file" || return ;;
    *)
      xen_take script "$xen_file" || return 1
      [ "$(head -c 6 "$xen_dir/script" | tr -d '\000')" = '#!ipxe' ] || {
        xen_say "$xen_file is neither pxelinux.0 nor a script of iPXE"
        return 1
      }
      xen_ipxe "$xen_dir/script" || return
      ;;
  esac
  [ -s "$xen_dir/kernel" ] || return 1
  printf '%s' "$xen_args" >"$xen_dir/args"
}

# ------------------------------------------------ in dom0

# The namespace ends with its process, however we end, and its NIC with it.
xen_from_network() { # BRIDGE MAC DIR
  xen_nic=xb$(echo "$2" | tr -d :)
  mkfifo "$3/go"
  setpriv --pdeathsig KILL unshare --net "$XEN_HOME/netboot" inside "$2" "$3" 3<>"$3/go" &
  xen_child=$!
  exec 4<>"$3/go"
  xen_tries=0
  # Until unshare has made the namespace, PID would stand for ours.
  while [ "$(readlink "/proc/$xen_child/ns/net")" = "$(readlink /proc/self/ns/net)" ]; do
    xen_tries=$((xen_tries + 1))
    [ $xen_tries -lt 100 ] || break
    sleep 0.1
  done
  # One that a namespace which is just ending has left goes with it.
  ip link delete "$xen_nic" 2>/dev/null || :
  if [ $xen_tries -lt 100 ] &&
    ip link add name "$xen_nic" type veth peer name eth0 address "$2" netns "$xen_child" &&
    { [ ! -e "/proc/sys/net/ipv6/conf/$xen_nic" ] ||
      echo 1 >"/proc/sys/net/ipv6/conf/$xen_nic/disable_ipv6"; } &&
    ip link set "$xen_nic" master "$1" up; then
    echo go >&4
  else
    echo stop >&4
  fi
  xen_status=0
  wait "$xen_child" || xen_status=$?
  ip link delete "$xen_nic" 2>/dev/null || :
  return "$xen_status"
}

xen_disk_loader() { # LOADER
  case $1 in
    /*)
      echo "$1"
      return
      ;;
  esac
  ! xen_program "$1" || return 0
  xen_say "no loader $1 here"
  return 1
}

xen_boot() { # BRIDGE MAC OUTPUT DIRECTORY
  xen_work=$(mktemp -d)
  trap 'rm -rf "$xen_work"' EXIT
  trap 'exit 1' HUP INT TERM
  xen_from_network "$1" "$2" "$xen_work" || return
  mv "$xen_work/kernel" "$4/boot_kernel"
  printf 'kernel %s\000' "$4/boot_kernel" >"$xen_work/answer"
  if [ -s "$xen_work/ramdisk" ]; then
    mv "$xen_work/ramdisk" "$4/boot_ramdisk"
    printf 'ramdisk %s\000' "$4/boot_ramdisk" >>"$xen_work/answer"
  fi
  printf 'args %s\000\000' "$(cat "$xen_work/args")" >>"$xen_work/answer"
  cat "$xen_work/answer" >"$3"
}

xen_netboot() {
  case ${1:-} in
    inside)
      shift
      xen_inside "$@"
      exit
      ;;
    bound | deconfig | renew | leasefail | nak)
      xen_lease "$1"
      exit
      ;;
  esac
  xen_output='' xen_directory='' xen_words='' xen_disk=''
  for xen_word; do
    case $xen_word in
      --output=*) xen_output=${xen_word#--output=} ;;
      --output-directory=*) xen_directory=${xen_word#--output-directory=} ;;
      --*) ;;
      *) xen_words="$xen_words $xen_disk" xen_disk=$xen_word ;;
    esac
  done
  # libvirt 9 hands all arguments over as one word.
  set -f
  # shellcheck disable=SC2086
  set -- $xen_words
  if [ $# -lt 3 ] || [ -z "$xen_output" ] || [ -z "$xen_directory" ]; then
    echo 'usage: netboot BRIDGE MAC LOADER [WORD...] --output=FIFO --output-directory=DIR DISK' >&2
    exit 2
  fi
  if (xen_boot "$1" "$2" "$xen_output" "$xen_directory"); then
    exit 0
  fi
  xen_loader=$(xen_disk_loader "$3")
  shift 3
  exec "$xen_loader" "$@" "--output=$xen_output" --output-format=simple0 \
    "--output-directory=$xen_directory" "$xen_disk"
}
