/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <string.h>

#include "framework/attrs.h"
#include "framework/extend.h"
#include "framework/framework.h"
#include "framework/hosts.h"
#include "framework/output.h"
#include "plugin/backend.h"

/* A command of a backend, as a table of one command.  The table is first, so
 * that run->command leads here. */
struct extended {
  struct command table[2];
  const struct rocks_command *declared;
  const struct backend *backend;
  /* Filled by extend_params(). */
  struct rocks_settings params;
};

/* The values of extend_params() belong to the entry they were asked for. */
static void
free_params(struct extended *extended)
{
  struct rocks_setting *item = (struct rocks_setting *) extended->params.item;
  size_t i;

  for (i = 0; i < extended->params.count; i++)
    free((char *) item[i].value);
  free(item);
  extended->params = (struct rocks_settings){ 0 };
}

/* A backend that fails has to say why; if it did not, it is told on. */
static int
reported(struct run *run, const struct backend *backend, int result)
{
  if (result != 0 && run->call->code == ROCKS_OK)
    call_fail(run->call, ROCKS_EBACKEND, "backend \"%s\" failed and did not say why",
              backend->plugin.name);
  return result;
}

/* The command's own name=value words, as settings. */
static int
run_extended(struct run *run)
{
  struct extended *extended = (struct extended *) run->command;
  struct rocks_setting *item = mem_new(run->param_names.count, sizeof *item);
  struct rocks_settings params = { .item = item, .count = run->param_names.count };
  size_t i;
  int result;

  for (i = 0; i < params.count; i++) {
    item[i].name = run->param_names.item[i];
    item[i].value = run->param_values.item[i];
  }
  result = extended->declared->run(extended->backend->state, run->call, &params,
                                   (const char *const *) run->args.item, run->args.count);
  free_params(extended);
  free(item);
  return reported(run, extended->backend, result);
}

static void
add_backend(void *arg, const struct backend *backend)
{
  struct lookup *lookup = arg;
  const struct rocks_command *declared = backend->plugin.commands;
  struct extended *entry;

  for (; declared != NULL && declared->words != NULL; declared++) {
    entry = mem_new(1, sizeof *entry);
    entry->declared = declared;
    entry->backend = backend;
    entry->table[0] = (struct command){
      .words = declared->words, .usage = or_empty(declared->usage), .about = declared->about,
      .flags = COMMAND_BARE | (declared->root ? COMMAND_ROOT : 0), .run = run_extended
    };
    lookup_add(lookup, entry->table);
  }
}

/* Opens every installed backend that may have commands or hooks; one that cannot
 * be opened is warned about. */
static void
for_backends(struct rocks_call *call, void (*what)(void *arg, const struct backend *), void *arg)
{
  static const enum rocks_kind kinds[] = {
    ROCKS_KIND_RESOURCE, ROCKS_KIND_NETWORK, ROCKS_KIND_VM
  };
  size_t k, i;

  for (k = 0; k < sizeof kinds / sizeof *kinds; k++) {
    CLEANUP_LIST struct list names = { 0 };

    backend_names(kinds[k], &names);
    for (i = 0; i < names.count; i++) {
      const struct backend *backend;

      if (backend_has_no_commands(kinds[k], names.item[i]))
        continue;
      backend = backend_get(call, kinds[k], names.item[i]);
      if (backend != NULL) {
        what(arg, backend);
      } else {
        call_warn(call, "%s", or_empty(call->message));
        call_clear(call);
      }
    }
  }
}

void
extend_lookup(struct rocks_call *call, struct lookup *lookup)
{
  for_backends(call, add_backend, lookup);
}

void
extend_free(struct lookup *lookup)
{
  size_t i;

  for (i = 0; i < lookup->nadded; i++)
    free((struct extended *) lookup->added[i]);
}

void
extend_heading(struct rocks_call *call, const char *column, ...)
{
  va_list ap;

  va_start(ap, column);
  output_vheader(call->command, column, ap);
  va_end(ap);
}

void
extend_row(struct rocks_call *call, const char *value, ...)
{
  struct run *run = call->command;
  const char *next;
  va_list ap;

  output_row(run, value);
  va_start(ap, value);
  while ((next = va_arg(ap, const char *)) != NULL)
    output_text(run, *next != '\0' ? next : NULL);
  va_end(ap);
}

