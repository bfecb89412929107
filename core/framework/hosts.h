/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Host words, as in rocks-compat 1.8.
 */
#ifndef ROCKS_FRAMEWORK_HOSTS_H
#define ROCKS_FRAMEWORK_HOSTS_H

#include "framework/command.h"
#include "framework/db.h"

enum {
  HOSTS_MANAGED = 1u << 0, /* without words: those with attribute managed=true */
  HOSTS_BY_ID = 1u << 1    /* the "new" expander: database order */
};

/* Host names for the words in run->args; all hosts without words.  -1 with the
 * error reported: cannot resolve host "x" and the like. */
int hosts_expand(struct run *, struct list *names, unsigned flags);
int hosts_expand_words(struct run *, const struct list *words, struct list *names, unsigned flags);
/* getHostname: node name for a name, alias, MAC, IP or FQDN.  Caller frees. */
char *hosts_resolve(struct run *, const char *word);
/* This machine's own node name; caller frees; NULL with the error reported. */
char *hosts_self(struct run *);
/* checkHostnameValidity: 0, or -1 with Rocks' sentence. */
int hosts_check_new(struct run *, const char *name);

/* Networks, memberships, appliances, distributions: `table`.`column` LIKE each
 * word; no words: all; a word that matches nothing: unknown <what> "word"
 * (what NULL: no error).  Order of the database. */
int names_expand(struct run *, const char *table, const char *column, const char *what,
                 struct list *names);

#endif
