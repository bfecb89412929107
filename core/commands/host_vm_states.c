/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What VMs of this site do.  Each is asked by the VM backend that its cluster
 * has recorded, all VMs of one backend at once.
 */
#include <config.h>

#include <string.h>

#include "commands/cluster.h"
#include "commands/host_vm.h"
#include "commands/sites.h"

/* VMs of one backend; NULL: the site's own choice. */
struct asked {
  char *backend; /* owned */
  struct list names;
};

static struct asked *
asked_by(struct asked **asked, size_t *count, const char *backend)
{
  size_t i;

  for (i = 0; i < *count; i++)
    if (strcmp(or_empty((*asked)[i].backend), or_empty(backend)) == 0)
      return &(*asked)[i];
  *asked = mem_grow(*asked, *count, sizeof **asked);
  (*asked)[*count] = (struct asked){ .backend = mem_copy(backend) };
  return &(*asked)[(*count)++];
}

/* A VM that is leased to another site's cluster is one of ours to look at. */
static int
part(struct run *run, const struct list *names, struct asked **asked, size_t *count)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  size_t i;

  *asked = NULL;
  *count = 0;
  if (sites_query(run, &rows,
                  "select n.Name, c.vm_backend from nodes n join vm_nodes v on v.Node = n.ID"
                  " left join mvc_leases l on l.node = n.ID and l.vm = n.Name"
                  " left join mvc_site s on s.uuid = l.home_uuid"
                  " left join mvc_clusters c on c.name = l.cluster and s.uuid is not null"
                  " where n.Name in (%s) order by n.ID",
                  "select n.Name, null from nodes n join vm_nodes v on v.Node = n.ID"
                  " where n.Name in (%s) order by n.ID",
                  names) != 0)
    return -1;
  for (i = 0; i < rows.count; i++)
    list_add(&asked_by(asked, count, row_text(&rows, i, 1))->names, row_text(&rows, i, 0));
  return 0;
}

static int
ask(struct run *run, const struct asked *asked, struct vm_states *states)
{
  struct control control = { 0 };
  struct member_state *found = NULL;
  int result = sites_control(run, &control);
  size_t i, n;

  if (asked->backend != NULL)
    control.vm_backend = asked->backend;
  if (result == 0)
    result = control_load_vms(&control, &asked->names);
  if (result == 0)
    result = control_probe(&control, false, &found);
  n = result == 0 ? control.cluster.row.nmembers : 0;
  for (i = 0; i < n; i++) {
    states->state = mem_grow(states->state, states->names.count, sizeof *states->state);
    states->state[states->names.count] =
      (struct member_state){ .reachable = found[i].reachable, .vm = found[i].vm };
    list_add(&states->names, found[i].member->name);
  }
  control_free(&control);
  return result;
}

int
vm_states(struct run *run, const struct list *names, struct vm_states *states)
{
  struct asked *asked;
  size_t count, i;
  int result;

  *states = (struct vm_states){ 0 };
  result = part(run, names, &asked, &count);
  for (i = 0; i < count; i++) {
    if (result == 0)
      result = ask(run, &asked[i], states);
    free(asked[i].backend);
    list_free(&asked[i].names);
  }
  free(asked);
  return result;
}

const struct member_state *
vm_states_of(const struct vm_states *states, const char *name)
{
  size_t i;

  for (i = 0; i < states->names.count; i++)
    if (strcmp(states->names.item[i], or_empty(name)) == 0)
      return &states->state[i];
  return NULL;
}

const char *
vm_states_word(const struct vm_states *states, const char *name)
{
  const struct member_state *state = vm_states_of(states, name);

  return state != NULL ? status_word(state) : "nostate-error";
}

void
vm_states_free(struct vm_states *states)
{
  free(states->state);
  list_free(&states->names);
  *states = (struct vm_states){ 0 };
}
