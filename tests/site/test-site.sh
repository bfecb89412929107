#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Networks, appliances, routes, the site's dump, what services are told, commands on hosts. In
# namespaces of its own, as host `manager` of a small site.
# SITE_SQL_MODE: the server's sql_mode, for a lax one as of old Rocks.
set -eu

# shellcheck source=tests/alone.sh disable=SC1091
. "$(dirname "$0")/../alone.sh"

# ---- the machine: services that say when they are told, no host that answers ----

hostname manager
# shellcheck disable=SC2154
mkdir "$test_tmp/bin" "$test_tmp/etc" "$test_tmp/var"
cp -a /etc/. "$test_tmp/etc"
mount --bind "$test_tmp/etc" /etc
mount -t tmpfs none /run
mkdir -p /tftpboot /var/lib/bind /run/lock /run/systemd/system
for folder in /tftpboot /var/lib/bind; do
  mount -t tmpfs none "$folder"
done
touch /etc/debian_version
echo '127.0.0.1 localhost' >/etc/hosts
: >/etc/resolv.conf
printf '#!/bin/sh\nexit 255\n' >"$test_tmp/bin/ssh"
# shellcheck disable=SC2016 # the stub's own words
printf '#!/bin/sh\necho "$@" >>%s/told\n' "$test_tmp" >"$test_tmp/bin/systemctl"
chmod +x "$test_tmp/bin"/*

MARIADB_EXTRA=${SITE_SQL_MODE:+--sql-mode=$SITE_SQL_MODE}
export MARIADB_EXTRA
mariadb_start "$test_tmp/db"

# shellcheck source=tests/small-site.sh disable=SC1091
. "$top_srcdir/tests/small-site.sh"
small_site cluster

# refuses SENTENCE COMMAND...: exit 1, that sentence, and nothing changed
refuses() {
  local sentence=$1 out status=0 before
  shift
  before=$(state)
  out=$("$@" 2>/dev/null) || status=$?
  is "refused: $*" "$status $(printf '%s\n' "$out" | head -n 1)" "1 Error: $sentence"
  is 'and nothing changed' "$(state)" "$before"
}

# lists TITLE WANTED COMMAND...: what a listing says, blanks aside
lists() {
  local title=$1 wanted=$2
  shift 2
  is "$title" "$("$@" output-header=no 2>&1 | tr -s ' ' | sed 's/ $//')" "$wanted"
}

# ---- networks ----

rocks add network ipmi subnet=10.9.0.0 netmask=255.255.255.0
rocks add network ib 10.10.0.0 255.255.0.0 mtu=9000 dnszone=ib.local servedns=yes
lists 'a network has what it was given' 'ib: 10.10.0.0 255.255.0.0 9000 ib.local True
ipmi: 10.9.0.0 255.255.255.0 1500 ipmi False' rocks list network ib ipmi
rocks set network zone ipmi ipmi.local
rocks set network zone ipmi ipmi.local
rocks set network mtu ib ipmi 8000
rocks set network servedns ipmi true
lists 'and what it was set to' 'ib: 10.10.0.0 255.255.0.0 8000 ib.local True
ipmi: 10.9.0.0 255.255.255.0 8000 ipmi.local True' rocks list network ib ipmi
refuses 'network "ipmi" exists' rocks add network ipmi 10.9.0.0 255.255.255.0
refuses 'must supply one network' rocks add network x subnet=10.9.0.0
refuses 'subnet "10.9.0" is not an IPv4 address' rocks add network x 10.9.0 255.255.255.0
refuses 'netmask "255.0.255.0" is not a netmask' rocks add network x 10.9.0.0 255.0.255.0
refuses 'zone local already exists' rocks add network x 10.9.0.0 255.255.0.0 dnszone=local
refuses 'zone local already exists' rocks set network zone ib local
refuses 'zone "a;b" is not a DNS name' rocks set network zone ib 'a;b'
refuses 'unknown network "nosuch"' rocks set network subnet nosuch 10.1.1.0
refuses 'must supply network' rocks set network subnet ib
refuses 'mtu "abc" must be a number from 68 to 65535' rocks set network mtu ib abc
refuses 'cannot remove "private" network. There are nodes still associated with it.' \
  rocks remove network ib private
long=$(printf 'n%.0s' $(seq 300))
for name in "a'b" 'a b' 'a%' 'a;b' $'a\nb' 'netz-ü' "$long"; do
  status=0
  before=$(state)
  rocks add network "$name" 10.9.9.0 255.255.255.0 >"$test_tmp/out" || status=$?
  is "no network is called ${name:0:20}" "$status $(state)" "1 $before"
done

# ---- routes ----

rocks add route 192.0.3.0 private netmask=255.255.255.0
rocks add os route linux 192.0.4.0 10.1.1.4 netmask=255.255.255.0
rocks add appliance route compute 192.0.4.0 10.1.1.5 netmask=255.255.255.0
rocks add host route compute-0-0 192.0.5.7 ib
rocks add host route vm-container 192.0.4.0 10.1.1.6 netmask=255.255.255.0
lists 'the nearest scope counts' 'compute-0-0: 0.0.0.0 0.0.0.0 10.1.1.1 G
compute-0-0: 192.0.3.0 255.255.255.0 eth0 G
compute-0-0: 192.0.4.0 255.255.255.0 10.1.1.5 A
compute-0-0: 192.0.5.7 255.255.255.255 -------- H
vm-container-0-0: 0.0.0.0 0.0.0.0 10.1.1.1 G
vm-container-0-0: 192.0.3.0 255.255.255.0 eth0 G
vm-container-0-0: 192.0.4.0 255.255.255.0 10.1.1.6 H' \
  rocks list host route vm-container-0-0 compute-0-0
is 'the report has them without the default one' "$(rocks report host route compute-0-0)" \
  '<file name="/etc/sysconfig/static-routes">
any net 192.0.3.0 netmask 255.255.255.0 dev eth0
any net 192.0.4.0 netmask 255.255.255.0 gw 10.1.1.5
</file>'
refuses 'route exists' rocks add host route compute-0-0 192.0.5.7 10.1.1.1
refuses 'route already present 192.0.4.0/255.255.255.0' \
  rocks add appliance route compute 192.0.4.0 10.1.1.1 netmask=255.255.255.0
refuses 'must supply address and gateway' rocks add route 192.0.9.0
refuses 'address required' rocks add os route 192.0.9.0
refuses 'must supply at least one OS type' rocks add os route 192.0.9.0 10.1.1.1
refuses 'address "x" is not an IPv4 address' rocks add route x 10.1.1.1
refuses 'gateway "10.1.1.300" is no address, network or device' \
  rocks add route 192.0.9.0 10.1.1.300
rocks remove host route vm-container address=192.0.4.%
rocks remove appliance route compute 192.0.4.0
lists 'a route that is removed no longer hides another' 'compute-0-0: 192.0.4.0 255.255.255.0 10.1.1.4 O
vm-container-0-0: 192.0.4.0 255.255.255.0 10.1.1.4 O' \
  sh -c 'rocks list host route compute-0-0 vm-container-0-0 "$@" | grep 192.0.4.0' sh

# ---- appliances ----

rocks add appliance gpu membership='GPU Node' node=compute
rocks set appliance attr gpu kickstartable no
rocks add appliance disk
lists 'a membership has a capital unless it is given' 'Disk: disk rocks-dist yes
GPU Node: gpu rocks-dist yes' sh -c 'rocks list membership Disk "GPU Node" "$@" | sort' sh
refuses 'membership "GPU Node" already exists' rocks add appliance gpu membership='GPU Node'
refuses 'appliance "gpu" already exists' rocks add appliance gpu membership=Other
refuses 'appliance name "rack7" means the hosts of a cabinet' rocks add appliance rack7
refuses 'unknown distribution "none"' rocks add appliance other distribution=none
rocks add host gpu-0-0
refuses 'you need to specify an appliance type' rocks add appliance attr level 1
rocks add appliance attr gpu disk level 1
lists 'an attribute of two appliances' 'disk: level 1
gpu: level 1' sh -c 'rocks list appliance attr "$@" | grep " level " | sort' sh
refuses 'The nodes gpu-0-0 are still part of the appliance gpu.' rocks remove appliance gpu
rocks remove appliance disk
is 'nothing of an appliance is left' "$(sql "select count(*) from catindex where Name = 'disk'")$(
  sql "select count(*) from memberships where Name = 'Disk'")" 00

# ---- the dump ----

rocks set attr Kickstart_Lang de_DE
rocks set attr words "it's 100% \"so\"; \$x"
rocks remove appliance attr login managed
rocks add host alias compute-0-0 first
rocks set host runaction gpu-0-0 none
rocks set host boot compute-0-0 action=install
rocks dump >"$test_tmp/dump"
is 'its last line' "$(tail -n 1 "$test_tmp/dump")" '/opt/rocks/bin/rocks run reconfigure clear=1'
mkdir -p /opt
mount -t tmpfs none /opt
mkdir -p /opt/rocks/bin
ln -s "$(command -v rocks)" /opt/rocks/bin/rocks
site copy
sh "$test_tmp/dump" >"$test_tmp/said" 2>&1
is 'run on an empty database it makes a site with the same dump' "$(rocks dump)" \
  "$(cat "$test_tmp/dump")"
# Former values go, and some hosts of the first site lack the attribute that `add host` makes.
plain() { grep -v '_old \|: *os *linux *H' | sort; }
for what in 'list network' 'list host' 'list host interface' 'list host attr' 'list host route' \
  'list membership' 'list appliance' 'list bootaction' 'list host alias' 'list host boot'; do
  # shellcheck disable=SC2086 # words
  is "and the same $what" "$(ROCKS_DATABASE=$ROCKS_DATABASE rocks $what | plain)" \
    "$(ROCKS_DATABASE="mysql:///cluster?socket=$MARIADB_SOCKET" rocks $what | plain)"
done
is 'no former value is left' "$(sql "select count(*) from attributes where Attr like '%\_old'")" 0
sh "$test_tmp/dump" >"$test_tmp/said" 2>&1
is 'run twice it makes the same rows' "$(rocks dump | sort)" "$(sort "$test_tmp/dump")"
database=cluster
export ROCKS_DATABASE="mysql:///cluster?socket=$MARIADB_SOCKET"
refuses 'command does not take arguments' rocks dump host-x

# ---- services ----

told() {
  cat "$test_tmp/told" 2>/dev/null || true
  rm -f "$test_tmp/told"
}
hosts=$(cat /etc/hosts)
rocks sync config
is 'no service is installed: none is told' "$(told)" ''
is 'a file of hosts that Rocks has not written stays' "$(cat /etc/hosts)" "$hosts"
fails 'and no file of a service is made' test -e /etc/dhcp/dhcpd.conf
for daemon in dhcpd named; do
  ln -s /bin/true "$test_tmp/bin/$daemon"
done
echo '# Added by rocks report host #' >/etc/hosts
mkdir -p /etc/dhcp
echo 'mine' >/etc/dhcp/dhcpd.conf
rocks sync config
is 'the services that are there are told' "$(told | sort)" 'reload-or-restart named
restart isc-dhcp-server'
is 'what stood there is kept' "$(cat /etc/dhcp/dhcpd.conf.before-rocks)" mine
is 'and is now what the report says' "$(cat /etc/dhcp/dhcpd.conf)" \
  "$(rocks report host dhcpd | sed -n '2,/^<\/file>/p' | sed '$d')"
is 'hosts, too' "$(cat /etc/hosts)" "$(rocks report host)"
has 'by name and alias' "$(cat /etc/hosts)" '10.1.255.251	compute-0-0.local	compute-0-0	first'
is 'dhcpd listens on the private device' "$(cat /etc/default/isc-dhcp-server)" 'INTERFACESv4="eth0"'
has 'a host has its address' "$(cat /etc/dhcp/dhcpd.conf)" 'host compute-0-0-eth0 {
			hardware ethernet 52:54:00:00:00:06;
			option host-name "compute-0-0";
			fixed-address 10.1.255.251;'
has 'a zone has its hosts' "$(cat /var/lib/bind/private.domain)" 'compute-0-0 A 10.1.255.251'
has 'and their aliases' "$(cat /var/lib/bind/private.domain)" 'first CNAME compute-0-0'
has 'and their addresses have names' "$(cat /var/lib/bind/reverse.private.domain.1.10)" \
  '251.255 PTR compute-0-0.local.'
has 'the server knows the zone' "$(cat /etc/bind/named.conf)" 'file "private.domain";'
zone=$(cat /var/lib/bind/private.domain)
rocks remove host alias manager nosuch
is 'what has not changed is not told' "$(told)" ''
is 'nor is its serial' "$(cat /var/lib/bind/private.domain)" "$zone"
rocks add host alias compute-0-0 second
is 'a change of names is told to the name server alone' "$(told)" 'reload-or-restart named'
if command -v named-checkzone >/dev/null; then
  passes 'the zone is one' named-checkzone local /var/lib/bind/private.domain
fi
touch /run/lock/insert-ethers
rocks add host alias compute-0-0 third 2>/dev/null
is 'while insert-ethers runs nothing is told' "$(told)" ''
rm /run/lock/insert-ethers
rm -f /etc/dhcp/dhcpd.conf
mkdir /etc/dhcp/dhcpd.conf
status=0
out=$(rocks sync config 2>/dev/null) || status=$?
is 'a file that cannot be written is an error' "$status ${out%%:*}" '1 Error'
is 'which keeps no other service from being told' "$(told)" 'reload-or-restart named'
rmdir /etc/dhcp/dhcpd.conf

# ---- commands on hosts ----

is 'this machine runs it itself' "$(rocks run host manager 'echo "a  b"; echo c >&2')" 'a  b
c'
is 'a host that does not answer is down' "$(rocks run host manager compute-0-0 \
  command='printf "x\\ny\\n"' collate=yes)" 'compute-0-0: down
manager: x
manager: y'
is 'a command that takes too long is ended' "$(rocks run host manager 'echo on; sleep 60' \
  timeout=1 2>&1)" 'rocks: manager: the command was ended after 1 seconds
on'
is 'the time is told' "$(rocks run host manager true stats=yes | sed 's/[0-9]/N/g')" \
  'manager: N.NNN s'
# shellcheck disable=SC2016 # for the shell that runs it
is 'the display can be taken away' "$(DISPLAY=:7 rocks run host manager \
  'echo "${DISPLAY-none}"' x11=no)" none
refuses 'must supply a command' rocks run host
refuses '"timeout" must be an integer' rocks run host manager true timeout=x
refuses '"timeout" must be a postive integer' rocks run host manager true timeout=-1
refuses '"num-threads" must be an integer' rocks run host manager true num-threads=x
refuses '"delay" must be a floating point number' rocks run host manager true delay=x

# body REPORT: what is between the tags
body() { sed '1d;/^<\/file>/,$d' <<<"$1"; }
out=$(rocks sync host network manager 2>&1)
has 'a host without /etc/sysconfig is left as it is' "$out" 'there is no /etc/sysconfig here'
mkdir -p /etc/sysconfig
told >/dev/null
has 'a host that does not answer stops no other' \
  "$(rocks sync host network manager compute-0-0 2>&1)" 'compute-0-0 does not answer'
is 'the routes are there' "$(cat /etc/sysconfig/static-routes)" \
  "$(body "$(rocks report host route manager)")"
is 'the name is there' "$(cat /etc/sysconfig/network)" \
  "$(body "$(rocks report host network manager)")"
is 'the interfaces are there' "$(cat /etc/sysconfig/network-scripts/ifcfg-* | sort)" \
  "$(rocks report host interface manager | grep -v 'file' | sort)"
is 'the network is started again' "$(told)" 'restart network'

# ---- small reports ----

is 'one attribute' "$(rocks report host attr manager attr=test_level)" host
refuses 'Attribute nosuch does not exist' rocks report host attr manager attr=nosuch
has 'all of them for Python' "$(rocks report host attr manager pydict=yes)" \
  "'words': 'it\\'s 100% \"so\"; \$x'"
is 'the resolver of hosts' "$(rocks report resolv private)" 'search local example.org ipmi.local ib.local'
