#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# `add cluster` and `remove cluster` ask each site's database as often for 20
# computes as for 2.
# shellcheck source=tests/cluster/sites.sh
. "$(dirname "$0")/sites.sh"

# What the server was asked since it runs, without the question itself.
asked() { sql "$1" "SHOW GLOBAL STATUS LIKE 'Questions'" | cut -f2; }

# Statements that a command sends to each site, as "a b c".
count() { # WORD...
  local site before=() counts=()
  for site in a b c; do before+=("$(asked "$site")"); done
  rocks "$@" >"$test_tmp/out" 2>&1 </dev/null || cat "$test_tmp/out"
  for site in a b c; do
    counts+=($(($(asked "$site") - before[${#counts[@]}])))
  done
  echo "${counts[*]}"
}

add() { count add cluster "$vfe_ip" "$1" sites="a b c" "${small[@]}"; }

sites_up small
sites_meet
add 3 >/dev/null # capacities are known from here on
rocks remove cluster "$fe" >/dev/null 2>&1
for site in a b c; do sql "$site" "UPDATE mvc_containers SET cpus = 100, mem = 100000"; done

few=$(add 2)
few_removed=$(count remove cluster "$fe")
many=$(add 20)
is "20 computes were added" "$(sql a "SELECT COUNT(*) FROM mvc_members WHERE role = 'compute'")" 20
many_removed=$(count remove cluster "$fe")
three=$(add 3)
echo "statements at a, b, c: add of 2 computes $few, of 3 $three, of 20 $many;" \
  "remove of 2 $few_removed, of 20 $many_removed"
# Two computes stand at a and b alone, so that c is asked for its room only.
is "add: as many statements at each site for 20 computes as for 3" "$many" "$three"
is "add: at a and b also as for 2" "${many% *}" "${few% *}"
few_removed=${few_removed#* } many_removed=${many_removed#* } # the journal at home has a row per step
is "remove: as many at a site that lends" "${many_removed% *}" "${few_removed% *}"
