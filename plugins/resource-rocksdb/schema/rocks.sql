-- SPDX-License-Identifier: BSD-3-Clause
-- Copyright (c) 2026 the rocks-mvc authors
--
-- An empty Rocks 7 database: tables, views, functions, procedure. For MariaDB 10.5 or later and
-- MySQL 8, in strict as well as in lax SQL mode.
--
-- How the files of this folder are read (every one of them):
--   * a line that begins with "--" is a comment, but for the two marks below;
--   * a statement ends at a line whose last character is ";". No string and no comment inside a
--     statement ends a line so, and no statement has another ";" inside;
--   * between a line "-- begin" and a line "-- end" everything is one statement, whatever ";" it has.
-- They are sent as text, not prepared: MySQL does not prepare CREATE FUNCTION and CREATE PROCEDURE.
--
-- Wanted of the caller: the database exists with CHARACTER SET latin1 and is the current one; the
-- connection's character set is latin1. Order: rocks.sql, defaults.sql, mvc.sql, secrets.sql; then,
-- when the site's attributes and networks are stored, site.sql.
--
-- For a new database only. A new one is one where `categories` is absent or has no row. DDL commits at
-- once, so a run that was cut short leaves a part: run the file again, it makes what is missing.
-- On a database that Rocks made, only mvc.sql and secrets.sql are run: its tables are never altered.
--
-- Where it comes from: the tables that an installed Rocks 7.0 frontend with the kvm roll has. Names,
-- types, defaults and the names of keys are kept, since dumps, scripts and the original's ORM use them.
-- `Rank` is a reserved word of MySQL 8 and is quoted wherever it stands.

-- Hosts ------------------------------------------------------------------------------------------

