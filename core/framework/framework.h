/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What the files of this folder share: one process of `rocks` at work.
 * Commands include command.h instead.
 */
#ifndef ROCKS_FRAMEWORK_FRAMEWORK_H
#define ROCKS_FRAMEWORK_FRAMEWORK_H

#include "framework/command.h"
#include "framework/lookup.h"

struct framework {
  struct rocks_call *call;
  struct lookup lookup;
  struct db *db;       /* the home database, once someone asked for it */
  bool writing;        /* inside of a command that changes the database */
  bool doomed;         /* a nested change failed: nothing is committed */
};

/* Sorts words into args and parameters (1.3) and keeps copies. */
void run_split(struct run *, const char *const *words, size_t nwords);
/* Whether run_split() takes such a word for a parameter. */
bool word_is_param(const char *word);
void run_free(struct run *);
/* What a nested command printed and left for after the commit is its caller's. */
void run_adopt(struct run *parent, const struct run *);

/* Runs run->command with its transaction; its output is in run->text. */
int run_execute(struct run *);
/* Runs what the command left for after the commit. */
void run_follow(struct run *);

/* Whether the caller may run commands for root (1.2). */
bool caller_is_root(void);
/* Replaces this process by `sudo` and the same words; returns only when that
 * fails, with the exit status. */
int run_through_sudo(struct rocks_call *, char **argv);

/* One line to syslog for a call, one for an error. */
void log_call(const struct command *, const char *const *words, size_t nwords);
void log_error(const char *message);

#endif
