/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The framework as far as it needs no database: from words to a command, its
 * arguments, tables, JSON, help.
 */
#include <config.h>

#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "framework/config.h"
#include "framework/framework.h"
#include "framework/help.h"
#include "framework/hosts.h"
#include "framework/output.h"

static struct rocks_call call;

/* --- words */

static void
split(struct run *run, const char *const *words, size_t nwords)
{
  *run = (struct run){ .call = &call };
  run_split(run, words, nwords);
}

#define SPLIT(run, ...) \
  split((run), (const char *const[]){ __VA_ARGS__ }, \
        sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

static void
test_split(void)
{
  struct run run;

  SPLIT(&run, "h1", "a-b_c+1=x=y z", "select name from nodes where rank = 3", "ip=1", "ip=2",
        "mac=", "=x", "a b=c", "h2");
  CHECK(run.args.count == 5);
  CHECK_TEXT(run.args.item[0], "h1");
  CHECK_TEXT(run.args.item[1], "select name from nodes where rank = 3");
  CHECK_TEXT(run.args.item[2], "=x");
  CHECK_TEXT(run.args.item[3], "a b=c");
  CHECK_TEXT(run.args.item[4], "h2");
  CHECK_TEXT(run_param(&run, "a-b_c+1", NULL), "x=y z");
  CHECK_TEXT(run_param(&run, "ip", NULL), "2");
  CHECK_TEXT(run_param(&run, "mac", "fallback"), "");
  CHECK_TEXT(run_param(&run, "none", "fallback"), "fallback");
  CHECK_TEXT(run_param(&run, "IP", NULL), NULL);
  run_free(&run);

  SPLIT(&run, "selected=x", "flag=YES", "other=maybe");
  CHECK(run.args.count == 0);
  CHECK(run_flag(&run, "flag", false));
  CHECK(!run_flag(&run, "other", true));
  CHECK(run_flag(&run, "unset", true));
  run_free(&run);
}

static void
positional(const char *const *words, size_t nwords, const char *first, const char *second,
           const char *left)
{
  struct run run;
  const char *values[2];
  char *joined;

  split(&run, words, nwords);
  run_positional(&run, "iface mac", values);
  joined = list_join(&run.args, ",");
  CHECK_TEXT(values[0], first);
  CHECK_TEXT(values[1], second);
  CHECK_TEXT(joined, left);
  free(joined);
  run_free(&run);
}

#define POSITIONAL(first, second, left, ...) \
  positional((const char *const[]){ __VA_ARGS__ }, \
             sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *), first, second, left)

static void
test_positional(void)
{
  POSITIONAL("eth0", "m", "h", "h", "eth0", "m");
  POSITIONAL("eth0", "m", "h", "h", "iface=eth0", "m");
  POSITIONAL("eth0", "m", "h,i", "mac=m", "h", "i", "eth0");
  POSITIONAL(NULL, "A", "", "A");
  POSITIONAL("A", "B", "", "mac=", "A", "B");
  POSITIONAL("e", "m", "A,B", "A", "B", "mac=m", "iface=e");
  POSITIONAL("eth0", NULL, "", "eth0", "");
}

/* --- lookup */

static int
nothing(struct run *run)
{
  (void) run;
  return 0;
}

static const struct command core_table[] = {
  { .words = "list host", .usage = "[host]...", .run = nothing },
  { .words = "list host vm", .usage = "[host]... [status=bool]", .run = nothing },
  { .words = "set host interface ip", .usage = "{host} {iface} {ip}", .run = nothing },
  { .words = "start host vm", .usage = "{host}...", .flags = COMMAND_ROOT, .run = nothing },
  { .words = "dump", .usage = "", .run = nothing },
  { .words = "secret handshake", .usage = "", .flags = COMMAND_HIDDEN, .run = nothing },
  { .words = NULL }
};

static const struct command backend_table[] = {
  { .words = "start service thing", .usage = "", .run = nothing },
  { .words = "list host never", .usage = "", .run = nothing },
  { .words = NULL }
};

static unsigned asked;

static void
more(struct rocks_call *unused, struct lookup *lookup)
{
  (void) unused;
  asked++;
  lookup_add(lookup, backend_table);
}

static const struct command *const tables[] = { core_table, NULL };

