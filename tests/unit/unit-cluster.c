/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Placement, description and plans: no database, no host.  The backends are
 * made up, so that no name that is really installed can matter.
 */
#include <config.h>

#include "cluster/move.h"
#include "cluster/place.h"
#include "cluster/plan.h"
#include "check.h"

static struct rocks_container_row
container(const char *name, uint32_t cpus, uint64_t memory)
{
  return (struct rocks_container_row){ .size = sizeof(struct rocks_container_row),
                                       .name = name, .member = true, .address = "",
                                       .nic = "eth0", .cpus = cpus, .memory = memory };
}

/* Two sites: home with h0 h1 (and a host that is no container), b with b0. */
static void
make_sites(struct model *model)
{
  struct site *sites = pool_new(&model->pool, 2, sizeof *sites);
  struct rocks_container_row *home = pool_new(&model->pool, 3, sizeof *home);
  struct rocks_container_row *other = pool_new(&model->pool, 1, sizeof *other);

  home[0] = container("front", 0, 0);
  home[0].member = false;
  home[1] = container("h0", 4, 4096);
  home[2] = container("h1", 4, 4096);
  other[0] = container("b0", 2, 2048);
  sites[0] = (struct site){ .name = "a", .uuid = "u-a", .home = true, .node = "front",
                            .quota = { -1, -1, -1, -1 }, .containers = home, .ncontainers = 3 };
  sites[1] = (struct site){ .name = "b", .uuid = "u-b", .frontend = "b.example", .node = "front",
                            .quota = { -1, -1, -1, -1 }, .containers = other, .ncontainers = 1 };
  model->sites = sites;
  model->nsites = 2;
}

static const struct need small = { .cpus = 1, .memory = 1024, .disk = 10 };

static void
test_place_order(void)
{
  struct model model = { 0 };
  struct rocks_call call = { 0 };
  struct site *both[2];
  struct place *hosts, out[4];
  size_t count, over;

  make_sites(&model);
  both[0] = &model.sites[0];
  both[1] = &model.sites[1];
  hosts = place_hosts(&model, both, 2, &count);
  CHECK_NUMBER(count, 3); /* the frontend is no container */
  CHECK_TEXT(hosts[0].container->name, "h0");
  CHECK_TEXT(hosts[1].container->name, "b0");
  CHECK_TEXT(hosts[2].container->name, "h1");
  CHECK_NUMBER(place_vms(&call, &model, hosts, count, &small, 4, false, out, &over), 0);
  CHECK_TEXT(out[0].container->name, "h0");
  CHECK_TEXT(out[1].container->name, "b0");
  CHECK_TEXT(out[2].container->name, "h1");
  CHECK_TEXT(out[3].container->name, "h0");
  CHECK_NUMBER(out[3].container->cpus_used, 2);
  CHECK_NUMBER(over, 0);
  pool_free(&model.pool);
}

static void
test_place_full(void)
{
  struct model model = { 0 };
  struct rocks_call call = { 0 };
  struct place hosts[2], out[20];
  size_t over;

  make_sites(&model);
  hosts[0] = (struct place){ &model.sites[0], &model.sites[0].containers[1] };
  hosts[1] = (struct place){ &model.sites[1], &model.sites[1].containers[0] };
  hosts[0].container->drained = true;
  CHECK_NUMBER(place_vms(&call, &model, hosts, 2, &small, 2, false, out, &over), 0);
  CHECK_TEXT(out[0].container->name, "b0");
  CHECK_TEXT(out[1].container->name, "b0");
  CHECK_NUMBER(place_vms(&call, &model, hosts, 2, &small, 1, false, out, &over), -1);
  CHECK_NUMBER(call.code, ROCKS_EFULL);
  CHECK_PART(call.message, "there is room for 0 of 1 VMs");
  CHECK_PART(call.message, "h0 drained");
  CHECK_PART(call.message, "b:b0 0 CPUs 0 MiB ? GB");
  call_free(&call);

  /* Rocks bounds nothing on the home site. */
  hosts[0].container->drained = false;
  CHECK_NUMBER(place_vms(&call, &model, hosts, 1, &small, 6, true, out, &over), 0);
  CHECK_NUMBER(over, 2);
  pool_free(&model.pool);
}

