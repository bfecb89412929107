/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * New hosts, and hosts as commands that make them.
 */
#include <config.h>

#include <string.h>

#include "base/addr.h"
#include "commands/commands.h"
#include "commands/dump.h"
#include "commands/patterns.h"
#include "commands/scoped_attr.h"
#include "commands/sites.h"

struct new_host {
  const char *name, *membership, *os;
  char *membership_id;
  int64_t cpus, rack, rank;
};

/* The parts of a name such as compute-0-1, when its first is an appliance:
 * they stand for what the caller did not give. */
struct parts {
  struct list word;     /* exactly three, or none */
  char *membership;
};

static int
split_name(struct run *run, const char *name, struct parts *parts)
{
  size_t dashes = 0;
  const char *c;

  for (c = name; *c != '\0'; c++)
    dashes += *c == '-';
  if (dashes != 2)
    return 0;
  list_split(&parts->word, name, "-");
  if (parts->word.count != 3)
    return 0;
  return db_value(run->db, &parts->membership, NULL,
                  "select m.Name from memberships m join appliances a on a.ID = m.Appliance"
                  " where a.Name = ? order by m.ID limit 1", "s", parts->word.item[0]);
}

/* A parameter, else what the name says. */
static const char *
given(struct run *run, const char *param, const struct parts *parts, const char *fallback)
{
  const char *value = run_param(run, param, "");

  if (*value == '\0')
    value = parts->membership != NULL ? fallback : NULL;
  return value;
}

static int
read_place(struct run *run, const struct parts *parts, struct new_host *host)
{
  const char *rack, *rank;

  host->membership = given(run, "membership", parts, parts->membership);
  rack = given(run, "rack", parts, parts->membership != NULL ? parts->word.item[1] : NULL);
  rank = given(run, "rank", parts, parts->membership != NULL ? parts->word.item[2] : NULL);
  if (host->membership == NULL)
    return run_fail(run, "membership not specified");
  if (rack == NULL)
    return run_fail(run, "rack not specified");
  if (rank == NULL)
    return run_fail(run, "rank not specified");
  if (number_arg(run->call, "rack", rack, INT32_MIN, INT32_MAX, &host->rack) != 0
      || number_arg(run->call, "rank", rank, INT32_MIN, INT32_MAX, &host->rank) != 0)
    return -1;
  return number_arg(run->call, "cpus", run_param(run, "cpus", "1"), 1, INT32_MAX, &host->cpus);
}

static int
store_host(struct run *run, const struct new_host *host)
{
  CLEANUP_LIST struct list members = { 0 };

  if (db_exec(run->db, "insert into nodes (Name, Membership, CPUs, Rack, `Rank`, OS, RunAction,"
              " InstallAction) values (?, ?, ?, ?, ?, ?, 'os', 'install')", "ssllls",
              host->name, host->membership_id, host->cpus, host->rack, host->rank, host->os) != 0)
    return -1;
  list_add(&members, host->name);
  return attr_store(run, &attr_scope_host, &members, "os", host->os);
}

/* The membership's row, and that its appliance runs on the OS. */
static int
check_and_store(struct run *run, struct new_host *host)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  const char *os = run_param(run, "os", "");

  if (db_query(run->db, &rows, "select m.ID, m.Name, a.OS from memberships m"
               " join appliances a on a.ID = m.Appliance where m.Name = ? order by m.ID", "s",
               host->membership) != 0)
    return -1;
  if (rows.count == 0)
    return run_fail(run, "Membership %s is not valid.\nPlease select a valid membership",
                    host->membership);
  host->os = *os != '\0' ? os : or_empty(row_text(&rows, 0, 2));
  if (strcmp(host->os, or_empty(row_text(&rows, 0, 2))) != 0)
    return run_fail(run, "%s does not support %s", host->membership, host->os);
  host->membership_id = mem_copy(row_text(&rows, 0, 0));
  return store_host(run, host);
}

