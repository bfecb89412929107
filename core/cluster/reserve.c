/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <string.h>

#include "cluster/capacity.h"
#include "cluster/reserve.h"
#include "cluster/site.h"

/* The private network inside a cluster, unless the attribute says otherwise. */
#define INNER_SUBNET "10.200.0.0/16"

/* One reservation under way. */
struct reserving {
  struct rocks_call *call;
  struct model *model;
  const struct wish *wish;
  struct cluster *cluster;
  bool dry;
  struct site **sites; /* chosen, in the order given */
  size_t nsites;
  struct place *places; /* of the computes */
  struct place frontend;
  struct rocks_member_row *members;
  size_t nmembers;
  struct rocks_setting *settings;
  size_t nsettings;
};

/* ---- what is chosen ---- */

static const char *
home_attr(const struct reserving *r, const char *name, const char *fallback)
{
  const char *value = rocks_setting_value(&model_home(r->model)->attrs, name);

  return value != NULL && value[0] != '\0' ? value : fallback;
}

static int
add_site(struct reserving *r, const char *name)
{
  struct site *site = model_site(r->model, name);
  CLEANUP_LIST struct list known = { 0 };
  CLEANUP_FREE char *names = NULL;
  size_t i;

  if (site == NULL) {
    for (i = 0; i < r->model->nsites; i++)
      list_add(&known, r->model->sites[i].name);
    names = list_join(&known, ", ");
    return call_fail(r->call, ROCKS_ENOTFOUND, "there is no site \"%s\" (there are: %s)", name,
                     names);
  }
  for (i = 0; i < r->nsites; i++)
    if (r->sites[i] == site)
      return 0;
  r->sites = pool_grow(&r->model->pool, r->sites, r->nsites, sizeof *r->sites);
  r->sites[r->nsites++] = site;
  return 0;
}

/* The site's part of "site:host"; the caller frees; NULL: the home site. */
static char *
site_of_word(const char *word)
{
  const char *colon = strchr(word, ':');

  return colon != NULL ? mem_format("%.*s", (int) (colon - word), word) : NULL;
}

static int
choose_sites(struct reserving *r)
{
  const struct wish *wish = r->wish;
  size_t i;

  for (i = 0; i < wish->sites->count; i++)
    if (add_site(r, wish->sites->item[i]) != 0)
      return -1;
  for (i = 0; i < wish->hosts->count; i++) {
    CLEANUP_FREE char *site = site_of_word(wish->hosts->item[i]);

    if (site != NULL && add_site(r, site) != 0)
      return -1;
  }
  if (r->nsites == 0)
    return add_site(r, model_home(r->model)->name);
  return 0;
}

static bool
spans_sites(const struct reserving *r)
{
  size_t i;

  for (i = 0; i < r->nsites; i++)
    if (!r->sites[i]->home)
      return true;
  return false;
}

static int
check_span(struct reserving *r)
{
  CLEANUP_LIST struct list names = { 0 }, able = { 0 };
  CLEANUP_FREE char *said = NULL;
  size_t i;

  if (!spans_sites(r) ||
      (r->cluster->network->ops.network.capabilities & ROCKS_NET_MULTI_SITE))
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
  return call_fail(r->call, ROCKS_EUNSUPPORTED,
                   "network backend %s ends at the edge of a site; a cluster over several sites "
                   "needs one that spans them (network-backend=%s)",
                   r->cluster->row.network_backend, able.count > 0 ? said : "none is installed");
}

static int
load_chosen(struct reserving *r)
{
  CLEANUP_LIST struct list attrs = { 0 };
  struct site_query query = { .attrs = &attrs, .containers = true, .subnet = r->wish->subnet };
  size_t i;

  site_attr_names(&attrs, r->cluster->network, r->cluster->vm);
  for (i = 0; i < r->model->nsites; i++) {
    struct site *site = &r->model->sites[i];
    size_t k;

    for (k = 0; k < r->nsites && r->sites[k] != site; k++)
      ;
    if ((site->home || k < r->nsites) && site_load(r->call, r->model, site, &query) != 0)
      return -1;
  }
  return 0;
}

/* ---- placement ---- */

static int
named_hosts(struct reserving *r, struct place *hosts, size_t *count)
{
  size_t i;

  for (i = 0; i < r->wish->hosts->count; i++) {
    const char *word = r->wish->hosts->item[i];
    CLEANUP_FREE char *name = site_of_word(word);
    struct site *site = name != NULL ? model_site(r->model, name) : model_home(r->model);
    const char *host = name != NULL ? strchr(word, ':') + 1 : word;

    hosts[i] = (struct place){ .site = site, .container = site_container(site, host) };
    if (hosts[i].container == NULL)
      return call_fail(r->call, ROCKS_ENOTFOUND, "host \"%s\" is no VM container of site %s",
                       host, site->name);
  }
  *count = r->wish->hosts->count;
  return 0;
}

