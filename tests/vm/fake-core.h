/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * A core for tests of VM backends: it keeps what it is told.
 */
#ifndef FAKE_CORE_H
#define FAKE_CORE_H

#include <rocks/vm.h>

struct rocks_call {
  enum rocks_code code; /* of the first error, as in the real core */
  char error[1024];
  unsigned warnings;
  char warning[1024]; /* the last one */
};

struct rocks_script {
  char code[16384]; /* the text of script_code, once */
  char run[16384];  /* a line for each command, each word in quotes */
};

extern const struct rocks_core fake_core;

/* The two backends, from their modules' entry points. */
const struct rocks_plugin *vm_kvm_LTX_rocks_entry(void);
const struct rocks_plugin *vm_xen_LTX_rocks_entry(void);

#endif /* FAKE_CORE_H */
