#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# The tables are latin1 and bytes pass unchanged: what was set is listed, reported and dumped as it
# was, whatever it is; and names that would break something are refused, or are as good as others.
set -eu
# shellcheck source=tests/manager.sh disable=SC1091
. "$(dirname "$0")/../manager.sh"
command -v perl >/dev/null || skip 'no perl'

small_site cluster

# The value of "greeting" in each place, as hexadecimal digits.
hex() { od -An -v -tx1 | tr -d ' \n'; }
stored() { sql "select hex(Value) from attributes where Attr = 'greeting'" | tr 'A-F' 'a-f'; }
listed() {
  rocks list host attr manager output-col=attr,value |
    perl -0ne 'print $1 if /^greeting +(.*?) *$/m' | hex
}
reported() { rocks report host attr manager attr=greeting | perl -0pe 's/\n\z//' | hex; }
# What JSON says, which has to be JSON; characters, as UTF-8.
in_json() {
  rocks list host attr manager json=yes | perl -MJSON::PP -0ne '
    my @found = grep { $_->{attr} eq "greeting" } map { @{$_->{attr}} } @{decode_json($_)};
    binmode STDOUT, ":utf8"; print $found[0]{value}' | hex
}
# The line of the dump, as a shell reads it: its last word.
dumped() {
  local line
  line=$(rocks dump attr | perl -0ne 'print $1 if m{^(/opt/rocks/bin/rocks add attr greeting .*?\n)(?=/opt/|\z)}ms')
  bash -c "set -- ${line#/opt/rocks/bin/rocks }"'; printf %s "${!#}"' | hex
}

# through TITLE VALUE [JSON]: the value is the same everywhere
through() {
  local want
  want=$(printf %s "$2" | hex)
  rocks set attr greeting "$2"
  is "$1: stored" "$(stored)" "$want"
  is "$1: listed" "$(listed)" "$want"
  is "$1: reported" "$(reported)" "$want"
  is "$1: in JSON" "$(in_json)" "$(printf %s "${3-$2}" | hex)"
  is "$1: dumped" "$(dumped)" "$want"
}

through 'UTF-8' 'Zürich – 東京 ☃ 😀'
through 'latin1, which is no UTF-8' $'caf\xe9 \xa3\xff' 'café £ÿ'
through 'bytes that are nothing in latin1' $'\x81\x8d\x8f\x90\x9d'$'\x80x' \
  $'\xc2\x81\xc2\x8d\xc2\x8f\xc2\x90\xc2\x9d\xc2\x80x'
through 'half of a character' $'a\xc3' $'a\xc3\x83'
through 'what a shell reads otherwise' "a'b\"c\`d\$e\\f g;h|i&j(k)l<m>n*o?p[q]r{s}t~u#v!w"
through 'what SQL reads otherwise' "x' or '1'='1'; drop table nodes; -- %_\\"
through 'what printf reads otherwise' '%s%n%d%%'
through 'a name and a value' 'a b=c=d'
through 'control characters' $'a\tb\x01c\x7f\x1b[31m'
through '60000 bytes' "$(printf 'ü%.0s' {1..30000})"
rocks set attr greeting $'one\ntwo'
is 'lines: stored' "$(stored)" "$(printf 'one\ntwo' | hex)"
is 'lines: dumped' "$(dumped)" "$(printf 'one\ntwo' | hex)"
is 'lines: in JSON' "$(in_json)" "$(printf 'one\ntwo' | hex)"

rocks set host attr manager greeting 'Grüße'
has 'an attribute of a host' "$(rocks list host attr manager)" 'Grüße'
sql "update bootaction set Args = concat('quiet ', unhex('e9')) where Action = 'install'"
is 'a byte of latin1 that Rocks has stored is listed as it is' \
  "$(rocks list bootaction output-col=args output-header=no | tr -d ' -' | grep -a quiet | hex)" \
  "$(printf 'quiet\xe9\n' | hex)"
