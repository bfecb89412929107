/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <string.h>

#include "cluster/model.h"

struct rocks_container_row *
site_container(const struct site *site, const char *name)
{
  size_t i;

  for (i = 0; i < site->ncontainers; i++)
    if (strcmp(site->containers[i].name, name) == 0)
      return &site->containers[i];
  return NULL;
}

struct rocks_vm_row *
site_vm(const struct site *site, const char *name)
{
  size_t i;

  for (i = 0; i < site->nvms; i++)
    if (strcmp(site->vms[i].name, name) == 0)
      return &site->vms[i];
  return NULL;
}

struct site *
model_site(const struct model *model, const char *name)
{
  size_t i;

  for (i = 0; i < model->nsites; i++)
    if (strcmp(model->sites[i].name, name) == 0)
      return &model->sites[i];
  return NULL;
}

struct site *
model_site_by_uuid(const struct model *model, const char *uuid)
{
  size_t i;

  for (i = 0; i < model->nsites; i++)
    if (strcmp(model->sites[i].uuid, uuid) == 0)
      return &model->sites[i];
  return NULL;
}

struct site *
model_home(const struct model *model)
{
  return &model->sites[0];
}

const struct rocks_nic_row *
vm_private_nic(const struct rocks_vm_row *vm)
{
  size_t i;

  for (i = 0; i < vm->nnics; i++)
    if (vm->nics[i].segment > 0)
      return &vm->nics[i];
  return NULL;
}

void
quota_add(struct quota *use, uint32_t cpus, uint64_t memory, uint64_t disk)
{
  use->cpus += cpus;
  use->memory += (int64_t) memory;
  use->disk += (int64_t) disk;
  use->vms++;
}

const char *
model_label(struct model *model, const struct site *site, const char *host)
{
  return site->home ? host : pool_format(&model->pool, "%s:%s", site->name, host);
}

struct rocks_container_row
copy_container(struct pool *pool, const struct rocks_container_row *from)
{
  struct rocks_container_row to = *from;

  to.name = pool_text(pool, from->name);
  to.address = pool_text(pool, from->address);
  to.nic = pool_text(pool, from->nic);
  to.nic_options = pool_text(pool, or_empty(from->nic_options));
  to.attrs = pool_settings(pool, &from->attrs);
  return to;
}

static struct rocks_disk *
copy_disks(struct pool *pool, const struct rocks_vm_row *from)
{
  struct rocks_disk *to = pool_copy(pool, from->disks, from->ndisks, sizeof *to);
  size_t i;

  for (i = 0; i < from->ndisks; i++) {
    to[i].type = pool_text(pool, to[i].type);
    to[i].path = pool_text(pool, to[i].path);
    to[i].device = pool_text(pool, to[i].device);
    to[i].mode = pool_text(pool, to[i].mode);
  }
  return to;
}

static struct rocks_nic_row *
copy_nics(struct pool *pool, const struct rocks_vm_row *from)
{
  struct rocks_nic_row *to = pool_copy(pool, from->nics, from->nnics, sizeof *to);
  size_t i;

  for (i = 0; i < from->nnics; i++) {
    to[i].device = pool_text(pool, to[i].device);
    to[i].mac = pool_text(pool, to[i].mac);
    to[i].ip = pool_text(pool, to[i].ip);
    to[i].subnet = pool_text(pool, to[i].subnet);
    to[i].netmask = pool_text(pool, to[i].netmask);
    to[i].host_device = pool_text(pool, to[i].host_device);
    to[i].host_options = pool_text(pool, to[i].host_options);
    to[i].host_module = pool_text(pool, to[i].host_module);
  }
  return to;
}

struct rocks_vm_row
copy_vm(struct pool *pool, const struct rocks_vm_row *from)
{
  struct rocks_vm_row to = *from;

  to.name = pool_text(pool, from->name);
  to.container = pool_text(pool, from->container);
  to.membership = pool_text(pool, from->membership);
  to.virt_type = pool_text(pool, from->virt_type);
  to.cdrom = pool_text(pool, from->cdrom);
  to.disks = copy_disks(pool, from);
  to.nics = copy_nics(pool, from);
  to.boot = pool_text(pool, from->boot);
  to.profile = pool_text(pool, from->profile);
  to.kernel = pool_text(pool, from->kernel);
  to.ramdisk = pool_text(pool, from->ramdisk);
  to.args = pool_text(pool, from->args);
  to.install_profile = pool_text(pool, from->install_profile);
  to.gateway = pool_text(pool, from->gateway);
  to.home_uuid = pool_text(pool, from->home_uuid);
  to.cluster = pool_text(pool, from->cluster);
  to.attrs = pool_settings(pool, &from->attrs);
  return to;
}

struct rocks_member_row
copy_member(struct pool *pool, const struct rocks_member_row *from)
{
  struct rocks_member_row to = *from;

  to.name = pool_text(pool, from->name);
  to.site_uuid = pool_text(pool, from->site_uuid);
  to.container = pool_text(pool, from->container);
  to.mac = pool_text(pool, from->mac);
  to.mac_uuid = pool_text(pool, from->mac_uuid != NULL ? from->mac_uuid : "");
  return to;
}

struct rocks_cluster_row
copy_cluster(struct pool *pool, const struct rocks_cluster_row *from)
{
  struct rocks_cluster_row to = *from;
  struct rocks_member_row *members = pool_new(pool, from->nmembers, sizeof *members);
  size_t i;

  for (i = 0; i < from->nmembers; i++)
    members[i] = copy_member(pool, &from->members[i]);
  to.members = members;
  to.name = pool_text(pool, from->name);
  to.network_backend = pool_text(pool, from->network_backend);
  to.vm_backend = pool_text(pool, from->vm_backend);
  to.state = pool_text(pool, from->state);
  to.inner_subnet = pool_text(pool, from->inner_subnet);
  to.settings = pool_settings(pool, &from->settings);
  return to;
}
