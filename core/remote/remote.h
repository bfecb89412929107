/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Running scripts on many hosts at once, and reaching their sockets, through
 * the system's ssh: the admin's keys, config and jump hosts count.
 */
#ifndef ROCKS_REMOTE_REMOTE_H
#define ROCKS_REMOTE_REMOTE_H

#include "base/call.h"
#include "base/text.h"

/* How a host is reached.  Strings borrowed. */
struct remote_host {
  const char *site;     /* its site's name at home; "" = the home site */
  const char *name;     /* node name: for messages, with the site in front */
  const char *address;  /* what ssh is given: an IP or a name; NULL = name */
  const char *frontend; /* ssh destination of the site's frontend, the jump
                           host; NULL at the home site */
  bool local;           /* this machine: `sh` instead of ssh */
};

#define REMOTE_SECONDS 60u /* a job may take, unless it says otherwise */

enum remote_result { REMOTE_OK = 0, REMOTE_FAILED, REMOTE_UNREACHABLE, REMOTE_TIMEOUT };

struct remote_job {
  const struct remote_host *host;
  const char *script;     /* goes in on standard input of `sh`, which is a
                             login's on the host; NULL = only connect */
  unsigned timeout;       /* seconds; 0 = REMOTE_SECONDS */
  /* Filled in: */
  enum remote_result result;
  int status;             /* exit status when OK or FAILED */
  struct text output, errors;
};

/* Runs all jobs, at most `limit` at a time (0 = the default, 32).  One round
 * trip per host over one multiplexed connection.  Returns the number of jobs
 * that are not OK; nothing is reported, see remote_report(). */
size_t remote_run(struct rocks_call *, struct remote_job *jobs, size_t njobs, size_t limit);
/* Reports a job that is not OK: host's name and the last lines it said. */
int remote_report(struct rocks_call *, const struct remote_job *);
void remote_job_free(struct remote_job *);
/* "site:name" or "name"; caller frees. */
char *remote_label(const struct remote_host *);

/* Runs `out` on one host and `in`, which reads what that writes, on another, for
 * at most `seconds`; both are shell text with every value quoted.  0 when both
 * succeeded. */
int remote_pipe(struct rocks_call *, const struct remote_host *from, const char *out,
                const struct remote_host *to, const char *in, unsigned seconds);

/* A local path that leads to `socket` on the host, over the same connection
 * (for a local host: `socket` itself).  NULL with the error reported; the
 * caller frees the string, remote_close() ends the forwarding.  Connect at once:
 * a forwarding that nobody uses ends with its connection, in a minute. */
char *remote_forward(struct rocks_call *, const struct remote_host *, const char *socket);
/* A socket that leads to a TCP port of the host, as the host itself reaches it,
 * over the same connection; the caller closes it.  -1 with the error reported. */
int remote_connect(struct rocks_call *, const struct remote_host *, const char *address,
                   unsigned port);
/* Ends the forwardings of this process.  Its connections end by themselves a
 * minute after their last use, so that the next command need not make them. */
void remote_close(void);

#endif
