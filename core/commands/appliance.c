/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Appliances: what hosts are for.  Each has a membership, its name for people.
 */
#include <config.h>

#include <ctype.h>
#include <string.h>

#include "commands/commands.h"
#include "commands/dump.h"
#include "commands/patterns.h"
#include "commands/scoped_attr.h"

/* As wide as Rocks makes the columns. */
enum { NAME_WIDTH = 32, TEXT_WIDTH = 64 };

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

struct new_appliance {
  const char *name, *node, *graph, *os, *distribution, *published;
  char *membership;
};

static int
list_appliance(struct run *run)
{
  CLEANUP_LIST struct list names = { 0 };

  if (names_expand(run, "appliances", "Name", NULL, &names) != 0)
    return -1;
  return list_query(run, "appliance,graph,node", "tt", "select Name, Graph, Node from appliances"
                    " where Name in (%s) order by ID", &names);
}

/* ---- add ---- */

static int
check_text(struct run *run, const char *what, const char *text, size_t width)
{
  if (strpbrk(text, "\r\n\t%") != NULL)
    return run_fail(run, "%s \"%s\" has a character that it cannot have", what, text);
  if (strlen(text) > width)
    return run_fail(run, "%s \"%s\" is longer than %zu characters", what, text, width);
  return 0;
}

/* The name is a host word, a part of hosts' names, and a member of a scope. */
static int
check_form(struct run *run, const struct new_appliance *new)
{
  const char *name = new->name;

  if (name[0] == '-' || name[strspn(name, LETTERS)] != '\0')
    return run_fail(run, "appliance name \"%s\" is not made of letters, digits, _ and -", name);
  if (strncmp(name, "rack", 4) == 0 && name[4] != '\0'
      && strspn(name + 4, "0123456789") == strlen(name + 4))
    return run_fail(run, "appliance name \"%s\" means the hosts of a cabinet", name);
  if (strcmp(new->os, "linux") != 0 && strcmp(new->os, "sunos") != 0)
    return run_fail(run, "unknown os \"%s\"", new->os);
  return check_text(run, "appliance name", name, NAME_WIDTH) != 0
         || check_text(run, "membership", new->membership, TEXT_WIDTH) != 0
         || check_text(run, "node", new->node, TEXT_WIDTH) != 0
         || check_text(run, "graph", new->graph, TEXT_WIDTH) != 0 ? -1 : 0;
}

static int
check_new(struct run *run, const struct new_appliance *new)
{
  CLEANUP_FREE char *membership = NULL, *appliance = NULL, *host = NULL;

  if (run_db(run) == NULL
      || db_value(run->db, &membership, NULL, "select ID from memberships where Name = ?", "s",
                  new->membership) != 0)
    return -1;
  if (membership != NULL)
    return call_fail(run->call, ROCKS_EEXISTS, "membership \"%s\" already exists",
                     new->membership);
  if (db_value(run->db, &appliance, NULL, "select ID from appliances where Name = ?", "s",
               new->name) != 0)
    return -1;
  if (appliance != NULL)
    return call_fail(run->call, ROCKS_EEXISTS, "appliance \"%s\" already exists", new->name);
  if (check_form(run, new) != 0
      || db_value(run->db, &host, NULL, "select ID from nodes where Name = ?", "s", new->name)
         != 0)
    return -1;
  return host == NULL ? 0
    : run_fail(run, "there is a host \"%s\": the word would mean both", new->name);
}

static int
store_attr(struct run *run, const char *appliance, const char *attr, const char *value)
{
  CLEANUP_LIST struct list members = { 0 };

  list_add(&members, appliance);
  return attr_store(run, &attr_scope_appliance, &members, attr, value);
}

