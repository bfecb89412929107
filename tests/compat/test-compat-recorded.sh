#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# The transcripts again, on a database that has our tables as well.
exec bash "$(dirname "$0")/test-compat.sh" --recorded "$@"
