# shellcheck shell=bash disable=SC2154 # what its users set
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Finding and ending a lab. Every process that `lab up` starts carries the
# marker ROCKS_LAB=<state folder> in its environment; that, not a PID in a file,
# says whose it is, so a lab can be ended whatever became of its files.
# Wants: state.

# Prints the PIDs that carry our marker. Not all of the lab has it (a login by
# ssh has an environment of its own), but whatever has not ends with those.
lab_processes() {
  grep -lzxF "ROCKS_LAB=$state" /proc/[0-9]*/environ 2>/dev/null |
    sed 's|^/proc/||; s|/environ$||' || :
}

# Has it come up, and is its first process the one that we started?
lab_is_running() {
  [ -e "$state/ready/all" ] &&
    grep -qzxF "ROCKS_LAB=$state" "/proc/$(<"$state/pids/wan")/environ" 2>/dev/null
}

# Prints "LINK -> NAME" for the PID, network and mount namespaces of PIDs, such
# as '/proc/7/ns/net' -> 'net:[4026532000]'. What ends while we look is no matter.
namespace_links() { # PID...
  local pid kind links=()
  for pid; do
    for kind in pid net mnt; do links+=("/proc/$pid/ns/$kind"); done
  done
  [ $# -eq 0 ] || stat -c %N "${links[@]}" 2>/dev/null || :
}

# Notes the namespaces of PIDs, except those that we are in, in pinned_names, and
# holds them open: the number of one that is gone is soon given to another.
pinned_names=''
pinned_files=()
pin_namespaces() { # PID...
  local link name fd
  while read -r link name; do
    grep -qxF -- "$name" <<<"$pinned_names" && continue
    { exec {fd}<"$link"; } 2>/dev/null || continue
    pinned_files+=("$fd")
    # The link may lead elsewhere by now: what we hold is what counts.
    pinned_names+=$(readlink "/proc/$BASHPID/fd/$fd")$'\n'
  done < <(namespace_links "$@" | sed "s/^'\(.*\)' -> '\(.*\)'$/\1 \2/" | sort -u -k2,2 |
    grep -vF "$(readlink /proc/self/ns/{pid,net,mnt})")
}

unpin_namespaces() {
  local fd
  for fd in "${pinned_files[@]}"; do exec {fd}<&-; done
  pinned_files=()
  pinned_names=''
}

# Prints the PIDs of processes in pinned namespaces, marked or not.
processes_in_pinned() {
  [ -n "$pinned_names" ] || return 0
  stat -c %N /proc/[0-9]*/ns/{pid,net,mnt} 2>/dev/null | grep -F "${pinned_names%$'\n'}" |
    sed "s|^'/proc/\([0-9]*\)/.*|\1|" | sort -un || :
}

# Kills the lab. A dying process loses its environment, and so its marker, before
# the kernel has taken its namespaces apart: they are pinned, for the check.
kill_lab() {
  local tries=200 pids
  while pids=$(lab_processes) && [ -n "$pids" ]; do
    ((tries-- > 0)) || return 0 # the check says what is left
    # shellcheck disable=SC2086 # a list of numbers
    pin_namespaces $pids
    # shellcheck disable=SC2086
    kill -KILL $pids 2>/dev/null || :
    sleep 0.05
  done
}

# Waits, within 10 s, until no process and no mount of the lab is left, also in
# the pinned namespaces; else prints them and fails.
wait_gone() {
  local tries=200 left
  while left=$(find_leftovers) && [ -n "$left" ]; do
    ((tries-- > 0)) || {
      printf 'lab: not all is gone:\n%s\n' "$left" >&2
      return 1
    }
    sleep 0.05
  done
}

# Prints whatever of the lab is still there.
find_leftovers() {
  local pid words
  for pid in $({ lab_processes && processes_in_pinned; } | sort -un); do
    words=$({ tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null | cut -c1-120) || continue
    echo "process $pid: $words"
  done
  grep -lF " $state/" /proc/[0-9]*/mountinfo 2>/dev/null |
    sed "s|^/proc/\([0-9]*\)/.*|mount below $state, seen by process \1|" || :
}

# Ends the lab and checks that nothing of it is left. Its folder goes before the
# last look: a process that was just being started finds nothing to go on with.
lab_down() {
  local status=0
  kill_lab
  [ ! -d "$state" ] || [ -L "$state" ] || rm -rf --one-file-system -- "$state"
  kill_lab
  wait_gone || status=1
  unpin_namespaces
  return "$status"
}
