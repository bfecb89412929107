#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# The remote part against real sshds on loopback: how many connections it makes, what goes through
# a frontend, what it says of hosts that do not answer, and that secrets are not seen.
#
#   test-remote.sh DRIVE      DRIVE: the program made from drive.c
set -eu

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/remote/sshd.sh
. "$here/sshd.sh"

fail() {
  echo "test-remote: $*" >&2
  tail -v -n 5 "$tmp"/*.log >&2 || :
  exit 1
}

# Whether WORDS stand in what the last drive() said.
says() {
  grep -qF -- "$1" "$tmp/said" || fail "not said: $1 but: $(cat "$tmp/said")"
}

remote_inside "$@"

# How many connections a host has accepted so far.
logins() {
  grep -c 'Accepted publickey' "$tmp/$1.log" || :
}

expect_logins() {
  [ "$(logins "$1")" -eq "$2" ] || fail "$1 has $(logins "$1") connections, not $2: $3"
}

base=$((20000 + $$ % 12000))
for name in front one two away silent; do
  base=$((base + 1))
  start_sshd "$name" "$base"
  eval "port_$name=$base"
done
# The same address for all, as at real sites: the port alone tells them apart here, and that ssh's
# own config counts.
# shellcheck disable=SC2154 # port_* come from eval
cat >/root/.ssh/config <<CONF
Host front
  HostName 127.0.0.1
  Port $port_front
Host one
  HostName 127.0.0.1
  Port $port_one
Host two
  HostName 127.0.0.1
  Port $port_two
Host away
  HostName 127.0.0.1
  Port $port_away
Host nobody
  HostName 127.0.0.1
  Port 1
Host silent
  HostName 127.0.0.1
  Port $port_silent
CONF
one=,one,one,
inner="b,vm-container-0-0,one,front"
other="b,vm-container-0-1,two,front"

drive() {
  # shellcheck disable=SC2154 # set above
  timeout 120 "$drive" "$@" >"$tmp/said" 2>"$tmp/complained"
}

echo "PASS setup: five sshds on 127.0.0.1"

# --- one connection, whatever runs over it
# shellcheck disable=SC2016 # for the shell over there
echo 'echo "hello from $(id -un)"' >"$tmp/hello"
drive run 30 "$tmp/hello" "$one" "$one" "$one" || fail "$(cat "$tmp/said")"
[ "$(grep -c '^hello from root$' "$tmp/said")" -eq 3 ] || fail "three jobs: $(cat "$tmp/said")"
drive run 30 "$tmp/hello" "$one"
expect_logins one 1 'three jobs, then another process'
# shellcheck disable=SC2012 # the names are ours
[ "$(stat -c %a /run/rocks-mvc/ssh-0)" = 700 ] || fail 'others can enter the folder of sockets'
# shellcheck disable=SC2154 # set by eval
ssh-keygen -F "[127.0.0.1]:$port_one" -f /root/.ssh/known_hosts >/dev/null ||
  fail "the admin's own known_hosts does not have it"
echo "PASS one connection for many jobs and processes"

# --- statuses, 255 among them
echo 'echo out; echo err >&2; exit 255' >"$tmp/script"
! drive run 30 "$tmp/script" "$one" || fail 'a failed job, and nobody says so'
says 'one FAILED 255'
says 'Error: one: step failed with status 255: err'
# shellcheck disable=SC2016 # for the shell over there
echo 'kill -9 $$' >"$tmp/script"
! drive run 30 "$tmp/script" "$one" || fail 'a killed shell, and nobody says so'
says 'one FAILED 137'
echo 'cat; echo after' >"$tmp/script"
drive run 30 "$tmp/script" "$one" || fail 'a command read the script'
says after
echo "PASS a script's status, 255 too, is its own"

# --- time-outs end the script over there too
echo "echo \$\$ >$tmp/pid; echo begun; sleep 300" >"$tmp/script"
! drive run 3 "$tmp/script" "$one" || fail 'no time-out'
says 'one TIMEOUT 124'
says 'Error: one: step did not end within 3 s: begun'
gone() {
  ! kill -0 "$(cat "$tmp/pid")" 2>/dev/null
}
wait_for gone
echo "PASS a job that takes too long is ended at both ends"

# --- a daemon that keeps the script's output open
echo "sleep 300 & echo \$! >$tmp/pid; echo started" >"$tmp/script"
drive run 3000 "$tmp/script" "$one" || fail "a daemon: $(cat "$tmp/said")"
says started
! gone || fail 'the daemon was ended with its script'
kill "$(cat "$tmp/pid")"
echo "PASS a daemon does not hold up its job"

# --- through a frontend: one connection to it
drive run 30 "$tmp/hello" "$inner" "$other" || fail "$(cat "$tmp/said")"
says 'b:vm-container-0-0 OK 0'
says 'b:vm-container-0-1 OK 0'
drive run 30 "$tmp/hello" "$inner" "$other" 'b,front,front,front'
says 'b:front OK 0'
expect_logins front 1 'two hosts behind it, twice, and itself'
expect_logins two 1 'jumped to twice'
for host in one two; do
  port=$(eval "echo \$port_$host")
  line=$(grep 'Connection from' "$tmp/$host.log" | tail -n 1)
  peer=$(echo "$line" | sed 's/.*Connection from [^ ]* port \([0-9]*\) .*/\1/')
  echo "$line" | grep -q "port $port" || fail "$host: $line"
  [ -n "$peer" ] || fail "$host: $line"
done
known=/var/lib/rocks-mvc/known_hosts.d/b
[ "$(ssh-keygen -F b/vm-container-0-0 -f "$known" | grep -c '^[^#]')" -eq 1 ] ||
  fail "no key of b/vm-container-0-0 in $known"
[ "$(stat -c %a "${known%/*}")" = 700 ] || fail "others can enter ${known%/*}"
echo "PASS hosts behind a frontend share one connection to it"

# --- many processes at once: still one connection each
close_connections
before=$(logins front)
workers=''
for n in 1 2 3 4 5 6; do
  timeout 120 "$drive" run 30 "$tmp/hello" "c,host-$n,away,front" >"$tmp/said.$n" &
  workers="$workers $!"
done
for n in $workers; do wait "$n" || fail 'one of six processes'; done
expect_logins front $((before + 1)) 'six processes through it at once'
expect_logins away 6 'six names of one host'
echo "PASS processes that start together share the frontend's connection"

# --- forwarding a socket
"$drive" serve "$tmp/socket" &
wait_for test -S "$tmp/socket"
mkfifo "$tmp/hold"
drive run 30 "$tmp/hello" "$inner" || fail "$(cat "$tmp/said")"
before=$(logins one)
timeout 120 "$drive" forward "$tmp/socket" "$inner" >"$tmp/said" <"$tmp/hold" &
forward=$!
exec 9>"$tmp/hold"
wait_for grep -q 'the same again' "$tmp/said"
local=$(head -n 1 "$tmp/said")
[ "$(dirname "$local")" = /run/rocks-mvc/ssh-0 ] || fail "the socket is in $local"
[ "$("$drive" ask "$local" 'good day')" = 'you said good day' ] || fail 'nobody answers there'
[ "$("$drive" ask "$local" again)" = 'you said again' ] || fail 'it answers once only'
exec 9>&-
wait "$forward" || fail "forward: $(cat "$tmp/said")"
[ ! -e "$local" ] || fail "$local is still there"
expect_logins one "$before" 'a socket over the connection that was there'
! drive forward "$tmp/so:cket" "$inner" || fail 'a colon in the path of a socket'
says "Error: b:vm-container-0-0: \"$tmp/so:cket\" is not the path of a socket"
echo "PASS a socket is forwarded over the same connection, and closed again"

# --- hosts that do not answer: they alone fail, in bounded time
! drive run 2 "$tmp/hello" ,nobody,nobody, "$one" || fail 'nobody answers, and nobody says so'
says 'nobody UNREACHABLE 255'
says 'Error: nobody does not answer: ssh: connect to host 127.0.0.1 port 1: Connection refused'
says 'one OK 0'
! drive run 2 "$tmp/hello" b,lost,nobody,front "$one" || fail 'a host behind a frontend'
says 'Error: b:lost does not answer: '
says 'asked through its frontend front'
says 'one OK 0'
! drive run 2 "$tmp/hello" d,lost,one,nobody "$one" || fail 'a frontend'
says 'Error: d:lost does not answer: its frontend nobody does not answer: ssh: connect to'
says 'one OK 0'
# shellcheck disable=SC2154 # set by eval
kill -STOP "$pid_silent"
! drive run 2 "$tmp/hello" ,silent,silent, "$one" || fail 'a frozen host'
says 'silent UNREACHABLE 255'
says 'Error: silent does not answer: Connection timed out during banner exchange'
says 'one OK 0'
kill -CONT "$pid_silent"
echo "PASS hosts that do not answer are named, and fail nobody else"

# --- killed while it connects: what it began is used, and made no second time
kill -STOP "$pid_silent"
before=$(logins silent)
"$drive" run 30 "$tmp/hello" ,silent,silent, >/dev/null &
killed=$!
connecting() {
  pgrep -P "$killed" -f -- '-fN -- silent$' >/dev/null
}
wait_for connecting
kill -KILL "$killed"
wait "$killed" || :
timeout 120 "$drive" run 30 "$tmp/hello" ,silent,silent, >"$tmp/said" &
next=$!
sleep 0.3 # so that it would have begun a second one
kill -CONT "$pid_silent"
wait "$next" || fail "$(cat "$tmp/said")"
one_left() {
  [ "$(ours '-fN -- silent$' | wc -l)" -eq 1 ]
}
wait_for one_left
expect_logins silent $((before + 1)) 'a killed process and the next'
echo "PASS a process that is killed while it connects leaves no second connection"

# --- a secret is in no process list
sum=$(tr -d - </proc/sys/kernel/random/uuid)
printf ': %s; for n in 1 2 3; do ps -eww -o args=; sleep 0.1; done\n' "$sum" >"$tmp/script"
drive run 30 "$tmp/script" "$one" "$inner" ,here,, || fail "$(cat "$tmp/said")"
says 'sshd: root@notty'
says "-W '[%h]:%p' -- 'front'"
! grep -q "$sum" "$tmp/said" || fail "a secret in argv: $(grep "$sum" "$tmp/said")"
echo "PASS a script is in no process list"

# --- another key under a name that is known
close_connections
# shellcheck disable=SC2154 # set by eval
kill "$pid_one" "$pid_two"
wait "$pid_one" "$pid_two" || :
for end in key key.pub; do
  mv "$tmp/one.$end" "$tmp/swap"
  mv "$tmp/two.$end" "$tmp/one.$end"
  mv "$tmp/swap" "$tmp/two.$end"
done
rm "$tmp/one.log" "$tmp/two.log"
start_sshd one "$port_one"
start_sshd two "$port_two"
! drive run 5 "$tmp/hello" "$inner" "$one" || fail 'another host answered'
says "Error: b:vm-container-0-0 does not answer: its host key is not the one in $known:"
says '; if it was installed anew, remove that line'
says 'Error: one does not answer: its host key is not the one in /root/.ssh/known_hosts:'
! grep -q '^hello' "$tmp/said" || fail 'another host ran the script'
# Where its admin removes the line, as the sentence says, it is a new host.
rm "$known"
drive run 5 "$tmp/hello" "$inner" || fail "$(cat "$tmp/said")"
echo "PASS a host with another key is refused"
