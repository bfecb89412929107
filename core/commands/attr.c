/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Attributes of the site, of operating systems and of appliances.
 */
#include <config.h>

#include "commands/commands.h"
#include "commands/patterns.h"
#include "commands/scoped_attr.h"

/* The rows of one category; those of `names` when the words name some. */
#define STORED_ATTRS(select, order)                                                    \
  select " from attributes a join catindex i on i.ID = a.Catindex"                     \
         " join categories c on c.ID = a.Category" order

static int
list_attr(struct run *run)
{
  const struct list none = { 0 };

  if (scoped_attr_check(run) != 0)
    return -1;
  output_keep_owner(run);
  return list_query(run, "attr,value", "t",
                    STORED_ATTRS("select a.Attr, a.Value", " where c.Name = 'global'"
                                 " order by a.ID"), &none);
}

static int
add_attr(struct run *run)
{
  return scoped_attr_add(run, &attr_scope_global);
}

static int
set_attr(struct run *run)
{
  return scoped_attr_set(run, &attr_scope_global);
}

static int
remove_attr(struct run *run)
{
  return scoped_attr_remove(run, &attr_scope_global);
}

static int
list_os_attr(struct run *run)
{
  CLEANUP_LIST struct list names = { 0 };

  if (scoped_attr_check(run) != 0 || os_expand(run, &names) != 0)
    return -1;
  return list_query(run, "os,attr,value", "tt",
                    STORED_ATTRS("select i.Name, a.Attr, a.Value", " where c.Name = 'os'"
                                 " and i.Name in (%s) order by i.Name, a.ID"), &names);
}

static int
add_os_attr(struct run *run)
{
  return scoped_attr_add(run, &attr_scope_os);
}

static int
set_os_attr(struct run *run)
{
  return scoped_attr_set(run, &attr_scope_os);
}

static int
remove_os_attr(struct run *run)
{
  return scoped_attr_remove(run, &attr_scope_os);
}

static int
list_appliance_attr(struct run *run)
{
  CLEANUP_LIST struct list names = { 0 };

  output_keep_owner(run);
  if (scoped_attr_check(run) != 0
      || names_expand(run, "appliances", "Name", NULL, &names) != 0)
    return -1;
  return list_query(run, "appliance,attr,value", "tt",
                    STORED_ATTRS("select p.Name, a.Attr, a.Value",
                                 " join appliances p on p.Name = i.Name"
                                 " where c.Name = 'appliance' and p.Name in (%s)"
                                 " order by p.ID, a.ID"), &names);
}

static int
add_appliance_attr(struct run *run)
{
  return scoped_attr_add(run, &attr_scope_appliance);
}

static int
set_appliance_attr(struct run *run)
{
  return scoped_attr_set(run, &attr_scope_appliance);
}

static int
remove_appliance_attr(struct run *run)
{
  return scoped_attr_remove(run, &attr_scope_appliance);
}

static const char *const store_options[] = {
  "attr: the attribute's name",
  "value: its value, as it is",
  "os: linux or sunos; several may be given",
  "appliance: an appliance, or a pattern with %; several may be given",
  NULL
};

static const char *const list_options[] = {
  "os: linux or sunos; without any, both",
  "appliance: an appliance, or a pattern with %; without any, all",
  NULL
};

static const char *const set_examples[] = {
  "network_backend n2n|new clusters of this site take that network backend", NULL
};

#define WRITES (COMMAND_ROOT | COMMAND_WRITES)

const struct command attr_commands[] = {
  { "list attr", "", "Shows the attributes of the whole site.", list_options, NULL, 0, list_attr },
  { "add attr", "{attr} {value} [attr=string] [value=string]",
    "Adds an attribute of the whole site. One that exists is left as it is.", store_options, NULL,
    WRITES, add_attr },
  { "set attr", "{attr} {value} [attr=string] [value=string]",
    "Sets an attribute of the whole site. The value before is kept as NAME_old.", store_options,
    set_examples, WRITES, set_attr },
  { "remove attr", "{attr} [attr=string]",
    "Removes an attribute of the whole site, and its NAME_old.", store_options, NULL, WRITES,
    remove_attr },
  { "list os attr", "[os]", "Shows the attributes of operating systems.", list_options, NULL, 0,
    list_os_attr },
  { "add os attr", "{os} {attr} {value} [attr=string] [value=string]",
    "Adds an attribute of an operating system. One that exists is left as it is.", store_options,
    NULL, WRITES, add_os_attr },
  { "set os attr", "{os} {attr} {value} [attr=string] [value=string]",
    "Sets an attribute of an operating system. The value before is kept as NAME_old.",
    store_options, NULL, WRITES, set_os_attr },
  { "remove os attr", "{os} {attr} [attr=string]",
    "Removes an attribute of an operating system, and its NAME_old.", store_options, NULL, WRITES,
    remove_os_attr },
  { "list appliance attr", "[appliance]", "Shows the attributes of appliances.", list_options,
    NULL, 0, list_appliance_attr },
  { "add appliance attr", "{appliance} {attr} {value} [attr=string] [value=string]",
    "Adds an attribute of an appliance. One that exists is left as it is.", store_options, NULL,
    WRITES, add_appliance_attr },
  { "set appliance attr", "{appliance} {attr} {value} [attr=string] [value=string]",
    "Sets an attribute of an appliance. The value before is kept as NAME_old.", store_options,
    NULL, WRITES, set_appliance_attr },
  { "remove appliance attr", "{appliance} {attr} [attr=string]",
    "Removes an attribute of an appliance, and its NAME_old.", store_options, NULL, WRITES,
    remove_appliance_attr },
  COMMANDS_END
};
