#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Which VLAN id a cluster gets: the lowest that is free in the site's pool, or
# the one that was asked for; and that all of them can be used.
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../../functions.sh"
# shellcheck source=tests/manager.sh
. "$(dirname "$0")/../../manager.sh"
small_site cluster

last=10
add() { # PARAMETER...; sets nothing, prints the id that the cluster got
  last=$((last + 1))
  rocks add cluster "198.51.100.$last" 1 network-backend=vlan "$@" >"$test_tmp/out" 2>&1 ||
    cat "$test_tmp/out"
  sql "SELECT segment FROM mvc_leases ORDER BY created DESC, segment DESC" | sort -n | uniq | paste -sd' '
}
# The sentence comes after what Rocks says first.
no() { # SENTENCE PARAMETER...
  local before status=0
  before=$(state)
  rocks add cluster 198.51.100.99 1 network-backend=vlan "${@:2}" >"$test_tmp/out" 2>&1 || status=$?
  is "${*:2}" "$status $(grep '^Error' "$test_tmp/out")" "1 Error: $1"
  is 'nothing is changed' "$(state)" "$before"
}

echo '# what is no VLAN id'
no 'vlan 1 is not from 2 to 4094' vlan=1
no 'vlan 0 is not from 2 to 4094' vlan=0
no 'vlan 4095 is not from 2 to 4094' vlan=4095
no 'vlan -5 is not from 2 to 4094' vlan=-5
no 'Vlan ID (abc) must be an integer' vlan=abc
no 'Vlan ID (2.5) must be an integer' vlan=2.5

echo '# the lowest that is free'
add >"$test_tmp/ids"
is 'the first' "$(cat "$test_tmp/ids")" 2
add vlan=4 >"$test_tmp/ids"
is 'one that was asked for' "$(cat "$test_tmp/ids")" '2 4'
no 'Vlan ID (4) is in use at this site' vlan=4
add >"$test_tmp/ids"
add >>"$test_tmp/ids"
is 'none twice' "$(tail -n 1 "$test_tmp/ids")" '2 3 4 5'

echo '# a pool'
rocks set attr vlan_pool '100-101, 300'
for id in 100 101 300; do
  add >"$test_tmp/ids"
  is "$id" "$(sed 's/.* //' "$test_tmp/ids")" $id
done
no 'could not find a free Vlan ID from 300 to 300'
no 'vlan 7 is none of those that clusters of site home may have' vlan=7
rocks set attr vlan_pool '100-1010 1'
no 'vlan_pool "100-1010 1": "1" is no range of VLAN ids from 2 to 4094'
rocks remove attr vlan_pool

echo '# all of them'
# Interfaces that say nothing but their id, as another tool may leave them.
sql "INSERT INTO networks (Node, Device, VlanID)
     SELECT (SELECT MIN(ID) FROM nodes), CONCAT('vlan', seq), seq FROM seq_2_to_4094
      WHERE seq NOT IN (SELECT VlanID FROM networks WHERE VlanID IS NOT NULL)"
is '4093 are in use' "$(sql 'SELECT COUNT(DISTINCT VlanID) FROM networks WHERE VlanID > 0')" 4093
no 'could not find a free Vlan ID from 2 to 4094'
sql 'DELETE FROM networks WHERE VlanID = 4094'
add >"$test_tmp/ids"
is 'the last one' "$(sed 's/.* //' "$test_tmp/ids")" 4094
