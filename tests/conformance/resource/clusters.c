/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The narrow interface, driven word by word.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drive.h"

enum { MOST = 512 };

/* name=value among the words, or the fallback. */
static const char *
option(const struct drive *d, const char *name, const char *fallback)
{
  size_t i, length = strlen(name);

  for (i = 0; i < d->nwords; i++)
    if (strncmp(d->words[i], name, length) == 0 && d->words[i][length] == '=')
      return d->words[i] + length + 1;
  return fallback;
}

static uint32_t
number(const struct drive *d, const char *name, const char *fallback)
{
  return (uint32_t)strtoul(option(d, name, fallback), NULL, 10);
}

static bool
flag(const struct drive *d, const char *name)
{
  return strcmp(option(d, name, "no"), "yes") == 0;
}

static void
print_attrs(const struct rocks_settings *attrs)
{
  size_t i;

  for (i = 0; i < attrs->count; i++)
    printf(" %s=%s", attrs->item[i].name,
           attrs->item[i].value == NULL ? "(unset)" : attrs->item[i].value);
  putchar('\n');
}

static int
print_site(void *arg, const struct rocks_site_row *s)
{
  (void)arg;
  printf("site %zu %s %s/%s", strlen(s->uuid), s->frontend, s->mac_base, s->mac_mask);
  print_attrs(&s->attrs);
  return 0;
}

static int
print_container(void *arg, const struct rocks_container_row *c)
{
  (void)arg;
  printf("container %s member=%d drained=%d %d-%d %s %s vms=%u cpus=%u/%u memory=%llu/%llu "
         "disk=%llu/%llu", c->name, c->member, c->drained, c->rack, c->rank, c->address, c->nic,
         c->vms, c->cpus_used, c->cpus, (unsigned long long)c->memory_used,
         (unsigned long long)c->memory, (unsigned long long)c->disk_used,
         (unsigned long long)c->disk);
  print_attrs(&c->attrs);
  return 0;
}

static int
print_vm(void *arg, const struct rocks_vm_row *v)
{
  size_t i;

  (void)arg;
  printf("vm %s on %s as %s %s cpus=%u memory=%llu slice=%u boot=%s profile=%s kernel=%s "
         "install=%s gateway=%s lease=%s cdrom=%s", v->name, v->container, v->membership,
         v->virt_type, v->cpus, (unsigned long long)v->memory, v->slice, v->boot, v->profile,
         v->kernel, v->install_profile, v->gateway, v->cluster, v->cdrom);
  print_attrs(&v->attrs);
  for (i = 0; i < v->nnics; i++)
    printf("  nic %s %s ip=%s %s/%s segment=%u on %s tagged=%d disabled=%d\n",
           v->nics[i].device, v->nics[i].mac, v->nics[i].ip, v->nics[i].subnet,
           v->nics[i].netmask, v->nics[i].segment, v->nics[i].host_device, v->nics[i].tagged,
           v->nics[i].disabled);
  for (i = 0; i < v->ndisks; i++)
    printf("  disk %s:%s,%s,%s %llu\n", v->disks[i].type, v->disks[i].path,
           v->disks[i].device, v->disks[i].mode, (unsigned long long)v->disks[i].bytes);
  return 0;
}

/* snapshot [containers=yes] [vms=all|NAME] [home= cluster=] [subnet=] [ATTR...] */
static int
snapshot(struct drive *d)
{
  const char *attrs[MOST], *vm = option(d, "vms", NULL);
  struct rocks_snapshot want = {
    .size = sizeof want, .attrs = attrs, .subnet = option(d, "subnet", NULL),
    .containers = flag(d, "containers"), .home_uuid = option(d, "home", NULL),
    .cluster = option(d, "cluster", NULL), .site = print_site, .container = print_container,
    .vm = print_vm,
  };
  size_t i;

  for (i = 0; i < d->nwords && want.nattrs < MOST; i++)
    if (strchr(d->words[i], '=') == NULL)
      attrs[want.nattrs++] = d->words[i];
  want.all_vms = vm != NULL && strcmp(vm, "all") == 0;
  if (vm != NULL && !want.all_vms) {
    want.vms = &vm;
    want.nvms = 1;
  }
  return d->ops->snapshot(d->resource, d->call, &want);
}

