# shellcheck shell=bash disable=SC2154 # what its users set
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# The lab's cables. Runs in the lab's own network namespace, which is the WAN;
# `ip netns` names live in the lab's private /run and are unknown outside.
#
#   WAN --198.18.N.0/30-- router of a site --[pub]-- eth1 of frontend, containers
#                                            [lan]-- eth0 of frontend, containers
#
# A router holds two bridges: `pub`, where it is the gateway, and `lan`, a mere
# switch. As on a Rocks VM container, a host's NIC is pethX below a bridge ethX.
# Reads config.sh; wants lab_mode (open or nat) and the host table on stdin.

# Bridged frames are not the business of a host's packet filter.
quiet_netns() { # NETNS FORWARD
  # shellcheck disable=SC2016
  nsenter --net="/run/netns/$1" sh -c '
    echo "$1" >/proc/sys/net/ipv4/ip_forward
    for key in /proc/sys/net/bridge/bridge-nf-call-*tables; do
      [ ! -e "$key" ] || echo 0 >"$key"
    done' quiet "$2"
}

# Pulls one cable from a host to its router: NIC number, MAC, the router's
# bridge; then puts the host's bridge ethN over it.
batch_cable() { # NETNS ROUTER NIC MAC BRIDGE PORT
  echo "link add peth$3 netns $1 address $4 type veth peer name $6 netns $2"
}

batch_bridge() { # NIC MAC
  echo "link add eth$1 address $2 type bridge stp_state 0 forward_delay 0 mcast_snooping 0"
  echo "link set peth$1 master eth$1 up"
  echo "link set eth$1 up"
}

# The commands for one host's own namespace.
batch_host() { # SITE ROLE PRIVATE PUBLIC MAC0 MAC1
  echo "link set lo up"
  batch_bridge 0 "$5"
  echo "address add $3/16 dev eth0"
  if [ "$4" = - ]; then
    echo "route add default via 10.1.1.1"
    return
  fi
  batch_bridge 1 "$6"
  echo "address add $4/24 dev eth1"
  [ "$2" != frontend ] || echo "address add $(site_nat_address "$1")/32 dev eth1"
  echo "route add default via $(site_gateway "$1")"
}

# The commands for one site's router.
batch_router() { # SITE
  local wan
  wan=$(site_wan_prefix "$1")
  echo "link set lo up"
  echo "link add lan type bridge stp_state 0 forward_delay 0 mcast_snooping 0"
  echo "link set lan up"
  echo "link add pub type bridge stp_state 0 forward_delay 0 mcast_snooping 0"
  echo "link set pub up"
  echo "address add $(site_gateway "$1")/24 dev pub"
  echo "address add $wan.2/30 dev wan"
  echo "link set wan up"
  echo "route add default via $wan.1"
}

batch_wan() {
  local site
  echo "link set lo up"
  for site in $lab_sites; do
    echo "address add $(site_wan_prefix "$site").1/30 dev wan-$site"
    echo "link set wan-$site up"
    echo "route add $(site_public_prefix "$site").0/24 via $(site_wan_prefix "$site").2"
  done
}

# A frontend is its private network's way out. The NAT has an address of its
# own, so what arrives for it unasked was meant for a container.
frontend_nat() { # SITE
  nsenter --net="/run/netns/$1-frontend-$1" nft -f - <<NFT
table ip site_nat {
  chain postrouting {
    type nat hook postrouting priority srcnat;
    ip saddr 10.1.0.0/16 oifname "eth1" snat to $(site_nat_address "$1")
  }
}
NFT
}

# In nat mode a site's router lets nothing in to the containers but answers.
router_filter() { # SITE
  nsenter --net="/run/netns/$1-router" nft -f - <<NFT
table ip site_filter {
  counter inbound { }
  chain forward {
    type filter hook forward priority filter;
    ct state established,related accept
    iifname "wan" ip daddr $(site_nat_address "$1") counter name inbound drop
  }
}
NFT
}

# Every packet between two sites waits MS milliseconds in the WAN.
delay_wan() { # MS PROGRAM
  # nft is not asked: not every kernel knows its word for queues.
  iptables-legacy -t mangle -A FORWARD -j NFQUEUE --queue-num 0
  exec {delay_ready}< <(exec "$2" 0 "$1")
  read -r -t 5 -u "$delay_ready" || return 1
}

make_network() { # MODE TABLE
  local mode=$1 table=$2 site name role rank private public mac0 mac1 netns router
  {
    for site in $lab_sites; do
      echo "netns add $site-router"
      echo "link add wan-$site type veth peer name wan netns $site-router"
    done
    while read -r site name role rank private public mac0 mac1; do
      netns=$(host_netns "$site" "$name")
      echo "netns add $netns"
      batch_cable "$netns" "$site-router" 0 "$mac0" lan "l-$role$rank"
      [ "$public" = - ] || batch_cable "$netns" "$site-router" 1 "$mac1" pub "p-$role$rank"
    done <"$table"
  } | ip -batch -
  batch_wan | ip -batch -
  echo 1 >/proc/sys/net/ipv4/ip_forward

  for site in $lab_sites; do
    quiet_netns "$site-router" 1
    router=$(batch_router "$site")
    while read -r where name role rank private public mac0 mac1; do
      [ "$where" = "$site" ] || continue
      router+=$'\n'"link set l-$role$rank master lan up"
      [ "$public" = - ] || router+=$'\n'"link set p-$role$rank master pub up"
    done <"$table"
    ip -n "$site-router" -batch - <<<"$router"
    [ "$mode" != nat ] || router_filter "$site"
  done
  while read -r site name role rank private public mac0 mac1; do
    netns=$(host_netns "$site" "$name")
    quiet_netns "$netns" "$([ "$role" = frontend ] && echo 1 || echo 0)"
    batch_host "$site" "$role" "$private" "$public" "$mac0" "$mac1" | ip -n "$netns" -batch -
    [ "$role" != frontend ] || frontend_nat "$site"
  done <"$table"
}
