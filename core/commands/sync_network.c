/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * `sync host network`: the reports on a host's network become its files
 * (rocks-compat 4.9).
 */
#include <config.h>

#include <string.h>

#include "commands/commands.h"
#include "commands/patterns.h"
#include "commands/reach.h"
#include "remote/remote.h"
#include "remote/script.h"

#define TIMEOUT 120 /* seconds: a network that starts may wait for its links */

static const char *const reports[] = {
  "report host interface", "report host network", "report host route"
};

/* Every file is complete before it takes the place of the one before. Hosts
 * that have no such files have their network from elsewhere. */
static const char functions[]
  = "[ -d /etc/sysconfig ] || { echo 'there is no /etc/sysconfig here' >&2; exit 3; }\n"
    "put_file() { # NAME PERMS TEXT\n"
    "  mkdir -p \"$(dirname \"$1\")\"\n"
    "  printf '%s' \"$3\" >\"$1.rocks-new\"\n"
    "  chmod \"$2\" \"$1.rocks-new\"\n"
    "  mv -f \"$1.rocks-new\" \"$1\"\n"
    "}\n"
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

/* A report on one host while it is read. */
struct reader {
  struct rocks_script *script;
  char *path, *perms; /* of the file that is open */
  struct text file;
};

static const struct { const char *entity; char c; } entities[] = {
  { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' }
};

static void
add_unescaped(struct text *out, const char *text, size_t length)
{
  size_t i, e, n;

  for (i = 0; i < length; i += n) {
    char c = text[i];

    n = 1;
    for (e = 0; e < sizeof entities / sizeof *entities; e++)
      if (strncmp(text + i, entities[e].entity, strlen(entities[e].entity)) == 0) {
        c = entities[e].c;
        n = strlen(entities[e].entity);
      }
    text_add_char(out, c, 1);
  }
}

/* The value of an attribute of a tag; NULL without it; the caller frees. */
static char *
attribute(const char *tag, const char *name)
{
  CLEANUP_FREE char *key = mem_format(" %s=\"", name);
  const char *start = strstr(tag, key);
  struct text value = { 0 };

  if (start == NULL)
    return NULL;
  start += strlen(key);
  add_unescaped(&value, start, strcspn(start, "\""));
  return text_take(&value);
}

static void
read_line(struct reader *reader, const char *line)
{
  if (strncmp(line, "<file ", 6) == 0) {
    reader->path = attribute(line, "name");
    reader->perms = attribute(line, "perms");
  } else if (strcmp(line, "</file>") == 0 && reader->path != NULL) {
    script_run(reader->script, "put_file", reader->path,
               reader->perms != NULL ? reader->perms : "0644", text_get(&reader->file), NULL);
    free(reader->path);
    free(reader->perms);
    reader->path = reader->perms = NULL;
    text_free(&reader->file);
  } else if (reader->path != NULL) {
    add_unescaped(&reader->file, line, strlen(line));
    text_add_char(&reader->file, '\n', 1);
  } else if (*line != '\0') {
    /* What stands outside of files is shell. */
    CLEANUP_TEXT struct text shell = { 0 };

    add_unescaped(&shell, line, strlen(line));
    script_run(reader->script, "sh", "-c", text_get(&shell), NULL);
  }
}

/* The lines of a report that are this host's: with several hosts in it each
 * line begins with its host. */
static void
read_report(struct reader *reader, const char *host, bool several, const char *report)
{
  CLEANUP_FREE char *prefix = several ? mem_format("%s: ", host) : mem_copy("");
  size_t skip = strlen(prefix), n;

  for (; *report != '\0'; report += n + (report[n] == '\n')) {
    CLEANUP_FREE char *line = NULL;

    n = strcspn(report, "\n");
    if (n < skip || strncmp(report, prefix, skip) != 0)
      continue;
    line = mem_format("%.*s", (int) (n - skip), report + skip);
    read_line(reader, line);
  }
  free(reader->path);
  free(reader->perms);
  reader->path = reader->perms = NULL;
  text_free(&reader->file);
}

struct sync {
  struct run *run;
  struct list hosts;
  struct reach reach;
  struct remote_job *job;
  struct rocks_script **script;
  struct text report[sizeof reports / sizeof *reports];
};

static void
make_job(struct sync *sync, size_t i)
{
  struct reader reader = { .script = script_new() };
  size_t r;

  script_code(reader.script, functions);
  for (r = 0; r < sizeof reports / sizeof *reports; r++)
    read_report(&reader, sync->hosts.item[i], sync->hosts.count > 1, text_get(&sync->report[r]));
  script_run(reader.script, "restart_network", NULL);
  sync->script[i] = reader.script;
  sync->job[i] = (struct remote_job){
    .host = &sync->reach.host[i], .script = script_text(reader.script), .timeout = TIMEOUT
  };
}

/* A host that is down, or has its network from elsewhere, stops no other. */
static void
finish_job(struct sync *sync, size_t i)
{
  if (sync->job[i].result != REMOTE_OK) {
    remote_report(sync->run->call, &sync->job[i]);
    call_warn(sync->run->call, "%s", or_empty(sync->run->call->message));
    call_clear(sync->run->call);
  }
  remote_job_free(&sync->job[i]);
  script_free(sync->script[i]);
}

static int
sync_all(struct sync *sync)
{
  size_t i, n = sync->hosts.count;

  for (i = 0; i < sizeof reports / sizeof *reports; i++)
    if (command_text(sync->run, reports[i], (const char *const *) sync->hosts.item, n,
                     &sync->report[i]) != 0)
      return -1;
  if (reach_hosts(sync->run, &sync->hosts, &sync->reach) != 0)
    return -1;
  sync->job = mem_new(n, sizeof *sync->job);
  sync->script = mem_new(n, sizeof(struct rocks_script *));
  for (i = 0; i < n; i++)
    make_job(sync, i);
  remote_run(sync->run->call, sync->job, n, 0);
  for (i = 0; i < n; i++)
    finish_job(sync, i);
  run_after_commit(sync->run, "sync config", NULL, 0);
  return 0;
}

static int
sync_host_network(struct run *run)
{
  struct sync sync = { .run = run };
  int result = hosts_expand(run, &sync.hosts, HOSTS_MANAGED);
  size_t i;

  if (result == 0 && sync.hosts.count > 0)
    result = sync_all(&sync);
  for (i = 0; i < sizeof reports / sizeof *reports; i++)
    text_free(&sync.report[i]);
  free(sync.job);
  free(sync.script);
  reach_free(&sync.reach);
  list_free(&sync.hosts);
  return result;
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
