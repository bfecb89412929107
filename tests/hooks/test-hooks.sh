#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Backends hook commands of the core: in which order, with what, and what is left when one fails;
# modules from before there were hooks still load.
set -eu
# shellcheck source=tests/manager.sh disable=SC1091
. "$(dirname "$0")/../manager.sh"

# shellcheck disable=SC2154 # top_builddir is set by functions.sh
modules=$top_builddir/tests/hooks/modules
# modules NAME...: what the program finds
modules() {
  local name
  rm -rf "$modules"
  mkdir "$modules"
  for name in "$top_builddir/.libs/resource-rocksdb.so" \
    "${@/#/$top_builddir/tests/hooks/.libs/}"; do
    install -m 644 "$name" "$modules"
  done
}
at_end rm -rf "$modules"
hooked() { "$top_builddir/tests/hooks/rocks" "$@"; }
# The lines that hooks print.
said() { hooked "$@" 2>/dev/null | grep '^#' || true; }

small_site cluster
rocks add host compute-0-1 membership=Compute rack=0 rank=1 2>/dev/null

# ---- none, and old ones ----

modules network-old.so
is 'a module from before there were hooks is as good as ever' "$(hooked report old)" \
  "$(printf '%s\n' AGE old)"
is 'it hooks nothing' "$(hooked remove host compute-0-1 2>&1)" ''
rocks add host compute-0-1 membership=Compute rack=0 rank=1 2>/dev/null
is 'nobody complains' "$(hooked dump 2>&1 >/dev/null)" ''

# ---- their order ----

modules network-old.so network-hook.so
is 'before the parts, before the last part, behind all' \
  "$(said remove host compute-0-1 vm-container-0-2)" "$(printf '# %s\n' \
    'early: compute-0-1 vm-container-0-2 | 6' 'plain: compute-0-1 vm-container-0-2 | 6' \
    'late: compute-0-1 vm-container-0-2 | 4')"
rocks dump >"$test_tmp/plain"
is 'between the lines of a dump' "$(hooked dump | sed -n '/^#/{=;p}' | sed 'N;s/\n/ /;s/ |.*//')" \
  "$(awk '/ add host interface | set host interface / { n = NR } END {
    print n + 1, "# between:"; print NR + 1, "# plain:" }' "$test_tmp/plain")"
has 'what hooks print with the names of columns is a table' "$(hooked dump)" "# plain: | 4
LEVEL
host 
/opt/rocks/bin/rocks run reconfigure clear=1"

# ---- what they do ----

is 'a hook changes the database, by itself and by commands' "$(said set host boot compute action=os)" \
  "$(printf '# %s\n' 'changed 1' 'between: compute-0-0 | 4' 'deferred: 1')"
is 'the changes are there' "$(sql "select n.CPUs, b.Action, a.Value from nodes n
  join boot b on b.Node = n.ID join attributes a on a.Attr = 'hooked'
  where n.Name = 'compute-0-0'")" "$(printf '17\tos\tyes')"
state >"$test_tmp/before"
status=0
out=$(hooked remove host compute-0-0 vm-container-0-1) || status=$?
is 'a hook that fails says why' "$status $out" "1 Error: host compute-0-0 is in use by a hook
{host}..."
is 'and nothing was changed' "$(state)" "$(cat "$test_tmp/before")"
is 'a command without parts has no hooks' "$(hooked list host compute-0-0 output-col=cpus)" \
  "$(printf '%s\n' 'CPUS' '17  ')"
sql "insert into vm_nodes (Node, PhysNode, Virt_Type) values (5, null, 'hvm')"
is 'hooks stand before what they precede, also when that fails' \
  "$(hooked start host vm compute-0-0 2>/dev/null)" "Error: host compute-0-0 does not have a physical host
{host}..."

# ---- contradictions ----

modules network-cycle.so
state >"$test_tmp/before"
status=0
out=$(hooked remove host compute-0-0) || status=$?
is 'rules that contradict each other are named' "$status $(sed -n 1p <<<"$out")" \
  '1 Error: the hooks of "remove host" contradict each other: one before two before one'
is 'then nothing is removed' "$(state)" "$(cat "$test_tmp/before")"
has 'a hook without a name is told about' "$(hooked dump 2>&1 >/dev/null)" \
  'backend "cycle" hooks "dump" without a name or a function'
