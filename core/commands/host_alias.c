/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Further names of hosts.
 */
#include <config.h>

#include <string.h>

#include "commands/commands.h"
#include "commands/patterns.h"

#define ALIAS_WIDTH 32 /* aliases.Name */

static int
list_host_alias(struct run *run)
{
  if (check_references(run, "aliases", "Node", "nodes") != 0)
    return -1;
  output_keep_owner(run);
  return list_hosts(run, "host,alias", "t",
                    "select n.Name, a.Name from nodes n join aliases a on a.Node = n.ID"
                    " where %s order by %s, a.ID", 0);
}

/* A word that DNS and /etc/hosts can hold. */
static int
check_form(struct run *run, const char *alias)
{
  static const char allowed[]
    = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";

  if (alias[strspn(alias, allowed)] != '\0' || alias[0] == '-' || alias[0] == '.')
    return run_fail(run, "alias \"%s\" is not made of letters, digits, _, - and .", alias);
  if (strlen(alias) > ALIAS_WIDTH)
    return run_fail(run, "alias \"%s\" is longer than %d characters", alias, ALIAS_WIDTH);
  return 0;
}

static int
take_alias(struct run *run, const char **alias, char **host)
{
  run_positional(run, "name", alias);
  if (*alias == NULL)
    return run_fail(run, "missing alias name");
  return take_one_host(run, NULL, host);
}

static int
add_host_alias(struct run *run)
{
  CLEANUP_FREE char *host = NULL, *id = NULL;
  const char *alias;

  if (take_alias(run, &alias, &host) != 0
      || db_value(run->db, &id, NULL, "select ID from aliases where Name = ?", "s", alias) != 0)
    return -1;
  if (id != NULL)
    return call_fail(run->call, ROCKS_EEXISTS, "alias \"%s\" already exists", alias);
  if (check_form(run, alias) != 0
      || db_exec(run->db, "insert into aliases (Node, Name)"
                 " select ID, ? from nodes where Name = ?", "ss", alias, host) != 0)
    return -1;
  run_after_commit(run, "sync config", NULL, 0);
  return 0;
}

static int
remove_host_alias(struct run *run)
{
  CLEANUP_FREE char *host = NULL;
  const char *alias;

  if (take_alias(run, &alias, &host) != 0
      || db_exec(run->db, "delete from aliases where Name = ? and Node in"
                 " (select ID from nodes where Name = ?)", "ss", alias, host) != 0)
    return -1;
  run_after_commit(run, "sync config", NULL, 0);
  return 0;
}

static const char *const options[] = {
  "host: one host; to list, any number, or all without any",
  "name: the alias, of at most 32 characters",
  NULL
};

static const char *const examples[] = {
  "compute-0-0 c0|the host is also known as c0", NULL
};

#define WRITES (COMMAND_ROOT | COMMAND_WRITES)

const struct command host_alias_commands[] = {
  { "list host alias", "[host]...", "Shows further names of hosts.", options, NULL, 0,
    list_host_alias },
  { "add host alias", "{host} {name} [name=string]",
    "Gives a host one more name, which no other host may have.", options, examples, WRITES,
    add_host_alias },
  { "remove host alias", "{host} {name} [name=string]", "Takes a further name from a host.",
    options, NULL, WRITES, remove_host_alias },
  COMMANDS_END
};
