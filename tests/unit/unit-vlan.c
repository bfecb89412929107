/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The backend vlan without a host: names, the pool, what is settled, which
 * words it writes, what it refuses.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fake-core.h"

#define MAC "76:77:6e:40:00:00"

static const struct rocks_network_ops *ops;
static struct rocks_call call;
static void *state;

static struct rocks_port
port_on(const char *nic, uint32_t segment)
{
  return (struct rocks_port){ .size = sizeof(struct rocks_port), .vm = "vm", .mac = MAC,
                              .segment = segment, .nic = nic, .nic_options = "" };
}

/* A network whose wiring was settled, or not when NULL. */
static struct rocks_network
network_wired(struct rocks_setting *item, const char *wiring)
{
  *item = (struct rocks_setting){ .name = "wiring", .value = wiring };
  return (struct rocks_network){ .size = sizeof(struct rocks_network),
                                 .cluster = "frontend-0-0-0",
                                 .settings = { .item = item, .count = wiring != NULL } };
}

static const struct {
  const char *nic, *options, *setting;
  enum rocks_wiring wanted;
  uint32_t segment;
  const char *device;
  enum rocks_wiring wiring;
} names[] = {
  /* As Rocks names them. */
  { "eth0", "", NULL, ROCKS_WIRING_ANY, 2, "peth0.2", ROCKS_WIRING_DIRECT },
  { "eth0", "novtap", NULL, ROCKS_WIRING_ANY, 2, "eth0.2", ROCKS_WIRING_DIRECT },
  { "eth0", "noreport novtap", NULL, ROCKS_WIRING_DIRECT, 3, "eth0.3", ROCKS_WIRING_DIRECT },
  { "eth0", "nonovtap", NULL, ROCKS_WIRING_DIRECT, 3, "peth0.3", ROCKS_WIRING_DIRECT },
  { "eth0", "", NULL, ROCKS_WIRING_BRIDGE, 2, "xenbr.eth0.2", ROCKS_WIRING_BRIDGE },
  { "eth0", "", NULL, ROCKS_WIRING_BRIDGE, 4094, "xenbr.eth0.4094", ROCKS_WIRING_BRIDGE },
  /* What was settled counts more than what the VM backend likes. */
  { "eth0", "", "bridge", ROCKS_WIRING_DIRECT, 2, "xenbr.eth0.2", ROCKS_WIRING_BRIDGE },
  { "eth0", "", "direct", ROCKS_WIRING_BRIDGE, 2, "peth0.2", ROCKS_WIRING_DIRECT },
  /* The last that fits, and what does not; the latter must never change, or a
   * new version would not find the devices of the old one. */
  { "enp130s0f", "", NULL, ROCKS_WIRING_ANY, 4094, "penp130s0f.4094", ROCKS_WIRING_DIRECT },
  { "enp130s0f0", "", NULL, ROCKS_WIRING_ANY, 4094, "penp1muwpc.4094", ROCKS_WIRING_DIRECT },
  { "enp130s0f0", "", NULL, ROCKS_WIRING_ANY, 2, "penp130s0f0.2", ROCKS_WIRING_DIRECT },
  { "enp130s0f0", "", NULL, ROCKS_WIRING_BRIDGE, 4094, "xb.enmuwpc.4094", ROCKS_WIRING_BRIDGE },
};

static void
test_names(void)
{
  char device[ROCKS_DEVICE_MAX];
  enum rocks_wiring wiring;
  size_t i;

  for (i = 0; i < sizeof names / sizeof *names; i++) {
    struct rocks_setting item;
    struct rocks_network network = network_wired(&item, names[i].setting);
    struct rocks_port port = port_on(names[i].nic, names[i].segment);

    port.nic_options = names[i].options;
    port.wanted = names[i].wanted;
    call_forget(&call);
    wiring = ROCKS_WIRING_ANY;
    CHECK(ops->port_device(state, &call, &network, &port, device, &wiring) == 0);
    IS(device, names[i].device);
    CHECK_NUMBER(wiring, names[i].wiring);
  }
}

