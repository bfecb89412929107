/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Hosts that go, with all that belongs to them.
 */
#include <config.h>

#include <string.h>

#include "commands/commands.h"
#include "commands/patterns.h"
#include "commands/pxe.h"
#include "framework/hooks.h"

/* The rows that belong to hosts, by id, children first.  Not everything hangs
 * together by foreign keys, and old databases have none. */
static const char *const by_id[] = {
  "delete from boot where Node in (%s)",
  "delete from networks where Node in (%s)",
  "delete from aliases where Node in (%s)",
  "delete from bootflags where Node in (%s)",
  "delete from public_keys where Node in (%s)",
  "delete from node_rolls where Node in (%s)",
  "delete from partitions where Node in (%s)",
  "delete from node_routes where Node in (%s)",
  "delete from sec_node_attributes where Node in (%s)",
  "update vm_nodes set PhysNode = null where PhysNode in (%s)",
  "delete from nodes where ID in (%s)",
  NULL
};

#define OF_HOSTS " in (select i.ID from catindex i join categories c on c.ID = i.Category" \
                 " where c.Name = 'host' and i.Name in (%s))"

static const char *const by_name[] = {
  "delete from attributes where Catindex" OF_HOSTS,
  "delete from firewalls where Catindex" OF_HOSTS,
  "delete from catindex where Category in (select ID from categories where Name = 'host')"
  " and Name in (%s)",
  NULL
};

/* One command at work. */
struct removal {
  struct run *run;
  struct list hosts, ids, vms;
};

static int
delete_all(struct db *db, const char *const *statements, const struct list *values)
{
  size_t i;

  for (i = 0; statements[i] != NULL; i++)
    if (db_exec(db, statements[i], "v", values) != 0)
      return -1;
  return 0;
}

/* Nothing here can be reached or restored without the frontend's own row. */
static int
refuse_self(struct run *run, const struct list *hosts)
{
  CLEANUP_FREE char *self = hosts_self(run);

  call_clear(run->call);
  if (self != NULL && list_has(hosts, self))
    return run_fail(run, "cannot remove host \"%s\": it is the frontend of this site", self);
  return 0;
}

/* Ids of the hosts, and the names of those that are VMs. */
static int
load(struct removal *removal)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  size_t i;

  if (db_query(removal->run->db, &rows, "select n.ID, n.Name, v.ID from nodes n"
               " left join vm_nodes v on v.Node = n.ID where n.Name in (%s) order by n.ID", "v",
               &removal->hosts) != 0)
    return -1;
  for (i = 0; i < rows.count; i++) {
    list_add(&removal->ids, row_text(&rows, i, 0));
    if (row_text(&rows, i, 2) != NULL)
      list_add(&removal->vms, row_text(&rows, i, 1));
  }
  list_unique(&removal->vms);
  return 0;
}

/* Boot files, which are found by the interfaces' addresses. */
static int
remove_boot(struct run *run)
{
  struct removal *removal = run->work;

  return pxe_follow_removal(run, &removal->hosts);
}

static int
remove_vm(struct run *run)
{
  struct removal *removal = run->work;

  return removal->vms.count == 0
    ? 0 : run_command(run, "remove host vm", (const char *const *) removal->vms.item,
                      removal->vms.count);
}

static int
remove_rows(struct run *run)
{
  struct removal *removal = run->work;

  if (delete_all(run->db, by_name, &removal->hosts) != 0
      || delete_all(run->db, by_id, &removal->ids) != 0)
    return -1;
  run_after_commit(run, "sync config", NULL, 0);
  return 0;
}

/* Hooks find the hosts' rows still there. */
static const struct part parts[] = {
  { .name = "boot", .run = remove_boot },
  { .name = "vm", .run = remove_vm },
  { .name = "host", .run = remove_rows, .last = true },
  { .name = NULL }
};

static int
remove_host(struct run *run)
{
  struct removal removal = { .run = run };
  int result;

  run->work = &removal;
  if (run->args.count == 0)
    return run_fail(run, "must supply at least one host");
  result = hosts_expand(run, &removal.hosts, 0);
  if (result == 0)
    result = refuse_self(run, &removal.hosts);
  if (result == 0)
    result = load(&removal);
  if (result == 0)
    result = hooks_run(run, parts, &removal.hosts);
  list_free(&removal.hosts);
  list_free(&removal.ids);
  list_free(&removal.vms);
  return result;
}

static const char *const options[] = {
  "host: a host, a pattern with %, rackN or an appliance; several may be given", NULL
};

static const char *const examples[] = {
  "compute-0-0|one host", "rack7|all hosts of a cabinet", NULL
};

const struct command host_remove_commands[] = {
  { "remove host", "{host}...",
    "Removes hosts, and what belongs to them: interfaces, aliases, attributes, routes, keys, boot"
    " files, and their part as VMs. Disk images stay. The frontend itself cannot be removed.",
    options, examples, COMMAND_ROOT | COMMAND_WRITES, remove_host },
  COMMANDS_END
};
