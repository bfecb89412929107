#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# The shell that goes to hosts, and the tests', have no finding of shellcheck.
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
command -v shellcheck >/dev/null || skip 'no shellcheck'
cd "$top_srcdir"
passes 'what goes to hosts' shellcheck plugins/network-n2n/*.sh
passes 'the tests' shellcheck -x tests/n2n/*.sh tests/n2n/fake-n2n bench/supernode-restart.sh
for shell in dash bash 'busybox sh'; do
  command -v "${shell% *}" >/dev/null || continue
  # shellcheck disable=SC2086  # words
  for file in plugins/network-n2n/*.sh; do passes "$shell: $file" $shell -n "$file"; done
done
