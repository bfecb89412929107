# shellcheck shell=sh disable=SC1091,SC2030,SC2031,SC2154,SC2164
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Ports: an edge, its tap and its bridge on a container, and their supervisor.
#
# A port nb<MAC> has in its directory, besides what host.sh says,
#   key    of its network                       udp    its port number
#   edge   like pid, of its edge
#   beacon empty; its relay has been found to have one

# What the ports of this script have in common.  RELAYS: host:port, by blanks.
n2n_network() { # COMMUNITY MTU auto|yes|no LOWEST-UDP-PORT RELAYS
  n2n_need edge ip bridge nft flock setsid ss getent
  n2n_community=$1 n2n_mtu=$2 n2n_direct=$3 n2n_lowest=$4 n2n_relays=$5
  n2n_patience=150 # tenths of a second, for all ports together
  n2n_edge=$(command -v edge)
  n2n_edge_version=$(n2n_version "$n2n_edge")
  # 1.3 sets its tap up with ifconfig, and when three or more edges meet it
  # takes one's address for another's.
  if [ "$n2n_edge_version" = 1 ]; then
    n2n_need ifconfig
    [ "$n2n_direct" != auto ] || n2n_direct=no
  fi
  [ "$n2n_direct" != auto ] || n2n_direct=yes
}

n2n_key() { # KEY
  n2n_secret=$1
}

n2n_conf() { # MAC
  echo "mac='$1' community='$n2n_community' mtu='$n2n_mtu' direct='$n2n_direct'"
  echo "relays='$n2n_relays' edge='$n2n_edge' version='$n2n_edge_version'"
}

