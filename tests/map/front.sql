-- SPDX-License-Identifier: BSD-3-Clause
-- Copyright (c) 2026 the rocks-mvc authors
--
-- On a small site, now called `a`: the sites `b` and `c`, the cluster `front` over all
-- three, and `other`, a cluster that Rocks made and nobody recorded.
UPDATE mvc_site SET name = 'a', uuid = '11111111-0000-4000-8000-000000000001';
INSERT INTO mvc_sites (name, uuid, frontend, mac_base, mac_mask, added) VALUES
  ('b', '22222222-0000-4000-8000-000000000002', '203.0.113.10', '0a:71:00:80:00:00',
   'ff:ff:ff:ff:00:00', '2026-01-01'),
  ('c', '33333333-0000-4000-8000-000000000003', '203.0.113.20', '0a:02:00:80:00:00',
   'ff:ff:ff:ff:00:00', '2026-01-01');

INSERT INTO nodes (ID, Name, Membership, CPUs, Rack, `Rank`) VALUES
  (20, 'front', 1, 2, 0, 0), (21, 'vm-a-front-0', 8, 1, 0, 0),
  (30, 'other', 1, 1, 0, 1), (31, 'hosted-vm-0-1-0', 8, 4, 0, 1);
INSERT INTO vm_nodes (ID, PhysNode, Node, Mem, Slice, Virt_Type) VALUES
  (20, 1, 20, 2048, 0, 'hvm'), (21, 2, 21, 1024, 0, 'hvm'),
  (31, 3, 31, 512, 0, 'hvm'), (30, 1, 30, 1024, 1, 'hvm');
INSERT INTO networks (Node, MAC, IP, Name, Device, Subnet, VlanID) VALUES
  (20, '0a:64:33:80:00:00', NULL, 'front', 'eth0', NULL, 4096),
  (20, '0a:64:33:80:00:01', '192.0.2.20', 'front', 'eth1', 2, 0),
  (21, '0a:64:33:80:00:02', NULL, 'vm-a-front-0', 'eth0', NULL, 4096),
  (31, '0a:64:33:80:00:05', NULL, 'hosted-vm-0-1-0', 'eth0', 1, 3),
  (30, '0a:64:33:80:00:03', NULL, 'other', 'eth0', 1, 3),
  (30, '0a:64:33:80:00:04', '192.0.2.21', 'other', 'eth1', 2, 0);

INSERT INTO mvc_clusters (id, name, node, network_backend, vm_backend, state, inner_subnet, mtu,
  created) VALUES
  (1, 'front', 20, 'n2n', 'kvm', 'starting', '10.200.0.0/16', 1360, '2026-01-01'),
  (2, 'neighbour', NULL, 'n2n', 'kvm', 'stopped', '10.200.0.0/16', 1360, '2026-01-01');
INSERT INTO mvc_settings (cluster, name, value) VALUES
  (1, 'community', 'blue'), (1, 'supernode', '192.0.2.10:7654'), (2, 'community', 'green');
INSERT INTO mvc_secrets.settings (cluster, name, value) VALUES ('front', 'key', 'nobody-may-see');
INSERT INTO mvc_members (cluster, site_uuid, name, container, role, mac, segment, cpus, mem, disk,
  slice, idx)
SELECT 1, s.uuid, m.name, m.container, m.role, m.mac, m.segment, m.cpus, m.mem, 36, 0, m.idx FROM
 (SELECT 'a' AS site, 'front' AS name, 'manager' AS container, 'frontend' AS role,
    '0a:64:33:80:00:00' AS mac, 4096 AS segment, 2 AS cpus, 2048 AS mem, 0 AS idx
  UNION ALL
  SELECT 'a', 'vm-a-front-0', 'vm-container-0-0', 'compute', '0a:64:33:80:00:02', 4096, 1, 1024, 0
  UNION ALL
  SELECT 'b', 'vm-a-front-1', 'vm-container-0-0', 'compute', '0a:71:00:80:00:00', 4100, 1, 1024, 1
  UNION ALL
  SELECT 'c', 'vm-a-front-2', 'vm-container-0-0', 'compute', NULL, NULL, 1, 1024, 2
  UNION ALL
  SELECT 'b', 'vm-a-front-10', 'vm-container-0-0', 'compute', '0a:71:00:80:00:01', 4100, 1, 1024, 3
 ) m JOIN (SELECT name, uuid FROM mvc_sites UNION ALL SELECT name, uuid FROM mvc_site) s
 ON s.name = m.site;
INSERT INTO mvc_leases (home_uuid, cluster, vm, node, container, role, idx, cpus, mem, disk, mac,
  segment, slice, created)
SELECT uuid, 'front', 'front', 20, 'manager', 'frontend', 0, 2, 2048, 36, '0a:64:33:80:00:00', 4096,
  0, '2026-01-01' FROM mvc_site
UNION ALL
SELECT uuid, 'front', 'vm-a-front-0', 21, 'vm-container-0-0', 'compute', 0, 1, 1024, 36,
  '0a:64:33:80:00:02', 4096, 0, '2026-01-01' FROM mvc_site;
INSERT INTO mvc_journal (cluster, site_uuid, host, step, vm, state, detail, at) VALUES
  (1, NULL, 'manager', 'start', 'front', 'begun', '', '2026-01-01'),
  (1, NULL, 'manager', 'start', 'front', 'done', '', '2026-01-01'),
  (1, NULL, 'vm-container-0-0', 'define', 'vm-a-front-1', 'done', '', '2026-01-01'),
  (1, NULL, 'vm-container-0-0', 'start', 'vm-a-front-1', 'failed', 'no room', '2026-01-01'),
  (2, NULL, 'manager', 'start', 'vm-a-front-0', 'done', '', '2026-01-01');
INSERT INTO mvc_moves (vm, source, target, file, begun) VALUES
  ('vm-a-front-10', 'b:vm-container-0-0', 'c:vm-container-0-1', '/x', '2026-01-01');
