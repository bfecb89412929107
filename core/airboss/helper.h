/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The program rocks-airboss-tls, in which all cryptography happens: started,
 * listened to, ended.  So no other command pays for loading OpenSSL, and what
 * strangers talk to holds nothing but the server's key.
 */
#ifndef ROCKS_AIRBOSS_HELPER_H
#define ROCKS_AIRBOSS_HELPER_H

#include <stdint.h>
#include <sys/types.h>

#include "base/call.h"
#include "base/text.h"

enum helper_status { HELPER_OK = 0, HELPER_FAILED = 1, HELPER_BAD_KEY = 2 };

#define HELPER_NOTE "note: "  /* begins a line on its standard error that is no failure */
#define HELPER_KEY "key "     /* begins the line that tells a client's key */
#define HELPER_PATIENCE 10000 /* ms that a client has to say who it is and what it wants */

/* The program's path; borrowed for the life of the process. */
void helper_init(const char *program);

struct helper {
  pid_t pid;
  int errors;       /* its standard error */
  int status;       /* once ended: enum helper_status */
  struct text why;  /* the sentence it failed with */
  struct list notes;
};

/* Starts it with these words after its name (up to NULL); `input` and `output`
 * become its standard input and output and stay ours too; -1: ours for the
 * input, nothing for the output.  -1 with the error reported. */
int helper_start(struct rocks_call *, struct helper *, const char *const *words, int input,
                 int output);
/* Two ends of a socket, neither of which is a standard descriptor; 0, or -1
 * with the error reported. */
int helper_socket(struct rocks_call *, int ends[2]);
/* Waits until it has ended, for at most `patience` milliseconds; then it is
 * ended.  May be called again. */
void helper_end(struct helper *, int64_t patience);
void helper_free(struct helper *);

/* Runs it to its end with our standard input and keeps what it says. */
int helper_run(struct rocks_call *, const char *const *words, struct text *output);

#endif
