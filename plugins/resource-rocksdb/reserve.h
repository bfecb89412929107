/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * A reservation under way: what it asks for, what the site has, and what was
 * chosen.
 */
#ifndef ROCKSDB_RESERVE_H
#define ROCKSDB_RESERVE_H

#include "alloc.h"
#include "arena.h"
#include "attrs.h"
#include "rocksdb.h"

/* More than this at once would not fit the 65535 values of one statement. */
enum { RESERVE_MOST = 4096 };

struct room {
  uint64_t cpus, memory, disk;
};

struct holder {
  const char *name;
  int64_t id, rack, rank;
  bool found, is_vm, drained;
  bool has_tag;         /* it has a row vlan<segment>, or is getting one */
  struct room total, used, asked; /* total 0: not known */
  int64_t slice;        /* the largest of its VMs; 0 without any */
  struct largest largest;
  const char *partition;
};

struct lease {
  const char *home_uuid, *cluster, *vm, *container, *mac;
  uint32_t segment, cpus, slice, index;
  uint64_t memory, disk;
  enum rocks_role role;
};

/* One VM asked for. */
struct guest {
  const struct rocks_vm_request *want;
  struct holder *holder;
  const struct lease *lease; /* it is reserved already, or NULL */
  const char *name, *ip;
  char mac[ALLOC_MAC], public_mac[ALLOC_MAC];
  int64_t slice;
  int64_t node, vm_node, catindex, category;
};

struct network_row {
  int64_t node;
  const char *device, *ip;
  uint32_t segment;
};

struct reserve {
  struct rocks_resource *r;
  struct rocks_call *call;
  const struct rocks_reservation *want;
  struct arena arena;
  struct attrs attrs;

  struct holder *holder;
  size_t nholders;
  struct guest *guest;
  size_t nguests;

  struct lease *lease;
  size_t nleases, lease_room;
  struct network_row *network;
  size_t nnetworks, network_room;
  struct names names, appliances;
  struct macs macs;
  uint32_t *ip;           /* in use */
  size_t nips, ip_room;
  uint32_t *segments;     /* in use, or ever used */
  size_t nsegments, segment_room;

  struct {
    int64_t membership;
    const char *appliance;
  } kind[2];              /* by enum rocks_role */
  int64_t private_subnet, public_subnet, tagged_subnet;
  uint32_t private_network, private_netmask;
  uint32_t public_network, public_netmask; /* netmask 0: not known */
  const char *gateway;    /* of the site's public network, or NULL */

  const char *cluster;
  uint32_t segment;
};

int reserve_prepare(struct reserve *v); /* from v->want, before all else */
int reserve_load(struct reserve *v);   /* reserve-load.c */
/* Only what segments depend on: networks, subnets, leases, spent numbers. */
int reserve_load_numbers(struct reserve *v);
int reserve_choose(struct reserve *v); /* choose.c */
/* A number of min..max that nobody has becomes v->segment; false: none is left. */
bool reserve_free_segment(struct reserve *v, uint32_t min, uint32_t max);
int reserve_no_segment(struct reserve *v, uint32_t min, uint32_t max); /* says so */
/* -1 with a report when rows vlan<N> are wanted in a subnet that is not there. */
int reserve_check_subnet(struct reserve *v);
/* What a site lends is bounded by what its containers have. */
int reserve_check_room(struct reserve *v);
/* The NIC with a segment and a MAC, or NULL. */
const struct rocks_nic_row *reserve_private_nic(const struct rocks_vm_row *vm);
int reserve_store(struct reserve *v);  /* store.c */
int reserve_store_segment(struct reserve *v);
/* Looks once more for what two must not have: the original takes no locks. */
int reserve_verify(struct reserve *v);
int reserve_verify_segment(struct reserve *v); /* the same, of the number alone */
void reserve_free(struct reserve *v);
/* The member that a guest has become. */
struct rocks_member_row reserve_member(const struct reserve *v, const struct guest *g);

#endif /* ROCKSDB_RESERVE_H */
