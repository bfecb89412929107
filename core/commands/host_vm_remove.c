/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * `remove host vm`: the rows in the command's transaction, the VM itself after
 * the commit, by a command of its own that is told all it needs.
 */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "base/addr.h"
#include "commands/cluster.h"
#include "commands/host_vm.h"
#include "commands/host_vm_moving.h"
#include "commands/sites.h"
#include "framework/hosts.h"

enum { ROW_VM, ROW_NAME, ROW_CONTAINER, ROW_NODE, ROW_MAC, ROW_SEGMENT, ROW_DEVICE };

/* Words that undefine_host_vm() has for each VM. */
enum { WORD_NAME, WORD_CONTAINER, WORD_MAC, WORD_SEGMENT, WORD_DEVICE, WORDS };

/* The VMs and the NIC that each has on a private network. */
static int
load(struct run *run, const struct list *hosts, struct rows *rows)
{
  return db_query(run->db, rows, "select v.ID, n.Name, p.Name, n.ID, w.MAC, w.VlanID,"
                  " (select min(t.Device) from networks k join networks t on t.Node = k.Node"
                  "  and t.Subnet = k.Subnet and t.Device not like 'vlan%'"
                  "  where k.Node = v.PhysNode and k.VlanID = w.VlanID"
                  "  and k.Device like 'vlan%')"
                  " from nodes n join vm_nodes v on v.Node = n.ID"
                  " left join nodes p on p.ID = v.PhysNode"
                  " left join networks w on w.Node = n.ID and w.VlanID > 0 and w.MAC is not null"
                  " where n.Name in (%s) order by n.ID, w.ID", "v", hosts);
}

static size_t
row_of(const struct rows *rows, const char *name)
{
  size_t i;

  for (i = 0; i < rows->count; i++)
    if (strcmp(row_text(rows, i, ROW_NAME), name) == 0)
      break;
  return i;
}

/* One command for the VMs of each group, so that their containers are asked at
 * once. */
static void
follow_up(struct run *run, const struct vm_group *group, const struct rows *rows)
{
  static const int columns[WORDS] = { ROW_NAME, ROW_CONTAINER, ROW_MAC, ROW_SEGMENT, ROW_DEVICE };
  CLEANUP_LIST struct list words = { 0 };
  size_t i, c, row;

  list_add(&words, group->cluster != NULL ? group->cluster : "-");
  for (i = 0; i < group->names.count; i++) {
    row = row_of(rows, group->names.item[i]);
    if (row == rows->count || row_text(rows, row, ROW_CONTAINER) == NULL)
      continue;
    for (c = 0; c < WORDS; c++) {
      const char *word = row_text(rows, row, (size_t) columns[c]);

      /* What belongs to another site's network is not ours to take down. */
      if (word == NULL || word[0] == '\0' || (group->foreign && c >= WORD_MAC))
        word = "-";
      list_add(&words, word);
    }
  }
  if (words.count > 1)
    run_after_commit(run, "undefine host vm", (const char *const *) words.item, words.count);
}

static int
delete_rows(struct run *run, const struct list *hosts)
{
  bool ours;

  if (sites_recorded(run->db, &ours) != 0)
    return -1;
  if (ours
      && (db_exec(run->db, "delete from mvc_leases where vm in (%s)", "v", hosts) != 0
          || db_exec(run->db, "delete from mvc_members where name in (%s)"
                     " and site_uuid in (select uuid from mvc_site)", "v", hosts) != 0))
    return -1;
  if (db_exec(run->db, "delete from vm_disks where Vm_Node in (select v.ID from vm_nodes v"
              " join nodes n on n.ID = v.Node where n.Name in (%s))", "v", hosts) != 0)
    return -1;
  return db_exec(run->db, "delete from vm_nodes where Node in"
                 " (select ID from nodes where Name in (%s))", "v", hosts);
}

