/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "commands/host_vm_alloc.h"
#include "commands/sites.h"
#include "framework/attrs.h"
#include "framework/hosts.h"

/* Bits of a MAC's first byte, IEEE 802: group, locally administered. */
#define MAC_GROUP (UINT64_C(1) << 40)
#define MAC_LOCAL (UINT64_C(2) << 40)

/* ---- MACs ---- */

static uint64_t
proper(uint64_t mac)
{
  return (mac & ~MAC_GROUP) | MAC_LOCAL;
}

static bool
in_range(const struct vm_macs *macs, uint64_t mac)
{
  return (mac & macs->mask) == (macs->base & macs->mask);
}

static int
load_range(struct run *run, struct vm_macs *macs)
{
  CLEANUP_FREE char *self = hosts_self(run);
  CLEANUP_FREE char *base = NULL, *mask = NULL;

  if (self == NULL || attr_of(run, self, "vm_mac_base_addr", &base) != 0
      || attr_of(run, self, "vm_mac_base_addr_mask", &mask) != 0)
    return -1;
  if (mask == NULL)
    return run_fail(run, "no VM MAC base address mask is defined");
  if (base == NULL)
    return run_fail(run, "no VM MAC base address is defined");
  if (!mac_parse(base, &macs->base) || !mac_parse(mask, &macs->mask))
    return run_fail(run, "the attributes vm_mac_base_addr \"%s\" and vm_mac_base_addr_mask "
                    "\"%s\" are not two MAC addresses", base, mask);
  macs->base = proper(macs->base);
  return 0;
}

int
vm_macs_load(struct run *run, struct vm_macs *macs)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  struct db *db = run_db(run);
  bool ours = false;
  uint64_t mac;
  size_t i;

  *macs = (struct vm_macs){ 0 };
  if (db == NULL || load_range(run, macs) != 0 || sites_recorded(db, &ours) != 0)
    return -1;
  /* A member's MAC is kept while its cluster is, wherever it stands. */
  if (db_query(db, &rows, ours ? "select MAC from networks where MAC is not null"
               " union all select mac from mvc_members where mac is not null"
               " union all select mac from mvc_leases union all select mac from mvc_macs"
               : "select MAC from networks where MAC is not null", "") != 0)
    return -1;
  for (i = 0; i < rows.count; i++)
    /* Longer ones, InfiniBand's, do not parse. */
    if (mac_parse(row_text(&rows, i, 0), &mac) && in_range(macs, mac)) {
      macs->last = macs->any && macs->last > mac ? macs->last : mac;
      macs->any = true;
    }
  return 0;
}

int
vm_macs_next(struct run *run, struct vm_macs *macs, char text[MAC_TEXT])
{
  uint64_t mac = macs->any ? proper(macs->last + 1) : macs->base;

  if (!in_range(macs, mac) || (macs->any && mac <= macs->last))
    return call_fail(run->call, ROCKS_EFULL, "the MAC addresses of this site are used up: widen "
                     "vm_mac_base_addr_mask or change vm_mac_base_addr");
  macs->last = mac;
  macs->any = true;
  mac_format(mac, text);
  return 0;
}

/* ---- addresses ---- */

static int
compare_addresses(const void *a, const void *b)
{
  uint32_t x = *(const uint32_t *) a, y = *(const uint32_t *) b;

  return (x > y) - (x < y);
}

static int
load_used(struct db *db, struct vm_subnet *subnet)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  size_t i;

  if (db_query(db, &rows, "select IP from networks where IP is not null", "") != 0)
    return -1;
  for (i = 0; i < rows.count; i++) {
    subnet->used = mem_grow(subnet->used, subnet->nused, sizeof *subnet->used);
    if (ip_parse(row_text(&rows, i, 0), &subnet->used[subnet->nused]))
      subnet->nused++;
  }
  qsort(subnet->used, subnet->nused, sizeof *subnet->used, compare_addresses);
  return 0;
}

int
vm_subnet_load(struct run *run, const char *name, struct vm_subnet *subnet)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  struct db *db = run_db(run);

  *subnet = (struct vm_subnet){ 0 };
  if (db == NULL
      || db_query(db, &rows, "select ID, name, subnet, netmask from subnets where name = ?", "s",
                  name) != 0)
    return -1;
  if (rows.count == 0)
    return call_fail(run->call, ROCKS_ENOTFOUND, "subnet %s is not valid", name);
  if (!ip_parse(row_text(&rows, 0, 2), &subnet->network)
      || !netmask_parse(row_text(&rows, 0, 3), &subnet->mask, NULL))
    return run_fail(run, "subnet %s is not valid: %s netmask %s", name, row_text(&rows, 0, 2),
                    row_text(&rows, 0, 3));
  subnet->network &= subnet->mask;
  subnet->id = mem_copy(row_text(&rows, 0, 0));
  subnet->name = mem_copy(row_text(&rows, 0, 1));
  return load_used(db, subnet);
}

void
vm_subnet_free(struct vm_subnet *subnet)
{
  free(subnet->id);
  free(subnet->name);
  free(subnet->used);
  *subnet = (struct vm_subnet){ 0 };
}

bool
vm_subnet_has(const struct vm_subnet *subnet, uint32_t ip)
{
  return subnet->nused > 0
    && bsearch(&ip, subnet->used, subnet->nused, sizeof ip, compare_addresses) != NULL;
}

void
vm_subnet_take(struct vm_subnet *subnet, uint32_t ip)
{
  subnet->used = mem_grow(subnet->used, subnet->nused, sizeof *subnet->used);
  subnet->used[subnet->nused++] = ip;
  qsort(subnet->used, subnet->nused, sizeof *subnet->used, compare_addresses);
}

uint32_t
vm_subnet_top(const struct vm_subnet *subnet)
{
  return subnet->network | ~subnet->mask;
}

int
vm_subnet_next(struct run *run, const struct vm_subnet *subnet, uint32_t base, int64_t step,
               uint32_t *ip)
{
  int64_t bottom = subnet->network, top = vm_subnet_top(subnet), at = base;

  /* Without a step there is the base alone, whatever it is. */
  if (step == 0 && !vm_subnet_has(subnet, base)) {
    *ip = base;
    return 0;
  }
  for (at += step; step != 0 && at > bottom && at < top; at += step)
    if (!vm_subnet_has(subnet, (uint32_t) at)) {
      *ip = (uint32_t) at;
      return 0;
    }
  return call_fail(run->call, ROCKS_EFULL, "no address is free in the network `%s`",
                   subnet->name);
}
