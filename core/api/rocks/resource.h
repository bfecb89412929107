/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * A resource backend keeps a site's inventory: containers, virtual machines,
 * what other sites have been promised, and - at a home site - its clusters.
 *
 * The functions are few and each is atomic: it does all of what it says, in
 * one transaction, or nothing.  Allocation (names, slices, MACs, segments)
 * happens inside the transaction that records it, under the site's lock.
 */
#ifndef ROCKS_RESOURCE_H
#define ROCKS_RESOURCE_H

#include <rocks/plugin.h>
#include <rocks/sql.h>
#include <rocks/vm.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rocks_resource; /* an open inventory; the backend defines it */

/* Who a site is. */
struct rocks_site_row {
  uint32_t size;
  const char *uuid;       /* made by create(), never changed */
  const char *frontend;   /* node name of its frontend */
  const char *mac_base, *mac_mask; /* vm_mac_base_addr(_mask), or "" */
  struct rocks_settings attrs; /* asked for, resolved for the frontend */
};

/* A physical host that can run VMs: membership `VM Container`, attribute `kvm`
 * true, or the frontend. */
struct rocks_container_row {
  uint32_t size;
  const char *name;
  bool member;       /* of `VM Container`: taken when nobody names a host */
  bool drained;      /* takes no new VMs */
  int rack, rank;
  const char *address; /* IP on the private network, or "" */
  const char *nic;     /* its device in the network asked for, or "" */
  /* Totals; 0: not known yet.  memory in MiB, disk in units of 10^9 bytes. */
  uint32_t cpus, vms;
  uint64_t memory, disk;
  uint32_t cpus_used;
  uint64_t memory_used, disk_used;
  struct rocks_settings attrs; /* asked for, resolved for this host */
  const char *nic_options; /* networks.Options of `nic`, or "" */
};

/* One interface of a VM, and the container's device in the same subnet. */
struct rocks_nic_row {
  const char *device, *mac, *ip, *subnet, *netmask;
  uint32_t segment; /* networks.VlanID; 0: untagged */
  bool disabled;    /* Disable_KVM */
  const char *host_device;  /* what carries it on the container, or "" */
  const char *host_options, *host_module;
  bool tagged; /* the container has a row `vlan<segment>` */
};

/* A VM with all that its description needs. */
struct rocks_vm_row {
  uint32_t size;
  const char *name, *container, *membership, *virt_type, *cdrom;
  uint32_t cpus, slice;
  uint64_t memory; /* MiB */
  const struct rocks_disk *disks;
  size_t ndisks;
  const struct rocks_nic_row *nics;
  size_t nnics;
  const char *boot;   /* boot.Action: os, install, run, or "" when unset */
  const char *profile;    /* name of the bootaction that this leads to, or "" */
  const char *kernel, *ramdisk, *args; /* of that bootaction, or "" */
  const char *install_profile;         /* nodes.InstallAction, or "" */
  const char *gateway;                 /* of its route 0.0.0.0/0.0.0.0, or "" */
  const char *home_uuid, *cluster;     /* of its lease, or "" */
  struct rocks_settings attrs;         /* asked for, resolved for this VM */
};

struct rocks_snapshot {
  uint32_t size;
  const char *const *attrs; /* names of attributes to resolve */
  size_t nattrs;
  const char *subnet;      /* whose NICs are asked for; usually `private` */
  bool containers;         /* all containers of the site */
  const char *const *vms;  /* these VMs; those absent are left out */
  size_t nvms;
  bool all_vms;
  const char *home_uuid;   /* or those leased to this cluster; NULL: no */
  const char *cluster;

  void *arg;               /* for the callbacks, each of which may be NULL */
  int (*site)(void *arg, const struct rocks_site_row *);
  int (*container)(void *arg, const struct rocks_container_row *);
  int (*vm)(void *arg, const struct rocks_vm_row *);
};

enum rocks_role { ROCKS_ROLE_COMPUTE = 0, ROCKS_ROLE_FRONTEND = 1 };

