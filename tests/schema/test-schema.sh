#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# The schema files make a Rocks 7 database: loads them on a private MariaDB server, strict and lax, and
# compares structure and rows with a description and a dump of an original frontend when there is one
# (ROCKS_COMPAT_DIR, by default ../shared/compat beside the source), always with expected.txt.
# After a wanted change of the schema: test-schema.sh --update writes expected.txt anew.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/functions.sh
. "$here/../functions.sh"
# shellcheck source=tests/mariadb.sh
. "$top_srcdir/tests/mariadb.sh"
schema=$top_srcdir/plugins/resource-rocksdb/schema
compat=${ROCKS_COMPAT_DIR:-$top_srcdir/../shared/compat}
work=$test_tmp

# refused NAME COMMAND...: the command must fail, with text on stderr that names REFUSED_FOR
refused() {
  refused_name=$1
  shift
  if "$@" >"$work/out" 2>"$work/err"; then
    not_ok "$refused_name: it went through"
  elif grep -q "$REFUSED_FOR" "$work/err"; then
    ok "$refused_name"
  else
    not_ok "$refused_name: $(cat "$work/err")"
  fi
}

# The statements as one would split them by the rule, and none of them with a ";" inside.
test_split() {
  for file in "$schema"/*.sql; do
    awk '/^-- begin$/ { b = 1 } /^-- end$/ { b = 0; last = ";"; next }
         b || /^--/ { next }
         { line = $0; sub(/;$/, "", line); if (index(line, ";")) print FILENAME ": " $0; last = $0 }
         END { if (last !~ /;$/ || b) print FILENAME ": ends inside a statement" }' "$file"
  done >"$work/split"
  is 'every statement ends as rocks.sql says' "$(cat "$work/split")" ''
}

load_all() {
  for file in rocks defaults mvc secrets; do
    mariadb_load "$schema/$file.sql" "$1"
  done
}

describe() {
  { printf "SET @rocks = '%s';\n" "$1"; cat "$here/describe.sql"; } | mariadb_sql | LC_ALL=C sort
}

# The tables of schema.txt as lines of describe.sql.
original_lines() {
  awk -f "$here/original.awk" "$compat/schema.txt" | LC_ALL=C sort
}

test_structure() {
  describe cluster >"$work/described"
  if [ "${1:-}" = --update ]; then
    { head -n 4 "$0" | grep '^# [SC]'
      printf '#\n# Written by test-schema.sh --update; the lines are described in describe.sql.\n'
      cat "$work/described"; } >"$here/expected.txt"
  fi
  grep -v '^#' "$here/expected.txt" >"$work/expected"
  same 'structure as in expected.txt' "$work/expected" "$work/described"
  if [ ! -f "$compat/schema.txt" ]; then
    printf '# no %s: only compared with expected.txt\n' "$compat/schema.txt"
    return
  fi
  original_lines >"$work/original"
  is 'the description of the original was understood' \
    "$(cut -d'|' -f1,2 "$work/original" | grep -E '^(column|view)' | sort -u | wc -l) tables and views" \
    "$(grep -c -E '^== (TABLE|VIEW) ' "$compat/schema.txt") tables and views"
  grep -E '^(column|fk|index|view)[|]' "$work/described" |
    grep -v -E '^[a-z]+[|](mvc_[a-z]+|settings)[|]' >"$work/rocks"
  same 'Rocks tables and views as the original has them' "$work/original" "$work/rocks"
}

# Rows by what they say, not by ids that the order of the installer's steps gave.
attributes_of() {
  mariadb_sql "$1" -e "SELECT CONCAT_WS('|', category, catindex, attr, IFNULL(value, 'NULL'))
    FROM vattributes" | LC_ALL=C sort
}

# rows DATABASE TABLE COLUMNS
rows() {
  mariadb_sql "$1" -e "SELECT $3 FROM $2" | LC_ALL=C sort
}

fixed_rows() {
  rows "$1" categories 'ID, Name, Description'
  rows "$1" distributions 'ID, Name, OS_Release, Lang'
  rows "$1" appliances 'ID, Name, Graph, Node, OS'
  rows "$1" memberships 'ID, Name, Appliance, Distribution, Public'
  rows "$1" vresolvechain 'chain, category, precedence'
  rows "$1" vcatindex "category, catindex" | grep -v '^host	'
}

site_rows() {
  rows "$1" bootaction 'Action, Kernel, Ramdisk, Args'
  rows "$1" global_routes 'Network, Netmask, Gateway, Subnet'
  rows "$1" node_routes 'Node, Network, Netmask, Gateway, Subnet'
  rows "$1" vfirewalls "Rulename, Rulesrc, InSubnet, OutSubnet, Service, protocol, Action, Chain,
    Flags, Comment, category, catindex"
}

# What a frontend gets from its installer's screens, from the command, or by being used: not defaults.
by_site='^global[|]global[|](Info_|Kickstart_(P(rivate|ublic)|Timezone)|vm_mac_base_addr[|])'
by_host='^host[|]'
by_site_sql='[|]dhcp_nextserver[|]'
# Rows of the login server's installer, which the dumped frontend did not run.
login_rows='appliance|login|managed|true
appliance|login|primary_net|private'

test_default_rows() {
  mariadb_create site_a
  grep -v 'enable the sandbox mode' "$compat/site-a.sql" | mariadb_sql site_a
  fixed_rows site_a >"$work/fixed.wanted"
  fixed_rows cluster >"$work/fixed.got"
  same 'default rows as the installer leaves them' "$work/fixed.wanted" "$work/fixed.got"
  attributes_of site_a >"$work/attributes.site_a"
  attributes_of cluster >"$work/attributes.cluster"
  { grep -v -E "$by_site|$by_host|$by_site_sql" "$work/attributes.site_a"
    grep -E 'Kickstart_PrivateKickstart(Basedir|CGI)' "$work/attributes.site_a"
    printf '%s\n' "$login_rows"; } | LC_ALL=C sort >"$work/attributes.wanted"
  same 'default attributes as the installer leaves them' \
    "$work/attributes.wanted" "$work/attributes.cluster"
}

# Gives the fresh database what site-a's administrator typed; site.sql must come to site-a's rows.
test_site_rows() {
  mariadb_sql fresh <<'SQL'
INSERT INTO subnets SELECT * FROM site_a.subnets;
INSERT INTO nodes SELECT * FROM site_a.nodes WHERE ID = 1;
INSERT INTO catindex (Name, Category) VALUES ('frontend-a', 5);
INSERT IGNORE INTO attributes (Attr, Value, Category, Catindex)
SELECT Attr, Value, 1, 1 FROM site_a.attributes WHERE Category = 1;
SQL
  { printf "SET @rocks_release = '7.0';\nSET @rocks_arch = 'x86_64';\n"
    mariadb_split <"$schema/site.sql"; } | mariadb_sql fresh
  site_rows site_a >"$work/site.wanted"
  site_rows fresh >"$work/site.got"
  same 'site.sql makes the rows of the original frontend' "$work/site.wanted" "$work/site.got"
  { grep -v -E '^host[|](vm-container|frontend-a[|]os)' "$work/attributes.site_a"
    printf '%s\n' "$login_rows"; } | LC_ALL=C sort >"$work/attributes.wanted"
  attributes_of fresh >"$work/attributes.got"
  same 'and all of its attributes' "$work/attributes.wanted" "$work/attributes.got"
}

# The columns of a table of the original as expected.txt has them.
column_names() {
  grep "^column|$1|" "$here/expected.txt" | cut -d'|' -f4 | xargs
}

# Two clusters made by hand: one of two VMs on tag 3, one on a segment of ours. Not clusters: a VM without
# a tag, a frontend whose interface has tag 0 or is not on private, a compute VM alone on its tag.
test_clusters() {
  mariadb_sql cluster <<'SQL'
INSERT INTO subnets (ID, name, dnszone, subnet, netmask) VALUES
  (1, 'private', 'local', '10.1.0.0', '255.255.0.0'),
  (2, 'public', 'example.org', '192.0.2.0', '255.255.255.0');
INSERT INTO nodes (ID, Name, Membership, Rack, `Rank`) VALUES
  (1, 'home', 1, 0, 0), (2, 'container', 7, 0, 0), (3, 'fe-one', 1, 0, 0),
  (4, 'vm-one', 8, 0, 0), (5, 'fe-two', 1, 0, 0), (6, 'alone', 8, 0, 0),
  (7, 'fe-zero', 1, 0, 0), (8, 'vm-tagged', 8, 0, 0), (9, 'fe-public', 1, 0, 0);
INSERT INTO vm_nodes (ID, PhysNode, Node) VALUES
  (1, 1, 3), (2, 2, 4), (3, 1, 5), (4, 2, 6), (5, 1, 7), (6, 2, 8), (7, 1, 9);
INSERT INTO networks (Node, MAC, IP, Device, Subnet, VlanID) VALUES
  (3, '02:00:00:00:00:01', NULL, 'eth0', 1, 3),
  (3, '02:00:00:00:00:02', '192.0.2.9', 'eth1', 2, 0),
  (4, '02:00:00:00:00:03', NULL, 'eth0', 1, 3),
  (5, '02:00:00:00:00:04', NULL, 'eth0', 1, 4096),
  (6, '02:00:00:00:00:05', NULL, 'eth0', 1, NULL),
  (7, '02:00:00:00:00:06', NULL, 'eth0', 1, 0),
  (8, '02:00:00:00:00:07', NULL, 'eth0', 1, 5),
  (9, '02:00:00:00:00:08', NULL, 'eth1', 2, 7),
  (2, NULL, NULL, 'vlan3', 1, 3);
INSERT INTO catindex (ID, Name, Category) VALUES (20, 'fe-one', 5);
INSERT INTO firewalls (Rulename, Action, Category, Catindex) VALUES
  ('A10', 'ACCEPT', 1, 1), ('A10', 'REJECT', 5, 20), ('A20', 'ACCEPT', 3, 4),
  ('A30', 'ACCEPT', 3, 5), ('A10', 'DROP', 2, 2);
SQL
  is 'view clusters: VMs by tag, no container, no untagged VM' \
    "$(rows cluster clusters 'cluster_name, vlanid, node_name' | tr '\t' ' ')" 'fe-one 3 fe-one
fe-one 3 vm-one
fe-two 4096 fe-two'
  is 'view vnet' "$(
    mariadb_sql cluster -e "SELECT nodename, membership, appliance, ip, device, domainname FROM vnet
      WHERE subnet = 'public' AND nodename = 'fe-one'" | tr '\t' ' ')" 'fe-one Frontend frontend 192.0.2.9 eth1 example.org'
  is 'view vhostselections: global, os, appliance, host' \
    "$(
    mariadb_sql cluster -e "SELECT GROUP_CONCAT(category, ' ', selection ORDER BY category
      SEPARATOR ', ') FROM vhostselections WHERE host = 'fe-one'")" 'appliance frontend, global global, host fe-one, os linux'
  is 'functions mapCategory and mapCategoryIndex' "$(
    mariadb_sql cluster -e "SELECT mapCategory('host'), mapCategory('none'),
      mapCategoryIndex('host', 'fe-one'), mapCategoryIndex('rack', 'fe-one')" | tr '\t' ' ')" '5 0 20 0'
  is 'procedure resolvefirewalls: the narrowest rule of a name' "$(
    mariadb_sql cluster -e "CALL resolvefirewalls('fe-one', 'default');
      CALL resolvefirewalls('fe-one', 'default');
      SELECT Rulename, Action, CategoryName, precedence FROM TEMPTABLES.fwresolved
      ORDER BY Rulename" | tr '\t' ' ')" 'A10 REJECT host 50
A20 ACCEPT appliance 30'
  is 'its columns, in the order of the original' \
    "$(
    mariadb_sql cluster -e "CALL resolvefirewalls('fe-one', 'default');
      DESCRIBE TEMPTABLES.fwresolved" | cut -f1 | tr '\n' ' ' | sed 's/ $//')" "hostname Resolver $(column_names firewalls) precedence CategoryName"
}

test_own_tables() {
  mariadb_sql cluster <<'SQL'
INSERT INTO mvc_site (uuid, name) VALUES ('00000000-0000-4000-8000-000000000001', 'home');
INSERT INTO mvc_clusters (id, name, network_backend, vm_backend, state, created)
VALUES (1, 'fe-two', 'overlay', 'machines', 'stopped', UTC_TIMESTAMP());
INSERT INTO mvc_settings (cluster, name, value) VALUES (1, 'community', 'c1');
INSERT INTO mvc_segments (home_uuid, cluster, used_since) VALUES ('u', 'a', UTC_TIMESTAMP());
INSERT INTO mvc_segments (home_uuid, cluster, used_since) VALUES ('u', 'b', UTC_TIMESTAMP());
DELETE FROM mvc_clusters WHERE id = 1;
SQL
  is 'segments count from 4096' \
    "$(mariadb_sql cluster -e 'SELECT segment FROM mvc_segments ORDER BY segment' | xargs)" \
    '4096 4097'
  is 'a removed cluster takes its settings along' \
    "$(mariadb_sql cluster -e 'SELECT COUNT(*) FROM mvc_settings')" \
    '0'
  REFUSED_FOR='only_row'
  refused 'a site has one identity' mariadb_sql cluster -e \
    "INSERT INTO mvc_site (uuid, name) VALUES ('other', 'other')"
  mariadb_load "$schema/mvc.sql" cluster
  mariadb_load "$schema/secrets.sql" cluster
  mariadb_load "$schema/rocks.sql" cluster
  is 'files run again change nothing' "$(mariadb_sql cluster -e \
    'SELECT (SELECT SUM(version) FROM mvc_schema), (SELECT COUNT(*) FROM mvc_segments),
     (SELECT COUNT(*) FROM nodes)' | tr '\t' ' ')" '3 2 9'
  REFUSED_FOR='Duplicate entry'
  refused 'defaults.sql refuses a database that has rows' \
    mariadb_load "$schema/defaults.sql" cluster
}

# as_nobody ARG...: the client, run by an ordinary user of this machine
as_nobody() {
  setpriv --reuid=65534 --regid=65534 --clear-groups -- \
    mariadb --no-defaults --socket="$MARIADB_SOCKET" -N -B "$@"
}

# The rights that Rocks gives (table by table), and nothing revoked.
grant_as_rocks() {
  mariadb_sql -e "CREATE USER ''@'localhost'; CREATE USER 'apache'@'localhost'"
  for table in $(mariadb_sql cluster -e 'SHOW TABLES'); do
    case $table in sec_*_attributes) continue ;; esac
    printf "GRANT SELECT ON cluster.%s TO ''@'localhost';\n" "$table"
    printf "GRANT SELECT, INSERT, UPDATE, DELETE ON cluster.%s TO 'apache'@'localhost';\n" "$table"
  done | mariadb_sql
}

test_secrets() {
  if [ "$(id -u)" -ne 0 ]; then
    not_ok 'secrets: this part becomes another user and must be run as root'
    return
  fi
  grant_as_rocks
  mariadb_sql -e "INSERT INTO mvc_secrets.settings VALUES ('fe-two', 'key', 'sesame')"
  chmod 0711 "$work" "$work/server"
  read_secret='SELECT value FROM mvc_secrets.settings'
  is 'root reads the keys' "$(mariadb_sql -e "$read_secret")" 'sesame'
  is 'an ordinary user reads the Rocks tables' "$(
    as_nobody --user=nobody cluster -e 'SELECT COUNT(*) FROM nodes' 2>&1)" '9'
  REFUSED_FOR='denied to user'
  refused 'an ordinary user does not read the keys' as_nobody --user=nobody -e "$read_secret"
  refused 'nor changes them' as_nobody --user=nobody -e "DELETE FROM mvc_secrets.settings"
  refused 'the web server does not read them' as_nobody --user=apache -e "$read_secret"
  refused 'nor does Rocks give away its own secrets' \
    as_nobody --user=nobody cluster -e 'SELECT * FROM sec_global_attributes'
  REFUSED_FOR='Access denied for user .root'
  refused 'nobody is root by saying so' as_nobody --user=root -e "$read_secret"
  is 'an ordinary user does not even see the database' "$(
    as_nobody --user=nobody -e "SHOW DATABASES LIKE 'mvc%'" 2>&1)" ''
}

# The same files under the SQL mode of the original's MySQL 5.6 and under today's strictest.
test_modes() {
  mariadb_sql -e "SET GLOBAL sql_mode = 'NO_ENGINE_SUBSTITUTION'"
  mariadb_create lax
  load_all lax
  describe lax >"$work/lax"
  same 'loads in lax mode, to the same structure' "$work/described" "$work/lax"
  mariadb_sql -e "SET GLOBAL sql_mode = 'TRADITIONAL,ONLY_FULL_GROUP_BY,ANSI_QUOTES,NO_ZERO_IN_DATE'"
  mariadb_create fresh
  load_all fresh
  describe fresh >"$work/strict"
  same 'loads in strict mode, to the same structure' "$work/described" "$work/strict"
  for table in attributes memberships catindex bootaction; do
    rows lax "$table" '*' >"$work/rows.lax"
    rows fresh "$table" '*' >"$work/rows.strict"
    same "the same rows of $table in both modes" "$work/rows.lax" "$work/rows.strict"
  done
}

at_end mariadb_stop
mariadb_start "$work/server"
test_split
mariadb_create cluster
load_all cluster
test_structure "${1:-}"
test_modes
if [ -f "$compat/site-a.sql" ]; then
  test_default_rows
  test_site_rows
else
  printf '# no %s: rows not compared with an original\n' "$compat/site-a.sql"
fi
test_clusters
test_own_tables
test_secrets
