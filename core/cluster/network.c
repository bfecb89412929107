/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <string.h>

#include "cluster/network.h"

/* The private network inside a cluster, unless the attribute says otherwise. */
#define INNER_SUBNET "10.200.0.0/16"

int
network_check_span(struct rocks_call *call, const struct backend *network)
{
  CLEANUP_LIST struct list names = { 0 }, able = { 0 };
  CLEANUP_FREE char *said = NULL;
  size_t i;

  if (network->ops.network.capabilities & ROCKS_NET_MULTI_SITE)
    return 0;
  backend_names(ROCKS_KIND_NETWORK, &names);
  for (i = 0; i < names.count; i++) {
    struct rocks_call quiet = { .quiet = true };
    const struct backend *backend = backend_get(&quiet, ROCKS_KIND_NETWORK, names.item[i]);

    if (backend != NULL && (backend->ops.network.capabilities & ROCKS_NET_MULTI_SITE))
      list_add(&able, names.item[i]);
    call_free(&quiet);
  }
  said = list_join(&able, ", ");
  return call_fail(call, ROCKS_EUNSUPPORTED,
                   "network backend %s ends at the edge of a site; a cluster over several sites "
                   "needs one that spans them (network-backend=%s)",
                   network->plugin.name, able.count > 0 ? said : "none is installed");
}

/* The settings of a network, as its backend names them. */
struct settling {
  struct pool *pool;
  struct rocks_setting *item;
  size_t count;
};

static void
keep_setting(void *arg, const char *name, const char *value, bool secret)
{
  struct settling *settling = arg;
  struct pool *pool = settling->pool;

  settling->item = pool_grow(pool, settling->item, settling->count, sizeof *settling->item);
  settling->item[settling->count++] = (struct rocks_setting){
    .name = pool_text(pool, name), .value = pool_text(pool, value), .secret = secret };
}

int
network_settle(struct rocks_call *call, struct model *model, struct cluster *cluster,
               const char *name)
{
  const struct backend *network = cluster->network;
  struct site *home = model_home(model);
  struct rocks_host host = describe_host(model, network, home, home->node, &home->attrs);
  const char *inner = rocks_setting_value(&home->attrs, "mvc_inner_subnet");
  struct settling settling = { .pool = &model->pool };
  struct rocks_cluster_row *row = &cluster->row;

  if (network->ops.network.reserve != NULL &&
      network->ops.network.reserve(network->state, call, name, &host, &row->mtu, keep_setting,
                                   &settling) != 0)
    return -1;
  row->network_backend = network->plugin.name;
  row->settings = (struct rocks_settings){ .item = settling.item, .count = settling.count };
  if (or_empty(row->inner_subnet)[0] == '\0')
    row->inner_subnet = inner != NULL && inner[0] != '\0' ? inner : INNER_SUBNET;
  return 0;
}

static int
add_range(void *arg, uint32_t min, uint32_t max)
{
  struct ranges *ranges = arg;

  ranges->item = pool_grow(ranges->pool, ranges->item, ranges->count, sizeof *ranges->item);
  ranges->item[ranges->count++] = (struct rocks_range){ .min = min, .max = max };
  return 0;
}

int
network_ranges(struct rocks_call *call, struct model *model, const struct backend *network,
               const struct site *site, struct ranges *ranges)
{
  const struct rocks_network_ops *ops = &network->ops.network;
  struct rocks_host frontend = describe_host(model, network, site, or_empty(site->node),
                                             &site->attrs);

  *ranges = (struct ranges){ .pool = &model->pool };
  if (ops->segments == NULL)
    return add_range(ranges, ops->segment_min, ops->segment_max);
  return ops->segments(network->state, call, &frontend, add_range, ranges);
}

int
network_member_port(struct rocks_call *call, const struct model *model,
                    const struct cluster *cluster, const struct rocks_member_row *member,
                    char device[ROCKS_DEVICE_MAX])
{
  const struct backend *backend = cluster->network;
  const struct site *site = model_site_by_uuid(model, member->site_uuid);
  const struct rocks_container_row *container =
    site != NULL ? site_container(site, member->container) : NULL;
  struct rocks_network network = cluster_network(cluster);
  struct rocks_port port = { .size = sizeof port,
                             .vm = member->name,
                             .mac = member->mac,
                             .segment = member->segment,
                             .nic = container != NULL ? container->nic : "",
                             .wanted = cluster->vm->ops.vm.wiring,
                             .nic_options = container != NULL ? container->nic_options : "" };
  enum rocks_wiring wiring = ROCKS_WIRING_ANY;

  device[0] = '\0';
  return backend->ops.network.port_device(backend->state, call, &network, &port, device, &wiring);
}
