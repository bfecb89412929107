# shellcheck shell=bash disable=SC2154 # functions.sh sets top_* and test_tmp
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# For tests that change the machine they run on; to be sourced first. Starts the
# test again in mount, network, process and host-name namespaces of its own, all
# of which end with it; then gives functions.sh and mariadb.sh. PATH begins with
# $test_tmp/bin and the build tree.
# ALONE_PROGRAMS: what it needs besides mariadbd, or it is skipped.
# ALONE_SECONDS: the longest that it may take [300].
set -eu

if [ "${ALONE_INSIDE:-}" != 1 ]; then
  abs_top_srcdir=${abs_top_srcdir:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)}
  build=${abs_top_builddir:-${ROCKS_BUILD:-$abs_top_srcdir}}
  # shellcheck disable=SC2086 # words
  for program in mariadbd unshare ${ALONE_PROGRAMS:-}; do
    PATH=$PATH:/usr/sbin:/sbin command -v "$program" >/dev/null || {
      echo "SKIP: no $program"
      exit 77
    }
  done
  unshare --mount --net --pid --uts --fork true 2>/dev/null || {
    echo 'SKIP: no permission for namespaces'
    exit 77
  }
  "$build/core/rocks-tree" help >/dev/null 2>&1 || true # libtool relinks at the first run
  # shellcheck source=tests/mariadb.sh disable=SC1091
  (. "$abs_top_srcdir/tests/mariadb.sh" && mariadb_template >/dev/null)
  export abs_top_srcdir abs_top_builddir="$build" ALONE_INSIDE=1
  # All processes of the namespaces die with the first.
  exec timeout -k 5 "${ALONE_SECONDS:-300}" unshare --mount --net --pid --uts --fork \
    --kill-child --mount-proc --propagation private bash "$0" "$@"
fi
unset ALONE_INSIDE

# shellcheck source=tests/functions.sh disable=SC1091
. "$abs_top_srcdir/tests/functions.sh"
# shellcheck source=tests/mariadb.sh disable=SC1091
. "$top_srcdir/tests/mariadb.sh"
at_end mariadb_stop
PATH=$test_tmp/bin:$top_builddir:$PATH:/usr/sbin:/sbin
unset COLUMNS
