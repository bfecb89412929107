/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * `run host`: a shell command on many hosts at once (rocks-compat 4.10).
 */
#include <config.h>

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/addr.h"
#include "commands/commands.h"
#include "commands/patterns.h"
#include "commands/reach.h"
#include "remote/remote.h"

#define NO_TIMEOUT (7u * 24 * 3600) /* seconds: a week is for ever */
#define STATS_MARK '\036'           /* before the milliseconds, last in the output */

struct order {
  struct run *run;
  const char *command;
  struct list hosts;
  unsigned timeout, threads;
  double delay;              /* seconds from one host's start to the next one's */
  bool collate, stats, x11;
  struct reach reach;
  struct remote_job *job;
  struct list scripts;
};

/* ---- what was asked for ---- */

static int
read_number(struct run *run, const char *name, const char *fallback, int64_t *number)
{
  if (!number_parse(run_param(run, name, fallback), INT32_MIN, INT32_MAX, number))
    return run_fail(run, "\"%s\" must be an integer", name);
  return 0;
}

static int
read_delay(struct run *run, double *delay)
{
  const char *text = run_param(run, "delay", "0");
  char *end;

  *delay = strtod(text, &end);
  if (*text == '\0' || *end != '\0' || !isfinite(*delay) || *delay < 0 || *delay > 3600)
    return run_fail(run, "\"delay\" must be a floating point number");
  return 0;
}

static int
read_order(struct run *run, struct order *order)
{
  int64_t timeout, threads;

  run_positional(run, "command", &order->command);
  if (order->command == NULL)
    return run_fail(run, "must supply a command");
  if (read_number(run, "timeout", "30", &timeout) != 0)
    return -1;
  if (timeout < 0)
    return run_fail(run, "\"timeout\" must be a postive integer");
  if (read_number(run, "num-threads", "128", &threads) != 0 || read_delay(run, &order->delay) != 0)
    return -1;
  order->timeout = timeout == 0 || timeout > NO_TIMEOUT ? NO_TIMEOUT : (unsigned) timeout;
  order->threads = threads > 0 ? (unsigned) threads : UINT32_MAX;
  order->collate = run_flag(run, "collate", false);
  order->stats = run_flag(run, "stats", false);
  order->x11 = run_flag(run, "x11", true);
  return hosts_expand(run, &order->hosts,
                      run_flag(run, "managed", true) ? HOSTS_MANAGED : 0);
}

/* ---- where it goes ---- */

/* What is typed is for the shell that an admin has: bash where there is one. */
static void
add_script(struct order *order, size_t host)
{
  struct text script = { 0 };

  text_add(&script, "exec 2>&1\n");
  if (!order->x11)
    text_add(&script, "unset DISPLAY\n");
  if (order->delay > 0 && host > 0)
    text_add(&script, "sleep %.3f\n", order->delay * (double) host);
  if (order->stats)
    text_add(&script, "mvc_start=$(date +%%s%%N)\n");
  text_add(&script, "\"$(command -v bash || echo sh)\" -c ");
  text_add_quoted(&script, order->command);
  text_add(&script, "\nmvc_status=$?\n");
  if (order->stats)
    text_add(&script, "printf '\\036%%d\\n' \"$((($(date +%%s%%N) - mvc_start) / 1000000))\"\n");
  text_add(&script, "exit \"$mvc_status\"\n");
  list_take(&order->scripts, text_take(&script));
}

static int
make_jobs(struct order *order)
{
  size_t i, n = order->hosts.count;

  if (reach_hosts(order->run, &order->hosts, &order->reach) != 0)
    return -1;
  order->job = mem_new(n + 1, sizeof *order->job);
  for (i = 0; i < n; i++) {
    add_script(order, i);
    order->job[i] = (struct remote_job){
      .host = &order->reach.host[i], .script = order->scripts.item[i],
      .timeout = order->timeout + (unsigned) ceil(order->delay * (double) i)
    };
  }
  return 0;
}

