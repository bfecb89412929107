/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The network backend n2n: a cluster's private network as an overlay that may
 * span sites.  Each VM has an n2n edge of its own, with the VM's MAC, on its
 * container; a bridge joins the edge's tap and the VM's NIC; a supernode on the
 * home site's frontend relays.  We run the n2n that the host has, as a program
 * of its own, and never link it.  rocks-network-n2n(7) says the rest.
 */
#include <config.h>

#include "n2n.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* What a VM may send so that the packet outside fits into 1500 bytes, with 1.3
 * and with 3.x (which alone would have room for 1400).  reserve() asks no host,
 * so it does not know which of them will carry it. */
#define MTU_OF_BOTH 1360

static const struct rocks_param params[] = {
  { "n2n_supernode", "",
    "the supernodes, host:port, separated by blanks; empty: the home site's frontend" },
  { "n2n_port", "7654", "UDP port of the home site's supernode; TCP on the next one" },
  { "n2n_edge_port", "50000", "lowest UDP port of a container's edges" },
  { "n2n_direct", "auto",
    "do edges talk without the supernode: yes, no, or auto, yes with n2n 3 and no with 1.3" },
  { "n2n_mtu", "", "MTU of the VMs' NICs; empty: 1360, which fits every n2n" },
  { "Kickstart_PublicAddress", "", "the frontend's address for its supernode" },
  { NULL, NULL, NULL },
};

const char *
n2n_param(const struct rocks_settings *settings, const char *name)
{
  const char *value = rocks_setting_value(settings, name);
  const struct rocks_param *param;

  for (param = params; value == NULL && param->name != NULL; param++)
    if (strcmp(param->name, name) == 0)
      value = param->fallback;
  return value == NULL ? "" : value;
}

/* Writes `length` random letters and a NUL.  letters: a power of two, at most 64. */
static int
random_text(char *text, size_t length, const char *letters, size_t nletters)
{
  unsigned char bytes[64];
  size_t have = 0, i;

  while (have < length) {
    ssize_t got = getrandom(bytes + have, length - have, 0);

    if (got == -1 && errno != EINTR)
      return -1;
    have += got == -1 ? 0 : (size_t)got;
  }
  for (i = 0; i < length; i++)
    text[i] = letters[bytes[i] & (nletters - 1)];
  text[length] = '\0';
  explicit_bzero(bytes, sizeof bytes);
  return 0;
}

/* The community is no secret: it stands in every packet, in clear. */
static int
name_and_key(char community[N2N_COMMUNITY_LENGTH + 1], char key[N2N_KEY_LENGTH + 1])
{
  static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0189-_";

  if (random_text(community, N2N_COMMUNITY_LENGTH, letters, 32) == -1)
    return -1;
  return random_text(key, N2N_KEY_LENGTH, letters, 64);
}

static int
n2n_reserve(void *state, struct rocks_call *call, const char *cluster,
            const struct rocks_host *home, uint32_t *mtu,
            void (*set)(void *arg, const char *name, const char *value, bool secret), void *arg)
{
  const struct n2n *n2n = state;
  const struct n2n_site site = { .params = &home->params, .address = home->address };
  const char *wanted_mtu = n2n_param(&home->params, "n2n_mtu");
  char community[N2N_COMMUNITY_LENGTH + 1], key[N2N_KEY_LENGTH + 1], *relays;
  unsigned chosen_mtu = MTU_OF_BOTH;

  if (*wanted_mtu != '\0'
      && n2n_number(n2n, call, "n2n_mtu", wanted_mtu, 576, 1500, &chosen_mtu) == -1)
    return -1;
  relays = n2n_site_relays(n2n, call, &site);
  if (relays == NULL)
    return -1;
  if (name_and_key(community, key) == -1) {
    n2n->core->error(call, ROCKS_EBACKEND, "no random numbers for the key of %s: %s", cluster,
                     strerror(errno));
    free(relays);
    return -1;
  }
  *mtu = chosen_mtu;
  set(arg, "community", community, false);
  set(arg, "key", key, true);
  set(arg, "supernode", relays, false);
  explicit_bzero(key, sizeof key);
  free(relays);
  return 0;
}

static int
n2n_start(struct rocks_call *call, const struct rocks_core *core, void **state)
{
  struct n2n *n2n = calloc(1, sizeof *n2n);

  if (n2n == NULL) {
    core->error(call, ROCKS_EMEMORY, "out of memory");
    return -1;
  }
  n2n->core = core;
  *state = n2n;
  return 0;
}

static const struct rocks_network_ops ops = {
  .capabilities = ROCKS_NET_MULTI_SITE | ROCKS_NET_ENCRYPTED | ROCKS_NET_RELAY,
  /* Above every VLAN id.  A number that came back could name two networks in
   * what is left of the first. */
  .segment_min = 4096,
  .segment_max = INT32_MAX,
  .reuse_segments = false,
  .reserve = n2n_reserve,
  .port_device = n2n_port_device,
  .up = n2n_up,
  .down = n2n_down,
  .probe = n2n_probe,
  .relay_up = n2n_relay_up,
};

static const struct rocks_plugin plugin = {
  ROCKS_PLUGIN_HEADER(ROCKS_KIND_NETWORK),
  ROCKS_PLUGIN_OPS(ops),
  .name = "n2n",
  .version = PACKAGE_VERSION,
  .summary = "overlay over any number of sites, by n2n",
  .params = params,
  .commands = n2n_commands,
  .start = n2n_start,
  .stop = free,
};

ROCKS_REGISTER(plugin)
