/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What is to be done on a host, as calls of the functions in host.sh, port.sh
 * and relay.sh.  Every value is checked before it becomes a word.
 */
#include <config.h>

#include "n2n.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HELPER "rocks-n2n-supernode"

int
n2n_port_device(void *state, struct rocks_call *call, const struct rocks_network *network,
                const struct rocks_port *port, char device[ROCKS_DEVICE_MAX],
                enum rocks_wiring *wiring)
{
  const char *mac = port->mac;

  (void)network;
  if (n2n_check_mac(state, call, mac) == -1)
    return -1;
  snprintf(device, ROCKS_DEVICE_MAX, "nb%.2s%.2s%.2s%.2s%.2s%.2s", mac, mac + 3, mac + 6, mac + 9,
           mac + 12, mac + 15);
  *wiring = ROCKS_WIRING_BRIDGE;
  return 0;
}

/* Adds `function DEVICE` for each port that is or is not on standby, and the further words if not NULL. */
static int
each_port(const struct n2n *n2n, struct rocks_call *call, const struct rocks_port *ports,
          size_t nports, bool standby, const char *function, bool with_mac, const char *more,
          struct rocks_script *script)
{
  char device[ROCKS_DEVICE_MAX];
  enum rocks_wiring wiring;
  size_t i;

  for (i = 0; i < nports; i++) {
    if (ports[i].standby != standby)
      continue;
    if (n2n_port_device((void *)n2n, call, NULL, &ports[i], device, &wiring) == -1)
      return -1;
    n2n->core->script_run(script, function, device, with_mac ? ports[i].mac : NULL, more, NULL);
  }
  return 0;
}

static const char *
setting(const struct rocks_network *network, const char *name)
{
  const char *value = rocks_setting_value(&network->settings, name);

  return value == NULL ? "" : value;
}

/* What the ports of one script have in common, and the key. */
static int
network_steps(const struct n2n *n2n, struct rocks_call *call, const struct rocks_network *network,
              const struct rocks_host *host, struct rocks_script *script)
{
  const char *community = setting(network, "community"), *key = setting(network, "key");
  const char *direct = n2n_param(&host->params, "n2n_direct");
  const char *lowest = n2n_param(&host->params, "n2n_edge_port");
  char mtu[16], *relays;
  unsigned port;

  if (n2n_check_token(n2n, call, "community", community, 1, N2N_COMMUNITY_LENGTH, false) == -1
      || n2n_check_token(n2n, call, "key", key, 16, 64, true) == -1
      || n2n_number(n2n, call, "n2n_edge_port", lowest, 1024, 60000, &port) == -1)
    return -1;
  if (strcmp(direct, "auto") != 0 && strcmp(direct, "yes") != 0 && strcmp(direct, "no") != 0) {
    n2n->core->error(call, ROCKS_EINVALID, "n2n_direct \"%s\" is not auto, yes or no", direct);
    return -1;
  }
  relays = n2n_relay_list(n2n, call, setting(network, "supernode"), 0);
  if (relays == NULL)
    return -1;
  snprintf(mtu, sizeof mtu, "%u", (unsigned)network->mtu);
  n2n->core->script_code(script, n2n_host_code);
  n2n->core->script_run(script, "n2n_network", community, mtu, direct, lowest, relays, NULL);
  n2n->core->script_secret(script, "n2n_key", key, NULL);
  free(relays);
  return 0;
}

int
n2n_up(void *state, struct rocks_call *call, const struct rocks_network *network,
       const struct rocks_host *host, const struct rocks_port *ports, size_t nports,
       struct rocks_script *script)
{
  if (network_steps(state, call, network, host, script) == -1
      || each_port(state, call, ports, nports, true, "n2n_port_standby", true, NULL, script) == -1
      || each_port(state, call, ports, nports, false, "n2n_port_up", true, NULL, script) == -1)
    return -1;
  /* Only now, so that all edges come up at the same time. */
  return each_port(state, call, ports, nports, false, "n2n_port_ready", false, NULL, script);
}

int
n2n_down(void *state, struct rocks_call *call, const struct rocks_network *network,
         const struct rocks_host *host, const struct rocks_port *ports, size_t nports,
         struct rocks_script *script)
{
  const struct n2n *n2n = state;

  (void)network;
  (void)host;
  n2n->core->script_code(script, n2n_host_code);
  return each_port(n2n, call, ports, nports, false, "n2n_port_down", false, NULL, script);
}

int
n2n_probe(void *state, struct rocks_call *call, const struct rocks_network *network,
          const struct rocks_host *host, const struct rocks_port *ports, size_t nports,
          const char *frontend_mac, struct rocks_script *script)
{
  const struct n2n *n2n = state;

  (void)network;
  (void)host;
  if (n2n_check_mac(n2n, call, frontend_mac) == -1)
    return -1;
  n2n->core->script_code(script, n2n_host_code);
  return each_port(n2n, call, ports, nports, false, "n2n_port_probe", true, frontend_mac, script);
}

/* The relay's guard lies in the program's libexec folder; a build tree has it
 * beside the folder of its modules.  The caller frees; NULL: out of memory. */
static char *
helper_path(void)
{
  static const char folder[] = BACKENDDIR "/";
  char *path = NULL;
  Dl_info module;
  const char *name;

  if (dladdr(&n2n_host_code, &module) != 0
      && strncmp(module.dli_fname, folder, sizeof folder - 1) != 0
      && (name = strrchr(module.dli_fname, '/')) != NULL) {
    if (asprintf(&path, "%.*s/../" HELPER, (int)(name - module.dli_fname), module.dli_fname) == -1)
      return NULL;
    return path;
  }
  return strdup(PKGLIBEXECDIR "/" HELPER);
}

int
n2n_relay_steps(const struct n2n *n2n, struct rocks_call *call, const char *relays,
                const char *own_address, struct rocks_script *script)
{
  struct n2n_relay relay;
  char *helper = helper_path();
  const char *rest = relays;
  int more;

  if (helper == NULL) {
    n2n->core->error(call, ROCKS_EMEMORY, "out of memory");
    return -1;
  }
  n2n->core->script_code(script, n2n_host_code);
  while ((more = n2n_next_relay(n2n, call, &rest, 0, &relay)) == 1) {
    char port[16];

    snprintf(port, sizeof port, "%u", relay.port);
    n2n->core->script_run(script, "n2n_relay_up", relay.host, port,
                          strcmp(relay.host, own_address) == 0 ? "yes" : "no", helper, relays,
                          NULL);
  }
  free(helper);
  return more;
}

int
n2n_relay_up(void *state, struct rocks_call *call, const struct rocks_network *network,
             const struct rocks_host *home, struct rocks_script *script)
{
  char *relays = n2n_relay_list(state, call, setting(network, "supernode"), 0);
  int result;

  if (relays == NULL)
    return -1;
  result = n2n_relay_steps(state, call, relays, home->address, script);
  free(relays);
  return result;
}
