#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# The network backends on a host that systemd runs.
here=$(cd "$(dirname "$0")" && pwd)
[ -x /lib/systemd/systemd ] || { echo 'SKIP: no systemd' && exit 77; }
exec "$here/guest" --init systemd --seconds 900 -- \
  env "ROCKS_BUILD=${abs_top_builddir:-${ROCKS_BUILD:-$PWD}}" "$here/systemd"
