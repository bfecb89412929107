/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <string.h>

#include "cluster/site.h"
#include "remote/remote.h"

/* The path after `socket=` in a URI's query; the caller frees; NULL: none. */
static char *
uri_socket(const char *uri)
{
  const char *query = strchr(uri, '?');
  const char *at = query != NULL ? strstr(query, "socket=") : NULL;

  if (at == NULL)
    return NULL;
  at += strlen("socket=");
  return mem_format("%.*s", (int) strcspn(at, "&"), at);
}

static char *
forward_socket(struct rocks_call *call, const struct site *site)
{
  struct remote_host frontend = { .site = site->name, .name = site->frontend };
  CLEANUP_FREE char *path = uri_socket(site->database);

  return path != NULL ? remote_forward(call, &frontend, path) : NULL;
}

static int
open_inventory(struct rocks_call *call, struct site *site)
{
  CLEANUP_FREE char *scheme = NULL, *socket = NULL;

  scheme = mem_format("%.*s", (int) strcspn(site->database, ":"), site->database);
  site->resource = backend_for_scheme(call, scheme);
  if (site->resource == NULL)
    return -1;
  if (site->frontend != NULL) {
    socket = forward_socket(call, site);
    if (call->code != ROCKS_OK)
      return -1;
  }
  return site->resource->ops.resource.open(site->resource->state, call, site->database, socket,
                                           false, &site->inventory);
}

int
site_open(struct rocks_call *call, struct site *site)
{
  if (site->inventory != NULL)
    return 0;
  if (open_inventory(call, site) == 0)
    return 0;
  return call_context(call, "site %s", site->name);
}

void
site_close(struct site *site)
{
  /* The home site's inventory belongs to the command's database session. */
  if (site->inventory != NULL && !site->home)
    site->resource->ops.resource.close(site->inventory);
  site->inventory = NULL;
}

struct loading {
  struct rocks_call *call;
  struct model *model;
  struct site *site;
};

static int
load_site(void *arg, const struct rocks_site_row *row)
{
  struct loading *loading = arg;
  struct pool *pool = &loading->model->pool;
  struct site *site = loading->site;

  if (site->uuid != NULL && strcmp(site->uuid, row->uuid) != 0)
    return call_fail(loading->call, ROCKS_EINVALID,
                     "its database is that of another site (%s, not %s)", row->uuid, site->uuid);
  site->node = pool_text(pool, row->frontend);
  site->mac_base = pool_text(pool, row->mac_base);
  site->mac_mask = pool_text(pool, row->mac_mask);
  site->attrs = pool_settings(pool, &row->attrs);
  site->uuid = pool_text(pool, row->uuid);
  return 0;
}

static int
load_container(void *arg, const struct rocks_container_row *row)
{
  struct loading *loading = arg;
  struct site *site = loading->site;

  site->containers = pool_grow(&loading->model->pool, site->containers, site->ncontainers,
                               sizeof *site->containers);
  site->containers[site->ncontainers++] = copy_container(&loading->model->pool, row);
  return 0;
}

static int
load_vm(void *arg, const struct rocks_vm_row *row)
{
  struct loading *loading = arg;
  struct site *site = loading->site;

  site->vms = pool_grow(&loading->model->pool, site->vms, site->nvms, sizeof *site->vms);
  site->vms[site->nvms++] = copy_vm(&loading->model->pool, row);
  return 0;
}

int
site_load(struct rocks_call *call, struct model *model, struct site *site,
          const struct site_query *query)
{
  struct loading loading = { .call = call, .model = model, .site = site };
  struct rocks_snapshot snapshot = {
    .size = sizeof snapshot,
    .attrs = (const char *const *) query->attrs->item,
    .nattrs = query->attrs->count,
    .subnet = query->subnet != NULL ? query->subnet : "private",
    .containers = query->containers,
    .all_vms = query->all_vms,
    .vms = query->vms != NULL ? (const char *const *) query->vms->item : NULL,
    .nvms = query->vms != NULL ? query->vms->count : 0,
    .home_uuid = query->home_uuid,
    .cluster = query->cluster,
    .arg = &loading,
    .site = load_site,
    .container = load_container,
    .vm = load_vm,
  };

  if (site_open(call, site) != 0)
    return -1;
  site->containers = NULL;
  site->vms = NULL;
  site->ncontainers = site->nvms = 0;
  if (site->resource->ops.resource.snapshot(site->inventory, call, &snapshot) != 0)
    return call_context(call, "site %s", site->name);
  return 0;
}

static void
add_params(struct list *names, const struct backend *backend)
{
  const struct rocks_param *param = backend != NULL ? backend->plugin.params : NULL;

  for (; param != NULL && param->name != NULL; param++)
    list_add(names, param->name);
}

void
site_attr_names(struct list *names, const struct backend *network, const struct backend *vm)
{
  static const char *const own[] = { "vm_uri", "network_backend", "vm_backend",
                                     "mvc_inner_subnet", "mvc_frontend_probe",
                                     "mvc_frontend_wait", "mvc_host_deadline", "kvm_autostart",
                                     "Kickstart_PublicDNSServers", "Kickstart_PublicGateway",
                                     "Kickstart_PublicAddress", "Kickstart_PrivateHostname" };
  size_t i;

  for (i = 0; i < sizeof own / sizeof *own; i++)
    list_add(names, own[i]);
  add_params(names, network);
  add_params(names, vm);
  list_unique(names);
}