static int
resolve_params(struct run *run, struct extended *extended, size_t count)
{
  const struct rocks_param *param = extended->backend->plugin.params;
  CLEANUP_LIST struct list names = { 0 }, hosts = { 0 };
  struct rocks_setting *item;
  struct attrs attrs;
  char *self = hosts_self(run);
  size_t i;

  if (self == NULL)
    return -1;
  list_take(&hosts, self);
  for (i = 0; i < count; i++)
    list_add(&names, param[i].name);
  if (attrs_resolve(run, &hosts, &names, &attrs) != 0)
    return -1;
  item = mem_new(count, sizeof *item);
  for (i = 0; i < count; i++) {
    const char *value = attrs_get(&attrs, self, param[i].name);

    item[i].name = param[i].name;
    item[i].value = mem_copy(value != NULL ? value : param[i].fallback);
  }
  extended->params = (struct rocks_settings){ .item = item, .count = count };
  attrs_free(&attrs);
  return 0;
}

const struct rocks_settings *
extend_params(struct rocks_call *call)
{
  struct run *run = call->command;
  struct extended *extended = (struct extended *) run->command;
  const struct rocks_param *param = extended->backend->plugin.params;
  size_t count = 0;

  while (param != NULL && param[count].name != NULL)
    count++;
  if (extended->params.item == NULL && resolve_params(run, extended, count) != 0)
    return NULL;
  return &extended->params;
}

/* ---- hooks ---- */

struct visit {
  struct rocks_call *call;
  extend_hook *what;
  void *arg;
};

/* The table may be one of longer or shorter entries than ours. */
static void
visit_hooks(void *arg, const struct backend *backend)
{
  const struct visit *visit = arg;
  size_t size = backend->plugin.hook_size, known = sizeof(struct rocks_hook);
  const char *at = (const char *) backend->plugin.hooks;

  for (; at != NULL && size > offsetof(struct rocks_hook, words); at += size) {
    struct rocks_hook hook = { 0 };

    memcpy(&hook, at, size < known ? size : known);
    if (hook.words == NULL)
      break;
    if (hook.provides == NULL || *hook.provides == '\0' || hook.run == NULL)
      call_warn(visit->call, "backend \"%s\" hooks \"%s\" without a name or a function",
                backend->plugin.name, hook.words);
    else
      visit->what(visit->arg, backend, &hook);
  }
}

void
extend_hooks(struct rocks_call *call, extend_hook *what, void *arg)
{
  struct visit visit = { call, what, arg };

  for_backends(call, visit_hooks, &visit);
}

int
extend_run_hook(struct run *run, const struct backend *backend, const struct rocks_hook *hook,
                const struct list *hosts)
{
  struct extended extended = { .table[0] = { .words = run->command->words, .usage = "" },
                               .backend = backend };
  struct run nested = { .call = run->call, .framework = run->framework, .parent = run,
                        .command = extended.table };
  int result;

  run->call->command = &nested;
  result = hook->run(backend->state, run->call,
                     hosts != NULL ? (const char *const *) hosts->item : NULL,
                     hosts != NULL ? hosts->count : 0);
  run->call->command = run;
  result = reported(run, backend, result);
  if (result == 0) {
    output_finish(&nested, &nested.text);
    run_adopt(run, &nested);
  }
  free_params(&extended);
  run_free(&nested);
  return result;
}

/* ---- what hooks may do ---- */

void
extend_print(struct rocks_call *call, const char *fmt, ...)
{
  struct run *run = call->command;
  va_list ap;

  va_start(ap, fmt);
  text_vadd(&run->text, fmt, ap);
  va_end(ap);
}

int
extend_command(struct rocks_call *call, const char *words, const char *const *args, size_t nargs)
{
  return run_command(call->command, words, args, nargs);
}

void
extend_after_commit(struct rocks_call *call, const char *words, const char *const *args,
                    size_t nargs)
{
  run_after_commit(call->command, words, args, nargs);
}

int
extend_sql(struct rocks_call *call, const char *sql, const struct rocks_sql_value *args,
           size_t nargs, db_row *row, void *arg, int64_t *changed, int64_t *last_id)
{
  struct db *db = run_db(call->command);

  return db == NULL ? -1 : db_walk(db, sql, args, nargs, row, arg, changed, last_id);
}
