#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
# test-guest.sh [COMPUTES]: the guest image by itself, without sites, overlay or libvirt. One virtual frontend
# and COMPUTES (2) computes run under QEMU's emulation on a bridge in a network namespace of their own.
# GUEST_DIR: where the images are built and kept. GUEST_KEEP=yes leaves the logs. Needs root.
set -eu

computes=${1:-2}
here=$(cd "$(dirname "$0")" && pwd)
images=${GUEST_DIR:-/var/cache/rocks-mvc/guest}
ns=mvc-guest-$$
tmp=$(mktemp -d)
pids=
begun=$(date +%s)
vm_0=
nonce=$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')
public=192.0.2.2
frontend_mac=52:54:00:00:00:01
public_mac=52:54:00:00:ff:01

finish() {
  status=$?
  trap - EXIT HUP INT TERM
  for pid in $pids; do
    kill "$pid" 2> /dev/null || :
  done
  for pid in $pids; do
    wait "$pid" 2> /dev/null || :
  done
  ip netns del "$ns" 2> /dev/null || :
  if [ "$status" -ne 0 ] && [ "$status" -ne 77 ] || [ -n "${GUEST_KEEP:-}" ]; then
    echo "logs are in $tmp" >&2
  else
    rm -rf "$tmp"
  fi
  exit "$status"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

fail() {
  echo "FAIL: $*" >&2
  tail -n 15 "$tmp"/console-* "$tmp"/qemu-* >&2 || :
  exit 1
}

skip() {
  echo "SKIP: $*"
  exit 77
}

pass() {
  echo "ok: $* ($(($(date +%s) - begun)) s)"
}

# eventually SECONDS COMMAND...: until it succeeds; status 1 if it never did.
eventually() {
  end=$(($(date +%s) + $1))
  shift
  until "$@"; do
    [ "$(date +%s)" -lt "$end" ] || return 1
    sleep 1
  done
}

# ask PATH: what the frontend's job channel answers on its public address.
ask() {
  ip netns exec "$ns" curl -sS -f -m 90 "http://$public/cgi-bin/$1" 2> "$tmp/curl.err"
}

# status_of PATH: the HTTP status of the answer.
status_of() {
  ip netns exec "$ns" curl -s -m 90 -o "$tmp/body" -w "%{http_code}" "http://$public/cgi-bin/$1" || :
}

mac_of() {
  printf '52:54:00:00:00:%02x' "$(($1 + 1))"
}

tap() {
  ip -n "$ns" tuntap add "$1" mode tap
  ip -n "$ns" link set "$1" ${2:+master "$2"} up
}

# start NUMBER MEMORY ARGS...: a VM on the tap tNUMBER; its monitor reads the fifo monitor-NUMBER.in.
start() {
  number=$1 memory=$2
  shift 2
  rm -f "$tmp/monitor-$number".*
  mkfifo "$tmp/monitor-$number.in" "$tmp/monitor-$number.out"
  cat "$tmp/monitor-$number.out" > /dev/null &
  pids="$pids $!"
  ip netns exec "$ns" qemu-system-x86_64 -name "guest$number" -machine pc,accel=tcg -cpu max -m "$memory" \
    -nodefaults -display none -no-user-config \
    -serial "file:$tmp/console-$number" -chardev "pipe,id=mon,path=$tmp/monitor-$number" -mon chardev=mon \
    -netdev "tap,id=private,ifname=t$number,script=no,downscript=no" \
    -device "virtio-net-pci,netdev=private,mac=$(mac_of "$number"),host_mtu=1360" "$@" 2> "$tmp/qemu-$number" &
  eval "vm_$number=$!"
  pids="$pids $!"
}

prepare() {
  [ "$(id -u)" -eq 0 ] || skip "needs root, for a network namespace and taps"
  for program in qemu-system-x86_64 busybox cpio curl tcpdump ip; do
    command -v "$program" > /dev/null || skip "there is no $program"
  done
  [ -e /usr/lib/ipxe/qemu/pxe-virtio.rom ] || skip "there is no iPXE for virtio: package ipxe-qemu"
  [ -c /dev/net/tun ] || skip "there is no /dev/net/tun"
  "$here/build" "$images" || fail "the images cannot be built"
  size=$(stat -c %s "$images/compute.img")
  [ "$size" -le 1572864 ] || fail "compute.img has $size bytes, more than 1.5 MiB"
  pass "compute.img has $size bytes"
}

network() {
  ip netns add "$ns"
  ip netns exec "$ns" sysctl -qw net.ipv6.conf.default.disable_ipv6=1
  ip -n "$ns" link set lo up
  ip -n "$ns" link add private type bridge stp_state 0 forward_delay 0
  ip -n "$ns" link set private mtu 1360 up
  tap public
  ip -n "$ns" addr add 192.0.2.1/24 dev public
  for i in $(seq 0 "$computes"); do
    tap "t$i" private
  done
}

is_ready() {
  [ "$(ask ready)" = ready ]
}

all_reported() {
  [ "$(ask computes | wc -l)" -eq "$computes" ]
}

boot_frontend() {
  # The words are a Rocks boot action's, and among them some that mean nothing to the image.
  start 0 192 -kernel "$images/vmlinuz" -initrd "$images/frontend.img" -append "quiet console=ttyS0 panic=3 \
no_timer_check mitigations=off nokaslr cryptomgr.notests random.trust_cpu=on build pxe ks=http://x/y \
ksdevice=$public_mac ip=$public  netmask=255.255.255.0  dns=  gateway=192.0.2.1  private=10.200.0.1/16 \
privatemac=$frontend_mac mtu=1360 nonce=$nonce" \
    -netdev tap,id=public,ifname=public,script=no,downscript=no -device "virtio-net-pci,netdev=public,mac=$public_mac"
  eventually 120 is_ready || fail "the frontend is not ready after 120 s: $(cat "$tmp/curl.err")"
  pass "the frontend is ready"
}

boot_computes() {
  for i in $(seq "$computes"); do
    start "$i" 96 -boot order=n,reboot-timeout=3000
  done
  eventually $((180 + 20 * computes)) all_reported || fail "reported: $(ask computes), of $computes"
  pass "$computes computes booted over the network and reported"
}

check_leases() {
  ask leases > "$tmp/leases"
  for i in $(seq "$computes"); do
    grep -q "^$(mac_of "$i") 10\.200\.0\.[0-9]* compute-0-[0-9]*$" "$tmp/leases" ||
      fail "no lease of $(mac_of "$i"): $(cat "$tmp/leases")"
  done
  [ "$(cut -d' ' -f2 "$tmp/leases" | sort -u | wc -l)" -eq "$computes" ] || fail "leases: $(cat "$tmp/leases")"
  pass "every compute has a lease of its own: $(awk 'NR == 1' "$tmp/leases") ..."
}

check_nonce() {
  ask 'job?name=nonce' > "$tmp/nonce"
  awk -v nonce="$nonce" '{ print $3, $1, $2, nonce }' "$tmp/leases" | sort > "$tmp/nonce.wanted"
  sort "$tmp/nonce" | cmp -s - "$tmp/nonce.wanted" || fail "nonce job: $(cat "$tmp/nonce")"
  pass "every compute returned the nonce, its MAC and its address"
}

check_ping() {
  ask 'job?name=ping' > "$tmp/ping"
  wanted=$((computes * (computes + 1)))
  [ "$(awk '{ print $1, $2 }' "$tmp/ping" | sort -u | wc -l)" -eq "$wanted" ] || fail "ping: $(cat "$tmp/ping")"
  ! grep -qv ' ok$' "$tmp/ping" || fail "ping: $(grep -v ' ok$' "$tmp/ping")"
  pass "everybody reaches everybody ($wanted pairs)"
}

# The second compute's name is used for one end and the first one's MAC for the other.
check_send() {
  marker=Marker-$nonce
  to=$(awk -v mac="$(mac_of 2)" '$1 == mac { print $3 }' "$tmp/leases")
  ip netns exec "$ns" tcpdump -i t2 -U -w "$tmp/pcap" 2> "$tmp/tcpdump.err" &
  dump=$!
  pids="$pids $dump"
  eventually 10 grep -qs listening "$tmp/tcpdump.err" || fail "tcpdump: $(cat "$tmp/tcpdump.err")"
  ask "job?name=send&from=$(mac_of 1)&to=$to&marker=$marker" > "$tmp/send"
  grep -q "^compute-0-[0-9]* $to arrived $marker$" "$tmp/send" || fail "send: $(cat "$tmp/send")"
  eventually 10 grep -q "$marker" "$tmp/pcap" || fail "tcpdump on the tap has not seen $marker"
  kill "$dump"
  wait "$dump" || :
  ask "job?name=send&from=frontend&to=$to&marker=other" | grep -qx "frontend $to arrived other" ||
    fail "send from the frontend"
  ask "job?name=send&from=$to&to=frontend&marker=other" | grep -qx "$to frontend arrived other" ||
    fail "send to the frontend"
  pass "a marker arrives and is seen on the receiver's tap"
}

check_run() {
  [ "$(ask 'job?name=run&what=mtu' | grep -cx 'compute-0-[0-9]* 1360')" -eq "$computes" ] ||
    fail "mtu: $(ask 'job?name=run&what=mtu')"
  pass "every compute has the MTU of the frontend's command line"
}

check_refusals() {
  while read -r wanted path; do
    status=$(status_of "$path")
    [ "$status" = "$wanted" ] || fail "$path gives status '$status', not $wanted"
  done << 'END'
404 job?name=shell
404 job
400 job?name=run&what=reboot
400 job?name=run&what=mtu%3breboot
404 job?name=send&from=nobody&to=frontend&marker=x
400 job?name=send&from=frontend&to=frontend&marker=a%20b
400 job?name=send&from=frontend&to=frontend&marker=$(reboot)
403 report?mac=52:54:00:00:00:02&ip=10.200.0.101&uptime=1
400 report?mac=../../etc/passwd&ip=10.200.0.101&uptime=1
END
  pass "what is not a job, or not well formed, is refused"
}

is_gone() {
  ! kill -0 "$1" 2> /dev/null
}

check_restart() {
  kill "$vm_0"
  eventually 20 is_gone "$vm_0" || fail "the frontend cannot be ended"
  boot_frontend
  eventually 120 all_reported || fail "reported to the restarted frontend: $(ask computes), of $computes"
  check_leases
  check_nonce
}

# power_off NUMBER: as a hypervisor asks for it, by the power button.
power_off() {
  eval "pid=\$vm_$1"
  echo system_powerdown > "$tmp/monitor-$1.in"
  # shellcheck disable=SC2154  # set by the eval
  eventually 60 is_gone "$pid" || fail "VM $1 has not switched off 60 s after the power button"
  pass "VM $1 switched off when asked"
}

prepare
network
boot_frontend
boot_computes
check_leases
check_nonce
check_ping
check_send
check_run
check_refusals
check_restart
power_off 1
power_off 0
