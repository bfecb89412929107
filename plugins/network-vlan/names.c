/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The names of devices, as Rocks gives them (rocks-compat 3.11, 3.12): the VLAN
 * device p<NIC>.<id>, or <NIC>.<id> when the NIC's options say `novtap`; the
 * bridge xenbr.<NIC>.<id>.  A name that the kernel would find too long gets a
 * shortened NIC, the same one wherever it is made.
 */
#include <config.h>

#include "vlan.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NIC_CHARACTERS                                                                            \
  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"
#define HASH_LENGTH 5

/* FNV-1a, 32 bits; five letters of it tell the NICs of one host apart. */
static void
hash(const char *text, char letters[HASH_LENGTH + 1])
{
  static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
  uint32_t h = 2166136261u;
  size_t i;

  for (; *text != '\0'; text++)
    h = (h ^ (unsigned char)*text) * 16777619u;
  h ^= h >> 25; /* what five letters would leave out */
  for (i = 0; i < HASH_LENGTH; i++, h >>= 5)
    letters[i] = alphabet[h & 31];
  letters[HASH_LENGTH] = '\0';
}

static void
device_name(const char *prefix, const char *short_prefix, const char *nic, uint32_t id,
            char name[ROCKS_DEVICE_MAX])
{
  char letters[HASH_LENGTH + 1], end[8];
  int length = snprintf(name, ROCKS_DEVICE_MAX, "%s%s.%" PRIu32, prefix, nic, id), room;

  if (length < ROCKS_DEVICE_MAX)
    return;
  hash(nic, letters);
  snprintf(end, sizeof end, ".%u", (unsigned)(id % 10000));
  room = ROCKS_DEVICE_MAX - 1 - (int)(strlen(short_prefix) + sizeof letters - 1 + strlen(end));
  snprintf(name, ROCKS_DEVICE_MAX, "%s%.*s%s%s", short_prefix, room, nic, letters, end);
}

/* Is `word` one of the words of `text`? */
static bool
has_word(const char *text, const char *word)
{
  static const char blanks[] = " \t,";
  size_t length;

  for (; *text != '\0'; text += length) {
    text += strspn(text, blanks);
    length = strcspn(text, blanks);
    if (length == strlen(word) && strncmp(text, word, length) == 0)
      return true;
  }
  return false;
}

/* `ip` reads a leading - as an option. */
static bool
is_nic(const char *nic)
{
  size_t length = strlen(nic);

  return length < ROCKS_DEVICE_MAX && nic[0] != '-' && nic[0] != '.'
         && strspn(nic, NIC_CHARACTERS) == length;
}

static int
check_port(const struct vlan *vlan, struct rocks_call *call, const struct rocks_port *port)
{
  const struct rocks_core *core = vlan->core;

  if (port->segment < VLAN_MIN || port->segment > VLAN_MAX)
    core->error(call, ROCKS_EINVALID, "%s: %" PRIu32 " is no VLAN id from %u to %u", port->vm,
                port->segment, VLAN_MIN, VLAN_MAX);
  else if (port->nic[0] == '\0')
    core->error(call, ROCKS_ENOTFOUND,
                "the container of %s has no interface that carries VLAN %" PRIu32
                " (a row vlan%" PRIu32 " and a network card in the same subnet)",
                port->vm, port->segment, port->segment);
  else if (!is_nic(port->nic))
    core->error(call, ROCKS_EINVALID, "%s: \"%s\" is not the name of a network card", port->vm,
                port->nic);
  else
    return 0;
  return -1;
}

static int
choose_wiring(const struct vlan *vlan, struct rocks_call *call,
              const struct rocks_network *network, enum rocks_wiring wanted,
              enum rocks_wiring *wiring)
{
  const char *setting = rocks_setting_value(&network->settings, "wiring");

  if (setting == NULL || setting[0] == '\0')
    *wiring = wanted == ROCKS_WIRING_BRIDGE ? ROCKS_WIRING_BRIDGE : ROCKS_WIRING_DIRECT;
  else if (strcmp(setting, "direct") == 0)
    *wiring = ROCKS_WIRING_DIRECT;
  else if (strcmp(setting, "bridge") == 0)
    *wiring = ROCKS_WIRING_BRIDGE;
  else {
    vlan->core->error(call, ROCKS_EINVALID, "the network's wiring \"%s\" is not direct or bridge",
                      setting);
    return -1;
  }
  return 0;
}

int
vlan_devices(const struct vlan *vlan, struct rocks_call *call,
             const struct rocks_network *network, const struct rocks_port *port,
             struct vlan_devices *out)
{
  const char *prefix;

  if (check_port(vlan, call, port) == -1
      || choose_wiring(vlan, call, network, port->wanted, &out->wiring) == -1)
    return -1;
  out->plain = port->nic_options != NULL && has_word(port->nic_options, "novtap");
  prefix = out->plain ? "" : "p";
  device_name(prefix, prefix, port->nic, port->segment, out->link);
  if (out->wiring == ROCKS_WIRING_BRIDGE)
    device_name("xenbr.", "xb.", port->nic, port->segment, out->port);
  else
    memcpy(out->port, out->link, sizeof out->port);
  return 0;
}

int
vlan_port_device(void *state, struct rocks_call *call, const struct rocks_network *network,
                 const struct rocks_port *port, char device[ROCKS_DEVICE_MAX],
                 enum rocks_wiring *wiring)
{
  struct vlan_devices devices;

  if (vlan_devices(state, call, network, port, &devices) == -1)
    return -1;
  memcpy(device, devices.port, ROCKS_DEVICE_MAX);
  *wiring = devices.wiring;
  return 0;
}