static int
print_member(void *arg, const struct rocks_member_row *m)
{
  (void)arg;
  printf("member %s %u %s on %s mac=%s segment=%u cpus=%u memory=%llu disk=%llu slice=%u\n",
         m->role == ROCKS_ROLE_FRONTEND ? "frontend" : "compute", m->index, m->name,
         m->container, m->mac, m->segment, m->cpus, (unsigned long long)m->memory,
         (unsigned long long)m->disk, m->slice);
  return 0;
}

/* reserve home=UUID [cluster=] [fe=CONTAINER ip= fe-name= fe-disk= gateway=] n= on=C,...
 *   [name=PATTERN] [vlan=] [min= max=] [overlay=yes] [foreign=yes] [dry=yes]
 *   [record=yes] [memory= cpus= disk=] */
static int
reserve(struct drive *d)
{
  struct rocks_vm_request vms[MOST];
  static char names[MOST][64];
  char *containers = strdup(option(d, "on", "")), *at[64], *save = NULL, *c;
  struct rocks_setting settings[] = { { "community", "c1", false }, { "key", "hush", true } };
  struct rocks_cluster_row record = {
    .size = sizeof record, .network_backend = "net", .vm_backend = "vm", .state = "adding",
    .inner_subnet = "10.1.0.0/16", .mtu = 1360, .settings = { settings, 2 },
  };
  bool overlay = flag(d, "overlay");
  struct rocks_reservation want = {
    .size = sizeof want, .home_uuid = option(d, "home", ""),
    .cluster = option(d, "cluster", NULL), .segment_min = number(d, "min", overlay ? "4096" : "2"),
    .segment_max = number(d, "max", overlay ? "1000000" : "4094"),
    .segment = number(d, "vlan", "0"), .reuse_segments = !overlay, .tagged = !overlay,
    .subnet = option(d, "subnet", "private"), .foreign = flag(d, "foreign"), .vms = vms,
    .record = flag(d, "record") ? &record : NULL, .dry = flag(d, "dry"),
    .member = print_member,
  };
  const char *pattern = option(d, "name", NULL);
  size_t ncontainers = 0, i, n = number(d, "n", "0");
  int result;

  for (c = strtok_r(containers, ",", &save); c != NULL && ncontainers < 64;
       c = strtok_r(NULL, ",", &save))
    at[ncontainers++] = c;
  if (option(d, "fe", NULL) != NULL)
    vms[want.nvms++] = (struct rocks_vm_request){
      .role = ROCKS_ROLE_FRONTEND, .container = option(d, "fe", NULL),
      .name = option(d, "fe-name", NULL), .cpus = 1, .memory = 2048,
      .disk = number(d, "fe-disk", "36"),
      .virt_type = "hvm", .public_ip = option(d, "ip", NULL),
      .gateway = option(d, "gateway", ""),
    };
  for (i = 0; i < n && want.nvms < MOST && ncontainers > 0; i++) {
    if (pattern != NULL)
      snprintf(names[i], sizeof names[i], "%s-%zu", pattern, i);
    vms[want.nvms++] = (struct rocks_vm_request){
      .role = ROCKS_ROLE_COMPUTE, .index = (uint32_t)i, .container = at[i % ncontainers],
      .name = pattern == NULL ? NULL : names[i], .cpus = number(d, "cpus", "1"),
      .memory = number(d, "memory", "1024"), .disk = number(d, "disk", "36"),
      .virt_type = "hvm",
    };
  }
  result = d->ops->reserve(d->resource, d->call, &want);
  free(containers);
  return result;
}

