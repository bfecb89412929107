#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# `move host vm` is killed (SIGKILL) at every step, with memory and disk copied,
# live, and to another site. Wherever it was: the VM is then on one container at most, nothing starts
# it on the other, and the next command completes the move or takes it back.
#
#   test-killed-move.sh [cold|live|sites|others]...
#
# others: what the command needs is killed in its middle, and not the command.
# Each step is mended by one of four commands, in turn; KILLED_ALL=1 tries all.
# shellcheck source=tests/cluster/sites.sh
. "$(dirname "$0")/sites.sh"
# shellcheck source=tests/cluster/killing.sh
. "$(dirname "$0")/killing.sh"

one=vm-container-0-0 two=vm-container-0-1 far=b:vm-container-0-0

# SITE:HOST of what `move host vm` is given.
at() { case $1 in *:*) echo "$1" ;; *) echo "a:$1" ;; esac; }

# Without a record: of its own site.
place() {
  sql a "SELECT CONCAT(COALESCE((SELECT CONCAT(s.name, ':') FROM mvc_sites s WHERE s.uuid = m.site_uuid), ''),
    m.container) FROM mvc_members m WHERE m.name = '$1'"
}
mac_of() { sql a "SELECT mac FROM mvc_members WHERE name = '$1'"; }

# Where the VM and its port are: `domain HOST` and `port HOST`, a line each; and
# the sites that have a row of it.
where() { # VM
  local host port
  port=nt$(mac_of "$1" | tr -d :)
  for host in $one $two $far; do
    host_state "$(at "$host")" | awk -v vm="$1" -v port="$port" -v host="$host" '
      $1 == "domain" && $2 == vm && $3 != "shut" { print "domain", host }
      $1 == "link" && $2 == port { print "port", host }'
  done
}
rows_at() { # VM
  local site
  for site in a b; do
    sql $site "SELECT '$site' FROM vm_nodes v JOIN nodes n ON n.ID = v.Node WHERE n.Name = '$1'"
  done
}

# At one place at most.
once() { # TITLE VM
  where "$2" >"$test_tmp/where"
  if [ "$(grep -c domain "$test_tmp/where")" -gt 1 ] || [ "$(grep -c port "$test_tmp/where")" -gt 1 ]; then
    not_ok "$1: it is there twice: $(paste -sd' ' "$test_tmp/where")"
  fi
}

runs_on() { # TITLE VM HOST
  local site
  site=$(at "$3")
  is "$1: it runs on $3" "$(place "$2" && where "$2")" "$(printf '%s\ndomain %s\nport %s' "$3" "$3" "$3")"
  is "$1: that site alone has its rows" "$(rows_at "$2")" "${site%%:*}"
  is "$1: nothing is recorded of the move" "$(sql a 'SELECT vm FROM mvc_moves')" ''
  is "$1: no memory is left" "$(for host in $one $two $far; do
    lab run "$(at "$host")" find /lab /state -name '*.saved' </dev/null
  done)" ''
}

# What an admin may try next. Its end is at the container that it prints.
mend() { # HOW VM FROM TO
  local host=$4
  case $1 in
    again) rocks move host vm "$2" "$4" ;;
    sync) rocks sync cluster "$fe" ;;
    start) rocks start cluster "$fe" wait=no ;;
    back)
      host=$3
      rocks move host vm "$2" "$3"
      ;;
  esac >"$test_tmp/mend" 2>&1 </dev/null || not_ok "$title: $1: $(cat "$test_tmp/mend")"
  echo "$host" >"$test_tmp/host"
}

# Where it goes from there.
other() { # WAY HOST
  case $2 in
    "$one") if [ "$1" = sites ]; then echo $far; else echo $two; fi ;;
    *) echo $one ;;
  esac
}

killed() { # WAY VM CALL NTH HOW
  local from to title="$1 killed before $3 $4" moving
  from=$(place "$2")
  to=$(other "$1" "$from")
  if kill_before "$3" "$4" move host vm "$2" "$to"; then
    # A move that runs live asks its hypervisor more often at one time than at another.
    runs_on "$title: it was not killed" "$2" "$to"
    return
  fi
  moving=$(sql a 'SELECT vm FROM mvc_moves')
  once "$title" "$2"
  # Whatever it was about to do, this may not make it two.
  if [ "$(rows_at "$2")" = b ]; then
    echo 'it stands at the other site' >"$test_tmp/start" # where only its cluster starts it
  elif rocks start host vm "$2" >"$test_tmp/start" 2>&1 </dev/null; then
    [ -z "$moving" ] || not_ok "$title: it was started on its way: $(cat "$test_tmp/start")"
  fi
  once "$title, then started" "$2"
  if [ -z "$moving" ]; then
    # Before the first step, or after the last.
    runs_on "$title, $(head -n 1 "$test_tmp/start")" "$2" "$(place "$2")"
    return
  fi
  [ "$(rows_at "$2")" = b ] ||
    has "$title" "$(cat "$test_tmp/start")" "host $2 is on its way from $from to $to"
  mend "$5" "$2" "$from" "$to"
  runs_on "$title, then $5" "$2" "$(cat "$test_tmp/host")"
  is "$title: no worker is left" "$(workers)" 0
}

