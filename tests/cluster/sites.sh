# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Three sites for tests of the cluster commands: real sshd, libvirtd, MariaDB and
# n2n, a lab of this test's own. VMs start, but do not boot: the frontend's kernel
# is a `hlt`, so that QEMU costs nothing.
# shellcheck source=tests/functions.sh
. "$(dirname "${BASH_SOURCE[0]}")/../functions.sh"
# shellcheck source=tests/lab/state.sh
. "$top_srcdir/tests/lab/state.sh"

lab_program=$top_srcdir/tests/lab/lab
LAB_DIR=$test_tmp/lab
ROCKS_BUILD=$top_builddir
export LAB_DIR ROCKS_BUILD
# shellcheck disable=SC2034 # for the tests
fe=frontend-0-0-0 # what the first cluster is called
vfe_ip=198.51.100.20

# Everything in a test is bounded, the lab's own commands too.
lab() { timeout 240 "$lab_program" "$@"; }
# A rocks command at site a's frontend.
rocks() { lab run frontend-a rocks "$@"; }
sql() { lab run "frontend-$1" mariadb -N -B cluster -e "$2" </dev/null; } # SITE STATEMENT

need_programs() { # PROGRAM...
  local program
  [ "$(id -u)" -eq 0 ] || skip "namespaces need root"
  for program; do
    command -v "$program" >/dev/null || skip "no $program"
  done
}

# A multiboot kernel (version 0.6.96, 3.1.2) that is loaded at 1 MiB and halts.
halting_kernel() {
  # magic, flags (addresses are given), checksum; header, load, load end, bss
  # end and entry address; cli, hlt, jmp back to the hlt
  printf '\002\260\255\033\000\000\001\000\376\117\121\344'
  printf '\000\000\020\000\000\000\020\000\044\000\020\000\044\000\020\000\040\000\020\000'
  printf '\372\364\353\375'
}

sites_up() { # SIZE [--nat]
  local site
  need_programs mariadbd sshd libvirtd qemu-system-x86_64 edge nft
  at_end lab down
  lab up "$@" >"$test_tmp/up" 2>&1 || {
    cat "$test_tmp/up"
    exit 1
  }
  halting_kernel >"$LAB_DIR/share/halt"
  for site in a b c; do
    lab run "frontend-$site" rocks create database name="$site"
    lab run "frontend-$site" "$top_srcdir/tests/lab/site.sh"
    lab run "frontend-$site" rocks set attr kvm_graphics none
  done
  rocks add bootaction action="install vm frontend" kernel=/lab/halt ramdisk=/lab/halt args=none
  rocks set attr mvc_frontend_probe none
}

sites_meet() {
  rocks add site b frontend=203.0.113.10
  rocks add site c frontend=192.0.2.10
}

# The words of an `add cluster` over the three sites, with room for many.
small=(fe-mem=32 mem-per-compute=32 disk-per-compute=1 disk-per-frontend=1 network-backend=n2n)
add_cluster() { # NUM-COMPUTES [PARAMETER...]
  local computes=$1
  shift
  rocks add cluster "$vfe_ip" "$computes" sites="a b c" "${small[@]}" "$@" >"$test_tmp/add" 2>&1 || {
    cat "$test_tmp/add"
    return 1
  }
}

# All that a command could have changed: tables of all sites, and the hosts. A
# number of a segment that was given back is not used again: its row stays.
everything() {
  local site
  for site in a b c; do tables_dump "$site" | grep -v '^mvc_segments.*[0-9]$'; done
  hosts_state
}

# As after the removal of all clusters.
nothing_left() { # TITLE
  is "$1" "$(rows_state; hosts_state | grep -v -e ' process .*supernode' -e '/n2n/7654/' \
    -e '/var/lib/rocks-mvc/n2n/host.sh' -e '^a:frontend-a firewall')" ''
}
