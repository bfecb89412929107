# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# What a test in dom0 needs from this machine.  To be sourced; leaves $template, an
# empty MariaDB, and the folder $test_tmp/job with the guests' kernel and images.
# shellcheck source=tests/functions.sh
. "$(dirname "${BASH_SOURCE[0]}")/../functions.sh"
# shellcheck source=tests/mariadb.sh
. "$top_srcdir/tests/mariadb.sh"

[ "$(id -u)" = 0 ] || skip 'only root can see the files that dom0 needs'
for program in qemu-system-x86_64 libvirtd virsh edge supernode mariadbd sshd cpio curl; do
  PATH=$PATH:/usr/sbin command -v "$program" >/dev/null || skip "no program $program"
done

# The guest's kernel as an ELF file: emulated decompression would take seconds.
elf_kernel() { # VMLINUZ FILE
  local offset
  offset=$(LC_ALL=C grep -abo $'\xfd7zXZ' "$1" | head -n 1 | cut -d : -f 1)
  tail -c +$((offset + 1)) "$1" | xz -dc --single-stream >"$2"
}

"$top_srcdir/tests/lab/guest/build" "$top_builddir/guest" >/dev/null
# shellcheck disable=SC2034 # for who sources this
template=$(mariadb_template)
mkdir "$test_tmp/job"
elf_kernel "$top_builddir/guest/vmlinuz" "$test_tmp/job/vmlinux"
cp "$top_builddir/guest/frontend.img" "$top_builddir/guest/compute.img" "$top_builddir/tests/xen/cut" \
  "$test_tmp/job/"
# libtool's wrappers may want to relink, which dom0 could not keep.
"$top_builddir/rocks" list backend >/dev/null
"$top_builddir/tests/conformance/vm/life" xen test:///default no hvm >/dev/null
