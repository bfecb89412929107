# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
# What the scripts of both images share. Sourced; sets no option and runs nothing.

# say TEXT...: a line on the console, where a person or a test looks.
say() {
  echo "guest: $*" > /dev/console
}

# word NAME: the value of the last NAME=VALUE on the kernel command line, else nothing.
word() {
  found=
  set -f
  for entry in $(cat /proc/cmdline); do
    case $entry in "$1="*) found=${entry#*=} ;; esac
  done
  set +f
  echo "$found"
}

# now: whole seconds since this machine came up; its clock may be wrong, this is not.
now() {
  cut -d. -f1 /proc/uptime
}

is_hex() {
  case $1 in '' | *[!0-9a-f]*) return 1 ;; esac
}

# is_number TEXT MIN MAX
is_number() {
  case $1 in '' | *[!0-9]* | ??????????*) return 1 ;; esac
  [ "$1" -ge "$2" ] && [ "$1" -le "$3" ]
}

is_mac() {
  pair='[0-9a-f][0-9a-f]'
  # shellcheck disable=SC2254  # a pattern, on purpose
  case $1 in $pair:$pair:$pair:$pair:$pair:$pair) return 0 ;; esac
  return 1
}

is_ipv4() {
  case $1 in *[!0-9.]* | *..* | .* | *.) return 1 ;; esac
  fields=$(echo "$1" | tr . ' ')
  # shellcheck disable=SC2086  # split into the four numbers
  set -- $fields
  [ $# -eq 4 ] || return 1
  for number in "$@"; do
    is_number "$number" 0 255 || return 1
  done
}

# mac_of DEVICE, ip_of DEVICE: as the NIC has it now, not as somebody remembers it.
mac_of() {
  cat "/sys/class/net/$1/address"
}

ip_of() {
  ip -4 -o addr show dev "$1" | awk '{ sub("/.*", "", $4); print $4; exit }'
}

# reply: the head of a CGI answer. refuse STATUS SENTENCE: the whole answer, and the end.
reply() {
  printf 'Content-Type: text/plain\r\n\r\n'
}

refuse() {
  printf 'Status: %s\r\nContent-Type: text/plain\r\n\r\n%s\n' "$1" "$2"
  exit 0
}

# param NAME: the decoded value of NAME in the query. Only letters, digits and . _ : - may stand
# in it, 64 at most, so that a value can neither be code nor break a line of a result.
# Status 1 and no output for everything else.
param() {
  raw=$(printf '%s\n' "${QUERY_STRING:-}" | tr '&' '\n' | sed -n "s/^$1=//p" | head -n 1)
  case $raw in '' | *[!A-Za-z0-9._:%+-]*) return 1 ;; esac
  value=$(httpd -d "$raw")
  case $value in '' | *[!A-Za-z0-9._:-]*) return 1 ;; esac
  [ "${#value}" -le 64 ] || return 1
  echo "$value"
}

# fetch SECONDS URL: what the URL gives; status 1 if there is no whole answer in time.
# The bound is not wget's own -T: Debian 12's busybox crashes on that.
fetch() {
  timeout "$1" wget -q -O - "$2" 2> /dev/null
}

# ping_all FROM: reads lines "NAME IP", pings them all at once, prints "FROM NAME ok|lost".
# The first packet may be spent on finding the way through the overlay, hence three tries.
ping_all() {
  while read -r to_name to_ip; do
    {
      result=lost
      for _ in 1 2 3; do
        ping -q -c 1 -W 2 "$to_ip" > /dev/null 2>&1 && result=ok && break
      done
      echo "$1 $to_name $result"
    } &
  done
  wait
}

# send_marker FROM NAME IP TEXT: sends TEXT in clear to another guest, which hands back what
# it got. Prints "FROM NAME arrived|lost TEXT".
send_marker() {
  if [ "$(fetch 20 "http://$3/cgi-bin/marker?text=$4")" = "$4" ]; then
    echo "$1 $2 arrived $4"
  else
    echo "$1 $2 lost $4"
  fi
}
