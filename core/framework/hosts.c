/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/addr.h"
#include "framework/attrs.h"
#include "framework/hosts.h"
#include "framework/resolve.h"

#define HOST_NAME_MAX_LENGTH 63 /* a DNS label, RFC 1035 2.3.4 */

/* Host words by kind. */
struct kinds {
  struct list exact;      /* names of nodes */
  struct list plain;      /* still to be resolved to such */
  struct list patterns, racks, appliances;
  bool by_id;             /* the order of the nodes */
};

static void
kinds_free(struct kinds *kinds)
{
  list_free(&kinds->exact);
  list_free(&kinds->plain);
  list_free(&kinds->patterns);
  list_free(&kinds->racks);
  list_free(&kinds->appliances);
}

static bool
is_select(const char *word)
{
  return strncasecmp(word, "select", 6) == 0 && isspace((unsigned char) word[6]);
}

/* "rack7", "rack-1"; what else starts with "rack" is a host. */
static bool
is_rack(const char *word, int64_t *rack)
{
  return strncmp(word, "rack", 4) == 0 && number_parse(word + 4, INT32_MIN, INT32_MAX, rack);
}

/* Names from a word that is SQL: in a session of its own, so that the server
 * can hold it to reading while this command's transaction writes. */
static int
select_names(struct run *run, const char *sql, struct list *names)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  struct db *db;
  size_t i;
  int result;

  if (hosts_check_select(run->call, sql) != 0)
    return -1;
  db = db_open(run->call, true);
  if (db == NULL)
    return -1;
  result = db_begin_read_only(db);
  if (result == 0)
    result = db_query(db, &rows, sql, "");
  db_close(db);
  if (result == 0 && rows.count > 0 && rows.columns != 1)
    result = run_fail(run, "host word \"%s\" selects %zu columns, not one", sql, rows.columns);
  for (i = 0; result == 0 && i < rows.count; i++)
    if (row_text(&rows, i, 0) != NULL)
      list_add(names, row_text(&rows, i, 0));
  return result;
}

/* Names of appliances, and the first and last rack. */
static int
load_groups(struct db *db, struct list *appliances, int64_t racks[2])
{
  CLEANUP_ROWS struct rows rows = { 0 };
  size_t i;

  if (db_query(db, &rows,
               "select Name, null, null from appliances"
               " union all select null, min(Rack), max(Rack) from nodes", "") != 0)
    return -1;
  for (i = 0; i < rows.count; i++)
    if (row_text(&rows, i, 0) != NULL) {
      list_add(appliances, row_text(&rows, i, 0));
    } else {
      racks[0] = row_int(&rows, i, 1);
      racks[1] = row_int(&rows, i, 2);
    }
  return 0;
}

static int
sort_words(struct run *run, const struct list *words, unsigned flags, struct kinds *kinds)
{
  CLEANUP_LIST struct list appliances = { 0 };
  struct db *db = run_db(run);
  int64_t racks[2] = { 0, -1 }, rack;
  size_t i;

  if (db == NULL || load_groups(db, &appliances, racks) != 0)
    return -1;
  for (i = 0; i < words->count; i++) {
    const char *word = words->item[i];

    kinds->by_id = kinds->by_id || is_select(word) || word[0] == '%';
    if (is_select(word)) {
      if (select_names(run, word, &kinds->exact) != 0)
        return -1;
    } else if (strchr(word, '%') != NULL) {
      list_add(&kinds->patterns, word);
    } else if (is_rack(word, &rack)
               && ((flags & HOSTS_BY_ID) != 0 || (rack >= racks[0] && rack <= racks[1]))) {
      list_addf(&kinds->racks, "%lld", (long long) rack);
    } else if (list_has(&appliances, word)) {
      list_add(&kinds->appliances, word);
    } else {
      list_add(&kinds->plain, word);
    }
  }
  if (kinds->plain.count > 0)
    return resolve_words(run, &kinds->plain, &kinds->exact);
  return 0;
}

