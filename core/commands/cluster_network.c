/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * `set cluster network`, and what is said of a cluster's network before it is
 * there.
 */
#include <config.h>

#include "cluster/network.h"
#include "cluster/switch.h"
#include "commands/cluster.h"
#include "framework/output.h"

void
network_words(const struct rocks_cluster_row *row, struct list *words)
{
  size_t i;

  list_add(words, row->network_backend);
  for (i = 0; i < row->settings.count; i++)
    if (!row->settings.item[i].secret)
      list_addf(words, "%s %s", row->settings.item[i].name,
                or_empty(row->settings.item[i].value));
  if (row->mtu > 0)
    list_addf(words, "MTU %u", row->mtu);
}

void
say_network(struct run *run, const struct rocks_cluster_row *row)
{
  CLEANUP_LIST struct list words = { 0 };
  CLEANUP_FREE char *said = NULL;

  network_words(row, &words);
  said = list_join(&words, ", ");
  run_progress(run, "%s\n", said);
}

void
output_port(struct run *run, const struct control *control,
            const struct rocks_member_row *member)
{
  struct rocks_call quiet = { .quiet = true };
  char device[ROCKS_DEVICE_MAX];

  if (network_member_port(&quiet, &control->model, &control->cluster, member, device) == 0) {
    output_text(run, device);
  } else {
    call_warn(run->call, "there would be no port: %s", or_empty(quiet.message));
    output_text(run, NULL);
  }
  call_free(&quiet);
}

static void
say_switch(struct run *run, struct control *control, const struct switched *old)
{
  const struct rocks_cluster_row *row = &control->cluster.row;
  size_t i;

  run_progress(run, "Nothing is changed. This would be moved to another network:\n");
  run_progress(run, "  cluster          %s\n", row->name);
  run_progress(run, "  network backend  %s -> ", old->network_backend);
  say_network(run, row);
  run_progress(run, "\n");
  output_header(run, "site", "container", "vm", "mac", "was", "segment", "port", NULL);
  output_keep_owner(run);
  for (i = 0; i < row->nmembers; i++) {
    const struct rocks_member_row *member = &row->members[i];
    const struct site *site = model_site_by_uuid(&control->model, member->site_uuid);

    output_row(run, site != NULL ? site->name : "unknown");
    output_text(run, member->container);
    output_text(run, member->name);
    output_text(run, member->mac);
    output_number(run, old->segments[i]);
    output_number(run, member->segment);
    output_port(run, control, member);
  }
}

/* The parameter, or the word that run_positional() took off. */
static const struct backend *
wanted_backend(struct run *run)
{
  const char *name = run_param(run, "network-backend", "");

  if (name[0] == '\0' && run->taken.count > 0)
    name = run->taken.item[0];
  return backend_get(run->call, ROCKS_KIND_NETWORK, name);
}

static int
switch_one(struct run *run, struct control *control)
{
  const struct backend *network = wanted_backend(run);
  struct switched old;

  if (network == NULL || control_switch(control, network, &old) != 0)
    return -1;
  if (old.nothing)
    run_print(run, "cluster %s has the network backend %s already: nothing to do\n",
              control->cluster.row.name, control->cluster.row.network_backend);
  else if (control->dry)
    say_switch(run, control, &old);
  else
    run_after_commit(run, "sync config", NULL, 0);
  return 0;
}

int
cluster_set_network(struct run *run)
{
  CLEANUP_LIST struct list names = { 0 };
  const char *backend;

  run_positional(run, "network-backend", &backend);
  if (run->args.count == 0)
    return run_fail(run, "must supply at least one frontend name");
  if (backend == NULL)
    return run_fail(run, "must supply network-backend");
  if (wanted_backend(run) == NULL || clusters_named(run, &names) != 0)
    return -1;
  return clusters_each(run, &names, true, switch_one);
}
