/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Memberships: the kinds of hosts as users see them.
 */
#include <config.h>

#include "commands/commands.h"
#include "commands/patterns.h"

static int
list_membership(struct run *run)
{
  CLEANUP_LIST struct list names = { 0 };

  if (names_expand(run, "memberships", "Name", "membership", &names) != 0)
    return -1;
  return list_query(run, "membership,appliance,distribution,public", "ttt",
                    "select m.Name, a.Name, d.Name, m.Public from memberships m"
                    " left join appliances a on a.ID = m.Appliance"
                    " left join distributions d on d.ID = m.Distribution"
                    " where m.Name in (%s) order by m.ID", &names);
}

static const char *const options[] = {
  "membership: a membership, or a pattern with %; without any, all", NULL
};

const struct command membership_commands[] = {
  { "list membership", "[membership]...", "Shows the memberships that hosts can have.", options,
    NULL, 0, list_membership },
  COMMANDS_END
};
