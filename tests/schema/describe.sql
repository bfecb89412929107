-- SPDX-License-Identifier: BSD-3-Clause
-- Copyright (c) 2026 the rocks-mvc authors
--
-- One line per column, key, foreign key, view column and routine of the databases @rocks and mvc_secrets.
-- The test compares these lines with a description of the original and with expected.txt.

SELECT CONCAT_WS('|', 'column', c.TABLE_NAME, LPAD(c.ORDINAL_POSITION, 2, '0'), c.COLUMN_NAME,
                 c.COLUMN_TYPE, c.IS_NULLABLE, c.COLUMN_KEY, IFNULL(c.COLUMN_DEFAULT, 'NULL'), c.EXTRA)
  FROM information_schema.COLUMNS c
  JOIN information_schema.TABLES t USING (TABLE_SCHEMA, TABLE_NAME)
 WHERE t.TABLE_SCHEMA IN (@rocks, 'mvc_secrets') AND t.TABLE_TYPE = 'BASE TABLE';

SELECT CONCAT_WS('|', 'fk', k.TABLE_NAME, k.CONSTRAINT_NAME, k.COLUMN_NAME, k.REFERENCED_TABLE_NAME,
                 k.REFERENCED_COLUMN_NAME, r.DELETE_RULE, r.UPDATE_RULE)
  FROM information_schema.KEY_COLUMN_USAGE k
  JOIN information_schema.REFERENTIAL_CONSTRAINTS r
    ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.TABLE_NAME = k.TABLE_NAME
   AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME
 WHERE k.TABLE_SCHEMA IN (@rocks, 'mvc_secrets') AND k.REFERENCED_TABLE_NAME IS NOT NULL;

SELECT CONCAT_WS('|', 'index', s.TABLE_NAME, s.INDEX_NAME, s.NON_UNIQUE,
                 GROUP_CONCAT(s.COLUMN_NAME ORDER BY s.SEQ_IN_INDEX))
  FROM information_schema.STATISTICS s
 WHERE s.TABLE_SCHEMA IN (@rocks, 'mvc_secrets')
 GROUP BY s.TABLE_SCHEMA, s.TABLE_NAME, s.INDEX_NAME, s.NON_UNIQUE;

SELECT CONCAT_WS('|', 'view', c.TABLE_NAME, LPAD(c.ORDINAL_POSITION, 2, '0'), c.COLUMN_NAME,
                 c.COLUMN_TYPE, c.IS_NULLABLE)
  FROM information_schema.COLUMNS c
  JOIN information_schema.TABLES t USING (TABLE_SCHEMA, TABLE_NAME)
 WHERE t.TABLE_SCHEMA = @rocks AND t.TABLE_TYPE = 'VIEW';

SELECT CONCAT_WS('|', 'routine', r.ROUTINE_TYPE, r.ROUTINE_NAME, p.ORDINAL_POSITION,
                 IFNULL(p.PARAMETER_NAME, 'returns'), p.DTD_IDENTIFIER)
  FROM information_schema.ROUTINES r
  JOIN information_schema.PARAMETERS p
    ON p.SPECIFIC_SCHEMA = r.ROUTINE_SCHEMA AND p.SPECIFIC_NAME = r.SPECIFIC_NAME
 WHERE r.ROUTINE_SCHEMA = @rocks;

-- The engine and the character set decide whether keys and comparisons work as in Rocks.
SELECT CONCAT_WS('|', 'table', t.TABLE_NAME, t.ENGINE, t.TABLE_COLLATION)
  FROM information_schema.TABLES t
 WHERE t.TABLE_SCHEMA IN (@rocks, 'mvc_secrets') AND t.TABLE_TYPE = 'BASE TABLE';
