/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * IPv4 addresses and MACs as Rocks writes them, and numbers that users type.
 */
#ifndef ROCKS_BASE_ADDR_H
#define ROCKS_BASE_ADDR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/call.h"

#define IP_TEXT 16  /* "255.255.255.255" and its NUL */
#define MAC_TEXT 18 /* "aa:bb:cc:dd:ee:ff" and its NUL */

/* Dotted quad, nothing around it (RFC 6943 3.1.1 "strict"); host byte order. */
bool ip_parse(const char *text, uint32_t *ip);
void ip_format(uint32_t ip, char text[IP_TEXT]);
/* A netmask: ones, then zeros.  *bits may be NULL. */
bool netmask_parse(const char *text, uint32_t *mask, unsigned *bits);
/* "a.b.c.d/n"; the host bits may be set. */
bool cidr_parse(const char *text, uint32_t *ip, unsigned *bits);
uint32_t netmask_of(unsigned bits);

/* Six groups of one or two hex digits, colons between: Rocks keeps its MAC
 * base without leading zeros.  Formatted in lower case, two digits each. */
bool mac_parse(const char *text, uint64_t *mac);
void mac_format(uint64_t mac, char text[MAC_TEXT]);

/* A decimal number in min..max, nothing around it but a sign. */
bool number_parse(const char *text, int64_t min, int64_t max, int64_t *number);
/* The same, reporting `what` and the value when it is none. */
int number_arg(struct rocks_call *, const char *what, const char *text, int64_t min,
               int64_t max, int64_t *number);
/* str2bool of rocks-compat 1.5: on, yes, y, true, 1 in any case; else false. */
bool bool_parse(const char *text);

#endif
