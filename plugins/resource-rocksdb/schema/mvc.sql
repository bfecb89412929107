-- SPDX-License-Identifier: BSD-3-Clause
-- Copyright (c) 2026 the rocks-mvc authors
--
-- What Rocks has no table for: sites, virtual clusters over several sites, leases. How the file is read:
-- see rocks.sql. Made by `create database` alone, in the database of the Rocks tables; safe to run again.
--
-- No foreign key leads into a Rocks table. With RESTRICT the original's `remove host` would fail, with
-- CASCADE it would silently drop what has still to be cleaned up, and any foreign key would keep a Rocks
-- restore from dropping and making its tables again. Rocks ids are therefore hints: NULL or dangling
-- means that the host was removed behind our back, which `sync cluster` and `check cluster` look for.
--
-- Everyone on the frontend may come to read these tables, and the web server to write them (see
-- secrets.sql): no key, no password, no URI with a password in them. Names are latin1 and as wide as the
-- Rocks columns that they are compared with. All times are UTC and given by the writer. Sizes: mem in MiB,
-- disk in GB of 10^9 bytes, as in Rocks.

-- Last written, first read: a row means that everything below is there. Every command but
-- `create database` refuses a version that it does not know.
CREATE TABLE IF NOT EXISTS mvc_schema (
  version int(11) NOT NULL,
  created datetime NOT NULL,
  PRIMARY KEY (version)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

-- Who this site is. One row: the last column, never written, has one possible value and is unique.
CREATE TABLE IF NOT EXISTS mvc_site (
  uuid char(36) NOT NULL,
  name varchar(64) NOT NULL DEFAULT '',
  only_row enum('yes') NOT NULL DEFAULT 'yes',
  PRIMARY KEY (uuid),
  UNIQUE KEY only_row (only_row)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

-- Sites that this home knows. frontend is what ssh is given; the URIs replace the forwarding over ssh.
-- max_* bound what this home takes there, NULL is no bound. mac_base and mac_mask are that site's
-- attributes vm_mac_base_addr and vm_mac_base_addr_mask, kept to refuse an overlap.
CREATE TABLE IF NOT EXISTS mvc_sites (
  name varchar(64) NOT NULL,
  uuid char(36) NOT NULL,
  frontend varchar(255) NOT NULL,
  database_uri varchar(255) DEFAULT NULL,
  vm_uri varchar(255) DEFAULT NULL,
  max_cpus int(11) DEFAULT NULL,
  max_mem int(11) DEFAULT NULL,
  max_disk int(11) DEFAULT NULL,
  max_vms int(11) DEFAULT NULL,
  mac_base varchar(17) NOT NULL,
  mac_mask varchar(17) NOT NULL,
  added datetime NOT NULL,
  PRIMARY KEY (name),
  UNIQUE KEY uuid (uuid)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

-- Home site. name is the virtual frontend's nodes.Name, node its nodes.ID. inner_subnet is ADDRESS/BITS.
-- What is wanted of a cluster, and which backends it has, is read here and never guessed.
CREATE TABLE IF NOT EXISTS mvc_clusters (
  id int(11) NOT NULL AUTO_INCREMENT,
  name varchar(128) NOT NULL,
  node int(11) DEFAULT NULL,
  network_backend varchar(32) NOT NULL,
  vm_backend varchar(32) NOT NULL,
  state enum('adding','stopped','starting','running','stopping','removing','switching') NOT NULL,
  inner_subnet varchar(18) DEFAULT NULL,
  mtu int(11) DEFAULT NULL,
  created datetime NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY name (name)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

-- Home site. What the network backend chose and anyone may know; its keys are in mvc_secrets.
CREATE TABLE IF NOT EXISTS mvc_settings (
  cluster int(11) NOT NULL,
  name varchar(64) NOT NULL,
  value text NOT NULL,
  PRIMARY KEY (cluster, name),
  CONSTRAINT mvc_settings_ibfk_1 FOREIGN KEY (cluster) REFERENCES mvc_clusters (id)
    ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

-- Home site. Every VM of a cluster, local or remote, the frontend too (idx 0). mac, segment and slice
-- are what the lending site answered, NULL until then. A MAC is unique over all clusters: overlays may look
-- one up without the community.
CREATE TABLE IF NOT EXISTS mvc_members (
  cluster int(11) NOT NULL,
  site_uuid char(36) NOT NULL,
  name varchar(128) NOT NULL,
  container varchar(128) NOT NULL,
  role enum('frontend','compute') NOT NULL,
  mac varchar(17) DEFAULT NULL,
  segment int(11) DEFAULT NULL,
  cpus int(11) NOT NULL,
  mem int(11) NOT NULL,
  disk int(11) NOT NULL,
  slice int(11) DEFAULT NULL,
  idx int(11) NOT NULL,
  PRIMARY KEY (cluster, name),
  UNIQUE KEY mac (mac),
  CONSTRAINT mvc_members_ibfk_1 FOREIGN KEY (cluster) REFERENCES mvc_clusters (id)
    ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

-- Lending site, and the home site for its own VMs. What was promised to the cluster of a home: the sum
-- over a container is what is taken of mvc_containers. node is the VM's nodes.ID here.
CREATE TABLE IF NOT EXISTS mvc_leases (
  id int(11) NOT NULL AUTO_INCREMENT,
  home_uuid char(36) NOT NULL,
  cluster varchar(128) NOT NULL,
  vm varchar(128) NOT NULL,
  node int(11) DEFAULT NULL,
  container varchar(128) NOT NULL,
  role enum('frontend','compute') NOT NULL,
  idx int(11) NOT NULL,
  cpus int(11) NOT NULL,
  mem int(11) NOT NULL,
  disk int(11) NOT NULL,
  mac varchar(17) NOT NULL,
  segment int(11) DEFAULT NULL,
  slice int(11) DEFAULT NULL,
  created datetime NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY home_vm (home_uuid, vm),
  KEY node (node),
  UNIQUE KEY mac (mac),
  KEY home_cluster (home_uuid, cluster),
  KEY container (container)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

-- Each site numbers its parts of overlay clusters from 4096 on, above every VLAN tag, in
-- networks.VlanID. A number is never used twice: rows are released, never deleted, since the greatest
-- row is what the counter starts from after a restore of a dump.
CREATE TABLE IF NOT EXISTS mvc_segments (
  segment int(11) NOT NULL AUTO_INCREMENT,
  home_uuid char(36) NOT NULL,
  cluster varchar(128) NOT NULL,
  used_since datetime NOT NULL,
  released datetime DEFAULT NULL,
  PRIMARY KEY (segment),
  KEY home_cluster (home_uuid, cluster)
) ENGINE=InnoDB AUTO_INCREMENT=4096 DEFAULT CHARSET=latin1;

-- Totals of the containers of this site as libvirt last told; NULL until it did. A drained container
-- keeps its VMs and is given no more.
CREATE TABLE IF NOT EXISTS mvc_containers (
  host varchar(128) NOT NULL,
  cpus int(11) DEFAULT NULL,
  mem int(11) DEFAULT NULL,
  disk int(11) DEFAULT NULL,
  drained tinyint(1) NOT NULL DEFAULT 0,
  seen datetime DEFAULT NULL,
  PRIMARY KEY (host)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

-- Home site. Every step, before it begins and when it has ended. No foreign key, so that a note never
-- fails; what is known of a cluster goes when it is forgotten.
CREATE TABLE IF NOT EXISTS mvc_journal (
  id int(11) NOT NULL AUTO_INCREMENT,
  cluster int(11) NOT NULL,
  site_uuid char(36) DEFAULT NULL,
  host varchar(128) DEFAULT NULL,
  step varchar(64) NOT NULL,
  vm varchar(128) DEFAULT NULL,
  state enum('begun','done','failed') NOT NULL,
  detail text DEFAULT NULL,
  at datetime NOT NULL,
  PRIMARY KEY (id),
  KEY cluster (cluster)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

-- MACs that VMs took along to another site. At the site that gave one, so that it gives it to nobody else
-- while the cluster lives; at home, to tell that site (site_uuid) when the cluster is gone.
CREATE TABLE IF NOT EXISTS mvc_macs (
  mac varchar(17) NOT NULL,
  home_uuid char(36) NOT NULL,
  cluster varchar(128) NOT NULL,
  vm varchar(128) NOT NULL,
  site_uuid char(36) NOT NULL,
  PRIMARY KEY (mac),
  KEY home_cluster (home_uuid, cluster)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

-- Home site. A VM that is on its way from one container to another: from before the first step until
-- after the last. Both are HOST or SITE:HOST. Where it is then, its row in vm_nodes or mvc_members says: at
-- `source` until all it has was copied.
CREATE TABLE IF NOT EXISTS mvc_moves (
  vm varchar(128) NOT NULL,
  source varchar(200) NOT NULL,
  target varchar(200) NOT NULL,
  file varchar(255) NOT NULL,
  begun datetime NOT NULL,
  PRIMARY KEY (vm)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

-- Version 2 had these as wide as a host's name.
ALTER TABLE mvc_moves MODIFY source varchar(200) NOT NULL, MODIFY target varchar(200) NOT NULL;

-- The last statement of this file: the program writes mvc_site just before it.
INSERT INTO mvc_schema (version, created)
SELECT 3, UTC_TIMESTAMP() FROM DUAL
 WHERE NOT EXISTS (SELECT 1 FROM mvc_schema AS present WHERE present.version = 3);
