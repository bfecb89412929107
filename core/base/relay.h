/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Two sockets made one.
 */
#ifndef ROCKS_BASE_RELAY_H
#define ROCKS_BASE_RELAY_H

/* Carries bytes both ways between two sockets until one has ended and what it
 * said is delivered.  They stay open, and do not block any more. */
void relay_sockets(int a, int b);

#endif
