#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
#   test-renamed.sh [TEST...]
#
# No name of a backend means anything to the core: the tree is built once more
# with each backend and its module called something else, core/ as it is, and
# the core's tests pass there.
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
[ -d "$top_srcdir/.git" ] || command -v autoreconf >/dev/null || skip 'no autoreconf'
# What the make that runs us was told is not for the one below.
unset MAKEFLAGS MFLAGS MAKEOVERRIDES
copy=$test_tmp/copy build=$test_tmp/build

# As long as the old names and in their order, so that tables look the same.
names='network n2n zna  network vlan znvl  resource rocksdb zrockdb  vm kvm zvk  vm xen zvx'

# The backend itself, and where a test chooses it by name.
rename() { # KIND OLD NEW
  sed -i "s/\b$1-$2\.la\b/$1-$3.la/g; s/\b$1_$2_la_/$1_$3_la_/g; s/ROCKS_MODULE=$1_$2\b/ROCKS_MODULE=$1_$3/" \
    "$copy/plugins/$1-$2/Makefile.inc"
  sed -i "s/\.name = \"$2\"/.name = \"$3\"/" "$copy/plugins/$1-$2"/*.c
  find "$copy/tests" -type f -exec sed -i -E \
    "s/(\b$1[-_]backend( = '|[= ]'?)|cluster $1 [a-z]+ |[$]move |killed )$2\b/\1$3/g; s/\b$1-$2\.so\b/$1-$3.so/g; s/\b$1_$2_LTX/$1_$3_LTX/g" {} +
  case $2 in *vm*) back+="; s/${3^^}/${2^^}/g" ;; esac
  back+="; s/$3/$2/g"
}

tar -C "$top_srcdir" -c --exclude=./.git --exclude=./build --exclude='*.o' --exclude='*.lo' . |
  { mkdir "$copy" && tar -C "$copy" -x; }
back=''
# shellcheck disable=SC2086  # words
set -- $names -- "$@"
while [ "$1" != -- ]; do
  rename "$1" "$2" "$3"
  shift 3
done
shift
passes 'nothing in core is changed' diff -r "$top_srcdir/core" "$copy/core"
# What a check of text compares goes back to the old names first.
cat >>"$copy/tests/functions.sh" <<END
eval "compare_\$(declare -f is)"
eval "look_for_\$(declare -f has)"
old_names() { sed '${back#; }' <<<"\$1"; }
is() { compare_is "\$1" "\$(old_names "\$2")" "\$(old_names "\$3")"; }
has() { look_for_has "\$1" "\$(old_names "\$2")" "\$(old_names "\$3")"; }
END

build_it() {
  (cd "$copy" && ./autogen.sh) && mkdir "$build" && cd "$build" &&
    "$copy/configure" --quiet --enable-werror --with-network-backend=znvl --with-vm-backend=zvk \
      --with-resource-backend=zrockdb && make -s -j2
}
passes 'it builds' build_it
is 'it has the new names and no other' "$("$build/rocks" list backend output-header=no output-col=backend,kind 2>&1 |
  awk '{ printf "%s%s ", $2, $1 }')" "$(awk '{ for (i = 1; i < NF; i += 3) printf "%s%s: ", $i, $(i + 2) }' <<<"$names")"

[ $# -gt 0 ] || set -- tests/unit/unit-base tests/unit/unit-cluster tests/unit/unit-framework \
  tests/unit/unit-remote tests/unit/unit-switch tests/switch/test-switch.sh tests/bare/test-bare.sh \
  tests/host-vm/test-host-vm.sh tests/cluster/test-roundtrips.sh
for test; do
  passes "$test" make -C "$build" -s check TESTS="$test"
  log=$build/${test%.sh}.log
  [ ! -f "$log" ] || grep -A 9 '^not ok' "$log" || :
done
