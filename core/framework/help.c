/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <string.h>

#include "framework/help.h"

#define COLUMNS 80
#define TAB 8

/* One line `path usage `, broken before the word that would not fit. */
static void
add_wrapped(struct text *text, const char *line, bool wrap)
{
  CLEANUP_LIST struct list words = { 0 };
  size_t column = 0, i;

  list_split(&words, line, " ");
  for (i = 0; i < words.count; i++) {
    size_t length = strlen(words.item[i]) + 1;

    if (wrap && column > 0 && column + length > COLUMNS) {
      text_add(text, "\n\t");
      column = TAB;
    }
    text_add(text, "%s ", words.item[i]);
    column += length;
  }
  text_add_char(text, '\n', 1);
}

void
help_list(struct rocks_call *call, struct lookup *lookup, const char *under,
          const char *matching, struct text *text)
{
  const struct command **commands;
  size_t count = lookup_list(call, lookup, under, &commands), i;
  size_t skip = under != NULL && *under != '\0' ? strlen(under) + 1 : 0;
  bool wrap = matching == NULL && getenv("COLUMNS") == NULL, root = caller_is_root();

  for (i = 0; i < count; i++) {
    const struct command *command = commands[i];
    CLEANUP_FREE char *line = mem_format("%s %s", command->words + skip, command->usage);

    if ((command->flags & COMMAND_ROOT) != 0 && !root)
      continue;
    if (matching == NULL || strstr(line, matching) != NULL)
      add_wrapped(text, line, wrap);
  }
  free(commands);
}

/* The words of a usage line, the ones with `=` apart.  In `{category=index}`
 * that is part of what the user types. */
static void
usage_words(const struct command *command, struct list *args, struct list *params)
{
  CLEANUP_LIST struct list words = { 0 };
  size_t i;

  list_split(&words, command->usage, " ");
  for (i = 0; i < words.count; i++) {
    const char *equals = strchr(words.item[i], '=');
    bool param = equals != NULL && strncmp(equals, "=index", 6) != 0;

    list_add(param ? params : args, words.item[i]);
  }
}

/* What the table of options says about a usage word such as "[ip=string]". */
static const char *
option_text(const struct command *command, const char *word)
{
  size_t n = strcspn(word + 1, "=]}"), i;

  for (i = 0; command->options != NULL && command->options[i] != NULL; i++) {
    const char *option = command->options[i];

    if (strncmp(option, word + 1, n) == 0 && option[n] == ':') {
      option += n + 1;
      return option + strspn(option, " ");
    }
  }
  return "";
}

/* How one format writes each part.  Every %s of item and example is filled. */
struct format {
  const char *name;
  const char *title;          /* path */
  const char *usage;          /* path, usage */
  const char *section;        /* heading */
  const char *section_end;
  const char *paragraph;      /* text */
  const char *item;           /* word, text */
  const char *example;        /* prompt, path, arguments, text */
  const char *end;
  bool markup;                /* <, >, & are written as entities */
};

static const struct format formats[] = {
  { "plain", "", "rocks %s %s\n", "\n%s:\n\n", "", "\t%s\n\n", "\t%s\n\t\t%s\n\n",
    "\t%s rocks %s %s\n\t\t%s\n\n", "", false },
  { "docbook", "<section id=\"rocks-%s\">\n", "<title>%s</title>\n<cmdsynopsis>%s</cmdsynopsis>\n",
    "<section><title>%s</title>\n", "</section>\n", "<para>%s</para>\n",
    "<para><parameter>%s</parameter>: %s</para>\n",
    "<para><screen>%s rocks %s %s</screen>%s</para>\n", "</section>\n", true },
  { "sphinx", ".. _rocks-%s:\n\n", "**rocks %s** %s\n", "\n**%s**\n\n", "", "%s\n\n",
    "``%s``\n   %s\n\n", "``%s rocks %s %s``\n   %s\n\n", "", false },
  { "parsed", "command: %s\n", "usage: %s %s\n", "section: %s\n", "", "text: %s\n",
    "word: %s\nmeaning: %s\n", "example: %s rocks %s %s\nmeaning: %s\n", "", false },
};

/* `fmt` with each %s replaced by the next value. */
static void
fill(struct text *text, const struct format *format, const char *fmt, const char *const *values)
{
  const char *mark, *value;

  for (; (mark = strstr(fmt, "%s")) != NULL; fmt = mark + 2) {
    text_add_bytes(text, fmt, (size_t) (mark - fmt));
    for (value = *values++; *value != '\0'; value++)
      if (format->markup && strchr("<>&", *value) != NULL)
        text_add(text, "%s", *value == '<' ? "&lt;" : *value == '>' ? "&gt;" : "&amp;");
      else
        text_add_char(text, *value, 1);
  }
  text_add(text, "%s", fmt);
}

