#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Computes come to a running cluster and leave it: `add cluster compute`, `remove
# cluster compute`. What was there runs on; a site that refuses leaves all as it
# was; killed at steps in turn, `sync cluster` or the same command goes on.
# shellcheck source=tests/cluster/sites.sh
. "$(dirname "$0")/sites.sh"
# shellcheck source=tests/cluster/killing.sh
. "$(dirname "$0")/killing.sh"

members() { sql a "SELECT m.name FROM mvc_members m ORDER BY role, idx" | xargs; }
# SITE:HOST VM of all that run.
running() { hosts_state | awk '$2 == "domain" && $4 == "running" { print $1, $3 }' | sort; }
ports() { hosts_state | grep -c ' link nt'; }
cells() { awk '$8 ~ /^..:..:..:/ { print $1, $2, $3, $8 }' | tr -d :; } # site container vm mac

is_refused() { # TITLE PART WORD...
  local title=$1 part=$2 before
  shift 2
  before=$(everything)
  if rocks "$@" >"$test_tmp/out" 2>&1 </dev/null; then not_ok "$title: it went through"; fi
  has "$title" "$(cat "$test_tmp/out")" "$part"
  is "$title: nothing changed" "$(everything)" "$before"
}

does() { # TITLE WORD...
  rocks "${@:2}" >"$test_tmp/out" 2>&1 </dev/null || not_ok "$1: $(cat "$test_tmp/out")"
}

need_programs strace
sites_up small
sites_meet
add_cluster 3 # capacities are known from here on
rocks remove cluster "$fe" >/dev/null 2>&1
for site in a b c; do sql $site 'UPDATE mvc_containers SET cpus = 100'; done

# Of three sites one is enough.
add_cluster 1
is 'it is added' "$(sql a 'SELECT state FROM mvc_clusters')" stopped
rocks remove cluster "$fe" >/dev/null 2>&1

# ---- a cluster of one site grows beyond it ----
does 'a cluster of one site' add cluster "$vfe_ip" 1 "${small[@]}"
does 'it runs' start cluster "$fe" wait=no
before=$(running)
everything >"$test_tmp/before"
rocks add cluster compute "$fe" 3 sites="a b c" dryrun=yes >"$test_tmp/dry" 2>"$test_tmp/out" </dev/null ||
  not_ok "a dry run: $(cat "$test_tmp/dry" "$test_tmp/out")"
is 'a dry run changes nothing' "$(everything)" "$(cat "$test_tmp/before")"
does 'three more' add cluster compute "$fe" 3 sites="a b c"
is 'all are members' "$(members)" "$fe hosted-vm-0-0-0 vm-a-$fe-1 vm-a-$fe-2 vm-a-$fe-3"
is 'where the dry run said, with these MACs' "$(cells <"$test_tmp/dry")" "$(sql a "
  SELECT COALESCE((SELECT s.name FROM mvc_sites s WHERE s.uuid = m.site_uuid), 'a'), m.container, m.name,
    m.mac FROM mvc_members m WHERE idx > 0 ORDER BY idx" | tr '\t' ' ' | tr -d :)"
is 'as large as the first' "$(sql a 'SELECT DISTINCT cpus, mem, disk FROM mvc_members WHERE role = "compute"' |
  tr '\t' ' ')" '1 32 1'
is 'they run' "$(running)" "$(printf '%s\n' "$before" "a:vm-container-0-0 vm-a-$fe-1" \
  "b:vm-container-0-0 vm-a-$fe-2" "c:vm-container-0-0 vm-a-$fe-3" | sort)"
is 'each has its port' "$(ports)" 5
does 'one more where its computes are' add cluster compute "$fe" 1 mem-per-compute=16
is 'of its own size' "$(sql a "SELECT mem FROM mvc_members WHERE name = 'vm-a-$fe-4'")" 16

# ---- what is refused ----
sql b "INSERT INTO nodes (Name) VALUES ('vm-a-$fe-6')"
is_refused 'a name that is taken at the last site' "site b: Node vm-a-$fe-6 already exists" \
  add cluster compute "$fe" 2 sites="c b"
sql b "DELETE FROM nodes WHERE Name = 'vm-a-$fe-6'"
rocks set site b max-vms=1
is_refused 'beyond what was agreed' 'site b is to be used for at most 1 VMs, and 1 are' \
  add cluster compute "$fe" 1 sites=b
rocks set site b max-vms=none
is_refused 'no cluster' 'cannot resolve host "nosuch"' add cluster compute nosuch 1
is_refused 'no number' 'num-computes must be an integer' add cluster compute "$fe" many
is_refused 'nothing' 'must supply the number of compute nodes' add cluster compute
is_refused 'two clusters' 'must supply one cluster' add cluster compute "$fe" "$fe" 1
is_refused 'a site that is none' 'there is no site "x"' add cluster compute "$fe" 1 sites=x
is_refused 'to take off the frontend' "host $fe is the frontend of cluster $fe" remove cluster compute "$fe" "$fe"
is_refused 'to take off a stranger' "host x is no compute of cluster $fe" \
  remove cluster compute "$fe" hosted-vm-0-0-0 x