static int
place_frontend(struct reserving *r)
{
  struct site *home = model_home(r->model);
  const char *name = r->wish->fe_container;

  if (name == NULL)
    name = home_attr(r, "Kickstart_PrivateHostname", home->node);
  r->frontend = (struct place){ .site = home, .container = site_container(home, name) };
  if (r->frontend.container == NULL)
    return call_fail(r->call, ROCKS_ENOTFOUND, "host \"%s\" cannot hold the virtual frontend: it "
                     "is no VM container of site %s", name, home->name);
  return 0;
}

static int
place_computes(struct reserving *r)
{
  struct place *hosts;
  size_t count, over;

  if (r->wish->hosts->count > 0) {
    hosts = pool_new(&r->model->pool, r->wish->hosts->count, sizeof *hosts);
    if (named_hosts(r, hosts, &count) != 0)
      return -1;
  } else {
    hosts = place_hosts(r->model, r->sites, r->nsites, &count);
    if (count == 0 && !spans_sites(r)) { /* as in Rocks: the frontend then */
      hosts = &r->frontend;
      count = 1;
    }
  }
  r->places = pool_new(&r->model->pool, r->wish->computes, sizeof *r->places);
  if (place_vms(r->call, r->model, hosts, count, &r->wish->compute, r->wish->computes,
                !spans_sites(r), r->places, &over) != 0)
    return -1;
  if (over > 0)
    call_warn(r->call, "%zu of %zu VMs stand beyond what their containers have", over,
              r->wish->computes);
  return 0;
}

/* ---- the network ---- */

static void
keep_setting(void *arg, const char *name, const char *value, bool secret)
{
  struct reserving *r = arg;
  struct pool *pool = &r->model->pool;

  r->settings = pool_grow(pool, r->settings, r->nsettings, sizeof *r->settings);
  r->settings[r->nsettings++] = (struct rocks_setting){
    .name = pool_text(pool, name), .value = pool_text(pool, value), .secret = secret };
}

static int
reserve_network(struct reserving *r)
{
  const struct backend *network = r->cluster->network;
  struct site *home = model_home(r->model);
  struct rocks_host host = describe_host(r->model, network, home, home->node, &home->attrs);
  struct rocks_cluster_row *row = &r->cluster->row;

  if (network->ops.network.reserve != NULL &&
      network->ops.network.reserve(network->state, r->call, or_empty(r->wish->fe_name), &host,
                                   &row->mtu, keep_setting, r) != 0)
    return -1;
  row->settings = (struct rocks_settings){ .item = r->settings, .count = r->nsettings };
  row->inner_subnet = home_attr(r, "mvc_inner_subnet", INNER_SUBNET);
  return 0;
}

/* ---- reserving at a site ---- */

static int
keep_member(void *arg, const struct rocks_member_row *row)
{
  struct reserving *r = arg;
  size_t i;

  for (i = 0; i < r->nmembers; i++)
    if (r->members[i].role == row->role && r->members[i].index == row->index)
      r->members[i] = copy_member(&r->model->pool, row);
  return 0;
}

/* The members as planned, before anybody promised anything. */
static void
plan_members(struct reserving *r)
{
  const struct wish *wish = r->wish;
  const char *home = model_home(r->model)->name;
  size_t i;

  r->nmembers = wish->computes + 1;
  r->members = pool_new(&r->model->pool, r->nmembers, sizeof *r->members);
  r->members[0] = (struct rocks_member_row){
    .size = sizeof *r->members, .role = ROCKS_ROLE_FRONTEND, .name = wish->fe_name,
    .site_uuid = r->frontend.site->uuid, .container = r->frontend.container->name, .mac = "",
    .cpus = wish->frontend.cpus, .memory = wish->frontend.memory, .disk = wish->frontend.disk };
  for (i = 0; i < wish->computes; i++) {
    struct rocks_member_row *member = &r->members[i + 1];

    *member = (struct rocks_member_row){
      .size = sizeof *member, .role = ROCKS_ROLE_COMPUTE, .index = (uint32_t) i,
      .site_uuid = r->places[i].site->uuid, .container = r->places[i].container->name,
      .mac = "", .cpus = wish->compute.cpus, .memory = wish->compute.memory,
      .disk = wish->compute.disk };
    if (spans_sites(r))
      member->name = pool_format(&r->model->pool, "vm-%s-{frontend}-%zu", home, i);
    else if (wish->cluster_naming)
      member->name = pool_format(&r->model->pool, "vm-{frontend}-%zu", i);
  }
}

