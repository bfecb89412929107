#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# The manual page of each network backend knows its parameters, all of them and
# no others, and is mdoc.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/functions.sh
. "$here/../../functions.sh"
for backend in vlan n2n; do
  page=$top_srcdir/docs/rocks-network-$backend.7
  is "$backend" "$(sed -n '/^\.Sh PARAMETERS/,/^\.Sh [^P]/s/^\.It Va //p' "$page" | sort)" \
    "$("$top_builddir/tests/conformance/network/drive" "$backend" about |
      sed -n 's/^param=\([^ ]*\).*/\1/p' | sort)"
  ! command -v mandoc >/dev/null || passes "$backend: mandoc" mandoc -T lint -W error "$page"
done
