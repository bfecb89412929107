/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What is, as the containers tell it.
 */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "cluster/control.h"
#include "cluster/fanout.h"
#include "cluster/worker.h"
#include "remote/script.h"

#define ANSWER_WITHIN 30 /* seconds */

struct asked {
  struct control *control;
  struct site *site;
  const char *host;
  bool ports;
};

static int
tell_state(void *arg, const char *name, enum rocks_vm_state state)
{
  text_add(arg, "vm %s %d\n", name, (int) state);
  return 0;
}

static int
ask_hypervisor(const struct asked *asked, struct rocks_call *call, struct text *answer)
{
  const struct backend *vm = asked->control->cluster.vm;
  void *connection;
  int result;

  if (hypervisor_connect(call, vm, asked->site, asked->host, false, &connection) != 0)
    return -1;
  result = vm->ops.vm.states(connection, call, tell_state, answer);
  vm->ops.vm.disconnect(connection);
  return result;
}

static const struct rocks_member_row *
frontend_of(const struct control *control)
{
  size_t i;

  for (i = 0; i < control->cluster.row.nmembers; i++)
    if (control->cluster.row.members[i].role == ROCKS_ROLE_FRONTEND)
      return &control->cluster.row.members[i];
  return NULL;
}

static int
write_probe(const struct asked *asked, struct rocks_call *call, struct rocks_script *script)
{
  struct cluster *cluster = &asked->control->cluster;
  struct rocks_network network = cluster_network(cluster);
  const struct rocks_container_row *container = site_container(asked->site, asked->host);
  const struct rocks_member_row *frontend = frontend_of(asked->control);
  struct rocks_host host =
    describe_host(&asked->control->model, cluster->network, asked->site, asked->host,
                  container != NULL ? &container->attrs : &asked->site->attrs);
  CLEANUP_FREE struct rocks_port *ports = mem_new(asked->site->nvms, sizeof *ports);
  size_t i, n = 0;

  for (i = 0; i < asked->site->nvms; i++)
    if (strcmp(asked->site->vms[i].container, asked->host) == 0 &&
        cluster_port(cluster, &asked->site->vms[i], &ports[n]))
      n++;
  if (n == 0)
    return 0;
  return cluster->network->ops.network.probe(cluster->network->state, call, &network, &host, ports,
                                             n, frontend != NULL ? frontend->mac : "", script);
}

static int
ask_ports(const struct asked *asked, struct rocks_call *call, struct text *answer)
{
  struct rocks_script *script = script_new();
  struct remote_host host = worker_host(asked->site, asked->host);
  struct remote_job job = { .host = &host, .timeout = ANSWER_WITHIN };
  int result = write_probe(asked, call, script);

  if (result == 0 && !script_is_empty(script)) {
    job.script = script_text(script);
    remote_run(call, &job, 1, 1);
    if (job.result != REMOTE_OK)
      result = remote_report(call, &job);
    text_add(answer, "%s", text_get(&job.output));
    remote_job_free(&job);
  }
  script_free(script);
  return result;
}

static int
ask(void *arg, struct rocks_call *call, struct text *answer)
{
  const struct asked *asked = arg;

  if (ask_hypervisor(asked, call, answer) != 0)
    return -1;
  return asked->ports ? ask_ports(asked, call, answer) : 0;
}

/* Reads one line of an answer into the states of the members it is about. */
static void
read_line(struct control *control, const struct asked *asked, struct member_state *states,
          const char *line)
{
  char name[256], up[8], heard[8];
  int state, detail = 0;
  size_t i;

  for (i = 0; i < control->cluster.row.nmembers; i++) {
    struct member_state *member = &states[i];

    if (member->site != asked->site || strcmp(member->container, asked->host) != 0)
      continue;
    if (sscanf(line, "vm %255s %d", name, &state) == 2 &&
        strcmp(name, member->member->name) == 0)
      member->vm = (enum rocks_vm_state) state;
    if (sscanf(line, "port %255s %7s %7s %n", name, up, heard, &detail) == 3 &&
        strcasecmp(name, member->member->mac) == 0) {
      member->port = strcmp(up, "up") == 0;
      member->heard = strcmp(heard, "yes") == 0;
      member->detail = pool_text(&control->model.pool, line + detail);
    }
  }
}

static void
read_answer(struct control *control, const struct asked *asked, const struct question *question,
            struct member_state *states)
{
  CLEANUP_LIST struct list lines = { 0 };
  size_t i;

  for (i = 0; i < control->cluster.row.nmembers; i++)
    if (states[i].site == asked->site && strcmp(states[i].container, asked->host) == 0) {
      states[i].reachable = question->answered;
      if (!question->answered)
        states[i].detail = pool_text(&control->model.pool, text_get(&question->answer));
    }
  if (question->answered)
    list_split(&lines, text_get(&question->answer), "\n");
  for (i = 0; i < lines.count; i++)
    read_line(control, asked, states, lines.item[i]);
}

static struct asked *
asked_hosts(struct control *control, struct member_state *states, bool ports, size_t *count)
{
  struct asked *asked = NULL;
  size_t i, k;

  for (*count = 0, i = 0; i < control->cluster.row.nmembers; i++) {
    struct site *site = model_site_by_uuid(&control->model, states[i].member->site_uuid);

    for (k = 0; k < *count; k++)
      if (asked[k].site == site && strcmp(asked[k].host, states[i].container) == 0)
        break;
    if (site == NULL || k < *count)
      continue;
    asked = pool_grow(&control->model.pool, asked, *count, sizeof *asked);
    asked[(*count)++] = (struct asked){ control, site, states[i].container, ports };
  }
  return asked;
}

int
control_members(struct control *control, struct member_state **out)
{
  const struct rocks_cluster_row *row = &control->cluster.row;
  struct member_state *states = pool_new(&control->model.pool, row->nmembers, sizeof *states);
  size_t i;

  for (i = 0; i < row->nmembers; i++)
    states[i] = (struct member_state){
      .member = &row->members[i],
      .site = model_site_by_uuid(&control->model, row->members[i].site_uuid),
      .container = row->members[i].container,
      .detail = "" };
  *out = states;
  return 0;
}

int
control_probe(struct control *control, bool ports, struct member_state **states)
{
  struct question *questions;
  struct asked *asked;
  size_t i, count;

  control_members(control, states);
  asked = asked_hosts(control, *states, ports, &count);
  questions = pool_new(&control->model.pool, count, sizeof *questions);
  for (i = 0; i < count; i++)
    questions[i] = (struct question){ .ask = ask, .arg = &asked[i] };
  fanout(questions, count, ANSWER_WITHIN * 2);
  for (i = 0; i < count; i++) {
    read_answer(control, &asked[i], &questions[i], *states);
    text_free(&questions[i].answer);
  }
  return 0;
}
