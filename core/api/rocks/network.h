/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * A network backend makes the private layer-2 network of a virtual cluster.
 *
 * The core asks it for a network's settings when a cluster is added, keeps
 * them in the home site's database, and hands them back at every later step.
 * What has to happen on a host, the backend writes as idempotent steps on a
 * script; the core runs one script per host, all hosts at once.
 */
#ifndef ROCKS_NETWORK_H
#define ROCKS_NETWORK_H

#include <rocks/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
  ROCKS_NET_MULTI_SITE = 1u << 0, /* its networks may span sites */
  ROCKS_NET_ENCRYPTED = 1u << 1,  /* other people on the way cannot read it */
  /* Rocks records it: a row `vlan<segment>` for each container, and the
   * segment is a VLAN id that the site's switches know. */
  ROCKS_NET_TAGGED = 1u << 2,
  ROCKS_NET_RELAY = 1u << 3 /* it has a relay on the home site's frontend */
};

#define ROCKS_DEVICE_MAX 16 /* IFNAMSIZ, the NUL included */

/* A cluster's network as reserve() settled it. */
struct rocks_network {
  uint32_t size;
  const char *cluster;          /* the virtual frontend's name */
  struct rocks_settings settings; /* what reserve() chose, secrets included */
  uint32_t mtu;                 /* of the VMs' NICs, bytes */
};

/* How the VM's NIC is plugged into a port's device. */
enum rocks_wiring {
  ROCKS_WIRING_ANY = 0,    /* as the backend likes */
  ROCKS_WIRING_BRIDGE = 1, /* the device is a bridge */
  ROCKS_WIRING_DIRECT = 2  /* the device is a link under a macvtap */
};

/* One VM's attachment to the network, on the container it runs on. */
struct rocks_port {
  uint32_t size;
  const char *vm;
  const char *mac;   /* of the VM's NIC, lower case, colons */
  uint32_t segment;  /* the number that the container's site gave the network */
  const char *nic;   /* the container's NIC in the cluster's subnet, or "" */
  enum rocks_wiring wanted; /* what the VM backend prefers */
  const char *nic_options; /* networks.Options of that NIC, or "" */
  /* To up(): make the device, but nothing may yet speak for the MAC, which is
   * alive on another container. */
  bool standby;
};

struct rocks_network_ops {
  uint32_t capabilities;
  /* Segment numbers come from segment_min..segment_max of the site, allocated
   * by its resource backend.  reuse_segments: a released number may be given
   * again (VLAN ids); otherwise a site never gives a number twice. */
  uint32_t segment_min, segment_max;
  bool reuse_segments;

  /* Chooses what identifies a new network: community, key, relay's address.
   * `home` is the frontend of the home site with the backend's parameters
   * resolved.  Pure but for randomness.  *mtu: what a VM may send, bytes. */
  int (*reserve)(void *state, struct rocks_call *, const char *cluster,
                 const struct rocks_host *home, uint32_t *mtu,
                 void (*set)(void *arg, const char *name, const char *value, bool secret),
                 void *arg);

  /* The device that a VM's NIC is plugged into on its container, at most 15
   * bytes.  Pure: the same arguments give the same name. */
  int (*port_device)(void *state, struct rocks_call *, const struct rocks_network *,
                     const struct rocks_port *, char device[ROCKS_DEVICE_MAX],
                     enum rocks_wiring *);

  /* Steps that make exactly that device carry the network / take it down and
   * leave nothing.  Idempotent; on one host, for some of its ports. */
  int (*up)(void *state, struct rocks_call *, const struct rocks_network *,
            const struct rocks_host *, const struct rocks_port *, size_t nports,
            struct rocks_script *);
  int (*down)(void *state, struct rocks_call *, const struct rocks_network *,
              const struct rocks_host *, const struct rocks_port *, size_t nports,
              struct rocks_script *);

  /* Steps that print one line for each port:
   *   port MAC up|down HEARD DETAIL...
   * HEARD: `yes` when frames of `frontend_mac` have arrived there of late,
   * else `no`.  DETAIL: free text for people.  They change nothing. */
  int (*probe)(void *state, struct rocks_call *, const struct rocks_network *,
               const struct rocks_host *, const struct rocks_port *, size_t nports,
               const char *frontend_mac, struct rocks_script *);

  /* Steps for the home site's frontend: the relay runs / is no longer needed
   * by this network.  Only with ROCKS_NET_RELAY. */
  int (*relay_up)(void *state, struct rocks_call *, const struct rocks_network *,
                  const struct rocks_host *home, struct rocks_script *);

  /* The numbers that a site has for segments, in the order in which they are to
   * be used up: calls `range` for each part, and ends with -1 when that does.
   * `frontend`: the site's, with the backend's parameters resolved.  Pure.
   * NULL: segment_min..segment_max at every site. */
  int (*segments)(void *state, struct rocks_call *, const struct rocks_host *frontend,
                  int (*range)(void *arg, uint32_t min, uint32_t max), void *arg);
};

#ifdef __cplusplus
}
#endif
#endif /* ROCKS_NETWORK_H */
