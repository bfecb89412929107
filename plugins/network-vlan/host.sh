# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# VLAN devices and bridges of a container.
#
# This reaches a host as text on the standard input of `sh -eu`, and leaves a
# copy there for the next boot, which enters it by vlan_main.  A function whose
# body stands in ( ) keeps its variables and locks to itself: steps of other
# backends may follow in the same shell.
#
# A device that we made is in the group VLAN_GROUP: the kernel gives it that as
# it makes it, so no kill comes between.  All others are only looked at.  What
# VMs are plugged into, DEVICE, is the VLAN device LINK itself or a bridge that
# LINK is in.  $VLAN_HOME/DEVICE/ has
#   conf   the words that vlan_up was called with
#   MAC    empty; a port that uses the device

VLAN_HOME=/var/lib/rocks-mvc/vlan
VLAN_LOCK=/run/rocks-mvc/vlan # private: whoever can open it can hold it
VLAN_UNIT=/etc/systemd/system/rocks-vlan.service
VLAN_WANTED=/etc/systemd/system/multi-user.target.wants/rocks-vlan.service
VLAN_GROUP=7173731 # the bytes of `mvc`
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

vlan_fail() {
  echo "network-vlan: $*" >&2
  exit 1
}

# Runs a command while no other script of ours does so.
vlan_alone() ( # COMMAND...
  # shellcheck disable=SC2174  # the folder above is not ours alone
  mkdir -p -m 700 "$VLAN_LOCK"
  exec 9<"$VLAN_LOCK"
  flock 9
  "$@"
)

# Puts TEXT where it is not yet; a reader sees the old text or the new.
vlan_put() { # FILE TEXT
  [ "$2" != "$(cat "$1" 2>/dev/null)" ] || return 0
  printf '%s\n' "$2" >"$1.new"
  mv "$1.new" "$1"
}

# ------------------------------------------------------------ what there is

vlan_exists() { ip link show dev "$1" >/dev/null 2>&1; }

vlan_ours() { ip -o link show dev "$1" 2>/dev/null | grep -q " group $VLAN_GROUP "; }

vlan_is_up() { [ -n "$(ip -o link show dev "$1" up 2>/dev/null)" ]; }

vlan_master() { ip -o link show dev "$1" 2>/dev/null | sed -n 's/.* master \([^ ]*\) .*/\1/p'; }

# "PARENT ID" of a VLAN device; nothing of any other.
vlan_of() { # DEVICE
  ip -o -d link show dev "$1" 2>/dev/null |
    sed -nE 's/^[0-9]+: [^@]*@([^:]*): .* vlan (protocol [^ ]+ )?id ([0-9]+) .*/\1 \3/p'
}

# What hangs on a device, but for devices of ours.
vlan_users() { # DEVICE
  ip -o link show | grep -v " group $VLAN_GROUP " | awk -v device="$1" '{
    split($2, name, "[:@]")
    for (i = 3; i < NF; i++)
      if ($i == "master" && $(i + 1) == device)
        name[2] = device
    if (name[2] == device)
      print name[1]
  }'
}

# The NIC that carries the subnet.  On a KVM container Rocks makes NIC a bridge
# and calls the network card pNIC; `plain` says not to look for it.
vlan_parent() { # NIC rocks|plain
  if [ "$2" = rocks ] && vlan_exists "p$1"; then
    echo "p$1"
  elif vlan_exists "$1"; then
    echo "$1"
  else
    vlan_fail "there is no network card $1 here"
  fi
}

# ------------------------------------------------------------------ devices

# Says in one sentence why the kernel did not make a device.
vlan_make() { # WHAT WORD-OF-IP-LINK-ADD...
  vlan_what=$1
  shift
  vlan_why=$(ip link add group "$VLAN_GROUP" "$@" 2>&1) || case $vlan_why in
    *'nknown device type'*) vlan_fail "cannot make $vlan_what: this kernel has no VLANs (no module 8021q)" ;;
    *'exists'*) vlan_fail "cannot make $vlan_what: another device has it already" ;;
    *) vlan_fail "cannot make $vlan_what: $vlan_why" ;;
  esac
}

# The host itself has nothing to say on it.
vlan_silent() { # DEVICE
  ip link set dev "$1" arp off
  [ ! -e "/proc/sys/net/ipv6/conf/$1" ] || echo 1 >"/proc/sys/net/ipv6/conf/$1/disable_ipv6"
}

vlan_start() { # DEVICE ALIAS
  if vlan_ours "$1"; then
    vlan_silent "$1"
    ip link set dev "$1" alias "$2" up
  else
    vlan_is_up "$1" || vlan_fail "$1 is down, and not ours to bring up"
  fi
}

