/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * From the words of a command line to a command (rocks-compat 1.1).
 */
#ifndef ROCKS_FRAMEWORK_LOOKUP_H
#define ROCKS_FRAMEWORK_LOOKUP_H

#include "framework/command.h"

/* The tables that commands are looked for in.  Backends' tables are asked for
 * only when the core's own have no complete command for the words, so that
 * ordinary commands open no module; it follows that a backend's command cannot
 * stand below one of the core's (`list host x`). */
struct lookup {
  const struct command *const *tables; /* the core's, up to NULL */
  /* Adds the tables of backends, at most once; may be NULL. */
  void (*more)(struct rocks_call *, struct lookup *);
  bool complete;                       /* `more` was called */
  const struct command **added;        /* tables of backends */
  size_t nadded;
};

enum lookup_result { LOOKUP_NOTHING, LOOKUP_PARTIAL, LOOKUP_COMMAND };

struct match {
  const struct command *command; /* for LOOKUP_COMMAND */
  size_t used;                   /* words of the line that name the command */
  size_t depth;                  /* words of the path: differs when quoted */
};

/* What `words` name: the longest path; a first word with blanks in it is tried
 * as a whole path before. */
enum lookup_result lookup_words(struct rocks_call *, struct lookup *, const char *const *words,
                                size_t nwords, struct match *);
/* The command with exactly this path, "add host interface", or NULL. */
const struct command *lookup_path(struct rocks_call *, struct lookup *, const char *path);

void lookup_add(struct lookup *, const struct command *table);
void lookup_free(struct lookup *);

/* All commands whose path begins with the words of `under` (NULL: all), in the
 * order of their paths; hidden ones left out.  The caller frees *commands. */
size_t lookup_list(struct rocks_call *, struct lookup *, const char *under,
                   const struct command ***commands);
/* The same for all commands, as far as tables were added already. */
size_t lookup_known(const struct lookup *, const struct command ***commands);

#endif
