/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What a reservation gets: names, slices, MACs, addresses, a segment.  Nothing
 * is written here.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "reserve.h"

#define refuse(v, code, ...) ((v)->r->core->error((v)->call, (code), __VA_ARGS__), -1)

static int
check_holder(struct reserve *v, const struct holder *h)
{
  if (!h->found)
    return refuse(v, ROCKS_ENOTFOUND, "cannot resolve host \"%s\"", h->name);
  if (h->is_vm)
    return refuse(v, ROCKS_EINVALID, "%s is a virtual machine itself and holds none", h->name);
  return 0;
}

static const struct lease *
find_lease(const struct reserve *v, const char *name)
{
  size_t i;

  for (i = 0; i < v->nleases; i++)
    if (strcasecmp(v->lease[i].vm, name) == 0 &&
        strcmp(v->lease[i].home_uuid, v->want->home_uuid) == 0 &&
        strcasecmp(v->lease[i].cluster, v->cluster) == 0)
      return &v->lease[i];
  return NULL;
}

static int
check_name(struct reserve *v, const char *name)
{
  enum name_problem problem = name_check(name);

  if (problem == NAME_DOT)
    return refuse(v, ROCKS_EINVALID, "Hostname %s can not contains any dot.", name);
  if (problem == NAME_RACK)
    return refuse(v, ROCKS_EINVALID, "Hostname %s can not be in the form of rack<number>.\n"
                  "Select a different hostname.", name);
  if (problem != NAME_OK)
    return refuse(v, ROCKS_EINVALID, "\"%s\" cannot be a host's name: letters, digits, - and _, "
                  "a letter or digit at both ends, at most 63", name);
  if (names_has(&v->appliances, name))
    return refuse(v, ROCKS_EINVALID, "Hostname %s can not be equal to an appliance name.\n"
                  "Select a different hostname.", name);
  if (names_has(&v->names, name))
    return refuse(v, ROCKS_EEXISTS, "Node %s already exists.\n"
                  "Select a different hostname, cabinet and/or rank value.", name);
  return 0;
}

static int
take_name(struct reserve *v, struct guest *g, const char *name)
{
  g->name = name;
  if (v->arena.failed || !names_add(&v->names, name))
    return db_nomem(v->r, v->call);
  return 0;
}

/* Rocks' rule: the largest slice of the container; without a name, the next one
 * whose name is free.  So slices differ among VMs that Rocks named, and only
 * there. */
static int
name_by_slice(struct reserve *v, struct guest *g)
{
  const char *appliance = v->kind[g->want->role].appliance;
  struct holder *h = g->holder;
  char name[128];

  for (g->slice = h->slice;; g->slice++) {
    if (!name_default(name, sizeof name, appliance, h->rack, h->rank, g->slice))
      return refuse(v, ROCKS_EINVALID, "the name of a VM on %s would be too long", h->name);
    if (!names_has(&v->names, name))
      break;
  }
  if (check_name(v, name) != 0)
    return -1;
  return take_name(v, g, arena_copy(&v->arena, name));
}

static const char *
fill_in(struct reserve *v, const char *pattern)
{
  static const char place[] = "{frontend}";
  const char *at = strstr(pattern, place);

  if (at == NULL)
    return pattern;
  return arena_format(&v->arena, "%.*s%s%s", (int)(at - pattern), pattern, v->cluster,
                      at + sizeof place - 1);
}

static int
choose_name(struct reserve *v, struct guest *g)
{
  const char *name = g->want->name;
  int result;

  if (v->kind[g->want->role].membership == 0)
    return refuse(v, ROCKS_ENOTFOUND, "the site has no membership \"%s\" with an appliance",
                  g->want->role == ROCKS_ROLE_FRONTEND ? "Frontend" : "Hosted VM");
  if (name == NULL) {
    result = name_by_slice(v, g);
  } else {
    name = fill_in(v, name);
    if (v->cluster == NULL) /* the frontend, whose name the cluster gets */
      v->cluster = name;
    /* Only a cluster that is named can be asked for again: a new one that takes
     * an old one's name is a mistake. */
    g->lease = v->want->cluster == NULL ? NULL : find_lease(v, name);
    if (g->lease != NULL) {
      g->name = g->lease->vm;
      return 0;
    }
    g->slice = g->holder->slice;
    result = check_name(v, name);
    if (result == 0)
      result = take_name(v, g, name);
  }
  if (result == 0 && g->slice > g->holder->slice)
    g->holder->slice = g->slice;
  return result;
}