#define FILL(text, format, part, ...) \
  fill((text), (format), (format)->part, (const char *const[]){ __VA_ARGS__ })

static void
add_paragraphs(const struct command *command, const struct format *format, struct text *text)
{
  const char *about = or_empty(command->about), *end;

  FILL(text, format, section, "Description");
  for (; *about != '\0'; about = *end != '\0' ? end + 2 : end) {
    CLEANUP_FREE char *paragraph = NULL;

    end = strstr(about, "\n\n");
    end = end != NULL ? end : about + strlen(about);
    paragraph = mem_format("%.*s", (int) (end - about), about);
    FILL(text, format, paragraph, paragraph);
  }
  text_add(text, "%s", format->section_end);
}

static void
add_items(const struct command *command, const struct format *format, const char *heading,
          const struct list *words, struct text *text)
{
  size_t i;

  if (words->count == 0)
    return;
  FILL(text, format, section, heading);
  for (i = 0; i < words->count; i++)
    FILL(text, format, item, words->item[i], option_text(command, words->item[i]));
  text_add(text, "%s", format->section_end);
}

static void
add_examples(const struct command *command, const struct format *format, struct text *text)
{
  const char *prompt = (command->flags & COMMAND_ROOT) != 0 ? "#" : "$";
  size_t i;

  if (command->examples == NULL || command->examples[0] == NULL)
    return;
  FILL(text, format, section, "Examples");
  for (i = 0; command->examples[i] != NULL; i++) {
    const char *bar = strchr(command->examples[i], '|');
    size_t n = bar != NULL ? (size_t) (bar - command->examples[i]) : strlen(command->examples[i]);
    CLEANUP_FREE char *args = mem_format("%.*s", (int) n, command->examples[i]);

    FILL(text, format, example, prompt, command->words, args, bar != NULL ? bar + 1 : "");
  }
  text_add(text, "%s", format->section_end);
}

/* Commands for the same object with other verbs.  Those of backends only where
 * the command is itself of one: to open all modules takes longer than all else. */
static void
add_related(struct run *run, const struct format *format, struct text *text)
{
  const char *object = strchr(run->command->words, ' ');
  const struct command **commands;
  size_t count, i;
  bool first = true;

  count = object != NULL
    ? lookup_known(&run->framework->lookup, &commands) : 0;
  for (i = 0; i < count; i++) {
    const char *other = strchr(commands[i]->words, ' ');
    CLEANUP_FREE char *line = mem_format("rocks %s", commands[i]->words);

    if (commands[i] == run->command || other == NULL || strcmp(object, other) != 0)
      continue;
    if (first)
      FILL(text, format, section, "Related Commands");
    first = false;
    FILL(text, format, paragraph, line);
  }
  if (!first)
    text_add(text, "%s", format->section_end);
  if (object != NULL)
    free(commands);
}

static void
add_formatted(struct run *run, const struct format *format, struct text *text)
{
  const struct command *command = run->command;
  CLEANUP_LIST struct list args = { 0 }, params = { 0 };
  CLEANUP_FREE char *id = mem_copy(command->words);
  char *blank;

  while ((blank = strchr(id, ' ')) != NULL)
    *blank = '-';
  usage_words(command, &args, &params);
  FILL(text, format, title, id);
  FILL(text, format, usage, command->words, command->usage);
  add_paragraphs(command, format, text);
  add_items(command, format, "Arguments", &args, text);
  add_items(command, format, "Parameters", &params, text);
  add_examples(command, format, text);
  add_related(run, format, text);
  text_add(text, "%s", format->end);
}

/* The entry of the table, line by line, with numbers. */
static void
add_raw(const struct command *command, struct text *text)
{
  CLEANUP_LIST struct list lines = { 0 };
  size_t i;

  list_split(&lines, or_empty(command->about), "\n");
  for (i = 0; command->options != NULL && command->options[i] != NULL; i++)
    list_add(&lines, command->options[i]);
  for (i = 0; command->examples != NULL && command->examples[i] != NULL; i++)
    list_add(&lines, command->examples[i]);
  for (i = 0; i < lines.count; i++)
    text_add(text, "%zu:%s\n", i + 1, lines.item[i]);
}

int
help_command(struct run *run, const char *format, struct text *text)
{
  size_t i;

  if (strcmp(format, "raw") == 0) {
    add_raw(run->command, text);
    return 0;
  }
  for (i = 0; i < sizeof formats / sizeof *formats; i++)
    if (strcmp(format, formats[i].name) == 0) {
      add_formatted(run, &formats[i], text);
      return 0;
    }
  return run_fail(run, "format \"%s\" is none of plain, docbook, sphinx, raw, parsed", format);
}