/* What it boots with is for appliances that can be installed. */
static int
store_attrs(struct run *run, const struct new_appliance *new)
{
  CLEANUP_FREE char *server = NULL;

  if (store_attr(run, new->name, "kickstartable", *new->node != '\0' ? "yes" : "no") != 0)
    return -1;
  if (*new->node == '\0')
    return 0;
  if (db_value(run->db, &server, NULL, "select a.Value from attributes a"
               " join categories c on c.ID = a.Category and c.Name = 'global'"
               " where a.Attr = 'Kickstart_PrivateKickstartHost'", "") != 0)
    return -1;
  return server == NULL ? 0
    : store_attr(run, new->name, "dhcp_nextserver", server) != 0
      || store_attr(run, new->name, "dhcp_filename", "pxelinux.0") != 0 ? -1 : 0;
}

static int
store_appliance(struct run *run, const struct new_appliance *new)
{
  CLEANUP_FREE char *distribution = NULL;
  int64_t id;

  if (db_value(run->db, &distribution, NULL, "select ID from distributions where Name = ?"
               " order by ID", "s", new->distribution) != 0)
    return -1;
  if (distribution == NULL)
    return run_fail(run, "unknown distribution \"%s\"", new->distribution);
  if (db_change(run->db, NULL, &id, "insert into appliances (Name, Graph, Node, OS)"
                " values (?, ?, ?, ?)", "ssss", new->name, new->graph, new->node, new->os) != 0
      || db_exec(run->db, "insert into memberships (Name, Appliance, Distribution, Public)"
                 " values (?, ?, ?, ?)", "slss", new->membership, id, distribution,
                 new->published) != 0)
    return -1;
  return store_attrs(run, new);
}

/* The appliance's name, its first letter alone a capital. */
static char *
default_membership(const char *name)
{
  char *membership = mem_copy(name), *c;

  for (c = membership; *c != '\0'; c++)
    *c = (char) (c == membership ? toupper((unsigned char) *c) : tolower((unsigned char) *c));
  return membership;
}

static int
add_appliance(struct run *run)
{
  struct new_appliance new = {
    .node = run_param(run, "node", ""), .graph = run_param(run, "graph", ""),
    .os = run_param(run, "os", "linux"), .distribution = run_param(run, "distribution", ""),
    .published = run_flag(run, "public", true) ? "yes" : "no"
  };
  const char *membership = run_param(run, "membership", "");
  int result;

  if (run->args.count != 1)
    return run_fail(run, "must supply one appliance");
  new.name = run->args.item[0];
  new.membership = *membership != '\0' ? mem_copy(membership) : default_membership(new.name);
  if (*new.distribution == '\0')
    new.distribution = "rocks-dist";
  if (*new.graph == '\0' && *new.node != '\0')
    new.graph = "default";
  result = check_new(run, &new) != 0 ? -1 : store_appliance(run, &new);
  free(new.membership);
  return result;
}

/* ---- remove ---- */

static int
check_unused(struct run *run, const char *appliance)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  CLEANUP_LIST struct list names = { 0 };
  CLEANUP_FREE char *all = NULL;
  size_t i;

  if (db_query(run->db, &rows, "select n.Name from nodes n"
               " join memberships m on m.ID = n.Membership join appliances a on a.ID = m.Appliance"
               " where a.Name = ? order by n.ID", "s", appliance) != 0)
    return -1;
  for (i = 0; i < rows.count; i++)
    list_add(&names, or_empty(row_text(&rows, i, 0)));
  if (names.count == 0)
    return 0;
  all = list_join(&names, ", ");
  return run_fail(run, "The nodes %s are still part of the appliance %s.\nPlease delete them"
                  " (rocks remove host) before removing the appliance.", all, appliance);
}

static const char *const remove_sql[] = {
  "delete from memberships where Appliance in (select ID from appliances where Name in (%s))",
  "delete from appliance_routes where Appliance in"
  " (select ID from appliances where Name in (%s))",
  "delete from attributes where Catindex in (select i.ID from catindex i"
  " join categories c on c.ID = i.Category where c.Name = 'appliance' and i.Name in (%s))",
  "delete from catindex where Category in (select ID from categories where Name = 'appliance')"
  " and Name in (%s)",
  "delete from appliances where Name in (%s)"
};

