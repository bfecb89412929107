/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * `add host vm` (rocks-compat 3.5): what was said is checked, then every VM is
 * given its name, MACs and address and written, all in one transaction.
 */
#include <config.h>

#include <string.h>

#include "commands/cluster.h"
#include "commands/host_vm.h"
#include "commands/host_vm_add.h"
#include "commands/scoped_attr.h"
#include "commands/sites.h"
#include "framework/hosts.h"

/* More would not fit the slots of a VM's PCI bus. */
#define NICS_MAX 28

static int
number_param(struct run *run, const char *name, const char *fallback, int64_t min, int64_t max,
             int64_t *value)
{
  const char *text = run_param(run, name, "");

  return number_arg(run->call, name, text[0] != '\0' ? text : fallback, min, max, value);
}

/* Parameters that are about one VM. */
static int
check_single(struct run *run, const struct list *containers)
{
  static const char *const names[] = { "name", "ip", "slice", "mac" };
  size_t i;

  for (i = 0; containers->count > 1 && i < sizeof names / sizeof *names; i++)
    if (run_param(run, names[i], "")[0] != '\0')
      return run_fail(run, "can't supply the '%s' parameter with more than one host", names[i]);
  return 0;
}

static int
read_virt_type(struct vm_order *order)
{
  struct run *run = order->run;
  const struct backend *vm = choose_backend(run, ROCKS_KIND_VM, "", "vm_backend",
                                            DEFAULT_VM_BACKEND);
  const char *word;
  size_t i;

  if (vm == NULL)
    return -1;
  word = run_param(run, "virt-type", "");
  order->virt_type = mem_copy(word[0] != '\0' ? word : vm->ops.vm.virt_types[0]);
  for (i = 0; order->virt_type[i] != '\0'; i++)
    if (order->virt_type[i] >= 'A' && order->virt_type[i] <= 'Z')
      order->virt_type[i] = (char) (order->virt_type[i] - 'A' + 'a');
  if (strcmp(order->virt_type, "hvm") != 0 && strcmp(order->virt_type, "para") != 0)
    return run_fail(run, "Virtualization type must be either 'hvm' or 'para'");
  return check_virt_type(run, vm, order->virt_type, false);
}

static int
read_membership(struct vm_order *order, const char *word)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  struct run *run = order->run;

  if (db_query(run->db, &rows, "select m.ID, m.Name, a.Name from memberships m"
               " join appliances a on a.ID = m.Appliance where m.Name = ? order by m.ID", "s",
               word) != 0)
    return -1;
  if (rows.count == 0)
    return run_fail(run, "membership %s is not valid", word);
  order->membership = mem_copy(row_text(&rows, 0, 0));
  order->appliance = mem_copy(row_text(&rows, 0, 2));
  /* Its own virtual frontend will name and address it. */
  order->hosted = strcmp(row_text(&rows, 0, 1), "Hosted VM") == 0;
  return 0;
}

static int
read_nics(struct vm_order *order)
{
  const char *count = run_param(order->run, "num-macs", "1"), *word;
  CLEANUP_LIST struct list vlans = { 0 };
  struct run *run = order->run;
  int64_t n, vlan;
  size_t i;

  if (!number_parse(count, INT64_MIN, INT64_MAX, &n))
    return run_fail(run, "the num_macs parameter must be an integer");
  if (number_arg(run->call, "num-macs", count, 1, NICS_MAX, &n) != 0)
    return -1;
  order->nnics = (size_t) n;
  list_split(&vlans, run_param(run, "vlan", ""), ",");
  if (vlans.count > order->nnics)
    return run_fail(run, "vlan \"%s\" is for %zu interfaces, num-macs is %zu",
                    run_param(run, "vlan", ""), vlans.count, order->nnics);
  for (i = 0; i < vlans.count; i++) {
    word = vlans.item[i];
    if (strcmp(word, "none") == 0) {
      list_take(&order->vlans, NULL);
      continue;
    }
    if (!number_parse(word, 0, VLAN_MAX, &vlan))
      return run_fail(run, "vlan \"%s\" must be an integer from 0 to %d, or none", word, VLAN_MAX);
    list_add(&order->vlans, word);
  }
  return 0;
}

static int
taken(struct run *run, const char *column, const char *what, const char *value)
{
  CLEANUP_FREE char *sql = mem_format("select coalesce(n.Name, '') from networks w left join"
                                      " nodes n on n.ID = w.Node where w.%s = ? order by w.ID",
                                      column);
  CLEANUP_FREE char *holder = NULL;

  if (db_value(run->db, &holder, NULL, sql, "s", value) != 0)
    return -1;
  if (holder != NULL)
    return call_fail(run->call, ROCKS_EEXISTS, "the %s address %s is in use by %s", what, value,
                     holder);
  return 0;
}

