#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Prints a C file with the given shell files as one script, which defines their
# functions and one more, n2n_source, that prints them for the host's copy.
set -eu

text() {
  echo 'n2n_source() {'
  echo "cat <<'N2N_END'"
  cat "$@"
  echo 'N2N_END'
  echo '}'
  # shellcheck disable=SC2016  # for the host
  echo 'eval "$(n2n_source)"'
}

echo '#include "n2n.h"'
echo 'const char n2n_host_code[] ='
text "$@" | sed -e 's/[\\"]/\\&/g' -e 's/^/  "/' -e 's/$/\\n"/'
echo '  ;'