/* The "new" expander has no order of its own: names and beginnings of names
 * are found through the index on names, all else by reading the table. */
static bool
in_order_of_id(const struct kinds *kinds, unsigned flags)
{
  return (flags & HOSTS_BY_ID) != 0
         && (kinds->by_id || kinds->racks.count > 0 || kinds->appliances.count > 0);
}

/* The nodes that any of the words means. */
static int
query_nodes(struct run *run, const struct kinds *kinds, bool by_id, struct rows *rows)
{
  CLEANUP_TEXT struct text sql = { 0 };
  struct list single[64]; /* each pattern is a list of one */
  const struct list *lists[3 + 64] = { &kinds->exact, &kinds->racks, &kinds->appliances };
  size_t i;

  if (kinds->patterns.count > 64)
    return run_fail(run, "more than 64 patterns with %% among the host words");
  text_add(&sql, "select n.Name from nodes n"
           " left join memberships m on m.ID = n.Membership"
           " left join appliances a on a.ID = m.Appliance"
           " where n.Name in (%%s) or (n.Rack in (%%s) and a.Name <> 'frontend')"
           " or a.Name in (%%s)");
  for (i = 0; i < kinds->patterns.count; i++) {
    text_add(&sql, " or n.Name like %%s");
    single[i] = (struct list){ .item = &kinds->patterns.item[i], .count = 1 };
    lists[3 + i] = &single[i];
  }
  text_add(&sql, by_id ? " order by n.ID" : " order by n.Name, n.ID");
  return db_query_lists(run->db, rows, text_get(&sql), lists);
}

static int
keep_managed(struct run *run, struct list *names)
{
  CLEANUP_LIST struct list wanted = { 0 }, kept = { 0 };
  struct attrs attrs;
  size_t i;

  list_add(&wanted, "managed");
  if (attrs_resolve(run, names, &wanted, &attrs) != 0)
    return -1;
  for (i = 0; i < attrs.count; i++)
    if (strcmp(attrs.item[i].value, "true") == 0)
      list_add(&kept, attrs.item[i].host);
  attrs_free(&attrs);
  list_free(names);
  *names = kept;
  kept = (struct list){ 0 };
  return 0;
}

static int
all_names(struct run *run, struct list *names, unsigned flags)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  struct db *db = run_db(run);
  size_t i;

  if (db == NULL
      || db_query(db, &rows, (flags & HOSTS_BY_ID) != 0 ? "select Name from nodes order by ID"
                  : "select Name from nodes order by Name, ID", "") != 0)
    return -1;
  for (i = 0; i < rows.count; i++)
    if (row_text(&rows, i, 0) != NULL)
      list_add(names, row_text(&rows, i, 0));
  return (flags & HOSTS_MANAGED) != 0 ? keep_managed(run, names) : 0;
}

static int
expand(struct run *run, const struct list *words, struct list *names, unsigned flags,
       bool *by_id)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  struct kinds kinds = { 0 };
  size_t i;
  int result;

  *by_id = (flags & HOSTS_BY_ID) != 0;
  if (words->count == 0)
    return all_names(run, names, flags);
  result = sort_words(run, words, flags, &kinds);
  *by_id = in_order_of_id(&kinds, flags);
  if (result == 0)
    result = query_nodes(run, &kinds, *by_id, &rows);
  for (i = 0; result == 0 && i < rows.count; i++)
    if (row_text(&rows, i, 0) != NULL)
      list_add(names, row_text(&rows, i, 0));
  kinds_free(&kinds);
  if (result == 0 && (flags & HOSTS_BY_ID) == 0)
    list_sort(names);
  return result;
}

int
hosts_expand_words(struct run *run, const struct list *words, struct list *names,
                   unsigned flags)
{
  bool by_id;

  return expand(run, words, names, flags, &by_id);
}

int
hosts_expand(struct run *run, struct list *names, unsigned flags)
{
  return hosts_expand_words(run, &run->args, names, flags);
}

