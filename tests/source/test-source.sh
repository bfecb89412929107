#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# The house's rules that the compiler does not know: who may include whom, that
# the core names no backend, that a header compiles alone, that a module exports
# one symbol.
# shellcheck source=tests/functions.sh
. "$(dirname "$0")/../functions.sh"
cd "$top_srcdir"

# Files under $1 that include a header matched by $2.
including() { grep -rlE "^# *include *[<\"]($2)" "$1" --include='*.c' --include='*.h' | sort || true; }

is "libltdl is known to one file" "$(including core 'ltdl\.h')" core/plugin/loader.c
is "the core includes no backend's library" \
  "$(including core 'mysql|mariadb|libvirt|libxml|virterror')" ''
is "the core includes nothing of plugins/" "$(grep -rlE 'include.*plugins/' core || true)" ''
is "backends include nothing of the core but <rocks/...>" \
  "$(including plugins '(base|plugin|remote|cluster|framework|commands)/')" ''

# The names of backends are those of the folders under plugins/. Rocks has a
# parameter called `vlan` and an attribute called `kvm` of its own: those may be
# named, but nothing may be compared with them.
names=$(cd plugins && ls -d ./*-*/ | sed -E 's,^\./(resource|network|vm)-(.*)/,\2,' |
  grep -v '^libvirt$' | sort -u)
naming() { grep -rnE "$1" core --include='*.c' --include='*.h' | grep -v '^core/api/' || true; }
is "no code of the core names a backend" \
  "$(naming "\"($(grep -vE '^(vlan|kvm)$' <<<"$names" | paste -sd'|'))\"")" ''
is "no code of the core compares a backend's name" \
  "$(naming "(cmp|backend_get) *\(.*\"($(paste -sd'|' <<<"$names"))\"")" ''

# Floors: a file includes its own floor and those below.
floors=(base plugin remote cluster airboss framework commands)
for i in "${!floors[@]}"; do
  above=$(IFS='|'; echo "${floors[*]:i+1}")
  [ -z "$above" ] || [ "${floors[i]}" = plugin ] ||
    is "core/${floors[i]} includes nothing from above" \
      "$(including "core/${floors[i]}" "($above)/")" ''
done
is "core/plugin includes nothing from above" \
  "$(including core/plugin '(remote|cluster|airboss|framework|commands)/')" ''

for header in core/api/rocks/*.h; do
  name=${header#core/api/}
  for compiler in "gcc -x c -std=c11" "g++ -x c++ -std=c++17" "clang -x c -std=c11"; do
    # shellcheck disable=SC2086 # a command and its options
    passes "<$name> compiles alone: $compiler" $compiler -Wall -Wextra -Werror -Icore/api \
      -fsyntax-only <(echo "#include <$name>")
  done
done

modules=("$top_builddir"/.libs/{resource,network,vm}-*.so)
for module in "${modules[@]}"; do
  [ -f "$module" ] || continue
  stem=$(basename "$module" .so)
  is "$stem.so exports one symbol" \
    "$(nm -D --defined-only "$module" | awk '$2 ~ /[A-Z]/ && $2 != "A" { print $3 }')" \
    "${stem//-/_}_LTX_rocks_entry"
done

is "every file says its licence" \
  "$(git ls-files 2>/dev/null | grep -E '\.(c|h|sh|sql|ac|am|inc|awk)$' |
    xargs -r grep -L 'SPDX-License-Identifier: BSD-3-Clause' || true)" ''
