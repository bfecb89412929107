#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Every description that the VM backends make is valid for libvirt's schema.
#   test-vm-xml.sh [DRIVE]
set -eu

drive=${1:-${DRIVE:-tests/vm/drive}}
if ! command -v virt-xml-validate >/dev/null || ! command -v xmllint >/dev/null; then
  echo "test-vm-xml.sh: skipped: no virt-xml-validate (libvirt-clients) or xmllint (libxml2-utils)"
  exit 77
fi
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

failed=0
validate() { # NAME
  if ! virt-xml-validate "$tmp/$1.xml" domain >"$tmp/out" 2>&1; then
    echo "test-vm-xml.sh: $1 is not valid:"
    cat "$tmp/$1.xml" "$tmp/out"
    failed=1
  fi
}

for kind in plain network diskless kernel cdrom drive attributes direct; do
  "$drive" kvm xml "$kind" >"$tmp/kvm-$kind.xml"
  validate "kvm-$kind"
done
for kind in plain network kernel cdrom drive attributes para para-kernel para-attributes; do
  "$drive" xen xml "$kind" >"$tmp/xen-$kind.xml"
  validate "xen-$kind"
done

# The check itself must be able to fail.
sed 's/<vcpu>/<vcpus>/; s/<\/vcpu>/<\/vcpus>/' "$tmp/kvm-plain.xml" >"$tmp/broken.xml"
if virt-xml-validate "$tmp/broken.xml" domain >/dev/null 2>&1; then
  echo "test-vm-xml.sh: virt-xml-validate takes anything"
  failed=1
fi
exit "$failed"
