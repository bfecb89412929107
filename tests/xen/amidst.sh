# shellcheck shell=bash disable=SC2154 # what its users set
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# What somebody else does to a command in its middle: kills libvirtd or the guest,
# or ends libvirtd's connection to xenstored.  To be sourced in dom0, after vms.sh.

# A command that was on its way when something happened; its words are in
# $test_tmp/amidst, its exit status in $amidst_status.
amidst() { # TITLE HAPPENS ONCE COMMAND...
  local command
  "${@:4}" >"$test_tmp/amidst" 2>&1 </dev/null &
  command=$!
  # Without a pause, since some are there for a second.
  until "$3" >/dev/null 2>&1; do
    kill -0 $command 2>/dev/null || break
  done
  passes "$1: it happens" "$2"
  amidst_status=0
  wait $command || amidst_status=$?
  sed 's/^/    /' "$test_tmp/amidst"
  at "$1"
}

# It failed, and said these in one sentence.
amidst_failed() { # TITLE WORDS...
  local title=$1
  is "$title: its exit status" "$amidst_status" 1
  is "$title: one sentence" "$(grep -c '^Error: ' "$test_tmp/amidst")" 1
  shift
  for words; do has "$title: it says so" "$(grep '^Error: ' "$test_tmp/amidst")" "$words"; done
}

# A stop is short: it may have been done before.
stop_failed() { # TITLE WORDS...
  if [ "$amidst_status" = 0 ]; then echo "# $1: it was done before"; else amidst_failed "$@"; fi
}

lost_xenstored='frontend-a: libvirtd has no connection to xenstored any more, and can do nothing without: restart it'
libvirtd_lives() { [ -e "/proc/$(cat /run/libvirtd.pid)" ]; }
# Mostly it lives on; sometimes it dies of it, and its clients are told no more.
cut_says() {
  if libvirtd_lives; then echo "$lost_xenstored"; else echo 'End of file while reading data'; fi
}

# What it is in the middle of.
exists() { timeout 10 xl domid "${1:-$fe}"; }
talks_to_libvirt() { grep -q ' 03 .*/libvirt-sock$' /proc/net/unix; }

# What happens.
kill_guest() { timeout 60 xl destroy "$fe"; }
cut_xenstored() { /job/cut "$(cat /run/libvirtd.pid)" /xenstored/socket; }

# As a supervisor would.
another_libvirtd() {
  ! libvirtd_lives || kill_libvirtd
  new_libvirtd
}

# A start after the first would be from its own disk, and that is empty.
installs() { rocks set host boot "$fe" action=install; }
start_anew() { installs && rocks start host vm "$fe"; }

starts_and_boots() { # TITLE
  local booted
  booted=$(boots "$fe")
  does "$1: the next start" start_anew
  is "$1: it runs" "$(domstate "$fe")" running
  comes "$1: it boots" 90 has_booted "$fe" $((booted + 1))
}

stops() { # TITLE
  does "$1: the next stop" rocks stop host vm "$fe"
  is "$1: it is off" "$(domstate "$fe")" ''
  fails "$1: Xen has nothing of it" exists
}

# From off to off.
killed_amidst() {
  local title='a guest killed in the middle of its start'
  installs
  amidst "$title" kill_guest exists rocks start host vm "$fe"
  amidst_failed "$title" "frontend-a: $fe: cannot start VM"
  starts_and_boots "$title"

  title='libvirtd killed in the middle of a stop'
  amidst "$title" kill_libvirtd talks_to_libvirt rocks stop host vm "$fe"
  stop_failed "$title" "frontend-a: "
  new_libvirtd
  stops "$title"

  title='libvirtd killed in the middle of a start'
  installs
  amidst "$title" kill_libvirtd exists rocks start host vm "$fe"
  amidst_failed "$title" "frontend-a: $fe: cannot start VM"
  new_libvirtd
  is 'libvirt knows nothing of what it made' "$(domstate "$fe")" 'shut off'
  passes 'Xen has it' exists
  starts_and_boots "$title"

  title='a guest killed in the middle of its stop'
  amidst "$title" kill_guest talks_to_libvirt rocks stop host vm "$fe" action=shutdown
  is "$title: its exit status" "$amidst_status" 0
  stops "$title"
}

# Nobody was killed, and libvirtd does not mend this by itself.
cut_amidst() {
  local title="libvirtd's connection to xenstored ended in the middle of a start"
  installs
  amidst "$title" cut_xenstored exists rocks start host vm "$fe"
  amidst_failed "$title" "frontend-a: $fe: cannot start VM" "$(cut_says)"
  if libvirtd_lives; then
    installs
    amidst 'the next start says it again' true true rocks start host vm "$fe"
    amidst_failed 'the next start' "$(cut_says)"
  fi
  another_libvirtd
  starts_and_boots "$title"

  title="libvirtd's connection to xenstored ended in the middle of a stop"
  amidst "$title" cut_xenstored talks_to_libvirt rocks stop host vm "$fe"
  stop_failed "$title" "frontend-a: $fe: cannot stop VM" "$(cut_says)"
  another_libvirtd
  stops "$title"
}