-- One row per host, physical or virtual. Name is not unique here: the commands look for duplicates.
-- Membership 2 is Compute (defaults.sql fixes the ids for that reason).
CREATE TABLE IF NOT EXISTS nodes (
  ID int(11) NOT NULL AUTO_INCREMENT,
  Name varchar(128) DEFAULT NULL,
  Membership int(11) DEFAULT 2,
  CPUs int(11) NOT NULL DEFAULT 1,
  Rack int(11) DEFAULT NULL,
  `Rank` int(11) DEFAULT NULL,
  Arch varchar(32) DEFAULT NULL,
  OS enum('linux','sunos') NOT NULL DEFAULT 'linux',
  RunAction varchar(64) DEFAULT 'os',
  InstallAction varchar(64) DEFAULT 'install',
  PRIMARY KEY (ID),
  KEY Name (Name)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

CREATE TABLE IF NOT EXISTS aliases (
  ID int(11) NOT NULL AUTO_INCREMENT,
  Node int(11) NOT NULL DEFAULT 0,
  Name varchar(32) DEFAULT NULL,
  PRIMARY KEY (ID),
  KEY Node (Node),
  CONSTRAINT aliases_ibfk_1 FOREIGN KEY (Node) REFERENCES nodes (ID) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

-- What a host is: the appliance is the short name (group, base of host names, scope of attributes),
-- the membership the name that people see. An appliance without Node cannot be kickstarted.
CREATE TABLE IF NOT EXISTS appliances (
  ID int(11) NOT NULL AUTO_INCREMENT,
  Name varchar(32) NOT NULL DEFAULT '',
  Graph varchar(64) NOT NULL DEFAULT 'default',
  Node varchar(64) NOT NULL DEFAULT '',
  OS enum('linux','sunos') NOT NULL DEFAULT 'linux',
  PRIMARY KEY (ID)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

CREATE TABLE IF NOT EXISTS memberships (
  ID int(11) NOT NULL AUTO_INCREMENT,
  Name varchar(64) NOT NULL DEFAULT '',
  Appliance int(11) DEFAULT 0,
  Distribution int(11) DEFAULT 1,
  Public enum('yes','no') NOT NULL DEFAULT 'no',
  PRIMARY KEY (ID)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

CREATE TABLE IF NOT EXISTS distributions (
  ID int(11) NOT NULL AUTO_INCREMENT,
  Name varchar(32) NOT NULL DEFAULT '',
  OS_Release varchar(32) NOT NULL DEFAULT '',
  Lang varchar(32) NOT NULL DEFAULT '',
  PRIMARY KEY (ID)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

-- Written by installed hosts. `add host vm` puts disks on the container's largest partition that is
-- mounted. PartitionSize is text with a unit (KB MB GB TB PB).
CREATE TABLE IF NOT EXISTS partitions (
  ID int(11) NOT NULL AUTO_INCREMENT,
  Node int(11) NOT NULL DEFAULT 0,
  Device varchar(128) NOT NULL DEFAULT '',
  Mountpoint varchar(128) NOT NULL DEFAULT '',
  SectorStart varchar(128) NOT NULL DEFAULT '',
  PartitionSize varchar(128) NOT NULL DEFAULT '',
  PartitionID varchar(128) NOT NULL DEFAULT '',
  FsType varchar(128) NOT NULL DEFAULT '',
  PartitionFlags varchar(128) NOT NULL DEFAULT '',
  FormatFlags varchar(128) NOT NULL DEFAULT '',
  PRIMARY KEY (ID)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

-- Airboss keys (PEM), held by the virtual frontend that they were made for.
CREATE TABLE IF NOT EXISTS public_keys (
  ID int(11) NOT NULL AUTO_INCREMENT,
  Node int(11) NOT NULL DEFAULT 0,
  Public_Key varchar(4096) DEFAULT NULL,
  Description varchar(4096) DEFAULT NULL,
  PRIMARY KEY (ID),
  KEY Node (Node),
  CONSTRAINT public_keys_ibfk_1 FOREIGN KEY (Node) REFERENCES nodes (ID) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

CREATE TABLE IF NOT EXISTS rolls (
  ID int(11) NOT NULL AUTO_INCREMENT,
  Name varchar(128) NOT NULL DEFAULT '',
  Version varchar(32) NOT NULL DEFAULT '',
  Arch varchar(32) NOT NULL DEFAULT '',
  OS enum('linux','sunos') NOT NULL DEFAULT 'linux',
  Enabled enum('yes','no') NOT NULL DEFAULT 'yes',
  PRIMARY KEY (ID)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

CREATE TABLE IF NOT EXISTS node_rolls (
  Node int(11) NOT NULL DEFAULT 0,
  RollID int(11) NOT NULL,
  PRIMARY KEY (Node, RollID)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

-- Networks ---------------------------------------------------------------------------------------

-- The commands call a row of this table a network.
CREATE TABLE IF NOT EXISTS subnets (
  ID int(11) NOT NULL AUTO_INCREMENT,
  name varchar(32) NOT NULL,
  dnszone varchar(64) NOT NULL,
  subnet varchar(32) NOT NULL,
  netmask varchar(32) NOT NULL,
  mtu int(11) DEFAULT 1500,
  servedns tinyint(1) DEFAULT 0,
  PRIMARY KEY (ID),
  UNIQUE KEY name (name),
  UNIQUE KEY dnszone (dnszone)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

-- One row per interface; ID is also the order of a host's interfaces. For a row of Device vlan<N>,
-- Subnet says which physical device carries the tag. VlanID 0 or NULL is untagged.
CREATE TABLE IF NOT EXISTS networks (
  ID int(11) NOT NULL AUTO_INCREMENT,
  Node int(11) DEFAULT NULL,
  MAC varchar(64) DEFAULT NULL,
  IP varchar(32) DEFAULT NULL,
  Name varchar(128) DEFAULT NULL,
  Device varchar(32) DEFAULT NULL,
  Subnet int(11) DEFAULT NULL,
  Module varchar(128) DEFAULT NULL,
  VlanID int(11) DEFAULT NULL,
  Options varchar(128) DEFAULT NULL,
  Channel varchar(128) DEFAULT NULL,
  Disable_KVM tinyint(1) NOT NULL DEFAULT 0,
  PRIMARY KEY (ID),
  KEY Subnet (Subnet),
  KEY Node (Node),
  CONSTRAINT networks_ibfk_1 FOREIGN KEY (Subnet) REFERENCES subnets (ID) ON DELETE CASCADE,
  CONSTRAINT networks_ibfk_2 FOREIGN KEY (Node) REFERENCES nodes (ID) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

-- Routes, from the widest scope to the narrowest. With a Subnet the Gateway is the empty text and the
-- route leaves by the host's device in it. The original inserts without naming columns, so their
-- order is part of the format.
CREATE TABLE IF NOT EXISTS global_routes (
  Network varchar(32) NOT NULL DEFAULT '',
  Netmask varchar(32) NOT NULL DEFAULT '',
  Gateway varchar(32) NOT NULL DEFAULT '',
  Subnet int(11) DEFAULT NULL,
  PRIMARY KEY (Network, Netmask),
  KEY Subnet (Subnet),
  CONSTRAINT global_routes_ibfk_1 FOREIGN KEY (Subnet) REFERENCES subnets (ID) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

CREATE TABLE IF NOT EXISTS os_routes (
  OS enum('sunos','linux') NOT NULL DEFAULT 'linux',
  Network varchar(32) NOT NULL DEFAULT '',
  Netmask varchar(32) NOT NULL DEFAULT '',
  Gateway varchar(32) NOT NULL DEFAULT '',
  Subnet int(11) DEFAULT NULL,
  PRIMARY KEY (OS, Network, Netmask),
  KEY Subnet (Subnet),
  CONSTRAINT os_routes_ibfk_1 FOREIGN KEY (Subnet) REFERENCES subnets (ID) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

CREATE TABLE IF NOT EXISTS appliance_routes (
  Appliance int(11) NOT NULL DEFAULT 0,
  Network varchar(32) NOT NULL DEFAULT '',
  Netmask varchar(32) NOT NULL DEFAULT '',
  Gateway varchar(32) NOT NULL DEFAULT '',
  Subnet int(11) DEFAULT NULL,
  PRIMARY KEY (Appliance, Network, Netmask),
  KEY Subnet (Subnet),
  CONSTRAINT appliance_routes_ibfk_1 FOREIGN KEY (Subnet) REFERENCES subnets (ID)
    ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

CREATE TABLE IF NOT EXISTS node_routes (
  Node int(11) NOT NULL DEFAULT 0,
  Network varchar(32) NOT NULL DEFAULT '',
  Netmask varchar(32) NOT NULL DEFAULT '',
  Gateway varchar(32) NOT NULL DEFAULT '',
  Subnet int(11) DEFAULT NULL,
  PRIMARY KEY (Node, Network, Netmask),
  KEY Subnet (Subnet),
  CONSTRAINT node_routes_ibfk_1 FOREIGN KEY (Subnet) REFERENCES subnets (ID) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

-- Boot -------------------------------------------------------------------------------------------

-- What a host does at its next boot: install looks up nodes.InstallAction in bootaction, os and run
-- look up nodes.RunAction. One row per host by convention only.
CREATE TABLE IF NOT EXISTS boot (
  ID int(11) NOT NULL AUTO_INCREMENT,
  Node int(11) NOT NULL DEFAULT 0,
  Action enum('install','os','run') DEFAULT NULL,
  PRIMARY KEY (ID),
  KEY Node (Node),
  CONSTRAINT boot_ibfk_1 FOREIGN KEY (Node) REFERENCES nodes (ID) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

CREATE TABLE IF NOT EXISTS bootaction (
  ID int(11) NOT NULL AUTO_INCREMENT,
  Action varchar(256) DEFAULT NULL,
  Kernel varchar(256) DEFAULT NULL,
  Ramdisk varchar(256) DEFAULT NULL,
  Args varchar(1024) DEFAULT NULL,
  PRIMARY KEY (ID)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

-- Node 0 holds the flags of every host that has none of its own.
CREATE TABLE IF NOT EXISTS bootflags (
  ID int(11) NOT NULL AUTO_INCREMENT,
  Node int(11) NOT NULL DEFAULT 0,
  Flags varchar(256) DEFAULT NULL,
  PRIMARY KEY (ID)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

-- Attributes and firewall ------------------------------------------------------------------------

-- A scope is a category (global, os, appliance, rack, host) and a member of it (catindex). A chain
-- ranks the categories: of two values for one host the one of higher Precedence counts.
CREATE TABLE IF NOT EXISTS categories (
  ID int(11) NOT NULL AUTO_INCREMENT,
  Name varchar(64) NOT NULL DEFAULT '0',
  Description varchar(512) DEFAULT NULL,
  PRIMARY KEY (ID),
  UNIQUE KEY NoDuplicateCategories (Name)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

CREATE TABLE IF NOT EXISTS catindex (
  ID int(11) NOT NULL AUTO_INCREMENT,
  Name varchar(64) NOT NULL DEFAULT '0',
  Category int(11) NOT NULL,
  PRIMARY KEY (ID),
  UNIQUE KEY UniqueCatindex (Name, Category),
  KEY Category (Category),
  CONSTRAINT catindex_ibfk_1 FOREIGN KEY (Category) REFERENCES categories (ID) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

CREATE TABLE IF NOT EXISTS resolvechain (
  ID int(11) NOT NULL AUTO_INCREMENT,
  Name varchar(64) NOT NULL DEFAULT '0',
  Category int(11) NOT NULL,
  Precedence int(11) NOT NULL DEFAULT 10,
  PRIMARY KEY (ID),
  UNIQUE KEY UniqueChain (Name, Category),
  KEY Category (Category),
  CONSTRAINT resolvechain_ibfk_1 FOREIGN KEY (Category) REFERENCES categories (ID)
    ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

CREATE TABLE IF NOT EXISTS attributes (
  ID int(11) NOT NULL AUTO_INCREMENT,
  Attr varchar(128) NOT NULL,
  Value text DEFAULT NULL,
  Shadow text DEFAULT NULL,
  Category int(11) NOT NULL,
  Catindex int(11) NOT NULL,
  PRIMARY KEY (ID),
  UNIQUE KEY UniqueAttr (Attr, Category, Catindex),
  KEY Catindex (Catindex),
  CONSTRAINT attributes_ibfk_1 FOREIGN KEY (Catindex) REFERENCES catindex (ID) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

-- InSubnet and OutSubnet: 0 is every network, NULL is no condition; hence no foreign key.
CREATE TABLE IF NOT EXISTS firewalls (
  ID int(11) NOT NULL AUTO_INCREMENT,
  Rulename varchar(128) NOT NULL,
  Rulesrc enum('system','custom') NOT NULL DEFAULT 'custom',
  InSubnet int(11) DEFAULT NULL,
  OutSubnet int(11) DEFAULT NULL,
  Service varchar(256) DEFAULT NULL,
  Protocol varchar(256) DEFAULT NULL,
  Action varchar(256) DEFAULT NULL,
  Chain varchar(256) DEFAULT NULL,
  Flags varchar(256) DEFAULT NULL,
  Comment varchar(256) DEFAULT NULL,
  Category int(11) NOT NULL,
  Catindex int(11) NOT NULL,
  PRIMARY KEY (ID),
  UNIQUE KEY UniqueFirewallRule (Rulename, Category, Catindex),
  KEY Catindex (Catindex),
  CONSTRAINT firewalls_ibfk_1 FOREIGN KEY (Catindex) REFERENCES catindex (ID) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

-- Hashed secrets of hosts: the only tables that Rocks does not let everyone read.
CREATE TABLE IF NOT EXISTS sec_global_attributes (
  Attr varchar(128) NOT NULL,
  Value text DEFAULT NULL,
  Enc varchar(64) DEFAULT NULL,
  PRIMARY KEY (Attr)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

CREATE TABLE IF NOT EXISTS sec_node_attributes (
  Node int(11) NOT NULL DEFAULT 0,
  Attr varchar(128) NOT NULL,
  Value text DEFAULT NULL,
  Enc varchar(64) DEFAULT NULL,
  PRIMARY KEY (Node, Attr)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

-- Virtual machines (the kvm roll's tables) -------------------------------------------------------

-- Node is the VM's own row in nodes, PhysNode its container (0 or NULL: none). Mem in MiB. Slice is
-- not unique here. Deleting a node that has a row here fails: the VM goes first.
CREATE TABLE IF NOT EXISTS vm_nodes (
  ID int(11) NOT NULL AUTO_INCREMENT,
  PhysNode int(11) DEFAULT 0,
  Node int(11) NOT NULL DEFAULT 0,
  Mem int(11) NOT NULL DEFAULT 1024,
  Slice int(11) NOT NULL DEFAULT 0,
  Virt_Type varchar(64) DEFAULT NULL,
  cdrom_path varchar(512) DEFAULT '',
  PRIMARY KEY (ID),
  KEY PhysNode (PhysNode),
  KEY Node (Node),
  CONSTRAINT vm_nodes_ibfk_1 FOREIGN KEY (PhysNode) REFERENCES nodes (ID) ON DELETE SET NULL,
  CONSTRAINT vm_nodes_ibfk_2 FOREIGN KEY (Node) REFERENCES nodes (ID)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

-- Prefix is the folder, Name the file or the block device, Device the guest's name. Size in 10^9 bytes.
CREATE TABLE IF NOT EXISTS vm_disks (
  ID int(11) NOT NULL AUTO_INCREMENT,
  Vm_Node int(11) NOT NULL DEFAULT 0,
  VBD_Type varchar(64) DEFAULT NULL,
  Prefix varchar(512) DEFAULT NULL,
  Name varchar(512) DEFAULT NULL,
  Device varchar(512) DEFAULT NULL,
  Mode varchar(64) DEFAULT NULL,
  Size int(11) NOT NULL DEFAULT 0,
  PRIMARY KEY (ID),
  KEY Vm_Node (Vm_Node),
  CONSTRAINT vm_disks_ibfk_1 FOREIGN KEY (Vm_Node) REFERENCES vm_nodes (ID)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

-- Views ------------------------------------------------------------------------------------------

-- What Rocks calls a virtual cluster: a VM whose membership is Frontend with a tagged interface on the
-- network private, and every VM that has an interface of the same tag (itself too, and once per
-- matching interface). The tag is the cluster's identity.
CREATE OR REPLACE VIEW clusters AS
SELECT fe.Name AS cluster_name, tag.VlanID AS vlanid, vm.Name AS node_name
  FROM nodes fe
  JOIN memberships m ON m.ID = fe.Membership AND m.Name = 'Frontend'
  JOIN vm_nodes fe_vm ON fe_vm.Node = fe.ID
  JOIN networks tag ON tag.Node = fe.ID AND tag.VlanID > 0
  JOIN subnets s ON s.ID = tag.Subnet AND s.name = 'private'
  JOIN networks same ON same.VlanID = tag.VlanID
  JOIN nodes vm ON vm.ID = same.Node
  JOIN vm_nodes vm_vm ON vm_vm.Node = vm.ID;

-- The scopes that apply to each host, as ids. A rack is a category, but no host ever selects one.
CREATE OR REPLACE VIEW hostselections AS
SELECT n.Name AS host, c.ID AS category, i.ID AS selection
  FROM nodes n
  JOIN memberships m ON m.ID = n.Membership
  JOIN appliances a ON a.ID = m.Appliance
  JOIN categories c
  JOIN catindex i
 WHERE (c.Name = 'global' AND i.Name = 'global')
    OR (c.Name = 'os' AND i.Name = n.OS)
    OR (c.Name = 'appliance' AND i.Name = a.Name)
    OR (c.Name = 'host' AND i.Name = n.Name);

-- The views with a v are for people: the same tables with names for ids.
CREATE OR REPLACE VIEW vattributes AS
SELECT a.ID AS id, a.Attr AS attr, a.Value AS value, a.Shadow AS shadow,
       c.Name AS category, i.Name AS catindex
  FROM attributes a
  JOIN catindex i ON i.ID = a.Catindex
  JOIN categories c ON c.ID = a.Category
 ORDER BY a.Attr, i.Name, c.Name;

CREATE OR REPLACE VIEW vcatindex AS
SELECT i.ID AS ID, c.Name AS category, i.Name AS catindex
  FROM catindex i
  JOIN categories c ON c.ID = i.Category;

CREATE OR REPLACE VIEW vfirewalls AS
SELECT f.ID AS ID, f.Rulename AS Rulename, f.Rulesrc AS Rulesrc, f.InSubnet AS InSubnet,
       f.OutSubnet AS OutSubnet, f.Service AS Service, f.Protocol AS protocol,
       f.Action AS Action, f.Chain AS Chain, f.Flags AS Flags, f.Comment AS Comment,
       c.Name AS category, i.Name AS catindex
  FROM firewalls f
  JOIN catindex i ON i.ID = f.Catindex
  JOIN categories c ON c.ID = f.Category
 ORDER BY f.Rulename, c.Name, i.Name;

CREATE OR REPLACE VIEW vhostselections AS
SELECT h.host AS host, c.Name AS category, i.Name AS selection
  FROM hostselections h
  JOIN categories c ON c.ID = h.category
  JOIN catindex i ON i.ID = h.selection
 ORDER BY h.host, c.Name, i.Name;

CREATE OR REPLACE VIEW vresolvechain AS
SELECT r.Name AS chain, c.Name AS category, r.Precedence AS precedence
  FROM resolvechain r
  JOIN categories c ON c.ID = r.Category
 ORDER BY r.Name, r.Precedence;

CREATE OR REPLACE VIEW vnet AS
SELECT n.Name AS nodename, m.Name AS membership, a.Name AS appliance, n.Rack AS rack,
       n.`Rank` AS `rank`, s.name AS subnet, i.IP AS ip, i.Device AS device,
       i.Module AS module, i.Name AS hostname, s.dnszone AS domainname,
       s.netmask AS netmask, s.mtu AS mtu
  FROM nodes n
  JOIN memberships m ON m.ID = n.Membership
  JOIN appliances a ON a.ID = m.Appliance
  JOIN networks i ON i.Node = n.ID
  JOIN subnets s ON s.ID = i.Subnet;

-- Routines ---------------------------------------------------------------------------------------
-- READS SQL DATA: a server with a binary log (MySQL 8 has one by default) takes no function without.

DROP FUNCTION IF EXISTS mapCategory;

-- The id of a category, 0 if there is none of that name.
CREATE FUNCTION mapCategory (catname varchar(128) CHARACTER SET latin1) RETURNS int(11)
  READS SQL DATA
  RETURN IFNULL((SELECT c.ID FROM categories c WHERE c.Name = catname), 0);

DROP FUNCTION IF EXISTS mapCategoryIndex;

-- The id of a member of a category, 0 if there is none.
CREATE FUNCTION mapCategoryIndex (categoryName varchar(128) CHARACTER SET latin1,
                                  categoryIndex varchar(128) CHARACTER SET latin1)
  RETURNS int(11)
  READS SQL DATA
  RETURN IFNULL((SELECT i.ID FROM catindex i JOIN categories c ON c.ID = i.Category
                  WHERE c.Name = categoryName AND i.Name = categoryIndex), 0);

-- resolvefirewalls leaves its result here, so that callers who may only read `cluster` can use it:
-- Rocks lets everyone make temporary tables in this database and nowhere else.
CREATE DATABASE IF NOT EXISTS TEMPTABLES DEFAULT CHARACTER SET latin1;

DROP PROCEDURE IF EXISTS resolvefirewalls;

-- The firewall rules of a host by a chain, into the temporary table TEMPTABLES.fwresolved: of the
-- rules of one name that the host selects, the one of highest precedence.
-- begin
CREATE PROCEDURE resolvefirewalls (IN hostname varchar(128) CHARACTER SET latin1,
                                   IN chainname varchar(128) CHARACTER SET latin1)
  COMMENT 'The firewall rules of one host, resolved by one chain'
BEGIN
  DROP TEMPORARY TABLE IF EXISTS TEMPTABLES.fwresolved;
  CREATE TEMPORARY TABLE TEMPTABLES.fwresolved
  SELECT hostname AS hostname, chainname AS Resolver, f.*, r.Precedence AS precedence,
         c.Name AS CategoryName
    FROM firewalls f
    JOIN hostselections h ON h.category = f.Category AND h.selection = f.Catindex
    JOIN resolvechain r ON r.Category = f.Category
    JOIN categories c ON c.ID = f.Category
   WHERE h.host = hostname
     AND r.Name = chainname
     AND NOT EXISTS (SELECT 1
                       FROM firewalls f2
                       JOIN hostselections h2
                         ON h2.category = f2.Category AND h2.selection = f2.Catindex
                       JOIN resolvechain r2 ON r2.Category = f2.Category
                      WHERE f2.Rulename = f.Rulename
                        AND h2.host = hostname
                        AND r2.Name = chainname
                        AND r2.Precedence > r.Precedence);
END
-- end