static void
find(struct lookup *lookup, enum lookup_result wanted, const char *path, size_t used,
     const char *line)
{
  struct list words = { 0 };
  struct match match;

  list_split(&words, line, "|");
  CHECK(lookup_words(&call, lookup, (const char *const *) words.item, words.count, &match)
        == wanted);
  CHECK_TEXT(match.command != NULL ? match.command->words : NULL, path);
  if (wanted != LOOKUP_NOTHING)
    CHECK(match.used == used);
  list_free(&words);
}

static void
test_lookup(void)
{
  struct lookup lookup = { .tables = tables, .more = more };
  const struct command **all = NULL;

  find(&lookup, LOOKUP_COMMAND, "list host", 2, "list|host");
  find(&lookup, LOOKUP_COMMAND, "list host", 2, "list|host|vms");
  find(&lookup, LOOKUP_COMMAND, "list host vm", 3, "list|host|vm|x");
  find(&lookup, LOOKUP_COMMAND, "list host", 1, "list host|vm");
  find(&lookup, LOOKUP_COMMAND, "dump", 1, "dump|x");
  CHECK(asked == 0); /* no module was opened so far */
  find(&lookup, LOOKUP_COMMAND, "start service thing", 3, "start|service|thing");
  CHECK(asked == 1);
  /* A backend cannot take an argument of a command of the core. */
  lookup.complete = false;
  lookup.nadded = 0;
  find(&lookup, LOOKUP_COMMAND, "list host", 2, "list|host|never");
  CHECK(asked == 1);
  find(&lookup, LOOKUP_PARTIAL, NULL, 1, "list");
  find(&lookup, LOOKUP_PARTIAL, NULL, 3, "set|host|interface|x");
  find(&lookup, LOOKUP_PARTIAL, NULL, 1, "set host|x");
  find(&lookup, LOOKUP_NOTHING, NULL, 0, "host");
  find(&lookup, LOOKUP_NOTHING, NULL, 0, "list nosuch|x");
  find(&lookup, LOOKUP_NOTHING, NULL, 0, "LIST|host");
  CHECK(lookup_list(&call, &lookup, NULL, &all) == 7);
  CHECK_TEXT(all[0]->words, "dump");
  CHECK_TEXT(all[6]->words, "start service thing");
  free(all);
  CHECK(asked == 2); /* once, however often something is not found */
  CHECK(lookup_path(&call, &lookup, "list host vm") == &core_table[1]);
  CHECK(lookup_path(&call, &lookup, "list host x") == NULL);
  CHECK(lookup_path(&call, &lookup, "list") == NULL);
  lookup_free(&lookup);
}

/* --- help */

static void
list_is(const char *under, const char *matching, const char *wanted)
{
  struct lookup lookup = { .tables = tables };
  struct text text = { 0 };

  help_list(&call, &lookup, under, matching, &text);
  CHECK_TEXT(text_get(&text), wanted);
  text_free(&text);
  lookup_free(&lookup);
}

static void
wrapped(const char *words, const char *usage, const char *wanted)
{
  const struct command table[] = { { .words = words, .usage = usage, .run = nothing },
                                   { .words = NULL } };
  const struct command *const all[] = { table, NULL };
  struct lookup lookup = { .tables = all };
  struct text text = { 0 };

  help_list(&call, &lookup, NULL, NULL, &text);
  CHECK_TEXT(text_get(&text), wanted);
  text_free(&text);
}

