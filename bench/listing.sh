#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# How long a listing of 10,000 hosts takes, against the plain SQL client that
# fetches the same rows from the same server, in turn. Medians of RUNS (9) runs.
#
#   bench/listing.sh [BUILD-FOLDER]
set -eu

top=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
rocks=${1:-$top/build}/core/rocks-tree
runs=${RUNS:-9}
scratch=$(mktemp -d)
# shellcheck source=tests/mariadb.sh
. "$top/tests/mariadb.sh"
# shellcheck source=tests/scale/hosts.sh
. "$top/tests/scale/hosts.sh"
trap 'mariadb_stop "$scratch/db"; rm -rf "$scratch"' EXIT

mariadb_start "$scratch/db"
export ROCKS_DATABASE="mysql://root@localhost/cluster?socket=$MARIADB_SOCKET"
"$rocks" create database
many_hosts cluster 10000

micros() { # COMMAND...: microseconds of one run
  local begin=${EPOCHREALTIME/./}
  "$@" >/dev/null
  echo $((${EPOCHREALTIME/./} - begin))
}

client() { mariadb_sql cluster -e "$1"; }

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

pair() { # TITLE SQL WORD...
  local title=$1 sql=$2 i ours=() raw=()
  shift 2
  for ((i = 0; i < runs; i++)); do
    ours+=("$(micros "$rocks" "$@")")
    raw+=("$(micros client "$sql")")
  done
  printf '%s %s\n' "$(printf '%s\n' "${ours[@]}" | median)" \
    "$(printf '%s\n' "${raw[@]}" | median)" |
    awk -v t="$title" '{ printf "%-28s %8.1f ms %8.1f ms   %.2f\n", t, $1 / 1000, $2 / 1000, $1 / $2 }'
}

printf '%-28s %11s %11s   %s\n' '10,000 hosts' rocks client ratio
pair 'list host' 'SELECT n.Name, m.Name, n.CPUs, n.`Rack`, n.`Rank`, n.RunAction, n.InstallAction
  FROM nodes n JOIN memberships m ON n.Membership = m.ID ORDER BY n.ID' list host
pair 'list host interface' 'SELECT n.Name, s.name, i.Device, i.MAC, i.IP, s.netmask, i.Module,
  i.Name, i.VlanID, i.Options, i.Channel FROM networks i JOIN nodes n ON i.Node = n.ID
  LEFT JOIN subnets s ON i.Subnet = s.ID ORDER BY n.Name, i.ID' list host interface
pair 'list host membership' 'SELECT n.Name, m.Name FROM nodes n JOIN memberships m
  ON n.Membership = m.ID ORDER BY n.Name' list host membership
