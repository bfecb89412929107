/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * /etc/hosts: every address of the site, the private network first, where
 * hosts have their short names (rocks-compat 4.7).
 */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "commands/services.h"
#include "framework/db.h"
#include "framework/hosts.h"

#define LOCAL "/etc/hosts.local"

static const char preamble[]
  = "# Added by rocks report host #\n"
    "#        DO NOT MODIFY       #\n"
    "#  Add any modifications to  #\n"
    "#    /etc/hosts.local file   #\n"
    "\n"
    "127.0.0.1\tlocalhost.localdomain\tlocalhost\n"
    "\n";

enum { IP, NAME, ZONE, PRIVATE, ALIAS };

/* A name that would end its field or its line is no name. */
static bool
is_word(const char *text)
{
  return text != NULL && *text != '\0' && strpbrk(text, " \t\r\n#") == NULL;
}

static void
add_line(struct run *run, const struct rows *rows, size_t row, struct text *out)
{
  const char *ip = row_text(rows, row, IP), *name = row_text(rows, row, NAME);
  const char *zone = row_text(rows, row, ZONE), *alias = row_text(rows, row, ALIAS);
  uint32_t address;

  if (!ip_parse(ip, &address) || !is_word(name) || !is_word(zone)) {
    call_warn(run->call, "address \"%s\" of \"%s\" is left out: it cannot be written", ip,
              or_empty(name));
    return;
  }
  text_add(out, "%s\t%s.%s", ip, name, zone);
  if (row_int(rows, row, PRIVATE) != 0) {
    text_add(out, "\t%s", name);
    if (is_word(alias))
      text_add(out, "\t%s", alias);
  }
  if (is_word(alias))
    text_add(out, "\t%s.%s", alias, zone);
  text_add(out, "\n");
}

static void
add_local(struct text *out)
{
  char line[4096];
  FILE *in = fopen(LOCAL, "re");

  while (in != NULL && fgets(line, sizeof line, in) != NULL)
    text_add(out, "%s", line);
  if (in != NULL)
    fclose(in);
}

int
hosts_text(struct run *run, struct text *out)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  struct db *db = run_db(run);
  size_t i;

  if (db == NULL
      || db_query(db, &rows, "select w.IP, coalesce(nullif(w.Name, ''), n.Name), s.dnszone,"
                  " s.name = 'private', a.Name from networks w join nodes n on n.ID = w.Node"
                  " join subnets s on s.ID = w.Subnet"
                  " left join aliases a on a.Node = n.ID"
                  " where w.IP is not null and w.IP <> ''"
                  " order by s.ID, w.Name, n.Name, a.Name, w.ID", "") != 0)
    return -1;
  text_add(out, "%s", preamble);
  for (i = 0; i < rows.count; i++)
    add_line(run, &rows, i, out);
  add_local(out);
  return 0;
}
