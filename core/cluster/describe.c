/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "cluster/describe.h"

/* Rocks' name for the profile of a virtual frontend that is to be installed:
 * kernel and ramdisk are files of the container (rocks-compat 2.3, 3.11). */
static const char frontend_profile[] = "install vm frontend";

struct rocks_network
cluster_network(const struct cluster *cluster)
{
  return (struct rocks_network){ .size = sizeof(struct rocks_network),
                                 .cluster = cluster->row.name,
                                 .settings = cluster->row.settings,
                                 .mtu = cluster->row.mtu };
}

bool
cluster_stands_at(const struct cluster *cluster, const struct site *site)
{
  size_t i;

  for (i = 0; i < cluster->row.nmembers; i++)
    if (strcmp(cluster->row.members[i].site_uuid, site->uuid) == 0)
      return true;
  return false;
}

bool
member_owes(const struct rocks_member_row *member, const struct site *site)
{
  return strcmp(member->site_uuid, site->uuid) == 0
         || strcmp(or_empty(member->mac_uuid), site->uuid) == 0;
}

bool
cluster_owes(const struct cluster *cluster, const struct site *site)
{
  size_t i;

  for (i = 0; i < cluster->row.nmembers; i++)
    if (member_owes(&cluster->row.members[i], site))
      return true;
  return false;
}

static int
compare_uuid(const void *a, const void *b)
{
  return strcmp((*(struct site *const *) a)->uuid, (*(struct site *const *) b)->uuid);
}

struct site **
cluster_lenders(struct model *model, const struct cluster *cluster, size_t *count)
{
  struct site **sites = pool_new(&model->pool, model->nsites, sizeof *sites);
  size_t i;

  for (*count = 0, i = 1; i < model->nsites; i++)
    if (cluster_stands_at(cluster, &model->sites[i]))
      sites[(*count)++] = &model->sites[i];
  qsort(sites, *count, sizeof *sites, compare_uuid);
  return sites;
}

static bool
is_private(const struct rocks_nic_row *nic)
{
  return nic->segment > 0 && nic->mac[0] != '\0';
}

static struct rocks_port
port_of(const struct cluster *cluster, const struct rocks_vm_row *vm,
        const struct rocks_nic_row *nic)
{
  return (struct rocks_port){ .size = sizeof(struct rocks_port),
                              .vm = vm->name,
                              .mac = nic->mac,
                              .segment = nic->segment,
                              .nic = nic->host_device,
                              .wanted = cluster->vm->ops.vm.wiring,
                              .nic_options = nic->host_options };
}

bool
cluster_port(const struct cluster *cluster, const struct rocks_vm_row *vm,
             struct rocks_port *port)
{
  size_t i;

  for (i = 0; i < vm->nnics; i++)
    if (is_private(&vm->nics[i])) {
      *port = port_of(cluster, vm, &vm->nics[i]);
      return true;
    }
  return false;
}

static int
describe_private(struct rocks_call *call, struct model *model, const struct cluster *cluster,
                 const struct rocks_vm_row *vm, const struct rocks_nic_row *nic,
                 struct rocks_nic *out)
{
  const struct rocks_network_ops *ops = &cluster->network->ops.network;
  struct rocks_network network = cluster_network(cluster);
  struct rocks_port port = port_of(cluster, vm, nic);
  char device[ROCKS_DEVICE_MAX];

  out->wiring = ROCKS_WIRING_BRIDGE;
  if (ops->port_device(cluster->network->state, call, &network, &port, device, &out->wiring) != 0)
    return call_context(call, "%s", vm->name);
  out->source = pool_text(&model->pool, device);
  out->mtu = cluster->row.mtu;
  return 0;
}

/* A NIC that is not wanted is left out; one that nothing carries as well, as
 * Rocks does, but not in silence. */
static bool
is_left_out(struct rocks_call *call, const struct cluster *cluster,
            const struct rocks_vm_row *vm, const struct rocks_nic_row *nic)
{
  bool tagged = cluster->network->ops.network.capabilities & ROCKS_NET_TAGGED;

  if (nic->disabled || nic->mac[0] == '\0' || strcmp(nic->host_module, "ovs-link") == 0)
    return true;
  if (is_private(nic) && tagged && !nic->tagged) {
    call_warn(call, "%s comes up without its NIC %s: container %s has no VLAN %" PRIu32, vm->name,
              nic->mac, vm->container, nic->segment);
    return true;
  }
  if (!is_private(nic) && nic->host_device[0] == '\0') {
    call_warn(call, "%s comes up without its NIC %s: it is in no network of container %s",
              vm->name, nic->mac, vm->container);
    return true;
  }
  return false;
}

static int
describe_nics(struct rocks_call *call, struct model *model, const struct cluster *cluster,
              const struct rocks_vm_row *vm, struct rocks_vm *out)
{
  struct rocks_nic *nics = pool_new(&model->pool, vm->nnics, sizeof *nics);
  size_t i, n = 0;

  for (i = 0; i < vm->nnics; i++) {
    const struct rocks_nic_row *nic = &vm->nics[i];

    if (is_left_out(call, cluster, vm, nic))
      continue;
    nics[n].mac = nic->mac;
    if (is_private(nic)) {
      if (describe_private(call, model, cluster, vm, nic, &nics[n]) != 0)
        return -1;
    } else {
      nics[n].source = nic->host_device;
      nics[n].wiring = ROCKS_WIRING_BRIDGE;
      nics[n].openvswitch = strcmp(nic->host_module, "ovs-bridge") == 0;
    }
    n++;
  }
  out->nics = nics;
  out->nnics = n;
  return 0;
}

