#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 the rocks-mvc authors
#
# A site with many hosts, for what must not grow with them; to be sourced after
# tests/mariadb.sh has started a server.

# N compute hosts with one of everything that hosts have, N/10 of them VMs on one container, and these
# clusters of two; in a few statements, by the server itself.
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
INSERT INTO attributes (Attr, Value, Category, Catindex)
  SELECT "owner", "somebody", Category, ID FROM catindex
  WHERE Category = (SELECT ID FROM categories WHERE Name = "host");
INSERT INTO aliases (Node, Name) SELECT ID, CONCAT("alias-", ID) FROM nodes;
INSERT INTO boot (Node, Action) SELECT ID, "os" FROM nodes;
INSERT INTO public_keys (Node, Public_Key) SELECT ID, "a key" FROM nodes;
INSERT INTO partitions (Node, Device, Mountpoint, PartitionSize)
  SELECT ID, "sda1", "/", "9GB" FROM nodes;
INSERT INTO node_routes SELECT ID, "10.9.0.0", "255.255.0.0", "10.1.0.1", NULL FROM nodes;
INSERT INTO vm_nodes (PhysNode, Node, Mem, Slice, Virt_Type)
  SELECT (SELECT MIN(ID) FROM nodes), ID, 1024, ID, "hvm" FROM nodes ORDER BY ID DESC
  LIMIT $(($2 / 10));
INSERT INTO vm_disks (Vm_Node, VBD_Type, Prefix, Name, Device, Mode, Size)
  SELECT ID, "file", "/vm", CONCAT(ID, ".vda"), "vda", "virtio", 9 FROM vm_nodes;
-- Every other VM is the frontend of a cluster of its own, half of them recorded as ours.
UPDATE nodes SET Membership = (SELECT ID FROM memberships WHERE Name = "Frontend")
  WHERE ID IN (SELECT Node FROM vm_nodes WHERE ID MOD 2 = 0);
UPDATE networks SET VlanID = Node - Node MOD 2
  WHERE Node IN (SELECT Node FROM vm_nodes);
INSERT INTO mvc_clusters (name, node, network_backend, vm_backend, state, created)
  SELECT n.Name, n.ID, "vlan", "kvm", "stopped", NOW() FROM nodes n JOIN vm_nodes v ON v.Node = n.ID
  WHERE v.ID MOD 4 = 0;
INSERT INTO mvc_members (cluster, site_uuid, name, container, role, cpus, mem, disk, idx)
  SELECT c.id, s.uuid, c.name, "compute-0-0", "frontend", 1, 1024, 9, 0
  FROM mvc_clusters c JOIN mvc_site s;
SQL
}
