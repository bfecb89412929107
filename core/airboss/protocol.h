/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What airboss and its clients say to each other inside a TLS session.  One
 * request, one reply, both of bounded length:
 *
 *   rocks-airboss/1 OPERATION HOST[ PATH]\n
 *   ok LENGTH\n or failed LENGTH\n, then LENGTH bytes: a text, or the reason
 *
 * After `ok` to a console both sides carry the bytes of VNC until one ends.
 * Who asks is the key of the session; nothing in a request says it.
 */
#ifndef ROCKS_AIRBOSS_PROTOCOL_H
#define ROCKS_AIRBOSS_PROTOCOL_H

#include <stdint.h>

#include "base/text.h"

#define AIRBOSS_PORT "8677" /* the original's */
#define AIRBOSS_HOST_MAX 255
#define AIRBOSS_PATH_MAX 512 /* vm_nodes.cdrom_path */
#define AIRBOSS_LINE_MAX 1024
#define AIRBOSS_KEY_MAX 8192
#define AIRBOSS_BODY_MAX ((size_t) 4 * 1024 * 1024)

enum airboss_operation {
  AIRBOSS_POWER_ON, AIRBOSS_POWER_OFF, AIRBOSS_POWER_INSTALL, AIRBOSS_MACS, AIRBOSS_STATES,
  AIRBOSS_CONSOLE, AIRBOSS_CDROM
};

struct airboss_request {
  enum airboss_operation operation;
  char host[AIRBOSS_HOST_MAX + 1]; /* a MAC or a name */
  char path[AIRBOSS_PATH_MAX + 1]; /* for CDROM; "" takes it out */
};

/* Each returns 0, or -1 with one sentence in `why`. */

/* Fills in a request; host and path are checked, path may be NULL. */
int request_make(struct airboss_request *, enum airboss_operation, const char *host,
                 const char *path, struct text *why);
/* The line of a request, without its end. */
int request_parse(const char *line, struct airboss_request *, struct text *why);
void request_format(const struct airboss_request *, struct text *line);
const char *request_name(enum airboss_operation);

/* The first line of a reply, without its end. */
int reply_parse(const char *line, bool *good, size_t *length);
void reply_format(bool good, size_t length, struct text *line);

/* A line of the reply to MACS and STATES: "MAC STATE ROLE NAME[,ALIAS]...". */
struct airboss_node {
  const char *mac, *state, *names; /* point into the line */
  bool frontend;
};
int node_parse(char *line, struct airboss_node *);
void node_format(const struct airboss_node *, struct text *line);

/* Whether a PEM text holds the public key whose DER is this in base64. */
bool key_matches(const char *pem, const char *base64);

/* Reads a line from a socket, without its end, NUL behind it.  -1 when the
 * other side ends, says more than fits or a NUL, or `deadline` (as
 * clock_ms() counts) passes. */
int line_read(int fd, char *line, size_t room, int64_t deadline);
/* Exactly so many bytes; all of the text. */
int bytes_read(int fd, struct text *, size_t length, int64_t deadline);
int bytes_write(int fd, const struct text *, int64_t deadline);

#endif
