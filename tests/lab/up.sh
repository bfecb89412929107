# shellcheck shell=bash disable=SC2154 # what its users set
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Raising a lab: the state folder, the caches, the lab's first process, and
# waiting until every host is there. Wants: here, state, cache, fail().

# A value of the running lab's settings.
setting() { # NAME
  # shellcheck source=/dev/null
  (. "$state/settings" && declare -n value=$1 && echo "$value")
}

# Writes what machine.sh and the hosts read. Nothing secret.
write_settings() { # MODE KVM DELAY CACHE FOLDER...
  local mode=$1 kvm=$2 delay=$3 store=$4
  shift 4
  {
    printf 'lab_mode=%q\nlab_kvm=%q\nlab_delay=%q\nlab_cache=%q\nlab_build=%q\n' \
      "$mode" "$kvm" "$delay" "$store" "$build"
    printf 'lab_folders=('
    [ $# -eq 0 ] || printf '%q ' "$@"
    printf ')\n'
  } >"$state/settings"
}

make_state() {
  mkdir -m 700 -- "$state" || fail "cannot make the folder '$state'"
  mkdir "$state/pids" "$state/ready" "$state/failed" "$state/log" "$state/keys" \
    "$state/base" "$state/share" "$state/cache"
}

# Starts the lab's first process. It outlives this one.
start_machine() { # TASK
  setsid env ROCKS_LAB="$state" unshare --mount --net --uts --ipc --pid --fork \
    bash "$here/machine.sh" "$state" "$1" </dev/null >"$state/log/machine.log" 2>&1 &
  machine=$!
  disown "$machine" # else bash reports its end
}

# Waits until COUNT hosts are ready; fails with their own words.
wait_ready() { # COUNT SECONDS
  local deadline=$((SECONDS + $2)) ready
  while :; do
    ready=("$state/ready"/*)
    if [ -e "${ready[0]}" ] && [ "${#ready[@]}" -ge "$1" ]; then
      return 0
    fi
    if [ -n "$(ls -A "$state/failed")" ] || ! kill -0 "$machine" 2>/dev/null; then
      tail -v -n 20 "$state"/failed/* "$state"/log/* >&2 2>/dev/null || :
      return 1
    fi
    if ((SECONDS >= deadline)); then
      echo "lab: not ready after $2 s; ready are: $(ls "$state/ready")" >&2
      tail -v -n 5 "$state"/log/* >&2 || :
      return 1
    fi
    sleep 0.05
  done
}

# One folder of caches per set of programs: libvirt's knowledge of QEMU and
# MariaDB's system tables fit only the versions that made them.
cache_folder() { # KVM
  local program
  for program in mariadbd libvirtd qemu-system-x86_64; do
    command -v "$program" >/dev/null ||
      fail "program '$program' is missing; tools/install-packages installs what the lab needs"
    stat -L -c '%n %s %Y %Z' "$(command -v "$program")"
  done | sha256sum | sed "s|^\(.\{16\}\).*|$cache/\1-kvm-$1|"
}

# Fills the caches, once per machine and set of programs. Several labs may come
# at once: each makes its own, the first one's is kept.
fill_cache() { # FOLDER KVM
  local new
  [ ! -d "$1" ] || return 0
  mkdir -p "$cache"
  echo "lab: preparing MariaDB and libvirt, once on this machine" >&2
  find "$cache" -maxdepth 1 -name 'new.*' -mmin +10 -exec rm -rf {} + # of killed runs
  new=$(mktemp -d "$cache/new.XXXXXX")
  write_settings open "$2" 0 "$new"
  if ! { start_machine prepare && wait_ready 1 120; }; then
    rm -rf "$new"
    return 1
  fi
  lab_down
  mv -T "$new" "$1" 2>/dev/null || rm -rf "$new"
  make_state
}

# Takes a lab apart that did not come up.
undo_up() {
  trap - EXIT
  lab_down || :
  exit 1
}

lab_up() {
  local size=demo mode=open kvm=no delay=0 store checkout folders started=$SECONDS
  build=$(readlink -f "${ROCKS_BUILD:-$here/../..}")
  while [ $# -gt 0 ]; do
    case $1 in
      small | demo | paper) size=$1 ;;
      --nat) mode=nat ;;
      --kvm)
        (: <>/dev/kvm) 2>/dev/null || fail "--kvm: this machine has no KVM that opens"
        kvm=yes
        ;;
      --delay)
        [[ ${2-} =~ ^(0|[1-9][0-9]{0,3})$ ]] || fail "--delay wants milliseconds, not '${2-}'"
        delay=$2
        shift
        ;;
      *) fail "unknown argument '$1' of up" ;;
    esac
    shift
  done
  case $state in
    /run/*) fail "LAB_DIR '$state' may not be below /run" ;;
    /*) ;;
    *) fail "LAB_DIR '$state' must be an absolute path" ;;
  esac
  [ -d "$build" ] || fail "there is no build tree '${ROCKS_BUILD-}' (ROCKS_BUILD)"
  store=$(cache_folder "$kvm")
  if [ -n "$(lab_processes)" ]; then
    fail "a lab runs in '$state' already; end it with: lab down"
  fi
  rm -rf --one-file-system -- "$state"
  make_state
  trap undo_up EXIT
  trap 'exit 1' HUP INT TERM
  fill_cache "$store" "$kvm"
  checkout=$(readlink -f "$here/../..")
  folders=("$checkout")
  [[ $build/ == "$checkout"/* ]] || folders+=("$build")
  # shellcheck disable=SC2206 # LAB_BIND is a list
  folders+=(${LAB_BIND-})
  write_settings "$mode" "$kvm" "$delay" "$store" "${folders[@]}"
  lab_host_table "$size" "$mode" >"$state/hosts"
  [ "$delay" = 0 ] || cc -std=gnu11 -O2 -Wall -Wextra -o "$state/delay" "$here/delay.c" ||
    fail "cannot build the program that delays packets"
  start_machine sites
  wait_ready "$(wc -l <"$state/hosts")" 180
  : >"$state/ready/all"
  trap - EXIT HUP INT TERM
  echo "lab: $size, $(wc -l <"$state/hosts") hosts at 3 sites, up in $((SECONDS - started)) s"
}
