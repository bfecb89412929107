#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# add, start, stop and remove cluster are killed (SIGKILL) at every step, and
# then completed by `sync cluster` or cleared by `remove cluster`.
#
#   test-killed.sh [add|start|stop|remove]...
#
# Steps in turn are completed and cleared, to be done in time; KILLED_BOTH=1 has
# each done both ways.
# shellcheck source=tests/cluster/sites.sh
. "$(dirname "$0")/sites.sh"
# shellcheck source=tests/cluster/killing.sh
. "$(dirname "$0")/killing.sh"

# The words of each command under test, and what has to be so before.
words() {
  case $1 in
    add) echo "add cluster $vfe_ip 2 sites=b ${small[*]}" ;;
    *) echo "$1 cluster $fe" ;;
  esac
}

before() {
  case $1 in
    add) ;;
    start) rocks add cluster "$vfe_ip" 2 sites=b "${small[@]}" ;;
    stop | remove)
      rocks add cluster "$vfe_ip" 2 sites=b "${small[@]}"
      rocks start cluster "$fe"
      ;;
  esac >"$test_tmp/before" 2>&1 </dev/null
}

state() { sql a "SELECT state FROM mvc_clusters WHERE name = '$fe'"; }

# After sync the cluster is what the killed command, or the one before, made it.
synced() { # TITLE
  local was now
  was=$(state)
  if [ -z "$was" ]; then
    nothing_left "$1: it had not begun, or was done"
    return
  fi
  rocks sync cluster "$fe" >"$test_tmp/sync" 2>&1 </dev/null || {
    not_ok "$1: sync"
    cat "$test_tmp/sync"
  }
  now=$(state)
  case $was:$now in
    removing: | adding:stopped | stopped:stopped | stopping:stopped | starting:running | running:running) ;;
    *) not_ok "$1: from $was sync leads to '$now'" ;;
  esac
  is "$1: $was, then ${now:-gone}" "$(expected "$now")" ''
  is "$1: no member is without a promise" "$(sql a 'SELECT name FROM mvc_members WHERE mac IS NULL')" ''
}

# What differs from a cluster in this state, by what is on the hosts.
expected() { # STATE
  local state running=0 edges=0
  state=$(hosts_state)
  [ "$1" = '' ] || [ "$1" = stopped ] || running=3 edges=3
  [ "$(grep -c ' domain .* running$' <<<"$state")" = "$running" ] || grep domain <<<"$state" || echo "no domain"
  [ "$(grep -c ' domain ' <<<"$state")" = "$running" ] || echo "domains that are not running"
  [ "$(grep -c ' process .*edge ' <<<"$state")" = "$edges" ] || echo "edges: $(grep edge <<<"$state")"
  [ "$(grep -c ' link n[bt]' <<<"$state")" = $((2 * edges)) ] || echo "links: $(grep link <<<"$state")"
}

cleared() { # TITLE
  [ -z "$(state)" ] || rocks remove cluster "$fe" >"$test_tmp/remove" 2>&1 </dev/null || {
    not_ok "$1: remove"
    cat "$test_tmp/remove"
  }
  nothing_left "$1"
}

killed() { # COMMAND CALL NTH
  local title="$1 killed before $2 $3"
  before "$1" || {
    cat "$test_tmp/before"
    not_ok "$title: cannot begin"
    return
  }
  # shellcheck disable=SC2046 # words without blanks
  ! kill_before "$2" "$3" $(words "$1") || not_ok "$title: it was not killed"
  synced "$title"
  is "$title: no worker is left" "$(workers)" 0
  cleared "$title, then removed"
}

# Without sync: a removal clears it as it is.
killed_removed() { # COMMAND CALL NTH
  before "$1"
  # shellcheck disable=SC2046 # words without blanks
  kill_before "$2" "$3" $(words "$1") || true
  cleared "$1 killed before $2 $3, removed at once"
}

both=${KILLED_BOTH-}
need_programs strace
sites_up small
rocks add site b frontend=203.0.113.10
[ $# -gt 0 ] || set -- add start stop remove
add_cluster 1 sites=b # the capacity is known now: a fanout less
rocks remove cluster "$fe" >/dev/null 2>&1
for command; do
  before "$command"
  # shellcheck disable=SC2046 # words without blanks
  trace $(words "$command") || {
    not_ok "$command, without being killed"
    cat "$test_tmp/run"
    continue
  }
  points >"$test_tmp/points.$command"
  [ "$(state)" = '' ] || rocks remove cluster "$fe" >/dev/null 2>&1
  echo "$command: $(wc -l <"$test_tmp/points.$command") steps"
  while read -r call nth <&3; do
    turn=$((1 - ${turn-0}))
    [ "$turn$both" = 0 ] || killed "$command" "$call" "$nth"
    [ "$turn$both" = 1 ] || killed_removed "$command" "$call" "$nth"
  done 3<"$test_tmp/points.$command"
done
