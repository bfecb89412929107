/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Partitions of hosts, as their installer has recorded them.
 */
#include <config.h>

#include <string.h>
#include <strings.h>

#include "commands/commands.h"
#include "commands/partition.h"
#include "commands/patterns.h"

/* The order of sizes is that of their units first (rocks-compat 2.1). */
static int
unit_of(const char *size)
{
  static const char *const units[] = { "KB", "MB", "GB", "TB", "PB" };
  size_t n = strlen(size);
  int i;

  for (i = 4; n >= 2 && i >= 0; i--)
    if (strcasecmp(size + n - 2, units[i]) == 0)
      return i;
  return -1;
}

static bool
is_larger(const char *size, const char *than)
{
  int a = unit_of(or_empty(size)), b = unit_of(or_empty(than));

  return a != b ? a > b : strtod(or_empty(size), NULL) > strtod(or_empty(than), NULL);
}

int
largest_partition(struct run *run, const char *host, char **mountpoint)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  size_t i, best = 0;

  *mountpoint = NULL;
  if (db_query(run->db, &rows, "select p.Mountpoint, p.PartitionSize from partitions p"
               " join nodes n on n.ID = p.Node where n.Name = ? and p.Mountpoint like '/%'"
               " order by p.ID", "s", host) != 0)
    return -1;
  for (i = 1; i < rows.count; i++)
    if (is_larger(row_text(&rows, i, 1), row_text(&rows, best, 1)))
      best = i;
  if (rows.count > 0)
    *mountpoint = mem_copy(row_text(&rows, best, 0));
  return 0;
}

/* The largest partition that is mounted somewhere, of each host; a host with
 * none has a line of its own all the same. */
static int
list_largest(struct run *run)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  size_t i, best = 0;

  if (query_hosts(run, &rows,
                  "select n.Name, p.Mountpoint, p.PartitionSize from nodes n"
                  " left join partitions p on p.Node = n.ID and p.Mountpoint like '/%'"
                  " where n.Name is not null and %s order by n.Name, n.ID, p.ID") != 0)
    return -1;
  output_plain(run);
  for (i = 0; i < rows.count; i++) {
    if (is_larger(row_text(&rows, i, 2), row_text(&rows, best, 2)))
      best = i;
    if (i + 1 == rows.count || strcmp(row_text(&rows, i, 0), row_text(&rows, i + 1, 0)) != 0) {
      output_row(run, row_text(&rows, i, 0));
      output_text(run, row_text(&rows, best, 1));
      best = i + 1;
    }
  }
  return 0;
}

static int
list_host_partition(struct run *run)
{
  if (check_references(run, "partitions", "Node", "nodes") != 0)
    return -1;
  if (run_flag(run, "bigmnt", false))
    return list_largest(run);
  return list_hosts(run, "host,device,mountpoint,start,size,id,type,flags,formatflags", "tttttttt",
                    "select n.Name, p.Device, p.Mountpoint, p.SectorStart, p.PartitionSize,"
                    " p.PartitionID, p.FsType, p.PartitionFlags, p.FormatFlags"
                    " from nodes n join partitions p on p.Node = n.ID"
                    " where %s order by %s, p.ID", 0);
}

static int
remove_host_partition(struct run *run)
{
  CLEANUP_LIST struct list hosts = { 0 };

  if (run->args.count == 0)
    return run_fail(run, "must supply host");
  if (hosts_expand(run, &hosts, 0) != 0)
    return -1;
  return db_exec(run->db, "delete from partitions where Mountpoint like ? and Node in"
                 " (select ID from nodes where Name in (%s))", "sv",
                 run_param(run, "partition", "%"), &hosts);
}

static const char *const options[] = {
  "host: a host, a pattern with %, rackN or an appliance; to list, all without any",
  "bigmnt: yes prints only where the largest partition of each host is mounted",
  "partition: the mount point, or a pattern with %; all unless given",
  NULL
};

static const char *const examples[] = {
  "compute partition=/state/%|forgets the data partitions of the computes", NULL
};

const struct command host_partition_commands[] = {
  { "list host partition", "[host]... [bigmnt=bool]", "Shows the partitions of hosts.", options,
    NULL, 0, list_host_partition },
  { "remove host partition", "{host}... [partition=string]",
    "Forgets partitions of hosts, so that the next installation makes them anew.", options,
    examples, COMMAND_ROOT | COMMAND_WRITES, remove_host_partition },
  COMMANDS_END
};
