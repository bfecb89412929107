/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Is a virtual frontend ready to serve its computes?
 */
#ifndef ROCKS_CLUSTER_FRONTEND_H
#define ROCKS_CLUSTER_FRONTEND_H

#include "cluster/model.h"

/* Waits until the frontend's public address takes a TCP connection on the port
 * of its attribute mvc_frontend_probe (`tcp:22` unless set; `none`: do not
 * wait), at most mvc_frontend_wait seconds (600). */
int frontend_wait(struct rocks_call *, const struct site *home, const struct rocks_vm_row *);

#endif
