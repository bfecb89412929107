#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# The same replay on a server as lax as Rocks' own: our statements do the same on both.
set -eu
exec bash "$(dirname "$0")/test-compat.sh" --lax "$@"
