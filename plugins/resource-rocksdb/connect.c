/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The connection to the server, and what must stand behind it.
 */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <errmsg.h>
#include <mysql.h>
#include <mysqld_error.h>

#include "options.h"
#include "rocksdb.h"
#include "uri.h"

#ifdef MARIADB_BASE_VERSION
typedef my_bool flag_option;
#else
typedef bool flag_option;
#endif

/* Seconds.  A read waits longer than the site's lock may take (session.c). */
enum { CONNECT_TIMEOUT = 10, TRANSFER_TIMEOUT = 120 };

int
db_nomem(struct rocks_resource *r, struct rocks_call *call)
{
  r->core->error(call, ROCKS_EMEMORY, "out of memory");
  return -1;
}

int
db_failed(struct rocks_resource *r, struct rocks_call *call, unsigned code,
          const char *text)
{
  switch (code) {
  case CR_OUT_OF_MEMORY:
    return db_nomem(r, call);
  case CR_SERVER_GONE_ERROR:
  case CR_SERVER_LOST:
  case CR_CONNECTION_ERROR:
  case CR_CONN_HOST_ERROR:
    r->core->error(call, ROCKS_EUNREACHABLE, "the database at %s does not answer: %s",
                   r->where, text);
    return -1;
  case ER_DBACCESS_DENIED_ERROR:
  case ER_ACCESS_DENIED_ERROR:
  case ER_TABLEACCESS_DENIED_ERROR:
  case ER_COLUMNACCESS_DENIED_ERROR:
  case ER_SPECIFIC_ACCESS_DENIED_ERROR:
    r->core->error(call, ROCKS_EPERMISSION, "the database says: %s", text);
    return -1;
  case ER_DUP_ENTRY:
    r->core->error(call, ROCKS_EEXISTS, "the database says: %s", text);
    return -1;
  default:
    r->core->error(call, ROCKS_EBACKEND, "the database says: %s", text);
    return -1;
  }
}

/* The option file that the URI names, or that the original keeps root's password
 * in, when it is there; NULL: none.  The caller frees. */
static char *
option_file(const struct db_uri *uri)
{
  const struct passwd *me = getpwuid(geteuid());
  char *path = NULL;

  if (uri->option_file != NULL)
    return strdup(uri->option_file);
  if (me == NULL || asprintf(&path, "%s/.rocks.my.cnf", me->pw_dir) == -1)
    return NULL;
  if (access(path, R_OK) == 0)
    return path;
  free(path);
  return NULL;
}

/* `own` are the options of a file.  What they do not say is as built in. */
static void
demand_ssl(MYSQL *mysql, const struct db_uri *uri, const struct db_options *own)
{
#ifdef MARIADB_BASE_VERSION
  flag_option yes = 1;

  mysql_options(mysql, MYSQL_OPT_SSL_ENFORCE, &yes);
  mysql_options(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &yes);
#else
  enum mysql_ssl_mode mode = SSL_MODE_VERIFY_IDENTITY;

  mysql_options(mysql, MYSQL_OPT_SSL_MODE, &mode);
#endif
  if (uri->ssl_ca != NULL || own->ssl_ca != NULL)
    mysql_options(mysql, MYSQL_OPT_SSL_CA, uri->ssl_ca != NULL ? uri->ssl_ca : own->ssl_ca);
  if (own->ssl_cert != NULL)
    mysql_options(mysql, MYSQL_OPT_SSL_CERT, own->ssl_cert);
  if (own->ssl_key != NULL)
    mysql_options(mysql, MYSQL_OPT_SSL_KEY, own->ssl_key);
}

