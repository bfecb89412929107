#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# The suite for network backends, asked of vlan in both its wirings, under a
# kernel that has VLANs.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
in_guest() { # PARAMETER=VALUE
  "$here/../../guest/guest" --seconds 1500 -- env "ROCKS_BUILD=${abs_top_builddir:-${ROCKS_BUILD:-$PWD}}" \
    "$here/suite" vlan "$@"
}
in_guest vlan_wiring=direct
in_guest vlan_wiring=bridge
