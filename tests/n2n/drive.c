/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Drives the backend without the core, for test-n2n.sh:
 *
 *   drive reserve ADDRESS [PARAM=VALUE...]           prints a network, NAME=VALUE
 *   drive up|down|probe|relay NETWORK [PARAM=VALUE...] [MAC...]
 *
 * The latter read a network from the file NETWORK, a key being in it, and print
 * the script that a core would send.  The first MAC is the frontend's for probe,
 * and ADDRESS stands in the network's file as the frontend's.
 */
#include <config.h>

#include "fake-core.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct rocks_plugin *network_n2n_LTX_rocks_entry(void);

enum { MAX = 64 };

struct drive {
  struct rocks_setting params[MAX], settings[MAX];
  struct rocks_host host;
  struct rocks_network network;
  struct rocks_port ports[MAX];
  size_t nports;
};

/* Splits NAME=VALUE in place. */
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

static void
read_network(struct drive *drive, const char *path)
{
  FILE *file = fopen(path, "r");
  char *line = NULL;
  size_t size = 0;

  if (file == NULL)
    abort();
  while (getline(&line, &size, file) > 0 && drive->network.settings.count < MAX) {
    struct rocks_setting *setting = &drive->settings[drive->network.settings.count++];

    line[strcspn(line, "\n")] = '\0';
    if (!split(line, setting))
      abort();
    if (strcmp(setting->name, "mtu") == 0)
      drive->network.mtu = (uint32_t)strtoul(setting->value, NULL, 10);
    if (strcmp(setting->name, "address") == 0)
      drive->host.address = setting->value;
    line = NULL;
  }
  free(line);
  fclose(file);
}

static void
print_setting(void *arg, const char *name, const char *value, bool secret)
{
  (void)arg;
  (void)secret;
  printf("%s=%s\n", name, value);
}

static int
run(struct drive *drive, struct rocks_call *call, void *state, const char *what)
{
  const struct rocks_network_ops *ops = network_n2n_LTX_rocks_entry()->ops;
  struct rocks_script *script = &call->script;
  int result = -1;

  if (strcmp(what, "up") == 0)
    result = ops->up(state, call, &drive->network, &drive->host, drive->ports, drive->nports,
                     script);
  else if (strcmp(what, "down") == 0)
    result = ops->down(state, call, &drive->network, &drive->host, drive->ports, drive->nports,
                       script);
  else if (strcmp(what, "probe") == 0)
    result = ops->probe(state, call, &drive->network, &drive->host, drive->ports + 1,
                        drive->nports - 1, drive->ports[0].mac, script);
  else if (strcmp(what, "relay") == 0)
    result = ops->relay_up(state, call, &drive->network, &drive->host, script);
  if (result == 0)
    printf("set -eu\n%s%s", script->code, script->all.text);
  return result;
}

static int
reserve(struct drive *drive, struct rocks_call *call, void *state, const char *address)
{
  const struct rocks_network_ops *ops = network_n2n_LTX_rocks_entry()->ops;
  uint32_t mtu = 0;

  drive->host.address = address;
  if (ops->reserve(state, call, "test", &drive->host, &mtu, print_setting, NULL) == -1)
    return -1;
  printf("mtu=%u\naddress=%s\n", (unsigned)mtu, address);
  return 0;
}

int
main(int argc, char **argv)
{
  static struct rocks_call call;
  static struct drive drive = {
    .host = { .size = sizeof drive.host, .site = "", .name = "host", .address = "" },
    .network = { .size = sizeof drive.network, .cluster = "test" },
  };
  const struct rocks_plugin *plugin = network_n2n_LTX_rocks_entry();
  void *state = NULL;
  int i, result;

  if (argc < 3 || plugin->start(&call, &fake_core, &state) == -1)
    return 2;
  drive.network.settings.item = drive.settings;
  drive.host.params.item = drive.params;
  for (i = 3; i < argc && i < MAX; i++)
    if (split(argv[i], &drive.params[drive.host.params.count]))
      drive.host.params.count++;
    else
      drive.ports[drive.nports++]
        = (struct rocks_port){ .size = sizeof drive.ports[0], .vm = "vm", .mac = argv[i],
                               .segment = 4096, .nic = "" };
  if (strcmp(argv[1], "reserve") == 0)
    result = reserve(&drive, &call, state, argv[2]);
  else {
    read_network(&drive, argv[2]);
    result = run(&drive, &call, state, argv[1]);
  }
  if (result == -1)
    fprintf(stderr, "drive: %s\n", call.message);
  plugin->stop(state);
  return result == 0 ? 0 : 1;
}