int
host_vm_remove(struct run *run)
{
  CLEANUP_LIST struct list hosts = { 0 };
  CLEANUP_ROWS struct rows rows = { 0 };
  struct vm_groups groups = { 0 };
  size_t i;
  int result;

  if (run->args.count == 0)
    return run_fail(run, "must supply at least one host");
  if (run_db(run) == NULL || hosts_expand(run, &hosts, HOSTS_BY_ID) != 0)
    return -1;
  result = moving_refuse(run, &hosts);
  if (result == 0)
    result = load(run, &hosts, &rows);
  if (result == 0 && rows.count > 0)
    result = vm_groups_load(run, &hosts, &groups);
  if (result == 0 && rows.count > 0)
    result = delete_rows(run, &hosts);
  for (i = 0; result == 0 && i < groups.count; i++)
    follow_up(run, &groups.group[i], &rows);
  vm_groups_free(&groups);
  return result;
}

/* ---- afterwards ---- */

static const char *
word_or(const char *word, const char *fallback)
{
  return strcmp(word, "-") == 0 ? fallback : word;
}

/* A VM as it was, as far as taking it down needs it. */
static struct rocks_vm_row
former_vm(const char *const *words, struct rocks_nic_row *nic)
{
  int64_t segment;

  *nic = (struct rocks_nic_row){ .device = "eth0", .mac = word_or(words[WORD_MAC], ""), .ip = "",
                                 .subnet = "", .netmask = "",
                                 .host_device = word_or(words[WORD_DEVICE], ""),
                                 .host_options = "", .host_module = "" };
  nic->tagged = nic->host_device[0] != '\0';
  if (number_parse(words[WORD_SEGMENT], 0, UINT32_MAX, &segment))
    nic->segment = (uint32_t) segment;
  return (struct rocks_vm_row){ .size = sizeof(struct rocks_vm_row), .name = words[WORD_NAME],
                                .container = words[WORD_CONTAINER], .membership = "",
                                .virt_type = "hvm", .cdrom = "", .nics = nic, .nnics = 1,
                                .boot = "", .profile = "", .kernel = "", .ramdisk = "",
                                .args = "", .install_profile = "", .gateway = "",
                                .home_uuid = "", .cluster = "" };
}

/* A cluster without members is nothing that anybody could still remove. */
static int
forget(struct run *run, const struct control *control)
{
  const struct site *home = model_home(&control->model);

  return home->resource->ops.resource.forget(home->inventory, run->call,
                                             control->cluster.row.name);
}

static int
take_down(struct run *run, struct control *control, const char *cluster,
          const struct rocks_vm_row *vms, size_t nvms)
{
  struct plan_choice choice = { 0 };
  CLEANUP_LIST struct list names = { 0 };
  int64_t left;
  size_t i;
  int result;

  for (i = 0; i < nvms; i++)
    list_add(&names, vms[i].name);
  choice.names = &names;
  control->progress = show_progress;
  if (control_take(control, cluster, vms, nvms, &left) != 0)
    return -1;
  result = control_stop(control, &choice);
  if (left == 0 && forget(run, control) != 0)
    result = -1;
  return result;
}

int
host_vm_undefine(struct run *run)
{
  size_t i, n = (run->args.count > 0 ? run->args.count - 1 : 0) / WORDS;
  const char *const *words = (const char *const *) run->args.item;
  CLEANUP_FREE struct rocks_vm_row *vms = mem_new(n + 1, sizeof *vms);
  CLEANUP_FREE struct rocks_nic_row *nics = mem_new(n + 1, sizeof *nics);
  struct control control = { 0 };
  int result;

  if (n == 0 || run->args.count != n * WORDS + 1)
    return run_fail(run, "this command is run by remove host vm alone");
  for (i = 0; i < n; i++)
    vms[i] = former_vm(words + 1 + i * WORDS, &nics[i]);
  result = sites_control(run, &control);
  if (result == 0)
    result = take_down(run, &control, word_or(words[0], NULL), vms, n);
  control_free(&control);
  return result;
}
