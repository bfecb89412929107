/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Moving a cluster over two sites to another network: what is refused, in which
 * order the sites are asked, and what a failure half-way leaves.  The backends
 * are made up; the sites' inventories are arrays.
 */
#include <config.h>

#include <stdio.h>

#include "cluster/switch.h"
#include "check.h"

/* ---- sites ---- */

struct rocks_resource {
  const char *uuid, *vm, *mac, *host; /* the only VM here */
  uint32_t segment;
  bool tagged, refuses;
};

static struct text told; /* what the inventories were asked, in order */
static bool journaled;   /* something was begun on a host */
static enum rocks_vm_state vm_state;
static bool silent, port_up;

static int
shelf_snapshot(struct rocks_resource *r, struct rocks_call *call,
               const struct rocks_snapshot *want)
{
  struct rocks_site_row site = { .size = sizeof site, .uuid = r->uuid, .frontend = "front",
                                 .mac_base = "", .mac_mask = "" };
  struct rocks_container_row host = { .size = sizeof host, .name = r->host, .address = "",
                                      .nic = "eth0", .nic_options = "" };
  struct rocks_nic_row nic = { .device = "eth0", .mac = r->mac, .ip = "", .subnet = "cloth",
                               .netmask = "", .segment = r->segment, .host_device = "eth0",
                               .host_options = "", .host_module = "" };
  struct rocks_vm_row vm = { .size = sizeof vm, .name = r->vm, .container = r->host,
                             .membership = "", .virt_type = "", .cdrom = "", .nics = &nic,
                             .nnics = 1, .boot = "", .profile = "", .kernel = "", .ramdisk = "",
                             .args = "", .install_profile = "", .gateway = "", .home_uuid = "",
                             .cluster = "" };

  (void) call;
  want->site(want->arg, &site);
  want->container(want->arg, &host);
  return want->vm(want->arg, &vm);
}

static int
shelf_record(struct rocks_resource *r, struct rocks_call *call,
             const struct rocks_cluster_row *row)
{
  size_t i;

  (void) r, (void) call;
  text_add(&told, "record %s %s", row->network_backend, row->state);
  for (i = 0; i < row->settings.count; i++)
    text_add(&told, " %s=%s", row->settings.item[i].name, row->settings.item[i].value);
  for (i = 0; i < row->nmembers; i++)
    text_add(&told, " %s:%u", row->members[i].name, row->members[i].segment);
  text_add(&told, "\n");
  return 0;
}

static int
shelf_renumber(struct rocks_resource *r, struct rocks_call *call,
               const struct rocks_renumbering *want)
{
  struct rocks_member_row member = { .size = sizeof member, .name = r->vm, .site_uuid = r->uuid,
                                     .mac = r->mac, .segment = want->ranges[0].min };

  text_add(&told, "renumber %s %s%s\n", r->uuid, want->subnet,
           want->dry ? " dry" : "");
  if (r->refuses && !want->dry)
    return call_fail(call, ROCKS_EFULL, "no number is free");
  if (!want->dry) {
    r->segment = want->ranges[0].min;
    r->tagged = want->tagged;
  }
  return want->member(want->arg, &member);
}

static int
shelf_journal(struct rocks_resource *r, struct rocks_call *call, const char *cluster,
              int (*row)(void *arg, const struct rocks_journal_row *), void *arg)
{
  struct rocks_journal_row one = { .size = sizeof one, .cluster = cluster };

  (void) r, (void) call;
  return journaled ? row(arg, &one) : 0;
}

static void
shelf_close(struct rocks_resource *r)
{
  (void) r;
}

static struct backend shelf = {
  .plugin = { .name = "shelf", .kind = ROCKS_KIND_RESOURCE },
  .ops.resource = { .snapshot = shelf_snapshot, .record = shelf_record,
                    .renumber = shelf_renumber, .journal_read = shelf_journal,
                    .close = shelf_close },
};

/* ---- networks and VMs ---- */

static int
quilt_reserve(void *state, struct rocks_call *call, const char *cluster,
              const struct rocks_host *home, uint32_t *mtu,
              void (*set)(void *arg, const char *name, const char *value, bool secret), void *arg)
{
  (void) state, (void) call, (void) home;
  *mtu = 1300;
  set(arg, "pattern", cluster, false);
  return 0;
}

static int
any_probe(void *state, struct rocks_call *call, const struct rocks_network *network,
          const struct rocks_host *host, const struct rocks_port *ports, size_t nports,
          const char *frontend_mac, struct rocks_script *script)
{
  (void) state, (void) call, (void) network, (void) host, (void) ports, (void) nports;
  (void) frontend_mac, (void) script;
  return 0;
}