/* A VM of a virtual cluster as its home site knows it (mvc_members). */
struct rocks_member_row {
  uint32_t size;
  enum rocks_role role;
  uint32_t index;       /* 0, 1, ... within its role */
  const char *name;
  const char *site_uuid, *container;
  const char *mac;      /* of its NIC on the private network; "": not yet */
  uint32_t segment;     /* at its site; 0: not yet */
  uint32_t cpus, slice;
  uint64_t memory, disk; /* MiB; 10^9 bytes */
  /* The site that gave the MAC, which the VM has left since; "": site_uuid. */
  const char *mac_uuid;
};

/* A virtual cluster at its home site (mvc_clusters, mvc_settings,
 * mvc_members; secret settings where only root may read). */
struct rocks_cluster_row {
  uint32_t size;
  const char *name; /* node name of the virtual frontend */
  const char *network_backend, *vm_backend;
  const char *state; /* adding stopped starting running stopping removing
                      * switching */
  const char *inner_subnet; /* of the private network: a.b.c.d/n */
  uint32_t mtu;
  struct rocks_settings settings;
  const struct rocks_member_row *members;
  size_t nmembers;
};

struct rocks_vm_request {
  enum rocks_role role;
  uint32_t index;
  const char *container;
  /* NULL: named by Rocks' rule, <appliance>-<rack>-<rank>-<slice>.
   * `{frontend}` in it stands for the cluster's name. */
  const char *name;
  uint32_t cpus;
  uint64_t memory, disk;
  const char *virt_type;
  const char *public_ip, *gateway; /* of a frontend; gateway "": the site's */
  /* The VM as it stands at another site, from where it comes, or NULL: it keeps
   * the MAC of its private NIC, its disks with their paths, its CD and its boot. */
  const struct rocks_vm_row *as;
};

struct rocks_reservation {
  uint32_t size;
  const char *home_uuid;
  const char *cluster; /* NULL: the name that the frontend among `vms` gets */
  /* The network: see struct rocks_network_ops.  segment: one that is wanted,
   * or 0; tagged: record `vlan<segment>` on each container in `subnet`. */
  uint32_t segment_min, segment_max, segment;
  bool reuse_segments, tagged;
  const char *subnet;
  bool foreign; /* reserved for another site: no IP, no PXE, bounded by room */
  const struct rocks_vm_request *vms;
  size_t nvms;
  /* The cluster to record in the same transaction (home only), or NULL: name
   * and members are filled in from what is reserved here; further members, of
   * other sites, follow those in `record->members`. */
  const struct rocks_cluster_row *record;
  bool dry; /* do all but the commit: for dry runs */

  void *arg;
  int (*member)(void *arg, const struct rocks_member_row *);
};

/* Numbers for segments, both ends included. */
struct rocks_range {
  uint32_t min, max;
};

/* Another network for VMs that are reserved: see struct rocks_network_ops. */
struct rocks_renumbering {
  uint32_t size;
  const char *home_uuid, *cluster;
  const struct rocks_range *ranges; /* in the order in which they are used up */
  size_t nranges;
  bool reuse_segments, tagged;
  const char *subnet; /* of the rows `vlan<segment>` */
  bool dry; /* do all but the commit */

  void *arg;
  int (*member)(void *arg, const struct rocks_member_row *); /* as it is then */
};

/* Another container of the same site for a VM. */
struct rocks_relocation {
  uint32_t size;
  const char *name, *container;
  const char *home_uuid, *cluster; /* to whom it has to be leased; NULL: whoever has it */
  bool bounded; /* a container that is drained is refused; to a VM that another site
                 * has leased, one without room as well */
  bool dry;     /* do all but the commit */
  const struct rocks_snapshot *then; /* told of the site as it is then, or NULL */
};

struct rocks_journal_row {
  uint32_t size;
  const char *cluster, *site_uuid, *host, *step, *vm;
  const char *state; /* begun done failed */
  const char *detail;
};

struct rocks_resource_ops {
  const char *scheme; /* of the URIs that open() takes: `mysql` */
  const struct rocks_sql_ops *sql; /* NULL: no Rocks schema behind it */

  /* Opens the inventory at `uri`.  `socket`, where not NULL, is a local path
   * that leads to the server (a forwarded one), instead of what the URI says.
   * A database that is no Rocks database, or whose mvc_ tables are absent or
   * of another version, is refused with the command that mends it, unless
   * `bare`. */
  int (*open)(void *state, struct rocks_call *, const char *uri, const char *socket,
              bool bare, struct rocks_resource **);
  void (*close)(struct rocks_resource *);

