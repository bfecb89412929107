/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The backend n2n without a host: what it chooses, which words it writes, what
 * it refuses.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fake-core.h"

#define MAC "52:54:00:00:00:01"
#define KEY "0123456789-abcdefghijklmnopqrstuvwxyz_ABCDE"

static const struct rocks_network_ops *ops;
static struct rocks_call call;
static void *state;

/* What reserve() chose. */
struct chosen {
  char community[64], key[128], supernode[256];
  bool key_is_secret, other_is_secret;
  uint32_t mtu;
};

static void
take(void *arg, const char *name, const char *value, bool secret)
{
  struct chosen *chosen = arg;

  if (strcmp(name, "key") == 0) {
    chosen->key_is_secret = secret;
    snprintf(chosen->key, sizeof chosen->key, "%s", value);
    return;
  }
  chosen->other_is_secret |= secret;
  if (strcmp(name, "community") == 0)
    snprintf(chosen->community, sizeof chosen->community, "%s", value);
  if (strcmp(name, "supernode") == 0)
    snprintf(chosen->supernode, sizeof chosen->supernode, "%s", value);
}

/* Reserves with one parameter set, or none. */
static int
reserve(struct chosen *chosen, const char *address, const char *name, const char *value)
{
  const struct rocks_setting item = { .name = name, .value = value };
  const struct rocks_host home = { .size = sizeof home, .site = "", .name = "frontend",
                                   .address = address,
                                   .params = { .item = &item, .count = name != NULL } };

  call_forget(&call);
  memset(chosen, 0, sizeof *chosen);
  return ops->reserve(state, &call, "frontend-0-0-0", &home, &chosen->mtu, take, chosen);
}

static void
test_reserve(void)
{
  struct chosen one, two;

  CHECK(reserve(&one, "198.51.100.10", NULL, NULL) == 0);
  CHECK(strlen(one.community) > 0 && strlen(one.community) <= 15);
  CHECK(strlen(one.key) >= 32 && one.key_is_secret && !one.other_is_secret);
  CHECK(strcmp(one.supernode, "198.51.100.10:7654") == 0);
  CHECK(one.mtu == 1360);
  CHECK(reserve(&two, "198.51.100.10", "n2n_mtu", "1400") == 0 && two.mtu == 1400);
  CHECK(strcmp(one.key, two.key) != 0 && strcmp(one.community, two.community) != 0);
  CHECK(reserve(&one, "", "n2n_supernode", " a.example:7  192.0.2.1 ") == 0);
  CHECK(strcmp(one.supernode, "a.example:7 192.0.2.1:7654") == 0);
  CHECK(reserve(&one, "192.0.2.1", "n2n_port", "7000") == 0);
  CHECK(strcmp(one.supernode, "192.0.2.1:7000") == 0);
}

static void
refused(const char *name, const char *value)
{
  struct chosen chosen;

  CHECK(reserve(&chosen, "198.51.100.10", name, value) == -1);
  CHECK(call.code == ROCKS_EINVALID && strstr(call.message, value) != NULL);
  CHECK(chosen.key[0] == '\0');
}

static void
test_reserve_refuses(void)
{
  struct chosen chosen;

  refused("n2n_mtu", "1501");
  refused("n2n_mtu", "14x0");
  refused("n2n_mtu", "-1");
  refused("n2n_port", "0");
  refused("n2n_port", "65535");
  refused("n2n_supernode", "a;reboot");
  refused("n2n_supernode", "-a.example");
  refused("n2n_supernode", "$(id):7654");
  refused("n2n_supernode", "a.example:0");
  refused("n2n_supernode", "a.example:123456789");
  refused("n2n_supernode", "[::1]:7654");
  refused("n2n_supernode", ":7654");
  CHECK(reserve(&chosen, "", NULL, NULL) == -1);
  CHECK(strstr(call.message, "Kickstart_PublicAddress") != NULL);
}

static void
test_port_device(void)
{
  struct rocks_port port = { .size = sizeof port, .vm = "vm", .mac = MAC, .nic = "",
                             .wanted = ROCKS_WIRING_DIRECT };
  static const char *const bad[] = { "", "52:54:00:00:00:0g", "52:54:00:00:00:001",
                                     "52-54-00-00-00-01", "53:54:00:00:00:01",
                                     "52:54:00:00:00:0A", "52:54:00:00:00:0;" };
  enum rocks_wiring wiring = ROCKS_WIRING_ANY;
  char device[ROCKS_DEVICE_MAX] = "";
  size_t i;

  call_forget(&call);
  CHECK(ops->port_device(state, &call, NULL, &port, device, &wiring) == 0);
  CHECK(strcmp(device, "nb525400000001") == 0 && wiring == ROCKS_WIRING_BRIDGE);
  for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    call_forget(&call);
    port.mac = bad[i];
    CHECK(ops->port_device(state, &call, NULL, &port, device, &wiring) == -1);
    CHECK(call.code == ROCKS_EINVALID && strstr(call.message, bad[i]) != NULL);
  }
}