/* release UUID CLUSTER [VM...] */
static int
release(struct drive *d)
{
  return d->ops->release(d->resource, d->call, d->words[0], d->words[1],
                         d->nwords > 2 ? d->words + 2 : NULL, d->nwords - 2);
}

/* renumber UUID CLUSTER MIN-MAX... [overlay=yes] [subnet=] [dry=yes] */
static int
renumber(struct drive *d)
{
  struct rocks_range ranges[MOST];
  struct rocks_renumbering want = {
    .size = sizeof want, .home_uuid = d->words[0], .cluster = d->words[1], .ranges = ranges,
    .reuse_segments = !flag(d, "overlay"), .tagged = !flag(d, "overlay"),
    .subnet = option(d, "subnet", "private"), .dry = flag(d, "dry"), .member = print_member,
  };
  size_t i;

  for (i = 2; i < d->nwords && want.nranges < MOST; i++) {
    char *end;
    uint32_t min = (uint32_t)strtoul(d->words[i], &end, 10);

    if (*end == '-')
      ranges[want.nranges++] = (struct rocks_range){ min, (uint32_t)strtoul(end + 1, NULL, 10) };
  }
  return d->ops->renumber(d->resource, d->call, &want);
}

/* relocate VM CONTAINER [home= cluster=] [bounded=yes] [dry=yes]: and the VM as it is then */
static int
relocate(struct drive *d)
{
  struct rocks_snapshot then = { .size = sizeof then, .vms = d->words, .nvms = 1,
                                 .vm = print_vm };
  struct rocks_relocation want = {
    .size = sizeof want, .name = d->words[0], .container = d->words[1],
    .home_uuid = option(d, "home", NULL), .cluster = option(d, "cluster", NULL),
    .bounded = flag(d, "bounded"), .dry = flag(d, "dry"), .then = &then,
  };

  return d->ops->relocate(d->resource, d->call, &want);
}

static int
depart(struct drive *d)
{
  return d->ops->depart(d->resource, d->call, d->words[0], d->words[1], d->words[2]);
}

/* arrive HOME CLUSTER CONTAINER VM MAC: one that comes from another site. */
static int
arrive(struct drive *d)
{
  struct rocks_nic_row nic = { .device = "eth0", .mac = d->words[4], .segment = 7000 };
  struct rocks_disk disk = { .type = "file", .path = "/far/away/disk.img", .device = "vda",
                             .mode = "virtio", .bytes = UINT64_C(5000000000) };
  struct rocks_vm_row vm = { .size = sizeof vm, .name = d->words[3], .boot = "os",
                             .cdrom = "/far/away/cd.iso", .disks = &disk, .ndisks = 1,
                             .nics = &nic, .nnics = 1 };
  struct rocks_vm_request request = {
    .container = d->words[2], .name = d->words[3], .index = 6, .cpus = 2, .memory = 512,
    .disk = 5, .virt_type = "hvm", .as = &vm };
  struct rocks_reservation want = {
    .size = sizeof want, .home_uuid = d->words[0], .cluster = d->words[1], .segment_min = 4096,
    .segment_max = 1000000, .subnet = "private", .foreign = true, .vms = &request, .nvms = 1,
    .member = print_member };

  return d->ops->reserve(d->resource, d->call, &want);
}

static int
print_lease(void *arg, const char *home, const char *cluster, const struct rocks_member_row *m)
{
  printf("lease %s %s ", home, cluster);
  return print_member(arg, m);
}

static int
leases(struct drive *d)
{
  return d->ops->leases(d->resource, d->call, print_lease, NULL);
}

static int
print_cluster(void *arg, const struct rocks_cluster_row *c)
{
  size_t i;

  printf("cluster %s %s %s %s %s %u\n", c->name, c->network_backend, c->vm_backend, c->state,
         c->inner_subnet, c->mtu);
  for (i = 0; i < c->settings.count; i++)
    printf("  setting %s=%s%s\n", c->settings.item[i].name, c->settings.item[i].value,
           c->settings.item[i].secret ? " secret" : "");
  for (i = 0; i < c->nmembers; i++)
    print_member(arg, &c->members[i]);
  return 0;
}

