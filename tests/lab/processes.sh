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

# Is PID the lab's (and not a stranger who got a dead one's number)?
is_ours() { # PID
  grep -qzxF "ROCKS_LAB=$state" "/proc/$1/environ" 2>/dev/null
}

lab_is_running() {
  local pid
  [ -s "$state/pids/wan" ] && [ -e "$state/ready/all" ] && pid=$(<"$state/pids/wan") &&
    is_ours "$pid"
}

# Prints the PIDs of processes in any namespace that the lab had, marked or not.
# A process that ends while we look is no matter.
processes_in_namespaces() { # FILE: lines such as net:[4026532000]
  [ -s "$1" ] || return 0
  stat -c %N /proc/[0-9]*/ns/{pid,net,mnt} 2>/dev/null | grep -F -f "$1" |
    sed "s|^'/proc/\([0-9]*\)/.*|\1|" | sort -un || :
}

# Notes the namespaces of all hosts, for the check when the lab has gone.
record_namespaces() {
  local file pid kind
  for file in "$state"/pids/*; do
    pid=$(<"$file")
    for kind in pid net mnt; do
      readlink "/proc/$pid/ns/$kind" || :
    done
  done >"$state/namespaces"
}

# Kills the lab and waits until the kernel has taken it apart.
kill_lab() {
  local tries=200 pids
  while pids=$(lab_processes) && [ -n "$pids" ]; do
    ((tries-- > 0)) || return 0 # the check says what is left
    # shellcheck disable=SC2086 # a list of numbers
    kill -KILL $pids 2>/dev/null || :
    sleep 0.05
  done
}

# Prints whatever of the lab is still there.
find_leftovers() { # FILE: as above
  local pid words
  for pid in $({ lab_processes && processes_in_namespaces "$1"; } | sort -un); do
    words=$({ tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null | cut -c1-120) || continue
    echo "process $pid: $words"
  done
  grep -lF " $state/" /proc/[0-9]*/mountinfo 2>/dev/null |
    sed "s|^/proc/\([0-9]*\)/.*|mount below $state, seen by process \1|" || :
}

lab_down() {
  local spaces left='' tries=100
  spaces=$(mktemp)
  [ ! -s "$state/namespaces" ] || cp "$state/namespaces" "$spaces"
  kill_lab
  # Clients of `lab run` notice the end of their host a moment later.
  while left=$(find_leftovers "$spaces") && [ -n "$left" ] && ((tries-- > 0)); do
    sleep 0.05
  done
  rm -f "$spaces"
  if [ -n "$left" ]; then
    printf 'lab: not all is gone:\n%s\n' "$left" >&2
    return 1
  fi
  [ ! -d "$state" ] || [ -L "$state" ] || rm -rf --one-file-system -- "$state"
}
