# shellcheck shell=sh disable=SC2154 # functions.sh sets test_tmp and top_srcdir
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# A real libvirtd with QEMU's emulation, for tests in namespaces of their own
# whose /etc, /run and /var are their own too; to be sourced with top_srcdir set, as functions.sh does.

# shellcheck source=tests/libvirt-conf.sh
. "$top_srcdir/tests/libvirt-conf.sh"

libvirtd_configure() {
  libvirt_users
  libvirt_daemon_conf >/etc/libvirt/libvirtd.conf
  libvirt_qemu_conf >/etc/libvirt/qemu.conf
}

virsh() { timeout 60 virsh -q -c 'qemu+unix:///system?socket=/run/libvirt/libvirt-sock' "$@"; }

# Starts it, and ends the test when it does not answer.
libvirtd_start() {
  libvirtd_configure
  setpriv --pdeathsig KILL libvirtd --pid-file /run/libvirtd.pid >"$test_tmp/libvirtd.log" 2>&1 &
  libvirtd_tries=200
  until virsh version >/dev/null 2>&1; do
    if [ $((libvirtd_tries -= 1)) -le 0 ]; then
      cat "$test_tmp/libvirtd.log" /var/log/libvirt/libvirtd.log || true
      echo 'not ok - libvirtd answers'
      exit 1
    fi
    sleep 0.2
  done
}
