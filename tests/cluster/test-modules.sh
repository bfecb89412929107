#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Which modules are refused, and that one that is refused hides no other. The
# program is installed into a folder of this test's own, as `make install` does.
. "$(dirname "$0")/../functions.sh"

[ "$(id -u)" -eq 0 ] || skip "owners and modes need root"

# The build tree's program looks beside itself: a copy of the tree's modules at
# the path that is compiled in, for this test alone.
modules=$top_builddir/.libs
unshare_modules() { # COMMAND...: with $test_tmp/modules in place of the build tree's
  unshare --mount sh -c 'mount --bind "$1" "$2" && shift 2 && exec "$@"' sh \
    "$test_tmp/modules" "$modules" "$@"
}
mkdir "$test_tmp/modules"
cp "$modules"/{network,vm,resource}-*.so "$test_tmp/modules/"
chmod 755 "$test_tmp/modules" "$test_tmp/modules"/*.so

backends() { # NAME...
  unshare_modules "$top_builddir/rocks" list backend "$@" output-format=json 2>/dev/null ||
    unshare_modules "$top_builddir/rocks" list backend "$@"
}

module() { # NAME CFLAG...: builds a network backend that does nothing
  local name=$1
  shift
  cat >"$test_tmp/$name.c" <<C
#include <rocks/network.h>
static const struct rocks_network_ops ops = { .segment_min = 1, .segment_max = 2 };
static const struct rocks_plugin plugin = {
  .size = sizeof plugin, .abi = ROCKS_ABI, .kind = ROCKS_KIND_NETWORK, .name = "$name",
  .version = "1", .summary = "test", .ops_size = sizeof ops, .ops = &ops };
ROCKS_EXPORT const struct rocks_plugin *
network_${name}_LTX_rocks_entry(void);
const struct rocks_plugin *
network_${name}_LTX_rocks_entry(void)
{
  return &plugin;
}
C
  "${CC:-cc}" -shared -fPIC "$@" -I"$top_srcdir/core/api" -o "$test_tmp/modules/network-$name.so" "$test_tmp/$name.c"
}

told() { # TITLE NAME SENTENCE
  has "$1" "$(backends "$2")" "$3"
}

module strange
told "a module of a stranger is listed" strange "test"
mkdir -p "$test_tmp/old/rocks"
cp "$top_srcdir"/core/api/rocks/*.h "$test_tmp/old/rocks/"
abi=$(sed -n 's/^#define ROCKS_ABI \([0-9]*\)u$/\1/p' "$test_tmp/old/rocks/plugin.h")
sed -i 's/^#define ROCKS_ABI .*/#define ROCKS_ABI 77u/' "$test_tmp/old/rocks/plugin.h"
module elder -I"$test_tmp/old"
told "a module of another ABI is refused, with both numbers" elder \
  "cannot load backend $modules/network-elder.so: built for ABI 77, this program speaks ABI $abi"
module open
chmod 777 "$test_tmp/modules/network-open.so"
told "a module that others may write is refused" open \
  "cannot load backend: $modules/network-open.so is writable by others (mode 0777)"
module foreign
chown 65534 "$test_tmp/modules/network-foreign.so"
told "a module of somebody else is refused" foreign \
  "cannot load backend: $modules/network-foreign.so belongs to user 65534, not to root or the caller"
printf 'no module' >"$test_tmp/modules/network-text.so"
chmod 644 "$test_tmp/modules/network-text.so"
told "what is no module is refused with the linker's reason" text \
  "cannot load backend $modules/network-text.so: $modules/network-text.so: file too short"
module liar
mv "$test_tmp/modules/network-liar.so" "$test_tmp/modules/network-other.so"
told "a module by another's name is refused" other "cannot load backend $modules/network-other.so"
told "the others are there all the same" n2n "$modules/network-n2n.so"
chmod 777 "$test_tmp/modules"
told "a folder that others may write is refused with all in it" n2n \
  "cannot load backend: $modules is writable by others (mode 0777)"
