/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Attributes as commands, and as what scripts read.
 */
#include <config.h>

#include <string.h>

#include "commands/commands.h"
#include "commands/dump.h"
#include "commands/patterns.h"
#include "commands/scoped_attr.h"
#include "framework/attrs.h"

/* ---- dump ---- */

/* Former values are no part of the site: its dump's last line removes them. */
static bool
is_former(const struct run *run, const char *name)
{
  size_t n = strlen(name);

  return run->parent != NULL && n > 4 && strcmp(name + n - 4, "_old") == 0;
}

/* `members` gives the order: a table with Name and ID. */
static int
dump_scope(struct run *run, const struct attr_scope *scope, const char *words,
           const char *members)
{
  CLEANUP_FREE char *self = NULL, *sql = NULL;
  CLEANUP_LIST struct list names = { 0 };
  CLEANUP_ROWS struct rows rows = { 0 };
  size_t i;

  sql = mem_format("select i.Name, a.Attr, a.Value from attributes a"
                   " join catindex i on i.ID = a.Catindex join categories c on c.ID = a.Category"
                   " join %s m on m.Name = i.Name where c.Name = ? and a.Value is not null"
                   " and a.Value <> '' and i.Name in (%%s) order by m.ID, a.ID", members);
  if (scoped_attr_check(run) != 0 || scope->members(run, &names) != 0
      || db_query(run->db, &rows, sql, "sv", scope->category, &names) != 0)
    return -1;
  if (scope == &attr_scope_host)
    self = dump_self(run);
  for (i = 0; i < rows.count; i++) {
    const char *member = row_text(&rows, i, 0), *name = row_text(&rows, i, 1);
    CLEANUP_FREE char *value = NULL, *attr = NULL;

    /* `add host` makes the one, the machine says the other. */
    if (is_former(run, name)
        || (scope == &attr_scope_host
            && (strcmp(name, "os") == 0 || strcmp(name, "arch") == 0)))
      continue;
    attr = dump_value("attr", name);
    value = dump_value("value", row_text(&rows, i, 2));
    if (scope == &attr_scope_global)
      dump_words(run, words, attr, value, NULL);
    else
      dump_words(run, words, dump_host(self, member), attr, value, NULL);
  }
  return 0;
}

static int
dump_attr(struct run *run)
{
  return dump_scope(run, &attr_scope_global, "add attr", "(select 1 as ID, 'global' as Name)");
}

static int
dump_os_attr(struct run *run)
{
  return dump_scope(run, &attr_scope_os, "add os attr",
                    "(select 1 as ID, 'linux' as Name union all select 2, 'sunos')");
}

static int
dump_appliance_attr(struct run *run)
{
  return dump_scope(run, &attr_scope_appliance, "add appliance attr", "appliances");
}

static int
dump_host_attr(struct run *run)
{
  return dump_scope(run, &attr_scope_host, "add host attr", "nodes");
}

/* ---- report host attr ---- */

/* A text as Python 2 writes it. */
static void
add_python(struct text *out, const char *value)
{
  char quote = strchr(value, '\'') != NULL && strchr(value, '"') == NULL ? '"' : '\'';

  text_add_char(out, quote, 1);
  for (; *value != '\0'; value++) {
    unsigned char c = (unsigned char) *value;

    if (c == '\n')
      text_add(out, "\\n");
    else if (c == '\t')
      text_add(out, "\\t");
    else if (c == '\r')
      text_add(out, "\\r");
    else if (c < ' ' || c > '~')
      text_add(out, "\\x%02x", c);
    else
      text_add(out, "%s%c", c == '\\' || c == (unsigned char) quote ? "\\" : "", c);
  }
  text_add_char(out, quote, 1);
}

static void
report_dict(struct run *run, const struct attrs *attrs, const char *host, size_t *next)
{
  CLEANUP_TEXT struct text dict = { 0 };
  size_t i;

  for (i = *next; i < attrs->count && strcmp(attrs->item[i].host, host) == 0; i++) {
    text_add(&dict, "%s", i == *next ? "{" : ", ");
    add_python(&dict, attrs->item[i].name);
    text_add(&dict, ": ");
    add_python(&dict, attrs->item[i].value);
  }
  *next = i;
  text_add(&dict, "%s}", dict.length == 0 ? "{" : "");
  output_row(run, host);
  output_text(run, text_get(&dict));
}

static void
report_values(struct run *run, const struct attrs *attrs, const char *attr)
{
  size_t i;

  for (i = 0; i < attrs->count; i++) {
    CLEANUP_FREE char *line = NULL;

    if (*attr == '\0')
      line = mem_format("%s:%s", attrs->item[i].name, attrs->item[i].value);
    output_row(run, attrs->item[i].host);
    output_text(run, line != NULL ? line : attrs->item[i].value);
  }
}

static int
report_host_attr(struct run *run)
{
  CLEANUP_LIST struct list hosts = { 0 }, wanted = { 0 };
  const char *attr = run_param(run, "attr", "");
  struct attrs attrs;
  size_t i, next = 0;
  int result = 0;

  list_add(&wanted, attr);
  if (hosts_expand(run, &hosts, 0) != 0
      || attrs_resolve(run, &hosts, *attr != '\0' ? &wanted : NULL, &attrs) != 0)
    return -1;
  output_plain(run);
  if (*attr != '\0' && attrs.count < hosts.count)
    result = run_fail(run, "Attribute %s does not exist", attr);
  else if (*attr == '\0' && run_flag(run, "pydict", false))
    for (i = 0; i < hosts.count; i++)
      report_dict(run, &attrs, hosts.item[i], &next);
  else
    report_values(run, &attrs, attr);
  attrs_free(&attrs);
  return result;
}

static const char *const options[] = {
  "host: a host, a pattern with %, rackN or an appliance; without any, all hosts",
  "appliance: an appliance, or a pattern with %; without any, all",
  "attr: one attribute, whose value alone is printed",
  "pydict: yes prints what Python reads as a dictionary",
  NULL
};

const struct command attr_dump_commands[] = {
  { "dump attr", "", "Prints the attributes of the whole site as the commands that make them.",
    NULL, NULL, 0, dump_attr },
  { "dump os attr", "", "Prints the attributes of operating systems as the commands that make "
    "them.", NULL, NULL, 0, dump_os_attr },
  { "dump appliance attr", "[appliance]",
    "Prints the attributes of appliances as the commands that make them.", options, NULL, 0,
    dump_appliance_attr },
  { "dump host attr", "[host]",
    "Prints the attributes of hosts as the commands that make them.", options, NULL, 0,
    dump_host_attr },
  { "report host attr", "[host] [attr=string] [pydict=bool]",
    "Prints the attributes that hold for hosts, a line NAME:VALUE each.", options, NULL, 0,
    report_host_attr },
  COMMANDS_END
};
