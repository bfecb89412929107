#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# The acts of ./demo; to be sourced. Each is a function that fails when what it
# shows is not so.
# shellcheck disable=SC2154 # top, size, computes, nat, keep are ./demo's

ROCKS_BUILD=${ROCKS_BUILD:-$top/build}
[ ! -f "$top/config.status" ] || ROCKS_BUILD=$top
LAB_DIR=${LAB_DIR:-/tmp/rocks-demo}
export ROCKS_BUILD LAB_DIR

vfe_ip=198.51.100.20
backend=n2n
times=()
raised='' # the lab is ours to take down

lab() { "$top/tests/lab/lab" "$@"; }
# shellcheck source=tests/lab/state.sh
. "$top/tests/lab/state.sh"

fail() {
  echo "demo: $*" >&2
  exit 1
}

phase() { # TITLE COMMAND...
  local title=$1 begin=${EPOCHREALTIME/./}
  shift
  printf '\n==> %s\n' "$title"
  "$@"
  times+=("$(printf '%7.1f s  %s' "$(bc_seconds $((${EPOCHREALTIME/./} - begin)))" "$title")")
}

bc_seconds() { printf '%d.%06d' $(($1 / 1000000)) $(($1 % 1000000)); }

demo_times() {
  printf '\n==> how long it took\n'
  printf '%s\n' "${times[@]}"
}

demo_end() {
  local status=$?
  if [ -z "$keep" ] && [ -n "$raised" ]; then
    printf '\n==> take the lab down\n'
    lab down || status=1
  fi
  exit "$status"
}

# Runs a command of the README on site a's frontend, and shows it.
# So that a line can be typed again: name="a b c"
quoted() {
  local word
  for word; do
    case $word in
      *=*' '*) printf ' %s="%s"' "${word%%=*}" "${word#*=}" ;;
      *' '*) printf ' "%s"' "$word" ;;
      *) printf ' %s' "$word" ;;
    esac
  done
}

rocks() {
  printf '\n# rocks%s\n' "$(quoted "$@")"
  lab run frontend-a rocks "$@"
}

# The virtual frontend's job channel, from site a's frontend.
channel() { lab run frontend-a curl -s -f -m 200 "http://$vfe_ip/cgi-bin/$1"; }

demo_build() {
  if [ ! -f "$top/configure" ]; then
    (cd "$top" && ./autogen.sh >/dev/null 2>&1)
  fi
  mkdir -p "$ROCKS_BUILD"
  if [ ! -f "$ROCKS_BUILD/config.status" ]; then
    (cd "$ROCKS_BUILD" && "$top/configure" --quiet)
  fi
  make -C "$ROCKS_BUILD" -s -j"$(nproc)"
}

# ---- the sites ----

demo_sites() {
  [ ! -e "$LAB_DIR" ] || fail "a lab is in $LAB_DIR already; tests/lab/lab down ends it"
  raised=yes
  # shellcheck disable=SC2086 # nat is one word or none
  lab up "$size" $nat
  nonce=$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')
  cp "$ROCKS_BUILD/guest/vmlinuz" "$ROCKS_BUILD/guest/frontend.img" "$LAB_DIR/share/"
  local site
  for site in a b c; do
    lab run "frontend-$site" rocks create database name="$site"
    lab run "frontend-$site" "$top/tests/lab/site.sh"
  done
  # What this frontend's VMs boot: our guest instead of an installer.
  rocks add bootaction action="install vm frontend" kernel=/lab/vmlinuz \
    ramdisk=/lab/frontend.img \
    args="console=ttyS0 quiet panic=3 no_timer_check random.trust_cpu=on nonce=$nonce"
  rocks set attr mvc_frontend_probe tcp:80
  for site in a b c; do
    lab run "frontend-$site" rocks set attr kvm_graphics none
  done
}

demo_meet() {
  rocks add site b frontend=203.0.113.10
  rocks add site c frontend=192.0.2.10
  rocks list site
}

# ---- the cluster ----

demo_add() {
  local words=("$vfe_ip" "$computes" sites="a b c" network-backend="$backend" fe-mem=192
    mem-per-compute=112 disk-per-compute=1 disk-per-frontend=1)
  rocks add cluster "${words[@]}" dryrun=yes
  rocks add cluster "${words[@]}"
  rocks list cluster
}

reported() { channel computes | wc -l; }

demo_start() {
  rocks start cluster frontend-0-0-0 dryrun=yes
  rocks start cluster frontend-0-0-0
  local waited=0
  until [ "$(reported)" -ge "$computes" ]; do
    waited=$((waited + 1))
    [ "$waited" -lt 600 ] || fail "only $(reported) of $computes computes have reported"
    sleep 1
  done
  echo "$(reported) of $computes computes have booted over PXE and reported"
}

demo_look() {
  rocks list cluster detail=yes
  rocks check cluster frontend-0-0-0
  printf '\n# DHCP leases of the virtual frontend\n'
  channel leases
  printf '\n# domains, as the libvirtd of each container lists them\n'
  local site host
  while read -r site host; do
    lab run "$site:$host" virsh -q -c qemu:///system list --all | sed "s/^/$site:$host /"
  done < <(lab hosts | sed 's/ .*//' | tr ':' ' ' | grep -E ' (vm-container|frontend-a)')
}

# Reads `FROM TO ok|lost`; any awk.
matrix() {
  sort | awk '
    !($1 in seen) { seen[$1]; name[++n] = $1 }
    { cell[$1, $2] = $3 }
    END {
      printf "%-20s", ""
      for (j = 1; j <= n; j++) printf "%4d ", j
      for (i = 1; i <= n; i++) {
        printf "\n%2d %-17s", i, name[i]
        for (j = 1; j <= n; j++) printf "%4s ", i == j ? "." : cell[name[i], name[j]]
      }
      print ""
    }'
}