vlan_link() { # LINK PARENT ID
  vlan_is_up "$2" || vlan_fail "the network card $2 is down"
  if vlan_exists "$1" && [ "$(vlan_of "$1")" != "$2 $3" ]; then
    vlan_ours "$1" || vlan_fail "there is a $1 that is not VLAN $3 of $2"
    vlan_delete "$1"
  fi
  vlan_exists "$1" || vlan_make "VLAN $3 of $2" link "$2" name "$1" type vlan id "$3"
}

vlan_bridge() { # BRIDGE LINK
  if [ "$(vlan_master "$2")" != "$1" ]; then
    vlan_exists "$1" ||
      vlan_make "bridge $1" name "$1" type bridge stp_state 0 forward_delay 0 mcast_snooping 0
    vlan_ours "$1" || vlan_fail "there is a $1 that does not have $2"
    vlan_ours "$2" || vlan_fail "$2 is not ours to put into $1"
    ip link set dev "$2" master "$1"
  fi
}

# A VM that was just stopped takes its device with it, not always at once.
vlan_delete() { # DEVICE
  vlan_ours "$1" || return 0
  vlan_tries=30
  while [ -n "$(vlan_users "$1")" ]; do
    [ $((vlan_tries -= 1)) -gt 0 ] ||
      vlan_fail "cannot take $1 away: $(vlan_users "$1" | tr '\n' ' ')still hangs on it"
    sleep 0.1
  done
  ip link delete dev "$1"
}

# -------------------------------------------------------- who has been heard

# A bridge learns who is where; under a macvtap nobody does, so nftables notes
# whose frames arrive.  A host without it is served all the same.
vlan_table() { echo "rocks_vlan_$(printf '%s' "$1" | tr -c 'A-Za-z0-9' _)"; } # LINK

vlan_listen() { # LINK
  command -v nft >/dev/null || return 0
  vlan_heard_in=$(vlan_table "$1")
  nft list table netdev "$vlan_heard_in" 2>/dev/null | grep -q 'hook ingress' || nft -f - <<NFT 2>/dev/null || :
table netdev $vlan_heard_in
delete table netdev $vlan_heard_in
table netdev $vlan_heard_in {
  set heard { type ether_addr; size 4096; flags dynamic,timeout; timeout 5m; }
  chain arriving {
    type filter hook ingress device "$1" priority 0; policy accept;
    update @heard { ether saddr }
  }
}
NFT
}

vlan_listen_no_more() { # LINK
  nft delete table netdev "$(vlan_table "$1")" 2>/dev/null || :
}

# A frontend on this very container is not heard through LINK, but its macvtap
# hangs on it.
vlan_heard() { # DEVICE LINK MAC
  if [ -z "$3" ]; then
    return 1
  elif [ "$1" != "$2" ]; then
    bridge fdb show br "$1" | grep -v permanent | grep -q "^$3 "
  else
    nft get element netdev "$(vlan_table "$2")" heard "{ $3 }" >/dev/null 2>&1 ||
      ip -o link show up | grep "@$2: " | grep -q " link/ether $3 "
  fi
}

# ------------------------------------------------------------------- at boot

vlan_unit_text() {
  cat <<UNIT
[Unit]
Description=VLAN devices of Rocks virtual clusters
Wants=network-online.target
After=network-online.target
Before=libvirtd.service virtqemud.service libvirt-guests.service xendomains.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -eu $VLAN_HOME/host.sh boot

[Install]
WantedBy=multi-user.target
UNIT
}

vlan_install() {
  # shellcheck disable=SC2016  # "$@" is for the copy
  vlan_put "$VLAN_HOME/host.sh" "$(vlan_source && echo 'vlan_main "$@"')"
  [ -d /run/systemd/system ] || return 0
  if [ "$(vlan_unit_text)" != "$(cat "$VLAN_UNIT" 2>/dev/null)" ] || [ ! -e "$VLAN_WANTED" ]; then
    vlan_put "$VLAN_UNIT" "$(vlan_unit_text)"
    systemctl daemon-reload
    systemctl -q enable "${VLAN_UNIT##*/}"
  fi
}

# With the last device goes what they shared.
vlan_uninstall() {
  for vlan_conf in "$VLAN_HOME"/*/; do
    [ ! -d "$vlan_conf" ] || return 0
  done
  if [ -d /run/systemd/system ] && [ -e "$VLAN_UNIT" ]; then
    systemctl -q disable --now "${VLAN_UNIT##*/}" # or it counts as active until the next boot
    rm -f "$VLAN_UNIT"
    systemctl daemon-reload
  fi
  rm -rf "${VLAN_HOME:?}"
  rmdir "${VLAN_HOME%/*}" 2>/dev/null || :
}

