#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# A cluster's key is where root alone may read, and is nowhere said; and hosts of
# one name at several sites are never taken for each other.
# shellcheck source=tests/cluster/sites.sh
. "$(dirname "$0")/sites.sh"

hosts="frontend-a a:vm-container-0-0 b:vm-container-0-0 c:vm-container-0-0"

# Everything that a command said or did is kept in $test_tmp/said.
say() { # COMMAND...
  "$@" >>"$test_tmp/said" 2>&1 </dev/null || true
}

holds() { # TITLE COMMAND...: its output has the key
  local title=$1
  shift
  if "$@" 2>/dev/null </dev/null | grep -aqF -- "$key"; then ok "$title"; else not_ok "$title"; fi
}

lacks() { # TITLE COMMAND...: its output has something, but not the key
  local title=$1
  shift
  "$@" >"$test_tmp/out" 2>/dev/null </dev/null || true
  if [ ! -s "$test_tmp/out" ]; then
    not_ok "$title: nothing to look at"
  elif grep -aqF -- "$key" "$test_tmp/out"; then
    not_ok "$title"
  else
    ok "$title"
  fi
}

# As a user of no rights, on a host.
nobody() { # HOST SHELL-TEXT
  lab run "$1" setpriv --reuid=65534 --regid=65534 --clear-groups sh -c "$2"
}

sites_up small
sites_meet
# What runs while the cluster starts: each process's arguments, ten times a second.
lab run frontend-a sh -c 'while [ ! -e /lab/stop ]; do ps -eo args=; sleep 0.1; done' \
  >"$test_tmp/ps" 2>&1 </dev/null &
watcher=$!
say add_cluster 3
say rocks start cluster "$fe" dryrun=yes
say rocks start cluster "$fe"
key=$(sql a "SELECT value FROM mvc_secrets.settings WHERE name = 'key'")
is "a key has 256 bits in base64, or near" "$([ "${#key}" -ge 43 ] && echo long)" long
say rocks check cluster "$fe"
say rocks list cluster detail=yes status=yes
say rocks report host vm config "$fe"
say rocks list host attr
say rocks stop cluster "$fe" dryrun=yes
lab run b:vm-container-0-0 pkill -STOP libvirtd </dev/null
rocks set attr mvc_host_deadline 5
say rocks stop cluster "$fe" # fails
lab run b:vm-container-0-0 pkill -CONT libvirtd </dev/null
say rocks start cluster "$fe"
ROCKSDEBUG=1 say lab run frontend-a env ROCKSDEBUG=1 rocks sync cluster "$fe"
: >"$LAB_DIR/share/stop"
wait "$watcher"

lacks "what the commands said, also on failure, dry and with ROCKSDEBUG" cat "$test_tmp/said"
has "(a command failed among them)" "$(<"$test_tmp/said")" "b:vm-container-0-0: did not finish in time"
lacks "the frontend's processes while it worked" cat "$test_tmp/ps"
holds "(root finds it in the edge's environment)" lab run b:vm-container-0-0 sh -c \
  'cat /proc/[0-9]*/environ'
for host in $hosts; do
  lacks "$host: arguments of all processes" lab run "$host" sh -c 'ps -ef; cat /proc/[0-9]*/cmdline'
  lacks "$host: logs" lab run "$host" sh -c 'cat /run/rocks-mvc/n2n/*/log; find /var/log -type f -exec cat {} +'
  holds "$host: (root finds it in a file)" lab run "$host" sh -c 'cat /run/rocks-mvc/n2n/*/key'
  lacks "$host: what an ordinary user can read" nobody "$host" \
    'cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline; find /run /var /etc /tmp /state /export -type f -exec cat {} +'
  is "$host: files that hold it are root's alone" "$(lab run "$host" sh -c "
    grep -rlF -e '$key' /run /tmp /etc /root 2>/dev/null | xargs -r stat -c '%U %a'" </dev/null | sort -u)" \
    "root 600"
done
# shellcheck disable=SC2016 # the user's shell expands it
is "an ordinary user of the frontend is refused the database of keys" \
  "$(nobody frontend-a 'mariadb -e "SELECT * FROM mvc_secrets.settings" >/dev/null 2>&1; echo $?' </dev/null)" 1
is "no table of Rocks, which everyone may read, holds it" \
  "$(for site in a b c; do tables_dump "$site" | grep -v '^settings' | grep -cF -- "$key"; done | sort -u)" 0
is "a site that lends does not have it in its database" "$(tables_dump b | grep -cF -- "$key")" 0

# ---- hosts of one name ----
for site in a b c; do
  lab run "$site:vm-container-0-0" sh -c "echo $site >/state/partition1/whose" </dev/null
done
where() { lab run "$1:vm-container-0-0" virsh -q list --name </dev/null | sed '/^$/d'; }
is "one VM for each site" "$(where a) $(where b) $(where c)" "vm-a-$fe-0 vm-a-$fe-1 vm-a-$fe-2"
for site in a b c; do
  uuid=$(sql "$site" "SELECT uuid FROM mvc_site")
  name=$(sql a "SELECT name FROM mvc_members WHERE site_uuid = '$uuid' AND role = 'compute'")
  is "what the database has at $site runs at $site" "$(where "$site")" "$name"
  mac=$(sql "$site" "SELECT mac FROM mvc_leases WHERE vm = '$name'")
  is "its port too" "$(lab run "$site:vm-container-0-0" ls /run/rocks-mvc/n2n </dev/null | grep ^nb)" "nb${mac//:/}"
done
is "known_hosts of each site are its own" \
  "$(lab run frontend-a sh -c 'cut -d" " -f1 /var/lib/rocks-mvc/known_hosts.d/b' </dev/null | sort -u)" "b/vm-container-0-0"
