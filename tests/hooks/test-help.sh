#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Help needs no database, and opens no module that says it has no commands: libraries of backends
# are most of what a start would take.
set -eu
# shellcheck source=tests/functions.sh disable=SC1091
. "$(dirname "$0")/../functions.sh"
rocks=$top_builddir/core/rocks-tree
export ROCKS_DATABASE="mysql:///cluster?socket=$test_tmp/no-socket"

# opened WORDS: the modules that such a command opens
opened() {
  rm -f "$test_tmp"/ld.*
  # shellcheck disable=SC2086 # words
  LD_DEBUG=files LD_DEBUG_OUTPUT="$test_tmp/ld" "$rocks" $1 >"$test_tmp/out" 2>&1 || echo "status $?"
  # shellcheck disable=SC2086
  cat "$test_tmp"/ld.* | sed -nE 's,.*[/ ](((network|vm|resource)-[a-z0-9]+|libvirt|libmariadb)\.so[.0-9]*).*,\1,p' | sort -u
}

for words in '' 'help' 'list help' 'help host'; do
  is "rocks $words opens what has commands" "$(opened "$words")" network-n2n.so
  has "rocks $words answers" "$(cat "$test_tmp/out")" 'add host interface {host}'
done
has 'with the commands of modules' "$("$rocks" list help)" 'start service supernode'
is 'rocks list host help opens none' "$(opened 'list host help')" ''
has 'rocks list host help answers' "$(cat "$test_tmp/out")" 'rocks list host [host]...'
is 'an unknown command is looked for in them, too' "$(opened 'no such command')" \
  "$(printf '%s\n' 'status 255' network-n2n.so)"

# ---- a module that says so and has some ----

modules=$top_builddir/tests/hooks/modules
rm -rf "$modules"
mkdir "$modules"
at_end rm -rf "$modules"
install -m 644 "$top_builddir/tests/hooks/.libs/network-liar.so" "$modules"
is 'is not opened for its commands' "$("$top_builddir/tests/hooks/rocks" list help | grep liar || true)" ''
has 'and told about when it is' "$("$top_builddir/tests/hooks/rocks" list backend 2>&1)" \
  'network-liar.so: it says ROCKS_NO_COMMANDS, but has some'
