/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The frontend's own services: what they are told, and telling them.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "commands/commands.h"
#include "commands/dump.h"
#include "commands/patterns.h"
#include "commands/services.h"

/* While insert-ethers holds it, that program writes the files at its end. */
#define INSERT_ETHERS "/var/lock/insert-ethers"
#define LOCK "/var/lock/rocks-sync-config"
#define PATIENCE 30 /* seconds for another one to end */

/* Rocks' own distribution of files to hosts, where it is set up. */
#define FOUR11 "/var/411"

/* ---- reports ---- */

static int
report_host(struct run *run)
{
  return hosts_text(run, &run->text);
}

static int
report_host_dhcpd(struct run *run)
{
  CLEANUP_TEXT struct text conf = { 0 }, device = { 0 }, defaults = { 0 };
  CLEANUP_LIST struct list hosts = { 0 };
  CLEANUP_FREE char *host = NULL;
  struct services services;

  if (run->args.count > 1)
    return run_fail(run, "cannot supply more than one host name");
  if (run->args.count > 0 && hosts_expand(run, &hosts, 0) != 0)
    return -1;
  /* Whoever is named, it is this machine that serves. */
  host = hosts_self(run);
  if (host == NULL || dhcpd_text(run, host, &conf, &device) != 0)
    return -1;
  services_of_rocks(&services);
  text_add(&defaults, "%s=\"%s\"\n", services.dhcpd_variable, text_get(&device));
  report_file(&run->text, services.dhcpd_conf, NULL, &conf);
  report_file(&run->text, services.dhcpd_defaults, NULL, &defaults);
  services_free(&services);
  return 0;
}

static int
report_named(struct run *run)
{
  CLEANUP_FREE char *host = hosts_self(run);
  CLEANUP_TEXT struct text conf = { 0 };
  struct services services;
  int result;

  if (host == NULL)
    return -1;
  services_of_rocks(&services);
  result = named_text(run, host, &services, &conf);
  if (result == 0)
    report_file(&run->text, services.named_conf, "0644", &conf);
  services_free(&services);
  return result;
}

static int
report_zones(struct run *run)
{
  CLEANUP_FREE char *host = hosts_self(run);
  struct zones zones = { 0 };
  struct services services;
  size_t i;
  int result;

  if (host == NULL)
    return -1;
  services_of_rocks(&services);
  result = zones_text(run, host, &services, &zones);
  for (i = 0; result == 0 && i < zones.name.count; i++) {
    CLEANUP_FREE char *path = mem_format("%s/%s", services.named_zones, zones.name.item[i]);

    report_file(&run->text, path, "0644", &zones.text[i]);
  }
  zones_free(&zones);
  services_free(&services);
  return result;
}

/* ---- sync ---- */

