#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# The shell that goes to hosts, and the tests', have no finding of shellcheck.
set -eu
cd "${srcdir:-.}"
command -v shellcheck >/dev/null || { echo 'SKIP: no shellcheck'; exit 77; }
shellcheck plugins/network-n2n/*.sh
shellcheck -x tests/n2n/*.sh tests/n2n/fake-n2n bench/supernode-restart.sh
for shell in dash bash busybox; do
  command -v $shell >/dev/null || continue
  [ $shell != busybox ] || shell='busybox sh'
  for file in plugins/network-n2n/*.sh; do $shell -n "$file"; done
done