static void
test_listing(void)
{
  unsetenv("COLUMNS");
  list_is("list", NULL, "host [host]... \nhost vm [host]... [status=bool] \n");
  list_is("list host", NULL, "vm [host]... [status=bool] \n");
  list_is("li", NULL, "");
  list_is(NULL, "vm [", "list host vm [host]... [status=bool] \n");
  /* As the original breaks lines: 80 columns, the blank at the end counts. */
  wrapped("add bootaction", "[action=string] [args=string] [kernel=string] [ramdisk=string]",
          "add bootaction [action=string] [args=string] [kernel=string] [ramdisk=string] \n");
  wrapped("add host interface",
          "{host} {iface} [iface=string] [ip=string] [mac=string] [module=string] [name=string] "
          "[subnet=string] [vlan=string]",
          "add host interface {host} {iface} [iface=string] [ip=string] [mac=string] \n"
          "\t[module=string] [name=string] [subnet=string] [vlan=string] \n");
  wrapped("set host interface subnet",
          "{host}... {iface} {subnet} [iface=string] [subnet=string]",
          "set host interface subnet {host}... {iface} {subnet} [iface=string] \n"
          "\t[subnet=string] \n");
  wrapped("dump", "", "dump \n");
  wrapped("set host", "{12345678901234567890} {12345678901234567890123456789012345678901234}",
          "set host {12345678901234567890} {12345678901234567890123456789012345678901234} \n");
  wrapped("set host", "{12345678901234567890} {123456789012345678901234567890123456789012345}",
          "set host {12345678901234567890} {123456789012345678901234567890123456789012345} \n");
  wrapped("set host", "{12345678901234567890} {1234567890123456789012345678901234567890123456}",
          "set host {12345678901234567890} \n"
          "\t{1234567890123456789012345678901234567890123456} \n");
  setenv("COLUMNS", "20", 1);
  wrapped("set host interface subnet",
          "{host}... {iface} {subnet} [iface=string] [subnet=string]",
          "set host interface subnet {host}... {iface} {subnet} [iface=string] [subnet=string] \n");
  unsetenv("COLUMNS");
}

static const char *const options[] = { "host: which <one>", "ip: its address", NULL };
static const char *const examples[] = { "h 10.0.0.1|an example", NULL };
static const struct command helped = {
  .words = "set host ip", .usage = "{host}... [ip=string]", .about = "First.\n\nSecond.",
  .options = options, .examples = examples, .flags = COMMAND_ROOT, .run = nothing
};

static void
help_is(const char *format, const char *wanted)
{
  struct framework framework = { .call = &call, .lookup = { .tables = tables } };
  struct run run = { .call = &call, .framework = &framework, .command = &helped };
  struct text text = { 0 };

  CHECK(help_command(&run, format, &text) == (wanted != NULL ? 0 : -1));
  CHECK_TEXT(wanted != NULL ? text_get(&text) : NULL, wanted);
  text_free(&text);
}

static void
test_help(void)
{
  help_is("plain",
          "rocks set host ip {host}... [ip=string]\n\nDescription:\n\n\tFirst.\n\n\tSecond.\n\n"
          "\nArguments:\n\n\t{host}...\n\t\twhich <one>\n\n"
          "\nParameters:\n\n\t[ip=string]\n\t\tits address\n\n"
          "\nExamples:\n\n\t# rocks set host ip h 10.0.0.1\n\t\tan example\n\n");
  help_is("raw", "1:First.\n2:Second.\n3:host: which <one>\n4:ip: its address\n"
          "5:h 10.0.0.1|an example\n");
  help_is("docbook",
          "<section id=\"rocks-set-host-ip\">\n<title>set host ip</title>\n"
          "<cmdsynopsis>{host}... [ip=string]</cmdsynopsis>\n"
          "<section><title>Description</title>\n<para>First.</para>\n<para>Second.</para>\n"
          "</section>\n<section><title>Arguments</title>\n"
          "<para><parameter>{host}...</parameter>: which &lt;one&gt;</para>\n</section>\n"
          "<section><title>Parameters</title>\n"
          "<para><parameter>[ip=string]</parameter>: its address</para>\n</section>\n"
          "<section><title>Examples</title>\n"
          "<para><screen># rocks set host ip h 10.0.0.1</screen>an example</para>\n</section>\n"
          "</section>\n");
  help_is("latex", NULL);
  CHECK_TEXT(call.message, "format \"latex\" is none of plain, docbook, sphinx, raw, parsed");
  call_clear(&call);
}

/* --- tables */

static const struct command table_command = { .words = "list thing", .run = nothing };

static void
table_row(struct run *run, const char *owner, const char *text, const char *number)
{
  output_row(run, owner);
  output_text(run, text);
  output_number_text(run, number);
  output_bool(run, true);
}

static void
table_is(const char *const *words, size_t nwords, const char *second, const char *wanted)
{
  struct run run;
  struct text text = { 0 };

  split(&run, words, nwords);
  run.command = &table_command;
  output_header(&run, "host", "name", "mtu", "on", NULL);
  table_row(&run, "a", "x", "1500");
  table_row(&run, second, NULL, NULL);
  output_finish(&run, &text);
  CHECK_TEXT(text_get(&text), wanted);
  text_free(&text);
  run_free(&run);
}

#define TABLE(second, wanted, ...) \
  table_is((const char *const[]){ __VA_ARGS__ }, \
           sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *), second, wanted)

