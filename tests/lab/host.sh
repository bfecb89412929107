#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# PID 1 of a lab host: makes its root, starts its services, then reaps what is
# left to it. Killing it ends the host. Not for the command line: machine.sh
# starts it, in new mount, UTS, IPC and PID namespaces and the host's network.
#
#   host.sh STATE SITE NAME ROLE     ROLE: frontend, container or prepare
# shellcheck disable=SC2154 # settings of the lab come from a file
set -eu

state=$1
site=$2
name=$3
role=$4

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/lab/config.sh
. "$here/config.sh"
# shellcheck source=tests/lab/root.sh
. "$here/root.sh"
# shellcheck source=tests/lab/services.sh
. "$here/services.sh"
# shellcheck source=/dev/null
. "$state/settings" # lab_mode, lab_build and the like: see write_settings

# /proc is still the machine's: so this is the PID that the machine knows.
read -r pid _ </proc/self/stat
echo "$pid" >"$state/pids/$site:$name"

setup=$state # where the lab's own files are; moves with the root

report_failure() {
  local status=$? log
  {
    echo "$site:$name: not started (status $status)"
    for log in /var/log/*.log /var/log/libvirt/*.log; do
      [ "$setup" = "$state" ] || [ ! -s "$log" ] || tail -v -n 5 "$log"
    done
  } >"$setup/failed/$site:$name"
}
trap report_failure EXIT

# Names that this host knows: its own site's, and all frontends' public ones.
hosts_file() { # TABLE
  local where other kind private public _
  echo '127.0.0.1 localhost'
  while read -r where other kind _ private public _; do
    if [ "$where" = "$site" ]; then
      echo "$private $other.local $other"
      [ "$kind" != frontend ] || echo "$public $other.example.org"
    elif [ "$kind" = frontend ]; then
      echo "$public $other.example.org $other"
    fi
  done <"$1"
}

# A site's frontend may log in at all hosts of its site, the home site's
# frontend everywhere.
authorized_keys() { # KEYS
  cat "$1/a.pub"
  [ "$site" = a ] || cat "$1/$site.pub"
}

start_host() {
  local database=
  put_identity "$site" "$name" <<<"$(hosts_file "$setup/hosts")"
  grep "^$site " "$setup/hosts" | put_file /etc/rocks-lab-hosts
  start_sshd <(authorized_keys "$setup/keys")
  if [ "$role" = frontend ]; then
    put_file /root/.ssh/id_ed25519 600 <"$setup/keys/$site"
    put_file /root/.ssh/id_ed25519.pub <"$setup/keys/$site.pub"
    put_program "$lab_build"
    start_mariadb "$setup/cache/mysql" &
    database=$!
  fi
  start_libvirtd "$setup/cache/libvirt"
  [ -z "$database" ] || wait "$database"
}

mkdir -p "$state/share"
enter_root "$state/base" "$state=/run/lab" "$lab_cache=/run/lab/cache" "$state/share=/lab" \
  "${lab_folders[@]}"
setup=/run/lab
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
if [ "$role" = prepare ]; then
  put_identity "$site" "$name" <<<'127.0.0.1 localhost'
  prepare_caches "$setup/cache"
else
  start_host
fi
trap - EXIT
: >"$setup/ready/$site:$name"
umount -l "$setup/cache" "$setup"
rmdir "$setup"
[ "$role" != prepare ] || exit 0

# Bash reaps the orphans that PID 1 inherits whenever a child of its own ends.
while :; do
  sleep 86400 &
  wait "$!" || :
done
