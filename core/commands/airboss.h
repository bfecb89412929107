/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What the commands that go through airboss share.
 */
#ifndef ROCKS_COMMANDS_AIRBOSS_H
#define ROCKS_COMMANDS_AIRBOSS_H

#include "airboss/client.h"
#include "framework/command.h"

/* The airboss of this machine, by its attributes. */
struct airboss {
  struct run *run;
  struct airboss_server server;
  char *host, *port, *pin, *known, *home_key; /* what `server` points to */
};

/* Reads the attributes `airboss` (a host, or host:port) and
 * `airboss_fingerprint` of this machine; -1 with the error reported. */
int airboss_find(struct run *, struct airboss *);
void airboss_free(struct airboss *);
/* The private key: the parameter `key`, else ~/.ssh/id_rsa.  NULL when there is
 * no such file; *name is what the user has called it. */
const char *airboss_key(struct airboss *, const char **name);

/* A word for a host as airboss knows it: a MAC stays, a name becomes the first
 * MAC that the local database has of it.  The caller frees; NULL with the error
 * reported. */
char *airboss_target(struct run *, const char *word);

/* Asks, and reports a failure in Rocks' words; `bad_key` is printf's format for
 * a key that cannot be used, with one %s for its name. */
int airboss_request(struct airboss *, enum airboss_operation, const char *word, const char *path,
                    const char *bad_key, struct text *answer);
/* The same; the granted session stays open. */
int airboss_request_open(struct airboss *, enum airboss_operation, const char *word,
                         const char *path, const char *bad_key, struct airboss_session *,
                         struct text *answer);

#endif
