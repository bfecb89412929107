/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * `add cluster`: what the user said is checked here, word by word; what it
 * leads to is decided in cluster/reserve.c.
 */
#include <config.h>

#include <string.h>

#include "base/addr.h"
#include "cluster/reserve.h"
#include "commands/cluster.h"
#include "commands/pxe.h"
#include "commands/sites.h"
#include "framework/attrs.h"
#include "framework/hosts.h"
#include "framework/output.h"

/* Everything that `add cluster` was told, with what it owns. */
struct order {
  struct wish wish;
  struct list sites, hosts;
  char *network, *vm; /* owned names of the backends */
};

static void
free_order(struct order *order)
{
  list_free(&order->sites);
  list_free(&order->hosts);
  free(order->network);
  free(order->vm);
}

const struct backend *
choose_backend(struct run *run, enum rocks_kind kind, const char *param, const char *attribute,
               const char *fallback)
{
  const char *name = run_param(run, param, NULL);
  CLEANUP_FREE char *self = NULL;
  CLEANUP_FREE char *value = NULL;

  if (name != NULL && name[0] != '\0')
    return backend_get(run->call, kind, name);
  self = hosts_self(run);
  if (self == NULL || attr_of(run, self, attribute, &value) != 0)
    return NULL;
  return backend_get(run->call, kind, value != NULL && value[0] != '\0' ? value : fallback);
}

static int
number_param(struct run *run, const char *name, int64_t fallback, int64_t min, int64_t max,
             int64_t *value)
{
  const char *text = run_param(run, name, NULL);

  *value = fallback;
  return text == NULL ? 0 : number_arg(run->call, name, text, min, max, value);
}

int
cluster_read_need(struct run *run, const char *cpus, const char *mem, const char *disk,
                  const struct need *fallback, struct need *need)
{
  int64_t c, m, d;

  if (number_param(run, cpus, fallback->cpus, 1, 4096, &c) != 0 ||
      number_param(run, mem, (int64_t) fallback->memory, 1, INT32_MAX, &m) != 0 ||
      number_param(run, disk, (int64_t) fallback->disk, 0, INT32_MAX, &d) != 0)
    return -1;
  *need = (struct need){ .cpus = (uint32_t) c, .memory = (uint64_t) m, .disk = (uint64_t) d };
  return 0;
}

static int
read_vlan(struct run *run, const struct backend *network, uint32_t *vlan)
{
  const struct rocks_network_ops *ops = &network->ops.network;
  const char *text = run_param(run, "vlan", NULL);
  int64_t value;

  *vlan = 0;
  if (text == NULL)
    return 0;
  if (!number_parse(text, INT64_MIN, INT64_MAX, &value))
    return run_fail(run, "Vlan ID (%s) must be an integer", text);
  if (value < ops->segment_min || value > ops->segment_max)
    return run_fail(run, "vlan %s is not from %u to %u", text, ops->segment_min,
                    ops->segment_max);
  *vlan = (uint32_t) value;
  return 0;
}

static int
check_addresses(struct run *run, const struct wish *wish)
{
  uint32_t ignored;

  if (!ip_parse(wish->ip, &ignored))
    return run_fail(run, "The ip address %s is invalid", wish->ip);
  if (wish->gateway != NULL && !ip_parse(wish->gateway, &ignored))
    return run_fail(run, "The gateway address %s is invalid", wish->gateway);
  return 0;
}

int
cluster_read_hosts(struct run *run, struct list *hosts)
{
  CLEANUP_LIST struct list words = { 0 };
  size_t i;

  list_split(&words, run_param(run, "container-hosts", ""), " \t\n");
  for (i = 0; i < words.count; i++) {
    char *name;

    if (strchr(words.item[i], ':') != NULL) {
      list_add(hosts, words.item[i]);
      continue;
    }
    name = hosts_resolve(run, words.item[i]);
    if (name == NULL)
      return -1;
    list_take(hosts, name);
  }
  return 0;
}

