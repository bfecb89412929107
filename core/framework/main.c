/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "framework/db.h"
#include "framework/extend.h"
#include "framework/framework.h"
#include "framework/help.h"
#include "framework/main.h"
#include "framework/output.h"

enum { EXIT_OK = 0, EXIT_ERROR = 1, EXIT_NO_COMMAND = 255 };

/* Prints `text`, with a newline at its end unless it is empty.  What stands in
 * a buffer that cannot be written was not said: that is a failure. */
static int
print(const struct text *text)
{
  if (text->length > 0) {
    fwrite(text->data, 1, text->length, stdout);
    if (text->data[text->length - 1] != '\n')
      putchar('\n');
  }
  if (fflush(stdout) == 0 && !ferror(stdout))
    return EXIT_OK;
  fprintf(stderr, "rocks: cannot write the output: %s\n", strerror(errno));
  return EXIT_ERROR;
}

static int
print_error(const struct run *run)
{
  const char *message = or_empty(run->call->message);

  printf("Error: %s\n%s\n", message, run->command->usage);
  fflush(stdout);
  log_error(message);
  return EXIT_ERROR;
}

static int
print_help(struct run *run)
{
  int status = EXIT_ERROR;

  if (help_command(run, run_param(run, "format", "plain"), &run->text) == 0)
    status = print(&run->text);
  else
    print_error(run);
  return status;
}

static int
run_words(struct run *run, const char *const *words, size_t nwords, char **argv)
{
  run_split(run, words, nwords);
  if (run->args.count > 0 && strcmp(run->args.item[0], "help") == 0)
    return print_help(run);
  if ((run->command->flags & COMMAND_ROOT) != 0 && !caller_is_root()) {
    int status = run_through_sudo(run->call, argv);

    print_error(run);
    return status;
  }
  log_call(run->command, words, nwords);
  if (run_execute(run) != 0)
    return print_error(run);
  run_follow(run);
  return print(&run->text);
}

static int
partial_path(struct framework *framework, const char *const *words, const struct match *match)
{
  CLEANUP_LIST struct list path = { 0 };
  CLEANUP_FREE char *under = NULL;
  struct text text = { 0 };
  size_t i;

  for (i = 0; i < match->used; i++)
    list_split(&path, words[i], " \t\n");
  under = list_join(&path, " ");
  help_list(framework->call, &framework->lookup, under, NULL, &text);
  text_add_char(&text, '\n', 1);
  print(&text);
  text_free(&text);
  return EXIT_NO_COMMAND;
}

static int
dispatch(struct framework *framework, const char *const *words, size_t nwords, char **argv)
{
  struct run run = { .call = framework->call, .framework = framework };
  struct match match;
  int status;

  switch (lookup_words(framework->call, &framework->lookup, words, nwords, &match)) {
  case LOOKUP_NOTHING:
    printf("error - invalid rocks command \"%s\"\n", words[0]);
    return EXIT_NO_COMMAND;
  case LOOKUP_PARTIAL:
    return partial_path(framework, words, &match);
  case LOOKUP_COMMAND:
    break;
  }
  run.command = match.command;
  status = run_words(&run, words + match.used, nwords - match.used, argv);
  run_free(&run);
  return status;
}

int
framework_main(struct rocks_call *call, int argc, char **argv)
{
  static const char *const list_help[] = { "list", "help" };
  struct framework framework = {
    .call = call, .lookup = { .tables = command_tables, .more = extend_lookup }
  };
  int status;

  if (argc < 2)
    status = dispatch(&framework, list_help, 2, argv);
  else
    status = dispatch(&framework, (const char *const *) argv + 1, (size_t) argc - 1, argv);
  db_close(framework.db);
  extend_free(&framework.lookup);
  lookup_free(&framework.lookup);
  return status;
}