/* The frontend first: the cluster is called after it. */
static int
choose_names(struct reserve *v)
{
  struct guest *frontend = NULL;
  size_t i;

  v->cluster = v->want->cluster;
  for (i = 0; i < v->nguests; i++)
    if (v->guest[i].want->role == ROCKS_ROLE_FRONTEND) {
      if (frontend != NULL)
        return refuse(v, ROCKS_EINVALID, "a cluster has one frontend");
      frontend = &v->guest[i];
    }
  if (v->cluster == NULL && frontend == NULL)
    return refuse(v, ROCKS_EINVALID, "a reservation names its cluster or has its frontend");
  if (frontend != NULL && choose_name(v, frontend) != 0)
    return -1;
  if (v->cluster == NULL)
    v->cluster = frontend->name;
  for (i = 0; i < v->nguests; i++)
    if (&v->guest[i] != frontend && choose_name(v, &v->guest[i]) != 0)
      return -1;
  return 0;
}

static bool
segment_taken(const struct reserve *v, uint32_t segment)
{
  size_t i;

  for (i = 0; i < v->nsegments; i++)
    if (v->segments[i] == segment)
      return true;
  return false;
}

static int
wanted_segment(struct reserve *v)
{
  const struct rocks_reservation *want = v->want;

  if (want->segment < want->segment_min || want->segment > want->segment_max)
    return refuse(v, ROCKS_EINVALID, "Vlan ID (%u) must be an integer from %u to %u",
                  want->segment, want->segment_min, want->segment_max);
  if (segment_taken(v, want->segment))
    return refuse(v, ROCKS_EEXISTS, "Vlan ID (%u) is in use at this site", want->segment);
  v->segment = want->segment;
  return 0;
}

bool
reserve_free_segment(struct reserve *v, uint32_t min, uint32_t max)
{
  return v->want->reuse_segments
           ? lowest_free(v->segments, v->nsegments, min, max, &v->segment)
           : next_unused(v->segments, v->nsegments, min, max, &v->segment);
}

int
reserve_no_segment(struct reserve *v, uint32_t min, uint32_t max)
{
  return refuse(v, ROCKS_EFULL, "could not find a free Vlan ID from %u to %u", min, max);
}

int
reserve_check_subnet(struct reserve *v)
{
  if (v->want->tagged && v->tagged_subnet == 0)
    return refuse(v, ROCKS_ENOTFOUND, "subnet %s is not valid",
                  v->want->subnet == NULL ? "private" : v->want->subnet);
  return 0;
}

/* The number that the cluster has here already, or a new one. */
static int
choose_segment(struct reserve *v)
{
  const struct rocks_reservation *want = v->want;
  size_t i;

  for (i = 0; i < v->nleases; i++)
    if (strcmp(v->lease[i].home_uuid, want->home_uuid) == 0 &&
        strcasecmp(v->lease[i].cluster, v->cluster) == 0 && v->lease[i].segment != 0) {
      v->segment = v->lease[i].segment;
      if (want->segment != 0 && want->segment != v->segment)
        return refuse(v, ROCKS_EEXISTS, "the network of %s is %u at this site, not %u",
                      v->cluster, v->segment, want->segment);
      return 0;
    }
  if (want->segment != 0)
    return wanted_segment(v);
  if (want->segment_max == 0)
    return 0;
  if (reserve_free_segment(v, want->segment_min, want->segment_max))
    return 0;
  return reserve_no_segment(v, want->segment_min, want->segment_max);
}

/* Its own, whose range is another site's. */
static int
bring_mac(struct reserve *v, struct guest *g)
{
  const struct rocks_nic_row *nic = reserve_private_nic(g->want->as);
  size_t i;

  if (nic == NULL || strlen(nic->mac) >= sizeof g->mac)
    return refuse(v, ROCKS_EINVALID, "VM %s has no NIC with a MAC on a private network", g->name);
  for (i = 0; i < v->nleases; i++)
    if (strcasecmp(v->lease[i].mac, nic->mac) == 0)
      return refuse(v, ROCKS_EEXISTS, "VM %s has the MAC %s, which %s of cluster %s has at this "
                    "site", g->name, nic->mac, v->lease[i].vm, v->lease[i].cluster);
  memcpy(g->mac, nic->mac, strlen(nic->mac) + 1);
  return 0;
}

static int
choose_macs(struct reserve *v, struct guest *g)
{
  if (g->want->as != NULL)
    return bring_mac(v, g);
  if (!macs_next(&v->macs, g->mac) ||
      (g->want->role == ROCKS_ROLE_FRONTEND && !macs_next(&v->macs, g->public_mac)))
    return refuse(v, ROCKS_EFULL, "the MAC addresses of this site are used up: widen "
                  "vm_mac_base_addr_mask or change vm_mac_base_addr");
  return 0;
}

