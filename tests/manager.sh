# shellcheck shell=bash disable=SC2154 # functions.sh sets top_* and test_tmp
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# For tests of commands on a small site; to be sourced first. Starts the test again alone (alone.sh),
# as host `manager` of tests/rocksdb/site.sql in a private MariaDB, without a network; what commands
# write to /etc and /tftpboot is gone with the test. Gives functions.sh and small-site.sh.
# SITE_SQL_MODE: the server's sql_mode, for a lax one as of old Rocks. MANAGER_SECONDS: the longest
# that the test may take.
set -eu

ALONE_SECONDS=${MANAGER_SECONDS:-300}
# shellcheck source=tests/alone.sh disable=SC1091
. "$(dirname "${BASH_SOURCE[0]}")/alone.sh"

hostname manager
mkdir "$test_tmp/bin" "$test_tmp/etc"
cp -a /etc/. "$test_tmp/etc"
mount --bind "$test_tmp/etc" /etc
mkdir -p /tftpboot
mount -t tmpfs none /tftpboot
echo '127.0.0.1 localhost' >/etc/hosts
: >/etc/resolv.conf
# No host of the site answers, and no service of this machine is touched.
for program in ssh systemctl service; do
  printf '#!/bin/sh\nexit 255\n' >"$test_tmp/bin/$program"
done
chmod +x "$test_tmp/bin"/*

MARIADB_EXTRA=${SITE_SQL_MODE:+--sql-mode=$SITE_SQL_MODE}
export MARIADB_EXTRA
mariadb_start "$test_tmp/db"
# shellcheck source=tests/small-site.sh disable=SC1091
. "$top_srcdir/tests/small-site.sh"