/* ---- what came of it ---- */

/* Cuts off and returns the milliseconds that the command took; -1: unknown. */
static int64_t
take_stats(struct text *output)
{
  char *mark = output->length > 0 ? strrchr(output->data, STATS_MARK) : NULL;
  int64_t milliseconds = -1;
  char *end;

  if (mark == NULL)
    return -1;
  end = mark + 1 + strspn(mark + 1, "0123456789");
  *end = '\0';
  if (!number_parse(mark + 1, 0, INT64_MAX, &milliseconds))
    milliseconds = -1;
  *mark = '\0';
  output->length = (size_t) (mark - output->data);
  return milliseconds;
}

static void
print_lines(struct run *run, const char *prefix, const char *text)
{
  while (*text != '\0') {
    size_t n = strcspn(text, "\n");

    run_print(run, "%s%.*s\n", prefix, (int) n, text);
    text += n + (text[n] == '\n');
  }
}

/* What it said is printed whatever its status was, which the original did not
 * tell; here standard error does. */
static void
print_job(struct order *order, struct remote_job *job)
{
  CLEANUP_FREE char *prefix = mem_format("%s: ", job->host->name);
  int64_t milliseconds = order->stats ? take_stats(&job->output) : -1;
  struct run *run = order->run;

  if (job->result == REMOTE_UNREACHABLE) {
    run_print(run, "%sdown\n", prefix);
    remote_report(run->call, job);
    call_debug(run->call, "%s", or_empty(run->call->message));
    call_clear(run->call);
    return;
  }
  print_lines(run, order->collate && order->hosts.count > 1 ? prefix : "",
              text_get(&job->output));
  if (milliseconds >= 0)
    run_print(run, "%s%" PRId64 ".%03" PRId64 " s\n", prefix, milliseconds / 1000,
              milliseconds % 1000);
  if (job->result == REMOTE_TIMEOUT)
    call_warn(run->call, "%s: the command was ended after %u seconds", job->host->name,
              order->timeout);
  else if (job->result == REMOTE_FAILED)
    call_warn(run->call, "%s: the command ended with status %d", job->host->name, job->status);
}

static int
run_host(struct run *run)
{
  struct order order = { .run = run };
  int result = read_order(run, &order);
  size_t i;

  if (result == 0)
    result = make_jobs(&order);
  if (result == 0)
    remote_run(run->call, order.job, order.hosts.count, order.threads);
  for (i = 0; order.job != NULL && i < order.hosts.count; i++) {
    if (result == 0)
      print_job(&order, &order.job[i]);
    remote_job_free(&order.job[i]);
  }
  free(order.job);
  reach_free(&order.reach);
  list_free(&order.hosts);
  list_free(&order.scripts);
  return result;
}

static const char *const options[] = {
  "host: a host, a pattern with %, rackN or an appliance; without any, all managed hosts",
  "command: a command for the shell, one word of this command line: quote it",
  "collate: yes puts the host's name before each line, if there are several hosts",
  "delay: seconds from the start on one host to the start on the next, 0 unless given",
  "managed: no means all hosts when none is named",
  "num-threads: on how many hosts at once, 128 unless given",
  "stats: yes prints how long the command took on each host",
  "timeout: seconds after which it is ended, 30 unless given; 0: never",
  "x11: no takes away the display",
  NULL
};

static const char *const examples[] = {
  "compute uptime collate=yes|how long the computes have been up",
  "rack0 \"df -h /state\" timeout=5|a command of several words", NULL
};

const struct command run_host_commands[] = {
  { "run host",
    "[host]... {command} [collate=string] [command=string] [delay=string] [managed=boolean]"
    " [num-threads=string] [stats=string] [timeout=string] [x11=boolean]",
    "Runs a command on hosts, at the same time on many, and prints what it says. Of a host that "
    "cannot be reached it says down. Which hosts had a status other than 0 is said on standard "
    "error.", options, examples, 0, run_host },
  COMMANDS_END
};
