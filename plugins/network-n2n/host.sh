# shellcheck shell=sh disable=SC1091,SC2030,SC2031,SC2154,SC2164
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# What ports and relays share: processes, services, the firewall's table.
#
# host.sh, port.sh and relay.sh reach a host as one text on the standard input
# of `sh -eu`, and leave a copy there for the supervisors, which enter it by
# n2n_main.  A function whose body stands in ( ) keeps its variables, umask and
# locks to itself: steps of other backends may follow in the same shell.
#
# A service, a port or a relay, is a directory with
#   conf   what it is made of, as shell assignments    log   what it printed
#   lock   held (flock) by its supervisor while it lives
#   pid    of the supervisor, and when it began (proc_pid_stat(5), field 22)
#   rules  the firewall elements that it has
# Ports live in /run, since their keys shall never be on a container's disk.
# Relays, which have no secret and return at boot, live in /var/lib.

N2N_PORTS=/run/rocks-mvc/n2n
N2N_LOCK=/run/rocks-mvc/n2n.lock # private: whoever can open it can hold it
N2N_RELAYS=/var/lib/rocks-mvc/n2n
N2N_TABLE=rocks_n2n
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

n2n_fail() {
  echo "network-n2n: $*" >&2
  exit 1
}

n2n_need() { # PROGRAM...
  for n2n_program; do
    command -v "$n2n_program" >/dev/null || n2n_fail "there is no program $n2n_program here"
  done
}

# The main version: 1 (Debian's 1.3) or 3.  The two want other words.
n2n_version() ( # edge|supernode
  version=$("$1" -h </dev/null 2>&1 | sed -n 's/^Welcome to n2n v\.\([0-9.]*\).*/\1/p')
  case $version in
    1.3* | 3.*) echo "${version%%.*}" ;;
    *) n2n_fail "$1 is n2n ${version:-of an unknown version}, not 1.3 or 3.x" ;;
  esac
)

# Runs a command while no other script or supervisor of ours does so.  What a
# killed script had begun this way, its subshell ends before the next one begins.
n2n_alone() ( # COMMAND...
  # shellcheck disable=SC2174  # the folder above is not ours alone
  mkdir -p -m 700 "$N2N_LOCK"
  exec 9<"$N2N_LOCK"
  flock 9
  "$@"
)

n2n_addresses() { # HOST: its IPv4 addresses; n2n has no IPv6
  getent ahostsv4 "$1" </dev/null | awk '!seen[$1]++ { print $1 }'
}

# ---------------------------------------------------------------- processes

# One field of a process's status, counted from after its name, which may hold
# anything: 3 is its group, 20 when it began.  Nothing when it has ended.
n2n_stat() { # PID FIELD
  sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | awk -v field="$2" '$1 != "Z" { print $field }'
}

n2n_record() { # this very process, for n2n_alive
  echo "$$ $(n2n_stat $$ 20)"
}

n2n_alive() ( # FILE: the process that it names still runs
  [ -s "$1" ] && read -r pid began <"$1" && [ -n "$began" ] && [ "$(n2n_stat "$pid" 20)" = "$began" ]
)

# Ends the process that FILE names, or that and all it started: a supervisor is
# the first of its process group.
n2n_end() ( # process|group FILE
  n2n_alive "$2" || return 0
  read -r pid began <"$2"
  [ "$1" = process ] || pid=-$(n2n_stat "$pid" 3)
  for signal in TERM KILL; do
    kill -s "$signal" -- "$pid" 2>/dev/null || return 0
    tries=30
    while n2n_alive "$2" && [ $((tries -= 1)) -gt 0 ]; do sleep 0.1; done
  done
)

# ----------------------------------------------------------------- services

n2n_home() { # port|relay
  case $1 in port) echo "$N2N_PORTS" ;; relay) echo "$N2N_RELAYS" ;; esac
}

n2n_has_systemd() { [ -d /run/systemd/system ]; }

n2n_unit_file() { # port|relay
  case $1 in
    port) echo /run/systemd/system/rocks-n2n-port@.service ;;
    relay) echo /etc/systemd/system/rocks-n2n-relay@.service ;;
  esac
}

n2n_unit_text() { # port|relay
  cat <<UNIT
[Unit]
Description=Rocks private networks over n2n, $1 %i
StartLimitIntervalSec=0

[Service]
ExecStart=/bin/sh -eu $(n2n_home "$1")/host.sh $1 %i
Restart=always
RestartSec=1

[Install]
WantedBy=multi-user.target
UNIT
}

# Puts TEXT where it is not yet; a reader sees the old text or the new.
n2n_put() { # FILE TEXT
  [ "$2" != "$(cat "$1" 2>/dev/null)" ] || return 0
  printf '%s\n' "$2" >"$1.new"
  mv "$1.new" "$1"
}