/* *own is filled for a connection with TLS.  -1: out of memory. */
static int
set_options(MYSQL *mysql, const struct db_uri *uri, bool by_socket, struct db_options *own)
{
  unsigned connect_timeout = CONNECT_TIMEOUT, transfer_timeout = TRANSFER_TIMEOUT;
  unsigned protocol = MYSQL_PROTOCOL_SOCKET, no = 0;
  char *file = option_file(uri);
  int result = 0;

  if (uri->ssl) {
    if (file != NULL)
      result = db_options_read(file, own);
    demand_ssl(mysql, uri, own);
  } else {
    if (file != NULL)
      mysql_options(mysql, MYSQL_READ_DEFAULT_FILE, file);
    mysql_options(mysql, MYSQL_READ_DEFAULT_GROUP, "rocks");
  }
  free(file);
  /* The Rocks tables are latin1: with the same on both sides nothing is
   * converted, and every byte passes. */
  mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "latin1");
  mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect_timeout);
  mysql_options(mysql, MYSQL_OPT_READ_TIMEOUT, &transfer_timeout);
  mysql_options(mysql, MYSQL_OPT_WRITE_TIMEOUT, &transfer_timeout);
  /* A server must not be able to ask for files of this machine. */
  mysql_options(mysql, MYSQL_OPT_LOCAL_INFILE, &no);
  if (by_socket)
    mysql_options(mysql, MYSQL_OPT_PROTOCOL, &protocol);
  return result;
}

/* As its admin knows it, by whatever way it is reached. */
static char *
describe(const struct db_uri *uri)
{
  char *where = NULL;
  int n;

  if (uri->socket != NULL)
    n = asprintf(&where, "socket %s", uri->socket);
  else if (uri->host == NULL)
    n = asprintf(&where, "localhost");
  else if (uri->port == 0)
    n = asprintf(&where, "host %s", uri->host);
  else
    n = asprintf(&where, "host %s port %u", uri->host, uri->port);
  return n == -1 ? NULL : where;
}

static int
not_connected(struct rocks_resource *r, struct rocks_call *call, const struct db_uri *uri)
{
  const struct passwd *me = getpwuid(geteuid());
  const char *user = uri->user != NULL ? uri->user : me != NULL ? me->pw_name : "?";
  unsigned code = mysql_errno(r->mysql);

  if (code == CR_OUT_OF_MEMORY)
    return db_nomem(r, call);
  if (code == ER_BAD_DB_ERROR)
    r->core->error(call, ROCKS_ENOTFOUND,
                   "no Rocks database: there is no database `%s` at %s "
                   "(`rocks create database` makes one)", uri->database, r->where);
  else
    r->core->error(call,
                   code == ER_ACCESS_DENIED_ERROR || code == ER_DBACCESS_DENIED_ERROR
                     ? ROCKS_EPERMISSION : ROCKS_EUNREACHABLE,
                   "cannot reach the database at %s as user %s: %s", r->where, user,
                   mysql_error(r->mysql));
  return -1;
}

int
db_connect(const struct rocks_core *core, struct rocks_call *call, const struct db_uri *uri,
           const char *socket, bool database, struct rocks_resource **out)
{
  struct rocks_resource *r = calloc(1, sizeof *r);
  const char *host = uri->host;
  struct db_options own = { 0 };
  bool connected;

  if (r == NULL) {
    core->error(call, ROCKS_EMEMORY, "out of memory");
    return -1;
  }
  r->core = core;
  if (socket == NULL)
    socket = uri->socket;
  r->where = describe(uri);
  r->mysql = r->where == NULL ? NULL : mysql_init(NULL);
  if (r->mysql == NULL) {
    db_nomem(r, call);
    db_close(r);
    return -1;
  }
  if (socket != NULL)
    host = "localhost"; /* the library's word for "by socket" */
  /* CLIENT_FOUND_ROWS: `changed` counts the rows that were met, as SQLite
   * does, whether or not their values differ. */
  connected = set_options(r->mysql, uri, socket != NULL, &own) == 0
              && mysql_real_connect(r->mysql, host, uri->user, own.password,
                                    database ? uri->database : NULL, uri->port, socket,
                                    CLIENT_FOUND_ROWS) != NULL;
  db_options_free(&own);
  if (!connected) {
    not_connected(r, call, uri);
    db_close(r);
    return -1;
  }
  if (mysql_autocommit(r->mysql, 1) != 0) {
    db_failed(r, call, mysql_errno(r->mysql), mysql_error(r->mysql));
    db_close(r);
    return -1;
  }
  *out = r;
  return 0;
}

void
db_close(struct rocks_resource *r)
{
  if (r == NULL)
    return;
  if (r->mysql != NULL)
    mysql_close(r->mysql);
  free(r->where);
  free(r->uuid);
  free(r);
}

/* What open() finds, in one query. */
struct found {
  bool nodes, memberships, appliances, networks, vm_nodes, vm_disks, mvc;
};

