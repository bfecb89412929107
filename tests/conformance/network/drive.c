/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Calls a network backend as the program does, through the program's loader:
 *
 *   drive BACKEND about                   what it declares, NAME=VALUE
 *   drive BACKEND reserve WORD...         the network that it chose, NAME=VALUE
 *   drive BACKEND device WORD... MAC      the port's device and wiring
 *   drive BACKEND up|down|probe|relay WORD... MAC...
 *                                         the script that a core would send
 *
 * A WORD is one of network=FILE (with what `reserve` printed), segment=, nic=,
 * options= (of that NIC), wanted=bridge|direct, address= (of the home frontend),
 * frontend=MAC, or a parameter of the backend, NAME=VALUE.
 */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "framework/hand.h"
#include "plugin/backend.h"
#include "remote/script.h"

enum { MAX = 256 };

struct drive {
  struct rocks_call call;
  const struct backend *backend;
  struct rocks_setting params[MAX], settings[MAX];
  struct rocks_host host;
  struct rocks_network network;
  struct rocks_port common, ports[MAX];
  size_t nports;
  const char *frontend;
};

/* Splits NAME=VALUE in place; the strings are the program's or never freed. */
static bool
split(char *text, struct rocks_setting *out)
{
  char *equals = strchr(text, '=');

  if (equals == NULL)
    return false;
  *equals = '\0';
  *out = (struct rocks_setting){ .name = text, .value = equals + 1 };
  return true;
}

static int
read_network(struct drive *d, const char *path)
{
  FILE *file = fopen(path, "r");
  char *line = NULL;
  size_t size = 0;

  if (file == NULL)
    return call_fail(&d->call, ROCKS_EINVALID, "%s: %s", path, strerror(errno));
  while (d->network.settings.count < MAX && getline(&line, &size, file) > 0) {
    struct rocks_setting setting;

    line[strcspn(line, "\n")] = '\0';
    if (!split(line, &setting))
      continue;
    if (strcmp(setting.name, "mtu") == 0)
      d->network.mtu = (uint32_t) strtoul(setting.value, NULL, 10);
    else
      d->settings[d->network.settings.count++] = setting;
    line = NULL;
  }
  free(line);
  fclose(file);
  return 0;
}

static enum rocks_wiring
wiring_named(const char *name)
{
  if (strcmp(name, "bridge") == 0)
    return ROCKS_WIRING_BRIDGE;
  return strcmp(name, "direct") == 0 ? ROCKS_WIRING_DIRECT : ROCKS_WIRING_ANY;
}

static int
take_word(struct drive *d, char *word)
{
  struct rocks_setting setting;
  struct rocks_port *port = &d->common;

  if (!split(word, &setting)) {
    d->ports[d->nports] = *port;
    d->ports[d->nports++].mac = word;
  } else if (strcmp(setting.name, "network") == 0)
    return read_network(d, setting.value);
  else if (strcmp(setting.name, "segment") == 0)
    port->segment = (uint32_t) strtoul(setting.value, NULL, 10);
  else if (strcmp(setting.name, "nic") == 0)
    port->nic = setting.value;
  else if (strcmp(setting.name, "options") == 0)
    port->nic_options = setting.value;
  else if (strcmp(setting.name, "wanted") == 0)
    port->wanted = wiring_named(setting.value);
  else if (strcmp(setting.name, "address") == 0)
    d->host.address = setting.value;
  else if (strcmp(setting.name, "frontend") == 0)
    d->frontend = setting.value;
  else
    d->params[d->host.params.count++] = setting;
  return 0;
}

/* ---- what it is asked ---- */

