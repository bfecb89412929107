/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * `sync host network`: the reports on a host's network become its files
 * (rocks-compat 4.9).
 */
#include <config.h>

#include "commands/commands.h"
#include "commands/patterns.h"
#include "commands/push.h"

static const char *const reports[] = {
  "report host interface", "report host network", "report host route"
};

/* Hosts that have no such files have their network from elsewhere. */
static const char code[]
  = "[ -d /etc/sysconfig ] || { echo 'there is no /etc/sysconfig here' >&2; exit 3; }\n"
    "restart_network() {\n"
    "  if [ -x /etc/init.d/network ]; then\n"
    "    /sbin/service network restart >/dev/null\n"
    "  elif command -v nmcli >/dev/null; then\n"
    "    nmcli connection reload\n"
    "    for device in $(nmcli -g DEVICE device status); do\n"
    "      [ \"$device\" = lo ] || nmcli device reapply \"$device\" >/dev/null 2>&1 || :\n"
    "    done\n"
    "  else\n"
    "    systemctl restart network\n"
    "  fi\n"
    "}\n";

static int
sync_host_network(struct run *run)
{
  CLEANUP_LIST struct list hosts = { 0 };
  struct push push = { .reports = reports, .nreports = sizeof reports / sizeof *reports,
                       .subjects = &hosts, .hosts = &hosts, .code = code,
                       .last = "restart_network" };

  if (hosts_expand(run, &hosts, HOSTS_MANAGED) != 0 || push_reports(run, &push) != 0)
    return -1;
  if (hosts.count > 0)
    run_after_commit(run, "sync config", NULL, 0);
  return 0;
}

static const char *const examples[] = {
  "compute-0-0|that host; without words, all managed hosts", NULL
};

const struct command sync_network_commands[] = {
  { "sync host network", "",
    "Writes what report host interface, report host network and report host route print to the "
    "hosts that are named, or to all managed ones, starts their networks again, and does sync "
    "config. Each file is complete before it takes the place of the one before. A host without "
    "/etc/sysconfig is left as it is.", NULL, examples, COMMAND_ROOT, sync_host_network },
  COMMANDS_END
};
