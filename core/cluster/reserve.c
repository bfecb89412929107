/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "cluster/network.h"
#include "cluster/reserve.h"
#include "cluster/site.h"

/* One reservation under way. */
struct reserving {
  struct rocks_call *call;
  struct model *model;
  const struct wish *wish;
  struct cluster *cluster;
  bool spans; /* the cluster stands at several sites already */
  const struct rocks_vm_row *as; /* one that comes from another site, or NULL */
  bool dry;
  struct choice choice;
  struct rocks_member_row *members;
  size_t nmembers;
};

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

/* A compute as planned, before anybody promised anything. */
static struct rocks_member_row
planned_compute(struct reserving *r, const struct place *place, uint32_t index)
{
  const struct wish *wish = r->wish;
  struct rocks_member_row member = {
    .size = sizeof member, .role = ROCKS_ROLE_COMPUTE, .index = index,
    .site_uuid = place->site->uuid, .container = place->container->name, .mac = "",
    .cpus = wish->compute.cpus, .memory = wish->compute.memory, .disk = wish->compute.disk };

  if (choice_spans_sites(&r->choice) || r->spans)
    member.name = pool_format(&r->model->pool, "vm-%s-{frontend}-%" PRIu32,
                              model_home(r->model)->name, index);
  else if (wish->cluster_naming)
    member.name = pool_format(&r->model->pool, "vm-{frontend}-%" PRIu32, index);
  return member;
}

/* Those of a new cluster. */
static void
plan_members(struct reserving *r)
{
  const struct wish *wish = r->wish;
  size_t i;

  r->nmembers = wish->computes + 1;
  r->members = pool_new(&r->model->pool, r->nmembers, sizeof *r->members);
  r->members[0] = (struct rocks_member_row){
    .size = sizeof *r->members, .role = ROCKS_ROLE_FRONTEND, .name = wish->fe_name,
    .site_uuid = r->choice.frontend.site->uuid,
    .container = r->choice.frontend.container->name, .mac = "",
    .cpus = wish->frontend.cpus, .memory = wish->frontend.memory, .disk = wish->frontend.disk };
  for (i = 0; i < wish->computes; i++)
    r->members[i + 1] = planned_compute(r, &r->choice.places[i], (uint32_t) i);
}

/* More of them for a cluster that there is. */
static void
plan_more(struct reserving *r)
{
  const struct rocks_cluster_row *row = &r->cluster->row;
  uint32_t index = 0;
  size_t i;

  r->nmembers = row->nmembers + r->wish->computes;
  r->members = pool_new(&r->model->pool, r->nmembers, sizeof *r->members);
  for (i = 0; i < row->nmembers; i++) {
    r->members[i] = row->members[i];
    if (row->members[i].role == ROCKS_ROLE_COMPUTE && row->members[i].index >= index)
      index = row->members[i].index + 1;
  }
  for (i = 0; i < r->wish->computes; i++)
    r->members[row->nmembers + i] = planned_compute(r, &r->choice.places[i],
                                                    index + (uint32_t) i);
}

static const char *
virt_type_of(const struct reserving *r)
{
  if (r->as != NULL)
    return r->as->virt_type;
  return r->wish != NULL ? r->wish->virt_type : "hvm";
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
                                    .virt_type = virt_type_of(r),
                                    .as = r->as,
                                    .public_ip = frontend && r->wish ? r->wish->ip : "",
                                    .gateway = frontend && r->wish ? or_empty(r->wish->gateway)
                                                                   : "" };
}

