/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What airboss does for whom.
 */
#ifndef ROCKS_COMMANDS_AIRBOSS_SERVE_H
#define ROCKS_COMMANDS_AIRBOSS_SERVE_H

#include "airboss/server.h"
#include "framework/command.h"

/* A request that was found good: whose it is, and which VM it means. */
struct airboss_case {
  struct run *run;
  char *frontend; /* of the virtual cluster that the key is for */
  char *vm;       /* its member */
  bool remote;    /* which runs at another site */
};

/* For struct airboss_service; arg is a struct airboss_case. */
int airboss_allow(void *arg, const char *key, const struct airboss_request *, struct text *who);
int airboss_act(void *arg, const struct airboss_request *, struct text *answer, int *stream);

#endif
