# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# What the lab looks like: sites, sizes, names, addresses. Pure functions, read
# by every other part of the lab.

lab_sites='a b c'

# Containers per site, in the order of lab_sites.
lab_size_counts() {
  case $1 in
    small) echo 1 1 1 ;;
    demo) echo 2 1 1 ;;
    paper) echo 5 4 4 ;;
    *) return 1 ;;
  esac
}

site_number() {
  case $1 in
    a) echo 1 ;;
    b) echo 2 ;;
    c) echo 3 ;;
    *) return 1 ;;
  esac
}

# First three bytes of a site's public network: the ranges of RFC 5737, which
# no real network has.
site_public_prefix() {
  case $1 in
    a) echo 198.51.100 ;;
    b) echo 203.0.113 ;;
    c) echo 192.0.2 ;;
    *) return 1 ;;
  esac
}

# Links between the WAN and the sites' routers: RFC 2544's range.
site_wan_prefix() { echo "198.18.$(site_number "$1")"; }

# In each site's public network: .1 is the router, .10 the frontend, .11 what
# the containers look like behind NAT, .101 and up the containers' own; the
# rest, .20 for one, is free for virtual frontends.
site_gateway() { echo "$(site_public_prefix "$1").1"; }
site_frontend_address() { echo "$(site_public_prefix "$1").10"; }
site_nat_address() { echo "$(site_public_prefix "$1").11"; }

# Prints one line per host: SITE NAME ROLE RANK PRIVATE PUBLIC MAC0 MAC1.
# PUBLIC is "-" for a container behind NAT. Private names and addresses are the
# same at every site, as they are at real ones.
lab_host_table() { # SIZE MODE
  local counts site number rank public
  read -r -a counts <<<"$(lab_size_counts "$1")"
  for site in $lab_sites; do
    number=$(site_number "$site")
    printf '%s frontend-%s frontend 0 10.1.1.1 %s 52:54:00:0a:%02x:01 52:54:00:0a:%02x:02\n' \
      "$site" "$site" "$(site_frontend_address "$site")" "$number" "$number"
    for ((rank = 0; rank < counts[number - 1]; rank++)); do
      public=$(site_public_prefix "$site").$((101 + rank))
      [ "$2" != nat ] || public=-
      printf '%s vm-container-0-%d container %d 10.1.255.%d %s 52:54:00:0b:%02x:%02x 52:54:00:0c:%02x:%02x\n' \
        "$site" "$rank" "$rank" $((254 - rank)) "$public" "$number" "$rank" "$number" "$rank"
    done
  done
}

# The network namespace of a host or a router, within the lab.
host_netns() { echo "$1-$2"; } # SITE NAME