/* Brings two ports up, with one setting or parameter replaced. */
static int
up(const char *name, const char *value)
{
  struct rocks_setting settings[] = { { "community", "abc", false }, { "key", KEY, true },
                                      { "supernode", "a.example:7654 192.0.2.1:80", false } };
  struct rocks_setting params[] = { { "n2n_direct", NULL, false }, { "n2n_edge_port", NULL, false } };
  const struct rocks_network network = { .size = sizeof network, .cluster = "c", .mtu = 1360,
                                         .settings = { settings, 3 } };
  const struct rocks_host host = { .size = sizeof host, .site = "b", .name = "vm-container-0-0",
                                   .address = "", .params = { params, 2 } };
  const struct rocks_port ports[] = {
    { .size = sizeof ports[0], .vm = "one", .mac = MAC, .segment = 4096, .nic = "" },
    { .size = sizeof ports[0], .vm = "two", .mac = "52:54:00:00:00:02", .segment = 4096, .nic = "" },
  };
  size_t i;

  for (i = 0; name != NULL && i < 3; i++)
    if (strcmp(settings[i].name, name) == 0)
      settings[i].value = value;
  for (i = 0; name != NULL && i < 2; i++)
    if (strcmp(params[i].name, name) == 0)
      params[i].value = value;
  call_forget(&call);
  return ops->up(state, &call, &network, &host, ports, 2, &call.script);
}

static void
test_up(void)
{
  CHECK(up(NULL, NULL) == 0);
  CHECK(strstr(call.script.code, "n2n_port_up()") != NULL);
  CHECK(strcmp(call.script.open.text,
               "'n2n_network' 'abc' '1360' 'auto' '50000' 'a.example:7654 192.0.2.1:80'\n"
               "'n2n_port_up' 'nb525400000001' '52:54:00:00:00:01'\n"
               "'n2n_port_up' 'nb525400000002' '52:54:00:00:00:02'\n"
               "'n2n_port_ready' 'nb525400000001'\n"
               "'n2n_port_ready' 'nb525400000002'\n") == 0);
  /* The key once, and only where no log has it. */
  CHECK(strstr(call.script.open.text, KEY) == NULL && strstr(call.script.code, KEY) == NULL);
  CHECK(strstr(call.script.all.text, "'n2n_key' '" KEY "'\n") != NULL);
  CHECK(up("n2n_direct", "no") == 0 && strstr(call.script.open.text, "'1360' 'no' '50000'") != NULL);
  CHECK(up("n2n_edge_port", "51000") == 0 && strstr(call.script.open.text, "'51000'") != NULL);
}

static void
test_up_refuses(void)
{
  static const struct {
    const char *name, *value, *shown;
  } bad[] = {
    { "community", "", "\"\"" },
    { "community", "sixteencharacter", "sixteencharacter" },
    { "community", "a b", "a b" },
    { "community", "a`id`", "a`id`" },
    { "supernode", "", "no supernode" },
    { "supernode", "a.example", "a.example" },
    { "n2n_direct", "maybe", "maybe" },
    { "n2n_edge_port", "80", "80" },
  };
  size_t i;

  for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    CHECK(up(bad[i].name, bad[i].value) == -1);
    CHECK(call.code == ROCKS_EINVALID && strstr(call.message, bad[i].shown) != NULL);
    CHECK(call.script.all.length == 0);
  }
  CHECK(up("key", "a key with blanks") == -1);
  CHECK(strstr(call.message, "blanks") == NULL);
}

/* The commands' own view of this machine. */
static int
service(const char *words, const char *const *lines, size_t nargs)
{
  static const struct rocks_setting params[] = { { "Kickstart_PublicAddress", "192.0.2.1", false } };
  static const char *const args[] = { "compute-0-0" };
  const struct rocks_command *command = network_n2n_LTX_rocks_entry()->commands;
  const struct rocks_settings none = { NULL, 0 };

  call_forget(&call);
  call.params = (struct rocks_settings){ params, 1 };
  call.lines = lines;
  while (command->words != NULL && strcmp(command->words, words) != 0)
    command++;
  return command->words == NULL ? -1 : command->run(state, &call, &none, args, nargs);
}

static void
test_service(void)
{
  static const char *const running[] = { "192.0.2.1 7654 running", NULL };
  static const char *const elsewhere[] = { "192.0.2.1 7654 elsewhere", NULL };

  CHECK(service("list service supernode", running, 0) == 0);
  CHECK(strcmp(call.table.text, "HOST|PORT|STATE|\n192.0.2.1|7654|running|\n") == 0);
  CHECK(service("start service supernode", running, 0) == 0);
  CHECK(strstr(call.script.open.text, "'n2n_relay_up' '192.0.2.1' '7654' 'yes' ") != NULL);
  CHECK(service("stop service supernode", running, 0) == 0);
  CHECK(strstr(call.script.open.text, "'n2n_relay_down' '192.0.2.1' '7654'") != NULL);
  CHECK(service("start service supernode", elsewhere, 0) == -1 && call.code == ROCKS_ENOTFOUND);
  CHECK(service("list service supernode", elsewhere, 0) == 0);
  CHECK(service("start service supernode", running, 1) == -1);
  CHECK(strstr(call.message, "compute-0-0") != NULL);
}

int
main(void)
{
  const struct rocks_plugin *plugin = network_n2n_LTX_rocks_entry();

  check_note = call.message;
  ops = plugin->ops;
  CHECK(plugin->kind == ROCKS_KIND_NETWORK && plugin->ops_size == sizeof *ops);
  CHECK(ops->segment_min == 4096 && !ops->reuse_segments);
  if (plugin->start(&call, &fake_core, &state) == -1)
    return 1;
  test_reserve();
  test_reserve_refuses();
  test_port_device();
  test_up();
  test_up_refuses();
  test_service();
  plugin->stop(state);
  return check_failures();
}