n2n_install() { # port|relay; under n2n_alone
  # shellcheck disable=SC2016  # "$@" is for the copy
  n2n_put "$(n2n_home "$1")/host.sh" "$(n2n_source && echo 'n2n_main "$@"')"
  n2n_has_systemd || return 0
  n2n_put "$(n2n_unit_file "$1")" "$(n2n_unit_text "$1")"
  systemctl daemon-reload
}

# Its supervisor lives, since nobody else holds the lock.
n2n_running() ( # DIRECTORY
  [ -e "$1/lock" ] || return 1
  exec 8<"$1/lock"
  ! flock -n -s 8
)

n2n_start() { # port|relay NAME
  if n2n_has_systemd; then
    [ "$1" = port ] || systemctl -q enable "rocks-n2n-$1@$2.service"
    systemctl start "rocks-n2n-$1@$2.service"
  else
    setsid sh -eu "$(n2n_home "$1")/host.sh" "$1" "$2" </dev/null >/dev/null 2>&1 9<&- &
  fi
}

n2n_stop() { # port|relay NAME
  if n2n_has_systemd && [ -e "$(n2n_unit_file "$1")" ]; then
    [ "$1" = port ] || systemctl -q disable "rocks-n2n-$1@$2.service"
    systemctl stop "rocks-n2n-$1@$2.service"
    systemctl reset-failed "rocks-n2n-$1@$2.service" 2>/dev/null || :
  fi
  n2n_end group "$(n2n_home "$1")/$2/pid"
}

# Removes a service that has been stopped; with the last one of its kind what
# they shared, and with the last of both kinds the firewall table.
n2n_remove() ( # port|relay NAME; under n2n_alone
  home=$(n2n_home "$1") unit=$(n2n_unit_file "$1")
  n2n_close "$home/$2"
  rm -rf "${home:?}/$2"
  for conf in "$home"/*/conf; do
    [ ! -e "$conf" ] || return 0
  done
  rm -rf "$home"
  if n2n_has_systemd && [ -e "$unit" ]; then
    rm -f "$unit"
    systemctl daemon-reload
  fi
  [ -d "$N2N_PORTS" ] || [ -d "$N2N_RELAYS" ] || nft delete table inet $N2N_TABLE 2>/dev/null || :
)

# This process looks after the service from now on.
n2n_supervise() { # DIRECTORY
  umask 077
  cd "$1"
  exec 8>lock
  flock -w 5 8 || exit 0
  n2n_put pid "$(n2n_record)"
  exec >>log 2>&1
}

# ----------------------------------------------------------------- firewall

# Edges that are bound talk to their relays and to nobody else.
n2n_table() {
  nft list table inet $N2N_TABLE >/dev/null 2>&1 || nft -f - <<NFT
table inet $N2N_TABLE {
  counter direct { }
  set edges { type inet_service; }
  set bound { type inet_service; }
  set paths { type inet_service . ipv4_addr . inet_service; }
  set relays { type inet_service; }
  set beacons { type inet_service; }
  map answers { type inet_service : ipv4_addr; }
  chain input {
    type filter hook input priority filter; policy accept;
    udp dport . ip saddr . udp sport @paths accept
    udp dport @bound counter name direct drop
    udp dport @edges accept
    udp dport @relays accept
    tcp dport @beacons accept
  }
  chain output {
    type filter hook output priority filter; policy accept;
    udp sport . ip daddr . udp dport @paths accept
    udp sport @bound counter name direct drop
  }
  chain answer {
    type filter hook output priority raw; policy accept;
    meta nfproto ipv4 ip saddr set udp sport map @answers
  }
}
NFT
}

n2n_elements() { # add|delete; reads lines SET ELEMENT
  while read -r set element; do
    echo "$1 element inet $N2N_TABLE $set { $element }"
  done
}

# Takes a service's elements out, each by itself: some may not be there.
n2n_close() ( # DIRECTORY; under n2n_alone
  [ -e "$1/rules" ] || return 0
  n2n_elements delete <"$1/rules" | while read -r command; do
    echo "$command" | nft -f - 2>/dev/null || :
  done
  rm "$1/rules"
)

n2n_open() { # DIRECTORY RULES; under n2n_alone
  [ -e "$1/conf" ] || return 1 # taken down while its supervisor waited for us
  n2n_table
  [ "$2" = "$(cat "$1/rules" 2>/dev/null)" ] || n2n_close "$1"
  n2n_put "$1/rules" "$2"
  n2n_elements add <"$1/rules" | nft -f -
}

n2n_port_rules() ( # in the port's directory, with its conf read
  udp=$(cat udp)
  echo "edges $udp"
  [ "$direct" = no ] || return 0
  for relay in $relays; do
    for address in $(n2n_addresses "${relay%:*}"); do
      echo "paths $udp . $address . ${relay##*:}"
    done
  done
  echo "bound $udp"
)

# The copy's entrance: `sh -eu host.sh port nb525400000001`.
n2n_main() { # port|edge|watch|relay WORD...
  n2n_what=$1
  shift
  "n2n_${n2n_what}_main" "$@"
}
