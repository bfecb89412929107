#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# A fully virtual compute on a real Xen boots over an overlay by its own PXE: pxe.sh
# runs in its dom0.
# shellcheck source=tests/xen/prepare.sh
. "$(dirname "$0")/prepare.sh"

[ -e /usr/lib/ipxe/qemu/pxe-rtl8139.rom ] || skip 'no iPXE for an emulated NIC: package ipxe-qemu'
status=0
"$top_srcdir/tests/xen/xen" --mem 2560 --dom0 1200 --seconds "${XEN_SECONDS:-2400}" \
  --job "$test_tmp/job" -- "$top_srcdir/tests/xen/pxe.sh" "$top_builddir" "$template" || status=$?
exit "$status"
