#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# life.sh BUILD TEMPLATE, in dom0: what every VM backend has to do, on one VM; then
# virtual clusters from their making to their end, first over N2N with PV guests,
# then on a VLAN with PVH computes.  /job has the guests' kernel and images.
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
# shellcheck source=tests/xen/site.sh
. "$top_srcdir/tests/xen/site.sh"

fe=frontend-0-0-0
compute=hosted-vm-0-0-0
console=/var/log/xen/guest-$compute.log

at() { echo "@ $(cut -d ' ' -f 1 /proc/uptime) s: $*"; }
virsh() { timeout 60 virsh -q -c xen:///system "$@"; }
domstate() { virsh domstate "$1" 2>/dev/null | head -n 1; }
domains() { virsh list --all | awk '$2 != "Domain-0" { print $2 }' | sort | tr '\n' ' '; }
channel() { timeout 120 curl -s -f "http://198.51.100.20/cgi-bin/$1"; }
wait_for() { # SECONDS COMMAND...
  local ends=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$ends" ] || return 1
    sleep 1
  done
}
reported() { channel computes | grep .; }
is_off() { [ "$(domstate "$1")" != running ]; }
reachable() { ping -q -c 3 -i 0.5 -W 5 198.51.100.20; }
wires() { ip -o link | grep -cE ': (nb|nt|vif|xb|vlan|rv|p?eth0\.)' || :; }

# Shows a failed command's own words.
does() { # TITLE COMMAND...
  local title=$1
  shift
  if "$@" >"$test_tmp/out" 2>&1; then ok "$title"; else
    not_ok "$title"
    sed 's/^/    /' "$test_tmp/out"
    tail -n 3 /var/log/libvirt/libxl/libxl-driver.log /var/log/xen/bootloader.*.log 2>/dev/null |
      sed 's/^/    /'
  fi
  at "$title"
}

site() {
  site_up "$1" "$2"
  rocks add bootaction action="install vm frontend" kernel=/job/vmlinux ramdisk=/job/frontend.img \
    args='console=hvc0 quiet panic=3 random.trust_cpu=on norandmaps mitigations=off nonce=abcd1234'
  rocks set attr mvc_frontend_probe tcp:80
  rocks set attr vm_backend xen
}

# The conformance suite of tests/conformance/vm on one real VM.
conform() { # BUILD
  ip link add name br-vm type bridge
  ip link set br-vm up
  # 0: all of its lines are ok.
  LIFE_BOOT_SECONDS=25 "$1/tests/conformance/vm/life" xen xen:///system no para /var/tmp \
    /job/vmlinux /job/compute.img | sed 's/ - / - conformance: /' | tee "$test_tmp/conform"
  is 'the conformance suite' "$(grep -vc '^ok' "$test_tmp/conform")" 0
  has 'it went to its end' "$(cat "$test_tmp/conform")" 'it has CPUs and memory'
  ip link delete br-vm
}

add() { # NETWORK-BACKEND
  does "add cluster on $1" rocks add cluster 198.51.100.20 1 vm-backend=xen network-backend="$1" \
    fe-mem=192 mem-per-compute=128 disk-per-compute=1 disk-per-frontend=1
}

# Up, and everybody reaches everybody over the private network.
up() { # TITLE
  does "$1: start cluster" rocks start cluster $fe
  virsh list
  if wait_for 180 reported; then ok "$1: the compute has reported"; else
    not_ok "$1: the compute has not reported"
    tail -n 20 "$console"
  fi
  reported || :
  tail -n 4 "/var/log/xen/guest-$fe.log" "$console" || :
  channel 'job?name=ping' | tee "$test_tmp/pings" || :
  is "$1: who reaches whom" "$(grep -c ' ok$' "$test_tmp/pings")" 2
  has "$1: the compute's console" "$(tr -d '\r' <"$console" 2>/dev/null)" 'guest: reported as compute-0-0'
  does "$1: check cluster" rocks check cluster $fe
  at "$1: up"
}

run_states() {
  does 'pause' rocks pause host vm $fe
  is 'paused' "$(domstate $fe)" paused
  fails 'a paused guest answers no ping' ping -q -c 1 -W 2 198.51.100.20
  does 'resume' rocks resume host vm $fe
  is 'resumed' "$(domstate $fe)" running
  does 'it answers' reachable
  has 'list host vm' "$(rocks list host vm $fe status=yes)" active
}

save_and_restore() {
  local before after
  before=$(channel 'job?name=run&what=uptime' | awk 'NR == 1 { print int($2) }')
  does 'save' rocks save host vm $compute
  is 'saved' "$(domstate $compute)" 'shut off'
  does 'restore' rocks restore host vm $compute
  is 'restored' "$(domstate $compute)" running
  wait_for 60 channel 'job?name=nonce'
  after=$(channel 'job?name=run&what=uptime' | awk 'NR == 1 { print int($2) }')
  if [ "${after:-0}" -ge "${before:-1}" ]; then ok 'it went on'; else
    not_ok "up $before s, then ${after:-not at all}"
  fi
}

# What somebody else kills: a sentence, and the next command mends it.
killed() {
  local pid
  timeout 60 xl destroy $fe
  is 'the guest was killed from outside' "$(domstate $fe)" 'shut off'
  # Once it was started, its own disk would be next, and that is empty.
  rocks set host boot $fe action=install
  does 'the next command starts it' rocks start host vm $fe
  is 'it runs again' "$(domstate $fe)" running
  pid=$(cat /run/libvirtd.pid)
  kill -9 "$pid"
  wait_for 20 test ! -e "/proc/$pid"
  has 'without libvirtd' "$(rocks stop host vm $fe 2>&1 || :)" 'cannot reach libvirt on frontend-a'
  libvirtd -d --pid-file /run/libvirtd.pid
  wait_for 120 virsh version
  does 'with a new libvirtd' rocks stop host vm $fe
  is 'stopped' "$(domstate $fe)" ''
}

remove() {
  does 'stop cluster' rocks stop cluster $fe
  is 'no domain is left' "$(domains)" ''
  does 'remove cluster' rocks remove cluster $fe
  is 'no wire is left' "$(wires)" 0
}

at 'libvirt is up'
site "$1" "$2"
at 'the site is up'
conform "$1"
at 'one VM lived and died'
add n2n
up n2n
run_states
save_and_restore
does 'ask for a shutdown' rocks stop host vm $compute action=shutdown
does 'it goes down' wait_for 60 is_off $compute
killed
remove

add vlan
rocks set host attr $compute xen_para_machine xenpvh
up vlan
has 'PVH' "$(virsh dumpxml $compute)" "machine='xenpvh'"
remove
free -m | sed -n 2p
at 'done'
