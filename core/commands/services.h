/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The services of a frontend that are told about its hosts (rocks-compat 4.7,
 * 4.8), and what they are told.  A `report` prints it with the paths of Rocks;
 * `sync config` puts it where this machine has its services' files.
 */
#ifndef ROCKS_COMMANDS_SERVICES_H
#define ROCKS_COMMANDS_SERVICES_H

#include "framework/command.h"

/* Where the files stand, and how a service is told to read them.  NULL: the
 * service is not here, or is left alone.  Strings are owned. */
struct services {
  char *dhcpd_conf, *dhcpd_defaults, *dhcpd_restart;
  char *named_conf, *named_zones, *named_reload; /* named_zones is a folder */
  char *hosts_file;
  const char *dhcpd_variable; /* in dhcpd_defaults: the devices */
};

/* As the keys of the configuration file say that are named as the members
 * (`none`: leave it alone), else as this system has them: the files of a
 * service that is installed, and /etc/hosts when Rocks wrote it before. */
int services_load(struct run *, struct services *);
/* As on a frontend of Rocks 7: what reports print. */
void services_of_rocks(struct services *);
void services_free(struct services *);

/* Makes `path` hold `text`, and counts in *changed if it did not.  What stood
 * there before the first time is kept as <path>.before-rocks. */
int service_write(struct run *, const char *path, const struct text *text, unsigned *changed);
/* Runs a command of the configuration, its words parted by blanks, for at most
 * half a minute; nothing when its program is not installed.  A failure is
 * warned about, since the files stand. */
void service_run(struct run *, const char *command);

/* A file within a report: <file name="..."> and what it holds. */
void report_file(struct text *, const char *path, const char *perms, const struct text *);

/* The texts.  `host` is the frontend's node name. */
int hosts_text(struct run *, struct text *);
/* dhcpd.conf, and the device of the private network. */
int dhcpd_text(struct run *, const char *host, struct text *conf, struct text *device);
int named_text(struct run *, const char *host, const struct services *, struct text *);

/* Zone files: each one's name within the folder, and what it holds. */
struct zones {
  struct list name;
  struct text *text; /* as many as names */
};
int zones_text(struct run *, const char *host, const struct services *, struct zones *);
void zones_free(struct zones *);

#endif
