/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <string.h>

#include "cluster/worker.h"
#include "remote/script.h"

/* Seconds for the script of one host: disks, edges and bridges of all its VMs. */
#define SCRIPT_TIMEOUT 90
/* Seconds for one that looks for what is wrong there. */
#define DIAGNOSE_TIMEOUT 20

enum stage { STAGE_BEFORE, STAGE_HYPERVISOR, STAGE_AFTER, STAGES };

static enum stage
stage_of(enum step_kind kind)
{
  if (kind <= STEP_VM_PREPARE)
    return STAGE_BEFORE;
  return kind <= STEP_VM_UNDEFINE ? STAGE_HYPERVISOR : STAGE_AFTER;
}

struct remote_host
worker_host(const struct site *site, const char *host)
{
  const struct rocks_container_row *container = site_container(site, host);
  bool frontend = strcmp(host, or_empty(site->node)) == 0;
  struct remote_host remote = { .site = site->home ? "" : site->name,
                                .name = host,
                                .frontend = site->frontend };

  if (container != NULL && container->address[0] != '\0')
    remote.address = container->address;
  /* A site's frontend is the ssh destination itself, no jump. */
  if (frontend && !site->home) {
    remote.address = site->frontend;
    remote.frontend = NULL;
  }
  remote.local = frontend && site->home;
  return remote;
}

static const struct step *
step_at(const struct batch *batch, size_t i)
{
  return &batch->plan->steps[batch->index[i]];
}

/* The ports of all steps of `kind`; the caller frees. */
static struct rocks_port *
ports_of(const struct batch *batch, enum step_kind kind, size_t *count)
{
  struct rocks_port *ports = mem_new(batch->count, sizeof *ports);
  size_t i;

  *count = 0;
  for (i = 0; i < batch->count; i++)
    if (step_at(batch, i)->kind == kind &&
        cluster_port(batch->plan->cluster, step_at(batch, i)->vm, &ports[*count]))
      ports[(*count)++].standby = kind == STEP_NETWORK_STANDBY;
  return ports;
}

static struct rocks_host
host_of(const struct batch *batch)
{
  const struct rocks_container_row *container = site_container(batch->site, batch->host);

  return describe_host(batch->plan->model, batch->plan->cluster->network, batch->site,
                       batch->host, container != NULL ? &container->attrs : &batch->site->attrs);
}

static int
add_network(struct rocks_call *call, const struct batch *batch, enum step_kind kind,
            struct rocks_script *script)
{
  const struct cluster *cluster = batch->plan->cluster;
  const struct rocks_network_ops *ops = &cluster->network->ops.network;
  struct rocks_network network = cluster_network(cluster);
  struct rocks_host host = host_of(batch);
  CLEANUP_FREE struct rocks_port *ports = NULL;
  size_t count;

  if (kind == STEP_RELAY_UP)
    return ops->relay_up(cluster->network->state, call, &network, &host, script);
  ports = ports_of(batch, kind, &count);
  if (count == 0)
    return 0;
  return (kind == STEP_NETWORK_DOWN ? ops->down : ops->up)(cluster->network->state, call, &network,
                                                         &host, ports, count, script);
}

static int
add_vm(struct rocks_call *call, const struct batch *batch, const struct step *step,
       struct rocks_script *script)
{
  const struct backend *backend = batch->plan->cluster->vm;
  const struct rocks_vm_ops *ops = &backend->ops.vm;
  struct rocks_vm vm = { .size = sizeof vm, .name = step->vm->name };

  if (step->kind == STEP_VM_SWEEP)
    return ops->sweep(backend->state, call, &vm, script);
  if (describe_vm(call, batch->plan->model, batch->plan->cluster, batch->site, step->vm, &vm) != 0)
    return -1;
  return (step->kind == STEP_VM_PREPARE ? ops->prepare : ops->erase)(backend->state, call, &vm,
                                                                     script);
}

/* Where disks are elsewhere, nobody has made that folder. */
static const char place_code[] =
  "rocks_place() { (umask 022 && mkdir -p -- \"$(dirname -- \"$1\")\"); }\n";

static int
add_file(const struct step *step, struct rocks_script *script)
{
  if (step->kind == STEP_FILE_PLACE) {
    script_code(script, place_code);
    script_run(script, "rocks_place", step->detail, (char *) NULL);
  } else {
    script_run(script, "rm", "-f", "--", step->detail, (char *) NULL);
  }
  return 0;
}

/* Writes the steps of a script stage; network steps of a kind go together. */
static int
write_script(struct rocks_call *call, const struct batch *batch, enum stage stage,
             struct rocks_script *script)
{
  bool written[STEP_FORGET + 1] = { false };
  size_t i;

