#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Runs recorded commands with the program of this build tree and compares; see replay.pl. First those
# in own/, on a site that they build themselves; then the transcripts of the original Rocks, where
# they are at hand.
#
#   --own        only own/
#   --record     writes what the runs in own/ print now into their files. A new run is a line
#                `COMMAND: rocks ...`. Read the difference before it is committed: what stands there
#                is what the original prints, or docs/differences.md says why not.
#   --lax        a server with the sql_mode of old Rocks; without, as MariaDB ships it: strict
#   --recorded   only the transcripts, with our own tables in the database as well
#   --todo, --show NUMBER (or all)   only the transcripts: a table, details
#
# ROCKS_SHARED  folder with compat/transcripts and compat/site-a.sql; default $srcdir/../shared
# ROCKS_BIN     folder with the program `rocks`; default the build tree
#
# Commands write configuration and call other programs, so all runs in namespaces of its own: on a
# copy of the machine's files that ends with the test, without a network, as host of the site.
set -eu
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
srcdir=$(cd "$srcdir" && pwd)
shared=${ROCKS_SHARED:-$srcdir/../shared}
bin=$(cd "${ROCKS_BIN:-.}" && pwd)

for tool in mariadbd perl unshare; do
  if ! command -v "$tool" >/dev/null; then
    echo "SKIP: $tool is missing"
    exit 77
  fi
done
# shellcheck source=tests/mariadb.sh disable=SC1091
. "$srcdir/tests/mariadb.sh"

# inside FRONTEND: the rest of this script, on a machine of that name
inside() {
  local work map='' status=0
  work=$(mktemp -d "${TMPDIR:-/tmp}/compat.XXXXXX")
  if [ "$(id -u)" -ne 0 ]; then
    map=--map-root-user
  fi
  # shellcheck disable=SC2086 # an option or none
  env COMPAT_INSIDE="$work" COMPAT_FRONTEND="$1" srcdir="$srcdir" ROCKS_SHARED="$shared" \
    ROCKS_BIN="$bin" unshare $map --mount --uts --net --ipc --pid --fork --kill-child \
    bash "$srcdir/tests/compat/test-compat.sh" "${arguments[@]}" || status=$?
  rm -rf "$work"
  return "$status"
}

own=yes
theirs=yes
arguments=()
for argument; do
  case $argument in
    --own | --record) theirs='' ;;&
    --recorded | --todo | --show) own='' ;;&
    --lax) export MARIADB_EXTRA=--sql-mode=NO_ENGINE_SUBSTITUTION ;;
    *) arguments+=("$argument") ;;
  esac
done

if [ -z "${COMPAT_INSIDE:-}" ]; then
  mariadb_template >/dev/null
  [ -z "$own" ] || inside kestrel
  [ -n "$theirs" ] || exit 0
  if [ -d "$shared/compat/transcripts" ]; then
    shared=$(cd "$shared" && pwd)
    inside frontend-a
  elif [ -z "$own" ]; then
    echo "SKIP: no transcripts in ../shared: ROCKS_SHARED says where they are"
    exit 77
  else
    echo "no transcripts in $shared: only our own site"
  fi
  exit 0
fi

# The files: this machine's, with a layer above that takes every change.
if [ "$COMPAT_INSIDE" != / ]; then
  mount -t tmpfs compat "$COMPAT_INSIDE"
  mkdir "$COMPAT_INSIDE/upper" "$COMPAT_INSIDE/work" "$COMPAT_INSIDE/root"
  mount -t overlay compat "$COMPAT_INSIDE/root" \
    -o "lowerdir=/,upperdir=$COMPAT_INSIDE/upper,workdir=$COMPAT_INSIDE/work"
  mount --rbind /dev "$COMPAT_INSIDE/root/dev"
  mount -t proc proc "$COMPAT_INSIDE/root/proc"
  # They may lie on other file systems, which the layers do not show.
  for folder in "$srcdir" "$bin" "$shared"; do
    [ -d "$folder" ] || continue
    mkdir -p "$COMPAT_INSIDE/root$folder"
    mount --bind "$folder" "$COMPAT_INSIDE/root$folder"
  done
  hostname "$COMPAT_FRONTEND"
  exec env COMPAT_INSIDE=/ chroot "$COMPAT_INSIDE/root" /bin/bash \
    "$srcdir/tests/compat/test-compat.sh" "${arguments[@]}"
fi

cd /
COMPAT_TMP=/run/compat
mkdir -p "$COMPAT_TMP/stubs"
for stub in make systemctl service scp rsync restorecon; do
  printf '#!/bin/sh\nexit 0\n' >"$COMPAT_TMP/stubs/$stub"
done
# No container can be reached.
printf '#!/bin/sh\nexit 255\n' >"$COMPAT_TMP/stubs/ssh"
chmod +x "$COMPAT_TMP/stubs"/*

trap mariadb_stop EXIT
mariadb_start "$COMPAT_TMP/db"
export COMPAT_TMP PATH="$bin:$COMPAT_TMP/stubs:$PATH"
export ROCKS_DATABASE="mysql:///cluster?socket=$MARIADB_SOCKET"
unset COLUMNS

if [ "$COMPAT_FRONTEND" = kestrel ]; then
  # What this machine has of its own is no part of the site.
  printf '127.0.0.1\tlocalhost\n' >/etc/hosts
  : >/etc/resolv.conf
  rm -rf /etc/hosts.local /etc/named.conf.local /tftpboot
  mariadb_create cluster
  perl "$srcdir/tests/compat/replay.pl" --own "${arguments[@]}" "$srcdir/tests/compat"
  # What is left of the site, taken down as commands and run on an empty database, is the same site.
  mkdir -p /opt/rocks/bin
  printf '#!/bin/sh\nexec rocks "$@"\n' >/opt/rocks/bin/rocks
  chmod +x /opt/rocks/bin/rocks
  rocks dump >"$COMPAT_TMP/dump"
  mariadb_create again
  export ROCKS_DATABASE="mysql:///again?socket=$MARIADB_SOCKET"
  rocks create database
  # Appliances that an empty database has are there already, as on the original's frontend.
  sh -u "$COMPAT_TMP/dump" >"$COMPAT_TMP/said" 2>/dev/null || true
  if grep '^Error' "$COMPAT_TMP/said" | grep -v '^Error: membership ".*" already exists$'; then
    exit 1
  fi
  rocks dump | diff "$COMPAT_TMP/dump" -
  echo "compat: $(wc -l <"$COMPAT_TMP/dump") lines of its dump make the same site again"
  exit 0
fi
for database in site cluster; do
  mariadb_create "$database"
  sed "s/\`cluster\`\./\`$database\`./g" "$shared/compat/site-a.sql" \
    | mariadb --no-defaults --socket="$MARIADB_SOCKET" "$database"
done
case " ${arguments[*]} " in
  *' --recorded '*) rocks create database >/dev/null ;;
esac
perl "$srcdir/tests/compat/replay.pl" "${arguments[@]}" "$shared/compat/transcripts" "$srcdir/tests/compat"
