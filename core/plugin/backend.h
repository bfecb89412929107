/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Backends: found by kind and name, checked, started, kept for the process.
 */
#ifndef ROCKS_PLUGIN_BACKEND_H
#define ROCKS_PLUGIN_BACKEND_H

#include <rocks/network.h>
#include <rocks/resource.h>
#include <rocks/vm.h>

#include "base/call.h"
#include "base/text.h"

/* A backend at work.  `plugin` and `ops` are copies of what the module
 * declares, cut or filled with zeros to the sizes that this program knows. */
struct backend {
  struct rocks_plugin plugin;
  union {
    struct rocks_resource_ops resource;
    struct rocks_network_ops network;
    struct rocks_vm_ops vm;
  } ops;
  void *state;
  char *file; /* owned: where the module was found */
  struct backend *next;
};

/* Before anything else: what backends are handed, and the folder that they are
 * in.  Both are borrowed for the life of the process. */
void backend_init(const struct rocks_core *, const char *folder);

/* The backend of that kind and name, loaded at its first use.  NULL with the
 * error reported; an unknown name is answered with those that there are. */
const struct backend *backend_get(struct rocks_call *, enum rocks_kind, const char *name);
/* The resource backend for URIs of this scheme. */
const struct backend *backend_for_scheme(struct rocks_call *, const char *scheme);
/* Names of the installed backends of a kind, sorted.  No module is opened. */
void backend_names(enum rocks_kind, struct list *names);
/* Whether the module says so in its file (ROCKS_NO_COMMANDS).  It is not opened. */
bool backend_has_no_commands(enum rocks_kind, const char *name);
/* The module of a backend, whether it is there or not; the caller frees. */
char *backend_file(enum rocks_kind, const char *name);
const char *backend_kind_name(enum rocks_kind); /* "network" */
/* Stops all backends; for a clean end under valgrind. */
void backend_stop_all(void);

#endif