static int
add_host(struct run *run)
{
  struct new_host host = { 0 };
  struct parts parts = { 0 };
  int result;

  if (run->args.count != 1)
    return run_fail(run, "must supply one host");
  host.name = run->args.item[0];
  result = sites_check_new(run, host.name);
  if (result == 0)
    result = split_name(run, host.name, &parts);
  if (result == 0)
    result = read_place(run, &parts, &host);
  if (result == 0)
    result = check_and_store(run, &host);
  free(host.membership_id);
  free(parts.membership);
  list_free(&parts.word);
  return result;
}

enum { NAME, CPUS, RACK, RANK, MEMBERSHIP, OS, RUNACTION, INSTALLACTION };

static void
dump_one(struct run *run, const struct rows *rows, size_t row)
{
  static const struct { int column; const char *param; } parts[] = {
    { CPUS, "cpus" }, { RACK, "rack" }, { RANK, "rank" }, { MEMBERSHIP, "membership" },
    { OS, "os" }
  };
  CLEANUP_LIST struct list args = { 0 };
  const char *name = row_text(rows, row, NAME), *value;
  size_t i;

  list_add(&args, name);
  for (i = 0; i < sizeof parts / sizeof *parts; i++) {
    value = row_text(rows, row, (size_t) parts[i].column);
    if (value != NULL && *value != '\0')
      list_addf(&args, "%s=%s", parts[i].param, value);
  }
  dump_line(run, "\"add host\"", &args);
}

/* A host without a profile says so: `add host` gives it the usual ones. */
static void
dump_profiles(struct run *run, const struct rows *rows, size_t row)
{
  size_t c;

  for (c = RUNACTION; c <= INSTALLACTION; c++) {
    const char *profile = row_text(rows, row, c);
    CLEANUP_FREE char *action = mem_format("action=%s", profile != NULL ? profile : "none");

    dump_words(run, c == RUNACTION ? "set host runaction" : "set host installaction",
               row_text(rows, row, NAME), action, NULL);
  }
}

/* As a part of the site's dump in the order of their numbers, by which other
 * listings go: the site that is made of it has the same one. */
static int
dump_hosts(struct run *run)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  CLEANUP_FREE char *self = dump_self(run);
  CLEANUP_FREE char *sql =
    mem_format("select n.Name, n.CPUs, n.Rack, n.`Rank`, m.Name, n.OS, n.RunAction,"
               " n.InstallAction from nodes n left join memberships m on m.ID = n.Membership"
               " where %%s order by %s", run->parent != NULL ? "n.ID" : "n.Name, n.ID");
  size_t i;

  if (check_references(run, "nodes", "Membership", "memberships") != 0
      || query_hosts(run, &rows, sql) != 0)
    return -1;
  for (i = 0; i < rows.count; i++) {
    const char *name = row_text(&rows, i, NAME);

    if (name == NULL)
      call_warn(run->call, "a host has no name: no command can make it, it is left out");
    if (name == NULL || (self != NULL && strcmp(self, name) == 0))
      continue;
    dump_one(run, &rows, i);
    dump_profiles(run, &rows, i);
  }
  return 0;
}

static const char *const add_options[] = {
  "host: the host's name: letters, digits, _ and -",
  "cpus: how many, 1 unless given",
  "membership: what kind of host it is, one that `list membership` shows",
  "rack: the number of the cabinet",
  "rank: the position in the cabinet",
  "os: linux or sunos; the appliance's unless given",
  NULL
};

static const char *const add_examples[] = {
  "compute-0-0|a host of the appliance compute at cabinet 0, position 0",
  "storage membership=\"NAS Appliance\" rack=1 rank=0 cpus=8|a host whose name says nothing", NULL
};

static const char *const dump_options[] = {
  "host: a host, a pattern with %, rackN or an appliance; without any, all hosts", NULL
};

const struct command host_add_commands[] = {
  { "add host", "{host} [cpus=int] [membership=string] [os=string] [rack=int] [rank=int]",
    "Adds a host. Of a name such as compute-0-1, whose first part is an appliance, membership,"
    " rack and rank need not be given.", add_options, add_examples,
    COMMAND_ROOT | COMMAND_WRITES, add_host },
  { "dump host", "[host]...", "Prints hosts as the commands that make them, without this one.",
    dump_options, NULL, 0, dump_hosts },
  COMMANDS_END
};