static int
about(struct drive *d)
{
  const struct rocks_network_ops *ops = &d->backend->ops.network;
  const struct rocks_param *param = d->backend->plugin.params;

  printf("name=%s\nmulti_site=%d\nencrypted=%d\ntagged=%d\nrelay=%d\n", d->backend->plugin.name,
         (ops->capabilities & ROCKS_NET_MULTI_SITE) != 0,
         (ops->capabilities & ROCKS_NET_ENCRYPTED) != 0,
         (ops->capabilities & ROCKS_NET_TAGGED) != 0, (ops->capabilities & ROCKS_NET_RELAY) != 0);
  printf("segment_min=%u\nsegment_max=%u\nreuse=%d\n", ops->segment_min, ops->segment_max,
         ops->reuse_segments);
  for (; param != NULL && param->name != NULL; param++)
    printf("param=%s %s\n", param->name, param->help != NULL ? "help" : "");
  return 0;
}

static void
print_setting(void *arg, const char *name, const char *value, bool secret)
{
  (void) arg;
  printf("%s=%s\n", name, value);
  if (secret)
    printf("secret=%s\n", name);
}

static int
reserve(struct drive *d)
{
  const struct rocks_network_ops *ops = &d->backend->ops.network;
  uint32_t mtu = 0;

  if (ops->reserve != NULL &&
      ops->reserve(d->backend->state, &d->call, "cluster", &d->host, &mtu, print_setting, NULL) != 0)
    return -1;
  printf("mtu=%u\n", mtu);
  return 0;
}

static int
device(struct drive *d)
{
  static const char *const names[] = { "any", "bridge", "direct" };
  char name[ROCKS_DEVICE_MAX] = "";
  enum rocks_wiring wiring = ROCKS_WIRING_ANY;

  if (d->backend->ops.network.port_device(d->backend->state, &d->call, &d->network, d->ports, name,
                                          &wiring) != 0)
    return -1;
  printf("%s %s\n", name, names[wiring]);
  return 0;
}

static int
steps(struct drive *d, const char *what)
{
  const struct rocks_network_ops *ops = &d->backend->ops.network;
  void *state = d->backend->state;
  struct rocks_script *script = script_new();
  int result;

  if (strcmp(what, "up") == 0)
    result = ops->up(state, &d->call, &d->network, &d->host, d->ports, d->nports, script);
  else if (strcmp(what, "down") == 0)
    result = ops->down(state, &d->call, &d->network, &d->host, d->ports, d->nports, script);
  else if (strcmp(what, "probe") == 0)
    result = ops->probe(state, &d->call, &d->network, &d->host, d->ports, d->nports, d->frontend,
                        script);
  else if (strcmp(what, "relay") == 0)
    result = ops->relay_up(state, &d->call, &d->network, &d->host, script);
  else
    result = call_fail(&d->call, ROCKS_EINVALID, "\"%s\" is nothing to ask a backend", what);
  if (result == 0)
    fputs(script_text(script), stdout);
  script_free(script);
  return result;
}

static int
ask(struct drive *d, const char *backend, const char *what)
{
  d->backend = backend_get(&d->call, ROCKS_KIND_NETWORK, backend);
  if (d->backend == NULL)
    return -1;
  if (strcmp(what, "about") == 0)
    return about(d);
  if (strcmp(what, "reserve") == 0)
    return reserve(d);
  return strcmp(what, "device") == 0 ? device(d) : steps(d, what);
}

int
main(int argc, char **argv)
{
  static struct drive d = {
    .host = { .size = sizeof d.host, .site = "", .name = "host", .address = "" },
    .network = { .size = sizeof d.network, .cluster = "cluster" },
    .common = { .size = sizeof d.common, .vm = "vm", .nic = "", .nic_options = "" },
    .frontend = "",
  };
  int i, result = 0;

  if (argc < 3)
    return 2;
  call_init(&d.call);
  backend_init(hand_core(), BACKENDDIR);
  d.network.settings.item = d.settings;
  d.host.params.item = d.params;
  for (i = 3; i < argc && i < MAX && result == 0; i++)
    result = take_word(&d, argv[i]);
  if (result == 0)
    result = ask(&d, argv[1], argv[2]);
  if (result != 0)
    fprintf(stderr, "drive: %s\n", or_empty(d.call.message));
  backend_stop_all();
  call_free(&d.call);
  return result == 0 ? 0 : 1;
}