  for (i = 0; i < batch->count; i++) {
    const struct step *step = step_at(batch, i);
    bool vm = step->kind == STEP_VM_PREPARE || step->kind == STEP_VM_SWEEP
              || step->kind == STEP_VM_ERASE;
    bool file = step->kind == STEP_FILE_ERASE || step->kind == STEP_FILE_PLACE;

    if (stage_of(step->kind) != stage || (!vm && !file && written[step->kind]))
      continue;
    written[step->kind] = true;
    if ((file ? add_file(step, script) : vm ? add_vm(call, batch, step, script) : add_network(call, batch, step->kind, script)) != 0)
      return -1;
  }
  return 0;
}

static int
run_script(struct rocks_call *call, const struct batch *batch, struct rocks_script *script,
           struct text *output)
{
  struct remote_host host = worker_host(batch->site, batch->host);
  struct remote_job job = { .host = &host, .script = script_text(script),
                            .timeout = SCRIPT_TIMEOUT };
  int result = 0;

  remote_run(call, &job, 1, 1);
  if (job.result != REMOTE_OK)
    result = remote_report(call, &job);
  text_add(output, "%s", text_get(&job.output));
  remote_job_free(&job);
  return result;
}

static void
report_stage(const struct batch *batch, enum stage stage, const struct worker_report *report)
{
  CLEANUP_FREE size_t *done = mem_new(batch->count, sizeof *done);
  size_t i, n = 0;

  for (i = 0; i < batch->count; i++)
    if (stage_of(step_at(batch, i)->kind) == stage)
      done[n++] = batch->index[i];
  if (n > 0)
    report->done(report->arg, done, n);
}

static int
script_stage(struct rocks_call *call, const struct batch *batch, enum stage stage,
             const struct worker_report *report, struct text *output)
{
  struct rocks_script *script = script_new();
  int result = write_script(call, batch, stage, script);

  if (result == 0 && !script_is_empty(script))
    result = run_script(call, batch, script, output);
  script_free(script);
  if (result == 0)
    report_stage(batch, stage, report);
  return result;
}

/* What a batch knows of its hypervisor. */
struct hypervisor {
  const struct batch *batch;
  void *connection;
  bool *active; /* for each step: its VM runs or is paused */
};

static int
note_state(void *arg, const char *name, enum rocks_vm_state state)
{
  struct hypervisor *h = arg;
  size_t i;

  for (i = 0; i < h->batch->count; i++) {
    const struct step *step = step_at(h->batch, i);

    if (step->vm != NULL && strcmp(step->vm->name, name) == 0)
      h->active[i] = state == ROCKS_VM_ACTIVE || state == ROCKS_VM_PAUSED;
  }
  return 0;
}

/* The other container's hypervisor is reached from here as well. */
static int
migrate(struct rocks_call *call, struct hypervisor *h, const struct step *step)
{
  const struct backend *backend = h->batch->plan->cluster->vm;
  const struct rocks_container_row *to = site_container(step->to_site, step->to);
  void *destination;
  int result;

  if (hypervisor_connect(call, backend, step->to_site, step->to, false, &destination) != 0)
    return -1;
  result = backend->ops.vm.migrate(h->connection, call, step->vm->name, destination,
                                   to != NULL && to->address[0] != '\0' ? to->address : step->to);
  backend->ops.vm.disconnect(destination);
  return result;
}

static int
hypervisor_step(struct rocks_call *call, struct hypervisor *h, size_t i)
{
  const struct step *step = step_at(h->batch, i);
  const struct cluster *cluster = h->batch->plan->cluster;
  const struct rocks_vm_ops *ops = &cluster->vm->ops.vm;
  const char *name = step->vm->name;
  struct rocks_vm vm;

  switch (step->kind) {
  case STEP_VM_DEFINE:
    if (h->active[i])
      return 0;
    if (describe_vm(call, h->batch->plan->model, cluster, h->batch->site, step->vm, &vm) != 0)
      return -1;
    return ops->define(h->connection, call, &vm);
  case STEP_VM_START:
    return h->active[i] ? 0 : ops->start(h->connection, call, name);
  case STEP_VM_STOP:
    return ops->stop(h->connection, call, name, step->stop);
  case STEP_VM_UNDEFINE:
    return ops->undefine(h->connection, call, name);
  case STEP_VM_SUSPEND:
    return ops->suspend(h->connection, call, name);
  case STEP_VM_RESUME:
    return ops->resume(h->connection, call, name);
  case STEP_VM_SAVE:
    return ops->save(h->connection, call, name, step->detail);
  case STEP_VM_MIGRATE:
    return migrate(call, h, step);
  case STEP_VM_RESTORE:
    return h->active[i] ? 0 : ops->restore(h->connection, call, step->detail);
  default:
    return 0;
  }
}

