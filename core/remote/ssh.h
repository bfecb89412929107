/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * How ssh is called: its options, its files, and which of its connections
 * leads where.  Nothing here starts a process.
 */
#ifndef ROCKS_REMOTE_SSH_H
#define ROCKS_REMOTE_SSH_H

#include "base/text.h"
#include "remote/remote.h"

#define SSH_CONNECT_TIMEOUT 10u /* seconds, for one hop */

/* Where sockets and host keys are kept; made when missing. */
struct ssh_folders {
  char *sockets;     /* mode 0700, ours, short: see SOCKET_ROOM in ssh.c */
  char *known_hosts; /* a file for each remote site */
};

/* Returns 0, or -1 with a sentence in `why`. */
int ssh_folders_open(struct ssh_folders *, struct text *why);
void ssh_folders_free(struct ssh_folders *);

/* One end of a multiplexed connection. */
struct ssh_target {
  char *destination; /* what ssh is given */
  char *control;     /* the socket of its connection */
  char *alias;       /* name of its host key, or NULL: as ssh has it */
  char *known_hosts; /* file that keeps it; NULL with alias */
};

void ssh_target_host(struct ssh_target *, const struct ssh_folders *,
                     const struct remote_host *);
/* A host that is reached without a jump. */
void ssh_target_direct(struct ssh_target *, const struct ssh_folders *,
                       const char *destination);
void ssh_target_free(struct ssh_target *);
/* The frontend to jump through, or NULL when the host is reached directly. */
const char *ssh_jump(const struct remote_host *);
/* Whether a connection is open (a process listens at its control socket). */
bool ssh_is_open(const struct ssh_target *);

/* Argument vectors, appended to an empty list.  `jump` is the frontend that
 * leads to the target, or NULL; `connect` is in seconds.
 * open: makes the connection, and returns once it stands.
 * script: a shell there that reads its script from standard input and is ended
 *   by the host itself after `timeout` seconds, whatever becomes of us.
 * command: one that has the caller's standard input, over a connection that is
 *   open.
 * stream: connects to a port there and carries bytes on standard input and
 *   output.
 * control: sends the connection a command, e.g. "forward" with a -L of `spec`. */
void ssh_argv_open(struct list *, const struct ssh_target *, const struct ssh_target *jump,
                   unsigned connect);
void ssh_argv_script(struct list *, const struct ssh_target *,
                     const struct ssh_target *jump, unsigned connect, unsigned timeout);
void ssh_argv_command(struct list *, const struct ssh_target *, const char *command);
void ssh_argv_stream(struct list *, const struct ssh_target *, const struct ssh_target *jump,
                     unsigned connect, const char *address, unsigned port);
void ssh_argv_control(struct list *, const struct ssh_target *, const char *command,
                      const char *spec);
/* The same shell on this machine. */
void ssh_argv_local(struct list *, unsigned timeout);

#endif
