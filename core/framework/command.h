/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What a command is, and what it may ask while it runs.
 *
 * Adding a command: write `static int add_thing(struct run *run)` in
 * core/commands/<object>.c, add its entry to the table there.  Lookup, usage,
 * help, root check, transaction and printing follow from the entry.
 */
#ifndef ROCKS_FRAMEWORK_COMMAND_H
#define ROCKS_FRAMEWORK_COMMAND_H

#include "base/call.h"
#include "base/text.h"

struct run;

enum {
  COMMAND_ROOT = 1u << 0,    /* re-run through sudo for others */
  COMMAND_WRITES = 1u << 1,  /* runs in one transaction, committed on success */
  COMMAND_BARE = 1u << 2,    /* works without any database */
  COMMAND_HIDDEN = 1u << 3,  /* not listed */
  COMMAND_SECRET = 1u << 4   /* its words may hold a secret: not logged */
};

struct command {
  const char *words; /* "add host interface" */
  const char *usage; /* the usage line: "{host} {iface} [ip=string]", see 1.9 */
  const char *about; /* description; paragraphs parted by an empty line */
  /* One entry for each word of `usage`, "name: text", ends with NULL. */
  const char *const *options;
  /* "arguments|what this does", ends with NULL; may be NULL. */
  const char *const *examples;
  unsigned flags;
  int (*run)(struct run *); /* 0, or -1 with the error reported */
};

/* A table of commands, ended by an entry without words; every file of
 * core/commands/ has one, and commands.c lists them, NULL at the end. */
extern const struct command *const command_tables[];

struct db; /* framework/db.h */
struct output;
struct framework; /* framework/framework.h */

/* One command at work. */
struct run {
  struct rocks_call *call;
  struct framework *framework; /* what nested commands share */
  struct run *parent;          /* who called it with run_command(), or NULL */
  const struct command *command;
  struct list args;          /* positional words, see run_positional() */
  struct list taken;         /* those that run_positional() has taken off */
  struct list param_names;   /* parameters, in order */
  struct list param_values;
  struct db *db;             /* the home database; opened by run_db() */
  struct output *output;     /* the command's table, see framework/output.h */
  struct text text;          /* plain text output */
  struct list after_commit;  /* see run_after_commit() */
  void *work;                /* what the parts of a command share, see framework/hooks.h */
};

/* Reports and returns -1: `return run_fail(run, "must supply host")`. */
int run_fail(struct run *, const char *fmt, ...) ROCKS_PRINTF(2, 3);

/* A parameter's value, `fallback` when it was not given.  Borrowed. */
const char *run_param(struct run *, const char *name, const char *fallback);
/* A parameter as a boolean of 1.5. */
bool run_flag(struct run *, const char *name, bool fallback);

/* fillPositionalArgs of rocks-compat 1.4: names the trailing words, "iface ip"
 * for example; a name given as a non-empty parameter takes no word; the others
 * are filled from the end.  values[i] is NULL where a word is missing.  What is
 * left in run->args are the hosts. */
void run_positional(struct run *, const char *names, const char *values[]);

/* The home database, opened at the first use.  NULL with the error reported. */
struct db *run_db(struct run *);

/* Plain text for stdout, printed when the command has succeeded. */
void run_print(struct run *, const char *fmt, ...) ROCKS_PRINTF(2, 3);
/* Progress that is printed at once, whatever happens later. */
void run_progress(struct run *, const char *fmt, ...) ROCKS_PRINTF(2, 3);

/* Runs another command with literal words, in the same transaction, as if it
 * had been called (rocks-compat 1.7); its output is added to run->text. */
int run_command(struct run *, const char *words, const char *const *args, size_t nargs);
/* Runs another command once the transaction is committed, e.g. `sync config`:
 * the same words are run once, in the order in which they were first asked
 * for.  Its failure is a warning, since the change itself stands. */
void run_after_commit(struct run *, const char *words, const char *const *args, size_t nargs);

#endif
