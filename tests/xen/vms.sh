# shellcheck shell=bash disable=SC2154,SC2034 # what its users set, and use
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# What scripts in dom0 say of VMs.  To be sourced, after tests/functions.sh.  The
# virtual frontend's address and its pages are those of tests/lab/guest.

fe=frontend-0-0-0

at() { echo "@ $(cut -d ' ' -f 1 /proc/uptime) s: $*"; }
virsh() { timeout 60 virsh -q -c xen:///system "$@"; }
domstate() { virsh domstate "$1" 2>/dev/null | head -n 1; }
is_state() { [ "$(domstate "$1")" = "$2" ]; }
is_off() { [ "$(domstate "$1")" != running ]; }
domains() { virsh list --all | awk '$2 != "Domain-0" { print $2 }' | sort | tr '\n' ' '; }
channel() { timeout 120 curl -s -f "http://198.51.100.20/cgi-bin/$1"; }
reported() { [ "$(channel computes | grep -c .)" -ge "${1:-1}" ]; }
reachable() { ping -q -c 3 -i 0.5 -W 5 198.51.100.20; }
# An id that each boot of the compute of that name within the cluster makes.
boot_of() { channel 'job?name=run&what=boot' | awk -v name="$1" '$1 == name { print $2 }'; }
wires() { ip -o link | grep -cE ': (nb|nt|vif|xb|vlan|rv|p?eth0\.)' || :; }
console() { tr -d '\r' <"/var/log/xen/guest-$1.log" 2>/dev/null; }
boots() { console "$1" | grep -c '^guest: up' || :; }
has_booted() { [ "$(boots "$1")" -ge "$2" ]; } # VM TIMES

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

# `ok` for what comes to be within SECONDS.
comes() { # TITLE SECONDS COMMAND...
  local title=$1
  shift
  if wait_until "$@"; then ok "$title"; else not_ok "$title: not within $1 s"; fi
  at "$title"
}

# The cluster that all tests here have: a frontend that is installed from /job.
cluster_attributes() {
  rocks add bootaction action="install vm frontend" kernel=/job/vmlinux ramdisk=/job/frontend.img \
    args='console=hvc0 quiet panic=3 random.trust_cpu=on norandmaps mitigations=off nonce=abcd1234'
  rocks set attr mvc_frontend_probe tcp:80
  rocks set attr vm_backend xen
  # A network boot over an encrypted overlay, on a busy machine that emulates it.
  rocks set attr mvc_host_deadline 600
}

add_cluster() { # NETWORK-BACKEND COMPUTES
  rocks add cluster 198.51.100.20 "$2" vm-backend=xen network-backend="$1" \
    fe-mem=192 mem-per-compute=128 disk-per-compute=1 disk-per-frontend=1
}

# All members that are up ping each other.
pings() { # TITLE WANTED
  channel 'job?name=ping' | tee "$test_tmp/pings" || :
  is "$1: who reaches whom" "$(grep -c ' ok$' "$test_tmp/pings")" "$2"
}

# libvirtd ends as nobody wants it to, and another one is there.
kill_libvirtd() {
  local pid
  pid=$(cat /run/libvirtd.pid)
  kill -9 "$pid"
  wait_until 20 test ! -e "/proc/$pid"
}

new_libvirtd() {
  libvirtd -d --pid-file /run/libvirtd.pid
  wait_until 120 virsh version
}

# The conformance suite of tests/conformance/vm on one real VM.
conform() { # BUILD TYPE KERNEL
  ip link add name br-vm type bridge
  ip link set br-vm up
  # 0: all of its lines are ok.
  LIFE_BOOTED='grep -q "^guest: up" /var/log/xen/guest-life-0-0.log' \
    "$1/tests/conformance/vm/life" xen xen:///system no "$2" /var/tmp "$3" /job/compute.img |
    sed "s/ - / - conformance, $2: /" | tee "$test_tmp/conform"
  is "the conformance suite, $2" "$(grep -vc '^ok' "$test_tmp/conform")" 0
  has 'it went to its end' "$(cat "$test_tmp/conform")" 'it has CPUs and memory'
  ip link delete br-vm
  rm -f /var/log/xen/guest-life-0-0.log
}

# A VM's first NIC has the name that Xen gives it, and is in the bridge that it shall
# be plugged into, which its MAC's port has.
plugged() { # TITLE VM
  local vif wanted
  vif=vif$(xl domid "$2").0
  wanted=$(rocks report host vm config "$2" | sed -n "s/.*<source bridge=[\"']\([^\"']*\).*/\1/p" | head -n 1)
  is "$1: $vif of $2" "$(basename "$(readlink "/sys/class/net/$vif/master")")" "${wanted:?}"
}