begun() { [ -n "$(sql a 'SELECT vm FROM mvc_moves')" ]; }
saved() { lab run "$(at "$1")" test -e "/state/partition1/kvm/disks/$2.saved" </dev/null; }

# libvirtd of a host is killed once a command is true.
others() { # TITLE VM HOST TO COMMAND...
  local to=$4 killer
  # shellcheck disable=SC2016 # for the host
  wait_until 60 "${@:5}" &&
    lab run "$(at "$3")" sh -c 'kill -9 "$(cat /run/libvirtd.pid)"' </dev/null &
  killer=$!
  if rocks move host vm "$2" "$to" >"$test_tmp/out" 2>&1 </dev/null; then
    echo "# $1: the move was done before"
  else
    has "$1: with a sentence" "$(cat "$test_tmp/out")" libvirt
    has "$1: which says what next" "$(cat "$test_tmp/out")" "\`rocks move host vm $2 $to\` completes the move"
    once "$1" "$2"
    fails "$1: nothing starts it meanwhile" rocks start host vm "$2"
  fi
  wait $killer || not_ok "$1: nothing was killed"
  # shellcheck disable=SC2016 # for the host
  lab run "$(at "$3")" sh -c 'rm -f /run/libvirtd.pid; /usr/sbin/libvirtd --daemon
    n=0; until timeout 10 virsh -q -c qemu:///system list || [ $n = 100 ]; do n=$((n + 1)); sleep 0.2; done' >/dev/null 2>&1 </dev/null
  [ -z "$(sql a 'SELECT vm FROM mvc_moves')" ] || passes "$1: the next move" rocks move host vm "$2" "$to"
  runs_on "$1" "$2" "$to"
}

need_programs strace
sites_up demo
sites_meet
add_cluster 2 sites=a || exit 1
rocks set host vm hosted-vm-0-1-0 disk=file:/lab/shared.vda,vda,virtio disksize=1
rocks start cluster "$fe" wait=no >"$test_tmp/start" 2>&1 </dev/null || not_ok "start: $(cat "$test_tmp/start")"
hows=(again sync back start)
turn=0
[ $# -gt 0 ] || set -- cold live sites others
for way; do
  if [ "$way" = others ]; then
    vm=hosted-vm-0-0-0
    for kind in cold sites; do
      from=$(place $vm)
      others "$kind: libvirtd of the old container is killed" $vm "$from" "$(other $kind "$from")" begun
      from=$(place $vm)
      to=$(other $kind "$from")
      others "$kind: libvirtd of the new container is killed" $vm "$to" "$to" saved "$from" $vm
    done
    continue
  fi
  if [ "$way" = live ]; then vm=hosted-vm-0-1-0; else vm=hosted-vm-0-0-0; fi
  from=$(place $vm)
  to=$(other "$way" "$from")
  if trace move host vm $vm "$to"; then ok "$way, without being killed"; else
    not_ok "$way, without being killed: $(cat "$test_tmp/run")"
    continue
  fi
  points >"$test_tmp/points"
  runs_on "$way" $vm "$to"
  echo "$way: $(wc -l <"$test_tmp/points") steps"
  while read -r call nth <&3; do
    turn=$((turn + 1))
    for how in "${hows[@]}"; do
      [ "${KILLED_ALL-0}" = 1 ] || [ "$how" = "${hows[turn % 4]}" ] || continue
      killed "$way" $vm "$call" "$nth" "$how"
    done
  done 3<"$test_tmp/points"
done
rocks stop cluster "$fe" >"$test_tmp/stop" 2>&1 </dev/null || not_ok "stop: $(cat "$test_tmp/stop")"
rocks remove cluster "$fe" >"$test_tmp/stop" 2>&1 </dev/null || not_ok "remove: $(cat "$test_tmp/stop")"
nothing_left 'after all moves nothing is left'
