#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# docs/differences.md is the whole list: it has every recorded run that is excused and every word
# that usage lines have more, and nothing else.
set -euf # words such as [name=int] are no patterns
# shellcheck source=tests/functions.sh disable=SC1091
. "$(dirname "$0")/../functions.sh"
# shellcheck disable=SC2154 # top_srcdir is set by functions.sh
page=$top_srcdir/docs/differences.md
here=$top_srcdir/tests/compat

# The numbers: last column of the first table, and the paragraph on runs that do not follow.
recorded() {
  sed -n '/^## Commands/,/^## Recorded/p' "$page" | awk -F'|' 'NF > 4 { print $(NF - 1) }'
  sed -n '/^## Recorded/,/^## What/p' "$page"
}
is 'every excused run is on the page, and no other' \
  "$(recorded | grep -oE '\b[0-9]{3}\b' | sort)" "$(grep -oE '^[0-9]{3}' "$here/differences" | sort)"

# "path | word", or "path |" for a command.
# shellcheck disable=SC2016 # backquotes are the page's
added() {
  sed -n '/^## What/,$p' "$page" | awk -F'|' '/^\| `/ { print $2 "|" $3 }' | tr -d '`' |
    while IFS='|' read -r path words; do
      for word in $words; do
        echo "$(sed 's/^ *//; s/ *$//' <<<"$path") | $word"
      done
    done
  sed -n '/^Listings of commands/,$p' "$page" | grep -oE '`[^`]+`' | sed 's/`//g; s/$/ |/'
}
is 'every word that is added is on the page, and no other' "$(added | sort)" \
  "$(grep -v '^#' "$here/additions" | sed 's/ *$//' | sort)"
passes 'README leads to it' grep -q 'docs/differences.md' "$top_srcdir/README.md"
