# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# The daemons of a lab host: real ones, with the least configuration that works
# in a namespace without systemd, dbus and cgroups. Wants root.sh.

# shellcheck source=tests/libvirt-conf.sh
. "$(dirname "${BASH_SOURCE[0]}")/../libvirt-conf.sh"

# Runs a command until it succeeds, 0.05 s apart; fails after TRIES.
until_ok() { # TRIES COMMAND...
  local tries=$1
  shift
  until "$@" >/dev/null 2>&1; do
    ((--tries > 0)) || return 1
    sleep 0.05
  done
}

start_sshd() { # AUTHORIZED-KEYS-FILE
  ssh-keygen -q -t ed25519 -N '' -C "root@$(hostname)" -f /etc/ssh/ssh_host_ed25519_key
  put_file /etc/ssh/sshd_config <<'CONF'
HostKey /etc/ssh/ssh_host_ed25519_key
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
PrintMotd no
PrintLastLog no
# Many hosts at once, from tests that start many commands at once.
MaxStartups 200
MaxSessions 200
Subsystem sftp internal-sftp
CONF
  mkdir -p /run/sshd
  mkdir -p /root/.ssh
  chmod 700 /root/.ssh
  put_file /root/.ssh/authorized_keys 600 <"$1"
  /usr/sbin/sshd -E /var/log/sshd.log
}

put_libvirt_conf() {
  libvirt_users
  { libvirt_daemon_conf && echo "host_uuid = \"$(</proc/sys/kernel/random/uuid)\""; } |
    put_file /etc/libvirt/libvirtd.conf
  libvirt_qemu_conf | put_file /etc/libvirt/qemu.conf
  mkdir -p /var/log/libvirt /var/lib/libvirt/images /state/partition1 /export
}

# CACHE holds what libvirtd found out about QEMU, which takes it seconds.
start_libvirtd() { # CACHE
  put_libvirt_conf
  cp -a "$1/." /var/cache/libvirt/
  launch_libvirtd
}

launch_libvirtd() {
  /usr/sbin/libvirtd --daemon >>/var/log/libvirt/start.log 2>&1
  until_ok 400 virsh -q -c qemu:///system list
}

put_mariadb_conf() {
  # Nothing here needs to outlive a power cut.
  put_file /etc/mysql/my.cnf <<'CONF'
[client]
socket = /run/mysqld/mysqld.sock

[mariadbd]
user = root
datadir = /var/lib/mysql
socket = /run/mysqld/mysqld.sock
pid-file = /run/mysqld/mysqld.pid
log-error = /var/log/mysql.log
skip-networking
skip-name-resolve
skip-log-bin
performance_schema = off
innodb_buffer_pool_size = 24M
innodb_log_file_size = 8M
innodb_flush_log_at_trx_commit = 0
innodb_flush_method = nosync
innodb_use_native_aio = 0
CONF
  mkdir -p /run/mysqld
}

# TEMPLATE is a data folder as mariadb-install-db makes it, root by unix_socket.
start_mariadb() { # TEMPLATE
  put_mariadb_conf
  cp -a "$1/." /var/lib/mysql/
  setsid /usr/sbin/mariadbd </dev/null >>/var/log/mysql.start.log 2>&1 &
  until_ok 400 mariadb -e 'SELECT 1'
}

# The program under test, as an administrator finds it.
put_program() { # BUILD
  put_file /usr/local/bin/rocks 755 <<PROGRAM
#!/bin/sh
exec '$1/rocks' "\$@"
PROGRAM
}

# Prepares what every host would else do again: the empty MariaDB, and what
# libvirtd knows about QEMU. FOLDER is filled.
prepare_caches() { # FOLDER
  put_mariadb_conf
  mkdir "$1/mysql" "$1/libvirt"
  mariadb-install-db --user=root --datadir="$1/mysql" --skip-test-db --skip-name-resolve \
    --auth-root-authentication-method=socket >/var/log/install-db.log 2>&1
  put_libvirt_conf
  launch_libvirtd
  virsh -q -c qemu:///system domcapabilities --virttype qemu >/dev/null
  kill "$(</run/libvirtd.pid)"
  cp -a /var/cache/libvirt/. "$1/libvirt/"
}
