/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What every backend shares with the core: the descriptor, the functions
 * that the core hands over, errors, parameters, scripts and commands.
 *
 * A backend is one loadable module with one exported symbol.  It includes
 * <rocks/plugin.h> and the header of its kind (resource.h, network.h or
 * vm.h), libc, and its own library; nothing else of the project.
 *
 * Threads: the core calls one function of a backend at a time, from one
 * thread.  Steps of different hosts may run in different processes.
 *
 * Strings: a `const char *` argument is borrowed until the call returns; copy
 * what you keep.  Memory never changes hands across the border: results go out
 * through callbacks, whose strings are valid in the callback only.
 *
 * Growth: every struct that crosses the border begins with its size or is
 * counted by one (ops_size), and grows at its end only.  A struct of which
 * arrays cross it (ports, disks, NICs, members) cannot grow so, since a module
 * built before steps through the array by the size it knows: another member
 * there takes another ROCKS_ABI.
 */
#ifndef ROCKS_PLUGIN_H
#define ROCKS_PLUGIN_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Changes only when modules built before must be refused. */
#define ROCKS_ABI 2u

#if defined(__GNUC__)
#define ROCKS_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define ROCKS_EXPORT __attribute__((visibility("default")))
#define ROCKS_USED __attribute__((used))
#else
#define ROCKS_PRINTF(f, a)
#define ROCKS_EXPORT
#define ROCKS_USED
#endif
/* clang knows this attribute on functions only, not on pointers to them. */
#if defined(__GNUC__) && !defined(__clang__)
#define ROCKS_SENTINEL __attribute__((sentinel))
#else
#define ROCKS_SENTINEL
#endif

enum rocks_kind {
  ROCKS_KIND_RESOURCE = 1, /* where a site keeps hosts, VMs, leases */
  ROCKS_KIND_NETWORK = 2,  /* what makes a cluster's private network */
  ROCKS_KIND_VM = 3        /* what runs virtual machines */
};

/* What the user can do about an error, not which call failed.  The numbers are
 * part of the ABI. */
enum rocks_code {
  ROCKS_OK = 0,
  ROCKS_EINVALID = 1,     /* say it otherwise */
  ROCKS_ENOTFOUND = 2,    /* name something that exists */
  ROCKS_EEXISTS = 3,      /* name something that does not exist yet */
  ROCKS_EPERMISSION = 4,  /* be somebody else, or mend owner and mode */
  ROCKS_EUNSUPPORTED = 5, /* choose another backend */
  ROCKS_EBACKEND = 6,     /* look at what the backend drives */
  ROCKS_EMEMORY = 7,
  ROCKS_EUNREACHABLE = 8, /* a host or database does not answer */
  ROCKS_EFULL = 9         /* there is no room, or no free number, left */
};

struct rocks_call;   /* opaque: one invocation of a command */
struct rocks_script; /* opaque: a shell script that is to run on one host */
struct rocks_sql_value; /* of <rocks/sql.h> */

/* A parameter of a backend is an attribute of Rocks with this name (host
 * before appliance before os before global, rocks-compat "Attributes").  The
 * core resolves them for the host at hand and passes the values. */
struct rocks_param {
  const char *name;     /* NULL ends the table */
  const char *fallback; /* value when the attribute is unset, or NULL */
  const char *help;     /* one sentence, for `list backend` and the man page */
};

/* A resolved parameter, attribute or setting.  value NULL: unset. */
struct rocks_setting {
  const char *name;
  const char *value;
  bool secret; /* never shown; kept where only root may read */
};

struct rocks_settings {
  const struct rocks_setting *item;
  size_t count;
};

/* The value of `name`, or NULL when it is absent or unset. */
static inline const char *
rocks_setting_value(const struct rocks_settings *settings, const char *name)
{
  size_t i, k;

  for (i = 0; i < settings->count; i++) {
    const char *have = settings->item[i].name;

    for (k = 0; have[k] == name[k] && name[k] != '\0'; k++)
      ;
    if (have[k] == name[k])
      return settings->item[i].value;
  }
  return NULL;
}

/* A physical host as a backend sees it. */
struct rocks_host {
  uint32_t size;
  const char *site;    /* name of its site at the home site; "" = home */
  const char *name;    /* nodes.Name */
  const char *address; /* its address for traffic between sites, or "" */
  struct rocks_settings params; /* the backend's parameters, for this host */
};

/* What the core gives to a backend at start; valid until stop. */
struct rocks_core {
  uint32_t size, abi;

  /* Reports why a function returns -1: one sentence with the offending value.
   * The first report of a call wins. */
  void (*error)(struct rocks_call *, enum rocks_code, const char *fmt, ...)
    ROCKS_PRINTF(3, 4);
  /* Something the user should know although the command goes on (stderr). */
  void (*warn)(struct rocks_call *, const char *fmt, ...) ROCKS_PRINTF(2, 3);
  void (*debug)(struct rocks_call *, const char *fmt, ...) ROCKS_PRINTF(2, 3);

  /* Scripts run under `sh -eu` on the host, as root, from standard input, so
   * that nothing of them is seen in a process list.
   * code: constant shell text of the backend (functions, usually); the same
   *   text is sent once however often it is added.
   * run: one command; each word, up to NULL, is quoted.
   * secret: like run, but the text is left out of every dry run and log. */
  void (*script_code)(struct rocks_script *, const char *text);
  void (*script_run)(struct rocks_script *, const char *word, ...)
    ROCKS_SENTINEL;
  void (*script_secret)(struct rocks_script *, const char *word, ...)
    ROCKS_SENTINEL;