static void
test_table(void)
{
  TABLE("bcd", "HOST NAME MTU   ON  \na:   x    1500  True\nbcd: ---- ----- True\n", "ignored=1");
  TABLE("a", "NAME MTU   ON  \nx    1500  True\n---- ----- True\n", "ignored=1");
  TABLE("b", "a: x 1500  True\nb: - ----- True\n", "output-header=no");
  TABLE("b", "HOST ON  \na:   True\nb:   True\n", "output-col=on,host");
  TABLE("b", "\n\n\n", "output-col=nosuch");
  TABLE("a:b", "[\n    {\n        \"host\": \"a\",\n        \"thing\": [\n            {\n"
        "                \"name\": \"x\",\n                \"mtu\": 1500,\n"
        "                \"on\": true\n            }\n        ]\n    },\n    {\n"
        "        \"host\": \"ab\",\n        \"thing\": [\n            {\n"
        "                \"name\": null,\n                \"mtu\": null,\n"
        "                \"on\": true\n            }\n        ]\n    }\n]", "json=yes");
}

static void
test_other_tables(void)
{
  struct run run = { .call = &call, .command = &table_command };
  struct text text = { 0 };

  /* A column of nothing but unset values is as wide as its heading. */
  output_header(&run, "", "ip", NULL);
  output_row(&run, "a");
  output_text(&run, NULL);
  output_row(&run, "");
  output_text(&run, "");
  output_finish(&run, &text);
  CHECK_TEXT(text_get(&text), "-- IP\na: --\n:  --\n");
  text_free(&text);
  output_free(&run);

  output_plain(&run);
  output_row(&run, "a");
  output_text(&run, NULL);
  output_text(&run, "x");
  output_row(&run, "b");
  output_text(&run, "y");
  output_finish(&run, &text);
  CHECK_TEXT(text_get(&text), "a:  x\nb: y\n");
  text_free(&text);
  output_free(&run);

  /* No rows: not even a heading, not even []. */
  output_header(&run, "a", "b", NULL);
  output_finish(&run, &text);
  CHECK_TEXT(text_get(&text), "");

  /* Bytes that are no UTF-8 are latin1. */
  output_row(&run, "o");
  output_text(&run, "Z\xfcrich \"1\"");
  list_add(&run.param_names, "json");
  list_add(&run.param_values, "on");
  output_finish(&run, &text);
  CHECK(strstr(text_get(&text), "\"Z\\u00FCrich \\\"1\\\"\"") != NULL);
  text_free(&text);
  run_free(&run);
}

/* --- nested commands */

static int
say(struct run *run)
{
  run_print(run, "%s;", run->args.count > 0 ? run->args.item[0] : "-");
  run_after_commit(run, "say", (const char *const[]){ "later" }, 1);
  return 0;
}

static int
fail(struct run *run)
{
  return run_fail(run, "no");
}

static int
outer(struct run *run)
{
  if (run_command(run, "say", (const char *const[]){ "one" }, 1) != 0
      || run_command(run, "say", (const char *const[]){ "two" }, 1) != 0)
    return -1;
  run_after_commit(run, "say", (const char *const[]){ "later" }, 1);
  run_after_commit(run, "say", (const char *const[]){ "last" }, 1);
  run_after_commit(run, "say", (const char *const[]){ "last" }, 1);
  run_print(run, "done;");
  return 0;
}

static int
stubborn(struct run *run)
{
  run_command(run, "fail", NULL, 0);
  call_clear(run->call);
  return 0;
}

static int
lost(struct run *run)
{
  return run_command(run, "nosuch thing", NULL, 0);
}

static const struct command nested_table[] = {
  { .words = "say", .usage = "", .run = say },
  { .words = "fail", .usage = "", .flags = COMMAND_WRITES, .run = fail },
  { .words = "outer", .usage = "", .flags = COMMAND_WRITES, .run = outer },
  { .words = "stubborn", .usage = "", .flags = COMMAND_WRITES, .run = stubborn },
  { .words = "lost", .usage = "", .run = lost },
  { .words = NULL }
};

