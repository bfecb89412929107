/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The entry: words in, output and exit status out.
 */
#ifndef ROCKS_FRAMEWORK_MAIN_H
#define ROCKS_FRAMEWORK_MAIN_H

#include "base/call.h"

/* Runs the command that argv[1...] names and prints what it has to say.
 * Returns the exit status of rocks-compat 1.6. */
int framework_main(struct rocks_call *, int argc, char **argv);

#endif