static struct backend quilt = {
  .plugin = { .name = "quilt", .kind = ROCKS_KIND_NETWORK },
  .ops.network = { .capabilities = ROCKS_NET_MULTI_SITE, .segment_min = 5000,
                   .segment_max = 5999, .reserve = quilt_reserve, .probe = any_probe },
};
static struct backend felt = {
  .plugin = { .name = "felt", .kind = ROCKS_KIND_NETWORK },
  .ops.network = { .capabilities = ROCKS_NET_MULTI_SITE, .segment_min = 4096,
                   .segment_max = 4999, .probe = any_probe },
};
static struct backend knot = {
  .plugin = { .name = "knot", .kind = ROCKS_KIND_NETWORK },
  .ops.network = { .capabilities = ROCKS_NET_TAGGED, .segment_min = 2, .segment_max = 9,
                   .probe = any_probe },
};

static int
loom_connect(void *state, struct rocks_call *call, const struct rocks_vm_target *target,
             void **connection)
{
  (void) state, (void) target;
  *connection = NULL;
  return silent ? call_fail(call, ROCKS_EUNREACHABLE, "it does not answer") : 0;
}

static void
loom_disconnect(void *connection)
{
  (void) connection;
}

static int
loom_states(void *connection, struct rocks_call *call,
            int (*vm)(void *arg, const char *name, enum rocks_vm_state), void *arg)
{
  (void) connection, (void) call;
  if (port_up) /* a line of the network's probe, for want of a host */
    vm(arg, "c0 0\nport 02:00:00:00:00:02 up no\nvm nobody", ROCKS_VM_ABSENT);
  return vm(arg, "c0", vm_state);
}

static struct backend loom = {
  .plugin = { .name = "loom", .kind = ROCKS_KIND_VM },
  .ops.vm = { .connect = loom_connect, .disconnect = loom_disconnect, .states = loom_states },
};

/* ---- a stopped cluster, its frontend at home, its compute at site b ---- */

struct bed {
  struct rocks_call call;
  struct control control;
  struct rocks_resource home, other;
  struct switched old;
};

static void
begin(struct bed *bed)
{
  static const struct rocks_member_row members[] = {
    { .size = sizeof *members, .role = ROCKS_ROLE_FRONTEND, .name = "fe", .site_uuid = "u-a",
      .container = "front", .mac = "02:00:00:00:00:01", .segment = 4096 },
    { .size = sizeof *members, .name = "c0", .site_uuid = "u-b", .container = "b0",
      .mac = "02:00:00:00:00:02", .segment = 4096 },
  };
  struct model *model;
  struct site *sites;

  *bed = (struct bed){ .home = { .uuid = "u-a", .vm = "fe", .mac = "02:00:00:00:00:01",
                                 .host = "front", .segment = 4096 },
                       .other = { .uuid = "u-b", .vm = "c0", .mac = "02:00:00:00:00:02",
                                  .host = "b0", .segment = 4096 } };
  bed->control.call = &bed->call;
  model = &bed->control.model;
  sites = pool_new(&model->pool, 2, sizeof *sites);
  sites[0] = (struct site){ .name = "a", .uuid = "u-a", .home = true, .resource = &shelf,
                            .inventory = &bed->home };
  sites[1] = (struct site){ .name = "b", .uuid = "u-b", .frontend = "b.example",
                            .resource = &shelf, .inventory = &bed->other };
  model->sites = sites;
  model->nsites = 2;
  bed->control.cluster = (struct cluster){ .network = &felt, .vm = &loom };
  bed->control.cluster.row = (struct rocks_cluster_row){
    .size = sizeof bed->control.cluster.row, .name = "fe", .network_backend = "felt",
    .vm_backend = "loom", .state = "stopped", .inner_subnet = "10.9.0.0/16", .mtu = 1400,
    .members = members, .nmembers = 2 };
  if (control_load_sites(&bed->control, false) != 0)
    CHECK_TEXT(bed->call.message, "");
  text_free(&told);
  journaled = silent = port_up = false;
  vm_state = ROCKS_VM_ABSENT;
}

static void
end(struct bed *bed)
{
  control_free(&bed->control);
  call_free(&bed->call);
  text_free(&told);
}

static void
refused(struct bed *bed, const struct backend *network, const char *part)
{
  CHECK_NUMBER(control_switch(&bed->control, network, &bed->old), -1);
  CHECK_PART(bed->call.message, part);
  CHECK_TEXT(text_get(&told), "");
  end(bed);
}