/* Adds the last line that a host has said to a report. */
static void
add_reason(struct rocks_call *call, const char *host, const struct text *said)
{
  CLEANUP_LIST struct list lines = { 0 };
  CLEANUP_FREE char *message = NULL;

  list_split(&lines, text_get(said), "\n");
  if (lines.count == 0)
    return;
  message = call->message;
  call->message = mem_format("%s; %s: %s", or_empty(message), host, lines.item[lines.count - 1]);
}

/* What the container itself knows of why a call failed. */
static void
diagnose(struct rocks_call *call, const struct batch *batch, const char *name)
{
  const struct backend *backend = batch->plan->cluster->vm;
  struct remote_host host = worker_host(batch->site, name);
  struct remote_job job = { .host = &host, .timeout = DIAGNOSE_TIMEOUT };
  struct rocks_call quiet = { .quiet = true };
  struct rocks_script *script;

  if (backend->ops.vm.diagnose == NULL)
    return;
  script = script_new();
  if (backend->ops.vm.diagnose(backend->state, &quiet, script) == 0) {
    job.script = script_text(script);
    remote_run(&quiet, &job, 1, 1);
    if (job.result == REMOTE_FAILED)
      add_reason(call, name, &job.errors);
    remote_job_free(&job);
  }
  script_free(script);
  call_free(&quiet);
}

static int
failed_step(struct rocks_call *call, const struct hypervisor *h, const struct step *step)
{
  call_context(call, "%s", step->vm->name);
  diagnose(call, h->batch, h->batch->host);
  if (step->kind == STEP_VM_MIGRATE)
    diagnose(call, h->batch, step->to);
  return -1;
}

static int
hypervisor_steps(struct rocks_call *call, struct hypervisor *h, const struct worker_report *report)
{
  const struct rocks_vm_ops *ops = &h->batch->plan->cluster->vm->ops.vm;
  size_t i;

  if (ops->states(h->connection, call, note_state, h) != 0)
    return -1;
  for (i = 0; i < h->batch->count; i++) {
    if (stage_of(step_at(h->batch, i)->kind) != STAGE_HYPERVISOR)
      continue;
    if (hypervisor_step(call, h, i) != 0)
      return failed_step(call, h, step_at(h->batch, i));
    report->done(report->arg, &h->batch->index[i], 1);
  }
  return 0;
}

int
hypervisor_connect(struct rocks_call *call, const struct backend *backend, const struct site *site,
                   const char *name, bool emulate, void **connection)
{
  const struct rocks_container_row *container = site_container(site, name);
  const char *uri = container != NULL ? rocks_setting_value(&container->attrs, "vm_uri") : NULL;
  struct remote_host host = worker_host(site, name);
  CLEANUP_FREE char *socket = NULL;
  struct rocks_vm_target target = { .size = sizeof target, .host = name, .emulate = emulate };

  target.uri = uri != NULL && uri[0] != '\0' ? uri : site->vm_uri;
  if (target.uri == NULL && backend->ops.vm.remote_socket != NULL) {
    socket = remote_forward(call, &host, backend->ops.vm.remote_socket);
    if (socket == NULL)
      return -1;
    target.socket = socket;
  }
  return backend->ops.vm.connect(backend->state, call, &target, connection);
}

static bool
has_stage(const struct batch *batch, enum stage stage)
{
  size_t i;

  for (i = 0; i < batch->count; i++)
    if (stage_of(step_at(batch, i)->kind) == stage)
      return true;
  return false;
}

static int
hypervisor_stage(struct rocks_call *call, const struct batch *batch, bool emulate,
                 const struct worker_report *report)
{
  const struct backend *backend = batch->plan->cluster->vm;
  CLEANUP_FREE bool *active = mem_new(batch->count, sizeof *active);
  struct hypervisor h = { .batch = batch, .active = active };
  int result;

  if (!has_stage(batch, STAGE_HYPERVISOR))
    return 0;
  if (hypervisor_connect(call, backend, batch->site, batch->host, emulate, &h.connection) != 0)
    return -1;
  result = hypervisor_steps(call, &h, report);
  backend->ops.vm.disconnect(h.connection);
  return result;
}

int
worker_run(struct rocks_call *call, const struct batch *batch, const struct worker_report *report)
{
  CLEANUP_TEXT struct text output = { 0 };
  bool emulate;

  if (script_stage(call, batch, STAGE_BEFORE, report, &output) != 0)
    return -1;
  emulate = strstr(text_get(&output), "emulate yes") != NULL;
  if (hypervisor_stage(call, batch, emulate, report) != 0)
    return -1;
  return script_stage(call, batch, STAGE_AFTER, report, &output);
}
