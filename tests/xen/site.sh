# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Makes a dom0 of tests/xen/xen a Rocks site of one machine: frontend-a, which
# is its own VM container vm-container-0-0; and another dom0 its second container.
# To be sourced, in dom0.  The daemons and rows are those of a lab's host.

xen_here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
xen_lab=$xen_here/../lab
# shellcheck source=tests/lab/config.sh
. "$xen_lab/config.sh"
# shellcheck source=tests/lab/root.sh
. "$xen_lab/root.sh"
# shellcheck source=tests/lab/services.sh
. "$xen_lab/services.sh"

# A NIC as Rocks wires it on a container: ethN is a bridge over pethN.  Without
# DEVICE it leads nowhere.
dom0_bridge() { # N [DEVICE]
  if [ $# = 2 ]; then
    ip link set "$2" down
    ip link set "$2" name "peth$1"
  else
    ip link add name "peth$1" type dummy
  fi
  ip link add name "eth$1" type bridge stp_state 0 forward_delay 0 mcast_snooping 0
  ip link set "peth$1" master "eth$1" up
  ip link set "eth$1" up
}

# DEVICE leads to the other containers.
dom0_network() { # [DEVICE]
  local setting
  dom0_bridge 0 "$@"
  # The frontend opens its own ports; bridged frames are none of its business.
  for setting in /proc/sys/net/bridge/bridge-nf-call-*tables; do
    [ ! -e "$setting" ] || echo 0 >"$setting"
  done
}

# SIZE of a lab; its site a.
dom0_site() { # SIZE NAME
  hostname "$2"
  echo a >/etc/rocks-lab-site
  lab_host_table "$1" nat | grep '^a ' >/etc/rocks-lab-hosts
  awk '{ print $5, $2 }' /etc/rocks-lab-hosts >>/etc/hosts
  mkdir -p /state/partition1 /export /root/.ssh
  rm -rf /root/.ssh/* /etc/ssh/ssh_host_*
}

# BUILD is the build tree, TEMPLATE an empty MariaDB (tests/mariadb.sh).
site_up() { # BUILD TEMPLATE [SIZE [DEVICE]]
  dom0_site "${3:-small}" frontend-a
  dom0_network "${@:4}"
  dom0_bridge 1
  ip address add 10.1.1.1/16 dev eth0
  ip address add 10.1.255.254/16 dev eth0
  ip address add "$(site_frontend_address a)/24" dev eth1
  rm -rf /var/lib/mysql
  mkdir -p /var/lib/mysql
  ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519
  start_sshd /root/.ssh/id_ed25519.pub
  start_mariadb "$2"
  put_program "$1"
  rocks create database name=a
  "$xen_lab/site.sh"
}

# The container vm-container-0-N, which the owner of the key KEY.pub may enter.
container_up() { # N SIZE DEVICE KEY.pub
  dom0_site "$2" "vm-container-0-$1"
  dom0_network "$3"
  ip address add "10.1.255.$((254 - $1))/16" dev eth0
  ip route add default via 10.1.1.1
  start_sshd "$4"
}
