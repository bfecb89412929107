#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
exec bash "$(dirname "$0")/suite" rocksdb
