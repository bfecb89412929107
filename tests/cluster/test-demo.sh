#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# ./demo, the main job with VMs that boot; its acts fail when what they show is
# not so.
#
#   test-demo.sh [paper] [nat]
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"

[ "$(id -u)" -eq 0 ] || skip "namespaces need root"
export LAB_DIR=$test_tmp/lab ROCKS_BUILD=$top_builddir
bound=900
[ "${1-}" != paper ] || bound=2400

# A lab that a demo left behind when it was killed.
at_end 'if [ -e "$LAB_DIR" ]; then "$top_srcdir/tests/lab/lab" down; fi'
status=0
timeout "$bound" "$top_srcdir/demo" "$@" >"$test_tmp/demo" 2>&1 </dev/null || status=$?
is "demo $*: status" "$status" 0
[ "$status" -eq 0 ] || tail -n 40 "$test_tmp/demo"
has "it says that all worked" "$(tail -n 20 "$test_tmp/demo")" "All of it worked."
sed -n '/^==> how long it took/,/^$/p' "$test_tmp/demo"
