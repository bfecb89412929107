/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <dirent.h>
#include <string.h>

#include "plugin/backend.h"
#include "plugin/loader.h"

/* The modules of this process, as the dynamic linker's own list is. */
static struct {
  const struct rocks_core *core;
  const char *folder;
  struct backend *first;
} loaded;

/* The least that a module of the first release declares. */
#define PLUGIN_SIZE_MIN (offsetof(struct rocks_plugin, stop) + sizeof(void (*)(void *)))

static const struct {
  enum rocks_kind kind;
  const char *name;
  size_t ops_size;
} kinds[] = {
  { ROCKS_KIND_RESOURCE, "resource", sizeof(struct rocks_resource_ops) },
  { ROCKS_KIND_NETWORK, "network", sizeof(struct rocks_network_ops) },
  { ROCKS_KIND_VM, "vm", sizeof(struct rocks_vm_ops) },
};

void
backend_init(const struct rocks_core *core, const char *folder)
{
  loaded.core = core;
  loaded.folder = folder;
}

const char *
backend_kind_name(enum rocks_kind kind)
{
  return kinds[kind - 1].name;
}

char *
backend_file(enum rocks_kind kind, const char *name)
{
  return mem_format("%s/%s-%s.so", loaded.folder, backend_kind_name(kind), name);
}

static bool
is_name(const char *name, size_t length)
{
  size_t i;

  for (i = 0; i < length; i++)
    if (!(name[i] >= 'a' && name[i] <= 'z') && !(i > 0 && name[i] >= '0' && name[i] <= '9'))
      return false;
  return length > 0 && length <= 32;
}

void
backend_names(enum rocks_kind kind, struct list *names)
{
  const char *prefix = backend_kind_name(kind);
  size_t skip = strlen(prefix) + 1;
  struct dirent *entry;
  DIR *dir = opendir(loaded.folder);

  while (dir != NULL && (entry = readdir(dir)) != NULL) {
    size_t length = strlen(entry->d_name);

    if (strncmp(entry->d_name, prefix, skip - 1) == 0 && entry->d_name[skip - 1] == '-' &&
        length > skip + 3 && strcmp(entry->d_name + length - 3, ".so") == 0 &&
        is_name(entry->d_name + skip, length - skip - 3))
      list_addf(names, "%.*s", (int) (length - skip - 3), entry->d_name + skip);
  }
  if (dir != NULL)
    closedir(dir);
  list_sort(names);
}

bool
backend_has_no_commands(enum rocks_kind kind, const char *name)
{
  CLEANUP_FREE char *file = backend_file(kind, name);

  return loader_has_no_commands(file);
}

static int
check_known(struct rocks_call *call, enum rocks_kind kind, const char *name)
{
  CLEANUP_LIST struct list names = { 0 };
  CLEANUP_FREE char *known = NULL;

  backend_names(kind, &names);
  if (is_name(name, strlen(name)) && list_has(&names, name))
    return 0;
  known = list_join(&names, ", ");
  return call_fail(call, ROCKS_ENOTFOUND, "there is no %s backend \"%s\" (there are: %s)",
                   backend_kind_name(kind), name, names.count > 0 ? known : "none");
}

/* Copies as much as both sides know; what the module does not know stays zero. */
static void
copy_bounded(void *to, size_t to_size, const void *from, size_t from_size)
{
  memset(to, 0, to_size);
  memcpy(to, from, from_size < to_size ? from_size : to_size);
}

static bool
has_commands(const struct rocks_plugin *plugin)
{
  struct rocks_plugin known;

  copy_bounded(&known, sizeof known, plugin, plugin->size);
  return known.commands != NULL || known.hooks != NULL;
}

static int
check_descriptor(struct rocks_call *call, const struct rocks_plugin *plugin,
                 enum rocks_kind kind, const char *name, const char *file)
{
  if (plugin == NULL || plugin->size < PLUGIN_SIZE_MIN)
    return call_fail(call, ROCKS_EBACKEND, "cannot load backend %s: it has no descriptor", file);
  if (plugin->abi != ROCKS_ABI)
    return call_fail(call, ROCKS_EBACKEND,
                     "cannot load backend %s: built for ABI %u, this program speaks ABI %u", file,
                     plugin->abi, ROCKS_ABI);
  if (plugin->kind != kind)
    return call_fail(call, ROCKS_EBACKEND, "cannot load backend %s: it is no %s backend", file,
                     backend_kind_name(kind));
  if (plugin->name == NULL || strcmp(plugin->name, name) != 0)
    return call_fail(call, ROCKS_EBACKEND, "cannot load backend %s: it calls itself \"%s\"", file,
                     or_empty(plugin->name));
  if (plugin->ops == NULL || plugin->ops_size < sizeof(void *))
    return call_fail(call, ROCKS_EBACKEND, "cannot load backend %s: it has no functions", file);
  if (has_commands(plugin) && loader_has_no_commands(file))
    return call_fail(call, ROCKS_EBACKEND,
                     "cannot load backend %s: it says ROCKS_NO_COMMANDS, but has some", file);
  return 0;
}

static struct backend *
load(struct rocks_call *call, enum rocks_kind kind, const char *name)
{
  struct backend *backend;
  const struct rocks_plugin *plugin;
  CLEANUP_FREE char *file = NULL;

  if (check_known(call, kind, name) != 0)
    return NULL;
  file = backend_file(kind, name);
  plugin = loader_open(call, file);
  if (plugin == NULL || check_descriptor(call, plugin, kind, name, file) != 0)
    return NULL;

  backend = mem_new(1, sizeof *backend);
  copy_bounded(&backend->plugin, sizeof backend->plugin, plugin, plugin->size);
  copy_bounded(&backend->ops, kinds[kind - 1].ops_size, plugin->ops, plugin->ops_size);
  if (backend->plugin.start != NULL &&
      backend->plugin.start(call, loaded.core, &backend->state) != 0) {
    free(backend);
    call_context(call, "%s backend %s", backend_kind_name(kind), name);
    return NULL;
  }
  backend->file = file;
  file = NULL;
  backend->next = loaded.first;
  loaded.first = backend;
  return backend;
}

const struct backend *
backend_get(struct rocks_call *call, enum rocks_kind kind, const char *name)
{
  const struct backend *backend;

  for (backend = loaded.first; backend != NULL; backend = backend->next)
    if (backend->plugin.kind == kind && strcmp(backend->plugin.name, name) == 0)
      return backend;
  return load(call, kind, name);
}

const struct backend *
backend_for_scheme(struct rocks_call *call, const char *scheme)
{
  CLEANUP_LIST struct list names = { 0 };
  size_t i;

  backend_names(ROCKS_KIND_RESOURCE, &names);
  for (i = 0; i < names.count; i++) {
    const struct backend *backend = backend_get(call, ROCKS_KIND_RESOURCE, names.item[i]);

    if (backend == NULL)
      return NULL;
    if (strcmp(backend->ops.resource.scheme, scheme) == 0)
      return backend;
  }
  call_fail(call, ROCKS_ENOTFOUND, "no resource backend speaks \"%s\"", scheme);
  return NULL;
}

void
backend_stop_all(void)
{
  struct backend *backend;

  while ((backend = loaded.first) != NULL) {
    loaded.first = backend->next;
    if (backend->plugin.stop != NULL)
      backend->plugin.stop(backend->state);
    free(backend->file);
    free(backend);
  }
}
