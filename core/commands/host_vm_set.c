/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * `set host vm` and `set host vm cdrom` (rocks-compat 3.8, 3.9): everything is
 * checked, then written.
 */
#include <config.h>

#include <ctype.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "commands/host_vm.h"
#include "commands/host_vm_moving.h"
#include "commands/host_vm_alloc.h"
#include "commands/patterns.h"
#include "commands/sites.h"

#define DISK_SIZE "36" /* in units of 10^9 bytes, when nothing is said */

/* What is to be changed; NULL: is not. */
struct change {
  struct run *run;
  char *host;          /* owned, as are those below */
  char *container;
  char *virt_type;
  const char *mem, *slice;
  struct list specs, sizes; /* blank-separated words of disk= and disksize= */
  struct vm_disk *disk; /* one for each of `specs` */
  size_t ndisks;
  int64_t id;          /* of the row of vm_nodes */
};

static void
change_free(struct change *change)
{
  size_t i;

  for (i = 0; i < change->ndisks; i++)
    vm_disk_free(&change->disk[i]);
  free(change->disk);
  free(change->host);
  free(change->container);
  free(change->virt_type);
  list_free(&change->specs);
  list_free(&change->sizes);
}

/* ---- what was said ---- */

static int
read_numbers(struct change *change)
{
  struct run *run = change->run;
  int64_t value;

  change->mem = run_param(run, "mem", NULL);
  if (change->mem != NULL) {
    if (!number_parse(change->mem, INT64_MIN, INT64_MAX, &value))
      return run_fail(run, "\"mem\" parameter must be an integer");
    if (number_arg(run->call, "mem", change->mem, 0, INT32_MAX, &value) != 0)
      return -1;
    if (value == 0) /* as in Rocks: nothing is said */
      change->mem = NULL;
  }
  change->slice = run_param(run, "slice", NULL);
  if (change->slice == NULL)
    return 0;
  return number_arg(run->call, "slice", change->slice, 0, INT32_MAX, &value);
}

static int
read_container(struct change *change)
{
  CLEANUP_LIST struct list words = { 0 }, names = { 0 };
  CLEANUP_FREE char *vm = NULL;
  struct run *run = change->run;
  const char *word = run_param(run, "physnode", "");
  bool found;

  if (word[0] == '\0')
    return 0;
  list_add(&words, word);
  if (hosts_expand_words(run, &words, &names, HOSTS_BY_ID) != 0)
    return -1;
  if (names.count == 0)
    return run_fail(run, "physnode \"%s\" does not exist", word);
  if (names.count > 1)
    return run_fail(run, "too many physnodes. only supply one physnode");
  if (db_value(run->db, &vm, &found, "select v.ID from vm_nodes v join nodes n on n.ID = v.Node"
               " where n.Name = ?", "s", names.item[0]) != 0)
    return -1;
  if (found)
    return run_fail(run, "%s is a virtual machine itself and holds none", names.item[0]);
  change->container = mem_copy(names.item[0]);
  return 0;
}

static int
read_virt_type(struct change *change)
{
  const char *word = run_param(change->run, "virt-type", "");
  size_t i;

  if (word[0] == '\0' || strcasecmp(word, "none") == 0)
    return 0;
  change->virt_type = mem_copy(word);
  for (i = 0; word[i] != '\0'; i++)
    change->virt_type[i] = (char) tolower((unsigned char) word[i]);
  if (strcmp(change->virt_type, "hvm") != 0 && strcmp(change->virt_type, "para") != 0)
    return run_fail(change->run, "virt-type must be either 'hvm' or 'para'");
  return 0;
}

static int
read_disks(struct change *change)
{
  struct run *run = change->run;
  int64_t value;
  size_t i, k;

  list_split(&change->specs, run_param(run, "disk", ""), " \t\n");
  list_split(&change->sizes, run_param(run, "disksize", ""), " \t\n");
  change->disk = mem_new(change->specs.count + 1, sizeof *change->disk);
  for (i = 0; i < change->specs.count; i++) {
    change->ndisks++;
    if (vm_disk_parse(run, change->specs.item[i], &change->disk[i]) != 0)
      return -1;
    for (k = 0; k < i; k++)
      if (strcmp(change->disk[k].device, change->disk[i].device) == 0)
        return run_fail(run, "two disks are to be the device %s", change->disk[i].device);
  }
  for (i = 0; i < change->sizes.count; i++)
    if (!number_parse(change->sizes.item[i], INT32_MIN, INT32_MAX, &value))
      return run_fail(run, "\"disksize\" values must be integers");
  return 0;
}

static bool
is_empty(const struct change *change)
{
  return change->mem == NULL && change->slice == NULL && change->container == NULL
    && change->virt_type == NULL && change->specs.count == 0 && change->sizes.count == 0;
}

/* ---- what is written ---- */

/* A host that is no VM becomes one: that is how a dump is read back. */
static int
find_or_make(struct change *change)
{
  struct run *run = change->run;
  CLEANUP_FREE char *id = NULL;

  if (db_value(run->db, &id, NULL, "select v.ID from vm_nodes v join nodes n on n.ID = v.Node"
               " where n.Name = ? order by v.ID", "s", change->host) != 0)
    return -1;
  if (id != NULL) {
    change->id = strtoll(id, NULL, 10);
    return 0;
  }
  return db_change(run->db, NULL, &change->id, "insert into vm_nodes (Node, PhysNode, cdrom_path)"
                   " select ID, null, '' from nodes where Name = ?", "s", change->host);
}

