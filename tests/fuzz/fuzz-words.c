/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The words of a command line: told apart, positional ones taken, host words
 * expanded.  The database is one that knows two hosts and two appliances; what
 * it is asked is checked.
 */
#include <config.h>

#include <string.h>

#include "framework/hosts.c"
#include "framework/select.c"
#include "framework/words.c"
#include "fuzz.h"

/* ---- the database ---- */

static struct db database;

struct db *
run_db(struct run *run)
{
  run->db = &database;
  return run->db;
}

struct db *
db_open(struct rocks_call *call, bool bare)
{
  (void) bare;
  call_fail(call, ROCKS_EUNREACHABLE, "there is no database");
  return NULL;
}

void
db_close(struct db *db)
{
  (void) db;
}

int
db_begin_read_only(struct db *db)
{
  (void) db;
  return -1;
}

int
db_query(struct db *db, struct rows *rows, const char *sql, const char *types, ...)
{
  static char *groups[] = { (char *) "compute", NULL, NULL, (char *) "frontend", NULL, NULL,
                            NULL, (char *) "0", (char *) "7" };
  static char *nodes[] = { (char *) "compute-0-0", (char *) "manager" };
  bool grouped = strstr(sql, "union") != NULL;

  (void) db;
  (void) types;
  *rows = (struct rows){ .count = grouped ? 3 : 2, .columns = grouped ? 3 : 1,
                         .cell = grouped ? groups : nodes };
  return 0;
}

/* Every list of values has its mark, and no value got into the text. */
int
db_query_lists(struct db *db, struct rows *rows, const char *sql,
               const struct list *const lists[])
{
  static char *nodes[] = { (char *) "manager", NULL };
  size_t marks = 0, i;
  const char *at;

  (void) db;
  for (at = sql; (at = strstr(at, "%s")) != NULL; at += 2)
    marks++;
  HOLDS(marks >= 3 && marks <= 3 + 64);
  for (i = 0; i < marks; i++)
    HOLDS(lists[i] != NULL && (lists[i]->count == 0 || lists[i]->item[0] != NULL));
  HOLDS(strspn(sql, "abcdefghijklmnopqrstuvwxyzRINMAD.,= ()%<>'-") == strlen(sql));
  *rows = (struct rows){ .count = 2, .columns = 1, .cell = nodes };
  return 0;
}

int
db_value(struct db *db, char **value, bool *found, const char *sql, const char *types, ...)
{
  (void) db;
  (void) sql;
  (void) types;
  *value = NULL;
  if (found != NULL)
    *found = false;
  return 0;
}

const char *
row_text(const struct rows *rows, size_t row, size_t column)
{
  return rows->cell[row * rows->columns + column];
}

int64_t
row_int(const struct rows *rows, size_t row, size_t column)
{
  const char *value = row_text(rows, row, column);

  return value != NULL ? strtol(value, NULL, 10) : 0;
}

void
rows_free(struct rows *rows)
{
  *rows = (struct rows){ 0 };
}

/* Neither DNS nor attributes. */
int
resolve_words(struct run *run, const struct list *words, struct list *names)
{
  (void) run;
  list_add(names, words->item[0]);
  return 0;
}

int
resolve_known(struct run *run, const char *word, char **name)
{
  (void) run;
  *name = strcmp(word, "manager") == 0 ? mem_copy(word) : NULL;
  return 0;
}

int
attrs_resolve(struct run *run, const struct list *hosts, const struct list *names,
              struct attrs *attrs)
{
  (void) hosts;
  (void) names;
  *attrs = (struct attrs){ 0 };
  return run_fail(run, "no attributes");
}

void
attrs_free(struct attrs *attrs)
{
  (void) attrs;
}

int
run_fail(struct run *run, const char *fmt, ...)
{
  va_list ap;

  va_start(ap, fmt);
  call_verror(run->call, ROCKS_EINVALID, fmt, ap);
  va_end(ap);
  return -1;
}

/* ---- what has to hold ---- */

/* Each word is an argument, or the last of a parameter's name sets its value. */
static void
try_split(struct run *run, const struct list *words)
{
  size_t i, args = 0;

  run_split(run, (const char *const *) words->item, words->count);
  for (i = 0; i < words->count; i++) {
    size_t key = key_length(words->item[i]);

    if (key == 0) {
      HOLDS(args < run->args.count && strcmp(run->args.item[args], words->item[i]) == 0);
      args++;
    } else {
      CLEANUP_FREE char *name = mem_format("%.*s", (int) key, words->item[i]);

      HOLDS(run_param(run, name, NULL) != NULL);
    }
  }
  HOLDS(args == run->args.count);
  HOLDS(run->param_names.count == run->param_values.count);
}

static void
try_positional(struct run *run)
{
  const char *values[3];
  size_t before = run->args.count, given = 0, missing = 0, i;

  run_positional(run, "iface ip mac", values);
  for (i = 0; i < 3; i++) {
    HOLDS(values[i] == NULL || values[i][0] != '\0');
    given += values[i] != NULL;
    missing += values[i] == NULL;
  }
  HOLDS(run->args.count + run->taken.count == before);
  HOLDS(given + missing == 3 && run->taken.count <= 3);
}

static void
try_hosts(struct run *run, const struct list *words)
{
  CLEANUP_LIST struct list names = { 0 };
  size_t i;
  int result = hosts_expand_words(run, words, &names, words->count % 2 != 0 ? HOSTS_BY_ID : 0);

  HOLDS((result == 0) == (run->call->code == ROCKS_OK));
  call_clear(run->call);
  for (i = 0; i < words->count; i++) {
    hosts_check_new(run, words->item[i]);
    call_clear(run->call);
  }
}

/* LIKE by the table of all beginnings: slow, and plainly right. */
static bool
like(const char *text, const char *pattern)
{
  size_t n = strlen(text), i;
  bool *row = mem_new(n + 1, sizeof *row);
  bool result;

  row[0] = true;
  while (*pattern != '\0') {
    bool many = *pattern == '%', any = *pattern == '_', diagonal = row[0];
    char c = *pattern;

    if (c == '\\' && pattern[1] != '\0') {
      c = *++pattern;
      many = any = false;
    }
    pattern++;
    if (!many)
      row[0] = false;
    for (i = 1; i <= n; i++) {
      bool above = row[i];

      row[i] = many ? above || row[i - 1]
               : diagonal && (any || tolower((unsigned char) c)
                                       == tolower((unsigned char) text[i - 1]));
      diagonal = above;
    }
  }
  result = row[n];
  free(row);
  return result;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  CLEANUP_LIST struct list words = { 0 };
  struct rocks_call call;
  struct run run = { .call = &call };
  size_t i;

  if (size > 4096)
    return 0;
  call_init(&call);
  fuzz_lines(data, size, &words);
  try_hosts(&run, &words);
  try_split(&run, &words);
  try_positional(&run);
  for (i = 1; i < words.count; i++)
    HOLDS(names_like(words.item[i - 1], words.item[i]) == like(words.item[i - 1], words.item[i]));
  list_free(&run.args);
  list_free(&run.taken);
  list_free(&run.param_names);
  list_free(&run.param_values);
  call_free(&call);
  return 0;
}