static void
test_place_quota(void)
{
  struct model model = { 0 };
  struct rocks_call call = { 0 };
  struct place hosts[1], out[3];
  size_t over;

  make_sites(&model);
  model.sites[0].quota.vms = 2;
  hosts[0] = (struct place){ &model.sites[0], &model.sites[0].containers[1] };
  CHECK_NUMBER(place_vms(&call, &model, hosts, 1, &small, 2, false, out, &over), 0);
  CHECK_NUMBER(place_vms(&call, &model, hosts, 1, &small, 1, false, out, &over), -1);
  CHECK_PART(call.message, "at most 2 VMs, and 2 are)");
  call_free(&call);

  /* What others run there is no part of it, what ours do is. */
  model.sites[0].borrowed = (struct quota){ 0 };
  hosts[0].container->vms = 5;
  CHECK_NUMBER(place_vms(&call, &model, hosts, 1, &small, 1, false, out, &over), 0);
  quota_add(&model.sites[0].borrowed, 1, 100, 10);
  CHECK_NUMBER(model.sites[0].borrowed.vms, 2);
  CHECK_NUMBER(place_vms(&call, &model, hosts, 1, &small, 1, false, out, &over), -1);
  call_free(&call);
  pool_free(&model.pool);
}

/* ---- made-up backends ---- */

static int
quilt_device(void *state, struct rocks_call *call, const struct rocks_network *network,
             const struct rocks_port *port, char device[ROCKS_DEVICE_MAX],
             enum rocks_wiring *wiring)
{
  (void) state, (void) call, (void) network;
  snprintf(device, ROCKS_DEVICE_MAX, "q%u", port->segment);
  *wiring = ROCKS_WIRING_BRIDGE;
  return 0;
}

static const struct rocks_param loom_params[] = { { "loom_speed", "slow", "" }, { 0 } };

static struct backend quilt = {
  .plugin = { .name = "quilt", .kind = ROCKS_KIND_NETWORK },
  .ops.network = { .capabilities = ROCKS_NET_MULTI_SITE | ROCKS_NET_RELAY,
                   .segment_min = 4096, .segment_max = 9999, .port_device = quilt_device },
};

static struct backend loom = {
  .plugin = { .name = "loom", .kind = ROCKS_KIND_VM, .params = loom_params },
};

static struct rocks_vm_row
vm_row(struct model *model, const char *name, const char *host, const char *mac, bool frontend)
{
  struct rocks_nic_row *nics = pool_new(&model->pool, 2, sizeof *nics);

  nics[0] = (struct rocks_nic_row){ .device = "eth0", .mac = mac, .ip = "", .subnet = "private",
                                    .netmask = "", .segment = 4096, .host_device = "eth0",
                                    .host_options = "", .host_module = "" };
  nics[1] = (struct rocks_nic_row){ .device = "eth1", .mac = "02:00:00:00:00:99",
                                    .ip = "198.51.100.20", .subnet = "public",
                                    .netmask = "255.255.255.0", .host_device = "eth1",
                                    .host_options = "", .host_module = "" };
  return (struct rocks_vm_row){
    .size = sizeof(struct rocks_vm_row), .name = name, .container = host,
    .membership = frontend ? "Frontend" : "Hosted VM", .virt_type = "hvm", .cdrom = "",
    .cpus = 1, .memory = 128, .nics = nics, .nnics = frontend ? 2 : 1,
    .boot = "install", .profile = "", .kernel = "/k", .ramdisk = "/r", .args = "ksdevice=eth1 x",
    .install_profile = frontend ? "install vm frontend" : "install", .gateway = "198.51.100.1",
    .home_uuid = "", .cluster = "" };
}

static void
make_cluster(struct model *model, struct cluster *cluster)
{
  struct rocks_member_row *members = pool_new(&model->pool, 2, sizeof *members);

  make_sites(model);
  model->sites[0].vms = pool_new(&model->pool, 1, sizeof *model->sites[0].vms);
  model->sites[0].vms[0] = vm_row(model, "fe", "front", "02:00:00:00:00:01", true);
  model->sites[0].nvms = 1;
  model->sites[1].vms = pool_new(&model->pool, 1, sizeof *model->sites[1].vms);
  model->sites[1].vms[0] = vm_row(model, "c0", "b0", "02:00:00:00:00:02", false);
  model->sites[1].nvms = 1;
  members[0] = (struct rocks_member_row){ .role = ROCKS_ROLE_FRONTEND, .name = "fe",
                                          .site_uuid = "u-a", .container = "front" };
  members[1] = (struct rocks_member_row){ .role = ROCKS_ROLE_COMPUTE, .name = "c0",
                                          .site_uuid = "u-b", .container = "b0" };
  *cluster = (struct cluster){ .network = &quilt, .vm = &loom };
  cluster->row = (struct rocks_cluster_row){ .name = "fe", .state = "stopped", .mtu = 1360,
                                             .inner_subnet = "10.200.0.0/16",
                                             .members = members, .nmembers = 2 };
}

