/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The service airboss: started and stopped (rocks-compat 3.13).
 */
#include <config.h>

#include <string.h>
#include <unistd.h>

#include "airboss/daemon.h"
#include "base/file.h"
#include "commands/airboss_serve.h"
#include "commands/commands.h"
#include "framework/config.h"

static const char name[] = "airboss";
static const char pid_file[] = "/var/run/airboss.pid";
static const char log_file[] = "/var/log/airboss.log";
static const char identity_file[] = "/var/lib/rocks-mvc/airboss.pem";
static const char jail_folder[] = "/var/lib/rocks-mvc/empty";

struct work {
  struct airboss_service service;
  int listening;
  struct text pin;
};

/* Where to listen, `address:port`, is configuration; so is the user who talks
 * to strangers. */
static int
read_settings(struct run *run, char **listen, char **user)
{
  char *colon;

  if (config_get(run->call, "airboss_listen", listen) != 0
      || config_get(run->call, "airboss_user", user) != 0)
    return -1;
  if (*listen == NULL)
    *listen = mem_copy("0.0.0.0:" AIRBOSS_PORT);
  if (*user == NULL)
    *user = mem_copy("nobody");
  colon = strrchr(*listen, ':');
  if (colon != NULL && colon != *listen && colon[1] != '\0')
    return 0;
  return run_fail(run, "airboss_listen = %s: address:port is wanted", *listen);
}

static void
serve(void *arg)
{
  struct work *work = arg;
  struct airboss_service *service = &work->service;

  airboss_log(service, LOG_INFORMATION, "listening at %s:%s, key %s", service->host,
              service->port, text_get(&work->pin));
  airboss_serve(service, work->listening);
}

/* All that can fail does so before the process goes to the background. */
static int
prepare(struct run *run, struct work *work)
{
  const char *const words[] = { "identity", identity_file, NULL };

  if (folder_make(run->call, jail_folder) != 0
      || helper_run(run->call, words, &work->pin) != 0)
    return -1;
  while (work->pin.length > 0 && work->pin.data[work->pin.length - 1] == '\n')
    work->pin.data[--work->pin.length] = '\0';
  work->listening = airboss_listen(run->call, &work->service);
  return work->listening >= 0 ? 0 : -1;
}

static int
start_service_airboss(struct run *run)
{
  struct airboss_case its = { .run = run };
  struct work work = { .listening = -1 };
  CLEANUP_FREE char *listen = NULL, *user = NULL;
  bool foreground = run_flag(run, "foreground", false);
  char *host, *port;
  int result;

  if (read_settings(run, &listen, &user) != 0)
    return -1;
  port = strrchr(listen, ':') + 1;
  port[-1] = '\0';
  host = listen;
  if (host[0] == '[' && host[strlen(host) - 1] == ']') { /* [::]:8677 */
    host[strlen(host) - 1] = '\0';
    host++;
  }
  work.service = (struct airboss_service){
    .host = host, .port = port, .identity = identity_file,
    .user = user, .jail = jail_folder, .log = foreground ? NULL : log_file, .arg = &its,
    .call = run->call, .allow = airboss_allow, .act = airboss_act,
    .refusal = "this key controls no such host",
  };
  work.service.lock = daemon_lock(run->call, name, pid_file);
  if (work.service.lock < 0)
    return -1;
  result = prepare(run, &work);
  if (result == 0)
    result = daemon_run(run->call, work.service.lock, foreground, serve, &work);
  if (work.listening >= 0)
    close(work.listening);
  close(work.service.lock);
  text_free(&work.pin);
  return result;
}

static int
stop_service_airboss(struct run *run)
{
  return daemon_stop(run->call, name, pid_file);
}

static const char *const options[] = {
  "foreground: yes stays in the foreground and says more, on standard output", NULL
};

const struct command service_airboss_commands[] = {
  { "start service airboss", "[foreground=boolean]",
    "Starts the service by which holders of a key drive the VMs of their virtual cluster. Its own "
    "key is made at the first start; the log /var/log/airboss.log tells its fingerprint.",
    options, NULL, COMMAND_ROOT, start_service_airboss },
  { "stop service airboss", "", "Stops the service airboss. What it has begun is finished.", NULL,
    NULL, COMMAND_ROOT, stop_service_airboss },
  COMMANDS_END
};