/* Two NICs that differ at the end only, at every id. */
static void
test_long_names(void)
{
  static const enum rocks_wiring wirings[] = { ROCKS_WIRING_DIRECT, ROCKS_WIRING_BRIDGE };
  char one[ROCKS_DEVICE_MAX], two[ROCKS_DEVICE_MAX], last[ROCKS_DEVICE_MAX];
  struct rocks_setting item;
  struct rocks_network network = network_wired(&item, NULL);
  enum rocks_wiring wiring;
  uint32_t id;
  size_t i;

  call_forget(&call);
  for (i = 0; i < 2; i++)
    for (id = 2, last[0] = '\0'; id <= 4094; id++) {
      struct rocks_port a = port_on("enx0123456789a", id), b = port_on("enx0123456789b", id);

      a.wanted = b.wanted = wirings[i];
      CHECK(ops->port_device(state, &call, &network, &a, one, &wiring) == 0);
      CHECK(ops->port_device(state, &call, &network, &b, two, &wiring) == 0);
      CHECK(strlen(one) <= 15 && strcmp(one, two) != 0 && strcmp(one, last) != 0);
      memcpy(last, one, sizeof last);
    }
}

static void
port_refused(const char *nic, uint32_t segment, const char *setting, const char *word)
{
  struct rocks_setting item;
  struct rocks_network network = network_wired(&item, setting);
  struct rocks_port port = port_on(nic, segment);
  char device[ROCKS_DEVICE_MAX];
  enum rocks_wiring wiring;

  call_forget(&call);
  CHECK(ops->port_device(state, &call, &network, &port, device, &wiring) == -1);
  CHECK(call.code != ROCKS_OK && strstr(call.message, word) != NULL);
  call_forget(&call);
  CHECK(ops->up(state, &call, &network, NULL, &port, 1, &call.script) == -1);
  CHECK(strstr(call.script.all.text, "vlan_up") == NULL);
}

static void
test_names_refused(void)
{
  port_refused("eth0", 0, NULL, "0 is no VLAN id from 2 to 4094");
  port_refused("eth0", 1, NULL, "1 is no VLAN id");
  port_refused("eth0", 4095, NULL, "4095 is no VLAN id");
  port_refused("eth0", 4096, NULL, "4096 is no VLAN id");
  port_refused("", 7, NULL, "the container of vm has no interface that carries VLAN 7");
  port_refused("-eth0", 7, NULL, "\"-eth0\"");
  port_refused("eth0 up", 7, NULL, "\"eth0 up\"");
  port_refused("$(id)", 7, NULL, "\"$(id)\"");
  port_refused("..", 7, NULL, "\"..\"");
  port_refused("a/b", 7, NULL, "\"a/b\"");
  port_refused("sixteen-letters-", 7, NULL, "\"sixteen-letters-\"");
  port_refused("eth0", 7, "tunnel", "\"tunnel\"");
}

static int
take_range(void *arg, uint32_t min, uint32_t max)
{
  char *text = arg;
  size_t length = strlen(text);

  snprintf(text + length, 256 - length, "%u-%u ", (unsigned)min, (unsigned)max);
  return 0;
}

static int
segments(const char *pool, char text[256])
{
  const struct rocks_setting item = { .name = "vlan_pool", .value = pool };
  const struct rocks_host frontend = { .size = sizeof frontend, .site = "", .name = "frontend",
                                       .address = "", .params = { .item = &item, .count = 1 } };

  call_forget(&call);
  text[0] = '\0';
  return ops->segments(state, &call, &frontend, take_range, text);
}

static void
test_pool(void)
{
  static const char *const good[][2] = {
    { NULL, "2-4094 " },          { "", "2-4094 " },        { " ", "2-4094 " },
    { "2-4094", "2-4094 " },      { "100-199", "100-199 " }, { "7", "7-7 " },
    { "100-199 300,400-401 ", "100-199 300-300 400-401 " },
  };
  static const char *const bad[] = { "1",     "4095",  "1-10", "10-4095", "-5",   "abc",   "10-",
                                     "20-10", "5 x",   "5;6",  "00002",   "2-3-4", "2--3", "0x10" };
  char text[256];
  size_t i;

  for (i = 0; i < sizeof good / sizeof *good; i++)
    CHECK(segments(good[i][0], text) == 0 && strcmp(text, good[i][1]) == 0);
  for (i = 0; i < sizeof bad / sizeof *bad; i++)
    CHECK(segments(bad[i], text) == -1 && call.code == ROCKS_EINVALID
          && strstr(call.message, bad[i]) != NULL);
}

static void
take_setting(void *arg, const char *name, const char *value, bool secret)
{
  char *text = arg;
  size_t length = strlen(text);

  snprintf(text + length, 256 - length, "%s=%s%s ", name, value, secret ? "!" : "");
}

static int
reserve(const char *wiring, char text[256])
{
  const struct rocks_setting item = { .name = "vlan_wiring", .value = wiring };
  const struct rocks_host home = { .size = sizeof home, .site = "", .name = "frontend",
                                   .address = "", .params = { .item = &item, .count = 1 } };
  uint32_t mtu = 1;
  int result;

  call_forget(&call);
  text[0] = '\0';
  result = ops->reserve(state, &call, "frontend-0-0-0", &home, &mtu, take_setting, text);
  /* Rocks gives its VMs no <mtu>. */
  CHECK(result == -1 || mtu == 0);
  return result;
}

