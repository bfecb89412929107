#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# A site with many hosts, for what must not grow with them; to be sourced after
# tests/mariadb.sh has started a server.

# N compute hosts with an interface each and an attribute of their own, and N/10
# VMs on one container; in a few statements, by the server itself.
many_hosts() { # DATABASE N
  mariadb_sql "$1" <<SQL
INSERT INTO subnets (name, dnszone, subnet, netmask, mtu, servedns)
  SELECT 'private', 'local', '10.0.0.0', '255.0.0.0', 1500, 1 FROM DUAL
  WHERE NOT EXISTS (SELECT 1 FROM subnets WHERE name = 'private');
INSERT INTO nodes (Name, Membership, CPUs, \`Rack\`, \`Rank\`, OS)
  SELECT CONCAT('compute-', seq DIV 100, '-', seq MOD 100),
         (SELECT ID FROM memberships WHERE Name = 'Compute'), 8, seq DIV 100, seq MOD 100, 'linux'
  FROM seq_0_to_$(($2 - 1));
INSERT INTO networks (Node, MAC, IP, Name, Device, Subnet)
  SELECT ID, CONCAT('02:00:00:', LPAD(HEX(ID DIV 65536), 2, '0'), ':',
                    LPAD(HEX(ID DIV 256 MOD 256), 2, '0'), ':', LPAD(HEX(ID MOD 256), 2, '0')),
         CONCAT('10.1.', ID DIV 250, '.', ID MOD 250 + 1), Name, 'eth0',
         (SELECT ID FROM subnets WHERE name = 'private') FROM nodes;
INSERT INTO catindex (Name, Category)
  SELECT Name, (SELECT ID FROM categories WHERE Name = 'host') FROM nodes;
INSERT INTO attributes (Attr, Value, Category, Catindex)
  SELECT 'os', 'linux', Category, ID FROM catindex
  WHERE Category = (SELECT ID FROM categories WHERE Name = 'host');
INSERT INTO vm_nodes (PhysNode, Node, Mem, Slice, Virt_Type)
  SELECT (SELECT MIN(ID) FROM nodes), ID, 1024, ID, 'hvm' FROM nodes ORDER BY ID DESC
  LIMIT $(($2 / 10));
SQL
}
