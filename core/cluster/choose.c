/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <string.h>

#include "cluster/capacity.h"
#include "cluster/choose.h"
#include "cluster/network.h"
#include "cluster/site.h"

struct choosing {
  struct rocks_call *call;
  struct model *model;
  const struct wish *wish;
  struct choice *choice;
};

bool
choice_spans_sites(const struct choice *choice)
{
  size_t i;

  for (i = 0; i < choice->nsites; i++)
    if (!choice->sites[i]->home)
      return true;
  return false;
}

static const char *
home_attr(const struct choosing *r, const char *name, const char *fallback)
{
  const char *value = rocks_setting_value(&model_home(r->model)->attrs, name);

  return value != NULL && value[0] != '\0' ? value : fallback;
}

static int
add_site(struct choosing *r, const char *name)
{
  struct site *site = model_site(r->model, name);
  struct choice *choice = r->choice;
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
  for (i = 0; i < choice->nsites; i++)
    if (choice->sites[i] == site)
      return 0;
  choice->sites = pool_grow(&r->model->pool, choice->sites, choice->nsites,
                            sizeof *choice->sites);
  choice->sites[choice->nsites++] = site;
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
choose_sites(struct choosing *r)
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
  if (r->choice->nsites == 0)
    return add_site(r, model_home(r->model)->name);
  return 0;
}

static int
load_chosen(struct choosing *r)
{
  CLEANUP_LIST struct list attrs = { 0 };
  struct site_query query = { .attrs = &attrs, .containers = true, .subnet = r->wish->subnet };
  size_t i;

  site_attr_names(&attrs, r->wish->network, r->wish->vm);
  for (i = 0; i < r->model->nsites; i++) {
    struct site *site = &r->model->sites[i];
    size_t k;

    for (k = 0; k < r->choice->nsites && r->choice->sites[k] != site; k++)
      ;
    if ((site->home || k < r->choice->nsites) && site_load(r->call, r->model, site, &query) != 0)
      return -1;
  }
  return 0;
}

/* ---- what is borrowed ---- */

static int
count_members(void *arg, const struct rocks_cluster_row *row)
{
  const struct model *model = arg;
  struct site *site;
  size_t i;

  for (i = 0; i < row->nmembers; i++) {
    const struct rocks_member_row *member = &row->members[i];

    site = model_site_by_uuid(model, member->site_uuid);
    if (site != NULL)
      quota_add(&site->borrowed, member->cpus, member->memory, member->disk);
  }
  return 0;
}

static bool
has_bound(const struct quota *quota)
{
  return quota->cpus >= 0 || quota->memory >= 0 || quota->disk >= 0 || quota->vms >= 0;
}

/* A bound is what the site's admin agreed with this home site, so what others
 * have there does not count. */
static int
count_borrowed(struct rocks_call *call, struct model *model, struct site *const *sites, size_t n)
{
  struct site *home = model_home(model);
  size_t i;

  for (i = 0; i < n; i++)
    if (has_bound(&sites[i]->quota))
      return home->resource->ops.resource.clusters(home->inventory, call, NULL, count_members,
                                                   model);
  return 0;
}

/* ---- placement ---- */

static int
named_hosts(struct choosing *r, struct place *hosts, size_t *count)
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
place_frontend(struct choosing *r)
{
  struct site *home = model_home(r->model);
  const char *name = r->wish->fe_container;

  if (name == NULL)
    name = home_attr(r, "Kickstart_PrivateHostname", home->node);
  r->choice->frontend = (struct place){ .site = home, .container = site_container(home, name) };
  if (r->choice->frontend.container == NULL)
    return call_fail(r->call, ROCKS_ENOTFOUND, "host \"%s\" cannot hold the virtual frontend: it "
                     "is no VM container of site %s", name, home->name);
  return 0;
}

static int
place_computes(struct choosing *r)
{
  struct place *hosts;
  size_t count, over;

  if (r->wish->hosts->count > 0) {
    hosts = pool_new(&r->model->pool, r->wish->hosts->count, sizeof *hosts);
    if (named_hosts(r, hosts, &count) != 0)
      return -1;
  } else {
    hosts = place_hosts(r->model, r->choice->sites, r->choice->nsites, &count);
    if (count == 0 && !choice_spans_sites(r->choice)) { /* as in Rocks: the frontend then */
      hosts = &r->choice->frontend;
      count = 1;
    }
  }
  r->choice->places = pool_new(&r->model->pool, r->wish->computes, sizeof *r->choice->places);
  if (place_vms(r->call, r->model, hosts, count, &r->wish->compute, r->wish->computes,
                !choice_spans_sites(r->choice), r->choice->places, &over) != 0)
    return -1;
  if (over > 0)
    call_warn(r->call, "%zu of %zu VMs stand beyond what their containers have", over,
              r->wish->computes);
  return 0;
}

int
choose(struct rocks_call *call, struct model *model, const struct wish *wish,
       struct choice *choice)
{
  struct choosing r = { .call = call, .model = model, .wish = wish, .choice = choice };

  *choice = (struct choice){ 0 };
  if (choose_sites(&r) != 0 ||
      (choice_spans_sites(choice) && network_check_span(call, wish->network) != 0) ||
      load_chosen(&r) != 0)
    return -1;
  if (choice_spans_sites(choice) &&
      capacity_refresh(call, model, wish->vm, choice->sites, choice->nsites) != 0)
    return -1;
  if (count_borrowed(call, model, choice->sites, choice->nsites) != 0 || place_frontend(&r) != 0)
    return -1;
  return place_computes(&r);
}

int
choose_room(struct rocks_call *call, struct model *model, const struct backend *vm,
            struct site *site, const char *host, const struct need *need)
{
  struct place place = { .site = site }, chosen;
  size_t over;

  if (!site->home && capacity_refresh(call, model, vm, &site, 1) != 0)
    return -1;
  place.container = site_container(site, host);
  if (place.container == NULL)
    return call_fail(call, ROCKS_ENOTFOUND, "host \"%s\" is no VM container of site %s", host,
                     site->name);
  if (count_borrowed(call, model, &site, 1) != 0 ||
      place_vms(call, model, &place, 1, need, 1, site->home, &chosen, &over) != 0)
    return -1;
  if (over > 0)
    call_warn(call, "the VM will stand beyond what %s has", model_label(model, site, host));
  return 0;
}