static void
test_refused(void)
{
  struct bed bed;

  begin(&bed);
  refused(&bed, &knot, "network backend knot ends at the edge of a site; a cluster over several "
                       "sites needs one that spans them (network-backend=none is installed)");
  begin(&bed);
  bed.control.cluster.row.state = "running";
  refused(&bed, &quilt, "cluster fe is running: its network can be changed while it is stopped");
  begin(&bed);
  bed.control.cluster.row.state = "adding";
  refused(&bed, &quilt, "left while it was adding; `rocks sync cluster fe`");
  begin(&bed);
  bed.control.cluster.row.state = "";
  refused(&bed, &felt, "cluster fe has no record here");
  begin(&bed);
  shelf.ops.resource.renumber = NULL;
  refused(&bed, &quilt, "the resource backend shelf of site a cannot move a cluster");
  shelf.ops.resource.renumber = shelf_renumber;
}

/* Containers are asked only when something was ever begun on one. */
static void
test_idle(void)
{
  struct bed bed;

  begin(&bed);
  journaled = true;
  vm_state = ROCKS_VM_PAUSED;
  refused(&bed, &quilt, "VM c0 of cluster fe runs on b:b0: `rocks stop cluster fe` stops it");
  begin(&bed);
  journaled = port_up = true;
  refused(&bed, &quilt, "the port of VM c0 of cluster fe on b:b0 is still up");
  begin(&bed);
  journaled = silent = true;
  refused(&bed, &quilt, "whether VM fe runs on front is not known: it does not answer");
  begin(&bed);
  journaled = true;
  vm_state = ROCKS_VM_DEFINED;
  CHECK_NUMBER(control_switch(&bed.control, &quilt, &bed.old), 0);
  end(&bed);
}

static void
test_same(void)
{
  struct bed bed;

  begin(&bed);
  bed.control.cluster.row.state = "running";
  CHECK_NUMBER(control_switch(&bed.control, &felt, &bed.old), 0);
  CHECK(bed.old.nothing);
  CHECK_TEXT(text_get(&told), "");
  end(&bed);
}

#define DRY "renumber u-a cloth dry\nrenumber u-b cloth dry\n"
#define INTENT "record quilt switching pattern=fe fe:4096 c0:4096\n"

static void
test_order(void)
{
  struct bed bed;

  begin(&bed);
  CHECK_NUMBER(control_switch(&bed.control, &quilt, &bed.old), 0);
  CHECK(!bed.old.nothing);
  CHECK_TEXT(bed.old.network_backend, "felt");
  CHECK_NUMBER(bed.old.segments[1], 4096);
  CHECK_TEXT(text_get(&told), DRY INTENT "renumber u-a cloth\nrenumber u-b cloth\n"
                              "record quilt stopped pattern=fe fe:5000 c0:5000\n");
  CHECK_NUMBER(bed.control.cluster.row.mtu, 1300);
  CHECK_TEXT(bed.control.cluster.row.inner_subnet, "10.9.0.0/16");
  end(&bed);

  begin(&bed);
  bed.control.dry = true;
  CHECK_NUMBER(control_switch(&bed.control, &quilt, &bed.old), 0);
  CHECK_TEXT(text_get(&told), DRY);
  CHECK_NUMBER(bed.control.cluster.row.members[1].segment, 5000);
  CHECK_NUMBER(bed.other.segment, 4096);
  end(&bed);
}

static void
test_half_way(void)
{
  struct bed bed;

  begin(&bed);
  bed.other.refuses = true;
  CHECK_NUMBER(control_switch(&bed.control, &quilt, &bed.old), -1);
  CHECK_TEXT(text_get(&told), DRY INTENT "renumber u-a cloth\nrenumber u-b cloth\n");
  CHECK_TEXT(bed.call.message, "site b: no number is free; `rocks sync cluster fe` completes it");
  CHECK_TEXT(bed.control.cluster.row.state, "switching");

  /* As it is loaded the next time. */
  call_clear(&bed.call);
  text_free(&told);
  bed.other.refuses = false;
  bed.control.cluster.network = &quilt;
  CHECK_NUMBER(control_start(&bed.control, &(struct plan_choice){ 0 }), -1);
  CHECK_PART(bed.call.message, "not moved to another network completely");
  call_clear(&bed.call);
  CHECK_NUMBER(control_stop(&bed.control, &(struct plan_choice){ 0 }), -1);
  call_clear(&bed.call);
  CHECK_NUMBER(control_switch(&bed.control, &felt, &bed.old), -1);
  CHECK_PART(bed.call.message, "left while it was switching");
  call_clear(&bed.call);
  CHECK_NUMBER(control_sync(&bed.control), 0);
  CHECK_TEXT(text_get(&told), "renumber u-a cloth\nrenumber u-b cloth\n"
                              "record quilt stopped pattern=fe fe:5000 c0:5000\n");
  end(&bed);
}

int
main(void)
{
  static const struct rocks_core core = { 0 };

  backend_init(&core, "/nonexistent");
  test_refused();
  test_idle();
  test_same();
  test_order();
  test_half_way();
  return check_failures();
}
