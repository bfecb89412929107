/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * `report cluster map`: a picture of one cluster out of the home database alone,
 * so that it is there also when a site is not.
 */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "commands/cluster.h"
#include "commands/cluster_map.h"
#include "commands/sites.h"
#include "framework/json.h"

/* What is recorded of a member beside its row. */
struct noted {
  const char *step, *state; /* the last of its steps; NULL: none yet */
  const char *target;       /* where it is on its way to, or NULL */
};

struct making {
  struct control *control;
  struct map map;
  struct member_state *states;
  struct noted *noted; /* one for each of `states` */
  bool drawing;        /* see cluster_map.h */
};

/* ---- words ---- */

/* U+FFFE and U+FFFF, the last that XML forbids in valid UTF-8 without controls. */
static void
replace_noncharacters(char *text)
{
  while ((text = strstr(text, "\xef\xbf")) != NULL) {
    if ((unsigned char) text[2] >= 0xbe)
      text[2] = (char) 0xbd; /* U+FFFD */
    text += 2;
  }
}

/* A value of the database as part of a line. */
static const char *
word(struct making *making, const char *value)
{
  CLEANUP_FREE char *clean = making->drawing ? json_utf8(or_empty(value))
                                             : mem_copy(or_empty(value));
  char *p;

  for (p = clean; *p != '\0'; p++)
    if ((unsigned char) *p < ' ' || *p == 0x7f)
      *p = ' ';
  if (making->drawing)
    replace_noncharacters(clean);
  return pool_text(&making->control->model.pool, clean);
}

static const char *
lines(struct making *making, const struct list *facts)
{
  CLEANUP_TEXT struct text text = { 0 };
  size_t i;

  for (i = 0; i < facts->count; i++)
    text_add(&text, "%s%s", i > 0 ? "\n" : "", word(making, facts->item[i]));
  return pool_text(&making->control->model.pool, text_get(&text));
}

static bool
is_tagged(const struct making *making)
{
  return (making->control->cluster.network->ops.network.capabilities & ROCKS_NET_TAGGED) != 0;
}

/* The number of the member's part of the network; a VLAN's is that of all of it. */
static const char *
network_lines(struct making *making)
{
  const struct rocks_cluster_row *row = &making->control->cluster.row;
  CLEANUP_LIST struct list facts = { 0 };

  network_words(row, &facts);
  if (is_tagged(making) && row->nmembers > 0 && row->members[0].segment != 0)
    list_addf(&facts, "VLAN %" PRIu32, row->members[0].segment);
  if (or_empty(row->inner_subnet)[0] != '\0')
    list_addf(&facts, "inner subnet %s", row->inner_subnet);
  return lines(making, &facts);
}

static const char *
site_title(struct making *making, const struct member_state *state)
{
  CLEANUP_TEXT struct text title = { 0 };

  if (state->site != NULL)
    text_add(&title, "site %s%s", word(making, state->site->name),
             state->site->home ? " (home)" : "");
  else
    text_add(&title, "unknown site %s", word(making, state->member->site_uuid));
  if (!is_tagged(making) && state->member->segment != 0)
    text_add(&title, ", segment %" PRIu32, state->member->segment);
  return pool_text(&making->control->model.pool, text_get(&title));
}

static void
add_addresses(const struct making *making, const char *name, struct list *facts)
{
  const struct rocks_vm_row *vm = site_vm(model_home(&making->control->model), name);
  size_t i;

  for (i = 0; vm != NULL && i < vm->nnics; i++)
    if (vm->nics[i].segment == 0 && vm->nics[i].ip[0] != '\0')
      list_addf(facts, "address %s", vm->nics[i].ip);
}

