/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <string.h>
#include <strings.h>

#include "commands/patterns.h"
#include "commands/scoped_attr.h"
#include "framework/db.h"
#include "framework/hosts.h"

static int
global_members(struct run *run, struct list *names)
{
  (void) run;
  list_add(names, "global");
  return 0;
}

int
os_expand(struct run *run, struct list *names)
{
  static const char *const known[] = { "linux", "sunos" };
  size_t w, i;

  for (i = 0; run->args.count == 0 && i < 2; i++)
    list_add(names, known[i]);
  for (w = 0; w < run->args.count; w++) {
    for (i = 0; i < 2 && strcasecmp(run->args.item[w], known[i]) != 0; i++)
      ;
    if (i == 2)
      return run_fail(run, "unknown os \"%s\"", run->args.item[w]);
    if (!list_has(names, known[i]))
      list_add(names, known[i]);
  }
  return 0;
}

static int
appliance_members(struct run *run, struct list *names)
{
  return names_expand(run, "appliances", "Name", NULL, names);
}

static int
host_members(struct run *run, struct list *names)
{
  return hosts_expand(run, names, HOSTS_BY_ID);
}

const struct attr_scope attr_scope_global = { "global", global_members };
const struct attr_scope attr_scope_os = { "os", os_expand };
const struct attr_scope attr_scope_appliance = { "appliance", appliance_members };
const struct attr_scope attr_scope_host = { "host", host_members };

/* Rows of catindex for members that have none yet. */
static int
make_members(struct db *db, const struct attr_scope *scope, const struct list *members)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  CLEANUP_LIST struct list there = { 0 };
  size_t i;

  if (db_query(db, &rows,
               "select i.Name from catindex i join categories c on c.ID = i.Category"
               " where c.Name = ? and i.Name in (%s)", "sv", scope->category, members) != 0)
    return -1;
  if (rows.count == members->count)
    return 0;
  for (i = 0; i < rows.count; i++)
    list_add(&there, row_text(&rows, i, 0));
  for (i = 0; i < members->count; i++)
    if (!list_has(&there, members->item[i])
        && db_exec(db, "insert into catindex (Name, Category)"
                   " select ?, ID from categories where Name = ?", "ss", members->item[i],
                   scope->category) != 0)
      return -1;
  return 0;
}

/* Catindex ids of the members that have the attribute. */
static int
holders(struct db *db, const struct attr_scope *scope, const struct list *members,
        const char *name, struct list *ids)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  size_t i;

  if (db_query(db, &rows,
               "select a.Catindex from attributes a join catindex i on i.ID = a.Catindex"
               " join categories c on c.ID = a.Category"
               " where c.Name = ? and a.Attr = ? and i.Name in (%s)", "ssv", scope->category,
               name, members) != 0)
    return -1;
  for (i = 0; i < rows.count; i++)
    list_add(ids, row_text(&rows, i, 0));
  return 0;
}

static bool
is_old(const char *name)
{
  size_t n = strlen(name);

  return n >= 4 && strcmp(name + n - 4, "_old") == 0;
}

/* Keeps what is there as <name>_old, then writes over it. */
static int
replace(struct db *db, const struct list *ids, const char *name, const char *value)
{
  CLEANUP_FREE char *old = mem_format("%s_old", name);

  if (!is_old(name)
      && (db_exec(db, "delete from attributes where Attr = ? and Catindex in (%s)", "sv", old,
                  ids) != 0
          || db_exec(db, "insert into attributes (Attr, Value, Category, Catindex)"
                     " select ?, a.Value, a.Category, a.Catindex from attributes a"
                     " where a.Attr = ? and a.Catindex in (%s)", "ssv", old, name, ids) != 0))
    return -1;
  return db_exec(db, "update attributes set Value = ? where Attr = ? and Catindex in (%s)", "ssv",
                 value, name, ids);
}