static struct rocks_vm_request
request_of(const struct reserving *r, const struct rocks_member_row *member)
{
  bool frontend = member->role == ROCKS_ROLE_FRONTEND;

  return (struct rocks_vm_request){ .role = member->role,
                                    .index = member->index,
                                    .container = member->container,
                                    .name = member->name,
                                    .cpus = member->cpus,
                                    .memory = member->memory,
                                    .disk = member->disk,
                                    .virt_type = r->wish != NULL ? r->wish->virt_type : "hvm",
                                    .public_ip = frontend && r->wish ? r->wish->ip : "",
                                    .gateway = frontend && r->wish ? or_empty(r->wish->gateway)
                                                                   : "" };
}

struct ranges {
  struct pool *pool;
  struct range {
    uint32_t min, max;
  } *item;
  size_t count;
};

static int
add_range(void *arg, uint32_t min, uint32_t max)
{
  struct ranges *ranges = arg;

  ranges->item = pool_grow(ranges->pool, ranges->item, ranges->count, sizeof *ranges->item);
  ranges->item[ranges->count++] = (struct range){ .min = min, .max = max };
  return 0;
}

/* The numbers that the site has for segments of this network. */
static int
site_ranges(struct reserving *r, const struct site *site, struct ranges *ranges)
{
  const struct backend *network = r->cluster->network;
  const struct rocks_network_ops *ops = &network->ops.network;
  struct rocks_host frontend = describe_host(r->model, network, site, or_empty(site->node),
                                             &site->attrs);

  *ranges = (struct ranges){ .pool = &r->model->pool };
  if (ops->segments == NULL)
    return add_range(ranges, ops->segment_min, ops->segment_max);
  return ops->segments(network->state, r->call, &frontend, add_range, ranges);
}

/* Reserves with a segment out of the first of the site's ranges that has one. */
static int
reserve_in_ranges(struct reserving *r, struct site *site, struct rocks_reservation *reservation)
{
  struct ranges ranges;
  size_t i;

  if (site_ranges(r, site, &ranges) != 0)
    return -1;
  for (i = 0; i < ranges.count; i++) {
    reservation->segment_min = ranges.item[i].min;
    reservation->segment_max = ranges.item[i].max;
    if (reservation->segment != 0 && (reservation->segment < reservation->segment_min ||
                                      reservation->segment > reservation->segment_max))
      continue;
    call_clear(r->call);
    if (site->resource->ops.resource.reserve(site->inventory, r->call, reservation) == 0)
      return 0;
    if (r->call->code != ROCKS_EFULL)
      return -1;
  }
  if (r->call->code != ROCKS_OK)
    return -1;
  return call_fail(r->call, ROCKS_EINVALID, "vlan %u is none of those that clusters of site %s "
                   "may have", reservation->segment, site->name);
}

static int
reserve_at(
struct reserving *r, struct site *site, const struct rocks_cluster_row *record)
{
  const struct rocks_network_ops *ops = &r->cluster->network->ops.network;
  CLEANUP_FREE struct rocks_vm_request *vms = mem_new(r->nmembers, sizeof *vms);
  struct rocks_reservation reservation = {
    .size = sizeof reservation,
    .home_uuid = model_home(r->model)->uuid,
    .cluster = r->cluster->row.name, /* NULL: a new one */
    .segment = site->home && r->wish != NULL ? r->wish->vlan : 0,
    .reuse_segments = ops->reuse_segments,
    .tagged = ops->capabilities & ROCKS_NET_TAGGED,
    .subnet = r->wish != NULL && r->wish->subnet != NULL ? r->wish->subnet : "private",
    .foreign = !site->home,
    .vms = vms,
    .record = record,
    .dry = r->dry,
    .arg = r,
    .member = keep_member,
  };
  size_t i;

  for (i = 0; i < r->nmembers; i++)
    if (strcmp(r->members[i].site_uuid, site->uuid) == 0)
      vms[reservation.nvms++] = request_of(r, &r->members[i]);
  if (reservation.nvms == 0)
    return 0;
  if (reserve_in_ranges(r, site, &reservation) == 0)
    return 0;
  return site->home ? -1 : call_context(r->call, "site %s", site->name);
}

/* Names of members at other sites, once the frontend has its own. */
static void
name_members(struct reserving *r)
{
  static const char mark[] = "{frontend}";
  size_t i;

  for (i = 0; i < r->nmembers; i++) {
    const char *name = r->members[i].name;
    const char *at = name != NULL ? strstr(name, mark) : NULL;

    if (at != NULL)
      r->members[i].name = pool_format(&r->model->pool, "%.*s%s%s", (int) (at - name), name,
                                       r->cluster->row.name, at + strlen(mark));
  }
}

static int
compare_uuid(const void *a, const void *b)
{
  return strcmp((*(struct site *const *) a)->uuid, (*(struct site *const *) b)->uuid);
}

/* The sites other than home that hold members, in the order of their UUIDs, so
 * that two home sites never wait for each other crosswise; the caller frees. */