static const char *
vm_lines(struct making *making, size_t i)
{
  const struct rocks_member_row *member = making->states[i].member;
  const struct noted *noted = &making->noted[i];
  CLEANUP_LIST struct list facts = { 0 };
  bool frontend = member->role == ROCKS_ROLE_FRONTEND;

  list_add(&facts, frontend ? "frontend" : "compute");
  list_addf(&facts, "%" PRIu32 " CPU%s, %" PRIu64 " MiB", member->cpus,
            member->cpus == 1 ? "" : "s", member->memory);
  if (frontend)
    add_addresses(making, member->name, &facts);
  if (noted->step != NULL)
    list_addf(&facts, "last step: %s %s", noted->step, noted->state);
  if (noted->target != NULL)
    list_addf(&facts, "on its way to %s", noted->target);
  return lines(making, &facts);
}

/* ---- making it ---- */

static size_t
member_index(const struct rocks_cluster_row *row, const char *name)
{
  size_t i;

  for (i = 0; i < row->nmembers; i++)
    if (strcmp(row->members[i].name, or_empty(name)) == 0)
      break;
  return i;
}

static int
note_step(void *arg, const struct rocks_journal_row *step)
{
  struct making *making = arg;
  struct pool *pool = &making->control->model.pool;
  const struct rocks_cluster_row *row = &making->control->cluster.row;
  size_t i = member_index(row, step->vm);

  if (i < row->nmembers) {
    making->noted[i].step = pool_text(pool, step->step);
    making->noted[i].state = pool_text(pool, step->state);
  }
  return 0;
}

static int
load_moves(struct run *run, struct making *making)
{
  const struct rocks_cluster_row *row = &making->control->cluster.row;
  CLEANUP_ROWS struct rows rows = { 0 };
  CLEANUP_LIST struct list names = { 0 };
  size_t i, at;

  for (i = 0; i < row->nmembers; i++)
    list_add(&names, row->members[i].name);
  if (sites_query(run, &rows, "select vm, target from mvc_moves where vm in (%s)", NULL,
                  &names) != 0)
    return -1;
  for (i = 0; i < rows.count; i++)
    if ((at = member_index(row, row_text(&rows, i, 0))) < row->nmembers)
      making->noted[at].target = pool_text(&making->control->model.pool, row_text(&rows, i, 1));
  return 0;
}

static int
load_noted(struct run *run, struct making *making)
{
  struct control *control = making->control;
  const struct rocks_cluster_row *row = &control->cluster.row;
  struct site *home = model_home(&control->model);
  const struct rocks_resource_ops *ops = &home->resource->ops.resource;

  making->noted = pool_new(&control->model.pool, row->nmembers, sizeof *making->noted);
  if (row->state[0] != '\0' && ops->journal_read != NULL
      && ops->journal_read(home->inventory, run->call, row->name, note_step, making) != 0)
    return -1;
  return load_moves(run, making);
}

static struct map_site *
site_of(struct making *making, const struct member_state *state)
{
  struct map *map = &making->map;
  size_t i;

  for (i = 0; i < map->nsites; i++)
    if (strcmp(map->sites[i].uuid, state->member->site_uuid) == 0)
      return &map->sites[i];
  map->sites = pool_grow(&making->control->model.pool, map->sites, map->nsites,
                         sizeof *map->sites);
  map->sites[map->nsites] = (struct map_site){ .uuid = state->member->site_uuid,
                                               .title = site_title(making, state) };
  return &map->sites[map->nsites++];
}

static struct map_container *
container_of(struct making *making, struct map_site *site, const char *name)
{
  size_t i;

  for (i = 0; i < site->ncontainers; i++)
    if (strcmp(site->containers[i].name, name) == 0)
      return &site->containers[i];
  site->containers = pool_grow(&making->control->model.pool, site->containers,
                               site->ncontainers, sizeof *site->containers);
  site->containers[site->ncontainers] = (struct map_container){ .name = name };
  return &site->containers[site->ncontainers++];
}

static void
add_vm(struct making *making, size_t i)
{
  const struct member_state *state = &making->states[i];
  const char *mac = or_empty(state->member->mac);
  struct map_site *site = site_of(making, state);
  struct map_container *container = container_of(making, site, word(making, state->container));

  container->vms = pool_grow(&making->control->model.pool, container->vms, container->nvms,
                             sizeof *container->vms);
  container->vms[container->nvms++] = (struct map_vm){
    .name = word(making, state->member->name),
    .mac = mac[0] != '\0' ? word(making, mac) : "no MAC yet",
    .more = vm_lines(making, i) };
}

