/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * A core for tests of the backend: it has the functions that struct rocks_core
 * names, and keeps the scripts and errors that it is given.
 */
#ifndef TESTS_FAKE_CORE_H
#define TESTS_FAKE_CORE_H

#include <rocks/network.h>

struct fake_text {
  char text[65536];
  size_t length;
};

struct rocks_script {
  const char *code;        /* the backend's, as it was last added */
  struct fake_text open;   /* script_run's words, quoted, one command a line */
  struct fake_text all;    /* the same with script_secret's */
};

struct rocks_call {
  enum rocks_code code; /* of the first error */
  char message[1024];
  struct rocks_settings params;    /* what params() returns */
  struct rocks_script script;      /* what script_new() returns */
  const char *const *lines;        /* what run_here() gives to `line`, or NULL */
  struct fake_text table;          /* heading and rows, columns by | */
};

extern const struct rocks_core fake_core;

#endif
