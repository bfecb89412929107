/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * What VM backends on libvirt share.  A backend gives a struct vm_backend that
 * says where it differs; its operations are the vm_* functions below.
 */
#ifndef ROCKS_VM_LIBVIRT_H
#define ROCKS_VM_LIBVIRT_H

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <libxml/tree.h>

#include <rocks/vm.h>

/* A domain description in the making.  The first failure reports itself and
 * sets `failed`; after that every function here does nothing, so that builders
 * need to look only once, at the end. */
struct vm_xml {
  const struct vm_state *state;
  struct rocks_call *call;
  const struct rocks_vm *vm;
  bool emulate; /* the container has no acceleration */
  bool failed;
};

struct vm_state;

/* Where a backend differs. */
struct vm_backend {
  const char *uri;        /* of the container's own libvirtd */
  const char *socket_uri; /* the same, through a socket given as ?socket= */
  const char *domain_type;
  const char *emulated_type; /* the same without acceleration; see `emulate` */
  const struct rocks_param *params;
  bool listen; /* a migration may be told where to listen */
  const char *autostart; /* the parameter that says `true`, or NULL */
  /* The parameter with auto, yes or no: whether a container emulates.  NULL:
   * this hypervisor never does. */
  const char *emulate;
  /* Adds to <domain> all but name, UUID, memory and vCPUs. */
  void (*build)(struct vm_xml *, xmlNodePtr domain);
  /* Further steps on the container before define(), or NULL. */
  int (*prepare)(const struct vm_state *, struct rocks_call *, const struct rocks_vm *,
                 struct rocks_script *);
};

/* A module's state. */
struct vm_state {
  const struct rocks_core *core;
  const struct vm_backend *backend;
};

struct vm_connection {
  const struct vm_state *state; /* borrowed: outlives the connection */
  virConnectPtr conn;
  char *host;
  const char *domain_type;
  bool emulate;
  bool warned; /* about emulation */
};

/* --- xml.c: nodes ------------------------------------------------------- */

/* Reports `fmt` and fails the description. */
void vm_xml_fail(struct vm_xml *, enum rocks_code, const char *fmt, ...)
  ROCKS_PRINTF(3, 4);
/* A new last child; text may be NULL.  NULL after a failure. */
xmlNodePtr vm_xml_add(struct vm_xml *, xmlNodePtr parent, const char *name, const char *text);
void vm_xml_number(struct vm_xml *, xmlNodePtr parent, const char *name, uint64_t);
void vm_xml_set(struct vm_xml *, xmlNodePtr, const char *attribute, const char *value);
/* A new child with one attribute. */
xmlNodePtr vm_xml_with(struct vm_xml *, xmlNodePtr parent, const char *name,
                       const char *attribute, const char *value);
/* Adds the elements written in `text`, the value of parameter `what`, to
 * `parent`.  A single element of the parent's own name stands for its content.
 * Anything but well-formed elements is refused. */
void vm_xml_fragment(struct vm_xml *, xmlNodePtr parent, const char *what, const char *text);

/* --- domain.c: what domains have in common ------------------------------ */

/* The value of a parameter, else its fallback, else NULL; "" counts as unset. */
const char *vm_param(const struct vm_state *, const struct rocks_vm *, const char *name);

/* The description of a VM; uuid may be NULL.  The caller frees it with
 * xmlFree.  NULL: reported. */
char *vm_domain_xml(const struct vm_state *, struct rocks_call *, const struct rocks_vm *,
                    const char *type, bool emulate, const char *uuid);

/* Fails unless `path` begins with a slash; `what` names it in the sentence. */
void vm_xml_absolute(struct vm_xml *, const char *what, const char *path);
/* <kernel>, <initrd>, <cmdline> of the VM, in `os`. */
void vm_xml_kernel(struct vm_xml *, xmlNodePtr os);
/* <boot> elements in `os`: CD-ROM, network, disk, as far as the VM has them. */
void vm_xml_boot_order(struct vm_xml *, xmlNodePtr os);
/* <features> from the parameter HVM_Features. */
xmlNodePtr vm_xml_features(struct vm_xml *, xmlNodePtr domain);
/* Whether a disk is an image file (and not a device of the container). */
bool vm_disk_is_file(const struct rocks_disk *);
/* The format of an image file: raw, qcow2, qed; NULL for devices and for
 * types that nobody knows. */
