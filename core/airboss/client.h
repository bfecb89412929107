/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Asking airboss.
 */
#ifndef ROCKS_AIRBOSS_CLIENT_H
#define ROCKS_AIRBOSS_CLIENT_H

#include "airboss/helper.h"
#include "airboss/protocol.h"

/* Whom to ask and as whom; strings borrowed. */
struct airboss_server {
  const char *host, *port;
  const char *key;   /* file of the private key */
  const char *known; /* file of the servers that were seen */
  const char *pin;   /* the server's fingerprint, "" when it was not given */
};

enum airboss_result {
  AIRBOSS_OK,
  AIRBOSS_BAD_KEY, /* the key cannot be used */
  AIRBOSS_FAILED   /* not reached, or refused */
};

/* A request that was granted. */
struct airboss_session {
  struct helper helper;
  int fd; /* -1: none */
};

/* Asks; what comes with the answer goes to `answer`, or on a failure one
 * sentence to `why`.  Afterwards session->fd carries what follows. */
enum airboss_result airboss_open(struct rocks_call *, const struct airboss_server *,
                                 const struct airboss_request *, struct airboss_session *,
                                 struct text *answer, struct text *why);
/* Ends it, and says on standard error what the helper had to remark. */
void airboss_close(struct rocks_call *, struct airboss_session *);

#endif
