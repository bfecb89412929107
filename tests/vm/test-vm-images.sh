#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Disk images: made when missing, of the right size and mode, never overwritten,
# deleted on request; devices are never touched.
set -eu

functions=$(dirname "$0")/../../plugins/vm-libvirt/host.sh
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

fail() {
  echo "test-vm-images.sh: $*"
  exit 1
}
# As on the container: a shell of its own under -eu. In a condition, functions
# of this one would go on after a failure.
on_host() { sh -euc '. "$0"; "$@"' "$functions" "$@"; }
refused() { # WORDS COMMAND...
  words=$1
  shift
  if on_host "$@" 2>"$tmp/error"; then
    fail "not refused: $*"
  fi
  grep -q -- "$words" "$tmp/error" || fail "'$(cat "$tmp/error")' lacks '$words'"
}
attributes() { stat -c '%F %s %a' -- "$1"; }

image="$tmp/new folder/it's.vda"
on_host rocks_vm_image raw "$image" 36000000000
[ "$(attributes "$image")" = 'regular file 36000000000 600' ] || fail "$(attributes "$image")"
[ "$(stat -c %b -- "$image")" -le 8 ] || fail "the image is not sparse"
[ "$(stat -c %a "$tmp/new folder")" = 755 ] || fail "mode of the folder"

echo precious >"$image"
on_host rocks_vm_image raw "$image" 36000000000
[ "$(cat "$image")" = precious ] || fail "an image was overwritten"

# What a killed run left half made does not count, and goes.
echo half >"$tmp/half.partial"
on_host rocks_vm_image raw "$tmp/half" 4096
[ "$(attributes "$tmp/half")" = 'regular file 4096 600' ] || fail "$(attributes "$tmp/half")"
[ ! -e "$tmp/half.partial" ] || fail "a partial image stays"

refused 'no image file' rocks_vm_image raw "$tmp/new folder" 4096
refused 'size is not known' rocks_vm_image raw "$tmp/none" 0
ln -s /nowhere/at/all "$tmp/dangling"
refused 'no image file' rocks_vm_image raw "$tmp/dangling" 4096

if command -v qemu-img >/dev/null; then
  on_host rocks_vm_image qcow2 "$tmp/b" 1000000
  qemu-img info "$tmp/b" | grep -q '^file format: qcow2' || fail "no qcow2 image"
  qemu-img info "$tmp/b" | grep -q '(1000448 bytes)' || fail "size of the qcow2 image"
fi
(
  # As if there were no qemu-img.
  mkdir "$tmp/bin"
  for tool in sh mkdir rm; do
    ln -s "$(command -v "$tool")" "$tmp/bin/"
  done
  grep=$(command -v grep)
  grep() { "$grep" "$@"; }
  PATH=$tmp/bin
  refused 'no qemu-img' rocks_vm_image qcow2 "$tmp/c" 4096
  [ ! -e "$tmp/c" ] || fail "half a qcow2 image"
)

on_host rocks_vm_erase "$image"
[ ! -e "$image" ] || fail "the image stays"
on_host rocks_vm_erase "$image"
refused 'no image file' rocks_vm_erase /dev/null
[ -c /dev/null ] || fail "/dev/null is gone"
refused 'no image file' rocks_vm_erase "$tmp/new folder"

[ "$(on_host rocks_vm_emulate yes)" = 'emulate yes' ] || fail "emulate yes"
[ "$(on_host rocks_vm_emulate no)" = 'emulate no' ] || fail "emulate no"
case $(on_host rocks_vm_emulate auto) in
  'emulate yes' | 'emulate no') ;;
  *) fail "emulate auto" ;;
esac