static int
make(struct run *run, struct making *making)
{
  struct control *control = making->control;
  const struct rocks_cluster_row *row = &control->cluster.row;
  size_t i, pass;

  if (control_members(control, &making->states) != 0 || load_noted(run, making) != 0)
    return -1;
  making->map.title =
    pool_format(&control->model.pool, "cluster %s: %s", word(making, row->name),
                row->state[0] != '\0' ? row->state : "its state is not recorded");
  making->map.network = network_lines(making);
  for (pass = 0; pass < 2; pass++)
    for (i = 0; i < row->nmembers; i++)
      if ((row->members[i].role == ROCKS_ROLE_FRONTEND) == (pass == 0))
        add_vm(making, i);
  return 0;
}

/* ---- text ---- */

/* The facts on one line. */
static void
add_joined(struct text *out, const char *facts)
{
  for (; *facts != '\0'; facts++)
    if (*facts == '\n')
      text_add(out, ", ");
    else
      text_add_char(out, *facts, 1);
  text_add_char(out, '\n', 1);
}

static size_t
widest_name(const struct map *map)
{
  size_t i, k, n, length, widest = 0;

  for (i = 0; i < map->nsites; i++)
    for (k = 0; k < map->sites[i].ncontainers; k++)
      for (n = 0; n < map->sites[i].containers[k].nvms; n++) {
        length = strlen(map->sites[i].containers[k].vms[n].name);
        widest = length > widest ? length : widest;
      }
  return widest;
}

static void
map_text(struct text *out, const struct map *map)
{
  int widest = (int) widest_name(map);
  size_t i, k, n;

  text_add(out, "%s\n  network ", map->title);
  add_joined(out, map->network);
  for (i = 0; i < map->nsites; i++) {
    text_add(out, "  %s\n", map->sites[i].title);
    for (k = 0; k < map->sites[i].ncontainers; k++) {
      const struct map_container *container = &map->sites[i].containers[k];

      text_add(out, "    %s\n", container->name);
      for (n = 0; n < container->nvms; n++) {
        text_add(out, "      %-*s  %-17s  ", widest, container->vms[n].name,
                 container->vms[n].mac);
        add_joined(out, container->vms[n].more);
      }
    }
  }
}

/* ---- the command ---- */

static const struct format {
  const char *name;
  void (*write)(struct text *, const struct map *);
  bool drawing;
} formats[] = { { "text", map_text, false }, { "dot", map_dot, true }, { "svg", map_svg, true } };

static const struct format *
wanted_format(struct run *run)
{
  const char *name = run_param(run, "format", "text");
  size_t i;

  for (i = 0; i < sizeof formats / sizeof *formats; i++)
    if (strcmp(formats[i].name, name) == 0)
      return &formats[i];
  run_fail(run, "format \"%s\" is not text, dot or svg", name);
  return NULL;
}

static int
one_cluster(struct run *run, struct list *names)
{
  CLEANUP_FREE char *words = list_join(&run->args, " ");

  if (run->args.count == 0)
    return run_fail(run, "must supply one frontend name");
  if (clusters_named(run, names) != 0)
    return -1;
  return names->count == 1 ? 0
    : run_fail(run, "must supply only one frontend name, but \"%s\" names %zu", words,
               names->count);
}

int
cluster_map(struct run *run)
{
  CLEANUP_LIST struct list names = { 0 };
  const struct format *format = wanted_format(run);
  struct control control;
  struct making making = { .control = &control };
  int result;

  if (format == NULL || one_cluster(run, &names) != 0)
    return -1;
  making.drawing = format->drawing;
  result = sites_control(run, &control);
  control.home_only = true;
  if (result == 0)
    result = control_load(&control, names.item[0]);
  if (result == 0)
    result = make(run, &making);
  if (result == 0)
    format->write(&run->text, &making.map);
  control_free(&control);
  return result;
}