rocks list bootaction json=yes >"$test_tmp/json"
# shellcheck disable=SC2016 # perl's variable
passes 'and is JSON' perl -MJSON::PP -0ne 'decode_json($_)' "$test_tmp/json"

# ---- names ----

long=$(printf 'a%.0s' {1..300})
evil=("a'b" 'a"b' 'a b' 'a%b' '%' 'a;b' $'a\nb' 'a\b' 'a/b' '../b' '-b' 'a=b' '' ' ' "$long" 'Zürich'
  $'a\xffb' 'select 1' 'rack0' 'None' "x' or '1'='1")

# named TITLE LIST ADD REMOVE: each of the names is refused and nothing changed, or is
# listed and can be removed by it, and then all is as before. @ is the name.
named() {
  local name shown status out bad='' before add=() remove=()
  for name in "${evil[@]}"; do
    # shellcheck disable=SC2206 # words
    add=(${3}) remove=(${4})
    add=("${add[@]//@/"$name"}") remove=("${remove[@]//@/"$name"}")
    shown=$(printf %q "$name")
    before=$(content)
    status=0
    out=$(rocks "${add[@]}" 2>/dev/null) || status=$?
    if [ "$status" = 1 ]; then
      [[ $'\n'$out == *$'\nError: '?????* ]] || bad+="$shown: no sentence"$'\n'
    elif [ "$status" != 0 ]; then
      bad+="$shown: status $status"$'\n'
    elif [ "$before" = "$(content)" ]; then
      bad+="$shown: succeeded and did nothing"$'\n'
    else
      # shellcheck disable=SC2086 # words
      [[ $(rocks $2) == *"$name"* ]] || bad+="$shown: is not listed"$'\n'
      rocks "${remove[@]}" >/dev/null 2>&1 || bad+="$shown: cannot be removed"$'\n'
    fi
    [ "$before" = "$(content)" ] || {
      bad+="$shown: something is left"$'\n'
      refill
    }
  done
  is "$1" "$bad" ''
}
# All rows but their ids.
content() {
  sql 'select Name, Membership from nodes; select Name, Node, Graph from appliances;
    select Name from memberships; select name, subnet from subnets; select Node, Name from aliases;
    select Attr, Value from attributes; select Name from catindex; select Name from distributions;
    select Node, Device, Name, IP, Options from networks; select Action, Args from bootaction'
}
mariadb_create good
for table in ${tables//,/ }; do
  sql "create table good.$table like $table; insert into good.$table select * from $table"
done
kept="set foreign_key_checks = 0, sql_mode = 'NO_AUTO_VALUE_ON_ZERO'; $(
  for table in ${tables//,/ }; do
    echo "delete from $table; insert into $table select * from good.$table;"
  done)"
refill() { sql "$kept"; }

named 'names of hosts' 'list host' 'add host @ membership=Compute rack=0 rank=7' 'remove host @'
named 'names of networks' 'list network' 'add network @ subnet=10.9.0.0 netmask=255.255.0.0' \
  'remove network @'
named 'names of appliances' 'list appliance' 'add appliance @ membership=Odd' 'remove appliance @'
named 'names of distributions' 'list distribution' 'add distribution @' 'remove distribution @'
named 'aliases' 'list host alias' 'add host alias compute-0-0 @' 'remove host alias compute-0-0 @'
named 'profiles' 'list bootaction' 'add bootaction action=@ kernel=k' 'remove bootaction action=@'
named 'names of attributes' 'list attr' 'set attr @ v' 'remove attr @'
named 'devices' 'list host interface' 'add host interface compute-0-0 iface=@' \
  'remove host interface compute-0-0 iface=@'
named 'new names' 'list host' 'set host name compute-0-0 name=@' 'set host name @ name=compute-0-0'
named 'names of virtual frontends' 'list host' 'add cluster 192.0.2.40 0 fe-name=@' \
  'remove cluster @'
