/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The VM backend `namespace`, for tests where VMs would be emulated within an
 * emulated machine: what stands for a VM is a network namespace with the VM's
 * NICs.  It is never installed.  The script `vm` beside this file does the work;
 * the URI is the folder with what is defined and what runs, one folder in it for
 * each container.
 */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <rocks/vm.h>

struct module {
  const struct rocks_core *core;
};

struct connection {
  const struct rocks_core *core;
  char folder[256], host[128];
};

static int
fail(const struct connection *c, struct rocks_call *call, const char *what)
{
  c->core->error(call, ROCKS_EBACKEND, "%s: the stand-in for VMs: %s", c->host, what);
  return -1;
}

/* Runs `vm VERB FOLDER/HOST NAME`; *output is its pipe, unless that is NULL. */
static pid_t
run_script(const struct connection *c, const char *verb, const char *name, int *output)
{
  char path[sizeof c->folder + sizeof c->host + 1];
  int ends[2] = { -1, -1 };
  pid_t pid;

  snprintf(path, sizeof path, "%s/%s", c->folder, c->host);
  if (output != NULL && pipe(ends) != 0)
    return -1;
  pid = fork();
  if (pid == 0) {
    if (output != NULL)
      dup2(ends[1], STDOUT_FILENO);
    execl("/bin/sh", "sh", "-eu", VM_SCRIPT, verb, path, name, (char *) NULL);
    _exit(127);
  }
  if (output != NULL) {
    close(ends[1]);
    *output = ends[0];
  }
  return pid;
}

static int
finish(const struct connection *c, struct rocks_call *call, const char *verb, pid_t pid)
{
  int status;

  while (pid > 0 && waitpid(pid, &status, 0) == -1)
    if (errno != EINTR)
      pid = -1;
  if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
    return 0;
  return fail(c, call, verb);
}

static int
do_it(void *connection, struct rocks_call *call, const char *verb, const char *name)
{
  return finish(connection, call, verb, run_script(connection, verb, name, NULL));
}

static int
ns_connect(void *state, struct rocks_call *call, const struct rocks_vm_target *target,
           void **connection)
{
  const struct module *module = state;
  struct connection *c = calloc(1, sizeof *c);

  if (c == NULL || target->uri == NULL) {
    module->core->error(call, ROCKS_EINVALID, "%s: the stand-in for VMs needs the attribute vm_uri",
                        target->host);
    free(c);
    return -1;
  }
  c->core = module->core;
  snprintf(c->folder, sizeof c->folder, "%s", target->uri);
  snprintf(c->host, sizeof c->host, "%s", target->host);
  *connection = c;
  return 0;
}

static int
ns_capacity(void *connection, struct rocks_call *call, struct rocks_vm_capacity *capacity)
{
  (void) connection;
  (void) call;
  *capacity = (struct rocks_vm_capacity){ .cpus = 64, .memory = 262144 };
  return 0;
}

static int
ns_states(void *connection, struct rocks_call *call,
          int (*vm)(void *arg, const char *name, enum rocks_vm_state), void *arg)
{
  int output, result = 0;
  pid_t pid = run_script(connection, "states", "", &output);
  FILE *in = pid > 0 ? fdopen(output, "r") : NULL;
  char name[128], state[16];

  while (in != NULL && result == 0 && fscanf(in, "%127s %15s", name, state) == 2)
    result = vm(arg, name,
                strcmp(state, "active") == 0   ? ROCKS_VM_ACTIVE
                : strcmp(state, "paused") == 0 ? ROCKS_VM_PAUSED
                                               : ROCKS_VM_DEFINED);
  if (in != NULL)
    fclose(in);
  return finish(connection, call, "states", pid) != 0 ? -1 : result;
}

static void
put_nics(FILE *out, const struct rocks_vm *vm)
{
  size_t i;

  for (i = 0; i < vm->nnics; i++)
    fprintf(out, "nic %s %s %s %u\n", vm->nics[i].mac, vm->nics[i].source,
            vm->nics[i].wiring == ROCKS_WIRING_DIRECT ? "direct" : "bridge", vm->nics[i].mtu);
}

static int
ns_define(void *connection, struct rocks_call *call, const struct rocks_vm *vm)
{
  const struct connection *c = connection;
  char path[512];
  FILE *out;

  snprintf(path, sizeof path, "%s/%s/%s.vm", c->folder, c->host, vm->name);
  out = fopen(path, "w");
  if (out == NULL)
    return fail(c, call, strerror(errno));
  put_nics(out, vm);
  return fclose(out) == 0 ? 0 : fail(c, call, strerror(errno));
}

static int
ns_describe(void *state, struct rocks_call *call, const struct rocks_vm *vm,
            void (*text)(void *arg, const char *xml), void *arg)
{
  char *description = NULL;
  size_t size;
  FILE *out = open_memstream(&description, &size);

  (void) state;
  (void) call;
  put_nics(out, vm);
  fclose(out);
  text(arg, description);
  free(description);
  return 0;
}

static int
ns_start(void *connection, struct rocks_call *call, const char *name)
{
  return do_it(connection, call, "start", name);
}

static int
ns_stop(void *connection, struct rocks_call *call, const char *name, enum rocks_vm_stop how)
{
  (void) how;
  return do_it(connection, call, "stop", name);
}

static int
ns_undefine(void *connection, struct rocks_call *call, const char *name)
{
  return do_it(connection, call, "undefine", name);
}

/* Nothing is to be prepared: there are no disks. */
static int
ns_no_disks(void *state, struct rocks_call *call, const struct rocks_vm *vm,
            struct rocks_script *script)
{
  (void) state;
  (void) call;
  (void) vm;
  (void) script;
  return 0;
}

static int
ns_unable(void *connection, struct rocks_call *call, const char *name)
{
  (void) name;
  return fail(connection, call, "a namespace can only run or not run");
}

static int
ns_unable_to_save(void *connection, struct rocks_call *call, const char *name, const char *file)
{
  (void) file;
  return ns_unable(connection, call, name);
}

static int
ns_module_start(struct rocks_call *call, const struct rocks_core *core, void **state)
{
  struct module *module = calloc(1, sizeof *module);

  (void) call;
  if (module == NULL)
    return -1;
  module->core = core;
  *state = module;
  return 0;
}

static const char *const virt_types[] = { "hvm", NULL };

static const struct rocks_vm_ops ops = {
  .wiring = ROCKS_WIRING_ANY,
  .virt_types = virt_types,
  .describe = ns_describe,
  .prepare = ns_no_disks,
  .erase = ns_no_disks,
  .connect = ns_connect,
  .disconnect = free,
  .capacity = ns_capacity,
  .states = ns_states,
  .define = ns_define,
  .start = ns_start,
  .stop = ns_stop,
  .undefine = ns_undefine,
  .suspend = ns_unable,
  .resume = ns_unable,
  .save = ns_unable_to_save,
  .restore = ns_unable,
};

static const struct rocks_plugin plugin = {
  ROCKS_PLUGIN_HEADER(ROCKS_KIND_VM),
  ROCKS_PLUGIN_OPS(ops),
  .name = "namespace",
  .version = PACKAGE_VERSION,
  .summary = "for tests: namespaces that stand for VMs",
  .start = ns_module_start,
  .stop = free,
};

ROCKS_REGISTER(plugin)
