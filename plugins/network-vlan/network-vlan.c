/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The network backend vlan: a cluster's private network as an IEEE 802.1Q VLAN
 * of its site, as Rocks makes it.  Each container that holds VMs of the cluster
 * has a VLAN device on the NIC of the cluster's subnet; VMs hang under it by
 * macvtap, or on a bridge that it is a member of.  rocks-network-vlan(7) says
 * the rest.
 */
#include <config.h>

#include "vlan.h"

#include <stdlib.h>
#include <string.h>

static const struct rocks_param params[] = {
  { "vlan_pool", "2-4094",
    "the VLAN ids that clusters of this site get: ranges, separated by blanks or commas" },
  { "vlan_wiring", "auto",
    "how VMs are plugged in: direct (macvtap), bridge, or auto, as the VM backend likes" },
  { NULL, NULL, NULL },
};

/* The wiring is settled here, since port_device() sees no attributes and a
 * running cluster must not change under its VMs.  A MTU of 0: the NIC's own. */
static int
vlan_reserve(void *state, struct rocks_call *call, const char *cluster,
             const struct rocks_host *home, uint32_t *mtu,
             void (*set)(void *arg, const char *name, const char *value, bool secret), void *arg)
{
  const struct vlan *vlan = state;
  const char *wiring = rocks_setting_value(&home->params, "vlan_wiring");

  (void)cluster;
  *mtu = 0;
  if (wiring == NULL || strcmp(wiring, "auto") == 0)
    return 0;
  if (strcmp(wiring, "direct") != 0 && strcmp(wiring, "bridge") != 0) {
    vlan->core->error(call, ROCKS_EINVALID, "vlan_wiring \"%s\" is not auto, direct or bridge",
                      wiring);
    return -1;
  }
  set(arg, "wiring", wiring, false);
  return 0;
}

static int
vlan_start(struct rocks_call *call, const struct rocks_core *core, void **state)
{
  struct vlan *vlan = calloc(1, sizeof *vlan);

  if (vlan == NULL) {
    core->error(call, ROCKS_EMEMORY, "out of memory");
    return -1;
  }
  vlan->core = core;
  *state = vlan;
  return 0;
}

static const struct rocks_network_ops ops = {
  .capabilities = ROCKS_NET_TAGGED,
  .segment_min = VLAN_MIN,
  .segment_max = VLAN_MAX,
  .reuse_segments = true,
  .reserve = vlan_reserve,
  .port_device = vlan_port_device,
  .up = vlan_up,
  .down = vlan_down,
  .probe = vlan_probe,
  .segments = vlan_segments,
};

static const struct rocks_plugin plugin = {
  ROCKS_PLUGIN_HEADER(ROCKS_KIND_NETWORK),
  ROCKS_PLUGIN_OPS(ops),
  .name = "vlan",
  .version = PACKAGE_VERSION,
  .summary = "one VLAN of the site for each cluster",
  .params = params,
  .start = vlan_start,
  .stop = free,
};

ROCKS_REGISTER(plugin)
ROCKS_NO_COMMANDS
