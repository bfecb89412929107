/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Calls a resource backend as the program does, through the program's loader:
 *
 *   drive BACKEND URI OPERATION [WORD...]
 *
 * `about` tells what it declares, NAME=VALUE; `create`, `open` and `bare` what
 * they say; the other operations are those of clusters.c and statements.c.
 *
 * DRIVE_SOCKET: the server's socket, if it is not in the URI.  DRIVE_COUNT: how
 * many statements the operation sent to the server is printed.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "framework/hand.h"
#include "plugin/backend.h"

#include "drive.h"

static int
about(struct drive *d)
{
  printf("scheme=%s\nsql=%s\n", d->ops->scheme, d->ops->sql != NULL ? "yes" : "no");
  return 0;
}

static int
create(struct drive *d)
{
  const char *made = "?";

  if (d->ops->create(d->state, d->call, d->uri, &made) != 0)
    return -1;
  printf("made %s\n", made);
  return 0;
}

static int
print_uuid(void *arg, const struct rocks_site_row *site)
{
  (void) arg;
  printf("%s\n", site->uuid);
  return 0;
}

static int
uuid(struct drive *d)
{
  struct rocks_snapshot want = { .size = sizeof want, .site = print_uuid };

  return d->ops->snapshot(d->resource, d->call, &want);
}

static int
nothing(struct drive *d)
{
  (void) d;
  return 0;
}

static const struct operation own_operations[] = {
  { "about", DRIVE_CLOSED, 0, about },
  { "create", DRIVE_CLOSED, 0, create },
  { "open", DRIVE_OPEN, 0, nothing },
  { "bare", DRIVE_BARE, 0, nothing },
  { "uuid", DRIVE_OPEN, 0, uuid },
  { 0 },
};

static const struct operation *
find(const char *name)
{
  const struct operation *const tables[] = { own_operations, cluster_operations,
                                              statement_operations };
  const struct operation *o;
  size_t i;

  for (i = 0; i < sizeof tables / sizeof *tables; i++)
    for (o = tables[i]; o->name != NULL; o++)
      if (strcmp(o->name, name) == 0)
        return o;
  return NULL;
}

static int
drive(struct drive *d, const struct operation *o)
{
  bool count = getenv("DRIVE_COUNT") != NULL && o->how != DRIVE_CLOSED;
  long long before = 0;
  int result;

  if (o->how != DRIVE_CLOSED && d->ops->open(d->state, d->call, d->uri, getenv("DRIVE_SOCKET"),
                                             o->how == DRIVE_BARE, &d->resource) != 0)
    return -1;
  if (count)
    before = drive_statements(d);
  result = o->run(d);
  if (count)
    printf("statements %lld\n", drive_statements(d) - before - 1);
  if (d->resource != NULL)
    d->ops->close(d->resource);
  return result;
}

int
main(int argc, char **argv)
{
  const struct operation *o = argc < 4 ? NULL : find(argv[3]);
  const struct backend *backend;
  struct rocks_call call;
  struct drive d = { .call = &call };
  int result = -1;

  if (o == NULL || argc - 4 < o->words) {
    fprintf(stderr, "usage: drive BACKEND URI OPERATION [WORD...]\n");
    return 2;
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  call_init(&call);
  backend_init(hand_core(), BACKENDDIR);
  backend = backend_get(&call, ROCKS_KIND_RESOURCE, argv[1]);
  if (backend != NULL) {
    d.ops = &backend->ops.resource;
    d.state = backend->state;
    d.uri = argv[2];
    d.words = (const char *const *) argv + 4;
    d.nwords = (size_t) argc - 4;
    result = drive(&d, o);
  }
  if (result != 0 && call.code == ROCKS_OK)
    printf("failed without a word\n");
  else if (result != 0)
    printf("error %d: %s\n", (int) call.code, or_empty(call.message));
  call_free(&call);
  backend_stop_all();
  return result == 0 ? 0 : 1;
}
