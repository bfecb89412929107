/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The life of one command: database, transaction, output, nested commands.
 */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "framework/db.h"
#include "framework/framework.h"
#include "framework/output.h"

/* Parts the words of an entry of after_commit; no word of ours holds it. */
#define PART '\x1f'

int
run_fail(struct run *run, const char *fmt, ...)
{
  va_list ap;

  va_start(ap, fmt);
  call_verror(run->call, ROCKS_EINVALID, fmt, ap);
  va_end(ap);
  return -1;
}

void
run_print(struct run *run, const char *fmt, ...)
{
  va_list ap;

  va_start(ap, fmt);
  text_vadd(&run->text, fmt, ap);
  va_end(ap);
}

void
run_progress(struct run *run, const char *fmt, ...)
{
  va_list ap;

  (void) run;
  va_start(ap, fmt);
  vprintf(fmt, ap);
  va_end(ap);
  fflush(stdout);
}

void
run_free(struct run *run)
{
  list_free(&run->args);
  list_free(&run->taken);
  list_free(&run->param_names);
  list_free(&run->param_values);
  list_free(&run->after_commit);
  text_free(&run->text);
  output_free(run);
}

struct db *
run_db(struct run *run)
{
  struct framework *framework = run->framework;

  if (framework->db == NULL)
    framework->db = db_open(run->call, true); /* Rocks' tables do without ours */
  run->db = framework->db;
  if (run->db != NULL && framework->writing && !run->db->in_transaction
      && db_begin(run->db) != 0)
    return NULL;
  return run->db;
}

/* Ends the transaction, if the command needed one at all. */
static int
finish_transaction(struct framework *framework, int result)
{
  struct db *db = framework->db;

  framework->writing = false;
  if (result == 0 && framework->doomed)
    result = call_fail(framework->call, ROCKS_EBACKEND, "a step failed, nothing was changed");
  framework->doomed = false;
  if (db == NULL || !db->in_transaction)
    return result;
  if (result == 0)
    return db_commit(db);
  db_rollback(db);
  return result;
}

int
run_execute(struct run *run)
{
  struct framework *framework = run->framework;
  bool writes = (run->command->flags & COMMAND_WRITES) != 0;
  bool outermost = writes && !framework->writing;
  void *caller = run->call->command;
  int result;

  framework->writing = framework->writing || writes;
  run->call->command = run;
  result = run->command->run(run);
  run->call->command = caller;
  if (result != 0 && writes && !outermost)
    framework->doomed = true;
  if (outermost)
    result = finish_transaction(framework, result);
  if (result == 0)
    output_finish(run, &run->text);
  return result;
}

void
run_after_commit(struct run *run, const char *words, const char *const *args, size_t nargs)
{
  struct text entry = { 0 };
  size_t i;

  text_add(&entry, "%s", words);
  for (i = 0; i < nargs; i++)
    text_add(&entry, "%c%s", PART, args[i]);
  if (!list_has(&run->after_commit, text_get(&entry)))
    list_take(&run->after_commit, text_take(&entry));
  text_free(&entry);
}

void
run_adopt(struct run *parent, const struct run *run)
{
  size_t i;

  text_add_bytes(&parent->text, text_get(&run->text), run->text.length);
  for (i = 0; i < run->after_commit.count; i++)
    if (!list_has(&parent->after_commit, run->after_commit.item[i]))
      list_add(&parent->after_commit, run->after_commit.item[i]);
}

static int
run_nested(struct run *parent, const struct command *command, const char *const *args,
           size_t nargs)
{
  struct run run = {
    .call = parent->call, .framework = parent->framework, .parent = parent, .command = command
  };
  int result;

  run_split(&run, args, nargs);
  log_call(command, args, nargs);
  result = run_execute(&run);
  if (result == 0)
    run_adopt(parent, &run);
  run_free(&run);
  return result;
}

int
run_command(struct run *run, const char *words, const char *const *args, size_t nargs)
{
  const struct command *command = lookup_path(run->call, &run->framework->lookup, words);

  if (command == NULL)
    return call_fail(run->call, ROCKS_ENOTFOUND, "there is no command \"%s\"", words);
  if ((command->flags & COMMAND_ROOT) != 0 && !caller_is_root())
    return call_fail(run->call, ROCKS_EPERMISSION, "command \"%s\" requires root", words);
  return run_nested(run, command, args, nargs);
}

void
run_follow(struct run *run)
{
  size_t i;

  /* What follows may itself leave something: the list grows meanwhile. */
  for (i = 0; i < run->after_commit.count; i++) {
    CLEANUP_LIST struct list words = { 0 };
    const char separator[] = { PART, '\0' };

    list_split(&words, run->after_commit.item[i], separator);
    if (run_command(run, words.item[0], (const char *const *) words.item + 1, words.count - 1)
        != 0) {
      call_warn(run->call, "%s: %s", words.item[0], or_empty(run->call->message));
      call_clear(run->call);
    }
  }
}
