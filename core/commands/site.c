/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Sites: the other Rocks clusters whose containers clusters of this one may
 * stand on.
 */
#include <config.h>

#include <string.h>

#include "base/addr.h"
#include "cluster/site.h"
#include "commands/commands.h"
#include "commands/sites.h"
#include "framework/output.h"
#include "remote/remote.h"

/* The bounds of mvc_sites and the parameters that set them. */
static const struct {
  const char *param, *column;
} quotas[] = {
  { "max-cpus", "max_cpus" }, { "max-mem", "max_mem" },
  { "max-disk", "max_disk" }, { "max-vms", "max_vms" },
};
#define NQUOTAS (sizeof quotas / sizeof *quotas)

static int
check_name(struct run *run, const char *name)
{
  static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

  if (name[0] != '-' && strspn(name, allowed) == strlen(name) && strlen(name) <= 32)
    return 0;
  return run_fail(run, "site name \"%s\" may hold a-z, 0-9 and -, at most 32 of them", name);
}

/* Whether one range of MACs holds a MAC of the other: their bases agree in all
 * bits that both masks fix. */
static bool
overlaps(const struct site *a, const struct site *b)
{
  uint64_t base_a, mask_a, base_b, mask_b;

  if (!mac_parse(or_empty(a->mac_base), &base_a) || !mac_parse(or_empty(a->mac_mask), &mask_a) ||
      !mac_parse(or_empty(b->mac_base), &base_b) || !mac_parse(or_empty(b->mac_mask), &mask_b))
    return false;
  return (base_a & mask_a & mask_b) == (base_b & mask_a & mask_b);
}

static int
check_macs(struct run *run, struct model *model, const struct site *added)
{
  CLEANUP_LIST struct list attrs = { 0 };
  struct site_query query = { .attrs = &attrs };
  uint64_t ignored;
  size_t i;

  site_attr_names(&attrs, NULL, NULL);
  if (!mac_parse(or_empty(added->mac_base), &ignored))
    return run_fail(run, "site %s has no MAC range: set its attribute vm_mac_base_addr there",
                    added->name);
  for (i = 0; i < model->nsites; i++) {
    struct site *site = &model->sites[i];

    if (site == added)
      continue;
    if (site_load(run->call, model, site, &query) != 0)
      return -1;
    if (overlaps(site, added))
      return run_fail(run, "the MAC range of site %s (%s, mask %s) overlaps that of site %s (%s); "
                      "set another at one of them: rocks set attr vm_mac_base_addr BASE",
                      added->name, added->mac_base, added->mac_mask, site->name, site->mac_base);
  }
  return 0;
}

/* Reaches the site and learns who it is. */
static int
meet(struct run *run, struct model *model, struct site *site)
{
  CLEANUP_LIST struct list attrs = { 0 };
  struct site_query query = { .attrs = &attrs, .containers = true };

  site_attr_names(&attrs, NULL, NULL);
  if (site_load(run->call, model, site, &query) != 0)
    return -1;
  if (strcmp(site->uuid, model_home(model)->uuid) == 0)
    return run_fail(run, "site %s is this site itself", site->name);
  return check_macs(run, model, site);
}

static int
quota_value(struct run *run, size_t i, int64_t *value, bool *given)
{
  const char *text = run_param(run, quotas[i].param, NULL);

  *value = -1;
  *given = text != NULL;
  if (text == NULL || strcmp(text, "none") == 0)
    return 0;
  return number_arg(run->call, quotas[i].param, text, 0, INT32_MAX, value);
}

static int
need_tables(struct run *run, struct model *model)
{
  if (sites_load(run, model) != 0)
    return -1;
  if (model_home(model)->uuid[0] != '\0')
    return 0;
  return run_fail(run, "this database has no tables for sites; `rocks create database` adds them");
}

static int
set_quotas(struct run *run, const char *name)
{
  size_t i;

  for (i = 0; i < NQUOTAS; i++) {
    CLEANUP_FREE char *sql = mem_format("UPDATE mvc_sites SET %s = ? WHERE name = ?",
                                        quotas[i].column);
    CLEANUP_FREE char *number = NULL;
    int64_t value;
    bool given;

    if (quota_value(run, i, &value, &given) != 0)
      return -1;
    if (value >= 0)
      number = mem_format("%lld", (long long) value);
    if (given && db_exec(run->db, sql, "ss", number, name) != 0)
      return -1;
  }
  return 0;
}

