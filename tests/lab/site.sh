#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Fills the Rocks database of a lab's frontend with its site: what an installed
# frontend knows after insert-ethers has met its VM containers. To be run in the
# frontend, once, after `rocks create database`:
#
#   lab run frontend-a tests/lab/site.sh [DATABASE]      (with its full path)
#
# The facts are in /etc/rocks-lab-hosts, one line per host of this site; where
# rows go is said in schema/rocks.sql and site.sql of the backend rocksdb.
set -eu

here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
# shellcheck source=tests/lab/config.sh
. "$here/config.sh"
database=${1:-cluster}
site=$(</etc/rocks-lab-site)
table=/etc/rocks-lab-hosts
frontend=frontend-$site
public=$(site_frontend_address "$site")
prefix=$(site_public_prefix "$site")

sql() { mariadb --default-character-set=latin1 -N -B "$database" "$@"; }

# The kvm roll's rule: the site's own 22 bits of MAC addresses, made from the
# frontend's public address; bytes 1 to 4 are not padded.
mac_base() { # IPV4
  local b c d
  IFS=. read -r _ b c d <<<"$1"
  printf '%x:%x:%x:%x:00:00\n' $(((d & ~3) | 2)) "$c" "$b" $(((d & 3) << 6))
}

# Global attributes, as the installer's screens leave them: NAME VALUE.
site_attributes() {
  local mac0 mac1
  read -r _ _ _ _ _ _ mac0 mac1 < <(grep " $frontend frontend " "$table")
  cat <<LIST
Info_ClusterName $frontend
Kickstart_PrivateAddress 10.1.1.1
Kickstart_PrivateBroadcast 10.1.255.255
Kickstart_PrivateDNSDomain local
Kickstart_PrivateDNSServers 10.1.1.1
Kickstart_PrivateEthernet $mac0
Kickstart_PrivateGateway 10.1.1.1
Kickstart_PrivateHostname $frontend
Kickstart_PrivateInterface eth0
Kickstart_PrivateKickstartBasedir install
Kickstart_PrivateKickstartCGI sbin/kickstart.cgi
Kickstart_PrivateKickstartHost 10.1.1.1
Kickstart_PrivateMTU 1500
Kickstart_PrivateNTPHost 10.1.1.1
Kickstart_PrivateNetmask 255.255.0.0
Kickstart_PrivateNetmaskCIDR 16
Kickstart_PrivateNetwork 10.1.0.0
Kickstart_PrivateSyslogHost 10.1.1.1
Kickstart_PublicAddress $public
Kickstart_PublicBroadcast $prefix.255
Kickstart_PublicDNSDomain example.org
Kickstart_PublicDNSServers $prefix.1
Kickstart_PublicEthernet $mac1
Kickstart_PublicGateway $prefix.1
Kickstart_PublicHostname $frontend.example.org
Kickstart_PublicInterface eth1
Kickstart_PublicMTU 1500
Kickstart_PublicNTPHost $prefix.1
Kickstart_PublicNetmask 255.255.255.0
Kickstart_PublicNetmaskCIDR 24
Kickstart_PublicNetwork $prefix.0
vm_mac_base_addr $(mac_base "$public")
vm_mac_base_addr_mask ff:ff:ff:c0:00:00
LIST
}

attribute_rows() {
  local name value
  while read -r name value; do
    cat <<SQL
INSERT INTO attributes (Attr, Value, Category, Catindex)
SELECT '$name', '$value', c.ID, i.ID
  FROM categories c JOIN catindex i ON i.Category = c.ID
 WHERE c.Name = 'global' AND i.Name = 'global'
ON DUPLICATE KEY UPDATE Value = '$value';
SQL
  done < <(site_attributes)
}

network_rows() {
  cat <<SQL
INSERT INTO subnets (name, dnszone, subnet, netmask, mtu, servedns) VALUES
  ('private', 'local', '10.1.0.0', '255.255.0.0', 1500, TRUE),
  ('public', 'example.org', '$prefix.0', '255.255.255.0', 1500, FALSE);
SQL
}

interface_row() { # HOST DEVICE SUBNET IP MAC
  cat <<SQL
INSERT INTO networks (Node, MAC, IP, Name, Device, Subnet)
SELECT n.ID, '$5', '$4', '$1', '$2', s.ID
  FROM nodes n, subnets s WHERE n.Name = '$1' AND s.name = '$3';
SQL
}

partition_row() { # HOST DEVICE MOUNTPOINT START SIZE FSTYPE
  cat <<SQL
INSERT INTO partitions (Node, Device, Mountpoint, SectorStart, PartitionSize, PartitionID, FsType)
SELECT ID, '$2', '$3', '$4', '$5', 'linux', '$6' FROM nodes WHERE Name = '$1';
SQL
}

host_rows() {
  local name role rank private address mac0 mac1 membership big action
  while read -r _ name role rank private address mac0 mac1; do
    case $role in
      frontend) membership=Frontend big='/export 27.9GB 400GB' action='' ;;
      *) membership='VM Container' big='/state/partition1 27.9GB 472GB' action=os ;;
    esac
    cat <<SQL
INSERT INTO nodes (Name, Membership, CPUs, Rack, \`Rank\`, OS)
SELECT '$name', ID, 8, 0, $rank, 'linux' FROM memberships WHERE Name = '$membership';
INSERT INTO catindex (Name, Category) SELECT '$name', ID FROM categories WHERE Name = 'host';
INSERT INTO attributes (Attr, Value, Category, Catindex)
SELECT 'os', 'linux', Category, ID FROM catindex WHERE Name = '$name';
SQL
    interface_row "$name" eth0 private "$private" "$mac0"
    [ "$address" = - ] || interface_row "$name" eth1 public "$address" "$mac1"
    partition_row "$name" sda1 / 1048kB 16.0GB ext4
    partition_row "$name" sda2 /var 17.2GB 8.0GB ext4
    # shellcheck disable=SC2086 # three words
    partition_row "$name" sda5 $big ext4
    [ -z "$action" ] ||
      echo "INSERT INTO boot (Node, Action) SELECT ID, '$action' FROM nodes WHERE Name = '$name';"
  done <"$table"
}

# What follows from the above: the backend's own file, unless it was run already.
site_rows() {
  echo "SET @rocks_release = '7.0'; SET @rocks_arch = 'x86_64';"
  cat "$here/../../plugins/resource-rocksdb/schema/site.sql"
}

if [ "$(sql -e 'SELECT COUNT(*) FROM nodes')" != 0 ]; then
  echo "site.sh: database '$database' has hosts already" >&2
  exit 1
fi
followed=$(sql -e "SELECT COUNT(*) FROM bootaction WHERE Action = 'install'")
{
  echo 'START TRANSACTION;'
  attribute_rows
  network_rows
  host_rows
  [ "$followed" != 0 ] || site_rows
  echo 'COMMIT;'
} | sql
