/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * VMs as those drive them who have a key of their virtual cluster, through
 * airboss (rocks-compat 3.4, 4.2, 4.4).
 */
#include <config.h>

#include <errno.h>
#include <math.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "commands/airboss.h"
#include "commands/commands.h"
#include "commands/patterns.h"

static const char bad_key[] = "Unable to find a valid the key (%s)";
static const char bad_power_key[] = "you need to provide a valid ssh key (%s)";

#define DELAY_MAX 3600.0 /* seconds */

/* ---- list host macs ---- */

static int
take_one_word(struct run *run)
{
  if (run->args.count == 0)
    return run_fail(run, "must supply one host name");
  if (run->args.count > 1)
    return run_fail(run, "must supply only one host name");
  return 0;
}

static int
each_node(struct run *run, struct text *answer,
          int (*each)(void *, const struct airboss_node *), void *arg)
{
  CLEANUP_LIST struct list lines = { 0 };
  struct airboss_node node;
  size_t i;

  list_split(&lines, text_get(answer), "\n");
  for (i = 0; i < lines.count; i++) {
    if (node_parse(lines.item[i], &node) != 0)
      return run_fail(run, "command failed: airboss gives an answer that is none");
    if (each(arg, &node) != 0)
      return -1;
  }
  return 0;
}

struct listing {
  struct run *run;
  bool states;
};

static int
list_node(void *arg, const struct airboss_node *node)
{
  const struct listing *listing = arg;

  output_row(listing->run, "");
  output_text(listing->run, node->mac);
  if (listing->states)
    output_text(listing->run, node->state);
  output_text(listing->run, node->names);
  return 0;
}

static int
list_host_macs(struct run *run)
{
  struct listing listing = { run, run_flag(run, "status", false) };
  CLEANUP_TEXT struct text answer = { 0 };
  struct airboss airboss;
  int result = airboss_find(run, &airboss);

  if (result == 0)
    result = take_one_word(run);
  if (result == 0)
    result = airboss_request(&airboss, listing.states ? AIRBOSS_STATES : AIRBOSS_MACS,
                             run->args.item[0], NULL, bad_key, &answer);
  if (listing.states)
    output_header(run, "", "macs in cluster", "state", "host names", NULL);
  else
    output_header(run, "", "macs in cluster", "host names", NULL);
  if (result == 0)
    result = each_node(run, &answer, list_node, &listing);
  airboss_free(&airboss);
  return result;
}

/* ---- set host power, set host cdrom ---- */

static int
read_action(struct run *run, const char *action, enum airboss_operation *operation)
{
  static const struct { const char *word; enum airboss_operation operation; } actions[] = {
    { "on", AIRBOSS_POWER_ON }, { "off", AIRBOSS_POWER_OFF },
    { "install", AIRBOSS_POWER_INSTALL },
  };
  size_t i;

  for (i = 0; i < sizeof actions / sizeof *actions; i++)
    if (strcmp(action, actions[i].word) == 0) {
      *operation = actions[i].operation;
      return 0;
    }
  return run_fail(run, "invalid action. action must be \"on\", \"off\" or \"install\"");
}

static int
set_host_power(struct run *run)
{
  CLEANUP_TEXT struct text answer = { 0 };
  enum airboss_operation operation = AIRBOSS_POWER_ON;
  struct airboss airboss;
  size_t i;
  int result;

  if (run->args.count == 0)
    return run_fail(run, "must supply at least one host");
  if (read_action(run, run_param(run, "action", ""), &operation) != 0)
    return -1;
  result = airboss_find(run, &airboss);
  for (i = 0; result == 0 && i < run->args.count; i++)
    result = airboss_request(&airboss, operation, run->args.item[i], NULL, bad_power_key,
                             &answer);
  airboss_free(&airboss);
  return result;
}

static int
set_host_cdrom(struct run *run)
{
  const char *path = run_param(run, "cdrom", "");
  CLEANUP_TEXT struct text answer = { 0 };
  struct airboss airboss = { 0 };
  int result;

  if (path[0] == '\0')
    return run_fail(run, "you need to specify the path to the cdrom");
  if (strcasecmp(path, "none") == 0)
    path = NULL;
  result = airboss_find(run, &airboss);
  if (result == 0)
    result = take_one_word(run);
  if (result == 0)
    result = airboss_request(&airboss, AIRBOSS_CDROM, run->args.item[0], path, bad_key, &answer);
  airboss_free(&airboss);
  return result;
}

/* ---- set cluster power ---- */

