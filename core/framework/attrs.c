/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The precedence of scopes is what the table resolvechain says (chain
 * `default`); built-in values stand below all of them or above.
 */
#include <config.h>

#include <string.h>
#include <strings.h>
#include <sys/utsname.h>

#include "framework/attrs.h"

/* What this program takes the place of. */
static const char *const versions[][2] = {
  { "rocks_release", "Manzanita" },
  { "rocks_version", "7.0" },
  { "rocks_version_major", "7" },
  { "version", "7.0" },
};

/* Columns of the two queries. */
enum { HOST_NAME, HOST_OS, HOST_APPLIANCE, HOST_MEMBERSHIP, HOST_RACK, HOST_RANK };
enum { STORED_CATEGORY, STORED_MEMBER, STORED_NAME, STORED_VALUE, STORED_PRECEDENCE };

struct candidate {
  struct attr attr;
  int64_t precedence;
};

struct candidates {
  struct candidate *item;
  size_t count;
};

/* A scope's rows within attrs->stored, which is sorted by category and member. */
struct member {
  const char *category, *name;
  size_t first, count;
};

struct resolver {
  struct attrs *attrs;
  const struct list *names; /* wanted; NULL: all */
  struct member *member;
  size_t nmembers;
  struct candidates found;  /* of the host at hand */
};

static const char *
architecture(struct attrs *attrs)
{
  struct utsname machine;
  const char *m;

  if (uname(&machine) != 0)
    return "";
  m = machine.machine;
  if (m[0] == 'i' && m[1] >= '3' && m[1] <= '6' && strcmp(m + 2, "86") == 0)
    m = "i386";
  list_add(&attrs->made, m);
  return attrs->made.item[attrs->made.count - 1];
}

static void
add_candidate(struct resolver *resolver, const char *host, const char *name, const char *value,
              char source, int64_t precedence)
{
  struct candidates *found = &resolver->found;

  if (resolver->names != NULL && !list_has(resolver->names, name))
    return;
  found->item = mem_grow(found->item, found->count, sizeof *found->item);
  found->item[found->count++] = (struct candidate){
    .attr = { .host = host, .name = name, .value = or_empty(value), .source = source },
    .precedence = precedence
  };
}

static int
member_order(const char *category, const char *name, const struct member *member)
{
  int order = strcmp(category, member->category);

  return order != 0 ? order : strcasecmp(name, member->name);
}

static void
add_member(struct resolver *resolver, const char *host, const char *category, const char *name)
{
  const struct rows *stored = &resolver->attrs->stored;
  size_t low = 0, high = resolver->nmembers, i;
  char source = (char) (category[0] - 'a' + 'A');

  while (low < high) {
    size_t middle = low + (high - low) / 2;

    if (member_order(category, or_empty(name), &resolver->member[middle]) > 0)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == resolver->nmembers
      || member_order(category, or_empty(name), &resolver->member[low]) != 0)
    return;
  for (i = resolver->member[low].first;
       i < resolver->member[low].first + resolver->member[low].count; i++)
    add_candidate(resolver, host, row_text(stored, i, STORED_NAME),
                  row_text(stored, i, STORED_VALUE), source,
                  row_int(stored, i, STORED_PRECEDENCE));
}

static int
compare_members(const void *a, const void *b)
{
  const struct member *y = b, *x = a;

  return member_order(x->category, x->name, y);
}

/* Rows arrive with those of one scope member next to each other. */
static void
find_members(struct resolver *resolver)
{
  const struct rows *stored = &resolver->attrs->stored;
  size_t i;

  for (i = 0; i < stored->count; i++) {
    struct member now = {
      .category = row_text(stored, i, STORED_CATEGORY),
      .name = row_text(stored, i, STORED_MEMBER), .first = i, .count = 1
    };

    if (resolver->nmembers > 0
        && compare_members(&now, &resolver->member[resolver->nmembers - 1]) == 0) {
      resolver->member[resolver->nmembers - 1].count++;
      continue;
    }
    resolver->member = mem_grow(resolver->member, resolver->nmembers, sizeof now);
    resolver->member[resolver->nmembers++] = now;
  }
  if (resolver->nmembers > 0)
    qsort(resolver->member, resolver->nmembers, sizeof *resolver->member, compare_members);
}

static int
compare_candidates(const void *a, const void *b)
{
  const struct candidate *x = a, *y = b;
  int order = strcmp(x->attr.name, y->attr.name);

  if (order != 0)
    return order;
  return x->precedence < y->precedence ? 1 : x->precedence > y->precedence ? -1 : 0;
}

static void
resolve_host(struct resolver *resolver, size_t h, const char *arch)
{
  struct attrs *attrs = resolver->attrs;
  const struct rows *hosts = &attrs->hosts;
  const char *host = row_text(hosts, h, HOST_NAME);
  struct candidates *found = &resolver->found;
  size_t i;

  found->count = 0;
  add_candidate(resolver, host, "hostname", host, 'I', INT64_MIN);
  add_candidate(resolver, host, "rack", row_text(hosts, h, HOST_RACK), 'I', INT64_MIN);
  add_candidate(resolver, host, "rank", row_text(hosts, h, HOST_RANK), 'I', INT64_MIN);
  add_candidate(resolver, host, "appliance", row_text(hosts, h, HOST_APPLIANCE), 'I', INT64_MIN);
  add_candidate(resolver, host, "membership", row_text(hosts, h, HOST_MEMBERSHIP), 'I',
                INT64_MIN);
  add_member(resolver, host, "global", "global");
  add_member(resolver, host, "os", row_text(hosts, h, HOST_OS));
  add_member(resolver, host, "appliance", row_text(hosts, h, HOST_APPLIANCE));
  add_member(resolver, host, "host", host);
  add_candidate(resolver, host, "arch", arch, 'G', INT64_MAX);
  for (i = 0; i < sizeof versions / sizeof *versions; i++)
    add_candidate(resolver, host, versions[i][0], versions[i][1], 'G', INT64_MAX);
  if (found->count > 0)
    qsort(found->item, found->count, sizeof *found->item, compare_candidates);
  for (i = 0; i < found->count; i++) {
    if (i > 0 && strcmp(found->item[i - 1].attr.name, found->item[i].attr.name) == 0)
      continue;
    attrs->item = mem_grow(attrs->item, attrs->count, sizeof *attrs->item);
    attrs->item[attrs->count++] = found->item[i].attr;
  }
}

