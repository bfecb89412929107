#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Makes configure and the Makefile.in files from a checkout.
set -e
cd "$(dirname "$0")"
mkdir -p m4
autoreconf -fi -Wall

# Autoconf's configure removes core dumps with `rm -f core conftest.err ...`
# after each probe.  Our folder core/ is none: rm would complain, and leave the
# names behind it unremoved.
sed -e 's/rm -f core \*\.core core\.conftest\.\*/rm -f *.core core.conftest.*/' \
    -e 's/rm -f core conftest/rm -f conftest/' \
    configure > configure.tmp
cat configure.tmp > configure
rm -f configure.tmp
