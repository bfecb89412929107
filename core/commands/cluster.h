/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What the cluster and VM commands share.
 */
#ifndef ROCKS_COMMANDS_CLUSTER_H
#define ROCKS_COMMANDS_CLUSTER_H

#include "cluster/choose.h"
#include "cluster/control.h"
#include "framework/command.h"

int cluster_add(struct run *);  /* add cluster */
int cluster_list(struct run *); /* list cluster */
int cluster_map(struct run *); /* report cluster map */
int cluster_remove(struct run *); /* remove cluster */
int cluster_set_network(struct run *); /* set cluster network */

/* The clusters that run->args name: recorded ones by that name, whether or not
 * there is such a host; others by any host word.  At least one must be named. */
int clusters_named(struct run *, struct list *names);
/* Those of the words that are names of recorded clusters. */
int clusters_recorded(struct run *, const struct list *words, struct list *names);
/* Loads each cluster and does `what` with it, alone if that changes anything;
 * with dryrun=yes shows the plan. */
int clusters_each(struct run *, const struct list *names, bool changes,
                  int (*what)(struct run *, struct control *));

/* A backend: by parameter, else by attribute of this machine, else by default. */
const struct backend *choose_backend(struct run *, enum rocks_kind, const char *param,
                                     const char *attribute, const char *fallback);
/* Whether the VM backend runs VMs of this virt-type; reports Rocks' sentence,
 * which add cluster and add host vm word differently. */
int check_virt_type(struct run *, const struct backend *vm, const char *virt_type, bool cluster);
/* What `add cluster` reads of how large its VMs are, on which hosts (those of this
 * site normalised as everywhere, those of another as its database calls them), and
 * how many. */
int cluster_read_need(struct run *, const char *cpus, const char *mem, const char *disk,
                      const struct need *fallback, struct need *);
int cluster_read_hosts(struct run *, struct list *hosts);
int cluster_read_count(struct run *, const char *text, struct wish *);
/* The table of a dry run: the cluster's members from the `first` on. */
void cluster_say_members(struct run *, struct control *, size_t first);
/* The images that stay where the VMs of the plan were undefined. */
void cluster_say_images(struct run *, const struct control *);
/* The network's backend, its settings but for secrets, MTU: a word for each. */
void network_words(const struct rocks_cluster_row *, struct list *words);
/* The same as a line of a dry run. */
void say_network(struct run *, const struct rocks_cluster_row *);
/* A cell of a dry run: the device that the member's NIC will be plugged into;
 * without one, an empty cell and a warning. */
void output_port(struct run *, const struct control *, const struct rocks_member_row *);
/* The STATUS column of list host vm and list cluster (rocks-compat 3.6). */
const char *status_word(const struct member_state *);
/* Rocks' progress on stderr, one line per step, when that is a terminal. */
void show_progress(void *control, const struct step *, bool done, const char *detail);
/* Prints a plan as a table, for dryrun=yes. */
void show_plan(struct run *, const struct control *);

#endif