const char *vm_disk_format(const struct rocks_disk *);
/* <disk> with source and target. */
xmlNodePtr vm_xml_disk(struct vm_xml *, xmlNodePtr devices, const struct rocks_disk *,
                       const char *bus);
/* The CD-ROM, if the VM has one, in the first free IDE slot. */
void vm_xml_cdrom(struct vm_xml *, xmlNodePtr devices, const char *driver);
/* All NICs.  model and script may be NULL. */
void vm_xml_nics(struct vm_xml *, xmlNodePtr devices, const char *model, const char *script);
/* A serial line that is also the console; log: a folder of the container for
 * what the guest writes there, or NULL. */
void vm_xml_serial(struct vm_xml *, xmlNodePtr devices, const char *log);
/* A VNC display that only the container itself can reach, unless the
 * parameter says `none`. */
void vm_xml_graphics(struct vm_xml *, xmlNodePtr devices, const char *param);

/* --- connection.c ------------------------------------------------------- */

/* Makes the module's state; see struct rocks_plugin. */
int vm_start_module(const struct vm_backend *, struct rocks_call *, const struct rocks_core *,
                    void **state);
void vm_stop_module(void *state);

int vm_connect(void *state, struct rocks_call *, const struct rocks_vm_target *, void **connection);
void vm_disconnect(void *connection);
int vm_capacity(void *connection, struct rocks_call *, struct rocks_vm_capacity *);
int vm_states(void *connection, struct rocks_call *,
              int (*vm)(void *arg, const char *name, enum rocks_vm_state), void *arg);

/* Reports why `doing` failed for a VM, in libvirt's words.  Frees `why`, which
 * virSaveLastError gave; NULL stands for the last error.  Returns -1. */
int vm_libvirt_error(struct vm_connection *, struct rocks_call *, const char *doing,
                     const char *name, virErrorPtr why);

/* --- lifecycle.c -------------------------------------------------------- */

int vm_describe(void *state, struct rocks_call *, const struct rocks_vm *,
                void (*text)(void *arg, const char *xml), void *arg);
int vm_define(void *connection, struct rocks_call *, const struct rocks_vm *);
int vm_start(void *connection, struct rocks_call *, const char *name);
int vm_stop(void *connection, struct rocks_call *, const char *name, enum rocks_vm_stop);
int vm_undefine(void *connection, struct rocks_call *, const char *name);
int vm_suspend(void *connection, struct rocks_call *, const char *name);
int vm_resume(void *connection, struct rocks_call *, const char *name);
int vm_save(void *connection, struct rocks_call *, const char *name, const char *file);
int vm_restore(void *connection, struct rocks_call *, const char *file);
/* A VM that has to exist; NULL with the error reported. */
virDomainPtr vm_find(struct vm_connection *, struct rocks_call *, const char *name);

/* --- console.c ---------------------------------------------------------- */

int vm_console(void *connection, struct rocks_call *, const char *name,
               struct rocks_vm_console *);

/* --- migrate.c ---------------------------------------------------------- */

int vm_migrate(void *connection, struct rocks_call *, const char *name, void *destination,
               const char *address);

/* --- images.c ----------------------------------------------------------- */

/* The text of host.sh. */
extern const char vm_host_functions[];

int vm_prepare(void *state, struct rocks_call *, const struct rocks_vm *, struct rocks_script *);
int vm_erase(void *state, struct rocks_call *, const struct rocks_vm *, struct rocks_script *);

/* The operations that all backends on libvirt share. */
#define VM_LIBVIRT_OPS                                                        \
  .describe = vm_describe, .prepare = vm_prepare, .erase = vm_erase,          \
  .connect = vm_connect, .disconnect = vm_disconnect,                         \
  .capacity = vm_capacity, .states = vm_states, .define = vm_define,          \
  .start = vm_start, .stop = vm_stop, .undefine = vm_undefine,                \
  .suspend = vm_suspend, .resume = vm_resume, .save = vm_save,                \
  .restore = vm_restore, .migrate = vm_migrate, .console = vm_console

#endif /* ROCKS_VM_LIBVIRT_H */
