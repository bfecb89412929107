#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Airboss on a small site with two virtual clusters: what the holder of a key may do, and what
# nobody may: with another cluster's key, with none, with what he has overheard, by being slow. The
# VMs run on a real libvirtd with QEMU's emulation. All in namespaces of its own.
set -eu

ALONE_PROGRAMS='libvirtd virsh qemu-system-x86_64 ip openssl setsid pgrep'
ALONE_SECONDS=600
# shellcheck source=tests/alone.sh disable=SC1091
. "$(dirname "$0")/../alone.sh"
wire=$top_builddir/tests/airboss/wire
unset SSH_AUTH_SOCK
umask 022

# ---- a site with two clusters ----

hostname manager
chmod 755 "$test_tmp"
mkdir "$test_tmp/run" "$test_tmp/var" "$test_tmp/disks" "$test_tmp/home" "$test_tmp/bin"
cp -a /etc "$test_tmp/etc"
mkdir -p "$test_tmp/etc/libvirt"
for folder in run var etc; do mount --bind "$test_tmp/$folder" "/$folder"; done
mkdir -p /var/lock /var/lib/libvirt /var/log/libvirt /var/cache/libvirt /var/tmp /run/libvirt /run/mysqld
ln -sfn /run /var/run
echo '127.0.0.1 localhost' >/etc/hosts
: >/etc/resolv.conf
ip link set lo up
export HOME=$test_tmp/home
printf '#!/bin/sh\nexit 255\n' >"$test_tmp/bin/ssh" # nobody but this machine answers
chmod +x "$test_tmp/bin/ssh"
PATH=$test_tmp/bin:$PATH
mariadb_start "$test_tmp/db"
mariadb_create cluster
export ROCKS_DATABASE="mysql:///cluster?socket=$MARIADB_SOCKET"
sql() { mariadb_sql cluster -e "$1"; }
rocks create database >/dev/null
mariadb_sql cluster <"$top_srcdir/tests/rocksdb/site.sql"
cd "$test_tmp"

rocks set attr Kickstart_PublicAddress 127.0.0.1
for cluster in alpha beta; do
  rocks add cluster "192.0.2.2${#cluster}" 2 fe-name="$cluster" cluster-naming=yes cpus-per-compute=1 \
    mem-per-compute=64 fe-mem=64 disk-per-compute=1 disk-per-frontend=1 network-backend=n2n \
    container-hosts=manager fe-container=manager >"$test_tmp/out" 2>&1 ||
    { cat "$test_tmp/out"; echo "not ok - add cluster $cluster"; exit 1; }
