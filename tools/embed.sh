#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
#   embed.sh HEADER SYMBOL FUNCTION FILE...
#
# Prints a C file that defines SYMBOL, which HEADER declares: the shell files as
# one script.  The script defines their functions, and FUNCTION, which prints
# the files again for a copy that stays on the host.
set -eu

header=$1 symbol=$2 function=$3
shift 3

script() {
  echo "$function() {"
  echo "cat <<'EMBED_END'"
  grep -hv '^ *#' "$@"
  echo 'EMBED_END'
  echo '}'
  echo "eval \"\$($function)\""
}

echo '/* Made by embed.sh. */'
echo "#include \"$header\""
echo "const char ${symbol}[] ="
script "$@" | sed -e '/^$/d' -e 's/[\\"]/\\&/g' -e 's/^/  "/' -e 's/$/\\n"/'
echo '  ;'