  /* Makes a complete empty inventory, or adds what is ours to one that exists;
   * with all there, changes nothing.  *made: `all`, `ours` or `nothing`. */
  int (*create)(void *state, struct rocks_call *, const char *uri, const char **made);

  int (*snapshot)(struct rocks_resource *, struct rocks_call *, const struct rocks_snapshot *);
  /* Where `cluster` is given, reserving what (home_uuid, cluster, name) holds
   * already gives the same again, and new VMs join its segment.  An inventory
   * that cannot remember clusters refuses what it would have to remember (foreign
   * VMs, a network without tags, an existing cluster), and leaves `record` out. */
  int (*reserve)(struct rocks_resource *, struct rocks_call *, const struct rocks_reservation *);
  /* Gives back VMs of (home_uuid, cluster): those named, or all when
   * names is NULL.  What is not there is no error.  VMs of this site itself that
   * are leased to nobody go as well, when they are named.  `vlan<segment>` goes
   * from containers that no VM of the segment is left on. */
  int (*release)(struct rocks_resource *, struct rocks_call *, const char *home_uuid,
                 const char *cluster, const char *const *names, size_t nnames);
  /* Every lease of this site: to whom, which VM, where. */
  int (*leases)(struct rocks_resource *, struct rocks_call *,
                int (*lease)(void *arg, const char *home_uuid, const char *cluster,
                             const struct rocks_member_row *),
                void *arg);

  /* Home: the clusters, or the one named. */
  int (*clusters)(struct rocks_resource *, struct rocks_call *, const char *name,
                  int (*cluster)(void *arg, const struct rocks_cluster_row *), void *arg);
  /* Home: writes a cluster's members, settings and state over what is there. */
  int (*record)(struct rocks_resource *, struct rocks_call *, const struct rocks_cluster_row *);
  /* Home: another state, and only that. */
  int (*set_state)(struct rocks_resource *, struct rocks_call *, const char *cluster,
                   const char *state);
  /* Home: forgets the cluster, its settings, secrets, members and journal. */
  int (*forget)(struct rocks_resource *, struct rocks_call *, const char *cluster);
  /* Home: notes steps, all in one round trip; and reads back a cluster's. */
  int (*journal)(struct rocks_resource *, struct rocks_call *,
                 const struct rocks_journal_row *rows, size_t nrows);
  int (*journal_read)(struct rocks_resource *, struct rocks_call *, const char *cluster,
                      int (*row)(void *arg, const struct rocks_journal_row *), void *arg);

  /* Notes what a container has in all (from its hypervisor). */
  int (*set_capacity)(struct rocks_resource *, struct rocks_call *, const char *host,
                      uint32_t cpus, uint64_t memory, uint64_t disk);

  /* Gives the VMs that (home_uuid, cluster) holds here a segment out of the
   * ranges; names, MACs and containers stay.  One that is in a range already is
   * kept, so that doing it twice is doing it once.  `vlan<segment>` is there for
   * each of their containers afterwards when `tagged`, else not, and the old
   * one's goes where no other VM needs it.  Holding nothing is no error.  NULL:
   * its clusters keep the network that they were reserved with. */
  int (*renumber)(struct rocks_resource *, struct rocks_call *,
                  const struct rocks_renumbering *);

  /* A VM stands on another container of this site from now on, in its lease and in
   * this site's own clusters too; where it stands already is no error.  NULL: its
   * VMs stay where they were reserved. */
  int (*relocate)(struct rocks_resource *, struct rocks_call *, const struct rocks_relocation *);
  /* As release() of one VM, which goes on at another site with the MAC that this
   * one gave it: nobody else gets that until the cluster is released here or the
   * VM is reserved here again.  NULL: VMs do not leave it. */
  int (*depart)(struct rocks_resource *, struct rocks_call *, const char *home_uuid,
                const char *cluster, const char *name);
};

#ifdef __cplusplus
}
#endif
#endif /* ROCKS_RESOURCE_H */