/* Another one that has read the database before us must not write after us. */
static int
lock(struct run *run)
{
  int fd = open(LOCK, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  unsigned i;

  if (fd < 0) {
    call_fail(run->call, ROCKS_EPERMISSION, "cannot open %s: %s", LOCK, strerror(errno));
    return -1;
  }
  for (i = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; i++) {
    if (i >= PATIENCE * 10) {
      close(fd);
      call_fail(run->call, ROCKS_EBACKEND, "another sync config has run for %d seconds", PATIENCE);
      return -1;
    }
    usleep(100000);
  }
  return fd;
}

/* A service is restarted when something has changed, or when an admin asks. */
static bool
is_due(const struct run *run, unsigned changed)
{
  return changed > 0 || run->parent == NULL;
}

static int
sync_dhcpd(struct run *run, const char *host, const struct services *services)
{
  CLEANUP_TEXT struct text conf = { 0 }, device = { 0 }, defaults = { 0 };
  unsigned changed = 0;

  if (services->dhcpd_conf == NULL)
    return 0;
  if (dhcpd_text(run, host, &conf, &device) != 0
      || service_write(run, services->dhcpd_conf, &conf, &changed) != 0)
    return -1;
  text_add(&defaults, "%s=\"%s\"\n", services->dhcpd_variable, text_get(&device));
  if (services->dhcpd_defaults != NULL
      && service_write(run, services->dhcpd_defaults, &defaults, &changed) != 0)
    return -1;
  if (is_due(run, changed))
    service_run(run, services->dhcpd_restart);
  return 0;
}

/* The zones first: named.conf names them. */
static int
sync_named(struct run *run, const char *host, const struct services *services)
{
  CLEANUP_TEXT struct text conf = { 0 };
  struct zones zones = { 0 };
  unsigned changed = 0;
  size_t i;
  int result;

  if (services->named_conf == NULL || services->named_zones == NULL)
    return 0;
  result = zones_text(run, host, services, &zones);
  if (result == 0)
    result = named_text(run, host, services, &conf);
  for (i = 0; result == 0 && i < zones.name.count; i++) {
    CLEANUP_FREE char *path = mem_format("%s/%s", services->named_zones, zones.name.item[i]);

    result = service_write(run, path, &zones.text[i], &changed);
  }
  zones_free(&zones);
  if (result != 0 || service_write(run, services->named_conf, &conf, &changed) != 0)
    return -1;
  if (is_due(run, changed))
    service_run(run, services->named_reload);
  return 0;
}

static int
sync_hosts_file(struct run *run, const struct services *services)
{
  CLEANUP_TEXT struct text hosts = { 0 };
  unsigned changed = 0;

  if (services->hosts_file == NULL)
    return 0;
  return hosts_text(run, &hosts) != 0
         || service_write(run, services->hosts_file, &hosts, &changed) != 0 ? -1 : 0;
}

/* The first failure is the command's; the other services are told all the same. */
static int
sync_services(struct run *run, const char *host, const struct services *services, bool all)
{
  CLEANUP_FREE char *message = NULL;
  int (*const step[])(struct run *, const char *, const struct services *)
    = { sync_named, sync_dhcpd };
  enum rocks_code code = ROCKS_OK;
  size_t i;

  for (i = 0; i < (all ? 2u : 1u); i++)
    if (step[i](run, host, services) != 0 && message == NULL) {
      message = mem_copy(or_empty(run->call->message));
      code = run->call->code;
      call_clear(run->call);
    }
  if (all && sync_hosts_file(run, services) != 0)
    return -1;
  return message == NULL ? 0 : call_fail(run->call, code, "%s", message);
}

static int
sync_locked(struct run *run, bool all)
{
  CLEANUP_FREE char *host = dump_self(run); /* only a host of the site has services for it */
  struct services services = { 0 };
  int result, fd;

  if (host == NULL)
    return 0;
  fd = lock(run);
  if (fd < 0)
    return -1;
  result = services_load(run, &services);
  if (result == 0)
    result = sync_services(run, host, &services, all);
  services_free(&services);
  close(fd);
  return result;
}

static int
sync_dns(struct run *run)
{
  return sync_locked(run, false);
}

static int
sync_config(struct run *run)
{
  if (access(INSERT_ETHERS, F_OK) == 0) {
    call_warn(run->call, "insert-ethers is running (%s): it does this when it ends",
              INSERT_ETHERS);
    return 0;
  }
  if (sync_locked(run, true) != 0)
    return -1;
  if (access(FOUR11 "/Makefile", R_OK) == 0)
    service_run(run, "make -s -C " FOUR11);
  return 0;
}

static const char *const dhcpd_options[] = { "host: the frontend; this one unless given", NULL };

const struct command sync_config_commands[] = {
  { "report host", "", "Prints the names and addresses of all hosts as /etc/hosts has them.", NULL,
    NULL, 0, report_host },
  { "report host dhcpd", "{host}",
    "Prints the configuration of dhcpd: which host of the private network gets which address, and "
    "what it boots. Interfaces with a VLAN are not in it.", dhcpd_options, NULL, 0,
    report_host_dhcpd },
  { "report named", "", "Prints the configuration of the name server.", NULL, NULL, 0,
    report_named },
  { "report zones", "",
    "Prints the zones of the name server: of each network whose servedns is True, its names and "
    "its addresses.\n\nThe text of a file beside a zone whose name has .local after it is added "
    "to it.", NULL, NULL, 0, report_zones },
  { "sync config", "",
    "Writes the configuration of this frontend's services, and restarts those for which it has "
    "changed: dhcpd, named, and /etc/hosts. Each file is complete before it takes the place of "
    "the one before; what stood there before the first time is kept beside it.\n\n"
    "A service that is not installed is left alone, and so is an /etc/hosts that Rocks has not "
    "written. Where the files are, and how a service is restarted, can be said in the "
    "configuration file; see rocks(1).", NULL, NULL, COMMAND_ROOT, sync_config },
  { "sync dns", "", "Writes the configuration and the zones of the name server, and reloads it.",
    NULL, NULL, COMMAND_ROOT, sync_dns },
  COMMANDS_END
};
