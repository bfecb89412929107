-- SPDX-License-Identifier: BSD-3-Clause
-- Copyright (c) 2026 the rocks-mvc authors
--
-- The keys that network backends chose, in a database of their own. How the file is read: see rocks.sql.
--
-- Why nothing is revoked here: a Rocks frontend gives the anonymous user ''@localhost and ''@'%.local'
-- SELECT, and the web server's user apache SELECT, INSERT, UPDATE and DELETE, table by table on the
-- database `cluster` (all tables but sec_*_attributes), EXECUTE on its routines and temporary tables in
-- `TEMPTABLES`. None of these names another database, so only root reaches this one. The table is not
-- kept in `cluster` for the same reason: the next time Rocks hands out those rights, it would hand
-- out the keys. Nobody may add a GRANT on mvc_secrets.
--
-- Rows stand at the home site only: `cluster` is mvc_clusters.name there.

CREATE DATABASE IF NOT EXISTS mvc_secrets DEFAULT CHARACTER SET latin1;

CREATE TABLE IF NOT EXISTS mvc_secrets.settings (
  cluster varchar(128) NOT NULL,
  name varchar(64) NOT NULL,
  value varchar(255) NOT NULL,
  PRIMARY KEY (cluster, name)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;