done
# The ports come up; the VMs do without NICs.
sql "update networks set Disable_KVM = 1 where Node in (select Node from vm_nodes)"
sql "update vm_disks set Prefix = '$test_tmp/disks'"
mac() { sql "select w.MAC from networks w join nodes n on n.ID = w.Node where n.Name = '$1'
  and w.VlanID > 0"; }

# ---- without the service ----

# refuses SENTENCE COMMAND...: exit 1 and that sentence first
refuses() {
  local sentence=$1 out status=0
  shift
  out=$(timeout 60 rocks "$@" 2>/dev/null </dev/null) || status=$?
  is "rocks $*" "$status $(sed -n 1p <<<"$out")" "1 Error: $sentence"
}

refuses 'the "airboss" attribute is not set' list host macs
rocks set host attr manager airboss localhost
refuses 'must supply one host name' list host macs
refuses 'must supply only one host name' list host macs alpha beta
refuses 'Unable to find a valid the key (None)' list host macs alpha
refuses 'Unable to find a valid the key (nokey)' list host macs alpha key=nokey
refuses 'must supply at least one host' set host power action=on
refuses 'invalid action. action must be "on", "off" or "install"' set host power vm-alpha-0
refuses 'you need to provide a valid ssh key (None)' set host power vm-alpha-0 action=on
refuses 'you need to specify the path to the cdrom' set host cdrom vm-alpha-0
refuses 'must supply a filename for the private key' create keys
refuses '"delay" must be a floating point number' set cluster power alpha delay=x
refuses 'must supply only one host' set cluster power
refuses 'host name must be a frontend' set cluster power vm-alpha-0
refuses 'invalid action. action must be "on", "off" or "install"' set cluster power alpha action=x
refuses 'must supply a key' set cluster power alpha
refuses "can't access the private key 'nokey'" set cluster power alpha key=nokey
refuses 'airboss is not running' stop service airboss

# ---- keys ----

for key in alpha beta nobody; do
  rocks create keys key="$key.key" passphrase=no >"$key.pub"
done
is 'only its owner reads a private key' "$(stat -c %a alpha.key)" 400
is 'it is strong' "$(openssl rsa -in alpha.key -noout -text | head -n 1)" \
  'Private-Key: (3072 bit, 2 primes)'
is 'the public one is printed' "$(cat alpha.pub)" "$(openssl rsa -in alpha.key -pubout 2>/dev/null)"
cp alpha.key before
refuses "the key file 'alpha.key' already exists" create keys key=alpha.key passphrase=no
passes 'and is not touched' cmp alpha.key before
printf 'a passphrase\na passphrase\n' | setsid -w rocks create keys key=locked.key >locked.pub
is 'a passphrase locks it' "$(head -n 1 locked.key)" '-----BEGIN ENCRYPTED PRIVATE KEY-----'
fails 'a passphrase that is mistyped makes no key' \
  sh -c "printf 'a passphrase\nanother\n' | setsid -w rocks create keys key=mistyped.key"
fails 'nor a file' test -e mistyped.key
openssl genrsa -out weak.key 1024 2>/dev/null
refuses "$(printf '%s' 'Unable to find a valid the key (weak.key): the key weak.key has 1024 bits,' \
  ' which is too weak; `rocks create keys` makes a better one')" list host macs alpha key=weak.key
openssl genpkey -algorithm ed25519 -out ed.key
openssl pkey -in ed.key -pubout -out ed.pub
passes 'alpha has a key' rocks add host key alpha key=alpha.pub description='the first'
passes 'and a locked one' rocks add host key alpha key=locked.pub
passes 'and one of another kind' rocks add host key alpha key=ed.pub
passes 'beta has one' rocks add host key beta key=beta.pub

# ---- the service ----

refuses "command failed: cannot reach airboss at localhost:8677: Connection refused" \
  list host macs alpha key=alpha.key
passes 'start' rocks start service airboss
at_end 'rocks stop service airboss'
pid=$(cat /run/airboss.pid)
passes 'its pid file tells' kill -0 "$pid"
refuses "airboss is already running, as process $pid" start service airboss
is 'its key is for root alone' "$(stat -c %a /var/lib/rocks-mvc/airboss.pem)" 600
pin=$(sed -n 's/.*listening at .*, key \(sha256:[0-9a-f]*\)$/\1/p' /var/log/airboss.log)

rocks add host alias alpha foo
rocks list host macs alpha key=alpha.key >out 2>err
is 'the MACs of the cluster, the frontend last' "$(awk '{ $1 = $1; print }' out)" "MACS IN CLUSTER HOST NAMES
$(mac vm-alpha-0) vm-alpha-0
$(mac vm-alpha-1) vm-alpha-1
$(mac alpha) alpha,foo"
has 'the server is remarked the first time' "$(cat err)" \
  "airboss at localhost:8677 is seen for the first time, and believed from now on: its key is $pin"
is 'and known the second' "$(rocks list host macs alpha key=alpha.key 2>&1 >/dev/null)" ''
is 'a VM stands for its cluster as well' \
  "$(rocks list host macs vm-alpha-1 key=ed.key | wc -l)" 4
is 'a passphrase opens the key' \
  "$(echo 'a passphrase' | setsid -w rocks list host macs alpha key=locked.key | wc -l)" 4
has 'a wrong one does not' \
  "$(echo 'another' | setsid -w rocks list host macs alpha key=locked.key || true)" \
  'Error: Unable to find a valid the key (locked.key): locked.key is no private key in PEM'

# ---- whose key opens what ----

foreign='command failed: this key controls no such host'
refuses "$foreign" list host macs beta key=alpha.key
refuses "$foreign" set host power vm-beta-0 key=alpha.key action=on
refuses "$foreign" set host power beta key=alpha.key action=off
refuses "$foreign" set host power "$(mac vm-beta-0)" key=alpha.key action=on
refuses "$foreign" set host cdrom vm-beta-0 key=alpha.key cdrom=none
refuses "$foreign" open host console vm-beta-0 key=alpha.key
refuses "$foreign" list host macs alpha key=nobody.key
refuses "$foreign" list host macs manager key=alpha.key
refuses "$foreign" set host power 52:54:00:00:00:03 key=alpha.key action=off
refuses "$foreign" set host power 02:00:00:00:00:99 key=alpha.key action=on
refuses 'could not find host "nosuch"' set host power nosuch key=alpha.key action=on
refuses 'command failed: invalid path' set host cdrom vm-alpha-0 key=alpha.key cdrom=/a/../b
refuses "$(printf '%s' 'command failed: /etc/shadow is not in a folder that is set aside for ' \
  'CD-ROMs (attribute airboss_cdroms of host vm-alpha-0)')" \
  set host cdrom vm-alpha-0 key=alpha.key cdrom=/etc/shadow
rocks set host attr vm-alpha-0 airboss_cdroms /export/iso/
cdrom_of() { sql "select v.cdrom_path from vm_nodes v join nodes n on n.ID = v.Node
  where n.Name = '$1'"; }
passes 'a CD-ROM of the right folder' \
  rocks set host cdrom vm-alpha-0 key=alpha.key cdrom=/export/iso/a.iso
is 'it is in' "$(cdrom_of vm-alpha-0)" /export/iso/a.iso
refuses "$(printf '%s' 'command failed: /export/iso2/a.iso is not in a folder that is set aside ' \
  'for CD-ROMs (attribute airboss_cdroms of host vm-alpha-0)')" \
  set host cdrom vm-alpha-0 key=alpha.key cdrom=/export/iso2/a.iso
passes 'out again' rocks set host cdrom vm-alpha-0 key=alpha.key cdrom=none
is 'it is out' "$(cdrom_of vm-alpha-0)" ''
has 'who asked for what is in the log' "$(cat /var/log/airboss.log)" \
  "INFO - 127.0.0.1: key of alpha (the first): cdrom $(mac vm-alpha-0) /export/iso/a.iso: done"
has 'and who was refused' "$(cat /var/log/airboss.log)" \
  "WARNING - 127.0.0.1: macs $(mac beta): refused: key of alpha (the first): host"
is 'a key that was taken away opens nothing' "$(
  id=$(rocks list host key beta output-header=no | awk '{ print $2; exit }')
  rocks remove host key beta id="$id"
  rocks list host macs beta key=beta.key | head -n 1
  rocks add host key beta key=beta.pub)" "Error: $foreign"

# ---- what is on the wire ----

tls() { # OPTION...: what is on standard input, said to airboss
  timeout 20 openssl s_client -connect 127.0.0.1:8677 -quiet "$@" 2>&1 || true
}
openssl req -new -x509 -key alpha.key -subj /CN=test -out alpha.crt 2>/dev/null
openssl req -new -x509 -key weak.key -subj /CN=test -out weak.crt 2>/dev/null
mine=(-cert alpha.crt -key alpha.key)
has 'the request as it is' "$(echo "rocks-airboss/1 macs alpha" | tls "${mine[@]}")" 'ok '
has 'of another version' "$(echo "rocks-airboss/2 macs alpha" | tls "${mine[@]}")" \
  'this airboss speaks rocks-airboss/1 alone'
has 'that asks for what there is not' "$(echo "rocks-airboss/1 reboot alpha" |
  tls "${mine[@]}")" 'command is invalid'
