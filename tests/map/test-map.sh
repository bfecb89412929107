#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# `report cluster map`: text, dot and SVG of a cluster over three sites, of which two cannot be
# reached, and of one that Rocks made. In namespaces of its own, as host `manager` of a small site.
#   MAP_ACCEPT=yes: what is printed becomes what is wanted.
# shellcheck disable=SC2034 # for alone.sh
ALONE_PROGRAMS='xmllint'
# shellcheck source=tests/manager.sh disable=SC1091
. "$(dirname "$0")/../manager.sh"
here=$top_srcdir/tests/map
small_site cluster
mariadb_sql cluster <"$here/front.sql"
printf '#!/bin/sh\necho "$@" >>%s/asked\nexit 255\n' "$test_tmp" >"$test_tmp/bin/ssh"
rocks() { "$top_builddir/core/rocks-tree" "$@"; }

# wanted CLUSTER FORMAT: the map is as in the file of that name
wanted() {
  rocks report cluster map "$1" format="$2" >"$test_tmp/$1.$2" 2>&1 || not_ok "no map of $1"
  [ -z "${MAP_ACCEPT:-}" ] || cp "$test_tmp/$1.$2" "$here/$1.$2"
  same "$1 as $2" "$here/$1.$2" "$test_tmp/$1.$2"
}

# The lines of Graphviz' grammar that we write, each string quoted; braces that match.
string='"([^"\\]|\\.)*"'
value="[a-z]+=$string"
dot_syntax() { # FILE
  ! grep -vxE "graph $string \{| *subgraph $string \{| *\}| *$value;| *(node|$string( -- $string)?) \[$value( $value)*\];" "$1" &&
    [ "$(sed -E "s/$string//g" "$1" | tr -cd '{' | wc -c)" = "$(sed -E "s/$string//g" "$1" | tr -cd '}' | wc -c)" ] || return 1
  ! command -v dot >/dev/null || dot -Tcanon "$1" >/dev/null
}

# well_formed CLUSTER: both drawings
well_formed() {
  rocks report cluster map "$1" format=svg >"$test_tmp/map.svg"
  rocks report cluster map "$1" format=dot >"$test_tmp/map.dot"
  passes "$1: the SVG is XML" xmllint --noout --nonet "$test_tmp/map.svg"
  passes "$1: the graph is one" dot_syntax "$test_tmp/map.dot"
}

# svg_texts: what an XML parser reads in the drawing's texts
svg_texts() {
  xmllint --xpath "//*[local-name()='text']/text()" "$test_tmp/map.svg" | sed 's/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g'
}

# ---- what is recorded ----

before=$(state)
for cluster in front other; do
  for format in text dot svg; do wanted $cluster $format; done
  well_formed $cluster
done
is 'text unless told otherwise' "$(rocks report cluster map front)" "$(cat "$here/front.text")"
is 'a host word that is the frontend' "$(rocks report cluster map 192.0.2.21)" "$(cat "$here/other.text")"
is 'no JSON of it' "$(rocks report cluster map front json=yes)" "$(cat "$here/front.text")"
is 'a line to each VM' "$(grep -c 'class="port"' "$here/front.svg") $(grep -c ' -- ' "$here/front.dot")" '5 5'
is 'nobody was asked' "$(cat "$test_tmp/asked" 2>/dev/null)" ''
is 'and nothing changed' "$(state)" "$before"
is 'no secret' "$(cat "$test_tmp"/front.* "$test_tmp"/other.* | grep -c nobody-may-see)" 0

# Its work grows with the cluster, the number of its questions does not.
selects() { sql "show global status like 'Com_select'" | cut -f2; }
asked() { # CLUSTER
  local before
  before=$(selects)
  rocks report cluster map "$1" format=svg >"$test_tmp/map.svg"
  echo $(($(selects) - before))
}
few=$(asked front)
sql "insert into mvc_members (cluster, site_uuid, name, container, role, mac, segment, cpus, mem, disk, slice, idx)
  select 1, '22222222-0000-4000-8000-000000000002', concat('many-', seq), concat('vm-container-9-', seq div 8),
    'compute', null, 4100, 1, 1024, 36, 0, 100 + seq from seq_1_to_400"
is "as many statements for 405 VMs as for 5 ($few)" "$(asked front)" "$few"
is 'all of them are drawn' "$(grep -c 'class="port"' "$test_tmp/map.svg")" 405
sql "delete from mvc_members where name like 'many-%'"

# The site c is forgotten, as if its row had been lost.
sql "delete from mvc_sites where name = 'c'"
has 'a site that nobody knows' "$(rocks report cluster map front)" \
  '  unknown site 33333333-0000-4000-8000-000000000003'
sql "update mvc_clusters set network_backend = 'vlan', mtu = 1500; delete from mvc_settings;
  update mvc_members set segment = 7 where cluster = 1"
has 'a VLAN is one for all' "$(rocks report cluster map front)" '  network vlan, MTU 1500, VLAN 7, inner subnet 10.200.0.0/16
  site a (home)
'

# ---- refused ----

refuses 'must supply one frontend name' report cluster map
refuses 'must supply only one frontend name, but "front other" names 2' report cluster map front other
refuses 'must supply only one frontend name, but "rack0" names 6' report cluster map rack0
refuses 'cannot resolve host "nobody"' report cluster map nobody
refuses 'host manager is not a virtual frontend' report cluster map manager
refuses 'format "pdf" is not text, dot or svg' report cluster map front format=pdf
refuses 'format "" is not text, dot or svg' report cluster map front format=
has 'with the usage line' "$(rocks report cluster map 2>&1)" '{cluster} [format=string]'
has 'and help' "$(rocks report cluster map help)" 'No host and no other site is asked.'

# ---- values that mean something to a format ----

# What the tables hold as latin1 is bytes to us: a name in UTF-8, a broken one, control characters,
# and U+FFFF, which XML forbids.
quotes='<&amp;"\n'"'"']]>'
sql "delete from mvc_settings;
  insert into mvc_settings (cluster, name, value) values (1, 'community', '<&amp;\"\\\\n\\'\]\]>'),
    (1, 'k-utf8', x'c3a96769'), (1, 'l-latin1', x'e9676a'), (1, 'm-control', x'611b0a0d62'), (1, 'n-none', x'efbfbf'),
    (1, 'o-end', '\\\\')"
