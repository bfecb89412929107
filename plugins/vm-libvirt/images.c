/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Disk images on the container: made if missing, deleted on request.  The work
 * is done by the shell functions of host.sh.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "vm-libvirt.h"

/* The format of an image; NULL: reported. */
static const char *
image_format(const struct vm_state *module, struct rocks_call *call, const struct rocks_vm *vm,
             const struct rocks_disk *disk)
{
  const char *format = vm_disk_format(disk);

  if (format == NULL)
    module->core->error(call, ROCKS_EINVALID,
                        "disk type '%s' of VM '%s' is not valid: file, qcow2, qed, phy or tap:aio",
                        disk->type, vm->name);
  else if (disk->path[0] != '/')
    module->core->error(call, ROCKS_EINVALID,
                        "the disk image of VM '%s' is not an absolute path: '%s'", vm->name,
                        disk->path);
  else
    return format;
  return NULL;
}

/* Adds the step that says whether the container emulates. */
static int
add_acceleration(const struct vm_state *module, struct rocks_call *call,
                 const struct rocks_vm *vm, struct rocks_script *script)
{
  const char *param = module->backend->emulate;
  const char *value = param != NULL ? vm_param(module, vm, param) : "no";

  if (strcmp(value, "auto") != 0 && strcmp(value, "yes") != 0 && strcmp(value, "no") != 0) {
    module->core->error(call, ROCKS_EINVALID,
                        "the attribute %s of VM '%s' is none of auto, yes, no: '%s'", param,
                        vm->name, value);
    return -1;
  }
  module->core->script_run(script, "rocks_vm_emulate", value, (char *)NULL);
  return 0;
}

int
vm_prepare(void *state, struct rocks_call *call, const struct rocks_vm *vm,
           struct rocks_script *script)
{
  const struct vm_state *module = state;
  char bytes[24];
  size_t i;

  module->core->script_code(script, vm_host_functions);
  for (i = 0; i < vm->ndisks; i++) {
    const struct rocks_disk *disk = &vm->disks[i];
    const char *format;

    if (!vm_disk_is_file(disk))
      continue;
    if ((format = image_format(module, call, vm, disk)) == NULL)
      return -1;
    (void)snprintf(bytes, sizeof bytes, "%" PRIu64, disk->bytes);
    module->core->script_run(script, "rocks_vm_image", format, disk->path, bytes, (char *)NULL);
  }
  if (module->backend->prepare != NULL && module->backend->prepare(module, call, vm, script) != 0)
    return -1;
  return add_acceleration(module, call, vm, script);
}

int
vm_erase(void *state, struct rocks_call *call, const struct rocks_vm *vm,
         struct rocks_script *script)
{
  const struct vm_state *module = state;
  size_t i;

  module->core->script_code(script, vm_host_functions);
  for (i = 0; i < vm->ndisks; i++) {
    const struct rocks_disk *disk = &vm->disks[i];

    if (!vm_disk_is_file(disk))
      continue;
    if (image_format(module, call, vm, disk) == NULL)
      return -1;
    module->core->script_run(script, "rocks_vm_erase", disk->path, (char *)NULL);
  }
  return 0;
}