has 'too long' "$(head -c 5000 /dev/zero | tr '\0' a | tls "${mine[@]}"
  tail -n 1 /var/log/airboss.log)" 'no request came in time'
has 'without a certificate' "$(echo "rocks-airboss/1 macs alpha" | tls)" 'certificate required'
has 'with a weak key' "$(echo "rocks-airboss/1 macs alpha" |
  tls -cipher DEFAULT@SECLEVEL=0 -cert weak.crt -key weak.key)" 'alert'
has 'with TLS 1.2' "$(echo "rocks-airboss/1 macs alpha" | tls -tls1_2 "${mine[@]}")" \
  'protocol version'

# Another server at the same place, and one that passes everything on: the one has another key, the
# other nobody's keys at all; what it has kept opens nothing.
timeout 60 openssl s_server -accept 8678 -quiet -cert alpha.crt -key alpha.key >/dev/null 2>&1 &
server=$!
rocks set host attr manager airboss localhost:8678
sed "s/:8677 /:8678 /" /var/lib/rocks-mvc/airboss_known >known
cat known >>/var/lib/rocks-mvc/airboss_known
for ((i = 0; i < 100; i++)); do
  "$wire" greet 8678 2>/dev/null </dev/null & sleep 0.1
  kill $! 2>/dev/null && break
