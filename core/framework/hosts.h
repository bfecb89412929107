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
  /* The "new" expander: in the order of the nodes; by name where all words are
   * hosts' names or the beginnings of such, as the original's database does. */
  HOSTS_BY_ID = 1u << 1
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

/* The condition on nodes for the words in run->args: "1 = 1" without words,
 * else "<column> in (%s)" with `names` filled in, for db_query_in().  Spares a
 * list command of all hosts the query that would fetch their names.  *by_id:
 * the rows are to come in the order of the nodes, else of their names. */
int hosts_condition(struct run *, const char *column, unsigned flags, struct text *condition,
                    struct list *names, bool *by_id);
/* Whether a host word's SQL is one SELECT that only reads; -1 reported. */
int hosts_check_select(struct rocks_call *, const char *sql);

/* Networks, memberships, appliances, distributions: `table`.`column` LIKE each
 * word; no words: all; a word that matches nothing: unknown <what> "word"
 * (what NULL: no error).  In the order of the words, then of the database.
 * `table` and `column` are names in the program, never a user's. */
int names_expand(struct run *, const char *table, const char *column, const char *what,
                 struct list *names);
/* LIKE of latin1_swedish_ci for ASCII: % and _, letters in any case. */
bool names_like(const char *text, const char *pattern);

#endif
