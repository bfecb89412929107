#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# The same script with each network backend, in the guest.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${abs_top_builddir:-${ROCKS_BUILD:-$PWD}}
modules=$build/tests/guest/program/modules

# A folder that the program trusts: ours, and nobody else may write.
rm -rf "$modules"
mkdir -p "$modules"
chmod 755 "$modules"
for module in "$build"/.libs/{resource-rocksdb,network-vlan,network-n2n}.so \
  "$build/tests/guest/.libs/vm-namespace.so"; do
  install -m 755 "$module" "$modules/"
done
# Where a module of a build tree looks for it.
cp "$build/rocks-n2n-supernode" "$modules/../"

# shellcheck source=tests/mariadb.sh
. "$here/../mariadb.sh"
command -v mariadbd >/dev/null || { echo 'SKIP: no mariadbd' && exit 77; }
mariadb_template >/dev/null # made here, where it takes a second
[ $# -gt 0 ] || set -- vlan n2n
for backend; do
  "$here/guest" --seconds 1500 -- env "ROCKS_BUILD=$build" "$here/cluster" "$backend"
done
