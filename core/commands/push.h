/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What `report host ...` commands print, carried out on hosts: files between
 * tags are put in place, other text is run (rocks-compat 4.7, 4.9).
 */
#ifndef ROCKS_COMMANDS_PUSH_H
#define ROCKS_COMMANDS_PUSH_H

#include "framework/command.h"

struct push {
  const char *const *reports; /* words of commands that take hosts */
  size_t nreports;
  const struct list *subjects; /* whom the reports are about */
  const struct list *hosts;    /* where each of them is carried out */
  const char *code; /* shell text that comes first, or NULL */
  const char *last; /* a function of it that is called at the end, or NULL */
};

/* All hosts at once.  One that fails is a warning. -1 with the error reported. */
int push_reports(struct run *, const struct push *);

#endif
