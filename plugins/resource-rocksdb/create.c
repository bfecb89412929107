/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Making a database, or what is ours in one that Rocks made.
 *
 * DDL commits at once, so a run that is killed leaves a part.  The order makes
 * that harmless: Rocks' first rows come in one transaction after its last
 * table, and the version of our tables comes after everything else.  A database
 * without one or the other is completed by the next run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/random.h>

#include "rocksdb.h"
#include "schema.h"
#include "uri.h"

struct present {
  bool database;
  bool categories;      /* the table */
  int64_t defaults;     /* rows in it */
  size_t ours;          /* mvc_ tables */
  bool secrets;         /* the table of keys */
  int64_t version, sites;
  char stranger[65];    /* a table that is neither Rocks' nor ours, or "" */
};

/* Does the schema make a table or view of that name? */
static bool
makes(const char *const *schema, const char *name)
{
  static const char *const heads[] = { "CREATE TABLE IF NOT EXISTS ", "VIEW " };
  size_t i, length = strlen(name);

  for (; *schema != NULL; schema++)
    for (i = 0; i < sizeof heads / sizeof heads[0]; i++) {
      const char *at = strstr(*schema, heads[i]);

      if (at == NULL || strncmp(*schema, "CREATE", 6) != 0)
        continue;
      at += strlen(heads[i]);
      if (strncmp(at, name, length) == 0 && (at[length] == ' ' || at[length] == '\n'))
        return true;
    }
  return false;
}

static size_t
count_tables(const char *const *schema)
{
  size_t n = 0;

  for (; *schema != NULL; schema++)
    n += strncmp(*schema, "CREATE TABLE ", 13) == 0;
  return n;
}

static int
count_row(void *arg, const char *const *columns, const struct rocks_sql_value *v, size_t n)
{
  (void)columns;
  (void)n;
  *(int64_t *)arg = int_of(&v[0]);
  return 0;
}

static int
table_row(void *arg, const char *const *columns, const struct rocks_sql_value *v, size_t n)
{
  struct present *present = arg;
  const char *name = text_of(&v[0]);

  (void)columns;
  (void)n;
  if (strcmp(name, "categories") == 0)
    present->categories = true;
  if (makes(schema_mvc, name))
    present->ours++;
  else if (!makes(schema_rocks, name))
    snprintf(present->stranger, sizeof present->stranger, "%s", name);
  return 0;
}

static int
count(struct rocks_resource *r, struct rocks_call *call, const char *sql, int64_t *out)
{
  return db_run(r, call, sql, NULL, 0, count_row, out, NULL, NULL);
}

static int
look(struct rocks_resource *r, struct rocks_call *call, struct present *present)
{
  int64_t secrets = 0;

  if (db_run(r, call, "SELECT TABLE_NAME FROM information_schema.TABLES "
                      "WHERE TABLE_SCHEMA = DATABASE()",
             NULL, 0, table_row, present, NULL, NULL) != 0 ||
      count(r, call, "SELECT COUNT(*) FROM information_schema.TABLES "
                     "WHERE TABLE_SCHEMA = 'mvc_secrets' AND TABLE_NAME = 'settings'",
            &secrets) != 0)
    return -1;
  present->secrets = secrets > 0;
  if (present->categories &&
      count(r, call, "SELECT COUNT(*) FROM categories", &present->defaults) != 0)
    return -1;
  if (present->ours == count_tables(schema_mvc) &&
      (count(r, call, "SELECT COALESCE(MAX(version), 0) FROM mvc_schema",
             &present->version) != 0 ||
       count(r, call, "SELECT COUNT(*) FROM mvc_site", &present->sites) != 0))
    return -1;
  return 0;
}

static int
run_all(struct rocks_resource *r, struct rocks_call *call, const char *const *schema)
{
  for (; *schema != NULL; schema++)
    if (db_text(r, call, *schema) != 0)
      return -1;
  return 0;
}

static int
make_rocks(struct rocks_resource *r, struct rocks_call *call)
{
  if (run_all(r, call, schema_rocks) != 0 || db_text(r, call, "START TRANSACTION") != 0)
    return -1;
  /* All of them or none: rows in `categories` mean that it was done. */
  if (run_all(r, call, schema_defaults) != 0) {
    db_rollback(r);
    return -1;
  }
  return db_text(r, call, "COMMIT");
}

