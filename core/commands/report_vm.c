/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What a VM is described with, and what the next one would be given.
 */
#include <config.h>

#include <string.h>

#include "commands/commands.h"
#include "commands/host_vm.h"
#include "commands/host_vm_alloc.h"
#include "framework/hosts.h"
#include "framework/output.h"

/* ---- report host vm config ---- */

/* Descriptions of the hosts, in their order. */
struct report {
  struct run *run;
  struct list hosts;
  struct text *xml; /* of each; empty: it is no VM */
};

static void
keep_xml(void *arg, const char *xml)
{
  text_add(arg, "%s", xml);
}

static int
describe_one(struct report *report, struct control *control, const struct rocks_vm_row *vm)
{
  const struct backend *backend = control->cluster.vm;
  struct rocks_vm description;
  size_t i;

  for (i = 0; i < report->hosts.count; i++)
    if (strcmp(report->hosts.item[i], vm->name) == 0)
      break;
  if (i == report->hosts.count)
    return 0; /* another member of its cluster */
  if (vm->boot[0] == '\0')
    return run_fail(report->run, "Host %s doesn't have a boot action...", vm->name);
  if (describe_vm(report->run->call, &control->model, &control->cluster,
                  model_home(&control->model), vm, &description) != 0)
    return -1;
  return backend->ops.vm.describe(backend->state, report->run->call, &description, keep_xml,
                                  &report->xml[i]);
}

static int
describe_group(struct report *report, const struct vm_group *group)
{
  struct control control = { 0 };
  int result = vm_group_control(report->run, group, &control);
  size_t i;

  for (i = 0; result == 0 && i < model_home(&control.model)->nvms; i++)
    result = describe_one(report, &control, &model_home(&control.model)->vms[i]);
  control_free(&control);
  return result;
}

static void
print_xml(struct run *run, const char *host, struct text *xml)
{
  while (xml->length > 0 && xml->data[xml->length - 1] == '\n')
    xml->data[--xml->length] = '\0';
  if (xml->length == 0)
    return;
  output_row(run, host);
  output_text(run, text_get(xml));
}

static int
report_config(struct run *run)
{
  struct report report = { .run = run };
  struct vm_groups groups = { 0 };
  size_t i;
  int result;

  if (run->args.count == 0)
    return run_fail(run, "must supply at least one host");
  result = run_db(run) != NULL ? hosts_expand(run, &report.hosts, HOSTS_BY_ID) : -1;
  report.xml = mem_new(report.hosts.count + 1, sizeof *report.xml);
  if (result == 0)
    result = vm_groups_load(run, &report.hosts, &groups);
  for (i = 0; result == 0 && i < groups.count; i++)
    result = describe_group(&report, &groups.group[i]);
  output_plain(run);
  for (i = 0; i < report.hosts.count; i++) {
    if (result == 0)
      print_xml(run, report.hosts.item[i], &report.xml[i]);
    text_free(&report.xml[i]);
  }
  free(report.xml);
  list_free(&report.hosts);
  vm_groups_free(&groups);
  return result;
}

/* ---- the others ---- */

/* What has no type is paravirtual, also what is no VM. */
static const char *
virt_type_of(const struct rows *types, const char *host)
{
  size_t i;

  for (i = 0; i < types->count; i++)
    if (strcmp(row_text(types, i, 0), host) == 0)
      return row_text(types, i, 1);
  return "para";
}

static int
report_virt_type(struct run *run)
{
  CLEANUP_LIST struct list hosts = { 0 };
  CLEANUP_ROWS struct rows rows = { 0 };
  size_t i;

  if (run_db(run) == NULL || hosts_expand(run, &hosts, HOSTS_MANAGED | HOSTS_BY_ID) != 0)
    return -1;
  if (hosts.count == 0)
    return run_fail(run, "must supply host");
  if (db_query(run->db, &rows, "select n.Name, v.Virt_Type from nodes n"
               " join vm_nodes v on v.Node = n.ID"
               " where v.Virt_Type <> '' and n.Name in (%s) order by n.Name", "v", &hosts) != 0)
    return -1;
  output_plain(run);
  for (i = 0; i < hosts.count; i++) {
    output_row(run, hosts.item[i]);
    output_text(run, virt_type_of(&rows, hosts.item[i]));
  }
  return 0;
}

static int
report_nextmac(struct run *run)
{
  struct vm_macs macs;
  char mac[MAC_TEXT];

  if (vm_macs_load(run, &macs) != 0 || vm_macs_next(run, &macs, mac) != 0)
    return -1;
  run_print(run, "%s\n", mac);
  return 0;
}

static int
print_next(struct run *run, const struct vm_subnet *subnet)
{
  const char *base = run_param(run, "baseip", "");
  uint32_t from = vm_subnet_top(subnet), ip;
  char text[IP_TEXT];
  int64_t step;

  if (number_arg(run->call, "increment", run_param(run, "increment", "-1"), INT32_MIN, INT32_MAX,
                 &step) != 0)
    return -1;
  if (base[0] != '\0' && !ip_parse(base, &from))
    return run_fail(run, "The ip address %s is invalid", base);
  if ((from & subnet->mask) != subnet->network)
    return run_fail(run, "baseip %s is not in the network `%s`", base, subnet->name);
  if (vm_subnet_next(run, subnet, from, step, &ip) != 0)
    return -1;
  ip_format(ip, text);
  run_print(run, "%s\n", text);
  return 0;
}

static int
report_nextip(struct run *run)
{
  struct vm_subnet subnet = { 0 };
  const char *name;
  int result;

  run_positional(run, "subnet", &name);
  if (name == NULL)
    return run_fail(run, "must supply the subnet");
  result = vm_subnet_load(run, name, &subnet);
  if (result == 0)
    result = print_next(run, &subnet);
  vm_subnet_free(&subnet);
  return result;
}

static const char *const host_option[] = {
  "host: a host, a pattern with %, rackN or an appliance", NULL
};

static const char *const nextip_options[] = {
  "subnet: a network that `list network` shows",
  "baseip: where the search begins; this address itself is not given; the broadcast address "
  "unless given",
  "increment: how far to the next candidate, -1 unless given",
  NULL
};

const struct command report_vm_commands[] = {
  { "report host vm config", "{host}...",
    "Prints how VMs are described to the hypervisor of their containers. Nobody is asked and "
    "nothing is changed.\n\nWith several VMs the first line of each begins with its name.",
    host_option, NULL, 0, report_config },
  { "report host vm virt_type", "{host}", "Prints the kind of virtualization of a VM: hvm or para.",
    host_option, NULL, 0, report_virt_type },
  { "report nextip", "{subnet} [baseip=string] [increment=int]",
    "Prints the next address of a network that no host has. It is not reserved.",
    nextip_options, NULL, 0, report_nextip },
  { "report vm nextmac", "",
    "Prints the MAC address that the next VM would be given. It is not reserved.", NULL, NULL, 0,
    report_nextmac },
  COMMANDS_END
};