/* Beyond this many hosts the database is asked for all of them: resolve_all()
 * leaves out the others, and a list of marks has its limits. */
#define HOSTS_BOUND 1000

static int
load(struct db *db, const struct list *hosts, const struct list *names, struct attrs *attrs)
{
  bool few = hosts->count <= HOSTS_BOUND;
  const struct list *lists[] = { hosts, names };
  CLEANUP_FREE char *nodes = NULL, *stored = NULL;

  nodes = mem_format("select n.Name, n.OS, a.Name, m.Name, n.Rack, n.Rank"
                     " from nodes n join memberships m on m.ID = n.Membership"
                     " join appliances a on a.ID = m.Appliance%s order by n.ID",
                     few ? " where n.Name in (%s)" : "");
  stored = mem_format("select c.Name, i.Name, a.Attr, a.Value, r.Precedence"
                      " from attributes a join catindex i on i.ID = a.Catindex"
                      " join categories c on c.ID = a.Category"
                      " join resolvechain r on r.Category = c.ID and r.Name = 'default'"
                      " where %s%s order by a.Category, a.Catindex, a.ID",
                      few ? "(c.Name <> 'host' or i.Name in (%s))" : "1 = 1",
                      names != NULL ? " and a.Attr in (%s)" : "");
  if (db_query_lists(db, &attrs->hosts, nodes, lists) != 0)
    return -1;
  return db_query_lists(db, &attrs->stored, stored, few ? lists : lists + 1);
}

struct named_row {
  const char *name;
  size_t row;
};

static int
compare_named(const void *a, const void *b)
{
  const struct named_row *x = a, *y = b;

  return strcasecmp(x->name, y->name);
}

/* Each host in the order asked for; one that has no row is left out. */
static void
resolve_all(struct resolver *resolver, const struct list *hosts)
{
  const struct rows *rows = &resolver->attrs->hosts;
  struct named_row *byname = mem_new(rows->count, sizeof *byname);
  const char *arch = architecture(resolver->attrs);
  size_t i;

  for (i = 0; i < rows->count; i++)
    byname[i] = (struct named_row){ row_text(rows, i, HOST_NAME), i };
  qsort(byname, rows->count, sizeof *byname, compare_named);
  for (i = 0; i < hosts->count; i++) {
    struct named_row key = { hosts->item[i], 0 };
    const struct named_row *found
      = bsearch(&key, byname, rows->count, sizeof *byname, compare_named);

    if (found != NULL)
      resolve_host(resolver, found->row, arch);
  }
  free(byname);
}

int
attrs_resolve(struct run *run, const struct list *hosts, const struct list *names,
              struct attrs *attrs)
{
  struct resolver resolver = { .attrs = attrs, .names = names };
  struct db *db = run_db(run);

  *attrs = (struct attrs){ 0 };
  if (db == NULL)
    return -1;
  if (load(db, hosts, names, attrs) != 0) {
    attrs_free(attrs);
    return -1;
  }
  find_members(&resolver);
  resolve_all(&resolver, hosts);
  free(resolver.member);
  free(resolver.found.item);
  return 0;
}

static int
compare_attrs(const void *a, const void *b)
{
  const struct attr *const *x = a, *const *y = b;
  int order = strcasecmp((*x)->host, (*y)->host);

  return order != 0 ? order : strcmp((*x)->name, (*y)->name);
}

const char *
attrs_get(struct attrs *attrs, const char *host, const char *name)
{
  const struct attr key = { .host = host, .name = name }, *wanted = &key;
  const struct attr *const *found;
  size_t i;

  if (attrs->count == 0)
    return NULL;
  if (attrs->index == NULL) {
    attrs->index = mem_new(attrs->count, sizeof *attrs->index);
    for (i = 0; i < attrs->count; i++)
      attrs->index[i] = &attrs->item[i];
    qsort(attrs->index, attrs->count, sizeof *attrs->index, compare_attrs);
  }
  found = bsearch(&wanted, attrs->index, attrs->count, sizeof *attrs->index, compare_attrs);
  return found != NULL ? (*found)->value : NULL;
}

void
attrs_free(struct attrs *attrs)
{
  free(attrs->item);
  free(attrs->index);
  rows_free(&attrs->hosts);
  rows_free(&attrs->stored);
  list_free(&attrs->made);
  *attrs = (struct attrs){ 0 };
}

int
attr_of(struct run *run, const char *host, const char *name, char **value)
{
  CLEANUP_LIST struct list hosts = { 0 }, names = { 0 };
  struct attrs attrs;

  *value = NULL;
  list_add(&hosts, host);
  list_add(&names, name);
  if (attrs_resolve(run, &hosts, &names, &attrs) != 0)
    return -1;
  if (attrs.count > 0)
    *value = mem_copy(attrs.item[0].value);
  attrs_free(&attrs);
  return 0;
}
