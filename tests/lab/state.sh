# shellcheck shell=bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# What virtual clusters leave at the hosts and in the databases of a lab; to be
# sourced by what has a function lab() and wants to see that nothing is left, or
# that nothing was changed.

# What of clusters is on a host, a line each, none if it is clean.
# shellcheck disable=SC2016 # the host's shell expands it
host_state() { # HOST
  lab run "$1" sh -c '
    virsh -q -c qemu:///system list --all | awk "{ \$1 = \"\"; print \"domain\" \$0 }"
    ps -eo stat=,args= | awk "\$1 !~ /^Z/ && \$2 ~ /(^|\/)(edge|supernode|qemu-system.*)\$/ {
      print \"process\", \$2, \$3, \$4 }" | sort
    ip -o link | sed -n "s/^[0-9]*: \(\(nb\|nt\|vnet\|tap\)[^:@]*\).*/link \1/p" | sort
    find /run/rocks-mvc/n2n /var/lib/rocks-mvc/n2n -type f 2>/dev/null | sed "s/^/file /" | sort
    nft list tables | sed -n "s/.*rocks/firewall rocks/p"' </dev/null
}

# The same of all frontends and containers, with the host in front.
hosts_state() {
  local host
  for host in $(lab hosts | awk '$2 == "frontend" || $2 == "container" { print $1 }'); do
    host_state "$host" | sed "s/^/$host /"
  done
}

# Rows that only clusters and their VMs have, a line each, at all sites.
rows_state() {
  local site
  for site in a b c; do
    lab run "frontend-$site" mariadb -N -B cluster -e "
      SELECT 'lease', vm FROM mvc_leases UNION ALL SELECT 'vm', ID FROM vm_nodes
      UNION ALL SELECT 'cluster', name FROM mvc_clusters
      UNION ALL SELECT 'member', name FROM mvc_members
      UNION ALL SELECT 'setting', name FROM mvc_settings
      UNION ALL SELECT 'secret', name FROM mvc_secrets.settings
      UNION ALL SELECT 'journal', step FROM mvc_journal
      UNION ALL SELECT 'move', vm FROM mvc_moves
      UNION ALL SELECT 'mac', mac FROM mvc_macs
      UNION ALL SELECT 'segment', segment FROM mvc_segments WHERE released IS NULL
      UNION ALL SELECT 'disk', Name FROM vm_disks
      UNION ALL SELECT 'network', Name FROM networks WHERE VlanID IS NOT NULL
      UNION ALL SELECT 'node', Name FROM nodes WHERE Name LIKE 'vm-a-%' OR Name LIKE 'frontend-0-%'
      UNION ALL SELECT 'attributes', i.Name FROM catindex i JOIN categories c ON c.ID = i.Category
        WHERE c.Name = 'host' AND i.Name NOT IN (SELECT Name FROM nodes)" </dev/null |
      sed "s/^/site $site: /"
  done
}

# All rows of all tables of a site.
# shellcheck disable=SC2016 # the frontend's shell expands it
tables_dump() { # SITE
  lab run "frontend-$1" sh -c '
    mariadb -N -B -e "SELECT CONCAT(\"SELECT \", QUOTE(table_name), \", t.* FROM \`\", table_schema,
      \"\`.\`\", table_name, \"\` t;\") FROM information_schema.tables
      WHERE table_schema IN (\"cluster\", \"mvc_secrets\") AND table_type = \"BASE TABLE\"
      ORDER BY table_schema, table_name" | mariadb -N -B' </dev/null
}