static void
test_describe(void)
{
  struct model model = { 0 };
  struct rocks_call call = { 0 };
  struct cluster cluster;
  struct rocks_vm vm;

  make_cluster(&model, &cluster);
  CHECK_NUMBER(describe_vm(&call, &model, &cluster, &model.sites[0], &model.sites[0].vms[0], &vm), 0);
  CHECK_NUMBER(vm.nnics, 2);
  CHECK_TEXT(vm.nics[0].source, "q4096");
  CHECK_NUMBER(vm.nics[0].mtu, 1360);
  CHECK_TEXT(vm.nics[1].source, "eth1");
  CHECK_TEXT(vm.kernel, "/k");
  CHECK_NUMBER(vm.network_boot, false);
  CHECK_TEXT(vm.args, "ksdevice=02:00:00:00:00:99 x ip=198.51.100.20 netmask=255.255.255.0 "
                      "gateway=198.51.100.1 private=10.200.0.1/16 "
                      "privatemac=02:00:00:00:00:01 mtu=1360");
  CHECK_TEXT(rocks_setting_value(&vm.params, "loom_speed"), "slow");

  /* A compute installs over the network, whatever its profile's kernel is. */
  CHECK_NUMBER(describe_vm(&call, &model, &cluster, &model.sites[1], &model.sites[1].vms[0], &vm), 0);
  CHECK_NUMBER(vm.network_boot, true);
  CHECK(vm.kernel == NULL);

  /* A tagged network without a row on the container leads nowhere. */
  quilt.ops.network.capabilities = ROCKS_NET_TAGGED;
  CHECK_NUMBER(describe_vm(&call, &model, &cluster, &model.sites[1], &model.sites[1].vms[0], &vm), 0);
  CHECK_NUMBER(vm.nnics, 0);
  quilt.ops.network.capabilities = ROCKS_NET_MULTI_SITE | ROCKS_NET_RELAY;
  call_free(&call); /* that was warned of */
  pool_free(&model.pool);
}

static const char *
summary(const struct plan *plan, struct text *text)
{
  size_t i;

  text_free(text);
  for (i = 0; i < plan->nsteps; i++)
    text_add(text, "%u %s:%s %s %s\n", plan->steps[i].phase, plan->steps[i].site->name,
             plan->steps[i].host, step_name(plan->steps[i].kind),
             plan->steps[i].vm != NULL ? plan->steps[i].vm->name : "-");
  return text_get(text);
}

static void
test_plans(void)
{
  struct model model = { 0 };
  struct cluster cluster;
  struct plan plan = { .model = &model, .cluster = &cluster };
  struct plan_choice all = { .wait = true }, one = { 0 };
  CLEANUP_TEXT struct text text = { 0 };
  CLEANUP_LIST struct list names = { 0 };

  make_cluster(&model, &cluster);
  plan_start(&plan, &all);
  CHECK_TEXT(summary(&plan, &text), "0 a:front relay up -\n"
                                    "1 a:front network up fe\n1 a:front disk fe\n"
                                    "1 a:front define fe\n1 a:front start fe\n"
                                    "2 a: wait fe\n"
                                    "3 b:b0 network up c0\n3 b:b0 disk c0\n"
                                    "3 b:b0 define c0\n3 b:b0 start c0\n");
  CHECK_TEXT(plan.steps[1].detail, "q4096 02:00:00:00:00:01");

  /* One VM of it: the frontend is neither started nor waited for. */
  plan = (struct plan){ .model = &model, .cluster = &cluster };
  list_add(&names, "c0");
  one = (struct plan_choice){ .names = &names, .wait = true };
  plan_start(&plan, &one);
  CHECK_NUMBER(plan.nsteps, 5);

  plan = (struct plan){ .model = &model, .cluster = &cluster };
  all.erase_disks = true;
  plan_remove(&plan, &all);
  CHECK_TEXT(summary(&plan, &text), "0 b:b0 stop c0\n0 b:b0 undefine c0\n"
                                    "0 b:b0 network down c0\n0 b:b0 erase disk c0\n"
                                    "0 a:front stop fe\n0 a:front undefine fe\n"
                                    "0 a:front network down fe\n0 a:front erase disk fe\n"
                                    "1 b: release -\n2 a: release -\n3 a: forget -\n");
  pool_free(&model.pool);
}

