/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "commands/services.h"
#include "framework/config.h"
#include "remote/child.h"

#define TIMEOUT 30000 /* ms for a service to start again */

enum { ROCKS, DEBIAN, SYSTEMS };

/* Red Hat's systems have everything where Rocks has it.  A zone's folder must
 * be one that named may write to, since its own files go there as well. */
static const struct {
  const char *key, *daemon;
  size_t member;
  const char *value[SYSTEMS];
} settings[] = {
  { "dhcpd_conf", "dhcpd", offsetof(struct services, dhcpd_conf),
    { "/etc/dhcp/dhcpd.conf", "/etc/dhcp/dhcpd.conf" } },
  { "dhcpd_defaults", "dhcpd", offsetof(struct services, dhcpd_defaults),
    { "/etc/sysconfig/dhcpd", "/etc/default/isc-dhcp-server" } },
  { "dhcpd_restart", NULL, offsetof(struct services, dhcpd_restart),
    { "systemctl restart dhcpd", "systemctl restart isc-dhcp-server" } },
  { "named_conf", "named", offsetof(struct services, named_conf),
    { "/etc/named.conf", "/etc/bind/named.conf" } },
  { "named_zones", "named", offsetof(struct services, named_zones),
    { "/var/named", "/var/lib/bind" } },
  { "named_reload", NULL, offsetof(struct services, named_reload),
    { "systemctl reload-or-restart named", "systemctl reload-or-restart named" } },
  { "hosts_file", NULL, offsetof(struct services, hosts_file), { "/etc/hosts", "/etc/hosts" } },
};

static const char *const variables[SYSTEMS] = { "DHCPDARGS", "INTERFACESv4" };

#define HOSTS_FILE "/etc/hosts"
#define HOSTS_MARK "# Added by rocks report host #"

static char **
member_of(struct services *services, size_t i)
{
  return (char **) ((char *) services + settings[i].member);
}

static int
system_here(void)
{
  return access("/etc/debian_version", F_OK) == 0 ? DEBIAN : ROCKS;
}

/* Whether `program` is there: a path, or a name within PATH or the folders
 * that users' PATHs lack. */
static bool
is_installed(const char *program)
{
  CLEANUP_FREE char *path = mem_format("%s:/usr/sbin:/sbin", or_empty(getenv("PATH")));
  CLEANUP_LIST struct list folders = { 0 };
  size_t i;

  if (strchr(program, '/') != NULL)
    return access(program, X_OK) == 0;
  list_split(&folders, path, ":");
  for (i = 0; i < folders.count; i++) {
    CLEANUP_FREE char *file = mem_format("%s/%s", folders.item[i], program);

    if (access(file, X_OK) == 0)
      return true;
  }
  return false;
}

/* An admin's own file of hosts is taken over only if the configuration says so. */
static bool
is_rocks_hosts_file(void)
{
  char line[sizeof HOSTS_MARK + 1] = "";
  FILE *in = fopen(HOSTS_FILE, "re");
  bool is;

  is = in != NULL && fgets(line, sizeof line, in) != NULL
       && strncmp(line, HOSTS_MARK, sizeof HOSTS_MARK - 1) == 0;
  if (in != NULL)
    fclose(in);
  return is;
}

int
services_load(struct run *run, struct services *services)
{
  int system = system_here();
  size_t i;

  *services = (struct services){ .dhcpd_variable = variables[system] };
  for (i = 0; i < sizeof settings / sizeof *settings; i++) {
    char **value = member_of(services, i);
    const char *daemon = settings[i].daemon;

    if (config_get(run->call, settings[i].key, value) != 0)
      return -1;
    if (*value == NULL && (daemon == NULL || is_installed(daemon)))
      *value = mem_copy(settings[i].value[system]);
    else if (*value != NULL && strcmp(*value, "none") == 0) {
      free(*value);
      *value = NULL;
    } else if (*value != NULL)
      continue;
    if (member_of(services, i) == &services->hosts_file && !is_rocks_hosts_file()) {
      free(*value);
      *value = NULL;
    }
  }
  return 0;
}

void
services_of_rocks(struct services *services)
{
  size_t i;

  *services = (struct services){ .dhcpd_variable = variables[ROCKS] };
  for (i = 0; i < sizeof settings / sizeof *settings; i++)
    *member_of(services, i) = mem_copy(settings[i].value[ROCKS]);
}

void
services_free(struct services *services)
{
  size_t i;

  for (i = 0; i < sizeof settings / sizeof *settings; i++) {
    free(*member_of(services, i));
    *member_of(services, i) = NULL;
  }
}

static int
keep_first(struct run *run, const char *path)
{
  CLEANUP_FREE char *kept = mem_format("%s.before-rocks", path);

  if (link(path, kept) == 0 || errno == EEXIST || errno == ENOENT)
    return 0;
  return call_fail(run->call, ROCKS_EBACKEND, "cannot keep %s as %s: %s", path, kept,
                   strerror(errno));
}

int
service_write(struct run *run, const char *path, const struct text *text, unsigned *changed)
{
  if (file_holds(path, text))
    return 0;
  if (keep_first(run, path) != 0 || file_replace(run->call, path, text, 0644, (gid_t) -1) != 0)
    return -1;
  (*changed)++;
  return 0;
}

/* systemctl can do nothing where another program is the first process. */
static bool
can_run(const char *program)
{
  if (strcmp(program, "systemctl") == 0 && access("/run/systemd/system", F_OK) != 0)
    return false;
  return is_installed(program);
}

void
service_run(struct run *run, const char *command)
{
  CLEANUP_LIST struct list argv = { 0 };
  struct child child;
  int error;

  list_split(&argv, or_empty(command), " \t");
  if (argv.count == 0 || !can_run(argv.item[0]))
    return;
  error = child_run(&child, &argv, TIMEOUT);
  if (error != 0) {
    call_warn(run->call, "cannot run \"%s\": %s", command, strerror(error));
    return;
  }
  if (child.timed_out)
    call_warn(run->call, "\"%s\" has not ended within %d seconds", command, TIMEOUT / 1000);
  else if (child.status != 0)
    call_warn(run->call, "\"%s\" failed with status %d: %.*s", command, child.status,
              (int) strcspn(text_get(&child.complained), "\n"), text_get(&child.complained));
  child_free(&child);
}

void
report_file(struct text *out, const char *path, const char *perms, const struct text *text)
{
  text_add(out, "<file name=\"%s\"", path);
  if (perms != NULL)
    text_add(out, " perms=\"%s\"", perms);
  text_add(out, ">\n%s</file>\n", text_get(text));
}
