/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * A VM backend runs virtual machines on containers.
 */
#ifndef ROCKS_VM_H
#define ROCKS_VM_H

#include <rocks/network.h>
#include <rocks/plugin.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A row of vm_disks, with the file's place put together. */
struct rocks_disk {
  const char *type;   /* VBD_Type: file, qcow2, qed, phy, tap:aio */
  const char *path;   /* Prefix/Name; a device for phy */
  const char *device; /* in the guest: vda */
  const char *mode;   /* Mode: the bus on KVM, `w` on Xen */
  uint64_t bytes;     /* Size is in units of 10^9 bytes */
};

struct rocks_nic {
  const char *mac;
  const char *source;       /* the device on the container */
  enum rocks_wiring wiring; /* how it is plugged into that */
  bool openvswitch;         /* the device is a bridge of Open vSwitch */
  uint32_t mtu;             /* bytes; 0: the hypervisor's default */
};

/* A virtual machine as it is to run. */
struct rocks_vm {
  uint32_t size;
  const char *name;
  uint32_t cpus;
  uint64_t memory;       /* MiB */
  const char *virt_type; /* hvm or para */
  /* Boot straight from these files of the container, or all NULL. */
  const char *kernel, *ramdisk, *args;
  bool network_boot; /* try the network before the disk */
  const char *cdrom; /* an image or /dev node of the container, or NULL */
  const struct rocks_disk *disks;
  size_t ndisks;
  const struct rocks_nic *nics;
  size_t nnics;
  struct rocks_settings params; /* the backend's parameters, for this VM */
  bool autostart;
};

enum rocks_vm_state {
  ROCKS_VM_ABSENT = 0, /* the hypervisor does not know it */
  ROCKS_VM_DEFINED,    /* known and off */
  ROCKS_VM_ACTIVE,     /* running or blocked */
  ROCKS_VM_PAUSED,
  ROCKS_VM_SHUTDOWN,   /* going down */
  ROCKS_VM_CRASHED
};

enum rocks_vm_stop {
  ROCKS_VM_POWEROFF = 0, /* at once */
  ROCKS_VM_ASK,          /* by ACPI; the guest decides */
  ROCKS_VM_RESET,
  ROCKS_VM_REBOOT
};

/* Where a container's hypervisor is reached. */
struct rocks_vm_target {
  uint32_t size;
  const char *host;   /* for messages */
  const char *uri;    /* given by the admin, or NULL: the backend's own */
  const char *socket; /* local end of the forwarded `remote_socket`, or NULL */
  bool emulate;       /* the container has no /dev/kvm or the like */
};

struct rocks_vm_capacity {
  uint32_t cpus;
  uint64_t memory; /* MiB */
};

/* Where a VM's screen is: a VNC server (RFC 6143). */
struct rocks_vm_console {
  uint32_t size;
  char address[64]; /* as the container itself reaches it, an IP address */
  uint32_t port;
};

struct rocks_vm_ops {
  uint32_t capabilities; /* none defined yet: 0 */
  enum rocks_wiring wiring; /* how it likes a NIC to be plugged in */
  const char *const *virt_types; /* hvm, para: the default first, NULL ends */
  /* The socket of the container that connect() wants forwarded, or NULL. */
  const char *remote_socket;

  /* The domain description, pure: what define() would hand over. */
  int (*describe)(void *state, struct rocks_call *, const struct rocks_vm *,
                  void (*text)(void *arg, const char *xml), void *arg);

  /* Idempotent steps on the container before define(): disks made if missing,
   * never overwritten.  Prints `emulate yes|no`, for the target. */
  int (*prepare)(void *state, struct rocks_call *, const struct rocks_vm *,
                 struct rocks_script *);
  /* Steps that delete the VM's disk images (files only, never devices). */
  int (*erase)(void *state, struct rocks_call *, const struct rocks_vm *,
               struct rocks_script *);

  /* One connection per container and command. */
  int (*connect)(void *state, struct rocks_call *, const struct rocks_vm_target *,
                 void **connection);
  void (*disconnect)(void *connection);

  int (*capacity)(void *connection, struct rocks_call *, struct rocks_vm_capacity *);
  /* All VMs of the container, in one call where the hypervisor has one. */
  int (*states)(void *connection, struct rocks_call *,
                int (*vm)(void *arg, const char *name, enum rocks_vm_state), void *arg);
  /* Idempotent: defines it, or defines it anew while it is off. */
  int (*define)(void *connection, struct rocks_call *, const struct rocks_vm *);
  int (*start)(void *connection, struct rocks_call *, const char *name);
  /* Stopping what is off or absent is no error. */
  int (*stop)(void *connection, struct rocks_call *, const char *name, enum rocks_vm_stop);
  int (*undefine)(void *connection, struct rocks_call *, const char *name);
  int (*suspend)(void *connection, struct rocks_call *, const char *name);
  int (*resume)(void *connection, struct rocks_call *, const char *name);
  int (*save)(void *connection, struct rocks_call *, const char *name, const char *file);
  int (*restore)(void *connection, struct rocks_call *, const char *file);

  /* Moves a running VM to another container while it runs; both see its disks
   * at the same place, and its ports' devices are there.  `destination` is a
   * connection to that container, `address` where the hypervisor of this one
   * reaches it.  The VM ends up there paused and defined, and is gone here; on
   * an error it goes on here.  NULL: this backend cannot. */
  int (*migrate)(void *connection, struct rocks_call *, const char *name, void *destination,
                 const char *address);
  /* Where the screen of a running VM is.  NULL: it has none. */
  int (*console)(void *connection, struct rocks_call *, const char *name,
                 struct rocks_vm_console *);

  /* Steps that end what the container's hypervisor still has of a VM that is off,
   * and of which connect() and the rest learn nothing: of a start that was cut
   * short, say.  Only the VM's name is given.  NULL: there can be no such thing. */
  int (*sweep)(void *state, struct rocks_call *, const struct rocks_vm *,
               struct rocks_script *);

  /* Steps on the container that fail with a sentence if they find why a call over a
   * connection failed and what has to be mended first.  NULL: there is nothing to
   * be found but what the call has said. */
  int (*diagnose)(void *state, struct rocks_call *, struct rocks_script *);
};

#ifdef __cplusplus
}
#endif
#endif /* ROCKS_VM_H */