static int
store(struct run *run, const struct attr_scope *scope, const struct list *members,
      const char *name, const char *value, bool overwrite)
{
  CLEANUP_LIST struct list ids = { 0 };
  struct db *db = run_db(run);

  if (db == NULL)
    return -1;
  if (members->count == 0)
    return 0;
  if (make_members(db, scope, members) != 0 || holders(db, scope, members, name, &ids) != 0)
    return -1;
  if (ids.count > 0 && !overwrite)
    return call_fail(run->call, ROCKS_EEXISTS, "attribute \"%s\" exists", name);
  if (ids.count > 0 && replace(db, &ids, name, value) != 0)
    return -1;
  if (ids.count == members->count)
    return 0;
  list_add(&ids, "0"); /* nothing at all is `not in` an empty list */
  return db_exec(db, "insert into attributes (Attr, Value, Category, Catindex)"
                 " select ?, ?, i.Category, i.ID from catindex i"
                 " join categories c on c.ID = i.Category"
                 " where c.Name = ? and i.Name in (%s) and i.ID not in (%s)", "sssvv", name, value,
                 scope->category, members, &ids);
}

int
attr_store(struct run *run, const struct attr_scope *scope, const struct list *members,
           const char *name, const char *value)
{
  return store(run, scope, members, name, value, true);
}

static int
check_name(struct run *run, const char *name)
{
  if (name == NULL)
    return run_fail(run, "missing attribute name");
  /* Longer ones would be cut by a lax server and refused by a strict one. */
  if (strlen(name) > 124)
    return run_fail(run, "attribute name \"%s\" is longer than 124 characters", name);
  return 0;
}

static int
store_words(struct run *run, const struct attr_scope *scope, bool overwrite)
{
  CLEANUP_LIST struct list members = { 0 };
  const char *values[2];

  run_positional(run, "attr value", values);
  if (check_name(run, values[0]) != 0)
    return -1;
  if (values[1] == NULL)
    return run_fail(run, "missing value of attribute");
  /* It would be added to all of them by accident. */
  if (!overwrite && scope == &attr_scope_appliance && run->args.count == 0)
    return run_fail(run, "you need to specify an appliance type");
  if (scope->members(run, &members) != 0)
    return -1;
  return store(run, scope, &members, values[0], values[1], overwrite);
}

int
scoped_attr_add(struct run *run, const struct attr_scope *scope)
{
  return store_words(run, scope, false);
}

int
scoped_attr_set(struct run *run, const struct attr_scope *scope)
{
  return store_words(run, scope, true);
}

int
scoped_attr_remove(struct run *run, const struct attr_scope *scope)
{
  CLEANUP_LIST struct list members = { 0 }, names = { 0 };
  CLEANUP_ROWS struct rows rows = { 0 };
  CLEANUP_LIST struct list ids = { 0 };
  const char *name;
  struct db *db;
  size_t i;

  run_positional(run, "attr", &name);
  db = run_db(run);
  if (name == NULL && scope == &attr_scope_os)
    return run_fail(run, "missing os name");
  if (check_name(run, name) != 0 || db == NULL || scope->members(run, &members) != 0)
    return -1;
  list_add(&names, name);
  list_addf(&names, "%s_old", name);
  if (db_query(db, &rows,
               "select a.ID from attributes a join catindex i on i.ID = a.Catindex"
               " join categories c on c.ID = a.Category"
               " where c.Name = ? and a.Attr in (%s) and i.Name in (%s)", "svv", scope->category,
               &names, &members) != 0)
    return -1;
  for (i = 0; i < rows.count; i++)
    list_add(&ids, row_text(&rows, i, 0));
  return ids.count == 0 ? 0 : db_exec(db, "delete from attributes where ID in (%s)", "v", &ids);
}

int
scoped_attr_check(struct run *run)
{
  if (check_references(run, "attributes", "Catindex", "catindex") != 0)
    return -1;
  return check_references(run, "attributes", "Category", "categories");
}