rocks report cluster map front >"$test_tmp/map.text"
well_formed front
has 'text: as it is' "$(cat "$test_tmp/map.text")" "community $quotes, k-utf8 "
is 'text: one line, bytes as they are' "$(LC_ALL=C grep -ao 'k-utf8.*n-none' "$test_tmp/map.text" |
  od -An -tx1 -v | tr -d ' \n')" \
  "$(printf 'k-utf8 \303\251gi, l-latin1 \351gj, m-control a   b, n-none\n' | od -An -tx1 -v | tr -d ' \n')"
has 'svg: all of it is read back' "$(svg_texts)" "community $quotes"
has 'svg: UTF-8' "$(cat "$test_tmp/map.svg")" '>k-utf8 égi<'
has 'svg: latin1' "$(cat "$test_tmp/map.svg")" '>l-latin1 égj<'
has 'svg: no control character' "$(cat "$test_tmp/map.svg")" '>m-control a   b<'
is 'svg: no noncharacter' "$(LC_ALL=C grep -c "$(printf '\357\277\277')" "$test_tmp/map.svg")" 0
has 'dot: quoted' "$(cat "$test_tmp/map.dot")" \
  'community <&amp;amp;\"\\n'"'"']]>\nk-utf8 égi\nl-latin1 égj\nm-control a   b\n'
has 'dot: a backslash at the end' "$(cat "$test_tmp/map.dot")" 'o-end \\\nMTU'
sql 'drop table mvc_moves, mvc_journal, mvc_macs, mvc_containers, mvc_segments, mvc_leases, mvc_members, mvc_settings,
  mvc_clusters, mvc_sites, mvc_site, mvc_schema'
is 'a database of Rocks alone' "$(rocks report cluster map other 2>&1)" \
  "$(sed 's/site a/site home/' "$here/other.text")"
