/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The program `rocks`: hands the core's functions to the backends, and the
 * command line to the framework.
 */
#include <config.h>

#include <stdlib.h>

#include "airboss/helper.h"
#include "framework/hand.h"
#include "framework/main.h"
#include "plugin/backend.h"

#ifndef PROGRAMDIR /* the build tree's own program has another */
#define PROGRAMDIR PKGLIBEXECDIR
#endif

int
main(int argc, char **argv)
{
  struct rocks_call call;
  int status;

  /* libltdl would search the folders that this names; loader.c never asks it
   * to search, and nothing else should. */
  unsetenv("LTDL_LIBRARY_PATH");
  call_init(&call);
  backend_init(hand_core(), BACKENDDIR);
  helper_init(PROGRAMDIR "/rocks-airboss-tls");
  status = framework_main(&call, argc, argv);
  backend_stop_all();
  call_free(&call);
  return status;
}
