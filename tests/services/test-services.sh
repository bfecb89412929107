#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# `sync config` on a frontend with a real dhcpd and a real named: a host that
# boots gets its address and what it boots from, names and addresses are found,
# and a change of the database is there with the next answer.
set -eu

# Downloaded while there is a network.
packages=$("$(dirname "$0")/../guest/prepare" services)/layer
# shellcheck source=tests/alone.sh disable=SC1091,SC2034
ALONE_PROGRAMS='ip busybox apt-get'
. "$(dirname "$0")/../alone.sh"

lib=$packages/usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null || echo x86_64-linux-gnu)

# ---- the machine ----

hostname manager
mkdir "$test_tmp/bin" "$test_tmp/etc"
cp -a /etc/. "$test_tmp/etc"
mount --bind "$test_tmp/etc" /etc
mount -t tmpfs none /run
mkdir -p /run/lock /run/named /run/systemd/system /tftpboot /var/lib/bind /var/lib/dhcp /var/cache/bind
for folder in /tftpboot /var/lib/bind /var/lib/dhcp /var/cache/bind; do mount -t tmpfs none $folder; done
touch /etc/debian_version
rm -rf /etc/bind /etc/dhcp
mkdir /etc/bind /etc/dhcp
echo '# Added by rocks report host #' >/etc/hosts
ip link set lo up
ip link add name eth0 type veth peer name booting
ip link set eth0 up
ip address add 10.1.1.1/16 dev eth0
unshare --net sleep 1000 &
host=$!
at_end "kill $host"
until [ "$(readlink "/proc/$host/ns/net")" != "$(readlink /proc/$$/ns/net)" ]; do sleep 0.05; done
ip link set booting netns "$host"
on_host() { nsenter --target "$host" --net "$@"; }

for program in usr/sbin/dhcpd usr/sbin/named usr/bin/host; do
  printf '#!/bin/sh\nLD_LIBRARY_PATH=%s exec %s "$@"\n' "$lib" "$packages/$program" \
    >"$test_tmp/bin/${program##*/}"
done
# In place of systemd, which is not there: what the units of Debian do.
cat >"$test_tmp/bin/systemctl" <<END
#!/bin/sh
echo "\$*" >>$test_tmp/told
case "\$*" in
  'restart isc-dhcp-server')
    if [ -s /run/dhcpd.pid ]; then
      kill "\$(cat /run/dhcpd.pid)" 2>/dev/null
      while kill -0 "\$(cat /run/dhcpd.pid)" 2>/dev/null; do sleep 0.1; done
      rm /run/dhcpd.pid
    fi
    touch /var/lib/dhcp/dhcpd.leases
    . /etc/default/isc-dhcp-server
    $test_tmp/bin/dhcpd -4 -q -pf /run/dhcpd.pid -cf /etc/dhcp/dhcpd.conf \$INTERFACESv4 ;;
  'reload-or-restart named')
    if [ -s /run/named/named.pid ] && kill -0 "\$(cat /run/named/named.pid)"; then
      kill -HUP "\$(cat /run/named/named.pid)"
    else
      $test_tmp/bin/named -4 -c /etc/bind/named.conf
    fi ;;
  *) exit 1 ;;
esac
END
chmod +x "$test_tmp/bin"/*

mariadb_start "$test_tmp/db"
mariadb_create cluster
export ROCKS_DATABASE="mysql:///cluster?socket=$MARIADB_SOCKET"
rocks create database >/dev/null
mariadb_sql cluster <"$top_srcdir/tests/rocksdb/site.sql"
rocks set appliance attr compute dhcp_nextserver 10.1.1.1
rocks set attr Kickstart_PrivateDNSServers 10.1.1.1
rocks set attr Kickstart_PrivateGateway 10.1.1.1

# ---- both are told and start ----

until_it_is() { # TITLE WANTED COMMAND...: within ten seconds
  local end=$((SECONDS + 10)) got
  until got=$("${@:3}" 2>&1) && [ "$got" = "$2" ] || [ $SECONDS -ge $end ]; do sleep 0.2; done
  is "$1" "$got" "$2"
}
address_of() { host -t A "$1" 10.1.1.1 | sed -n 's/.* has address //p'; }
name_of() { host "$1" 10.1.1.1 | sed -n 's/.* domain name pointer //p'; }
dns_up() { host localhost 10.1.1.1 >/dev/null; }

passes 'sync config' rocks sync config
is 'both were told' "$(sort "$test_tmp/told")" 'reload-or-restart named
restart isc-dhcp-server'
passes 'dhcpd takes its file' dhcpd -t -cf /etc/dhcp/dhcpd.conf
passes 'dhcpd runs' test -s /run/dhcpd.pid
until_it_is 'a name has its address' 10.1.255.251 address_of compute-0-0.local
until_it_is 'an address its name' compute-0-0.local. name_of 10.1.255.251
until_it_is 'the frontend as well' 10.1.1.1 address_of manager.local

# ---- a host boots ----

# shellcheck disable=SC2016 # for the client
printf '#!/bin/sh\n[ "$1" != bound ] || env >%s/lease\n' "$test_tmp" >"$test_tmp/bin/lease"
chmod +x "$test_tmp/bin/lease"
lease() { # MAC
  rm -f "$test_tmp/lease"
  on_host ip link set booting down
  on_host ip link set booting address "$1" up
  on_host timeout 30 busybox udhcpc -i booting -n -q -f -t 5 -T 1 -O mtu -s "$test_tmp/bin/lease"
}
leased() { sed -n "s/^$1=//p" "$test_tmp/lease"; }
passes 'a host of the database gets a lease' lease 52:54:00:00:00:06
is 'its address' "$(leased ip)" 10.1.255.251
is 'its name' "$(leased hostname)" compute-0-0
is 'where it boots from' "$(leased siaddr) $(leased boot_file)" '10.1.1.1 pxelinux.0'
is 'its gateway and name server' "$(leased router) $(leased dns)" '10.1.1.1 10.1.1.1'
is 'its network' "$(leased subnet) $(leased mtu) $(leased domain)" '255.255.0.0 1500 local'
fails 'a stranger gets none' lease 52:54:00:00:09:09

# ---- what is changed is there ----

rocks add host compute-0-7 membership=Compute rack=0 rank=7 os=linux
rocks add host interface compute-0-7 eth0 ip=10.1.255.7 mac=52:54:00:00:00:07 subnet=private
rocks add host alias compute-0-7 seventh
is 'sync config again' "$(rocks sync config 2>&1)" ''
until_it_is 'a new host is found' 10.1.255.7 address_of compute-0-7.local
until_it_is 'by its alias' 10.1.255.7 address_of seventh.local
until_it_is 'and backwards' compute-0-7.local. name_of 10.1.255.7
passes 'and boots' lease 52:54:00:00:00:07
is 'as itself' "$(leased ip) $(leased hostname)" '10.1.255.7 compute-0-7'
is 'a removal tells them' "$(rocks remove host compute-0-7 2>&1; rocks sync config 2>&1)" ''
until_it_is 'one that is removed is not found' '' address_of compute-0-7.local
fails 'nor served' lease 52:54:00:00:00:07