static int
remove_appliance(struct run *run)
{
  CLEANUP_LIST struct list names = { 0 };
  size_t i;

  if (run->args.count == 0)
    return run_fail(run, "must supply at least one appliance");
  if (names_expand(run, "appliances", "Name", NULL, &names) != 0)
    return -1;
  for (i = 0; i < names.count; i++)
    if (check_unused(run, names.item[i]) != 0)
      return -1;
  for (i = 0; i < sizeof remove_sql / sizeof *remove_sql; i++)
    if (db_exec(run->db, remove_sql[i], "v", &names) != 0)
      return -1;
  return 0;
}

/* ---- dump ---- */

enum { NAME, GRAPH, NODE, MEMBERSHIP, PUBLIC, DISTRIBUTION, OS };

static void
dump_one(struct run *run, const struct rows *rows, size_t row)
{
  static const struct { int column; const char *param; } parts[] = {
    { GRAPH, "graph" }, { NODE, "node" }, { MEMBERSHIP, "membership" }, { PUBLIC, "public" },
    { DISTRIBUTION, "distribution" }
  };
  CLEANUP_LIST struct list args = { 0 };
  size_t i;

  list_add(&args, or_empty(row_text(rows, row, NAME)));
  for (i = 0; i < sizeof parts / sizeof *parts; i++) {
    const char *value = row_text(rows, row, (size_t) parts[i].column);

    if (value != NULL && *value != '\0')
      list_addf(&args, "%s=%s", parts[i].param, value);
  }
  if (strcmp(or_empty(row_text(rows, row, OS)), "linux") != 0)
    list_addf(&args, "os=%s", or_empty(row_text(rows, row, OS)));
  dump_line(run, "add appliance", &args);
  /* The original's lines end so, and scripts compare dumps. */
  run->text.length--;
  run_print(run, " \n");
}

static int
dump_appliance(struct run *run)
{
  CLEANUP_LIST struct list names = { 0 };
  CLEANUP_ROWS struct rows rows = { 0 };
  size_t i;

  if (names_expand(run, "appliances", "Name", NULL, &names) != 0
      || db_query(run->db, &rows, "select a.Name, a.Graph, a.Node, m.Name, m.Public, d.Name, a.OS"
                  " from appliances a left join memberships m on m.Appliance = a.ID"
                  " left join distributions d on d.ID = m.Distribution where a.Name in (%s)"
                  " order by a.ID, m.ID", "v", &names) != 0)
    return -1;
  for (i = 0; i < rows.count; i++)
    dump_one(run, &rows, i);
  return 0;
}

static const char *const options[] = {
  "appliance: an appliance, or a pattern with %; to list, all without any",
  "name: an appliance, or a pattern with %",
  NULL
};

static const char *const add_options[] = {
  "appliance: a word, the first part of its hosts' names",
  "membership: its name for people; its name with a capital unless given",
  "node: the root of what is installed; without one its hosts are not installed",
  "graph: where that root is looked for; default if there is a node",
  "os: linux or sunos; linux unless given",
  "distribution: what is installed from; rocks-dist unless given",
  "public: whether insert-ethers offers it; yes unless given",
  NULL
};

static const char *const add_examples[] = {
  "gpu membership=\"GPU Node\" node=compute|hosts that are installed as computes are", NULL
};

const struct command appliance_commands[] = {
  { "list appliance", "[appliance]...", "Shows the appliances that hosts can be of.", options,
    NULL, 0, list_appliance },
  { "add appliance",
    "{appliance} [distribution=string] [graph=string] [membership=string] [node=string]"
    " [os=string] [public=bool]",
    "Adds an appliance and its membership.", add_options, add_examples,
    COMMAND_ROOT | COMMAND_WRITES, add_appliance },
  { "remove appliance", "{name}",
    "Removes appliances that no host is of, with their memberships, routes and attributes.",
    options, NULL, COMMAND_ROOT | COMMAND_WRITES, remove_appliance },
  { "dump appliance", "[appliance]...", "Prints appliances as the commands that make them.",
    options, NULL, 0, dump_appliance },
  COMMANDS_END
};
