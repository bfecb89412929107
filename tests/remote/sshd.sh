# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Private sshds on loopback, and an ssh that knows nothing else; to be sourced.
#
#   remote_inside "$@"      runs the script once more, in a mount namespace; sets $drive and $tmp
#   start_sshd NAME PORT [OPTION LINE...]   a host; its log is $tmp/NAME.log, its PID $pid_NAME
#   close_connections       ends the connections that stay for the next command
#   wait_for COMMAND...     until it succeeds, bounded; calls fail() of the script
#
# ssh reads root's own files wherever HOME points, and the remote part has folders of its own: so
# empty ones are mounted in their place, which needs root.

remote_skip() {
  echo "${0##*/}: $*" >&2
  exit 77
}

remote_inside() {
  [ "$(id -u)" -eq 0 ] || remote_skip 'needs root, for a mount namespace'
  for tool in pgrep ps ssh ssh-keygen /usr/sbin/sshd unshare; do
    command -v "$tool" >/dev/null || remote_skip "needs $tool"
  done
  if [ "${1:-}" != inside ]; then
    drive=$(realpath "${1:-tests/remote/drive}")
    [ -x "$drive" ] || remote_skip "there is no $drive"
    exec unshare -m --propagation private -- "$0" inside "$drive"
  fi
  # shellcheck disable=SC2034 # for the script
  drive=$2
  tmp=$(mktemp -d /tmp/test-remote.XXXXXX)
  trap remote_finish EXIT
  trap 'exit 1' HUP INT TERM
  for folder in /root /run /var/lib; do
    mount -t tmpfs -o mode=755 test-remote "$folder"
  done
  mkdir -m 700 /root/.ssh
  mkdir /run/sshd
  ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519
}

close_connections() {
  for socket in /run/rocks-mvc/ssh-0/????????????????; do
    [ ! -S "$socket" ] || ssh -S "$socket" -O exit none 2>/dev/null || :
  done
}

# PIDs in this mount namespace: all are ours, connections that nobody waits for too.
ours() { # PATTERN
  pgrep --ns $$ --nslist mnt -f -- "$1" || :
}

# shellcheck disable=SC2317 # called by the trap
remote_finish() {
  status=$?
  trap - EXIT
  for process in $(ours .); do
    [ "$process" -eq $$ ] || kill -KILL "$process" 2>/dev/null || :
  done
  wait
  rm -rf "$tmp"
  exit "$status"
}

wait_for() {
  tries=0
  until "$@"; do
    tries=$((tries + 1))
    [ "$tries" -lt 250 ] || fail "in vain: $*"
    sleep 0.02
  done
}

start_sshd() {
  host=$1
  [ -e "$tmp/$host.key" ] || ssh-keygen -q -t ed25519 -N '' -f "$tmp/$host.key"
  {
    cat <<CONF
HostKey $tmp/$host.key
ListenAddress 127.0.0.1:$2
PidFile none
AuthorizedKeysFile /root/.ssh/id_ed25519.pub
AuthenticationMethods publickey
StrictModes no
UsePAM no
LogLevel VERBOSE
CONF
    shift 2
    printf '%s\n' "$@"
  } >"$tmp/$host.conf"
  : >"$tmp/$host.log"
  /usr/sbin/sshd -D -f "$tmp/$host.conf" -E "$tmp/$host.log" &
  eval "pid_$host=$!"
  wait_for grep -q 'Server listening' "$tmp/$host.log"
}
