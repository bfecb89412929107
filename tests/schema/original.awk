# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Reads a description of a database ("== TABLE name" or "== VIEW name", then tables drawn with + - |)
# and prints it as lines of describe.sql. The header of a drawn table says what its rows are.

function trim(text) {
  gsub(/^ +| +$/, "", text)
  return text
}

# The rows of data come after: a drawn table there has no TABLE or VIEW above it.
/^##/ { name = "" }
/^== / {
  name = ""
  if ($2 == "TABLE" || $2 == "VIEW") { kind = $2; name = $3 }
}

name == "" || !/^[|]/ { next }

{
  n = split($0, cell, "|")
  for (i = 2; i < n; i++)
    cell[i] = trim(cell[i])
}

cell[2] == "column" || cell[2] == "fk" || cell[2] == "index_name" {
  part = cell[2]
  position = 0
  next
}

part == "column" && kind == "TABLE" {
  printf "column|%s|%02d|%s|%s|%s|%s|%s|%s\n", name, ++position, cell[2], cell[3], cell[4],
    cell[5], cell[6], cell[7]
}

part == "column" && kind == "VIEW" {
  printf "view|%s|%02d|%s|%s|%s\n", name, ++position, cell[2], cell[3], cell[4]
}

part == "fk" {
  printf "fk|%s|%s|%s|%s|%s|%s|%s\n", name, cell[2], cell[3], cell[4], cell[5], cell[6], cell[7]
}

part == "index_name" {
  printf "index|%s|%s|%s|%s\n", name, cell[2], cell[3], cell[4]
}