static int
add_known(struct run *run, struct model *model, const char *name, const char *frontend)
{
  const char *database = run_param(run, "database", NULL);
  struct site *site;

  model->sites = pool_grow(&model->pool, model->sites, model->nsites, sizeof *model->sites);
  model->sites = pool_copy(&model->pool, model->sites, model->nsites + 1, sizeof *model->sites);
  site = &model->sites[model->nsites++];
  *site = (struct site){ .name = name, .frontend = frontend,
                         .database = database != NULL ? database : SITE_DATABASE,
                         .vm_uri = run_param(run, "vm-uri", NULL),
                         .quota = { -1, -1, -1, -1 } };
  if (meet(run, model, site) != 0)
    return -1;
  if (db_exec(run->db, "INSERT INTO mvc_sites (name, uuid, frontend, database_uri, vm_uri, "
              "mac_base, mac_mask, added) VALUES (?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP())", "sssssss",
              name, site->uuid, frontend, database, site->vm_uri, site->mac_base,
              site->mac_mask) != 0)
    return -1;
  return set_quotas(run, name);
}

static void
close_sites(struct model *model)
{
  size_t i;

  for (i = 0; i < model->nsites; i++)
    site_close(&model->sites[i]);
  pool_free(&model->pool);
  remote_close();
}

static int
add_site(struct run *run)
{
  struct model model = { 0 };
  const char *frontend = run_param(run, "frontend", NULL);
  const char *name = run->args.count == 1 ? run->args.item[0] : NULL;
  int result = -1;

  if (name == NULL)
    return run_fail(run, "must supply one site name");
  if (frontend == NULL || frontend[0] == '\0')
    return run_fail(run, "must supply the site's frontend");
  if (frontend[0] == '-')
    return run_fail(run, "frontend \"%s\" is no ssh destination", frontend);
  if (check_name(run, name) != 0)
    return -1;
  if (need_tables(run, &model) == 0) {
    if (model_site(&model, name) != NULL)
      run_fail(run, "site \"%s\" exists", name);
    else
      result = add_known(run, &model, name, frontend);
  }
  close_sites(&model);
  return result;
}

/* The named sites; each must be known, and not the home site. */
static int
check_sites(struct run *run, struct model *model)
{
  size_t i;

  if (run->args.count == 0)
    return run_fail(run, "must supply a site name");
  if (need_tables(run, model) != 0)
    return -1;
  for (i = 0; i < run->args.count; i++) {
    const struct site *site = model_site(model, run->args.item[i]);

    if (site == NULL || site->home)
      return run_fail(run, site == NULL ? "there is no site \"%s\""
                                        : "site \"%s\" is this site itself", run->args.item[i]);
  }
  return 0;
}

static int
check_unused(struct run *run, const char *site, const char *uuid)
{
  CLEANUP_FREE char *cluster = NULL, *giving = NULL, *moving = NULL;
  CLEANUP_FREE char *prefix = mem_format("%s:", site);
  int length = (int) strlen(prefix);

  if (db_value(run->db, &cluster, NULL,
               "SELECT c.name FROM mvc_members m JOIN mvc_clusters c ON c.id = m.cluster "
               "WHERE m.site_uuid = ? ORDER BY c.name", "s", uuid) != 0
      || db_value(run->db, &giving, NULL,
                  "SELECT cluster FROM mvc_macs WHERE site_uuid = ? ORDER BY cluster", "s",
                  uuid) != 0
      || db_value(run->db, &moving, NULL,
                  "SELECT vm FROM mvc_moves WHERE SUBSTR(source, 1, ?) = ? "
                  "OR SUBSTR(target, 1, ?) = ? ORDER BY vm", "isis", length, prefix, length,
                  prefix) != 0)
    return -1;
  if (cluster != NULL)
    return run_fail(run, "site %s holds VMs of cluster %s; remove that first", site, cluster);
  if (giving != NULL)
    return run_fail(run, "site %s keeps MACs for VMs of cluster %s; remove that first", site,
                    giving);
  if (moving != NULL)
    return run_fail(run, "host %s is on its way from or to site %s; end that move first", moving,
                    site);
  return 0;
}

static int
remove_site(struct run *run)
{
  struct model model = { 0 };
  int result = check_sites(run, &model);
  size_t i;

  for (i = 0; result == 0 && i < run->args.count; i++) {
    const char *uuid = model_site(&model, run->args.item[i])->uuid;

    result = check_unused(run, run->args.item[i], uuid);
    if (result == 0)
      result = db_exec(run->db, "DELETE FROM mvc_sites WHERE uuid = ?", "s", uuid);
  }
  close_sites(&model);
  return result;
}

static int
set_site(struct run *run)
{
  static const char *const columns[][2] = { { "frontend", "frontend" },
                                            { "database", "database_uri" },
                                            { "vm-uri", "vm_uri" } };
  struct model model = { 0 };
  int result;
  size_t i, k;

  result = check_sites(run, &model);
  for (i = 0; result == 0 && i < run->args.count; i++) {
    for (k = 0; result == 0 && k < sizeof columns / sizeof *columns; k++) {
      CLEANUP_FREE char *sql = mem_format("UPDATE mvc_sites SET %s = ? WHERE name = ?",
                                          columns[k][1]);
      const char *value = run_param(run, columns[k][0], NULL);

      if (value != NULL && k == 0 && (value[0] == '\0' || value[0] == '-'))
        result = run_fail(run, "frontend \"%s\" is no ssh destination", value);
      else if (value != NULL)
        result = db_exec(run->db, sql, "ss", value[0] != '\0' ? value : NULL, run->args.item[i]);
    }
    if (result == 0)
      result = set_quotas(run, run->args.item[i]);
  }
  close_sites(&model);
  return result;
}