done
has 'a server with another key is refused' \
  "$(rocks list host macs alpha key=alpha.key 2>&1 || true)" \
  'command failed: airboss at localhost:8678 is not the one that it was: its key is sha256:'
kill "$server"
rocks set host attr manager airboss localhost:8679
rocks set host attr manager airboss_fingerprint "${pin%?}$([ "${pin: -1}" = 0 ] && echo 1 || echo 0)"
timeout 60 "$wire" record 8679 8677 recorded &
for ((i = 0; i < 100; i++)); do
  out=$(rocks list host macs alpha key=alpha.key 2>&1 || true)
  case $out in *refused*) sleep 0.1 ;; *) break ;; esac
done
has 'nor is one without the fingerprint that is wanted' "$out" 'is not the one that is wanted'
rocks set host attr manager airboss_fingerprint "$pin"
timeout 60 "$wire" record 8679 8677 recorded &
for ((i = 0; i < 100; i++)); do
  out=$(rocks set host cdrom vm-alpha-0 key=alpha.key cdrom=/export/iso/b.iso 2>&1 || true)
  case $out in *refused*) sleep 0.1 ;; *) break ;; esac
done
wait $!
is 'one that passes on what is said is not noticed' "$out $(cdrom_of vm-alpha-0)" \
  ' /export/iso/b.iso'
passes 'and overhears it' test -s recorded
fails 'but not in clear' grep -qa 'iso' recorded
rocks set host attr manager airboss localhost
rocks set host cdrom vm-alpha-0 key=alpha.key cdrom=none
lines=$(grep -c ' cdrom .*: done$' /var/log/airboss.log)
is 'said again it is refused' "$("$wire" replay 8677 recorded)" closed
is 'and nothing is done' "$(cdrom_of vm-alpha-0) $(grep -c ' cdrom .*: done$' /var/log/airboss.log)" \
  " $lines"

# ---- many, and slow ones ----

for i in {1..15}; do
  rocks list host macs alpha key=alpha.key >"out.$i" 2>&1 &
  pids[i]=$!
done
for i in {1..15}; do wait "${pids[i]}" || true; done
is '15 at a time are all answered' "$(cat out.{1..15} | grep -c alpha,foo)" 15
silent() { grep -c 'WARNING' /var/log/airboss.log || true; }
before=$(silent)
mkfifo hold
"$wire" idle 8677 100 open <hold &
exec 9>hold
for ((i = 0; i < 200; i++)); do [ -e open ] && break || sleep 0.1; done
is '100 who say nothing keep nobody out' \
  "$(timeout 60 rocks list host macs alpha key=alpha.key | wc -l)" 4
