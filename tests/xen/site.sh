# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Makes a dom0 of tests/xen/xen a Rocks site of one machine: frontend-a, which
# is its own VM container vm-container-0-0.  To be sourced, in dom0.  The daemons
# and rows are those of a lab's host.

xen_here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
xen_lab=$xen_here/../lab
# shellcheck source=tests/lab/config.sh
. "$xen_lab/config.sh"
# shellcheck source=tests/lab/root.sh
. "$xen_lab/root.sh"
# shellcheck source=tests/lab/services.sh
. "$xen_lab/services.sh"

# Two NICs as Rocks wires a container: ethN is a bridge over pethN, which leads
# nowhere.  Both hosts' addresses are on them.
site_network() {
  local number
  for number in 0 1; do
    ip link add name "peth$number" type dummy
    ip link add name "eth$number" type bridge stp_state 0 forward_delay 0 mcast_snooping 0
    ip link set "peth$number" master "eth$number" up
    ip link set "eth$number" up
  done
  ip address add 10.1.1.1/16 dev eth0
  ip address add 10.1.255.254/16 dev eth0
  ip address add "$(site_frontend_address a)/24" dev eth1
  # The frontend opens its own ports; bridged frames are none of its business.
  for number in /proc/sys/net/bridge/bridge-nf-call-*tables; do
    [ ! -e "$number" ] || echo 0 >"$number"
  done
}

# BUILD is the build tree, TEMPLATE an empty MariaDB (tests/mariadb.sh).
site_up() { # BUILD TEMPLATE
  hostname frontend-a
  echo a >/etc/rocks-lab-site
  lab_host_table small open | grep '^a ' >/etc/rocks-lab-hosts
  echo '10.1.1.1 frontend-a' >>/etc/hosts
  site_network
  mkdir -p /state/partition1 /export /root/.ssh
  rm -rf /root/.ssh/* /etc/ssh/ssh_host_* /var/lib/mysql
  mkdir -p /var/lib/mysql
  ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519
  start_sshd /root/.ssh/id_ed25519.pub
  start_mariadb "$2"
  put_program "$1"
  rocks create database name=a
  "$xen_lab/site.sh"
}
