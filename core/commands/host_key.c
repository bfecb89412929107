/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Public keys of virtual frontends: who has the private part may drive the
 * cluster's VMs.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/addr.h"
#include "commands/commands.h"
#include "commands/dump.h"
#include "commands/patterns.h"
#include "remote/child.h"

#define KEY_WIDTH 4096 /* public_keys.Public_Key and Description */
#define CONVERT_TIMEOUT 10000 /* milliseconds */

enum { HOST, ID, DESCRIPTION, KEY };

/* Keys of the hosts that the words mean. */
static int
load(struct run *run, struct rows *rows)
{
  if (check_references(run, "public_keys", "Node", "nodes") != 0)
    return -1;
  return query_hosts(run, rows,
                     "select n.Name, k.ID, k.Description, k.Public_Key from nodes n"
                     " join public_keys k on k.Node = n.ID"
                     " where n.Name is not null and %s order by n.Name, k.ID");
}

/* The text as far as its line goes. */
static void
output_line(struct run *run, const char *text)
{
  CLEANUP_FREE char *line = mem_format("%.*s", (int) strcspn(text, "\r\n"), text);

  output_text(run, line);
}

/* A key's further lines stand in rows of nobody. */
static int
list_host_key(struct run *run)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  size_t i;

  if (load(run, &rows) != 0)
    return -1;
  output_header(run, "host", "id", "description", "public key", NULL);
  output_keep_owner(run);
  for (i = 0; i < rows.count; i++) {
    const char *line = or_empty(row_text(&rows, i, KEY));

    output_row(run, row_text(&rows, i, HOST));
    output_number_text(run, row_text(&rows, i, ID));
    output_text(run, row_text(&rows, i, DESCRIPTION));
    output_line(run, line);
    while ((line = strchr(line, '\n')) != NULL) {
      output_row(run, "");
      output_text(run, " ");
      output_text(run, " ");
      output_line(run, ++line);
    }
  }
  return 0;
}

static int
dump_host_key(struct run *run)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  CLEANUP_FREE char *self = dump_self(run);
  size_t i;

  if (load(run, &rows) != 0)
    return -1;
  for (i = 0; i < rows.count; i++) {
    const char *description = row_text(&rows, i, DESCRIPTION);
    CLEANUP_FREE char *key = mem_format("key=%s", or_empty(row_text(&rows, i, KEY)));
    CLEANUP_FREE char *words = mem_format("description=%s", or_empty(description));

    dump_words(run, "add host key", dump_host(self, row_text(&rows, i, HOST)), key,
               or_empty(description)[0] != '\0' ? words : NULL, NULL);
  }
  return 0;
}

/* `key` is a text, or the name of the file that holds it. */
static int
read_key(struct run *run, const char *key, struct text *text)
{
  char buffer[1024];
  size_t n;
  FILE *in = strchr(key, '\n') == NULL ? fopen(key, "re") : NULL;

  if (in == NULL && errno == EACCES)
    return call_fail(run->call, ROCKS_EPERMISSION, "cannot read %s: %s", key, strerror(errno));
  if (in == NULL)
    text_add(text, "%s", key);
  while (in != NULL && text->length <= KEY_WIDTH && (n = fread(buffer, 1, sizeof buffer, in)) > 0)
    text_add_bytes(text, buffer, n);
  if (in != NULL)
    fclose(in);
  return 0;
}

/* Has ssh-keygen read the key from a file and say it in PEM. */
static int
convert_file(struct run *run, const char *file, struct text *pem)
{
  static const char *const words[] = { "ssh-keygen", "-e", "-m", "PKCS8", "-f", NULL };
  CLEANUP_LIST struct list argv = { 0 };
  struct child child = { 0 };
  size_t i;
  int error;

  for (i = 0; words[i] != NULL; i++)
    list_add(&argv, words[i]);
  list_add(&argv, file);
  error = child_run(&child, &argv, CONVERT_TIMEOUT);
  if (error == 0 && child.status == 0)
    text_add_bytes(pem, text_get(&child.said), child.said.length);
  if (error != 0)
    call_fail(run->call, ROCKS_EBACKEND, "cannot run ssh-keygen: %s", strerror(error));
  else if (child.status != 0)
    run_fail(run, "the public key is no ssh-rsa key that ssh-keygen can read");
  child_free(&child);
  return run->call->code == ROCKS_OK ? 0 : -1;
}

