#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# The suite for network backends, asked of n2n on this kernel.
command -v edge >/dev/null && command -v supernode >/dev/null || {
  echo 'SKIP: no n2n'
  exit 77
}
exec "$(dirname "$0")/suite" n2n
