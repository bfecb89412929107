/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What the backend's own files share.
 */
#ifndef NETWORK_N2N_H
#define NETWORK_N2N_H

#include <rocks/network.h>

#define N2N_COMMUNITY_LENGTH 15 /* the most that n2n 1.3 takes */
#define N2N_KEY_LENGTH 43       /* of 64 letters: 258 bits */

/* The module's state: made by start, constant from then on. */
struct n2n {
  const struct rocks_core *core;
};

/* A supernode.  The two ports above its own are never another relay's: the
 * next one is the beacon's and, on 127.0.0.1, n2n 3's management. */
struct n2n_relay {
  char host[254]; /* name or IPv4 address */
  unsigned port;
};

/* Where the supernodes are, as the attributes have it. */
struct n2n_site {
  const struct rocks_settings *params;
  const char *address; /* the home frontend's public one; "" = unknown */
};

/* The three files of shell functions, as one script (tools/embed.sh). */
extern const char n2n_host_code[];

/* The value of a parameter, or its fallback (never NULL). */
const char *n2n_param(const struct rocks_settings *params, const char *name);

/* Checks (check.c).  All return 0, or -1 with a sentence reported. */

/* Whole decimal number within min..max; `what` names it in the sentence. */
int n2n_number(const struct n2n *, struct rocks_call *, const char *what, const char *text,
               unsigned min, unsigned max, unsigned *out);
/* A unicast MAC in lower case, xx:xx:xx:xx:xx:xx. */
int n2n_check_mac(const struct n2n *, struct rocks_call *, const char *mac);
/* Between min and max letters, digits, - and _; a secret is not repeated in
 * the sentence. */
int n2n_check_token(const struct n2n *, struct rocks_call *, const char *what, const char *text,
                    size_t min, size_t max, bool secret);
/* Takes the next relay, HOST[:PORT], off *list and moves *list behind it.  With a
 * default_port of 0 the port must be there.
 * Returns 1, at the end 0, or -1 with a sentence reported. */
int n2n_next_relay(const struct n2n *, struct rocks_call *, const char **list,
                   unsigned default_port, struct n2n_relay *);
/* The list with every port written out and one blank between relays, or NULL
 * with a sentence reported.  The caller frees. */
char *n2n_relay_list(const struct n2n *, struct rocks_call *, const char *list,
                     unsigned default_port);
/* The relays of a home site: n2n_supernode, or the frontend itself.  As above. */
char *n2n_site_relays(const struct n2n *, struct rocks_call *, const struct n2n_site *);

/* Steps (steps.c). */

int n2n_up(void *state, struct rocks_call *, const struct rocks_network *,
           const struct rocks_host *, const struct rocks_port *, size_t nports,
           struct rocks_script *);
int n2n_down(void *state, struct rocks_call *, const struct rocks_network *,
             const struct rocks_host *, const struct rocks_port *, size_t nports,
             struct rocks_script *);
int n2n_probe(void *state, struct rocks_call *, const struct rocks_network *,
              const struct rocks_host *, const struct rocks_port *, size_t nports,
              const char *frontend_mac, struct rocks_script *);
int n2n_relay_up(void *state, struct rocks_call *, const struct rocks_network *,
                 const struct rocks_host *home, struct rocks_script *);
/* Pure: nb and the twelve digits of the MAC. */
int n2n_port_device(void *state, struct rocks_call *, const struct rocks_network *,
                    const struct rocks_port *, char device[ROCKS_DEVICE_MAX],
                    enum rocks_wiring *);
/* The steps that bring up each relay of the list that is this machine. */
int n2n_relay_steps(const struct n2n *, struct rocks_call *, const char *relays,
                    const char *own_address, struct rocks_script *);

/* Commands: start, stop and list service supernode (service.c). */
extern const struct rocks_command n2n_commands[];

#endif