  /* For commands of a backend (struct rocks_command) only. */

  /* Runs a script on this machine; what it prints goes to `line`, line by
   * line, if that is not NULL.  Returns 0, or -1 with the error reported. */
  int (*run_here)(struct rocks_call *, struct rocks_script *,
                  int (*line)(void *arg, const char *text), void *arg);
  struct rocks_script *(*script_new)(struct rocks_call *);
  void (*script_free)(struct rocks_script *);
  /* The backend's parameters as resolved for this machine. */
  const struct rocks_settings *(*params)(struct rocks_call *);
  /* Adds a row to the command's table: columns up to NULL; "" is unset. */
  void (*heading)(struct rocks_call *, const char *column, ...) ROCKS_SENTINEL;
  void (*row)(struct rocks_call *, const char *value, ...) ROCKS_SENTINEL;

  /* For hooks (struct rocks_hook) and commands of a backend: what a command of
   * the core may do.  Not in programs whose `size` ends before. */

  /* Adds to what the command prints once it has succeeded. */
  void (*print)(struct rocks_call *, const char *fmt, ...) ROCKS_PRINTF(2, 3);
  /* Runs another command, "set host attr", with these words, as if it had been
   * called: in the same transaction, where there is one, and what it prints is
   * printed.  0, or -1 with the error reported. */
  int (*command)(struct rocks_call *, const char *words, const char *const *args, size_t nargs);
  /* The same once the transaction is committed.  Its failure is a warning. */
  void (*after_commit)(struct rocks_call *, const char *words, const char *const *args,
                       size_t nargs);
  /* One statement on the home site's Rocks tables, as `run` of <rocks/sql.h>. */
  int (*sql)(struct rocks_call *, const char *sql, const struct rocks_sql_value *args,
             size_t nargs, int (*row)(void *arg, const char *const *columns,
                                      const struct rocks_sql_value *values, size_t n),
             void *arg, int64_t *changed, int64_t *last_id);
};

/* A command that a backend brings, e.g. "start service ...". */
struct rocks_command {
  const char *words;    /* "start service supernode"; NULL ends the table */
  const char *usage;    /* as `rocks list help` prints it: "{host} [x=int]" */
  const char *about;    /* what it does, for help */
  bool root;            /* must be run by root */
  int (*run)(void *state, struct rocks_call *, const struct rocks_settings *params,
             const char *const *args, size_t nargs);
};

/* Something that a backend does as part of a command of the core; docs/backends.md
 * lists the commands and the names of their parts.  The hook runs inside the
 * command, before its transaction is committed: a failure undoes everything.
 * Order: after the parts and hooks named in `follows`, before those named in
 * `precedes` (names, blanks between; a name that nobody provides is no error),
 * otherwise behind the command's own parts.  Who follows "TAIL" is last. */
struct rocks_hook {
  const char *words;    /* "remove host"; NULL ends the table */
  const char *provides; /* the hook's own name */
  const char *follows, *precedes; /* or NULL */
  /* `hosts` are the names of nodes that the command was called for.  0, or -1
   * with the error reported. */
  int (*run)(void *state, struct rocks_call *, const char *const *hosts, size_t nhosts);
};

/* The descriptor: static const in the module. */
struct rocks_plugin {
  uint32_t size, abi;
  uint32_t kind, ops_size;
  const void *ops; /* struct rocks_resource_ops, _network_ops or _vm_ops */
  const char *name;    /* [a-z][a-z0-9]*, as in the module's file name */
  const char *version;
  const char *summary; /* one line */
  const struct rocks_param *params;     /* or NULL */
  const struct rocks_command *commands; /* or NULL */
  /* Makes the module's state from nothing: no I/O.  Optional. */
  int (*start)(struct rocks_call *, const struct rocks_core *, void **state);
  void (*stop)(void *state);
  /* Set both with ROCKS_PLUGIN_HOOKS; or leave them out. */
  uint32_t hook_size;
  const struct rocks_hook *hooks;
};

#define ROCKS_PLUGIN_HEADER(k) \
  .size = sizeof(struct rocks_plugin), .abi = ROCKS_ABI, .kind = (k)
#define ROCKS_PLUGIN_OPS(o) .ops_size = sizeof(o), .ops = &(o)
#define ROCKS_PLUGIN_HOOKS(h) .hook_size = sizeof *(h), .hooks = (h)

#define ROCKS_CAT_(a, b) a##b
#define ROCKS_CAT(a, b) ROCKS_CAT_(a, b)

/* The module's one exported symbol, <ROCKS_MODULE>_LTX_rocks_entry; build with
 * -DROCKS_MODULE=network_foo for network-foo.so. */
#define ROCKS_REGISTER(descriptor)                                            \
  ROCKS_EXPORT const struct rocks_plugin *ROCKS_CAT(ROCKS_MODULE,             \
                                                    _LTX_rocks_entry)(void);  \
  const struct rocks_plugin *ROCKS_CAT(ROCKS_MODULE, _LTX_rocks_entry)(void)  \
  {                                                                           \
    return &(descriptor);                                                     \
  }

/* Once in a module that has neither commands nor hooks: the core finds this text
 * in the file and does not open the module to list commands, so that help need
 * not wait for the libraries of backends. */
#define ROCKS_NO_COMMANDS                                                     \
  static const char rocks_no_commands_[] ROCKS_USED = ROCKS_NO_COMMANDS_TEXT;
#define ROCKS_NO_COMMANDS_TEXT "@(#)rocks-mvc: a backend without commands and hooks"

#ifdef __cplusplus
}
#endif
#endif /* ROCKS_PLUGIN_H */