int
hosts_condition(struct run *run, const char *column, unsigned flags, struct text *condition,
                struct list *names, bool *by_id)
{
  *by_id = (flags & HOSTS_BY_ID) != 0;
  if (run->args.count == 0) {
    text_add(condition, "1 = 1");
    return 0;
  }
  text_add(condition, "%s in (%%s)", column);
  return expand(run, &run->args, names, flags, by_id);
}

static int
check_form(struct run *run, const char *name)
{
  static const char other[] = "Select a different hostname.";
  size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
  char *appliance;
  int64_t rack;

  if (strchr(name, '.') != NULL)
    return run_fail(run, "Hostname %s can not contains any dot.", name);
  if (is_rack(name, &rack))
    return run_fail(run, "Hostname %s can not be in the form of rack<number>.\n%s", name, other);
  if (db_value(run->db, &appliance, NULL, "select Name from appliances where Name = ?", "s",
               name) != 0)
    return -1;
  if (appliance != NULL) {
    free(appliance);
    return run_fail(run, "Hostname %s can not be equal to an appliance name.\n%s", name, other);
  }
  if (n == 0 || name[n] != '\0' || name[0] == '-')
    return run_fail(run, "Hostname \"%s\" is not made of letters, digits, _ and -.\n%s", name,
                    other);
  if (n > HOST_NAME_MAX_LENGTH)
    return run_fail(run, "Hostname %s is longer than %d characters.\n%s", name,
                    HOST_NAME_MAX_LENGTH, other);
  return 0;
}

int
hosts_check_new(struct run *run, const char *name)
{
  CLEANUP_FREE char *known = NULL;

  if (run_db(run) == NULL || check_form(run, name) != 0 || resolve_known(run, name, &known) != 0)
    return -1;
  if (known == NULL)
    return 0;
  return call_fail(run->call, ROCKS_EEXISTS, "Node %s already exists.\n"
                   "Select a different hostname, cabinet and/or rank value.", name);
}

/* One character of a pattern against one of a text; the pattern moves on. */
static bool
same_char(const char **pattern, char c)
{
  const char *p = *pattern;

  if (*p == '\\' && p[1] != '\0')
    p++;
  else if (*p == '_')
    c = *p;
  *pattern = p + 1;
  return tolower((unsigned char) *p) == tolower((unsigned char) c);
}

bool
names_like(const char *text, const char *pattern)
{
  const char *behind = NULL, *from = NULL; /* the last %, where it began to match */

  while (*text != '\0') {
    if (*pattern == '%') {
      behind = ++pattern;
      from = text;
    } else if (*pattern != '\0' && same_char(&pattern, *text)) {
      text++;
    } else if (behind != NULL) {
      pattern = behind;
      text = ++from;
    } else {
      return false;
    }
  }
  return pattern[strspn(pattern, "%")] == '\0';
}

/* A name with a backslash in it is no pattern for itself. */
static bool
is_or_like(const char *name, const char *word)
{
  return strcmp(name, word) == 0 || names_like(name, word);
}

int
names_expand(struct run *run, const char *table, const char *column, const char *what,
             struct list *names)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  CLEANUP_FREE char *sql = mem_format("select %s from %s order by ID", column, table);
  const struct list everything = { .item = (char *[]){ (char *) "%", NULL }, .count = 1 };
  const struct list *words = run->args.count > 0 ? &run->args : &everything;
  struct db *db = run_db(run);
  size_t w, i, before;

  if (db == NULL || db_query(db, &rows, sql, "") != 0)
    return -1;
  for (w = 0; w < words->count; w++) {
    before = names->count;
    for (i = 0; i < rows.count; i++)
      if (is_or_like(or_empty(row_text(&rows, i, 0)), words->item[w]))
        list_add(names, row_text(&rows, i, 0));
    if (names->count == before && what != NULL && strcmp(words->item[w], "%") != 0)
      return run_fail(run, "unknown %s \"%s\"", what, words->item[w]);
  }
  return 0;
}
