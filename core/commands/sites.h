/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The sites that the home site knows (table mvc_sites), for the commands that
 * work on them.
 */
#ifndef ROCKS_COMMANDS_SITES_H
#define ROCKS_COMMANDS_SITES_H

#include "cluster/control.h"
#include "framework/command.h"
#include "framework/db.h"

/* The home site, open, and the others, known but not reached. */
int sites_load(struct run *, struct model *);
/* Whether our own tables are there: a database of Rocks alone has no sites. */
int sites_recorded(struct db *, bool *there);
/* What the database says of these names, which take the place of `%s`: by `ours`
 * where our own tables are, else by `rocks` (NULL: nothing is found).  0, or -1
 * reported. */
int sites_query(struct run *, struct rows *, const char *ours, const char *rocks,
                const struct list *names);
/* Whether a new host may be called so: hosts_check_new(), and VMs of this site's own
 * clusters that stand at other sites have their names here too. */
int sites_check_new(struct run *, const char *name);
/* The control of a command on clusters: its model holds the sites. */
int sites_control(struct run *, struct control *);

#endif
