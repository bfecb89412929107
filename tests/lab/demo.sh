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

lab() { "$top/tests/lab/lab" "$@"; }

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
  if [ -z "$keep" ] && [ -e "$LAB_DIR" ]; then
    printf '\n==> take the lab down\n'
    lab down || status=1
  fi
  exit "$status"
}

# Runs a command of the README on site a's frontend, and shows it.
rocks() {
  printf '\n# rocks %s\n' "$(printf '%s ' "$@" | sed 's/ $//')"
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

demo_work() {
  local answer pairs
  printf '\n# who reaches whom\n'
  answer=$(channel 'job?name=ping')
  awk '{ row[$1]; col[$2]; cell[$1, $2] = $3 }
       END { n = asorti(row, names)
             printf "%-14s", ""; for (j = 1; j <= n; j++) printf "%-12s", names[j]; print ""
             for (i = 1; i <= n; i++) { printf "%-14s", names[i]
               for (j = 1; j <= n; j++) printf "%-12s", i == j ? "." : cell[names[i], names[j]]
               print "" } }' <<<"$answer" 2>/dev/null || printf '%s\n' "$answer"
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

left() { # HOST
  lab run "$1" sh -c '
    virsh -q -c qemu:///system list --all --name | sed "/^$/d; s/^/domain /"
    ps -eo pid=,args= | grep -E "[ /](edge|supernode)( |$)" | grep -v grep | sed "s/^/process /"
    ip -o link | awk -F": " "{ print \$2 }" | grep -E "^(nb|nt|vnet)" | sed "s/^/link /"
    ls -d /run/rocks-mvc/n2n/* 2>/dev/null | sed "s/^/file /"
    nft list tables | grep rocks | sed "s/^/firewall /"
    true'
}

demo_remove() {
  rocks remove cluster frontend-0-0-0
  rocks stop service supernode
  local host site found=''
  while read -r site host; do
    found+=$(left "$site:$host" | sed "s/^/$site:$host /")
  done < <(lab hosts | sed 's/ .*//' | tr ':' ' ' | grep -E ' (vm-container|frontend)')
  for site in a b c; do
    found+=$(lab run "frontend-$site" mariadb -N -B cluster -e "
      SELECT 'lease', vm FROM mvc_leases UNION ALL SELECT 'vm', ID FROM vm_nodes
      UNION ALL SELECT 'cluster', name FROM mvc_clusters UNION ALL SELECT 'member', name FROM mvc_members
      UNION ALL SELECT 'secret', name FROM mvc_secrets.settings
      UNION ALL SELECT 'node', Name FROM nodes WHERE Name LIKE 'vm-a-%' OR Name LIKE 'frontend-0-%'" |
      sed "s/^/site $site: /")
  done
  [ -z "$found" ] || fail "left behind: $found"
  echo "no domain, edge, tap, bridge, firewall table, lease or row is left"
}
