# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
# Who has reported to this frontend. Sourced after common.sh.

computes=/run/computes

# members: a line "MAC IP HOSTNAME UPTIME AGE" for each compute that has reported. UPTIME is what it
# said last, AGE the seconds since then.
members() {
  find "$computes" -name '*:*' -exec cat '{}' + |
    awk -v now="$(now)" '{ print $1, $2, $3, $4, now - $5 }' | sort -V -k3,3
}

# member NAME|MAC|IP: "NAME IP" of one of them or of the frontend; status 1 if there is none.
member() {
  {
    echo "$(mac_of "$(cat /run/private)") $(ip_of "$(cat /run/private)") frontend"
    members
  } | awk -v key="$1" '
      $1 == tolower(key) || $2 == key || $3 == key { print $3, $2; found = 1; exit }
      END { exit !found }'
}

# hand_out QUERY: gives the job to all members at once and prints what they answer, or
# "HOSTNAME no-answer".
hand_out() {
  members | {
    while read -r _ ip hostname _; do
      ask "$ip" "$hostname" "$1" &
    done
    wait
  } | sort -V
}

# ask IP HOSTNAME QUERY. The answer is written in one piece: others write at the same time.
ask() {
  answer=$(fetch 60 "http://$1/cgi-bin/job?$3&as=$2") || answer="$2 no-answer"
  printf '%s\n' "$answer"
}