# The copy's entrance.  A device that cannot be made does not keep others away:
# each is made in a shell of its own, where `set -e` counts.
vlan_main() { # boot, or device with the words of vlan_up
  case $1 in
    boot) vlan_boot ;;
    device) shift && vlan_alone vlan_devices "$@" ;;
    *) vlan_fail "\"$1\" is neither boot nor device" ;;
  esac
}

vlan_boot() (
  status=0
  for conf in "$VLAN_HOME"/*/conf; do
    [ -e "$conf" ] || continue
    read -r device link nic how id cluster <"$conf"
    sh -eu "$VLAN_HOME/host.sh" device "$device" "$link" "$nic" "$how" "$id" "$cluster" || status=1
  done
  exit $status
)

# -------------------------------------------------------------------- steps

vlan_join() { # DEVICE MAC
  for vlan_program in ip flock; do
    command -v "$vlan_program" >/dev/null || vlan_fail "there is no program $vlan_program here"
  done
  vlan_alone vlan_do_join "$1" "$2"
}

vlan_do_join() ( # DEVICE MAC
  mkdir -p "$VLAN_HOME/$1"
  : >"$VLAN_HOME/$1/$2"
  for file in "$VLAN_HOME"/*/"$2"; do
    [ "$file" = "$VLAN_HOME/$1/$2" ] || vlan_leave "${file%/*}" "$2"
  done
)

vlan_up() { # DEVICE LINK NIC rocks|plain ID CLUSTER
  vlan_alone vlan_do_up "$@"
}

vlan_do_up() (
  [ -d "$VLAN_HOME/$1" ] || vlan_fail "the last VM on $1 has just left it"
  vlan_put "$VLAN_HOME/$1/conf" "$*"
  vlan_install
  vlan_devices "$@"
)

vlan_devices() ( # as vlan_up
  parent=$(vlan_parent "$3" "$4")
  vlan_link "$2" "$parent" "$5"
  [ "$1" = "$2" ] || vlan_bridge "$1" "$2"
  vlan_start "$2" "rocks: VLAN $5 of $6"
  if [ "$1" = "$2" ]; then
    vlan_listen "$2"
  else
    vlan_start "$1" "rocks: VLAN $5 of $6"
  fi
)

vlan_down() { # MAC
  command -v flock >/dev/null || vlan_fail 'there is no program flock here'
  vlan_alone vlan_do_down "$1"
}

vlan_do_down() ( # MAC
  for file in "$VLAN_HOME"/*/"$1"; do
    [ ! -e "$file" ] || vlan_leave "${file%/*}" "$1"
  done
)

# The port goes last, so that whatever is killed here is found again by it.
vlan_leave() ( # DIRECTORY MAC
  for port in "$1"/*:*; do
    [ "$port" != "$1/$2" ] || continue
    rm "$1/$2"
    return
  done
  if [ -e "$1/conf" ]; then
    read -r device link _ <"$1/conf"
    [ "$device" = "$link" ] || vlan_delete "$device"
    vlan_delete "$link"
    vlan_listen_no_more "$link"
  fi
  rm -rf "$1"
  vlan_uninstall
)

# One line, as rocks/network.h wants it.
vlan_probe() ( # DEVICE LINK ID MAC FRONTEND-MAC
  state=down heard=no have=$(vlan_of "$2")
  if ! vlan_exists "$2"; then
    detail="no device $2"
  elif [ "${have##* }" != "$3" ]; then
    detail="$2 is not VLAN $3"
  elif ! ip -o link show dev "$2" up | grep -q '[<,]LOWER_UP[,>]'; then
    detail="no carrier on $2"
  elif [ "$1" != "$2" ] && ! { [ "$(vlan_master "$2")" = "$1" ] && vlan_is_up "$1"; }; then
    detail="$2 is in no bridge $1"
  elif vlan_ours "$2" && [ ! -e "$VLAN_HOME/$1/$4" ]; then
    detail='not set up'
  else
    state=up
    detail="VLAN $3 of ${have% *}, plugged into $1"
    ! vlan_heard "$1" "$2" "$5" || heard=yes
    [ "$heard" = yes ] || [ "$1" != "$2" ] || nft list table netdev "$(vlan_table "$2")" >/dev/null 2>&1 ||
      detail="$detail; without nft nobody knows what arrives"
  fi
  echo "port $4 $state $heard $detail"
)