int
cluster_read_count(struct run *run, const char *text, struct wish *wish)
{
  int64_t count;

  if (!number_parse(text, INT32_MIN, INT32_MAX, &count))
    return run_fail(run, "num-computes must be an integer");
  if (count < 0 || count > 10000)
    return run_fail(run, "num-computes %s is not from 0 to 10000", text);
  wish->computes = (size_t) count;
  return 0;
}

/* The checks of rocks-compat 3.1 in their order, then ours. */
static int
read_order(struct run *run, struct order *order)
{
  static const struct need compute = { 1, 1024, 36 }, frontend = { 1, 2048, 36 };
  struct wish *wish = &order->wish;
  const char *values[2];

  run_positional(run, "ip num-computes", values);
  if (values[0] == NULL)
    return run_fail(run, "must supply an IP address for the frontend");
  if (values[1] == NULL)
    return run_fail(run, "must supply the number of compute nodes");
  if (cluster_read_count(run, values[1], wish) != 0)
    return -1;
  wish->fe_name = run_param(run, "fe-name", NULL);
  wish->cluster_naming = run_flag(run, "cluster-naming", false);
  if (wish->cluster_naming && wish->fe_name == NULL)
    return run_fail(run, "you must select a fe-name when using cluster-naming");
  wish->network = choose_backend(run, ROCKS_KIND_NETWORK, "network-backend", "network_backend",
                                 DEFAULT_NETWORK_BACKEND);
  wish->vm = wish->network == NULL ? NULL
             : choose_backend(run, ROCKS_KIND_VM, "vm-backend", "vm_backend", DEFAULT_VM_BACKEND);
  if (wish->vm == NULL)
    return -1;
  wish->virt_type = run_param(run, "virt-type", wish->vm->ops.vm.virt_types[0]);
  if (check_virt_type(run, wish->vm, wish->virt_type, true) != 0 ||
      read_vlan(run, wish->network, &wish->vlan) != 0)
    return -1;
  if (cluster_read_need(run, "cpus-per-compute", "mem-per-compute", "disk-per-compute", &compute,
                        &wish->compute) != 0 ||
      cluster_read_need(run, "fe-cpus", "fe-mem", "disk-per-frontend", &frontend,
                        &wish->frontend) != 0)
    return -1;
  wish->ip = values[0];
  wish->gateway = run_param(run, "gateway", NULL);
  wish->fe_container = run_param(run, "fe-container", NULL);
  wish->subnet = run_param(run, "subnet", "private");
  list_split(&order->sites, run_param(run, "sites", ""), " \t\n,");
  wish->sites = &order->sites;
  wish->hosts = &order->hosts;
  return 0;
}

/* ---- what is said ---- */

static void
say_done(struct run *run, const struct control *control)
{
  const struct rocks_cluster_row *row = &control->cluster.row;
  size_t i;

  run_progress(run, "\tcreated frontend VM named: %s\n<-- Done.\n", row->name);
  if (row->nmembers > 1)
    run_progress(run, "Creating %zu Virtual Cluster nodes  --> \n", row->nmembers - 1);
  for (i = 1; i < row->nmembers; i++)
    run_progress(run, "\tcreated compute VM named: %s\n", row->members[i].name);
  if (row->nmembers > 1)
    run_progress(run, "<-- Done.\n");
}

static void
say_member(struct run *run, struct control *control, const struct rocks_member_row *member)
{
  const struct site *site = model_site_by_uuid(&control->model, member->site_uuid);

  output_row(run, site->name);
  output_text(run, member->container);
  output_text(run, member->name);
  output_text(run, member->role == ROCKS_ROLE_FRONTEND ? "frontend" : "compute");
  output_number(run, member->cpus);
  output_number(run, (int64_t) member->memory);
  output_number(run, (int64_t) member->disk);
  output_text(run, member->mac);
  output_number(run, member->segment);
  output_port(run, control, member);
}

