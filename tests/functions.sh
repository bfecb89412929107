#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# What test scripts share; source it first. Each check is one line
# `ok - ...` or `not ok - ...`; the script fails at its end if one was not ok.
set -eu

top_srcdir=${abs_top_srcdir:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)}
top_builddir=${abs_top_builddir:-${ROCKS_BUILD:-$top_srcdir}}
export top_srcdir top_builddir
test_failures=0
test_tmp=$(mktemp -d)
test_undo=()

# Registers a command to run at the end, the last one first; before it is needed.
at_end() { test_undo+=("$*"); }

test_end() {
  local status=$? i
  for ((i = ${#test_undo[@]} - 1; i >= 0; i--)); do
    eval "${test_undo[i]}" || true
  done
  rm -rf "$test_tmp"
  [ "$status" -ne 0 ] || [ "$test_failures" -eq 0 ] || status=1
  exit "$status"
}
trap test_end EXIT
trap 'exit 1' INT TERM

skip() {
  echo "SKIP: $*"
  exit 77
}

ok() { echo "ok - $*"; }

not_ok() {
  echo "not ok - $*"
  test_failures=$((test_failures + 1))
}

# is TITLE GOT WANTED
is() {
  if [ "$2" = "$3" ]; then
    ok "$1"
  else
    not_ok "$1"
    diff <(printf '%s\n' "$3") <(printf '%s\n' "$2") | sed 's/^/    /' || true
  fi
}

# has TITLE TEXT PART
has() {
  case $2 in
    *"$3"*) ok "$1" ;;
    *)
      not_ok "$1"
      printf '    no "%s" in: %s\n' "$3" "$2"
      ;;
  esac
}

# same TITLE WANTED-FILE GOT-FILE
same() {
  if diff -u "$2" "$3"; then ok "$1"; else not_ok "$1"; fi
}

# passes TITLE COMMAND... / fails TITLE COMMAND...: by exit status
passes() {
  local title=$1
  shift
  if "$@" >"$test_tmp/out" 2>&1; then ok "$title"; else
    not_ok "$title"
    sed 's/^/    /' "$test_tmp/out"
  fi
}

fails() {
  local title=$1
  shift
  if "$@" >"$test_tmp/out" 2>&1; then not_ok "$title"; else ok "$title"; fi
}

# Waits until a command succeeds; false when it has not within SECONDS.
wait_until() { # SECONDS COMMAND...
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.2
  done
}
