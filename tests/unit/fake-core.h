/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * A core for tests of network and VM backends: it has the functions that struct
 * rocks_core names, and keeps the scripts, rows and errors that it is given.
 */
#ifndef TESTS_FAKE_CORE_H
#define TESTS_FAKE_CORE_H

#include <rocks/network.h>
#include <rocks/vm.h>

struct fake_text {
  char text[16384];
  size_t length;
};

struct rocks_script {
  char code[32768];        /* what script_code() was given, each once */
  struct fake_text open;   /* script_run's words, quoted, one command a line */
  struct fake_text all;    /* the same with script_secret's */
};

struct rocks_call {
  enum rocks_code code; /* of the first error, as in the real core */
  char message[1024];
  unsigned warnings;
  char warning[1024];              /* the last one */
  struct rocks_settings params;    /* what params() returns */
  struct rocks_script script;      /* what script_new() returns */
  const char *const *lines;        /* what run_here() gives to `line`, or NULL */
  struct fake_text table;          /* heading and rows, columns by | */
};

/* For another call: nothing was said yet. */
void call_forget(struct rocks_call *);

extern const struct rocks_core fake_core;

/* The backends, from their modules' entry points. */
const struct rocks_plugin *network_n2n_LTX_rocks_entry(void);
const struct rocks_plugin *network_vlan_LTX_rocks_entry(void);
const struct rocks_plugin *vm_kvm_LTX_rocks_entry(void);
const struct rocks_plugin *vm_xen_LTX_rocks_entry(void);

#endif
