#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# `move host vm` on a real Xen: two dom0s side by side, each in a QEMU of its own.
# Their NICs are joined by datagrams of a socket, and a folder is seen by both.
# In the first move.sh runs; the second is its container, second.sh.
#
#   XEN_LOG=FILE       keeps what was said there
# shellcheck source=tests/xen/prepare.sh
. "$(dirname "$0")/prepare.sh"

mkdir "$test_tmp/shared" "$test_tmp/job2"
machine=$("$top_srcdir/tests/guest/prepare") || exit
"$top_srcdir/tests/guest/prepare" xen >/dev/null || exit
# Two guests of ours, and nobody else's.
exec 9<"$machine"
flock -w 3600 9

dom0() { # NUMBER OTHER JOB MEM DOM0-MEM COMMAND...
  local net="dgram,id=net,local.type=unix,local.path=$test_tmp/net$1,remote.type=unix,remote.path=$test_tmp/net$2"
  local share="local,id=shared,path=$test_tmp/shared,security_model=passthrough,multidevs=remap"
  "$top_srcdir/tests/xen/xen" --lock no --mem "$4" --dom0 "$5" --seconds "${XEN_SECONDS:-3000}" --job "$3" \
    --qemu "-netdev $net -device virtio-net-pci,netdev=net,mac=52:54:00:0e:00:0$1
      -fsdev $share -device virtio-9p-pci,fsdev=shared,mount_tag=shared" -- "${@:6}" 9>&-
}

dom0 2 1 "$test_tmp/job2" 1500 800 "$top_srcdir/tests/xen/second.sh" >"$test_tmp/second" 2>&1 &
second=$!
at_end "wait $second"
# Also if the first one could not say so.
at_end ": >'$test_tmp/shared/end'"
status=0
dom0 1 2 "$test_tmp/job" 2560 1200 \
  "$top_srcdir/tests/xen/move.sh" "$top_builddir" "$template" 2>&1 |
  tee "${XEN_LOG:-/dev/null}" || status=$?
: >"$test_tmp/shared/end"
wait "$second" || {
  echo 'the second dom0:'
  tail -n 30 "$test_tmp/second"
}
exit "$status"