static void
execute(size_t which, int result, const char *output, const char *message)
{
  static const struct command *const nested[] = { nested_table, NULL };
  struct framework framework = { .call = &call, .lookup = { .tables = nested } };
  struct run run = { .call = &call, .framework = &framework, .command = &nested_table[which] };

  CHECK(run_execute(&run) == result);
  CHECK_TEXT(text_get(&run.text), output);
  CHECK_TEXT(call.message, message);
  CHECK(!framework.writing && !framework.doomed && call.command == NULL);
  call_clear(&call);
  if (which == 2) {
    /* Asked for twice, said once; what it asks for itself is the same again. */
    CHECK(run.after_commit.count == 2);
    run_follow(&run);
    CHECK_TEXT(text_get(&run.text), "one;two;done;later;last;");
  }
  run_free(&run);
}

static void
test_nested(void)
{
  execute(2, 0, "one;two;done;", NULL);
  execute(1, -1, "", "no");
  execute(3, -1, "", "a step failed, nothing was changed");
  execute(4, -1, "", "there is no command \"nosuch thing\"");
}

/* --- host words that are SQL, patterns, the configuration file */

static void
test_select(void)
{
  static const char *const good[] = {
    "select name from nodes where rank > 2",
    "select name from nodes where name = 'a;b' or name = \"in--to\" or `into` = 1",
    "SELECT n.name FROM nodes n, memberships m WHERE m.id = n.membership and m.name like 'VM%'",
    "select name from nodes where name = 'it''s' and rack - 1 = 0",
  };
  static const char *const bad[] = {
    "select 1; delete from nodes", "select name from nodes into outfile '/tmp/x'",
    "select name from nodes INTO x", "select name from nodes for update",
    "select name from nodes /*!50000 into */", "select sleep(10)", "select load_file('/etc/x')",
    "select name from nodes where name = 'open", "select name from nodes -- x",
    "select name from nodes # x", "select get_lock('a', 10)",
  };
  size_t i;

  for (i = 0; i < sizeof good / sizeof *good; i++) {
    CHECK(hosts_check_select(&call, good[i]) == 0);
    CHECK_TEXT(call.message, NULL);
    call_clear(&call);
  }
  for (i = 0; i < sizeof bad / sizeof *bad; i++) {
    CHECK(hosts_check_select(&call, bad[i]) == -1 && strstr(call.message, bad[i]) != NULL);
    call_clear(&call);
  }
}

static void
test_like(void)
{
  CHECK(names_like("private", "p%"));
  CHECK(names_like("Private", "%VATE"));
  CHECK(names_like("private", "%i%a%e"));
  CHECK(names_like("private", "priv_te"));
  CHECK(names_like("", "%"));
  CHECK(names_like("a%b", "a\\%b"));
  CHECK(!names_like("axb", "a\\%b"));
  CHECK(!names_like("private", "priv"));
  CHECK(!names_like("private", "private_"));
  CHECK(!names_like("private", ""));
  CHECK(!names_like("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "%a%a%a%a%a%a%a%a%a%a%a%a%b"));
}

static void
config_is(const char *content, int result, const char *value, const char *message)
{
  char file[] = "unit-framework-XXXXXX";
  int fd = mkstemp(file);
  char *found = NULL;
  const char *said;

  CHECK(fd >= 0 && write(fd, content, strlen(content)) == (ssize_t) strlen(content));
  close(fd);
  CHECK(config_get_file(&call, file, "database", &found) == result);
  CHECK_TEXT(found, value);
  said = call.message != NULL && strncmp(call.message, file, strlen(file)) == 0
    ? call.message + strlen(file) : call.message;
  CHECK_TEXT(said, message);
  call_clear(&call);
  free(found);
  unlink(file);
}

static void
test_config(void)
{
  char *value = NULL;

  config_is("", 0, NULL, NULL);
  config_is("# nothing\n\n  database =  mysql://a/b?c=d \n", 0, "mysql://a/b?c=d", NULL);
  config_is("database=a\ndatabase=b", 0, "b", NULL);
  config_is("database\n", -1, NULL, " line 1 is not \"key = value\"");
  config_is("database=a\n\ndatabas = b\n", -1, NULL, " line 3: unknown key \"databas\"");
  CHECK(config_get_file(&call, "/nowhere/file", "database", &value) == 0 && value == NULL);
}

int
main(void)
{
  call_init(&call);
  test_split();
  test_positional();
  test_lookup();
  test_listing();
  test_help();
  test_table();
  test_other_tables();
  test_nested();
  test_select();
  test_like();
  test_config();
  call_free(&call);
  return check_failures();
}
