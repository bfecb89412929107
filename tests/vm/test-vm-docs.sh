#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# The manual pages know the backends' parameters, all of them and no others.
#   test-vm-docs.sh [DRIVE]
set -eu

drive=${1:-${DRIVE:-tests/vm/drive}}
docs=$(dirname "$0")/../../docs
failed=0
for backend in kvm xen; do
  known=$("$drive" "$backend" params all | sort)
  # kvm_device_0, _1, ... _9 stand in one item.
  written=$(sed -n '/^\.Sh PARAMETERS/,/^\.Sh DISKS/s/^\.It Va //p' "$docs/rocks-vm-$backend.7" |
    sed 's/^kvm_device_0 .*/kvm_device_0/' | sort)
  known=$(echo "$known" | grep -v '^kvm_device_[1-9]$')
  if [ "$known" != "$written" ]; then
    echo "test-vm-docs.sh: $backend knows: $known"
    echo "its manual page: $written"
    failed=1
  fi
  if command -v mandoc >/dev/null; then
    mandoc -T lint -W warning "$docs/rocks-vm-$backend.7" || failed=1
  fi
done
exit "$failed"