struct power {
  struct airboss *airboss;
  enum airboss_operation operation;
  double delay; /* seconds between two VMs */
  size_t done;
};

static int
power_node(void *arg, const struct airboss_node *node)
{
  struct power *power = arg;
  struct text answer = { 0 };
  struct timespec left = { .tv_sec = (time_t) power->delay };
  int result;

  if (node->frontend)
    return 0;
  left.tv_nsec = (long) ((power->delay - (double) left.tv_sec) * 1e9);
  while (power->done > 0 && nanosleep(&left, &left) != 0 && errno == EINTR)
    continue;
  result = airboss_request(power->airboss, power->operation, node->mac, NULL, bad_power_key,
                           &answer);
  power->done++;
  text_free(&answer);
  return result;
}

static int
read_delay(struct run *run, double *delay)
{
  const char *given = run_param(run, "delay", "1");
  char *end;

  *delay = strtod(given, &end);
  if (end == given || *end != '\0' || !isfinite(*delay))
    return run_fail(run, "\"delay\" must be a floating point number");
  if (*delay < 0 || *delay > DELAY_MAX)
    return run_fail(run, "\"delay\" must be a number from 0 to %.0f", DELAY_MAX);
  return 0;
}

/* The appliance decides, as in the original. */
static int
check_frontend(struct run *run, const char *host)
{
  CLEANUP_FREE char *appliance = NULL;

  if (db_value(run->db, &appliance, NULL, "select a.Name from nodes n"
               " join memberships m on m.ID = n.Membership join appliances a on a.ID = m.Appliance"
               " where n.Name = ?", "s", host) != 0)
    return -1;
  if (strcmp(or_empty(appliance), "frontend") != 0)
    return run_fail(run, "host name must be a frontend");
  return 0;
}

static int
check_cluster_words(struct run *run, struct power *power, char **host)
{
  const char *key = run_param(run, "key", ""), *name;

  if (read_delay(run, &power->delay) != 0
      || take_one_host(run, "must supply only one host", host) != 0
      || check_frontend(run, *host) != 0
      || read_action(run, run_param(run, "action", "on"), &power->operation) != 0)
    return -1;
  if (key[0] == '\0')
    return run_fail(run, "must supply a key");
  if (airboss_key(power->airboss, &name) == NULL)
    return run_fail(run, "can't access the private key '%s'", key);
  return 0;
}

static int
set_cluster_power(struct run *run)
{
  CLEANUP_TEXT struct text answer = { 0 };
  CLEANUP_FREE char *host = NULL;
  struct airboss airboss = { .run = run };
  struct power power = { .airboss = &airboss };
  int result = run_db(run) != NULL ? check_cluster_words(run, &power, &host) : -1;

  if (result == 0)
    result = airboss_find(run, &airboss);
  if (result == 0)
    result = airboss_request(&airboss, AIRBOSS_MACS, host, NULL, bad_key, &answer);
  if (result == 0)
    result = each_node(run, &answer, power_node, &power);
  airboss_free(&airboss);
  return result;
}

static const char *const options[] = {
  "host: a VM of a virtual cluster, as this machine calls it, or its MAC address",
  "action: on, off, or install, to be installed anew",
  "key: the file of the private key [~/.ssh/id_rsa]",
  "status: yes adds what each VM does",
  "cdrom: an ISO image of its container, with its whole path; none takes it out",
  "delay: seconds between two VMs [1]",
  NULL
};

static const char *const power_examples[] = {
  "compute-0-0 key=private.key action=install|switches it on to be installed",
  "76:77:6e:40:00:02 key=private.key action=off|switches off the VM with that MAC address", NULL
};

static const char *const macs_examples[] = {
  "frontend-0-0-0 key=private.key|the VMs of the cluster that the key is for", NULL
};

const struct command host_power_commands[] = {
  { "list host macs", "{host} [key=string] [status=bool]",
    "Shows the MAC addresses in a host's virtual cluster, asked of airboss.", options,
    macs_examples, 0, list_host_macs },
  { "set cluster power", "{host} [action=string] [delay=string] {key=string}",
    "Switches all VMs of a virtual cluster but its frontend, through airboss.", options, NULL, 0,
    set_cluster_power },
  { "set host cdrom", "{host} [cdrom=string] [key=string]",
    "Puts a CD-ROM into a VM, or takes it out, through airboss, from its next start on.", options,
    NULL, 0, set_host_cdrom },
  { "set host power", "{host}... [action=string] [key=string]",
    "Switches VMs of a virtual cluster on or off, through airboss.", options, power_examples, 0,
    set_host_power },
  COMMANDS_END
};
