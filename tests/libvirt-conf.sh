# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# How libvirtd and its QEMU are set up where there is no systemd, no dbus and no
# cgroup: in the lab's hosts and in tests' namespaces.  To be sourced.

# libvirtd looks its default user and groups up even where it shall use neither.
libvirt_users() {
  for libvirt_entry in 'passwd libvirt-qemu:x:64055:64055::/nonexistent:/usr/sbin/nologin' \
    'group libvirt-qemu:x:64055:' 'group kvm:x:64056:'; do
    set -- "${libvirt_entry%% *}" "${libvirt_entry#* }"
    grep -q "^${2%%:*}:" "/etc/$1" || echo "$2" >>"/etc/$1"
  done
}

# Text for /etc/libvirt/libvirtd.conf.
libvirt_daemon_conf() {
  cat <<'CONF'
auth_unix_ro = "none"
auth_unix_rw = "none"
unix_sock_group = "root"
log_outputs = "2:file:/var/log/libvirt/libvirtd.log"
CONF
}

# Text for /etc/libvirt/qemu.conf.
libvirt_qemu_conf() {
  cat <<'CONF'
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