static const struct rocks_nic_row *
nic_in(const struct rocks_vm_row *vm, const char *subnet)
{
  size_t i;

  for (i = 0; i < vm->nnics; i++)
    if (strcmp(vm->nics[i].subnet, subnet) == 0)
      return &vm->nics[i];
  return NULL;
}

/* Rocks tells a virtual frontend its public side on the kernel's command line,
 * and which NIC that is: `ksdevice=eth1` becomes the NIC's MAC. */
static void
add_public_words(const struct site *site, const struct rocks_vm_row *vm, struct text *args)
{
  const struct rocks_nic_row *nic = nic_in(vm, "public");
  const char *servers = rocks_setting_value(&site->attrs, "Kickstart_PublicDNSServers");
  static const char device[] = "ksdevice=eth1";
  const char *at;

  if (nic == NULL || nic->ip[0] == '\0')
    return;
  at = strstr(text_get(args), device);
  if (at != NULL) {
    struct text changed = { 0 };

    text_add_bytes(&changed, args->data, (size_t) (at - args->data));
    text_add(&changed, "ksdevice=%s%s", nic->mac, at + sizeof device - 1);
    text_free(args);
    *args = changed;
  }
  text_add(args, " ip=%s netmask=%s", nic->ip, nic->netmask);
  if (servers != NULL && servers[0] != '\0')
    text_add(args, " dns=%.*s", (int) strcspn(servers, ","), servers);
  if (vm->gateway[0] != '\0')
    text_add(args, " gateway=%s", vm->gateway);
}

/* What only an overlay's frontend has to be told: its place on the private
 * network and what that network carries. */
static void
add_private_words(const struct cluster *cluster, const struct rocks_vm_row *vm,
                  struct text *args)
{
  struct rocks_port port;
  char address[IP_TEXT];
  unsigned bits;
  uint32_t ip;

  if ((cluster->network->ops.network.capabilities & ROCKS_NET_TAGGED) ||
      !cluster_port(cluster, vm, &port) || !cidr_parse(cluster->row.inner_subnet, &ip, &bits))
    return;
  ip_format((ip & netmask_of(bits)) + 1, address);
  text_add(args, " private=%s/%u privatemac=%s mtu=%" PRIu32, address, bits, port.mac,
           cluster->row.mtu);
}

static bool
is_frontend(const struct rocks_vm_row *vm)
{
  return strcmp(vm->membership, "Frontend") == 0;
}

/* Straight from files of the container: a frontend that is to be installed, or
 * any VM whose profile names its kernel by an absolute path. */
static bool
boots_from_files(const struct rocks_vm_row *vm)
{
  if (vm->kernel[0] == '\0')
    return false;
  if (strcmp(vm->boot, "install") == 0)
    return strcmp(vm->install_profile, frontend_profile) == 0;
  return vm->kernel[0] == '/';
}

static void
describe_boot(struct model *model, const struct cluster *cluster, const struct site *site,
              const struct rocks_vm_row *vm, struct rocks_vm *out)
{
  CLEANUP_TEXT struct text args = { 0 };

  out->network_boot = true;
  if (!boots_from_files(vm))
    return;
  text_add(&args, "%s", vm->args);
  if (is_frontend(vm)) {
    add_public_words(site, vm, &args);
    add_private_words(cluster, vm, &args);
  }
  out->kernel = vm->kernel;
  out->ramdisk = vm->ramdisk;
  out->args = pool_text(&model->pool, text_get(&args));
  out->network_boot = false;
}

static struct rocks_settings
params_of(struct model *model, const struct backend *backend, const struct rocks_settings *attrs)
{
  const struct rocks_param *param = backend->plugin.params;
  struct rocks_setting *item = NULL;
  size_t n = 0;

  for (; param != NULL && param->name != NULL; param++) {
    const char *value = rocks_setting_value(attrs, param->name);

    item = pool_grow(&model->pool, item, n, sizeof *item);
    item[n++] = (struct rocks_setting){ .name = param->name,
                                        .value = value != NULL ? value : param->fallback };
  }
  return (struct rocks_settings){ .item = item, .count = n };
}

struct rocks_host
describe_host(struct model *model, const struct backend *backend, const struct site *site,
              const char *name, const struct rocks_settings *attrs)
{
  bool frontend = strcmp(name, or_empty(site->node)) == 0;
  const char *address =
    frontend ? rocks_setting_value(&site->attrs, "Kickstart_PublicAddress") : NULL;

  return (struct rocks_host){ .size = sizeof(struct rocks_host),
                              .site = site->home ? "" : site->name,
                              .name = name,
                              .address = or_empty(address),
                              .params = params_of(model, backend, attrs) };
}

int
describe_vm(struct rocks_call *call, struct model *model, const struct cluster *cluster,
            const struct site *site, const struct rocks_vm_row *vm, struct rocks_vm *out)
{
  const char *autostart = rocks_setting_value(&vm->attrs, "kvm_autostart");

  *out = (struct rocks_vm){ .size = sizeof *out,
                            .name = vm->name,
                            .cpus = vm->cpus,
                            .memory = vm->memory,
                            .virt_type = vm->virt_type[0] != '\0' ? vm->virt_type : "para",
                            .cdrom = vm->cdrom[0] != '\0' ? vm->cdrom : NULL,
                            .disks = vm->disks,
                            .ndisks = vm->ndisks,
                            .params = params_of(model, cluster->vm, &vm->attrs),
                            .autostart = autostart != NULL && strcmp(autostart, "true") == 0 };
  describe_boot(model, cluster, site, vm, out);
  return describe_nics(call, model, cluster, vm, out);
}
