/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * A module for tests: its hooks say that they ran, what they were handed and
 * what the database held then.
 */
#include <rocks/network.h>
#include <rocks/sql.h>

#include <stdio.h>
#include <string.h>

static const struct rocks_core *core;

static int
start(struct rocks_call *call, const struct rocks_core *given, void **state)
{
  (void) call;
  core = given;
  *state = NULL;
  return 0;
}

static int
keep_number(void *arg, const char *const *columns, const struct rocks_sql_value *values, size_t n)
{
  (void) columns;
  (void) n;
  *(int64_t *) arg = values[0].integer;
  return 0;
}

/* "NAME: h1 h2 | count of all nodes". */
static int
say(struct rocks_call *call, const char *name, const char *const *hosts, size_t nhosts)
{
  int64_t nodes = 0;
  size_t i;

  core->print(call, "# %s:", name);
  for (i = 0; i < nhosts; i++)
    core->print(call, " %s", hosts[i]);
  if (core->sql(call, "select count(*) from nodes", NULL, 0, keep_number, &nodes, NULL, NULL) != 0)
    return -1;
  core->print(call, " | %lld\n", (long long) nodes);
  return 0;
}

#define SAYS(function, name) \
  static int \
  function(void *state, struct rocks_call *call, const char *const *hosts, size_t nhosts) \
  { \
    (void) state; \
    return say(call, name, hosts, nhosts); \
  }

SAYS(early, "early")
SAYS(plain, "plain")
SAYS(late, "late")
SAYS(between, "between")

/* Changes the database in three ways. */
static int
change(void *state, struct rocks_call *call, const char *const *hosts, size_t nhosts)
{
  static const char *const attr[] = { "hooked", "yes" }, *const word[] = { "deferred" };
  struct rocks_sql_value host = { .type = ROCKS_SQL_TEXT };
  int64_t changed;
  size_t i;

  (void) state;
  for (i = 0; i < nhosts; i++) {
    host.text = hosts[i];
    host.length = strlen(hosts[i]);
    if (core->sql(call, "update nodes set CPUs = 17 where Name = ?", &host, 1, NULL, NULL,
                  &changed, NULL) != 0)
      return -1;
    core->print(call, "# changed %lld\n", (long long) changed);
  }
  if (core->command(call, "set attr", attr, 2) != 0)
    return -1;
  core->after_commit(call, "report hooked", word, 1);
  return 0;
}

/* Fails, for compute-0-0 only. */
static int
refuse(void *state, struct rocks_call *call, const char *const *hosts, size_t nhosts)
{
  size_t i;

  (void) state;
  for (i = 0; i < nhosts; i++)
    if (strcmp(hosts[i], "compute-0-0") == 0) {
      core->error(call, ROCKS_EINVALID, "host %s is in use by a hook", hosts[i]);
      return -1;
    }
  return 0;
}

/* The parameter, as a table. */
static int
show_level(void *state, struct rocks_call *call, const char *const *hosts, size_t nhosts)
{
  const struct rocks_settings *params = core->params(call);

  (void) state;
  (void) hosts;
  (void) nhosts;
  if (params == NULL)
    return -1;
  core->heading(call, "of", "level", NULL);
  core->row(call, "hook", rocks_setting_value(params, "test_level"), NULL);
  return 0;
}

static int
report_hooked(void *state, struct rocks_call *call, const struct rocks_settings *params,
              const char *const *args, size_t nargs)
{
  int64_t hosts = 0;

  (void) state;
  (void) params;
  if (core->sql(call, "select count(*) from nodes where CPUs = 17", NULL, 0, keep_number,
                &hosts, NULL, NULL) != 0)
    return -1;
  core->print(call, "# %s: %lld\n", nargs > 0 ? args[0] : "", (long long) hosts);
  return 0;
}

static const struct rocks_param params[] = {
  { "test_level", "unset", "shown by a hook" },
  { NULL, NULL, NULL }
};

static const struct rocks_command commands[] = {
  { "report hooked", "[word]", "How many hosts are hooked.", false, report_hooked },
  { NULL, NULL, NULL, false, NULL }
};

static const struct rocks_hook hooks[] = {
  { "remove host", "late", "TAIL host", NULL, late },
  { "remove host", "plain", NULL, NULL, plain },
  { "remove host", "early", NULL, "boot", early },
  { "remove host", "refuse", "plain", NULL, refuse },
  { "set host boot", "change", "action", "between", change },
  { "set host boot", "between", "action", "boot", between },
  { "dump", "between", "interface", "alias", between },
  { "dump", "plain", NULL, NULL, plain },
  { "dump", "level", "plain", NULL, show_level },
  { "start host vm", "early", NULL, "vm", early },
  { "start host vm", "between", "vm", "start", between },
  { "stop host vm", "plain", "stop", NULL, plain },
  { "list host", "never", NULL, NULL, refuse }, /* has no parts: never run */
  { NULL, NULL, NULL, NULL, NULL }
};

static const struct rocks_network_ops ops = { .segment_min = 2, .segment_max = 9 };

static const struct rocks_plugin plugin = {
  ROCKS_PLUGIN_HEADER(ROCKS_KIND_NETWORK), ROCKS_PLUGIN_OPS(ops), ROCKS_PLUGIN_HOOKS(hooks),
  .name = "hook", .version = "1", .summary = "hooks for tests", .params = params,
  .commands = commands, .start = start,
};

ROCKS_REGISTER(plugin)
