-- SPDX-License-Identifier: BSD-3-Clause
-- Copyright (c) 2026 the rocks-mvc authors
--
-- The rows that a Rocks 7 frontend with the kvm roll has before anything about its site is known. How
-- the file is read: see rocks.sql. Run in one transaction on empty tables; it fails on a database
-- that has rows, which is meant. No function and no dialect: plain inserts with fixed ids.
--
-- Not here, for they need answers about the site: site.sql (made from the site's attributes).

-- Ids 1 to 5 in this order; the commands find them by name.
INSERT INTO categories (ID, Name, Description) VALUES
  (1, 'global', 'Global Defaults'),
  (2, 'os', 'OS Choice(Linux,Sunos)'),
  (3, 'appliance', 'Logical Appliances'),
  (4, 'rack', 'Machine Room Racks'),
  (5, 'host', 'Hosts - Physical AND Virtual');

-- 4 to 11 are the appliances below. Hosts get theirs with their first attribute.
INSERT INTO catindex (ID, Name, Category) VALUES
  (1, 'global', 1),
  (2, 'linux', 2),
  (3, 'sunos', 2),
  (4, 'frontend', 3),
  (5, 'compute', 3),
  (6, 'login', 3),
  (7, 'nas', 3),
  (8, 'network', 3),
  (9, 'power', 3),
  (10, 'vm-container', 3),
  (11, 'hosted-vm', 3);

-- The one chain that Rocks has: the host's own value counts most.
INSERT INTO resolvechain (Name, Category, Precedence) VALUES
  ('default', 1, 10),
  ('default', 2, 20),
  ('default', 3, 30),
  ('default', 4, 40),
  ('default', 5, 50);

-- 1 is the default of memberships.Distribution.
INSERT INTO distributions (ID, Name) VALUES (1, 'rocks-dist');

-- In the order in which the installer adds them. Without a Node: not kickstartable.
INSERT INTO appliances (ID, Name, Graph, Node, OS) VALUES
  (1, 'frontend', 'default', 'server', 'linux'),
  (2, 'compute', 'default', 'compute', 'linux'),
  (3, 'login', 'default', 'login', 'linux'),
  (4, 'nas', 'default', 'nas', 'linux'),
  (5, 'network', '', '', 'linux'),
  (6, 'power', '', '', 'linux'),
  (7, 'vm-container', 'default', 'client', 'linux'),
  (8, 'hosted-vm', '', '', 'linux');

-- 2 is the default of nodes.Membership. Public ones are offered by insert-ethers.
INSERT INTO memberships (ID, Name, Appliance, Distribution, Public) VALUES
  (1, 'Frontend', 1, 1, 'no'),
  (2, 'Compute', 2, 1, 'yes'),
  (3, 'Login', 3, 1, 'yes'),
  (4, 'NAS Appliance', 4, 1, 'yes'),
  (5, 'Ethernet Switch', 5, 1, 'yes'),
  (6, 'Power Distribution Unit', 6, 1, 'yes'),
  (7, 'VM Container', 7, 1, 'yes'),
  (8, 'Hosted VM', 8, 1, 'no');

-- Global: what the installer fills in whatever its screens are told, and the kvm roll's two constants.
-- Kickstart_Mutlicast is spelt so in Rocks. The mask leaves a site 22 bits of MAC addresses.
INSERT INTO attributes (Attr, Value, Category, Catindex) VALUES
  ('Kickstart_DistroDir', '/export/rocks', 1, 1),
  ('Kickstart_Keyboard', 'us', 1, 1),
  ('Kickstart_Lang', 'en_US', 1, 1),
  ('Kickstart_Langsupport', 'en_US', 1, 1),
  ('Kickstart_Mutlicast', '226.117.172.185', 1, 1),
  ('Kickstart_PrivateKickstartBasedir', 'install', 1, 1),
  ('Kickstart_PrivateKickstartCGI', 'sbin/kickstart.cgi', 1, 1),
  ('RootDir', '/root', 1, 1),
  ('rocks_autogen_user_keys', 'no', 1, 1),
  ('ssh_use_dns', 'true', 1, 1),
  ('cpu_mode', 'host-passthrough', 1, 1),
  ('vm_mac_base_addr_mask', 'ff:ff:ff:c0:00:00', 1, 1);

-- By operating system: 2 is linux, 3 sunos.
INSERT INTO attributes (Attr, Value, Category, Catindex) VALUES
  ('HttpRoot', '/var/www/html', 2, 2),
  ('HttpRoot', '/var/apache2/htdocs', 2, 3),
  ('HttpConf', '/etc/httpd/conf', 2, 2),
  ('HttpConf', '/etc/apache2', 2, 3),
  ('HttpConfigDirExt', '/etc/httpd/conf.d', 2, 2),
  ('HttpConfigDirExt', '/etc/apache2', 2, 3),
  ('RootDir', '/root', 2, 2),
  ('RootDir', '/', 2, 3);

-- By appliance. managed: commands without a host argument mean these; unset for hosted-vm.
-- kickstartable appliances boot over PXE; their dhcp_nextserver is in site.sql.
INSERT INTO attributes (Attr, Value, Category, Catindex) VALUES
  ('kickstartable', 'yes', 3, 4),
  ('dhcp_filename', 'pxelinux.0', 3, 4),
  ('managed', 'false', 3, 4),
  ('primary_net', 'public', 3, 4),
  ('kickstartable', 'yes', 3, 5),
  ('dhcp_filename', 'pxelinux.0', 3, 5),
  ('managed', 'true', 3, 5),
  ('exec_host', 'true', 3, 5),
  ('submit_host', 'false', 3, 5),
  ('kickstartable', 'yes', 3, 6),
  ('dhcp_filename', 'pxelinux.0', 3, 6),
  ('managed', 'true', 3, 6),
  ('primary_net', 'private', 3, 6),
  ('kickstartable', 'yes', 3, 7),
  ('dhcp_filename', 'pxelinux.0', 3, 7),
  ('managed', 'true', 3, 7),
  ('kickstartable', 'no', 3, 8),
  ('managed', 'false', 3, 8),
  ('kickstartable', 'no', 3, 9),
  ('managed', 'false', 3, 9),
  ('kickstartable', 'yes', 3, 10),
  ('dhcp_filename', 'pxelinux.0', 3, 10),
  ('managed', 'true', 3, 10),
  ('kvm', 'true', 3, 10),
  ('kickstartable', 'no', 3, 11);

-- Boot from the disk: what nodes.RunAction says unless told otherwise. The install actions are in site.sql.
INSERT INTO bootaction (Action, Kernel, Ramdisk, Args) VALUES ('os', 'localboot 0', NULL, NULL);
