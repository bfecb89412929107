#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Other kinds of guests and disks on a real Xen: kinds.sh runs in its dom0.
# shellcheck source=tests/xen/prepare.sh
. "$(dirname "$0")/prepare.sh"

# A device model loads no ELF file.
cp "$top_builddir/guest/vmlinuz" "$test_tmp/job/"
status=0
"$top_srcdir/tests/xen/xen" --mem 2560 --dom0 1200 --seconds "${XEN_SECONDS:-1800}" \
  --job "$test_tmp/job" -- "$top_srcdir/tests/xen/kinds.sh" "$top_builddir" "$template" || status=$?
exit "$status"
