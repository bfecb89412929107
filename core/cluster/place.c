/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "cluster/place.h"

/* The nth container of a site that takes VMs when nobody names a host. */
static struct rocks_container_row *
nth_member(struct site *site, size_t n)
{
  size_t i;

  for (i = 0; i < site->ncontainers; i++)
    if (site->containers[i].member && n-- == 0)
      return &site->containers[i];
  return NULL;
}

struct place *
place_hosts(struct model *model, struct site *const *sites, size_t nsites, size_t *count)
{
  struct place *places = NULL;
  struct rocks_container_row *container;
  size_t round, i, found = 1;

  *count = 0;
  for (round = 0; found > 0; round++)
    for (found = 0, i = 0; i < nsites; i++) {
      container = nth_member(sites[i], round);
      if (container == NULL)
        continue;
      found++;
      places = pool_grow(&model->pool, places, *count, sizeof *places);
      places[(*count)++] = (struct place){ .site = sites[i], .container = container };
    }
  return places;
}

static bool
fits(uint64_t total, uint64_t used, uint64_t need)
{
  return total == 0 || used + need <= total;
}

static bool
within(int64_t bound, int64_t use, uint64_t more)
{
  return bound < 0 || (uint64_t) use + more <= (uint64_t) bound;
}

static bool
has_room(const struct place *place, const struct need *need)
{
  const struct rocks_container_row *c = place->container;
  const struct quota *quota = &place->site->quota, *have = &place->site->borrowed;

  if (c->drained || !fits(c->cpus, c->cpus_used, need->cpus) ||
      !fits(c->memory, c->memory_used, need->memory) ||
      !fits(c->disk, c->disk_used, need->disk))
    return false;
  return within(quota->cpus, have->cpus, need->cpus) &&
         within(quota->memory, have->memory, need->memory) &&
         within(quota->disk, have->disk, need->disk) && within(quota->vms, have->vms, 1);
}

static void
use(const struct place *place, const struct need *need)
{
  struct rocks_container_row *container = place->container;

  container->cpus_used += need->cpus;
  container->memory_used += need->memory;
  container->disk_used += need->disk;
  container->vms++;
  quota_add(&place->site->borrowed, need->cpus, need->memory, need->disk);
}

static void
say_left(struct text *text, const char *what, uint64_t total, uint64_t used)
{
  if (total == 0)
    text_add(text, " ? %s", what);
  else
    text_add(text, " %" PRIu64 " %s", total > used ? total - used : 0, what);
}

static void
say_room(struct model *model, const struct place *place, struct text *text)
{
  const struct rocks_container_row *c = place->container;

  text_add(text, "%s%s", text->length > 0 ? "; " : "",
           model_label(model, place->site, c->name));
  if (c->drained) {
    text_add(text, " drained");
    return;
  }
  say_left(text, "CPUs", c->cpus, c->cpus_used);
  say_left(text, "MiB", c->memory, c->memory_used);
  say_left(text, "GB", c->disk, c->disk_used);
}

static void
say_bound(struct text *text, const struct site *site, int64_t bound, int64_t have, uint64_t more,
          const char *what)
{
  if (!within(bound, have, more))
    text_add(text, " (site %s is to be used for at most %" PRId64 " %s, and %" PRId64 " are)",
             site->name, bound, what, have);
}

/* The bounds that keep one more VM from the site, whatever its containers have. */
static void
say_quota(const struct site *site, const struct need *need, struct text *text)
{
  const struct quota *quota = &site->quota, *have = &site->borrowed;

  say_bound(text, site, quota->cpus, have->cpus, need->cpus, "CPUs");
  say_bound(text, site, quota->memory, have->memory, need->memory, "MiB");
  say_bound(text, site, quota->disk, have->disk, need->disk, "GB");
  say_bound(text, site, quota->vms, have->vms, 1, "VMs");
}

static int
no_room(struct rocks_call *call, struct model *model, const struct place *hosts, size_t nhosts,
        const struct need *need, size_t count, size_t placed)
{
  CLEANUP_TEXT struct text room = { 0 };
  size_t i, k;

  for (i = 0; i < nhosts; i++) {
    say_room(model, &hosts[i], &room);
    for (k = i + 1; k < nhosts && hosts[k].site != hosts[i].site; k++)
      ;
    if (k == nhosts) /* the last one of its site */
      say_quota(hosts[i].site, need, &room);
  }
  return call_fail(call, ROCKS_EFULL,
                   "there is room for %zu of %zu VMs with %" PRIu32 " CPUs, %" PRIu64
                   " MiB and %" PRIu64 " GB each; left over: %s",
                   placed, count, need->cpus, need->memory, need->disk,
                   nhosts > 0 ? text_get(&room) : "no container");
}

int
place_vms(struct rocks_call *call, struct model *model, const struct place *hosts,
          size_t nhosts, const struct need *need, size_t count, bool overcommit,
          struct place *out, size_t *over)
{
  size_t next = 0, i, tried;

  *over = 0;
  for (i = 0; i < count; i++) {
    for (tried = 0; tried < nhosts; tried++)
      if (has_room(&hosts[(next + tried) % nhosts], need))
        break;
    if (tried == nhosts) {
      /* Rocks' own rule: the next in turn, however much it carries. */
      for (tried = 0; tried < nhosts; tried++)
        if (!hosts[(next + tried) % nhosts].container->drained)
          break;
      if (!overcommit || tried == nhosts)
        return no_room(call, model, hosts, nhosts, need, count, i);
      (*over)++;
    }
    next = (next + tried) % nhosts;
    out[i] = hosts[next];
    use(&out[i], need);
    next = (next + 1) % nhosts;
  }
  return 0;
}
