/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <string.h>

#include "commands/dump.h"
#include "commands/reach.h"
#include "framework/attrs.h"
#include "framework/db.h"

#define DEFAULT_NET "private"

enum { NAME, NET, IP };

/* The first of its interfaces counts. */
static const char *
address_of(const struct rows *rows, const char *host, const char *net)
{
  size_t i;

  for (i = 0; i < rows->count; i++)
    if (strcmp(row_text(rows, i, NAME), host) == 0 && strcmp(row_text(rows, i, NET), net) == 0)
      return row_text(rows, i, IP);
  return "";
}

int
reach_hosts(struct run *run, const struct list *names, struct reach *reach)
{
  CLEANUP_LIST struct list wanted = { 0 };
  CLEANUP_FREE char *self = dump_self(run);
  CLEANUP_ROWS struct rows rows = { 0 };
  struct attrs attrs;
  size_t i;

  *reach = (struct reach){ 0 };
  list_add(&wanted, "primary_net");
  if (run_db(run) == NULL
      || db_query(run->db, &rows, "select n.Name, s.name, w.IP from nodes n"
                  " join networks w on w.Node = n.ID join subnets s on s.ID = w.Subnet"
                  " where w.IP is not null and w.IP <> '' and n.Name in (%s) order by n.ID, w.ID",
                  "v", names) != 0
      || attrs_resolve(run, names, &wanted, &attrs) != 0)
    return -1;
  reach->host = mem_new(names->count + 1, sizeof *reach->host);
  for (i = 0; i < names->count; i++) {
    const char *name = names->item[i], *net = attrs_get(&attrs, name, "primary_net");

    list_add(&reach->addresses, address_of(&rows, name, net != NULL ? net : DEFAULT_NET));
    reach->host[i] = (struct remote_host){
      .site = "", .name = name, .local = self != NULL && strcmp(self, name) == 0
    };
  }
  for (i = 0; i < names->count; i++)
    if (*reach->addresses.item[i] != '\0')
      reach->host[i].address = reach->addresses.item[i];
  attrs_free(&attrs);
  return 0;
}

void
reach_free(struct reach *reach)
{
  free(reach->host);
  list_free(&reach->addresses);
}