void
cluster_say_members(struct run *run, struct control *control, size_t first)
{
  const struct rocks_cluster_row *row = &control->cluster.row;
  size_t i;

  output_header(run, "site", "container", "vm", "role", "cpus", "mem", "disk", "mac", "segment",
                "port", NULL);
  output_keep_owner(run);
  for (i = first; i < row->nmembers; i++)
    say_member(run, control, &row->members[i]);
}

static void
say_plan(struct run *run, struct control *control)
{
  const struct rocks_cluster_row *row = &control->cluster.row;

  run_progress(run, "Nothing is changed. This would be added:\n");
  run_progress(run, "  cluster          %s\n", row->name);
  run_progress(run, "  network backend  ");
  say_network(run, row);
  run_progress(run, "  VM backend       %s\n\n", row->vm_backend);
  cluster_say_members(run, control, 0);
}

/* The rest of the checks, where the original comes to them, after what it has
 * said by then. */
static int
resolve_names(struct run *run, struct order *order, bool dry)
{
  const struct wish *wish = &order->wish;
  bool tagged = wish->network->ops.network.capabilities & ROCKS_NET_TAGGED;
  CLEANUP_FREE char *home = NULL;
  const char *container = wish->fe_container;

  if (tagged && wish->vlan == 0 && !dry)
    run_progress(run, "Getting Free VLAN --> \n<-- Done\n");
  if (cluster_read_hosts(run, &order->hosts) != 0)
    return -1;
  if (container == NULL) {
    CLEANUP_FREE char *self = hosts_self(run);

    if (self == NULL || attr_of(run, self, "Kickstart_PrivateHostname", &home) != 0)
      return -1;
    container = home != NULL ? home : self;
    if (!dry)
      run_progress(run, "Creating Virtual Frontend on Physical Host %s --> \n", container);
  } else if (!dry) {
    run_progress(run, "Creating Virtual Frontend on Physical Host %s --> \n", container);
  }
  if (wish->fe_name != NULL && sites_check_new(run, wish->fe_name) != 0)
    return -1;
  return check_addresses(run, wish);
}

/* Without tables of ours the backends of a cluster are those of all clusters. */
static int
check_memory(struct run *run, const struct control *control, const struct wish *wish)
{
  const struct backend *const chosen[] = { wish->network, wish->vm };
  const char *const known[] = {
    control->network_backend != NULL ? control->network_backend : DEFAULT_NETWORK_BACKEND,
    control->vm_backend != NULL ? control->vm_backend : DEFAULT_VM_BACKEND };
  size_t i;

  for (i = 0; model_home(&control->model)->uuid[0] == '\0' && i < 2; i++)
    if (strcmp(chosen[i]->plugin.name, known[i]) != 0)
      return run_fail(run, "this site's database cannot keep that the cluster has the %s backend "
                      "%s: run `rocks create database`", i == 0 ? "network" : "VM",
                      chosen[i]->plugin.name);
  return 0;
}

static void
follow_up(struct run *run, const struct control *control)
{
  CLEANUP_LIST struct list frontend = { 0 };

  list_add(&frontend, control->cluster.row.name);
  pxe_follow(run, &frontend);
  run_after_commit(run, "sync config", NULL, 0);
}

int
cluster_add(struct run *run)
{
  struct order order = { 0 };
  struct control control;
  bool dry = run_flag(run, "dryrun", false);
  int result;

  if (sites_control(run, &control) != 0)
    return -1;
  result = read_order(run, &order);
  if (result == 0)
    result = check_memory(run, &control, &order.wish);
  if (result == 0)
    result = resolve_names(run, &order, dry);
  if (result == 0)
    result = reserve_cluster(run->call, &control.model, &order.wish, dry, &control.cluster);
  if (result == 0 && dry)
    say_plan(run, &control);
  if (result == 0 && !dry) {
    say_done(run, &control);
    run_progress(run, "Syncing Network Configuration --> \n");
    follow_up(run, &control);
    run_print(run, "<-- Done.\n");
  }
  control_free(&control);
  free_order(&order);
  return result;
}