static int
write_columns(struct change *change)
{
  struct db *db = change->run->db;

  if (change->container != NULL
      && db_exec(db, "update vm_nodes set PhysNode = (select ID from nodes where Name = ?)"
                 " where ID = ?", "sl", change->container, change->id) != 0)
    return -1;
  return db_exec(db, "update vm_nodes set Mem = coalesce(?, Mem), Slice = coalesce(?, Slice),"
                 " Virt_Type = coalesce(?, Virt_Type) where ID = ?", "sssl", change->mem,
                 change->slice, change->virt_type, change->id);
}

/* The size that was given for disk `i`, if it is one; 0 or less says nothing. */
static const char *
size_of(const struct change *change, size_t i, const char *fallback)
{
  if (i >= change->sizes.count || strtoll(change->sizes.item[i], NULL, 10) <= 0)
    return fallback;
  return change->sizes.item[i];
}

static int
write_sizes(struct change *change)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  struct run *run = change->run;
  size_t i;

  if (db_query(run->db, &rows, "select ID, Size from vm_disks where Vm_Node = ? order by ID", "l",
               change->id) != 0)
    return -1;
  if (change->sizes.count > rows.count)
    return run_fail(run, "too many disksize vm has only %zu disks", rows.count);
  for (i = 0; i < change->sizes.count; i++)
    if (db_exec(run->db, "update vm_disks set Size = ? where ID = ?", "ss",
                size_of(change, i, row_text(&rows, i, 1)), row_text(&rows, i, 0)) != 0)
      return -1;
  return 0;
}

static int
write_disks(struct change *change)
{
  struct run *run = change->run;
  size_t i;

  if (change->specs.count == 0)
    return change->sizes.count > 0 ? write_sizes(change) : 0;
  if (change->sizes.count > change->ndisks)
    return run_fail(run, "too many disksize vm has only %zu disks", change->ndisks);
  if (db_exec(run->db, "delete from vm_disks where Vm_Node = ?", "l", change->id) != 0)
    return -1;
  for (i = 0; i < change->ndisks; i++)
    if (vm_disk_insert(run->db, change->id, &change->disk[i],
                       strtoll(size_of(change, i, DISK_SIZE), NULL, 10)) != 0)
      return -1;
  return 0;
}

/* What this site has promised, and what it knows of its own clusters' members,
 * follows the VM. */
static int
write_records(struct change *change)
{
  struct db *db = change->run->db;
  bool ours;

  if (sites_recorded(db, &ours) != 0)
    return -1;
  if (!ours)
    return 0;
  if (db_exec(db, "update mvc_leases set container = coalesce(?, container),"
              " mem = coalesce(?, mem), slice = coalesce(?, slice) where vm = ?", "ssss",
              change->container, change->mem, change->slice, change->host) != 0)
    return -1;
  return db_exec(db, "update mvc_members set container = coalesce(?, container),"
                 " mem = coalesce(?, mem), slice = coalesce(?, slice) where name = ?"
                 " and site_uuid in (select uuid from mvc_site)", "ssss", change->container,
                 change->mem, change->slice, change->host);
}

/* The container of a VM that is on its way is known when it has arrived. */
static int
refuse_moving(struct run *run, const char *host)
{
  CLEANUP_LIST struct list hosts = { 0 };

  list_add(&hosts, host);
  return moving_refuse(run, &hosts);
}

int
host_vm_set(struct run *run)
{
  struct change change = { .run = run };
  int result = run_db(run) != NULL ? read_numbers(&change) : -1;

  if (result == 0)
    result = read_container(&change);
  if (result == 0)
    result = take_one_host(run, "must supply only one host", &change.host);
  if (result == 0 && change.container != NULL)
    result = refuse_moving(run, change.host);
  if (result == 0)
    result = read_disks(&change);
  if (result == 0)
    result = read_virt_type(&change);
  if (result == 0 && !is_empty(&change)) {
    result = find_or_make(&change);
    if (result == 0)
      result = write_columns(&change);
    if (result == 0)
      result = write_disks(&change);
    if (result == 0)
      result = write_records(&change);
  }
  change_free(&change);
  return result;
}

int
host_vm_set_cdrom(struct run *run)
{
  const char *path = run_param(run, "cdrom", "");
  CLEANUP_FREE char *host = NULL, *vm = NULL;

  if (strcasecmp(path, "none") == 0)
    path = "";
  else if (path[0] != '/')
    return run_fail(run, "You must use an absolute path for the ISO");
  if (strlen(path) > 512)
    return run_fail(run, "the path \"%s\" is longer than 512 bytes", path);
  if (run_db(run) == NULL || take_one_host(run, "must supply only one host", &host) != 0
      || db_value(run->db, &vm, NULL, "select v.ID from vm_nodes v join nodes n on n.ID = v.Node"
                  " where n.Name = ? order by v.ID", "s", host) != 0)
    return -1;
  if (vm == NULL)
    return run_fail(run, "host %s is not a virtual host", host);
  return db_exec(run->db, "update vm_nodes set cdrom_path = ? where ID = ?", "ss", path, vm);
}
