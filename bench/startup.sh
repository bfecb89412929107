#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# How long help takes, which no database answers, against a program that does nothing (true), in
# turn. Medians of RUNS (25) runs.
#
#   bench/startup.sh [BUILD-FOLDER]
set -eu

top=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
rocks=${1:-${ROCKS_BUILD:-$top/build}}/core/rocks-tree
runs=${RUNS:-25}
export ROCKS_DATABASE='mysql:///cluster?socket=/nowhere'

micros() { # COMMAND...: microseconds of one run
  local begin=${EPOCHREALTIME/./}
  "$@" >/dev/null
  echo $((${EPOCHREALTIME/./} - begin))
}

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

printf '%-22s %11s %11s   %s\n' start rocks true ratio
for words in '' 'help' 'list help' 'help host' 'list host help'; do
  ours=() nothing=()
  for ((i = 0; i < runs; i++)); do
    # shellcheck disable=SC2086 # words
    ours+=("$(micros "$rocks" $words)")
    nothing+=("$(micros /bin/true)")
  done
  printf '%s %s\n' "$(printf '%s\n' "${ours[@]}" | median)" \
    "$(printf '%s\n' "${nothing[@]}" | median)" |
    awk -v t="rocks $words" \
      '{ printf "%-22s %8.1f ms %8.1f ms   %.1f\n", t, $1 / 1000, $2 / 1000, $1 / $2 }'
done