static int
clusters(struct drive *d)
{
  return d->ops->clusters(d->resource, d->call, d->nwords > 0 ? d->words[0] : NULL,
                          print_cluster, NULL);
}

/* record NAME STATE SITE [VM...]: members without a MAC, as an intent has them. */
static int
record(struct drive *d)
{
  struct rocks_member_row members[MOST];
  struct rocks_setting settings[] = { { "community", "c2", false }, { "key", "sesame", true } };
  struct rocks_cluster_row row = {
    .size = sizeof row, .name = d->words[0], .network_backend = "net", .vm_backend = "vm",
    .state = d->words[1], .inner_subnet = "10.1.0.0/16", .mtu = 1400,
    .settings = { settings, 2 }, .members = members,
  };
  size_t i;

  for (i = 3; i < d->nwords && row.nmembers < MOST; i++)
    members[row.nmembers++] = (struct rocks_member_row){
      .size = sizeof members[0], .index = (uint32_t)i - 3, .name = d->words[i],
      .site_uuid = d->words[2], .container = "elsewhere", .mac = "", .cpus = 1,
      .memory = 1024, .disk = 36 };
  return d->ops->record(d->resource, d->call, &row);
}

static int
set_state(struct drive *d)
{
  return d->ops->set_state(d->resource, d->call, d->words[0], d->words[1]);
}

static int
forget(struct drive *d)
{
  return d->ops->forget(d->resource, d->call, d->words[0]);
}

/* journal CLUSTER STEP STATE [STEP STATE]... */
static int
journal(struct drive *d)
{
  struct rocks_journal_row rows[MOST];
  size_t i, n = 0;

  for (i = 1; i + 1 < d->nwords && n < MOST; i += 2)
    rows[n++] = (struct rocks_journal_row){ .size = sizeof rows[0], .cluster = d->words[0],
                                            .host = "h", .step = d->words[i],
                                            .state = d->words[i + 1], .detail = "" };
  return d->ops->journal(d->resource, d->call, rows, n);
}

static int
print_step(void *arg, const struct rocks_journal_row *j)
{
  (void)arg;
  printf("step %s host=%s %s vm=%s %s detail=%s\n", j->cluster, j->host, j->step, j->vm,
         j->state, j->detail);
  return 0;
}

static int
journal_read(struct drive *d)
{
  return d->ops->journal_read(d->resource, d->call, d->words[0], print_step, NULL);
}

static int
capacity(struct drive *d)
{
  return d->ops->set_capacity(d->resource, d->call, d->words[0], number(d, "cpus", "0"),
                              number(d, "memory", "0"), number(d, "disk", "0"));
}

const struct operation cluster_operations[] = {
  { "snapshot", DRIVE_OPEN, 0, snapshot },
  { "snapshot-bare", DRIVE_BARE, 0, snapshot },
  { "reserve", DRIVE_OPEN, 0, reserve },
  { "release", DRIVE_OPEN, 2, release },
  { "renumber", DRIVE_OPEN, 3, renumber },
  { "relocate", DRIVE_OPEN, 2, relocate },
  { "depart", DRIVE_OPEN, 3, depart },
  { "arrive", DRIVE_OPEN, 5, arrive },
  { "leases", DRIVE_OPEN, 0, leases },
  { "clusters", DRIVE_OPEN, 0, clusters },
  { "record", DRIVE_OPEN, 3, record },
  { "set-state", DRIVE_OPEN, 2, set_state },
  { "forget", DRIVE_OPEN, 1, forget },
  { "journal", DRIVE_OPEN, 1, journal },
  { "journal-read", DRIVE_OPEN, 1, journal_read },
  { "capacity", DRIVE_OPEN, 1, capacity },
  { 0 },
};
