-- SPDX-License-Identifier: BSD-3-Clause
-- Copyright (c) 2026 the rocks-mvc authors
--
-- The rows of a fresh Rocks 7 frontend that follow from what its installer was told. How the file is
-- read: see rocks.sql. Run in one transaction, after defaults.sql, when these are stored: the global
-- attributes Kickstart_{Private,Public}*, the networks private and public, the frontend's row in nodes
-- (its name is Kickstart_PrivateHostname) and its member of the category host in catindex.
--
-- The caller sets two session variables first: @rocks_release (the version in the names of the PXE
-- files, for example 7.0) and @rocks_arch (x86_64). A fact that is missing gives an error (NULL for a
-- column that may not be) or NULL arguments: the caller checks the facts before.
-- The attributes vm_mac_base_addr (made from the public address) and os are the caller's.

SET @server = (SELECT Value FROM attributes
                WHERE Attr = 'Kickstart_PrivateKickstartHost' AND Category = 1 AND Catindex = 1);
SET @basedir = (SELECT Value FROM attributes
                 WHERE Attr = 'Kickstart_PrivateKickstartBasedir' AND Category = 1 AND Catindex = 1);
SET @cgi = (SELECT Value FROM attributes
             WHERE Attr = 'Kickstart_PrivateKickstartCGI' AND Category = 1 AND Catindex = 1);
SET @public_name = (SELECT Value FROM attributes
                     WHERE Attr = 'Kickstart_PublicHostname' AND Category = 1 AND Catindex = 1);
SET @frontend = (SELECT Value FROM attributes
                  WHERE Attr = 'Kickstart_PrivateHostname' AND Category = 1 AND Catindex = 1);
SET @frontend_node = (SELECT ID FROM nodes WHERE Name = @frontend);
SET @frontend_index = (SELECT ID FROM catindex WHERE Name = @frontend AND Category = 5);
SET @private = (SELECT ID FROM subnets WHERE name = 'private');

-- Every kickstartable appliance boots from the private kickstart host.
INSERT INTO attributes (Attr, Value, Category, Catindex)
SELECT 'dhcp_nextserver', @server, a.Category, a.Catindex
  FROM attributes a
 WHERE a.Attr = 'kickstartable' AND a.Value = 'yes' AND a.Category = 3;

-- How hosts are installed. The words that all four have in common stand between the ones that differ:
-- without a tracker the host fetches from the frontend itself, headless adds a VNC server.
SET @kernel = CONCAT('vmlinuz-', @rocks_release, '-', @rocks_arch);
SET @ramdisk = CONCAT('initrd.img-', @rocks_release, '-', @rocks_arch);
SET @common = CONCAT('inst.ks.sendmac inst.sshd lang= devfs=nomount selinux=0 ipv6.disable=1',
                     ' rocks=client ksdevice=bootif');
SET @distro = CONCAT('/', @basedir, '/rocks-dist/', @rocks_arch);
SET @kickstart = CONCAT('https://', @server, '/', @basedir, '/', @cgi);
SET @tracked = CONCAT(@common, ' inst.repo=http://127.0.0.1', @distro,
                      ' inst.ks=http://localhost/fetchRocksKS.py',
                      ' inst.updates=http://127.0.0.1', @distro, '/images/updates.img',
                      ' rocks.ks=', @kickstart, ' tracker.trackers=', @server);
SET @direct = CONCAT(@common, ' inst.repo=http://', @server, @distro,
                     ' inst.updates=http://', @server, @distro, '/images/updates.img',
                     ' inst.ks=', @kickstart, ' inst.noverifyssl');

INSERT INTO bootaction (Action, Kernel, Ramdisk, Args) VALUES
  ('install', @kernel, @ramdisk, @tracked),
  ('install notracker', @kernel, @ramdisk, @direct),
  ('install headless', @kernel, @ramdisk, CONCAT('inst.vnc ', @tracked)),
  ('install headless notracker', @kernel, @ramdisk, CONCAT('inst.vnc ', @direct));

-- A virtual frontend installs over its public interface; its kernel is a file on the container.
INSERT INTO bootaction (Action, Kernel, Ramdisk, Args) VALUES
  ('install vm frontend', CONCAT('/boot/kickstart/default/', @kernel),
   CONCAT('/boot/kickstart/default/', @ramdisk),
   CONCAT('ramdisk_size=150000 lang= devfs=nomount pxe kssendmac selinux=0 noipv6 ks=http://',
          @public_name, '/install/sbin/kickstart.cgi ksdevice=eth1 build airboss=localhost'));

-- Multicast and broadcast leave by the private network; hosts reach the world, and the frontend's public
-- address, through the frontend; the frontend itself through the public gateway.
INSERT INTO global_routes (Network, Netmask, Gateway, Subnet) VALUES
  ('224.0.0.0', '255.255.255.0', '', @private),
  ('255.255.255.255', '255.255.255.255', '', @private);

INSERT INTO global_routes (Network, Netmask, Gateway, Subnet)
SELECT '0.0.0.0', '0.0.0.0', Value, NULL
  FROM attributes
 WHERE Attr = 'Kickstart_PrivateGateway' AND Category = 1 AND Catindex = 1;

INSERT INTO global_routes (Network, Netmask, Gateway, Subnet)
SELECT public.Value, '255.255.255.255', private.Value, NULL
  FROM attributes public
  JOIN attributes private ON private.Category = 1 AND private.Catindex = 1
 WHERE public.Attr = 'Kickstart_PublicAddress' AND public.Category = 1 AND public.Catindex = 1
   AND private.Attr = 'Kickstart_PrivateAddress';

INSERT INTO node_routes (Node, Network, Netmask, Gateway, Subnet)
SELECT @frontend_node, '0.0.0.0', '0.0.0.0', Value, NULL
  FROM attributes
 WHERE Attr = 'Kickstart_PublicGateway' AND Category = 1 AND Catindex = 1;

-- The kvm roll on the frontend: it may hold VMs, and airboss is not for the outside (0 is any network).
INSERT INTO attributes (Attr, Value, Category, Catindex) VALUES
  ('kvm', 'true', 5, @frontend_index),
  ('airboss', 'localhost', 5, @frontend_index);

INSERT INTO firewalls (Rulename, Rulesrc, InSubnet, OutSubnet, Service, Protocol, Action, Chain,
                       Flags, Comment, Category, Catindex) VALUES
  ('R100-AIRBOSS', 'system', 0, NULL, '8677', 'tcp', 'REJECT', 'INPUT', NULL,
   'block airboss traffic from non-private interfaces', 5, @frontend_index);