static int
read_addresses(struct vm_order *order)
{
  struct run *run = order->run;
  const char *mac = run_param(run, "mac", "");
  uint64_t number;

  order->ip = run_param(run, "ip", "");
  /* Shells of old scripts left the quotes on. */
  if (order->ip[0] == '\'')
    return run_fail(run, "The ip address %s is invalid", order->ip);
  if (mac[0] != '\0') {
    if (!mac_parse(mac, &number) || (number >> 40 & 1) != 0)
      return run_fail(run, "mac \"%s\" is no MAC address of a host", mac);
    mac_format(number, order->mac);
    if (taken(run, "MAC", "MAC", order->mac) != 0)
      return -1;
  }
  if (order->ip[0] == '\0')
    return 0;
  if (order->hosted)
    return run_fail(run, "ip %s: a VM of membership Hosted VM gets its address from its virtual "
                    "frontend", order->ip);
  if (!ip_parse(order->ip, &order->address))
    return run_fail(run, "The ip address %s is invalid", order->ip);
  return taken(run, "IP", "IP", order->ip);
}

static int
read_disk(struct vm_order *order)
{
  const char *spec = run_param(order->run, "disk", "");

  if (number_param(order->run, "disksize", "36", 0, INT32_MAX, &order->disk_size) != 0)
    return -1;
  order->default_disk = spec[0] == '\0';
  return order->default_disk ? 0 : vm_disk_parse(order->run, spec, &order->disk);
}

/* The profiles that boot it: bootaction rows, which must be there. */
static int
read_profiles(struct vm_order *order)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  struct run *run = order->run;
  bool para = strcmp(order->virt_type, "para") == 0;
  const char *wanted = para ? "install vm" : "install";

  if (db_query(run->db, &rows, para ? "select Action from bootaction where Action = 'install vm'"
               : "select Action from bootaction where Action in ('install', 'install notracker')"
               " order by length(Action) desc", "") != 0)
    return -1;
  if (rows.count == 0)
    return run_fail(run, "action \"%s\" does not exist", wanted);
  order->install = mem_copy(row_text(&rows, 0, 0));
  return 0;
}

static int
read_name(struct vm_order *order)
{
  const char *slice = run_param(order->run, "slice", "");

  order->name = run_param(order->run, "name", "");
  order->slice = -1;
  if (slice[0] != '\0'
      && number_arg(order->run->call, "slice", slice, 0, INT32_MAX, &order->slice) != 0)
    return -1;
  return order->name[0] != '\0' ? sites_check_new(order->run, order->name) : 0;
}

/* The checks of rocks-compat 3.5 in their order, then ours. */
static int
read_order(struct vm_order *order)
{
  struct run *run = order->run;
  const char *membership;

  run_positional(run, "membership", &membership);
  if (membership == NULL)
    return run_fail(run, "must supply a membership");
  if (run->args.count == 0)
    return run_fail(run, "must supply at least one host");
  if (run_db(run) == NULL || hosts_expand(run, &order->containers, HOSTS_BY_ID) != 0)
    return -1;
  if (order->containers.count == 0)
    return run_fail(run, "must supply at least one host");
  if (check_single(run, &order->containers) != 0 || read_virt_type(order) != 0
      || read_nics(order) != 0 || read_membership(order, membership) != 0
      || vm_subnet_load(run, run_param(run, "subnet", "private"), &order->subnet) != 0
      || number_param(run, "mem", "2048", 1, INT32_MAX, &order->memory) != 0
      || number_param(run, "cpus", "1", 1, 4096, &order->cpus) != 0)
    return -1;
  if (read_disk(order) != 0 || read_addresses(order) != 0 || read_profiles(order) != 0
      || vm_macs_load(run, &order->macs) != 0)
    return -1;
  return read_name(order);
}

static void
order_free(struct vm_order *order)
{
  list_free(&order->containers);
  list_free(&order->vlans);
  list_free(&order->added);
  free(order->virt_type);
  free(order->membership);
  free(order->appliance);
  free(order->install);
  vm_subnet_free(&order->subnet);
  vm_disk_free(&order->disk);
}

/* The host attributes that every new host of Rocks 7 has. */
static int
store_attributes(struct vm_order *order)
{
  if (attr_store(order->run, &attr_scope_host, &order->added, "os", "linux") != 0)
    return -1;
  return attr_store(order->run, &attr_scope_host, &order->added, "UseTracker", "False");
}

int
host_vm_add(struct run *run)
{
  struct vm_order order = { .run = run };
  int result = read_order(&order);
  size_t i;

  for (i = 0; result == 0 && i < order.containers.count; i++)
    result = vm_store(&order, order.containers.item[i]);
  if (result == 0)
    result = store_attributes(&order);
  if (result == 0)
    result = vm_store_boot(&order);
  if (result == 0) {
    /* Boot files follow the rows. */
    run_after_commit(run, "set host boot", (const char *const *) order.added.item,
                     order.added.count);
    if (run_flag(run, "sync-config", true))
      run_after_commit(run, "sync config", NULL, 0);
  }
  order_free(&order);
  return result;
}
