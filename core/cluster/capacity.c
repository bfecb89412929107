/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <inttypes.h>
#include <stdio.h>

#include "cluster/capacity.h"
#include "cluster/fanout.h"
#include "cluster/worker.h"

#define ANSWER_WITHIN 30 /* seconds */

struct asked {
  const struct backend *vm;
  struct site *site;
  struct rocks_container_row *container;
};

static int
ask(void *arg, struct rocks_call *call, struct text *answer)
{
  const struct asked *asked = arg;
  struct rocks_vm_capacity capacity = { 0 };
  void *connection;
  int result;

  if (hypervisor_connect(call, asked->vm, asked->site, asked->container->name, false,
                         &connection) != 0)
    return -1;
  result = asked->vm->ops.vm.capacity(connection, call, &capacity);
  asked->vm->ops.vm.disconnect(connection);
  text_add(answer, "%" PRIu32 " %" PRIu64, capacity.cpus, capacity.memory);
  return result;
}

static int
note(struct rocks_call *call, struct model *model, const struct asked *asked,
     const struct question *question)
{
  struct rocks_container_row *container = asked->container;
  struct site *site = asked->site;

  if (!question->answered ||
      sscanf(text_get(&question->answer), "%" SCNu32 " %" SCNu64, &container->cpus,
             &container->memory) != 2) {
    container->drained = true;
    call_warn(call, "%s is left out: %s", model_label(model, site, container->name),
              text_get(&question->answer));
    return 0;
  }
  if (site->resource->ops.resource.set_capacity == NULL)
    return 0;
  return site->resource->ops.resource.set_capacity(site->inventory, call, container->name,
                                                   container->cpus, container->memory,
                                                   container->disk);
}

int
capacity_refresh(struct rocks_call *call, struct model *model, const struct backend *vm,
                 struct site *const *sites, size_t nsites)
{
  struct asked *asked = NULL;
  struct question *questions;
  size_t count = 0, i, k;
  int result = 0;

  for (i = 0; i < nsites; i++)
    for (k = 0; k < sites[i]->ncontainers; k++)
      if (sites[i]->containers[k].member && sites[i]->containers[k].cpus == 0) {
        asked = pool_grow(&model->pool, asked, count, sizeof *asked);
        asked[count++] = (struct asked){ vm, sites[i], &sites[i]->containers[k] };
      }
  questions = pool_new(&model->pool, count, sizeof *questions);
  for (i = 0; i < count; i++)
    questions[i] = (struct question){ .ask = ask, .arg = &asked[i] };
  fanout(questions, count, ANSWER_WITHIN);
  for (i = 0; i < count; i++) {
    if (result == 0)
      result = note(call, model, &asked[i], &questions[i]);
    text_free(&questions[i].answer);
  }
  return result;
}
