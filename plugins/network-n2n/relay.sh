# shellcheck shell=sh disable=SC1091,SC2030,SC2031,SC2154,SC2164
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# The relay: n2n's supernode on the home site's frontend.

n2n_own_address() ( # HOST: an address of it that this machine has
  for address in $(n2n_addresses "$1"); do
    [ -z "$(ip -o -4 address show to "$address" </dev/null)" ] || {
      echo "$address"
      return
    }
  done
)

n2n_make_relay() { # PORT CONF; under n2n_alone
  if n2n_running "$N2N_RELAYS/$1" && [ "$2" = "$(cat "$N2N_RELAYS/$1/conf")" ]; then
    return 0
  fi
  n2n_stop relay "$1"
  umask 077
  mkdir -p "$N2N_RELAYS/$1"
  n2n_put "$N2N_RELAYS/$1/conf" "$2"
  n2n_install relay
  n2n_start relay "$1"
}

# RELAYS: all of the network; they know each other, as far as n2n can (3.x).
# Does nothing for a HOST that is another machine, unless OURS is yes: behind a
# NAT of one to one this machine does not have its public address.
n2n_relay_up() ( # HOST PORT OURS HELPER RELAYS
  address=$(n2n_own_address "$1")
  if [ -z "$address" ]; then
    [ "$3" = yes ] || return 0
    address=0.0.0.0
  fi
  n2n_need supernode ip nft flock setsid getent
  program=$(command -v supernode)
  version=$(n2n_version "$program")
  peers=
  for relay in $5; do [ "$relay" = "$1:$2" ] || peers="$peers $relay"; done
  conf="address='$address' helper='$4' peers='$peers' program='$program' version='$version'"
  n2n_alone n2n_make_relay "$2" "$conf"
  tries=100
  until [ -n "$(ss -Huan "sport = :$2" </dev/null)" ]; do
    [ $((tries -= 1)) -gt 0 ] ||
      n2n_fail "the supernode does not come up: $(tail -n 1 "$N2N_RELAYS/$2/log" 2>/dev/null)"
    sleep 0.1
  done
)

n2n_relay_down() { # HOST PORT
  n2n_alone n2n_relay_down_alone "$2"
}

n2n_relay_down_alone() { # PORT; under n2n_alone
  n2n_stop relay "$1"
  n2n_remove relay "$1"
}

n2n_relay_show() ( # HOST PORT OURS: HOST PORT STATE
  state=stopped
  if n2n_running "$N2N_RELAYS/$2"; then
    state=running
  elif [ "$3" != yes ] && [ -z "$(n2n_own_address "$1")" ]; then
    state=elsewhere
  fi
  echo "$1 $2 $state"
)

# A supernode that listens on all addresses answers a container of its own site
# from the private one, which that container's edge does not take: it has asked
# the public one.
n2n_relay_rules() { # PORT; with the relay's conf read
  echo "relays $1"
  echo "beacons $(($1 + 1))"
  [ "$address" = 0.0.0.0 ] || echo "answers $1 : $address"
}

n2n_relay_main() { # PORT
  n2n_supervise "$N2N_RELAYS/$1"
  : >log
  . ./conf
  n2n_alone n2n_open . "$(n2n_relay_rules "$1")"
  if [ "$version" = 1 ]; then
    set -- "$1" "$program" -l "$1"
  else
    # -M: else an edge that was restarted counts as an impostor of itself.
    # The address, where it can be given: else answers to edges of this site
    # come from the private one, and they do not take them.
    listen=$1
    [ "$address" = 0.0.0.0 ] || ! "$program" -h </dev/null 2>&1 | grep -q 'bind ip address' ||
      listen=$address:$1
    set -- "$1" "$program" -f -M -t $(($1 + 1)) -p "$listen"
    for peer in $peers; do set -- "$@" -l "$peer"; done
  fi
  exec "$helper" "$@"
}

