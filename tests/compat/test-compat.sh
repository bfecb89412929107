#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Replays the transcripts of the original Rocks against the program of this build tree; see
# replay.pl. Arguments are replay.pl's: --todo for a table, --show NUMBER (or all) for details,
# --recorded to have our own tables in the database as well; without, it is as the original made it.
# --lax for a server with the sql_mode of old Rocks; without, as MariaDB ships it, which is strict.
#
# ROCKS_SHARED  folder with compat/transcripts and compat/site-a.sql; default $srcdir/../shared
# ROCKS_BIN     folder with the program `rocks`; default the build tree
#
# Commands write configuration and call other programs, so all runs in namespaces of its own: on a
# copy of the machine's files that ends with the test, without a network, as host frontend-a.
set -eu
srcdir=${srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
srcdir=$(cd "$srcdir" && pwd)
shared=${ROCKS_SHARED:-$srcdir/../shared}
bin=$(cd "${ROCKS_BIN:-.}" && pwd)

if [ ! -d "$shared/compat/transcripts" ]; then
  echo "no transcripts in $shared: ROCKS_SHARED says where they are"
  exit 77
fi
shared=$(cd "$shared" && pwd)
for tool in mariadbd perl unshare; do
  if ! command -v "$tool" >/dev/null; then
    echo "$tool is missing"
    exit 77
  fi
done
# shellcheck source=tests/mariadb.sh disable=SC1091
. "$srcdir/tests/mariadb.sh"

if [ -z "${COMPAT_INSIDE:-}" ]; then
  mariadb_template >/dev/null
  work=$(mktemp -d "${TMPDIR:-/tmp}/compat.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  map=''
  if [ "$(id -u)" -ne 0 ]; then
    map=--map-root-user
  fi
  status=0
  # shellcheck disable=SC2086 # an option or none
  env COMPAT_INSIDE="$work" srcdir="$srcdir" ROCKS_SHARED="$shared" ROCKS_BIN="$bin" \
    unshare $map --mount --uts --net --ipc --pid --fork --kill-child \
    bash "$srcdir/tests/compat/test-compat.sh" "$@" || status=$?
  exit "$status"
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
  for folder in "$srcdir" "$shared" "$bin"; do
    mkdir -p "$COMPAT_INSIDE/root$folder"
    mount --bind "$folder" "$COMPAT_INSIDE/root$folder"
  done
  hostname frontend-a
  exec env COMPAT_INSIDE=/ chroot "$COMPAT_INSIDE/root" /bin/bash \
    "$srcdir/tests/compat/test-compat.sh" "$@"
fi

cd /
COMPAT_TMP=/run/compat
mkdir -p "$COMPAT_TMP/stubs"
for stub in make systemctl service scp rsync restorecon; do
  printf '#!/bin/sh\nexit 0\n' >"$COMPAT_TMP/stubs/$stub"
done
# No container of the transcripts can be reached.
printf '#!/bin/sh\nexit 255\n' >"$COMPAT_TMP/stubs/ssh"
chmod +x "$COMPAT_TMP/stubs"/*

arguments=()
for argument; do
  case $argument in
    --lax) export MARIADB_EXTRA=--sql-mode=NO_ENGINE_SUBSTITUTION ;;
    *) arguments+=("$argument") ;;
  esac
done
set -- "${arguments[@]}"

trap mariadb_stop EXIT
mariadb_start "$COMPAT_TMP/db"
for database in site cluster; do
  mariadb_create "$database"
  sed "s/\`cluster\`\./\`$database\`./g" "$shared/compat/site-a.sql" \
    | mariadb --no-defaults --socket="$MARIADB_SOCKET" "$database"
done
export COMPAT_TMP PATH="$bin:$COMPAT_TMP/stubs:$PATH"
export ROCKS_DATABASE="mysql:///cluster?socket=$MARIADB_SOCKET"
unset COLUMNS
case " $* " in
  *' --recorded '*) rocks create database >/dev/null ;;
esac
perl "$srcdir/tests/compat/replay.pl" "$@" "$shared/compat/transcripts" "$srcdir/tests/compat"