is_refused 'to take off nobody' 'must supply at least one compute' remove cluster compute "$fe"

# ---- and shrinks ----
everything >"$test_tmp/before"
has 'a dry removal shows the steps' "$(rocks remove cluster compute "$fe" "vm-a-$fe-2" dryrun=yes 2>&1 </dev/null |
  tr -s ' ')" "b: vm-container-0-0 stop vm-a-$fe-2"
is 'and does nothing' "$(everything)" "$(cat "$test_tmp/before")"
does 'three go' remove cluster compute "$fe" "vm-a-$fe-2" hosted-vm-0-0-0 "vm-a-$fe-4"
has 'their images are listed' "$(cat "$test_tmp/out")" \
  "Disk image stays: b:vm-container-0-0:/state/partition1/kvm/disks/vm-a-$fe-2.vda"
is 'the others are members' "$(members)" "$fe vm-a-$fe-1 vm-a-$fe-3"
is 'the others run' "$(running)" "$(printf '%s\n' "a:frontend-a $fe" "a:vm-container-0-0 vm-a-$fe-1" \
  "c:vm-container-0-0 vm-a-$fe-3" | sort)"
is 'with their ports' "$(ports)" 3
is 'site b has nothing of it' "$(sql b 'SELECT vm FROM mvc_leases; SELECT ID FROM vm_nodes')" ''
does 'a number that was used is not used again while others follow' add cluster compute "$fe" 1 sites=b
is 'named after the last' "$(members)" "$fe vm-a-$fe-1 vm-a-$fe-3 vm-a-$fe-4"

# One that came from another site, and whose MAC is kept there.
does 'a move' move host vm "vm-a-$fe-3" b:vm-container-0-0
is 'site c keeps its MAC' "$(sql c 'SELECT vm FROM mvc_macs')" "vm-a-$fe-3"
does 'it goes' remove cluster compute "$fe" "vm-a-$fe-3" remove-disks=yes
is 'and site c no longer does' "$(sql c 'SELECT vm FROM mvc_macs')$(sql a 'SELECT vm FROM mvc_macs')" ''

# ---- killed ----
words() { # add|remove
  case $1 in
    add) echo "add cluster compute $fe 1 sites=c" ;;
    remove) echo "remove cluster compute $fe $extra" ;;
  esac
}
extra_now() { members | awk '{ print $NF }'; }

# Completed by sync, or by the command itself; then as it was before.
killed() { # COMMAND CALL NTH
  local title="$1 killed before $2 $3"
  # shellcheck disable=SC2046 # words without blanks
  kill_before "$2" "$3" $(words "$1") || true
  does "$title: sync" sync cluster "$fe"
  case $1 in
    add) extra=$(extra_now) ;;
    remove) [ "$(extra_now)" != "$extra" ] || does "$title: again" remove cluster compute "$fe" "$extra" ;;
  esac
  is "$title: members and VMs agree" "$(running | awk '{ print $2 }' | sort | xargs)" "$(members | tr ' ' '\n' | sort | xargs)"
  is "$title: a lease for each" "$(for site in a b c; do sql $site 'SELECT vm FROM mvc_leases'; done | sort | xargs)" \
    "$(members | tr ' ' '\n' | sort | xargs)"
  is "$title: and its MAC is recorded" "$(sql a 'SELECT name FROM mvc_members WHERE mac IS NULL')" ''
  is "$title: a port for each" "$(ports)" "$(members | wc -w)"
  is "$title: no worker is left" "$(workers)" 0
}

keep=$(members)
for command in add remove; do
  [ "$(members)" != "$keep" ] || [ $command = add ] || does 'one more' add cluster compute "$fe" 1 sites=c
  extra=$(extra_now)
  # shellcheck disable=SC2046 # words without blanks
  trace $(words $command) || not_ok "$command, without being killed: $(cat "$test_tmp/run")"
  points >"$test_tmp/points"
  echo "$command: $(wc -l <"$test_tmp/points") steps"
  turn=0
  while read -r call nth <&3; do
    turn=$(((turn + 1) % 4))
    [ $turn = 0 ] || [ "${KILLED_ALL-0}" = 1 ] || continue
    case $command in
      add) [ "$(members)" = "$keep" ] || does 'back' remove cluster compute "$fe" "$(extra_now)" ;;
      remove)
        [ "$(members)" != "$keep" ] || does 'one more' add cluster compute "$fe" 1 sites=c
        extra=$(extra_now)
        ;;
    esac
    killed $command "$call" "$nth"
  done 3<"$test_tmp/points"
done
does 'removed' remove cluster "$fe"
nothing_left 'nothing is left'