/* The keys that airboss reads are PEM, the ones that admins have are SSH's. */
static int
convert_key(struct run *run, struct text *key)
{
  char file[] = "/tmp/rocks-key.XXXXXX";
  struct text pem = { 0 };
  int fd, result;

  if (strncmp(text_get(key), "ssh-rsa ", 8) != 0)
    return 0;
  if (key->data[key->length - 1] != '\n')
    text_add_char(key, '\n', 1);
  fd = mkostemp(file, O_CLOEXEC);
  if (fd < 0)
    return call_fail(run->call, ROCKS_EBACKEND, "cannot write to /tmp: %s", strerror(errno));
  if (write(fd, key->data, key->length) == (ssize_t) key->length)
    result = convert_file(run, file, &pem);
  else
    result = call_fail(run->call, ROCKS_EBACKEND, "cannot write to /tmp: %s", strerror(errno));
  close(fd);
  unlink(file);
  text_free(key);
  *key = pem;
  return result;
}

static int
check_key(struct run *run, const struct text *key, const char *description)
{
  if (strspn(text_get(key), " \r\n") == key->length)
    return run_fail(run, "must supply a public key");
  if (strstr(key->data, "PRIVATE KEY") != NULL)
    return run_fail(run, "this is a private key: it stays with its owner, add the public one");
  if (key->length > KEY_WIDTH || strlen(description) > KEY_WIDTH)
    return run_fail(run, "the %s is longer than %d characters",
                    key->length > KEY_WIDTH ? "public key" : "description", KEY_WIDTH);
  return 0;
}

static int
take_host(struct run *run, char **host)
{
  *host = NULL;
  if (run->args.count == 0)
    return run_fail(run, "must supply a host");
  return take_one_host(run, "must supply only one host", host);
}

static int
add_host_key(struct run *run)
{
  CLEANUP_FREE char *host = NULL, *id = NULL;
  CLEANUP_TEXT struct text key = { 0 };
  const char *given = run_param(run, "key", ""), *description = run_param(run, "description", "");

  if (*given == '\0')
    return run_fail(run, "must supply a public key");
  if (take_host(run, &host) != 0 || read_key(run, given, &key) != 0
      || check_key(run, &key, description) != 0 || convert_key(run, &key) != 0
      || db_value(run->db, &id, NULL, "select k.ID from public_keys k join nodes n on n.ID = k.Node"
                  " where n.Name = ? and k.Public_Key = ?", "ss", host, text_get(&key)) != 0)
    return -1;
  if (id != NULL)
    return call_fail(run->call, ROCKS_EEXISTS, "the public key already exists for host %s", host);
  return db_exec(run->db, "insert into public_keys (Node, Public_Key, Description)"
                 " select ID, ?, ? from nodes where Name = ?", "sss", text_get(&key),
                 description, host);
}

static int
remove_host_key(struct run *run)
{
  CLEANUP_FREE char *host = NULL;
  const char *id = run_param(run, "id", "");
  int64_t removed, number;

  if (*id == '\0')
    return run_fail(run, "must supply an ID for the key");
  if (take_host(run, &host) != 0 || number_arg(run->call, "id", id, 0, INT32_MAX, &number) != 0
      || db_change(run->db, &removed, NULL, "delete from public_keys where ID = ? and Node in"
                   " (select ID from nodes where Name = ?)", "ls", number, host) != 0)
    return -1;
  if (removed == 0)
    return call_fail(run->call, ROCKS_ENOTFOUND, "public key with id %s doesn't exist for host %s",
                     id, host);
  return 0;
}

static const char *const options[] = {
  "host: one host; to list and to dump, any number, or all without any",
  "key: the public key, in PEM or as ssh-keygen writes RSA keys, or the file that holds it",
  "description: whose it is",
  "id: the number that `list host key` shows",
  NULL
};

static const char *const examples[] = {
  "frontend-0-0-0 key=/root/public.key|who has the private part may start the cluster's VMs", NULL
};

#define WRITES (COMMAND_ROOT | COMMAND_WRITES)

const struct command host_key_commands[] = {
  { "list host key", "[host]...", "Shows the public keys of hosts.", options, NULL, 0,
    list_host_key },
  { "add host key", "{host} [description=string] [key=string]",
    "Adds a public key, with whose private part the VMs of a virtual frontend can be controlled.",
    options, examples, WRITES, add_host_key },
  { "remove host key", "{host} [id=string]", "Removes a public key of a host.", options, NULL,
    WRITES, remove_host_key },
  { "dump host key", "", "Prints public keys as the commands that add them.", options, NULL, 0,
    dump_host_key },
  COMMANDS_END
};