/* The order of a move: no MAC speaks at two places. */
static void
test_move(void)
{
  struct model model = { 0 };
  struct cluster cluster;
  struct plan plan = { .model = &model, .cluster = &cluster };
  struct rocks_vm_row there;
  struct move move = { .file = "/s", .runs = true, .shared = true, .copy_state = true };
  CLEANUP_TEXT struct text text = { 0 };

  make_cluster(&model, &cluster);
  there = vm_row(&model, "c0", "b1", "02:00:00:00:00:02", false);
  move.from = (struct move_end){ &model.sites[1], &model.sites[1].vms[0] };
  move.to = (struct move_end){ &model.sites[1], &there };
  move_plan(&move, &plan);
  CHECK_TEXT(summary(&plan, &text), "0 b:b1 network standby c0\n1 b:b0 migrate c0\n"
                                    "2 b:b0 undefine c0\n2 b:b0 network down c0\n"
                                    "3 b: record c0\n"
                                    "4 b:b1 network up c0\n4 b:b1 disk c0\n4 b:b1 resume c0\n"
                                    "4 b:b1 define c0\n");
  CHECK_TEXT(plan.steps[1].to, "b1");

  /* One that was paused stays so. */
  plan = (struct plan){ .model = &model, .cluster = &cluster };
  move.paused = true;
  move_plan(&move, &plan);
  CHECK_NUMBER(plan.nsteps, 8);

  plan = (struct plan){ .model = &model, .cluster = &cluster };
  move.way = MOVE_SAVED;
  move.shared = false;
  move_plan(&move, &plan);
  CHECK_TEXT(summary(&plan, &text), "0 b:b0 place c0\n0 b:b0 save c0\n0 b:b0 undefine c0\n0 b:b0 network down c0\n"
                                    "1 b: copy c0\n2 b: record c0\n"
                                    "3 b:b1 network up c0\n3 b:b1 disk c0\n3 b:b1 restore c0\n"
                                    "3 b:b1 define c0\n"
                                    "4 b:b1 erase file c0\n4 b:b0 erase file c0\n");

  /* Gone on with after that: nothing is saved or copied again. */
  plan = (struct plan){ .model = &model, .cluster = &cluster };
  move.runs = move.copy_state = false;
  move.shared = move.settled = true;
  move_plan(&move, &plan);
  CHECK_TEXT(summary(&plan, &text), "0 b:b0 undefine c0\n0 b:b0 network down c0\n"
                                    "1 b: record c0\n"
                                    "2 b:b1 network up c0\n2 b:b1 disk c0\n2 b:b1 restore c0\n"
                                    "2 b:b1 define c0\n"
                                    "3 b:b1 erase file c0\n3 b:b0 erase file c0\n");

  /* To another site: the old one forgets it when all else is done. */
  plan = (struct plan){ .model = &model, .cluster = &cluster };
  there.container = "h1";
  move.to.site = &model.sites[0];
  move.runs = move.copy_state = true;
  move.shared = move.settled = false;
  move_plan(&move, &plan);
  CHECK_TEXT(summary(&plan, &text), "0 b:b0 place c0\n0 b:b0 save c0\n0 b:b0 undefine c0\n0 b:b0 network down c0\n"
                                    "1 a: copy c0\n2 a: record c0\n"
                                    "3 a:h1 network up c0\n3 a:h1 disk c0\n3 a:h1 restore c0\n"
                                    "3 a:h1 define c0\n"
                                    "4 a:h1 erase file c0\n4 b:b0 erase file c0\n"
                                    "5 b: release c0\n");
  CHECK(plan.steps[4].to_site == &model.sites[0]);
  pool_free(&model.pool);
}

int
main(void)
{
  test_place_order();
  test_place_full();
  test_place_quota();
  test_describe();
  test_plans();
  test_move();
  return check_failures();
}
