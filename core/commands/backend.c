/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * `list backend`: which backends are installed, from where, what they can.
 */
#include <config.h>

#include "commands/commands.h"
#include "framework/output.h"
#include "plugin/backend.h"

static char *
capabilities(const struct backend *backend)
{
  static const struct {
    uint32_t bit;
    const char *name;
  } network[] = {
    { ROCKS_NET_MULTI_SITE, "multi-site" },
    { ROCKS_NET_ENCRYPTED, "encrypted" },
    { ROCKS_NET_TAGGED, "vlan-tagged" },
    { ROCKS_NET_RELAY, "relay" },
  };
  CLEANUP_LIST struct list words = { 0 };
  size_t i;

  if (backend->plugin.kind == ROCKS_KIND_NETWORK)
    for (i = 0; i < sizeof network / sizeof *network; i++)
      if (backend->ops.network.capabilities & network[i].bit)
        list_add(&words, network[i].name);
  if (backend->plugin.kind == ROCKS_KIND_RESOURCE) {
    list_addf(&words, "%s://", or_empty(backend->ops.resource.scheme));
    if (backend->ops.resource.sql != NULL)
      list_add(&words, "sql");
  }
  return list_join(&words, ",");
}

static void
list_one(struct run *run, enum rocks_kind kind, const char *name)
{
  const struct backend *backend = backend_get(run->call, kind, name);
  CLEANUP_FREE char *file = backend_file(kind, name);
  CLEANUP_FREE char *can = NULL;

  output_row(run, name);
  output_text(run, backend_kind_name(kind));
  if (backend != NULL) {
    can = capabilities(backend);
    output_text(run, backend->plugin.version);
    output_text(run, can);
    output_text(run, backend->plugin.summary);
  } else {
    /* One broken module must not hide the others. */
    output_text(run, NULL);
    output_text(run, "unusable");
    output_text(run, run->call->message);
    call_clear(run->call);
  }
  output_text(run, file);
}

static int
list_backend(struct run *run)
{
  static const enum rocks_kind kinds[] = { ROCKS_KIND_NETWORK, ROCKS_KIND_RESOURCE,
                                           ROCKS_KIND_VM };
  size_t i, k;

  output_header(run, "backend", "kind", "version", "capabilities", "summary", "module", NULL);
  output_keep_owner(run);
  for (k = 0; k < sizeof kinds / sizeof *kinds; k++) {
    CLEANUP_LIST struct list names = { 0 };

    backend_names(kinds[k], &names);
    for (i = 0; i < names.count; i++)
      if (run->args.count == 0 || list_has(&run->args, names.item[i]))
        list_one(run, kinds[k], names.item[i]);
  }
  return 0;
}

static const char *const list_options[] = { "backend: Names of backends; all without any.",
                                            NULL };

const struct command backend_commands[] = {
  { .words = "list backend",
    .usage = "[backend]...",
    .about = "Lists the installed backends: what makes private networks, keeps inventories, "
             "and runs virtual machines; where each module is, and what it can do. A module that "
             "cannot be loaded is listed with the reason.",
    .options = list_options,
    .flags = COMMAND_BARE,
    .run = list_backend },
  { 0 }
};