/* Reserves with a segment out of the first of the site's ranges that has one. */
static int
reserve_in_ranges(struct reserving *r, struct site *site, struct rocks_reservation *reservation)
{
  struct ranges ranges;
  size_t i;

  if (network_ranges(r->call, r->model, r->cluster->network, site, &ranges) != 0)
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
reserve_at(struct reserving *r, struct site *site, const struct rocks_cluster_row *record)
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

/* The sites other than home, in turn; *reached: how many have promised. */
static int
reserve_at_lenders(struct reserving *r, struct site *const *sites, size_t count, size_t *reached)
{
  for (*reached = 0; *reached < count; ++*reached)
    if (site_open(r->call, sites[*reached]) != 0 || reserve_at(r, sites[*reached], NULL) != 0)
      return -1;
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
  record.nmembers = 0;
  for (i = 0; i < r->nmembers; i++)
    if (strcmp(r->members[i].site_uuid, model_home(r->model)->uuid) != 0)
      others[record.nmembers++] = r->members[i];
  record.members = others;
  return record;
}

/* Home's record, once others have promised their parts. */
static int
record_all(struct reserving *r)
{
  struct site *home = model_home(r->model);

  if (r->dry)
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
  struct site **lenders;
  size_t count, reached;

  *cluster = (struct cluster){ .row.size = sizeof cluster->row,
                               .row.network_backend = wish->network->plugin.name,
                               .row.vm_backend = wish->vm->plugin.name,
                               .network = wish->network,
                               .vm = wish->vm };
  if (choose(call, model, wish, &r.choice) != 0 ||
      network_settle(call, model, cluster, or_empty(wish->fe_name)) != 0)
    return -1;
  plan_members(&r);
  record = intent(&r);
  record.state = choice_spans_sites(&r.choice) ? "adding" : "stopped";
  if (reserve_at(&r, model_home(model), &record) != 0)
    return -1;
  cluster->row.name = r.members[0].name;
  name_members(&r);
  settle(&r);
  lenders = cluster_lenders(model, cluster, &count);
  if (reserve_at_lenders(&r, lenders, count, &reached) != 0) {
    if (!dry)
      give_back(&r, lenders, reached);
    return -1;
  }
  cluster->row.state = "stopped";
  return choice_spans_sites(&r.choice) ? record_all(&r) : 0;
}

/* The new computes alone, and home's record as it was. */
static void
take_off(struct reserving *r, const struct rocks_cluster_row *before, struct site *const *sites,
         size_t count)
{
  struct rocks_call undo = { .quiet = true };
  struct site *home = model_home(r->model);
  const char *name = before->name;
  CLEANUP_LIST struct list names = { 0 };
  size_t i;

  for (i = before->nmembers; i < r->nmembers; i++)
    list_add(&names, r->members[i].name);
  for (i = 0; i <= count; i++) {
    struct site *site = i < count ? sites[i] : home;

    site->resource->ops.resource.release(site->inventory, &undo, home->uuid, name,
                                         (const char *const *) names.item, names.count);
  }
  if (undo.code != ROCKS_OK
      || home->resource->ops.resource.record(home->inventory, &undo, before) != 0)
    call_warn(r->call, "%s; `rocks sync cluster %s` adds what is missing, `rocks remove cluster "
              "compute` takes it off", undo.message, name);
  call_free(&undo);
}

int
reserve_more(struct rocks_call *call, struct model *model, const struct wish *wish, bool dry,
             struct cluster *cluster)
{
  struct reserving r = { .call = call, .model = model, .wish = wish, .cluster = cluster,
                         .dry = dry };
  const struct rocks_cluster_row before = cluster->row;
  struct rocks_cluster_row record;
  struct site **lenders;
  size_t count, reached;

  cluster_lenders(model, cluster, &count);
  r.spans = count > 0;
  if (choose(call, model, wish, &r.choice) != 0)
    return -1;
  plan_more(&r);
  name_members(&r);
  record = intent(&r);
  if (reserve_at(&r, model_home(model), &record) != 0)
    return -1;
  settle(&r);
  lenders = cluster_lenders(model, cluster, &count);
  if (reserve_at_lenders(&r, lenders, count, &reached) == 0)
    return count > 0 ? record_all(&r) : 0;
  if (!dry)
    take_off(&r, &before, lenders, reached);
  cluster->row = before;
  return -1;
}

bool
reserve_is_missing(const struct cluster *cluster)
{
  size_t i;

  for (i = 0; i < cluster->row.nmembers; i++)
    if (cluster->row.members[i].mac[0] == '\0')
      return true;
  return false;
}

int
reserve_missing(struct rocks_call *call, struct model *model, struct cluster *cluster, bool dry)
{
  struct reserving r = { .call = call, .model = model, .cluster = cluster, .dry = dry,
                         .nmembers = cluster->row.nmembers };
  size_t count, reached;
  struct site **lenders = cluster_lenders(model, cluster, &count);

  r.members = pool_copy(&model->pool, cluster->row.members, r.nmembers, sizeof *r.members);
  if (reserve_at_lenders(&r, lenders, count, &reached) != 0)
    return -1;
  if (strcmp(cluster->row.state, "adding") == 0)
    cluster->row.state = "stopped";
  return record_all(&r);
}

int
reserve_arrival(struct rocks_call *call, struct model *model, struct cluster *cluster,
                struct site *site, const struct rocks_vm_row *as, struct rocks_member_row *member)
{
  struct reserving r = { .call = call, .model = model, .cluster = cluster, .as = as,
                         .members = member, .nmembers = 1 };

  return site_open(call, site) != 0 ? -1 : reserve_at(&r, site, NULL);
}