# The port's UDP number, for good, since relay and peers know an edge by it.
# The next one, on 127.0.0.1, is n2n 3's management port.
n2n_number() ( # NAME
  udp=$n2n_lowest
  while cat "$N2N_PORTS"/*/udp 2>/dev/null | grep -qx "$udp" ||
    [ -n "$(ss -Huan "sport = :$udp or sport = :$((udp + 1))" </dev/null)" ]; do
    udp=$((udp + 2))
  done
  n2n_put "$N2N_PORTS/$1/udp" "$udp"
)

n2n_make_port() { # NAME MAC
  umask 077
  mkdir -p "$N2N_PORTS/$1"
  n2n_put "$N2N_PORTS/$1/conf" "$(n2n_conf "$2")"
  n2n_put "$N2N_PORTS/$1/key" "$n2n_secret"
  [ -s "$N2N_PORTS/$1/udp" ] || n2n_number "$1"
  n2n_install port
}

n2n_no_ipv6() { # DEVICE: the host itself has nothing to say on it
  [ ! -e "/proc/sys/net/ipv6/conf/$1" ] || echo 1 >"/proc/sys/net/ipv6/conf/$1/disable_ipv6"
}

# A MAC for the host's own end: the VM's with another first byte.
n2n_other_mac() { # MAC
  case $1 in 0a:*) echo "0e:${1#*:}" ;; *) echo "0a:${1#*:}" ;; esac
}

n2n_bridge() { # NAME MAC MTU
  ip link show dev "$1" >/dev/null 2>&1 ||
    ip link add "$1" type bridge stp_state 0 forward_delay 0 mcast_snooping 0
  n2n_no_ipv6 "$1"
  ip link set dev "$1" address "$(n2n_other_mac "$2")" mtu "$3" up
}

n2n_joined() { # NAME: the edge's tap is in the bridge
  ip -o link show dev "nt${1#nb}" 2>/dev/null | grep -q " master $1 "
}

# Ends the edge as well if nobody looked after it, and its tap.
n2n_port_stop() { # NAME
  n2n_stop port "$1"
  n2n_end group "$N2N_PORTS/$1/edge"
  ip link delete dev "nt${1#nb}" 2>/dev/null || :
}

n2n_port_up() { # NAME MAC
  n2n_alone n2n_port_up_alone "$@"
}

n2n_port_up_alone() { # NAME MAC; under n2n_alone
  dir=$N2N_PORTS/$1
  if ! n2n_running "$dir" || ! n2n_joined "$1" || [ "$(n2n_conf "$2")" != "$(cat "$dir/conf")" ] ||
    [ "$n2n_secret" != "$(cat "$dir/key")" ]; then
    n2n_port_stop "$1"
    n2n_make_port "$1" "$2"
    n2n_bridge "$1" "$2" "$n2n_mtu"
    n2n_start port "$1"
  fi
}

# A VM is on its way here, and its edge still elsewhere: only what it will be
# plugged into.
n2n_port_standby() { # NAME MAC
  n2n_running "$N2N_PORTS/$1" || n2n_bridge "$1" "$2" "$n2n_mtu"
}

n2n_port_ready() { # NAME
  until n2n_joined "$1"; do
    [ $((n2n_patience -= 1)) -gt 0 ] ||
      n2n_fail "the edge of $1 does not come up: $(tail -n 1 "$N2N_PORTS/$1/log" 2>/dev/null)"
    sleep 0.1
  done
}

n2n_port_down() { # NAME
  n2n_alone n2n_port_down_alone "$1"
}

n2n_port_down_alone() { # NAME; under n2n_alone
  n2n_port_stop "$1"
  ip link delete dev "$1" 2>/dev/null || :
  n2n_remove port "$1"
}

# One line, as rocks/network.h wants it.
n2n_port_probe() ( # NAME MAC FRONTEND-MAC
  dir=$N2N_PORTS/$1 state=down heard=no
  if [ ! -e "$dir/conf" ]; then
    detail='not set up'
  elif ! n2n_running "$dir"; then
    detail='nobody looks after its edge'
  elif ! n2n_joined "$1" || ! n2n_alive "$dir/edge"; then
    detail="no edge: $(tail -n 1 "$dir/log" 2>/dev/null)"
  else
    . "$dir/conf"
    state=up
    detail="n2n $version, UDP $(cat "$dir/udp"), supernode $relays, direct $direct"
    ! bridge fdb show br "$1" | grep -v permanent | grep -q "^$3 " || heard=yes
  fi
  echo "port $2 $state $heard $detail"
)

# ------------------------------------------------------ a port's supervisor

# Becomes the edge.  The key is in its environment and nowhere else.
n2n_edge_main() { # NAME
  cd "$N2N_PORTS/$1"
  n2n_put edge "$(n2n_record)"
  . ./conf
  udp=$(cat udp)
  set -- -d "nt${1#nb}" -m "$mac" -c "$community" -M "$mtu" -p "$udp" -r \
    -u "$(id -u nobody)" -g "$(id -g nobody)"
  if [ "$version" = 1 ]; then
    set -- "$@" -a 0.0.0.0 -s 255.255.255.0 -l "${relays%% *}"
  else
    # An address of its own 3.x must have; n2n_wire takes it away again.
    low=${mac#??:??:??:??:}
    set -- "$@" -f -E -A3 -t $((udp + 1)) \
      -a "static:169.254.$((0x${low%:*} % 254 + 1)).$((0x${low#*:} % 254 + 1))/32"
    [ "$direct" = yes ] || set -- "$@" -S1
    for relay in $relays; do set -- "$@" -l "$relay"; done
  fi
  read -r N2N_KEY <key
  export N2N_KEY
  exec "$edge" "$@"
}

# An edge remembers the MAC that its tap had at first, the VM's.  After that the
# tap must have another one: a bridge keeps frames for a member's MAC to itself.
n2n_wire() ( # NAME PID-of-the-edge
  tap=nt${1#nb} tries=100
  until ip -o link show dev "$tap" 2>/dev/null | grep '[<,]UP[,>]' | grep -qi "ether $mac"; do
    if [ -z "$(n2n_stat "$2" 1)" ] || [ $((tries -= 1)) = 0 ]; then return 1; fi
    sleep 0.05
  done
  n2n_no_ipv6 "$tap" &&
    ip address flush dev "$tap" &&
    ip link set dev "$tap" address "$(n2n_other_mac "$mac")" mtu "$mtu" &&
    n2n_bridge "$1" "$mac" "$mtu" &&
    ip link set dev "$tap" master "$1"
)

n2n_port_main() { # NAME
  n2n_supervise "$N2N_PORTS/$1"
  while . ./conf; do
    began=$(date +%s)
    [ "$(wc -c <log)" -lt 65536 ] || : >log
    n2n_end process edge # that a supervisor which was killed left behind
    n2n_alone n2n_open . "$(n2n_port_rules)"
    sh -eu "$N2N_PORTS/host.sh" edge "$1" 8>&- &
    child=$!
    if n2n_wire "$1" "$child"; then
      n2n_watch $$ &
      watch=$!
      wait "$child" || :
      kill "$watch" 2>/dev/null || :
    else
      echo "its tap did not come up"
    fi
    n2n_end process edge
    [ $(($(date +%s) - began)) -ge 2 ] || sleep 1
  done
}

# Edges register with their relay once a minute, so one that was restarted would
# not know them for as long.  Its beacon, a TCP connection that ends with it,
# tells when; then a new edge registers at once.
n2n_watch() { # PID of the supervisor, whose work ends when the edge does
  if command -v bash >/dev/null; then
    exec bash -eu "$N2N_PORTS/host.sh" watch "$1" "${relays%% *}" 8>&-
  fi
  echo 'no bash here: a supernode that was restarted is noticed after a minute'
}

# shellcheck disable=SC3025,SC3045  # run by bash: only it opens TCP connections
n2n_watch_main() { # PID RELAY
  beacon=/dev/tcp/${2%:*}/$((${2##*:} + 1)) away=0
  while [ -d "/proc/$1" ]; do
    # timeout, since a host that is down makes the opening wait for minutes.
    if timeout 2 bash -c ": <$beacon" && exec 3<"$beacon"; then
      : >beacon
      if [ $away -gt 0 ]; then
        echo "the supernode is back: a new edge registers"
        n2n_end process edge
        return
      fi
      while [ -d "/proc/$1" ] && IFS= read -r -n 1 -t 10 -u 3 _; do :; done
      exec 3<&-
    fi 2>/dev/null
    away=$((away + 1))
    if [ -e beacon ]; then
      sleep 0.3
    elif [ $away -lt 30 ]; then
      sleep 1
    else
      sleep 60 # somebody else's relay, without a beacon
    fi
  done
}