/* ---- list site ---- */

static void
show_free(struct run *run, uint64_t total, uint64_t used)
{
  if (total == 0)
    output_text(run, NULL);
  else
    output_number(run, total > used ? (int64_t) (total - used) : 0);
}

static void
show_site(struct run *run, const struct site *site, const char *trouble)
{
  size_t i;

  if (trouble != NULL || site->ncontainers == 0) {
    output_row(run, site->name);
    output_text(run, site->home ? site->node : site->frontend);
    output_text(run, NULL);
    for (i = 0; i < 4; i++)
      output_text(run, NULL);
    output_text(run, trouble != NULL ? trouble : "no containers");
    return;
  }
  for (i = 0; i < site->ncontainers; i++) {
    const struct rocks_container_row *c = &site->containers[i];

    output_row(run, site->name);
    output_text(run, site->home ? site->node : site->frontend);
    output_text(run, c->name);
    output_number(run, c->vms);
    show_free(run, c->cpus, c->cpus_used);
    show_free(run, c->memory, c->memory_used);
    show_free(run, c->disk, c->disk_used);
    output_text(run, c->drained ? "drained" : c->member ? "ready" : "frontend");
  }
}

static int
list_site(struct run *run)
{
  CLEANUP_LIST struct list attrs = { 0 };
  struct site_query query = { .attrs = &attrs, .containers = true };
  struct model model = { 0 };
  int result = need_tables(run, &model);
  size_t i;

  site_attr_names(&attrs, NULL, NULL);
  for (i = 0; result == 0 && i < run->args.count; i++)
    if (model_site(&model, run->args.item[i]) == NULL)
      result = run_fail(run, "there is no site \"%s\"", run->args.item[i]);
  output_header(run, "site", "frontend", "container", "vms", "free cpus", "free mem", "free disk",
                "state", NULL);
  output_keep_owner(run);
  for (i = 0; result == 0 && i < model.nsites; i++) {
    struct site *site = &model.sites[i];

    if (run->args.count > 0 && !list_has(&run->args, site->name))
      continue;
    if (site_load(run->call, &model, site, &query) == 0) {
      show_site(run, site, NULL);
    } else if (site->home) {
      result = -1; /* nothing works here; another site's trouble is its own */
    } else {
      show_site(run, site, run->call->message);
      call_clear(run->call);
    }
  }
  close_sites(&model);
  return result;
}

#define SITE_USAGE "[database=string] [frontend=string] [max-cpus=int] [max-disk=int] " \
                   "[max-mem=int] [max-vms=int] [vm-uri=string]"

static const char *const site_options[] = {
  "site: The name by which this site will call the other one.",
  "database: URI of its database. Unless said, the socket of MariaDB on its frontend, reached "
  "over the ssh connection.",
  "frontend: Where ssh reaches its frontend as root: an address, a name, or an alias of "
  "ssh_config(5).",
  "max-cpus: How many CPUs clusters of this site may use there in all; `none` for no bound.",
  "max-disk: How much disk, in units of 10^9 bytes.",
  "max-mem: How much memory, in MiB.",
  "max-vms: How many virtual machines.",
  "vm-uri: How hypervisors of that site are reached, instead of the forwarded socket.",
  NULL
};

static const char *const add_examples[] = {
  "osaka frontend=203.0.113.10 max-vms=8|Make site osaka known, and use it for at most 8 VMs.",
  NULL
};

const struct command site_commands[] = {
  { .words = "add site",
    .usage = "{site} " SITE_USAGE,
    .about = "Makes another site known to this one. Its frontend must let root of this machine "
             "in by ssh, and its database must be a Rocks database that `rocks create database` "
             "was run on. Its range of MAC addresses must not overlap that of a known site.",
    .options = site_options, .examples = add_examples,
    .flags = COMMAND_ROOT | COMMAND_WRITES, .run = add_site },
  { .words = "remove site",
    .usage = "{site}...",
    .about = "Forgets sites. Refused while a cluster of this site has VMs there.",
    .options = (const char *const[]){ "site: Names of known sites.", NULL },
    .flags = COMMAND_ROOT | COMMAND_WRITES, .run = remove_site },
  { .words = "set site",
    .usage = "{site}... " SITE_USAGE,
    .about = "Changes how a known site is reached, or how much of it may be used.",
    .options = site_options,
    .flags = COMMAND_ROOT | COMMAND_WRITES, .run = set_site },
  { .words = "list site",
    .usage = "[site]...",
    .about = "Lists this site and those that it knows, their containers, and what is free there. "
             "A site that does not answer is listed with the reason.",
    .options = (const char *const[]){ "site: Names of sites; all without any.", NULL },
    .run = list_site },
  { 0 }
};
