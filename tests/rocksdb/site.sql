-- SPDX-License-Identifier: BSD-3-Clause
-- Copyright (c) 2026 the rocks-mvc authors
--
-- A small site for tests, on a database that `create` has made: the frontend
-- `manager`, three containers, one ordinary compute node.
INSERT INTO subnets (ID, name, dnszone, subnet, netmask, mtu, servedns) VALUES
  (1, 'private', 'local', '10.1.0.0', '255.255.0.0', 1500, 1),
  (2, 'public', 'example.org', '192.0.2.0', '255.255.255.0', 1500, 0);
INSERT INTO nodes (ID, Name, Membership, CPUs, Rack, `Rank`) VALUES
  (1, 'manager', 1, 4, 0, 0), (2, 'vm-container-0-0', 7, 4, 0, 0),
  (3, 'vm-container-0-1', 7, 4, 0, 1), (4, 'vm-container-0-2', 7, 4, 0, 2),
  (5, 'compute-0-0', 2, 4, 0, 0);
INSERT INTO networks (ID, Node, MAC, IP, Name, Device, Subnet) VALUES
  (1, 1, '52:54:00:00:00:01', '10.1.1.1', 'manager', 'eth0', 1),
  (2, 1, '52:54:00:00:00:02', '192.0.2.10', 'manager', 'eth1', 2),
  (3, 2, '52:54:00:00:00:03', '10.1.255.254', 'vm-container-0-0', 'eth0', 1),
  (4, 3, '52:54:00:00:00:04', '10.1.255.253', 'vm-container-0-1', 'eth0', 1),
  (5, 4, '52:54:00:00:00:05', '10.1.255.252', 'vm-container-0-2', 'eth0', 1),
  (6, 5, '52:54:00:00:00:06', '10.1.255.251', 'compute-0-0', 'eth0', 1);
INSERT INTO partitions (Node, Device, Mountpoint, PartitionSize) VALUES
  (1, 'sda1', '/', '16.0GB'), (1, 'sda5', '/export', '400GB'), (2, 'sda1', '/', '16.0GB'),
  (2, 'sda5', '/state/partition1', '472GB'), (3, 'sda1', '/', '16.0GB'),
  (3, 'sda5', '/state/partition1', '1.5TB'), (4, 'sda3', 'swap', '2TB'),
  (4, 'sda5', '/state/partition1', '472GB'), (5, 'sda1', '/', '16.0GB');
INSERT INTO catindex (Name, Category) VALUES ('manager', 5);
INSERT INTO attributes (Attr, Value, Category, Catindex) VALUES
  ('Kickstart_PrivateHostname', 'manager', 1, 1), ('Kickstart_PublicGateway', '192.0.2.1', 1, 1),
  ('vm_mac_base_addr', 'a:0:c0:80:0:0', 1, 1),
  ('test_level', 'global', 1, 1), ('test_level', 'linux', 2, 2);
INSERT INTO attributes (Attr, Value, Category, Catindex)
SELECT 'test_level', 'container', c.Category, c.ID FROM catindex c WHERE c.Name = 'vm-container';
INSERT INTO attributes (Attr, Value, Category, Catindex)
SELECT 'test_level', 'host', c.Category, c.ID FROM catindex c WHERE c.Name = 'manager';
INSERT INTO global_routes (Network, Netmask, Gateway, Subnet) VALUES
  ('0.0.0.0', '0.0.0.0', '10.1.1.1', NULL);
INSERT INTO bootaction (Action, Kernel, Ramdisk, Args) VALUES
  ('install', 'vmlinuz', 'initrd.img', 'ks'),
  ('install vm frontend', '/boot/vmlinuz', '/boot/initrd.img', 'build ksdevice=eth1');
