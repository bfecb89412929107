# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# Makes C arrays of statements from the schema files, one array for a file,
# ended by NULL.  How the files are read stands at the top of schema/rocks.sql.
# awk -f embed.awk schema/rocks.sql ... > schema-sql.c

function quoted(text) {
  gsub(/\\/, "\\\\", text)
  gsub(/"/, "\\\"", text)
  return "  \"" text "\\n\"\n"
}

function end_statement() {
  if (statement != "")
    printf "%s  ,\n", statement
  statement = ""
}

function end_array() {
  if (name != "")
    print "  NULL\n};"
}

BEGIN {
  print "/* Made from schema/ by embed.awk. */"
  print "#include <stddef.h>\n\n#include \"schema.h\""
}

FNR == 1 {
  end_array()
  name = FILENAME
  sub(/.*\//, "", name)
  sub(/\.sql$/, "", name)
  printf "\nconst char *const schema_%s[] = {\n", name
}

/^-- begin *$/ { block = 1; next }
/^-- end *$/ { block = 0; end_statement(); next }
/^--/ { next }
statement == "" && /^[ \t]*$/ { next }

{ statement = statement quoted($0) }

!block && /;[ \t]*$/ { end_statement() }

END { end_array() }
