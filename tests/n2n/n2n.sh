# shellcheck shell=bash disable=SC2154  # functions.sh and bed.sh set what they say
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# What the tests of n2n share; to be sourced after functions.sh and bed.sh.  The
# home frontend is the container fe, the others are c1, c2, ...; the VM v1 is on
# c1, v2 on c2, each with its container's number in MAC and address.
#
#   fe 198.51.100.10, c1 .11, c2 .12, ...    v1 10.99.0.1, v2 10.99.0.2, ...

n2n_frontend=198.51.100.10

n2n_start() { # COUNT: the frontend and so many containers
  local n
  bed_start
  bed_container fe $n2n_frontend/24
  for ((n = 1; n <= $1; n++)); do bed_container "c$n" "198.51.100.1$n/24"; done
}

# Chooses the network that `have` is about.
reserve() { # [PARAM=VALUE...]
  (umask 077 && "$bed_drive" n2n reserve "address=$n2n_frontend" "$@" >"$test_tmp/network")
}

value() { sed -n "s/^$1=//p" "$test_tmp/network"; } # NAME

# Has the backend do something on a container.
have() { # CONTAINER up|down|probe|relay WORD...
  bed_have "$1" n2n "$2" "network=$test_tmp/network" "address=$n2n_frontend" "${@:3}"
}

mac() { echo "52:54:00:00:00:0${1#?}"; }   # CONTAINER or VM
port_of() { echo "nb${1//:/}"; }           # MAC

start_vm() { # VM
  bed_vm "$1" "c${1#v}" "$(mac "$1")" "$(port_of "$(mac "$1")")" bridge "$(value mtu)" "10.99.0.${1#v}/24"
}