# What passes a device, until the file appears; a line on stderr once it listens.
capture() { # STOP-FILE HOST DEVICE [FILTER...]
  local stop=$1 host=$2 device=$3
  shift 3
  # shellcheck disable=SC2016 # the host's shell expands it
  lab run "$host" sh -c 'stop=$1; shift; timeout 60 tcpdump -A -l -n -s 0 "$@" & pid=$!
    for i in $(seq 250); do [ ! -e "$stop" ] || break; sleep 0.2; done
    kill -INT $pid; wait $pid || true' capture "$stop" -i "$device" "$@"
}

member() { # SITE COLUMN: of the first compute there
  lab run frontend-a mariadb -N -B cluster -e "SELECT m.$2 FROM mvc_members m
    LEFT JOIN mvc_sites s ON s.uuid = m.site_uuid
    WHERE s.name = '$1' AND m.role = 'compute' ORDER BY m.idx LIMIT 1"
}

# A text goes in clear from a VM at b to one at c: seen there, not on the way.
demo_marker() {
  local from to marker answer seen wan
  from=$(member b mac) to=$(member c mac)
  marker=marker-$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')
  rm -f "$LAB_DIR/share/stop"
  capture /lab/stop "c:$(member c container)" "nt${to//:/}" >"$LAB_DIR/seen" 2>"$LAB_DIR/seen.err" </dev/null &
  capture "$LAB_DIR/share/stop" wan any udp >"$LAB_DIR/wan" 2>"$LAB_DIR/wan.err" </dev/null &
  for _ in $(seq 100); do
    if grep -qs '^listening' "$LAB_DIR/seen.err" && grep -qs '^listening' "$LAB_DIR/wan.err"; then break; fi
    sleep 0.1
  done
  answer=$(channel "job?name=send&from=$from&to=$to&marker=$marker")
  sleep 1
  : >"$LAB_DIR/share/stop"
  wait
  seen=$(grep -ac "$marker" "$LAB_DIR/seen" || true)
  wan=$(grep -ac "$marker" "$LAB_DIR/wan" || true)
  printf '\n# a text in clear from a VM at b to one at c\n%s\n' "$answer"
  printf 'lines of tcpdump with it on the tap of the receiver: %s\n' "$seen"
  printf 'lines with it on the WAN: %s, of %s packets to or from the supernode\n' "$wan" \
    "$(grep -ac '198\.51\.100\.10\.7654' "$LAB_DIR/wan" || true)"
  grep -q " arrived $marker" <<<"$answer" || fail "the marker did not arrive"
  [ "$seen" -gt 0 ] || fail "the marker was not seen on the tap"
  grep -qa '198\.51\.100\.10\.7654' "$LAB_DIR/wan" || fail "nothing was seen on the WAN"
  [ "$wan" -eq 0 ] || fail "the marker was seen on the WAN"
}

demo_work() {
  local answer pairs
  printf '\n# who reaches whom\n'
  answer=$(channel 'job?name=ping')
  matrix <<<"$answer"
  pairs=$(grep -c ' ok$' <<<"$answer" || true)
  [ "$pairs" -eq $((computes * (computes + 1))) ] ||
    fail "$pairs of $((computes * (computes + 1))) pairs reach each other"
  printf '\n# a job on every compute: its MAC, and the nonce %s that only the frontend had\n' "$nonce"
  answer=$(channel 'job?name=nonce')
  printf '%s\n' "$answer"
  [ "$(grep -c " $nonce\$" <<<"$answer")" -eq "$computes" ] || fail "a compute gave no nonce"
  [ -z "$nat" ] || demo_nat
}

# Somebody outside knocks at a site's router: nothing comes in, and it is counted.
demo_nat() {
  local site
  lab run frontend-a ping -q -c 3 -W 1 203.0.113.11 >/dev/null 2>&1 || true
  lab run frontend-a ping -q -c 3 -W 1 192.0.2.11 >/dev/null 2>&1 || true
  printf '\n# packets that the routers did not let in\n'
  for site in b c; do
    printf '%s %s\n' "$site" "$(lab counter "$site")"
    [ "$(lab counter "$site")" -gt 0 ] || fail "nothing was dropped at site $site"
  done
}

demo_secrets() {
  local key
  demo_marker
  key=$(lab run frontend-a mariadb -N -B -e "SELECT value FROM mvc_secrets.settings" | head -1)
  [ -n "$key" ] || fail "the cluster has no key"
  ! lab run b:vm-container-0-0 sh -c 'ps -ef; cat /proc/*/cmdline' | grep -aqF "$key" ||
    fail "the key stands in a process list"
  ! lab run b:vm-container-0-0 setpriv --reuid=65534 --regid=65534 --clear-groups \
    sh -c 'cat /proc/*/environ /proc/*/cmdline 2>/dev/null; find /run /var/lib -type f -exec cat {} + 2>/dev/null' |
    grep -aqF "$key" || fail "an ordinary user can read the key"
  echo "the key is in no process list, and an ordinary user finds it nowhere"
}

# ---- and away ----

demo_remove() {
  rocks remove cluster frontend-0-0-0
  rocks stop service supernode
  local found
  found=$(hosts_state && rows_state)
  [ -z "$found" ] || fail "left behind: $found"
  echo "no domain, edge, tap, bridge, firewall table, lease or row is left"
}
