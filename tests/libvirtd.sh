# shellcheck shell=sh disable=SC2154 # functions.sh sets test_tmp
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# A real libvirtd with QEMU's emulation, for tests in namespaces of their own
# whose /etc, /run and /var are their own too; to be sourced.

libvirtd_configure() {
  # libvirtd looks these up even when it is told to run QEMU as root.
  id -u libvirt-qemu >/dev/null 2>&1 || {
    echo 'libvirt-qemu:x:64055:64055::/nonexistent:/usr/sbin/nologin' >>/etc/passwd
    echo 'libvirt-qemu:x:64055:' >>/etc/group
  }
  cat >/etc/libvirt/libvirtd.conf <<'CONF'
auth_unix_ro = "none"
auth_unix_rw = "none"
unix_sock_group = "root"
log_outputs = "2:file:/var/log/libvirt/libvirtd.log"
CONF
  cat >/etc/libvirt/qemu.conf <<'CONF'
security_driver = "none"
user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
stdio_handler = "file"
cgroup_controllers = [ ]
namespaces = [ ]
seccomp_sandbox = 0
CONF
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
