/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Attributes of hosts.
 */
#include <config.h>

#include "commands/commands.h"
#include "commands/scoped_attr.h"
#include "framework/attrs.h"
#include "framework/hosts.h"
#include "framework/output.h"

static int
list_host_attr(struct run *run)
{
  CLEANUP_LIST struct list hosts = { 0 };
  struct attrs attrs;
  size_t i;

  if (scoped_attr_check(run) != 0 || hosts_expand(run, &hosts, HOSTS_BY_ID) != 0
      || attrs_resolve(run, &hosts, NULL, &attrs) != 0)
    return -1;
  output_header(run, "host", "attr", "value", "source", NULL);
  output_keep_owner(run);
  for (i = 0; i < attrs.count; i++) {
    const char source[] = { attrs.item[i].source, '\0' };

    output_row(run, attrs.item[i].host);
    output_text(run, attrs.item[i].name);
    output_text(run, attrs.item[i].value);
    output_text(run, source);
  }
  attrs_free(&attrs);
  return 0;
}

static int
add_host_attr(struct run *run)
{
  return scoped_attr_add(run, &attr_scope_host);
}

static int
set_host_attr(struct run *run)
{
  return scoped_attr_set(run, &attr_scope_host);
}

static int
remove_host_attr(struct run *run)
{
  return scoped_attr_remove(run, &attr_scope_host);
}

static const char *const options[] = {
  "host: a host, a pattern with %, rackN or an appliance; without any, all hosts",
  "attr: the attribute's name",
  "value: its value, as it is",
  NULL
};

static const char *const list_examples[] = {
  "vm-container-0-0|what holds for one host, and where it was set", NULL
};

static const char *const set_examples[] = {
  "vm-container-0-0 vm_backend xen|VMs of that host run under Xen", NULL
};

const struct command host_attr_commands[] = {
  { "list host attr", "[host]",
    "Shows the attributes that hold for hosts. The last column says where each comes from: "
    "H the host, A its appliance, O its operating system, G the site, I built in.",
    options, list_examples, 0, list_host_attr },
  { "add host attr", "{host} {attr} {value} [attr=string] [value=string]",
    "Adds an attribute of hosts. If one of them has it, nothing changes.", options, NULL,
    COMMAND_ROOT | COMMAND_WRITES, add_host_attr },
  { "set host attr", "{host} {attr} {value} [attr=string] [value=string]",
    "Sets an attribute of hosts. The value before is kept as NAME_old.", options, set_examples,
    COMMAND_ROOT | COMMAND_WRITES, set_host_attr },
  { "remove host attr", "{host} {attr} [attr=string]",
    "Removes an attribute of hosts, and its NAME_old.", options, NULL,
    COMMAND_ROOT | COMMAND_WRITES, remove_host_attr },
  COMMANDS_END
};
