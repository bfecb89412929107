/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <string.h>

#include "base/addr.h"
#include "commands/patterns.h"

/* Splits at commas and keeps what is empty between them. */
static void
split_heading(struct run *run, const char *heading)
{
  CLEANUP_LIST struct list names = { 0 };
  size_t n;

  for (;; heading += n + 1) {
    n = strcspn(heading, ",");
    list_addf(&names, "%.*s", (int) n, heading);
    if (heading[n] == '\0')
      break;
  }
  output_header_list(run, &names);
}

static void
output_cell(struct run *run, char type, const char *value)
{
  if (type == 'n')
    output_number_text(run, value);
  else if (type == 'b' && value != NULL)
    output_bool(run, strcmp(value, "0") != 0);
  else
    output_text(run, value);
}

int
list_query(struct run *run, const char *heading, const char *types, const char *sql,
           const struct list *names)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  struct db *db = run_db(run);
  size_t r, c;

  if (db == NULL || db_query_in(db, &rows, sql, names) != 0)
    return -1;
  split_heading(run, heading);
  for (r = 0; r < rows.count; r++) {
    output_row(run, row_text(&rows, r, 0));
    for (c = 1; c < rows.columns; c++)
      output_cell(run, types[c - 1], row_text(&rows, r, c));
  }
  return 0;
}

int
check_references(struct run *run, const char *table, const char *column, const char *target)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  CLEANUP_FREE char *sql
    = mem_format("select count(*), min(x.%s) from %s x left join %s t on t.ID = x.%s"
                 " where t.ID is null", column, table, target, column);
  const char *value;

  if (run->args.count > 0)
    return 0;
  if (run_db(run) == NULL || db_query(run->db, &rows, sql, "") != 0)
    return -1;
  if (row_int(&rows, 0, 0) == 0)
    return 0;
  value = row_text(&rows, 0, 1);
  return run_fail(run, "the database contradicts itself: %s of table %s with %s %s refers to nothing"
                  " in table %s", row_int(&rows, 0, 0) == 1 ? "a row" : "more than one row", table,
                  column, value != NULL ? value : "NULL", target);
}

/* The statement with its first %s, the condition on n.Name, and its second, the
 * order of the hosts, if it has one. */
static int
hosts_statement(struct run *run, const char *sql, unsigned flags, struct text *whole,
                struct list *names)
{
  CLEANUP_TEXT struct text condition = { 0 };
  const char *mark = strstr(sql, "%s"), *order = strstr(mark + 2, "%s");
  bool by_id;

  if (hosts_condition(run, "n.Name", flags, &condition, names, &by_id) != 0)
    return -1;
  text_add_bytes(whole, sql, (size_t) (mark - sql));
  text_add(whole, "%s", text_get(&condition));
  if (order != NULL) {
    text_add_bytes(whole, mark + 2, (size_t) (order - mark - 2));
    text_add(whole, "%s", by_id ? "n.ID" : "n.Name, n.ID");
    mark = order;
  }
  text_add(whole, "%s", mark + 2);
  return 0;
}

int
list_hosts(struct run *run, const char *heading, const char *types, const char *sql,
           unsigned flags)
{
  CLEANUP_TEXT struct text whole = { 0 };
  CLEANUP_LIST struct list names = { 0 };

  if (hosts_statement(run, sql, flags, &whole, &names) != 0)
    return -1;
  return list_query(run, heading, types, text_get(&whole), &names);
}

int
query_hosts(struct run *run, struct rows *rows, const char *sql)
{
  CLEANUP_TEXT struct text whole = { 0 };
  CLEANUP_LIST struct list names = { 0 };

  if (hosts_statement(run, sql, 0, &whole, &names) != 0 || run_db(run) == NULL)
    return -1;
  return db_query_in(run->db, rows, text_get(&whole), &names);
}

int
take_host_value(struct run *run, const char *name, const char **value, struct list *hosts)
{
  run_positional(run, name, value);
  if (run->args.count == 0)
    return run_fail(run, "must supply host");
  if (*value == NULL)
    return run_fail(run, "must supply %s", name);
  return hosts_expand(run, hosts, 0);
}

static int
update_hosts(struct run *run, const char *column, const char *value, const struct list *hosts)
{
  CLEANUP_FREE char *sql
    = mem_format("update nodes set %s = ? where Name in (%%s)", column);

  return db_exec(run->db, sql, "sv", value, hosts);
}

int
set_host_text(struct run *run, const char *name, const char *column)
{
  CLEANUP_LIST struct list hosts = { 0 };
  const char *value;

  if (take_host_value(run, name, &value, &hosts) != 0)
    return -1;
  return update_hosts(run, column, value, &hosts);
}

int
set_host_number(struct run *run, const char *name, const char *column, int64_t min, int64_t max)
{
  CLEANUP_LIST struct list hosts = { 0 };
  const char *value;
  int64_t number;

  if (take_host_value(run, name, &value, &hosts) != 0
      || number_arg(run->call, name, value, min, max, &number) != 0)
    return -1;
  return update_hosts(run, column, value, &hosts);
}

int
take_one_host(struct run *run, const char *message, char **host)
{
  CLEANUP_LIST struct list hosts = { 0 };

  *host = NULL;
  if (run->args.count > 0 && hosts_expand(run, &hosts, 0) != 0)
    return -1;
  if (hosts.count != 1)
    return run_fail(run, "%s", message != NULL ? message : "must supply one host");
  *host = mem_copy(hosts.item[0]);
  return 0;
}

int
command_text(struct run *run, const char *words, const char *const *args, size_t nargs,
             struct text *out)
{
  size_t before = run->text.length;

  if (run_command(run, words, args, nargs) != 0)
    return -1;
  text_add_bytes(out, text_get(&run->text) + before, run->text.length - before);
  if (run->text.data != NULL)
    run->text.data[before] = '\0';
  run->text.length = before;
  return 0;
}
