#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# The conformance suite for both VM backends on libvirt's test driver, which
# keeps its VMs in the process that asks.
set -eu

life=${ROCKS_BUILD:-.}/tests/conformance/vm/life
for backend in kvm xen; do
  said=$("$life" "$backend" test:///default no hvm) || {
    echo "$said"
    exit 1
  }
  echo "$said"
  # It ran to its end.
  [ "${said##*
}" = 'ok - it has CPUs and memory' ]
done
