/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Pairs of keys for airboss.
 */
#include <config.h>

#include "airboss/helper.h"
#include "commands/commands.h"

static int
create_keys(struct run *run)
{
  const char *file = run_param(run, "key", "");
  const char *const words[] = { "keys", file, run_flag(run, "passphrase", true) ? "yes" : "no",
                                NULL };

  if (file[0] == '\0')
    return run_fail(run, "must supply a filename for the private key");
  return helper_run(run->call, words, &run->text);
}

static const char *const options[] = {
  "key: the file for the private key; it must not exist",
  "passphrase: no leaves the private key without one [yes]",
  NULL
};

static const char *const examples[] = {
  "key=private.key|the private key goes to the file, the public one is printed", NULL
};

const struct command keys_commands[] = {
  { "create keys", "[key=string] [passphrase=boolean]",
    "Makes a pair of keys. Who has the private one may drive the VMs of the virtual cluster to "
    "whose frontend the public one is added, by `add host key`.", options, examples, COMMAND_BARE,
    create_keys },
  COMMANDS_END
};