static int
check_public(struct reserve *v, const struct guest *g)
{
  uint32_t ip = 0;
  size_t i;

  if (v->public_subnet == 0)
    return refuse(v, ROCKS_ENOTFOUND, "the site has no network `public` for the frontend");
  if (g->want->public_ip == NULL || !address_parse(g->want->public_ip, &ip))
    return refuse(v, ROCKS_EINVALID, "The ip address %s is invalid",
                  g->want->public_ip == NULL ? "" : g->want->public_ip);
  for (i = 0; i < v->nips; i++)
    if (v->ip[i] == ip)
      return refuse(v, ROCKS_EEXISTS, "the IP address %s is in use at this site",
                    g->want->public_ip);
  /* As in Rocks it may be: the network can have more than one range. */
  if ((ip & v->public_netmask) != (v->public_network & v->public_netmask))
    v->r->core->warn(v->call, "the IP address %s is outside the network `public`",
                     g->want->public_ip);
  if (g->want->gateway != NULL && g->want->gateway[0] != '\0')
    v->gateway = g->want->gateway;
  if (v->gateway == NULL || v->gateway[0] == '\0')
    return refuse(v, ROCKS_ENOTFOUND, "the gateway of the public network is not known: give "
                  "gateway= or set the attribute Kickstart_PublicGateway");
  return 0;
}

static int
choose_address(struct reserve *v, struct guest *g)
{
  uint32_t address;
  char text[16];

  if (v->want->foreign || g->want->role != ROCKS_ROLE_FRONTEND)
    return 0;
  if (check_public(v, g) != 0)
    return -1;
  if (v->private_subnet == 0 || v->private_netmask == 0)
    return refuse(v, ROCKS_ENOTFOUND, "the site has no network `private` for the frontend");
  if (!next_address(v->private_network, v->private_netmask, v->ip, v->nips, &address))
    return refuse(v, ROCKS_EFULL, "no address is free in the network `private`");
  address_format(address, text);
  g->ip = arena_copy(&v->arena, text);
  return 0;
}

static bool
fits(uint64_t total, uint64_t used, uint64_t asked)
{
  return total == 0 || (used <= total && asked <= total - used);
}

static uint64_t
left(uint64_t total, uint64_t used)
{
  return used < total ? total - used : 0;
}

/* What a site lends is bounded by what its containers have; a total of 0 is
 * not known and bounds nothing. */
int
reserve_check_room(struct reserve *v)
{
  size_t i;

  for (i = 0; i < v->nguests; i++)
    if (v->guest[i].lease == NULL) {
      struct holder *h = v->guest[i].holder;

      h->asked.cpus += v->guest[i].want->cpus;
      h->asked.memory += v->guest[i].want->memory;
      h->asked.disk += v->guest[i].want->disk;
      if (h->drained)
        return refuse(v, ROCKS_EFULL, "%s is drained: it takes no new VMs", h->name);
    }
  for (i = 0; v->want->foreign && i < v->nholders; i++) {
    const struct holder *h = &v->holder[i];

    if (fits(h->total.cpus, h->used.cpus, h->asked.cpus) &&
        fits(h->total.memory, h->used.memory, h->asked.memory) &&
        fits(h->total.disk, h->used.disk, h->asked.disk))
      continue;
    return refuse(v, ROCKS_EFULL, "no room on %s: %llu CPUs, %llu MiB and %llu GB are asked "
                  "for; free are %llu of %llu CPUs, %llu of %llu MiB, %llu of %llu GB "
                  "(0 in all: not known)", h->name,
                  (unsigned long long)h->asked.cpus, (unsigned long long)h->asked.memory,
                  (unsigned long long)h->asked.disk,
                  (unsigned long long)left(h->total.cpus, h->used.cpus),
                  (unsigned long long)h->total.cpus,
                  (unsigned long long)left(h->total.memory, h->used.memory),
                  (unsigned long long)h->total.memory,
                  (unsigned long long)left(h->total.disk, h->used.disk),
                  (unsigned long long)h->total.disk);
  }
  return 0;
}

static int
check_partition(struct reserve *v, const struct guest *g)
{
  const struct holder *h = g->holder;

  if (h->partition == NULL && g->want->as == NULL)
    return refuse(v, ROCKS_ENOTFOUND,
                  "could not find a partition on host (%s) to hold the VM's disk image", h->name);
  return 0;
}

int
reserve_choose(struct reserve *v)
{
  size_t i;

  for (i = 0; i < v->nholders; i++)
    if (check_holder(v, &v->holder[i]) != 0)
      return -1;
  if (choose_names(v) != 0 || choose_segment(v) != 0 || reserve_check_room(v) != 0 ||
      reserve_check_subnet(v) != 0)
    return -1;
  for (i = 0; i < v->nguests; i++) {
    struct guest *g = &v->guest[i];

    if (g->lease == NULL && (check_partition(v, g) != 0 || choose_macs(v, g) != 0 ||
                             choose_address(v, g) != 0))
      return -1;
  }
  return 0;
}
