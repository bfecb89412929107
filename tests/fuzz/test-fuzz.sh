#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Runs the fuzz targets for a minute between them (FUZZ_SECONDS for each). With clang by libFuzzer,
# with both sanitizers; else by driver.c.
# shellcheck source=tests/functions.sh disable=SC1091
. "$(dirname "$0")/../functions.sh"
# shellcheck disable=SC2154 # top_* and test_tmp are set by functions.sh
cd "$test_tmp"
seconds=${FUZZ_SECONDS:-20}
fuzz=$top_srcdir/tests/fuzz
common=(-std=gnu11 -g -O1 -D_GNU_SOURCE -DPKGLIBEXECDIR='""' -DSYSCONFDIR='""' -DLOCALSTATEDIR='""'
  -I"$top_srcdir/core" -I"$top_srcdir/core/api" -I"$top_builddir" -I"$fuzz")
# Every file of the base: what one of them begins to use is there.
base=("$top_srcdir"/core/base/*.c)

echo 'int LLVMFuzzerTestOneInput(const char *d, unsigned long n) { return d == 0 && n > 0; }' >try.c
if clang -fsanitize=fuzzer,address,undefined try.c -o try >/dev/null 2>&1; then
  compile=(clang "-fsanitize=fuzzer,address,undefined" -fno-sanitize-recover=undefined)
  driver=()
  export ASAN_OPTIONS=detect_leaks=1
else
  compile=("${CC:-gcc}")
  driver=("$fuzz/driver.c")
fi
echo "with ${compile[0]}${driver[0]:+ and driver.c}"

# What the targets begin with.
mkdir protocol words output
printf 'rocks-airboss/1 cdrom vm-0 /iso/a.iso\nrocks-airboss/1 power-on 76:77:6e:40:00:02\n' >protocol/a
printf 'ok 12\nfailed 3\na:b active compute vm-0,foo\na:b - frontend fe' >protocol/b
printf -- '-----BEGIN PUBLIC KEY-----QUJD-----END PUBLIC KEY-----\nQUJD' >protocol/c
printf 'compute-0-0\nmac=1:2\niface=\nrack0\ncompute-%%\nselect Name from nodes where Rank = 3' >words/a
printf 'compute\nmanager\na_b\\%%\n%%%%x\nhost eth0 10.1.1.1' >words/b
printf "select 'a'';' -- x\nselect \`a\` from /* x */ b\nselect 1;" >words/c
printf 'json=yes output-header=no\nhost,ip,b c\ntext\nrowner\nn5\nd7\nby\nu\nx' >output/a
printf 'output-col=host,ip output-header=true\nhost,ip\nrh1\n10.1\nrh2\nn-1\nr\nx\ny\nz' >output/b

# run TARGET SOURCE...
run() {
  local target=$1
  shift
  passes "$target builds" "${compile[@]}" "${common[@]}" "$fuzz/fuzz-$target.c" "${driver[@]}" \
    "${base[@]}" "$@" -o "fuzz-$target"
  if [ ${#driver[@]} -gt 0 ]; then
    passes "$target holds" timeout $((seconds + 60)) "./fuzz-$target" -max_total_time="$seconds" \
      "$target"/*
  else
    passes "$target holds" timeout $((seconds + 60)) "./fuzz-$target" -max_total_time="$seconds" \
      -max_len=512 -rss_limit_mb=1024 -timeout=20 "$target"
  fi
  sed -n 's/^Done \([0-9]*\) runs.*/    \1 runs/p' "$test_tmp/out"
}

run protocol "$top_srcdir"/core/remote/{child,spawn}.c
run words
run output -ljansson
