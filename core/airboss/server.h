/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The daemon: a process for each connection, and one that only listens.
 */
#ifndef ROCKS_AIRBOSS_SERVER_H
#define ROCKS_AIRBOSS_SERVER_H

#include "airboss/helper.h"
#include "airboss/protocol.h"

/* What is served, and how; strings borrowed.  Both functions run in a process
 * of their own connection. */
struct airboss_service {
  const char *host, *port;   /* to listen at */
  const char *identity;      /* file of the server's key */
  const char *user, *jail;   /* who talks to strangers, and where he is kept */
  const char *log;           /* file; NULL: standard output, and more of it */
  int lock;                  /* of the pid file: for the one that listens alone */
  struct rocks_call *call;   /* for errors; each process has a copy */
  void *arg;
  /* Whether the key, in base64, may ask for this; who it belongs to is added to
   * `who`, for the log.  0, or -1 with the error reported, for the log alone:
   * `refusal` is what a stranger is told. */
  int (*allow)(void *arg, const char *key, const struct airboss_request *, struct text *who);
  const char *refusal;
  /* Does it.  What is added to `answer` is sent back.  *stream: for a console, a
   * socket with its bytes, which is closed for it.  0, or -1 with the error
   * reported, which is what the client is told. */
  int (*act)(void *arg, const struct airboss_request *, struct text *answer, int *stream);
};

enum airboss_level { LOG_DEBUGGING, LOG_INFORMATION, LOG_WARN };
void airboss_log(const struct airboss_service *, enum airboss_level, const char *fmt, ...)
  ROCKS_PRINTF(3, 4);

/* A listening socket, or -1 with the error reported. */
int airboss_listen(struct rocks_call *, const struct airboss_service *);
/* Serves until SIGTERM or SIGINT. */
void airboss_serve(const struct airboss_service *, int listening);

/* One connection, from `peer`, in a process of its own.  `admitted` is told by
 * a byte when its key was found good. */
void connection_serve(const struct airboss_service *, int socket, const char *peer, int admitted);

#endif