static void
test_reserve(void)
{
  char text[256];

  CHECK(reserve(NULL, text) == 0 && strcmp(text, "") == 0);
  CHECK(reserve("auto", text) == 0 && strcmp(text, "") == 0);
  CHECK(reserve("bridge", text) == 0 && strcmp(text, "wiring=bridge ") == 0);
  CHECK(reserve("direct", text) == 0 && strcmp(text, "wiring=direct ") == 0);
  CHECK(reserve("tap", text) == -1 && strstr(call.message, "\"tap\"") != NULL);
  CHECK(reserve("", text) == -1);
}

static void
test_steps(void)
{
  struct rocks_setting item;
  struct rocks_network network = network_wired(&item, NULL);
  struct rocks_port ports[] = { port_on("eth0", 2), port_on("eth0", 2), port_on("eth1", 3) };

  ports[1].mac = "76:77:6e:40:00:01";
  ports[2].mac = "76:77:6e:40:00:02";
  ports[2].nic_options = "novtap";
  ports[2].wanted = ROCKS_WIRING_BRIDGE;
  call_forget(&call);
  CHECK(ops->up(state, &call, &network, NULL, ports, 3, &call.script) == 0);
  /* Who uses a device is noted before it is made; it is made once. */
  CHECK(strcmp(call.script.all.text,
               "'vlan_join' 'peth0.2' '76:77:6e:40:00:00'\n"
               "'vlan_join' 'peth0.2' '76:77:6e:40:00:01'\n"
               "'vlan_up' 'peth0.2' 'peth0.2' 'eth0' 'rocks' '2' 'frontend-0-0-0'\n"
               "'vlan_join' 'xenbr.eth1.3' '76:77:6e:40:00:02'\n"
               "'vlan_up' 'xenbr.eth1.3' 'eth1.3' 'eth1' 'plain' '3' 'frontend-0-0-0'\n") == 0);
  CHECK(strcmp(call.script.all.text, call.script.open.text) == 0);
  CHECK(strstr(call.script.code, "vlan_up()") != NULL);

  call_forget(&call);
  CHECK(ops->down(state, &call, &network, NULL, ports, 2, &call.script) == 0);
  CHECK(strcmp(call.script.all.text, "'vlan_down' '76:77:6e:40:00:00'\n"
                                     "'vlan_down' '76:77:6e:40:00:01'\n") == 0);

  call_forget(&call);
  CHECK(ops->probe(state, &call, &network, NULL, ports + 2, 1, MAC, &call.script) == 0);
  CHECK(strcmp(call.script.all.text, "'vlan_probe' 'xenbr.eth1.3' 'eth1.3' '3' "
                                     "'76:77:6e:40:00:02' '" MAC "'\n") == 0);
  call_forget(&call);
  CHECK(ops->probe(state, &call, &network, NULL, ports, 1, "", &call.script) == 0);
  CHECK(ops->probe(state, &call, &network, NULL, ports, 1, "x", &call.script) == -1);
}

/* A cluster that Rocks made, whose rows have gone since: it can be taken down. */
static void
test_down_without_nic(void)
{
  struct rocks_network network = { .size = sizeof network };
  struct rocks_port port = port_on("", 2);

  call_forget(&call);
  CHECK(ops->down(state, &call, &network, NULL, &port, 1, &call.script) == 0);
  port.mac = "../../etc/passwd";
  call_forget(&call);
  CHECK(ops->down(state, &call, &network, NULL, &port, 1, &call.script) == -1);
  CHECK(strstr(call.message, "../../etc/passwd") != NULL);
  port.mac = "76:77:6E:40:00:00"; /* the core's are lower case */
  CHECK(ops->down(state, &call, &network, NULL, &port, 1, &call.script) == -1);
}

int
main(void)
{
  const struct rocks_plugin *plugin = network_vlan_LTX_rocks_entry();

  check_note = call.message;
  ops = plugin->ops;
  call_forget(&call);
  if (plugin->start(&call, &fake_core, &state) == -1)
    return 1;
  CHECK(ops->capabilities == ROCKS_NET_TAGGED && ops->reuse_segments && ops->relay_up == NULL);
  CHECK(ops->segment_min == 2 && ops->segment_max == 4094);
  test_names();
  test_long_names();
  test_names_refused();
  test_pool();
  test_reserve();
  test_steps();
  test_down_without_nic();
  plugin->stop(state);
  return check_failures();
}