/* A random UUID, RFC 9562 5.4. */
static int
random_uuid(struct rocks_resource *r, struct rocks_call *call, char text[37])
{
  unsigned char b[16];

  if (getrandom(b, sizeof b, 0) != (ssize_t)sizeof b) {
    r->core->error(call, ROCKS_EBACKEND, "the system gives no random bytes");
    return -1;
  }
  b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
  b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
  snprintf(text, 37,
           "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
           b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
           b[15]);
  return 0;
}

static int
name_site(struct rocks_resource *r, struct rocks_call *call)
{
  char uuid[37];
  struct rocks_sql_value args[1];

  if (random_uuid(r, call, uuid) != 0)
    return -1;
  args[0] = sql_text(uuid);
  return db_run(r, call, "INSERT INTO mvc_site (uuid, name) SELECT ?, '' FROM DUAL "
                         "WHERE NOT EXISTS (SELECT 1 FROM mvc_site AS present)",
                args, 1, NULL, NULL, NULL, NULL);
}

static int
make_ours(struct rocks_resource *r, struct rocks_call *call)
{
  const char *const *statement;

  if (run_all(r, call, schema_secrets) != 0)
    return -1;
  for (statement = schema_mvc; *statement != NULL; statement++) {
    if (statement[1] == NULL && name_site(r, call) != 0)
      return -1;
    if (db_text(r, call, *statement) != 0)
      return -1;
  }
  return 0;
}

static int
make_database(struct rocks_resource *r, struct rocks_call *call, const char *name,
              struct present *present)
{
  const struct rocks_sql_value args[] = { sql_text(name) };
  int64_t n = 0;
  /* An identifier cannot be bound; uri_parse() let only letters, digits, _, -
   * and $ into it. */
  char sql[160];

  if (db_run(r, call, "SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?",
             args, 1, count_row, &n, NULL, NULL) != 0)
    return -1;
  present->database = n > 0;
  snprintf(sql, sizeof sql, "CREATE DATABASE IF NOT EXISTS `%s` DEFAULT CHARACTER SET latin1",
           name);
  if (!present->database && db_text(r, call, sql) != 0)
    return -1;
  snprintf(sql, sizeof sql, "USE `%s`", name);
  return db_text(r, call, sql);
}

static int
make(struct rocks_resource *r, struct rocks_call *call, const char *name, const char **made)
{
  struct present present = { 0 };

  if (make_database(r, call, name, &present) != 0 || db_begin(r, call, false) != 0 ||
      look(r, call, &present) != 0)
    return -1;
  if (present.version > ROCKSDB_SCHEMA) {
    r->core->error(call, ROCKS_EUNSUPPORTED,
                   "the database has mvc_ tables of version %lld and this program makes "
                   "version %d: use a newer program", (long long)present.version,
                   ROCKSDB_SCHEMA);
    return -1;
  }
  *made = "nothing";
  if (present.defaults == 0) {
    if (present.stranger[0] != '\0') {
      r->core->error(call, ROCKS_EEXISTS,
                     "the database `%s` is not a Rocks database and is not empty: "
                     "it has a table %s", name, present.stranger);
      return -1;
    }
    if (make_rocks(r, call) != 0)
      return -1;
    *made = "all";
  }
  if (present.version < ROCKSDB_SCHEMA || present.sites == 0 || !present.secrets) {
    if (make_ours(r, call) != 0)
      return -1;
    if (present.defaults > 0)
      *made = "ours";
  }
  return db_commit(r, call);
}

int
db_create(void *state, struct rocks_call *call, const char *text, const char **made)
{
  const struct rocksdb *module = state;
  struct rocks_resource *r = NULL;
  struct db_uri uri;
  int result;

  if (uri_parse(module->core, call, text, &uri) != 0)
    return -1;
  result = db_connect(module->core, call, &uri, NULL, false, &r);
  if (result == 0) {
    result = make(r, call, uri.database, made);
    if (result != 0)
      db_rollback(r);
  }
  db_close(r);
  uri_free(&uri);
  return result;
}
