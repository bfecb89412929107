/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * From a command's words to a request, and from a failure to Rocks' sentence.
 */
#include <config.h>

#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "commands/airboss.h"
#include "commands/sites.h"
#include "framework/attrs.h"
#include "framework/hosts.h"
#include "framework/resolve.h"

static const char *
home_folder(void)
{
  const char *home = getenv("HOME");
  const struct passwd *user = home == NULL || home[0] != '/' ? getpwuid(geteuid()) : NULL;

  return user != NULL ? user->pw_dir : or_empty(home);
}

/* "host", "host:port", "[::1]:port" */
static void
split_address(struct airboss *airboss, const char *address)
{
  const char *begin = address, *end = strrchr(address, ':');

  if (address[0] == '[' && strchr(address, ']') != NULL) {
    begin = address + 1;
    end = strchr(address, ']');
    airboss->port = mem_copy(end[1] == ':' && end[2] != '\0' ? end + 2 : AIRBOSS_PORT);
  } else if (end == NULL || strchr(address, ':') != end) {
    end = address + strlen(address);
    airboss->port = mem_copy(AIRBOSS_PORT);
  } else {
    airboss->port = mem_copy(end + 1);
  }
  airboss->host = mem_format("%.*s", (int) (end - begin), begin);
}

int
airboss_find(struct run *run, struct airboss *airboss)
{
  CLEANUP_FREE char *self = NULL, *address = NULL;

  *airboss = (struct airboss){ .run = run };
  if (run_db(run) == NULL || (self = hosts_self(run)) == NULL
      || attr_of(run, self, "airboss", &address) != 0
      || attr_of(run, self, "airboss_fingerprint", &airboss->pin) != 0)
    return -1;
  if (address == NULL || address[0] == '\0')
    return run_fail(run, "the \"airboss\" attribute is not set");
  split_address(airboss, address);
  airboss->known = geteuid() == 0 ? mem_copy("/var/lib/rocks-mvc/airboss_known")
                   : mem_format("%s/.config/rocks-mvc/airboss_known", home_folder());
  airboss->server = (struct airboss_server){ .host = airboss->host, .port = airboss->port,
                                             .known = airboss->known,
                                             .pin = or_empty(airboss->pin) };
  return 0;
}

void
airboss_free(struct airboss *airboss)
{
  free(airboss->host);
  free(airboss->port);
  free(airboss->pin);
  free(airboss->known);
  free(airboss->home_key);
  *airboss = (struct airboss){ 0 };
}

const char *
airboss_key(struct airboss *airboss, const char **name)
{
  const char *given = run_param(airboss->run, "key", NULL), *file = given;

  *name = given != NULL ? given : "None";
  if (file == NULL && airboss->home_key == NULL)
    airboss->home_key = mem_format("%s/.ssh/id_rsa", home_folder());
  if (file == NULL)
    file = airboss->home_key;
  return file[0] != '\0' && access(file, R_OK) == 0 ? file : NULL;
}

char *
airboss_target(struct run *run, const char *word)
{
  CLEANUP_FREE char *name = NULL;
  char *mac = NULL;
  bool recorded = false;

  if (strchr(word, ':') != NULL)
    return mem_copy(word);
  if (run_db(run) == NULL || resolve_known(run, word, &name) != 0)
    return NULL;
  if (name != NULL
      && db_value(run->db, &mac, NULL, "select w.MAC from networks w join nodes n on n.ID = w.Node"
                  " where n.Name = ? and w.MAC is not null order by w.ID", "s", name) != 0)
    return NULL;
  /* A member at another site is none of our hosts. */
  if (name == NULL
      && (sites_recorded(run->db, &recorded) != 0
          || (recorded && db_value(run->db, &mac, NULL, "select mac from mvc_members"
                                   " where name = ? and mac is not null", "s", word) != 0)))
    return NULL;
  if (mac == NULL)
    run_fail(run, "could not find host \"%s\"", word);
  return mac;
}

static int
report(struct airboss *airboss, enum airboss_result result, const char *bad_key,
       const char *name, const char *why)
{
  CLEANUP_TEXT struct text text = { 0 };
  const char *mark = strstr(bad_key, "%s");

  if (result == AIRBOSS_OK)
    return 0;
  if (result == AIRBOSS_FAILED)
    return call_fail(airboss->run->call, ROCKS_EUNREACHABLE, "command failed: %s", why);
  text_add(&text, "%.*s%s%s", (int) (mark - bad_key), bad_key, name, mark + 2);
  return run_fail(airboss->run, "%s%s%s", text_get(&text), why[0] != '\0' ? ": " : "", why);
}

int
airboss_request_open(struct airboss *airboss, enum airboss_operation operation, const char *word,
                     const char *path, const char *bad_key, struct airboss_session *session,
                     struct text *answer)
{
  CLEANUP_TEXT struct text why = { 0 };
  CLEANUP_FREE char *target = NULL;
  struct airboss_request request;
  enum airboss_result result;
  const char *name;

  *session = (struct airboss_session){ .helper = { .errors = -1 }, .fd = -1 };
  airboss->server.key = airboss_key(airboss, &name);
  if (airboss->server.key == NULL)
    return report(airboss, AIRBOSS_BAD_KEY, bad_key, name, "");
  target = airboss_target(airboss->run, word);
  if (target == NULL)
    return -1;
  if (request_make(&request, operation, target, path, &why) != 0)
    return run_fail(airboss->run, "command failed: %s", text_get(&why));
  result = airboss_open(airboss->run->call, &airboss->server, &request, session, answer, &why);
  return report(airboss, result, bad_key, name, text_get(&why));
}

int
airboss_request(struct airboss *airboss, enum airboss_operation operation, const char *word,
                const char *path, const char *bad_key, struct text *answer)
{
  struct airboss_session session;
  int result = airboss_request_open(airboss, operation, word, path, bad_key, &session, answer);

  airboss_close(airboss->run->call, &session);
  return result;
}