stranger=$(pgrep -n -f 'rocks-airboss-tls server')
is 'who talks to strangers is nobody, and locked in' \
  "$(awk '/^Uid|^Gid|^NoNewPrivs/ { print $2 }' "/proc/$stranger/status" | tr '\n' ' '
    readlink "/proc/$stranger/root")" "65534 65534 1 /var/lib/rocks-mvc/empty"
exec 9>&-
wait $! || true
for ((i = 0; i < 300; i++)); do pgrep -f 'rocks-airboss-tls server' >/dev/null && sleep 0.1 || break; done
# Those that made room have no line in the log; the others end by their time, or with their client.
is 'the first of them made room' "$(($(silent) - before <= 64))" 1

# ---- on a hypervisor ----

# shellcheck source=tests/libvirtd.sh disable=SC1091
. "$top_srcdir/tests/libvirtd.sh"
libvirtd_start
states() {
  rocks list host macs alpha key=alpha.key status=yes output-header=no | awk '{ print $2 }' |
    tr '\n' ' '
}

is 'all are off' "$(states)" 'nostate nostate nostate '
passes 'one is switched on, by its name' rocks set host power vm-alpha-0 key=alpha.key action=on
is 'it runs' "$(states)$(virsh domstate vm-alpha-0)" 'active nostate nostate running'
refuses 'command failed: The host vm-alpha-0 is already running.' \
  set host power vm-alpha-0 key=alpha.key action=on
refuses "$foreign" set host power vm-alpha-0 key=beta.key action=off
is 'and still runs' "$(virsh domstate vm-alpha-0)" running

rocks open host console vm-alpha-0 key=alpha.key >console 2>&1 &
console=$!
for ((i = 0; i < 200; i++)); do [ -s console ] && break || sleep 0.1; done
is 'where its screen is' "$(cat console)" 'The console of vm-alpha-0 is at localhost:5901'
has 'who looks sees a VNC server' "$("$wire" greet 5901)" 'RFB 003.'
wait "$console" && ok 'then it ends' || not_ok 'then it ends'
cat >"$test_tmp/bin/vncviewer" <<END
#!/bin/sh
exec >"$test_tmp/viewed" && echo "\$*" && exec "$wire" greet \$((\${3#localhost:} + 5900))
END
chmod +x "$test_tmp/bin/vncviewer"
passes 'with a viewer' rocks open host console vm-alpha-0 key=alpha.key vncflags='-Shared x'
is 'that has its flags' "$(sed -n 1p viewed)" '-Shared x localhost:1'
has 'and shows it' "$(sed -n 2p viewed)" 'RFB 003.'
refuses "command failed: VM 'vm-alpha-1' is not defined on manager" \
  open host console vm-alpha-1 key=alpha.key

rocks set host boot vm-alpha-1 action=os
passes 'one is switched on to be installed, by its MAC' \
  rocks set host power "$(mac vm-alpha-1)" key=alpha.key action=install
is 'it runs, to be installed' "$(virsh domstate vm-alpha-1) $(sql "select b.Action from boot b
  join nodes n on n.ID = b.Node where n.Name = 'vm-alpha-1'")" 'running install'
passes 'the cluster is switched off' rocks set cluster power alpha key=alpha.key action=off delay=0
is 'all is off' "$(states)" 'nostate nostate nostate '
passes 'the cluster is switched on' rocks set cluster power alpha key=alpha.key delay=0.1
is 'but for the frontend' "$(states)" 'active active nostate '
is 'and the other cluster' "$(virsh list --name | sort | tr '\n' ' ')" 'vm-alpha-0 vm-alpha-1 '
rocks stop host vm vm-alpha-0 vm-alpha-1

passes 'stop' rocks stop service airboss
fails 'it has stopped' kill -0 "$pid"
refuses 'airboss is not running' stop service airboss
passes 'start again' rocks start service airboss
is 'with the same key' "$(rocks list host macs alpha key=alpha.key 2>&1 | wc -l)" 4