static struct site **
lenders(const struct reserving *r, size_t *count)
{
  struct site **sites = mem_new(r->model->nsites, sizeof *sites);
  size_t i, k;

  for (*count = 0, i = 1; i < r->model->nsites; i++)
    for (k = 0; k < r->nmembers; k++)
      if (strcmp(r->members[k].site_uuid, r->model->sites[i].uuid) == 0) {
        sites[(*count)++] = &r->model->sites[i];
        break;
      }
  qsort(sites, *count, sizeof *sites, compare_uuid);
  return sites;
}

/* Gives back what was promised before a later site refused. */
static void
give_back(struct reserving *r, struct site *const *sites, size_t count)
{
  struct rocks_call undo = { .quiet = true };
  struct site *home = model_home(r->model);
  const char *name = r->cluster->row.name;
  size_t i;

  for (i = 0; i < count; i++)
    sites[i]->resource->ops.resource.release(sites[i]->inventory, &undo, home->uuid, name, NULL, 0);
  if (undo.code == ROCKS_OK &&
      home->resource->ops.resource.release(home->inventory, &undo, home->uuid, name, NULL, 0) == 0)
    home->resource->ops.resource.forget(home->inventory, &undo, name);
  if (undo.code != ROCKS_OK)
    call_warn(r->call, "%s; `rocks remove cluster %s` clears what is left", undo.message, name);
  call_free(&undo);
}

static void
settle(struct reserving *r)
{
  r->cluster->row.members = r->members;
  r->cluster->row.nmembers = r->nmembers;
}

/* undo: the cluster is new; when a site refuses, nothing of it stays. */
static int
reserve_at_lenders(struct reserving *r, bool undo)
{
  size_t count, i;
  CLEANUP_FREE struct site **sites = lenders(r, &count);

  for (i = 0; i < count; i++)
    if (site_open(r->call, sites[i]) != 0 || reserve_at(r, sites[i], NULL) != 0) {
      if (undo)
        give_back(r, sites, i);
      return -1;
    }
  settle(r);
  return 0;
}

/* What is to be recorded at home with its own part: members elsewhere too. */
static struct rocks_cluster_row
intent(struct reserving *r)
{
  struct rocks_cluster_row record = r->cluster->row;
  struct rocks_member_row *others = pool_new(&r->model->pool, r->nmembers, sizeof *others);
  size_t i;

  record.size = sizeof record;
  record.state = spans_sites(r) ? "adding" : "stopped";
  record.nmembers = 0;
  for (i = 0; i < r->nmembers; i++)
    if (strcmp(r->members[i].site_uuid, model_home(r->model)->uuid) != 0)
      others[record.nmembers++] = r->members[i];
  record.members = others;
  return record;
}

static int
record_all(struct reserving *r)
{
  struct site *home = model_home(r->model);

  r->cluster->row.state = "stopped";
  if (r->dry || !spans_sites(r))
    return 0;
  return home->resource->ops.resource.record(home->inventory, r->call, &r->cluster->row);
}

int
reserve_cluster(struct rocks_call *call, struct model *model, const struct wish *wish, bool dry,
                struct cluster *cluster)
{
  struct reserving r = { .call = call, .model = model, .wish = wish, .cluster = cluster,
                         .dry = dry };
  struct rocks_cluster_row record;

  *cluster = (struct cluster){ .row.size = sizeof cluster->row,
                               .row.network_backend = wish->network->plugin.name,
                               .row.vm_backend = wish->vm->plugin.name,
                               .network = wish->network,
                               .vm = wish->vm };
  if (choose_sites(&r) != 0 || check_span(&r) != 0 ||
      load_chosen(&r) != 0)
    return -1;
  if (spans_sites(&r) &&
      capacity_refresh(call, model, cluster->vm, r.sites, r.nsites) != 0)
    return -1;
  if (place_frontend(&r) != 0 || place_computes(&r) != 0 || reserve_network(&r) != 0)
    return -1;
  plan_members(&r);
  record = intent(&r);
  if (reserve_at(&r, model_home(model), &record) != 0)
    return -1;
  cluster->row.name = r.members[0].name;
  name_members(&r);
  settle(&r);
  if (reserve_at_lenders(&r, !dry) != 0)
    return -1;
  return record_all(&r);
}

int
reserve_missing(struct rocks_call *call, struct model *model, struct cluster *cluster, bool dry)
{
  struct reserving r = { .call = call, .model = model, .cluster = cluster, .dry = dry,
                         .nmembers = cluster->row.nmembers };
  struct site *home = model_home(model);

  r.members = pool_copy(&model->pool, cluster->row.members, r.nmembers, sizeof *r.members);
  if (reserve_at_lenders(&r, false) != 0)
    return -1;
  cluster->row.state = "stopped";
  return dry ? 0 : home->resource->ops.resource.record(home->inventory, call, &cluster->row);
}