static int
found_table(void *arg, const char *const *columns, const struct rocks_sql_value *v, size_t n)
{
  struct found *found = arg;
  const struct {
    const char *name;
    bool *flag;
  } tables[] = {
    { "nodes", &found->nodes },           { "memberships", &found->memberships },
    { "appliances", &found->appliances }, { "networks", &found->networks },
    { "vm_nodes", &found->vm_nodes },     { "vm_disks", &found->vm_disks },
    { "mvc_schema", &found->mvc },
  };
  size_t i;

  (void)columns;
  (void)n;
  for (i = 0; i < sizeof tables / sizeof tables[0]; i++)
    if (strcmp(tables[i].name, text_of(&v[0])) == 0)
      *tables[i].flag = true;
  return 0;
}

struct identity {
  struct rocks_resource *r;
  int64_t version;
};

static int
read_identity(void *arg, const char *const *columns, const struct rocks_sql_value *v, size_t n)
{
  struct identity *identity = arg;

  (void)columns;
  (void)n;
  identity->version = int_of(&v[0]);
  if (v[1].type != ROCKS_SQL_NULL && identity->version == ROCKSDB_SCHEMA) {
    free(identity->r->uuid);
    identity->r->uuid = strdup(v[1].text);
  }
  return 0;
}

int
db_ours(struct rocks_resource *r, struct rocks_call *call)
{
  if (r->uuid != NULL)
    return 0;
  r->core->error(call, ROCKS_ENOTFOUND,
                 "the database at %s has no complete mvc_ tables: run "
                 "`rocks create database`", r->where);
  return -1;
}

int
db_ours_or_bare(struct rocks_resource *r, struct rocks_call *call)
{
  return r->bare ? 0 : db_ours(r, call);
}

/* Our own tables: of this version, with the site's UUID. */
static int
check_ours(struct rocks_resource *r, struct rocks_call *call, bool present, bool bare)
{
  struct identity identity = { .r = r };
  unsigned code = 0;

  r->bare = !present;
  if (present &&
      db_try(r, call, "SELECT (SELECT MAX(version) FROM mvc_schema), "
                      "(SELECT MAX(uuid) FROM mvc_site)", NULL, 0, read_identity,
             &identity, &code) != 0 && code == 0)
    return -1;
  if (bare || r->uuid != NULL)
    return 0;
  if (identity.version > ROCKSDB_SCHEMA)
    r->core->error(call, ROCKS_EUNSUPPORTED,
                   "the database has mvc_ tables of version %lld and this program knows "
                   "version %d: use a newer program", (long long)identity.version,
                   ROCKSDB_SCHEMA);
  else
    return db_ours(r, call);
  return -1;
}

static int
check_tables(struct rocks_resource *r, struct rocks_call *call, const char *database, bool bare)
{
  struct found found = { 0 };
  const char *missing;

  if (db_run(r, call,
             "SELECT LOWER(TABLE_NAME) FROM information_schema.TABLES "
             "WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN ('nodes', 'memberships', "
             "'appliances', 'networks', 'vm_nodes', 'vm_disks', 'mvc_schema')",
             NULL, 0, found_table, &found, NULL, NULL) != 0)
    return -1;
  missing = !found.nodes         ? "nodes"
            : !found.memberships ? "memberships"
            : !found.appliances  ? "appliances"
            : !found.networks    ? "networks"
            : bare               ? NULL
            : !found.vm_nodes    ? "vm_nodes"
            : !found.vm_disks    ? "vm_disks"
                                 : NULL;
  if (missing != NULL) {
    r->core->error(call, ROCKS_ENOTFOUND,
                   "no Rocks database: table %s is missing in `%s` at %s", missing,
                   database, r->where);
    return -1;
  }
  return check_ours(r, call, found.mvc, bare);
}

int
db_open(void *state, struct rocks_call *call, const char *text, const char *socket,
        bool bare, struct rocks_resource **out)
{
  const struct rocksdb *module = state;
  struct rocks_resource *r = NULL;
  struct db_uri uri;
  int result;

  if (uri_parse(module->core, call, text, &uri) != 0)
    return -1;
  result = db_connect(module->core, call, &uri, socket, true, &r);
  if (result == 0)
    result = check_tables(r, call, uri.database, bare);
  uri_free(&uri);
  if (result != 0) {
    db_close(r);
    return -1;
  }
  *out = r;
  return 0;
}
