/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What is to be done on a host, as calls of the functions in host.sh.  Every
 * value is checked before it becomes a word.
 */
#include <config.h>

#include "vlan.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A file of the host has the MAC as its name. */
static int
check_mac(const struct vlan *vlan, struct rocks_call *call, const char *mac)
{
  static const char pattern[] = "xx:xx:xx:xx:xx:xx";
  size_t i, length = strlen(mac);
  bool good = length == sizeof pattern - 1;

  for (i = 0; good && i < length; i++)
    good = pattern[i] == ':' ? mac[i] == ':' : strchr("0123456789abcdef", mac[i]) != NULL;
  if (!good)
    vlan->core->error(call, ROCKS_EINVALID, "\"%s\" is not the MAC of a network card", mac);
  return good ? 0 : -1;
}

static int
devices_of(const struct vlan *vlan, struct rocks_call *call, const struct rocks_network *network,
           const struct rocks_port *port, struct vlan_devices *devices)
{
  if (check_mac(vlan, call, port->mac) == -1)
    return -1;
  return vlan_devices(vlan, call, network, port, devices);
}

/* The device under all ports from first to before `end`, which share it. */
static void
device_step(const struct vlan *vlan, const struct rocks_network *network,
            const struct rocks_port *port, const struct vlan_devices *devices,
            struct rocks_script *script)
{
  char id[16];

  snprintf(id, sizeof id, "%" PRIu32, port->segment);
  vlan->core->script_run(script, "vlan_up", devices->port, devices->link, port->nic,
                         devices->plain ? "plain" : "rocks", id,
                         network->cluster != NULL ? network->cluster : "", NULL);
}

/* First it is noted who uses a device, then the device is made: so nobody who
 * leaves in between takes it away again. */
int
vlan_up(void *state, struct rocks_call *call, const struct rocks_network *network,
        const struct rocks_host *host, const struct rocks_port *ports, size_t nports,
        struct rocks_script *script)
{
  const struct vlan *vlan = state;
  struct vlan_devices devices, last;
  size_t i;

  (void)host;
  vlan->core->script_code(script, vlan_host_code);
  for (i = 0; i < nports; i++) {
    if (devices_of(vlan, call, network, &ports[i], &devices) == -1)
      return -1;
    if (i > 0 && strcmp(devices.port, last.port) != 0)
      device_step(vlan, network, &ports[i - 1], &last, script);
    vlan->core->script_run(script, "vlan_join", devices.port, ports[i].mac, NULL);
    last = devices;
  }
  if (nports > 0)
    device_step(vlan, network, &ports[nports - 1], &last, script);
  return 0;
}

/* By the MAC alone: the device is the one that it was put on, whatever the rows
 * of the site say today. */
int
vlan_down(void *state, struct rocks_call *call, const struct rocks_network *network,
          const struct rocks_host *host, const struct rocks_port *ports, size_t nports,
          struct rocks_script *script)
{
  const struct vlan *vlan = state;
  size_t i;

  (void)network;
  (void)host;
  vlan->core->script_code(script, vlan_host_code);
  for (i = 0; i < nports; i++) {
    if (check_mac(vlan, call, ports[i].mac) == -1)
      return -1;
    vlan->core->script_run(script, "vlan_down", ports[i].mac, NULL);
  }
  return 0;
}

int
vlan_probe(void *state, struct rocks_call *call, const struct rocks_network *network,
           const struct rocks_host *host, const struct rocks_port *ports, size_t nports,
           const char *frontend_mac, struct rocks_script *script)
{
  const struct vlan *vlan = state;
  struct vlan_devices devices;
  char id[16];
  size_t i;

  (void)host;
  if (frontend_mac[0] != '\0' && check_mac(vlan, call, frontend_mac) == -1)
    return -1;
  vlan->core->script_code(script, vlan_host_code);
  for (i = 0; i < nports; i++) {
    if (devices_of(vlan, call, network, &ports[i], &devices) == -1)
      return -1;
    snprintf(id, sizeof id, "%" PRIu32, ports[i].segment);
    vlan->core->script_run(script, "vlan_probe", devices.port, devices.link, id, ports[i].mac,
                           frontend_mac, NULL);
  }
  return 0;
}
