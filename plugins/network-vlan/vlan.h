/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What the backend's own files share.
 */
#ifndef NETWORK_VLAN_H
#define NETWORK_VLAN_H

#include <rocks/network.h>

/* IEEE 802.1Q: 0 is no VLAN, 4095 is reserved; 1 is what switches send untagged. */
#define VLAN_MIN 2u
#define VLAN_MAX 4094u

/* The module's state: made by start, constant from then on. */
struct vlan {
  const struct rocks_core *core;
};

/* The devices of a port on its container. */
struct vlan_devices {
  char link[ROCKS_DEVICE_MAX]; /* the VLAN device */
  char port[ROCKS_DEVICE_MAX]; /* what the VM is plugged into: link or a bridge */
  enum rocks_wiring wiring;    /* BRIDGE or DIRECT */
  bool plain;                  /* the NIC itself, whatever else is called p<NIC> */
};

/* The shell functions of host.sh (build-aux/embed.sh). */
extern const char vlan_host_code[];

/* Names (names.c); pure. */

/* 0, or -1 with a sentence reported: a VM without a NIC that carries it, a
 * number that is no VLAN id, a setting of another program version. */
int vlan_devices(const struct vlan *, struct rocks_call *, const struct rocks_network *,
                 const struct rocks_port *, struct vlan_devices *);
int vlan_port_device(void *state, struct rocks_call *, const struct rocks_network *,
                     const struct rocks_port *, char device[ROCKS_DEVICE_MAX],
                     enum rocks_wiring *);

/* The site's VLAN ids (pool.c): calls `range` for each part of vlan_pool. */
int vlan_segments(void *state, struct rocks_call *, const struct rocks_host *frontend,
                  int (*range)(void *arg, uint32_t min, uint32_t max), void *arg);

/* Steps (steps.c). */

int vlan_up(void *state, struct rocks_call *, const struct rocks_network *,
            const struct rocks_host *, const struct rocks_port *, size_t nports,
            struct rocks_script *);
int vlan_down(void *state, struct rocks_call *, const struct rocks_network *,
              const struct rocks_host *, const struct rocks_port *, size_t nports,
              struct rocks_script *);
int vlan_probe(void *state, struct rocks_call *, const struct rocks_network *,
               const struct rocks_host *, const struct rocks_port *, size_t nports,
               const char *frontend_mac, struct rocks_script *);

#endif
