/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The disks of a VM that moves: whether its new container sees them already,
 * and the copying where it does not.
 */
#include <config.h>

#include <inttypes.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "cluster/move.h"
#include "cluster/worker.h"
#include "remote/script.h"

#define LOOK_SECONDS 60
#define COPY_SECONDS (12 * 3600) /* for one image */

static bool
is_device(const struct rocks_disk *disk)
{
  return strcmp(disk->type, "phy") == 0;
}

/* "folder" of "folder/name", pooled. */
static const char *
folder_of(struct pool *pool, const char *path)
{
  const char *slash = strrchr(path, '/');

  return slash == NULL || slash == path
           ? "/" : pool_format(pool, "%.*s", (int) (slash - path), path);
}

static int
run_on(const struct move *move, const struct move_end *end, struct rocks_script *script,
       struct text *output)
{
  struct remote_host remote = worker_host(end->site, end->vm->container);
  struct remote_job job = { .host = &remote, .script = script_text(script),
                            .timeout = LOOK_SECONDS };
  int result = 0;

  remote_run(move->control->call, &job, 1, 1);
  if (job.result != REMOTE_OK)
    result = remote_report(move->control->call, &job);
  text_add(output, "%s", text_get(&job.output));
  remote_job_free(&job);
  return result;
}

/* Functions of a host that looks at files. */
static const char look_code[] =
  /* a VM that was never started may have no folder yet */
  "rocks_mark() { [ ! -d \"$(dirname -- \"$1\")\" ] || : >\"$1\"; }\n"
  "rocks_marked() { if [ -e \"$1\" ]; then echo there; else echo missing; fi; }\n"
  "rocks_unmark() { rm -f -- \"$1\"; }\n";

/* One of them for a mark beside each image; -1 with the error reported. */
static int
marks(const struct move *move, const struct move_end *end, const char *function,
      const char *mark, struct text *output)
{
  struct rocks_script *script = script_new();
  const struct rocks_vm_row *vm = move->from.vm;
  struct pool *pool = &move->control->model.pool;
  size_t i;
  int result;

  script_code(script, look_code);
  for (i = 0; i < vm->ndisks; i++)
    if (!is_device(&vm->disks[i]))
      script_run(script, function,
                 pool_format(pool, "%s/.%s", folder_of(pool, vm->disks[i].path), mark),
                 (char *) NULL);
  result = script_is_empty(script) ? 0 : run_on(move, end, script, output);
  script_free(script);
  return result;
}

static int
no_devices(const struct move *move)
{
  const struct rocks_vm_row *vm = move->from.vm;
  size_t i;

  for (i = 0; i < vm->ndisks; i++)
    if (is_device(&vm->disks[i]))
      return call_fail(move->control->call, ROCKS_EUNSUPPORTED, "disk %s of VM %s is a device of %s,"
                       " which cannot be copied", vm->disks[i].path, vm->name,
                       model_label(&move->control->model, move->from.site, vm->container));
  return 0;
}

/* A mark that is made beside an image is seen by whoever shares its folder. */
int
move_shared(const struct move *move, bool *shared)
{
  CLEANUP_TEXT struct text seen = { 0 }, ignored = { 0 };
  struct pool *pool = &move->control->model.pool;
  uint64_t number = 0;
  const char *mark;
  int result;

  if (getrandom(&number, sizeof number, 0) < 0)
    number = (uint64_t) getpid();
  mark = pool_format(pool, "rocks-move-%016" PRIx64, number);
  if (marks(move, &move->from, "rocks_mark", mark, &ignored) != 0)
    return -1;
  result = marks(move, &move->to, "rocks_marked", mark, &seen);
  if (marks(move, &move->from, "rocks_unmark", mark, &ignored) != 0)
    return -1;
  *shared = strstr(text_get(&seen), "missing") == NULL;
  return result == 0 && !*shared ? no_devices(move) : result;
}

/* `sh -eu -c CODE sh FOLDER NAME` */
static void
write_command(struct text *text, const char *code, const char *folder, const char *name)
{
  text_add(text, "sh -eu -c ");
  text_add_quoted(text, code);
  text_add(text, " sh ");
  text_add_quoted(text, folder);
  text_add_char(text, ' ', 1);
  text_add_quoted(text, name);
}

/* A file that is only half there has another name.  tar keeps holes, owner and
 * mode, and notices when its input ends too soon.  An image that was never made
 * travels as an empty archive. */
static int
copy_file(const struct move *move, struct rocks_call *call, const char *path)
{
  static const char take[] =
    "(umask 022 && mkdir -p -- \"$1\") && cd -- \"$1\" && part=.$2.moving && rm -rf -- \"$part\" && "
    "mkdir -m 700 -- \"$part\" && tar -x -S -f - -C \"$part\" && "
    "if [ -e \"$part/$2\" ]; then mv -f -- \"$part/$2\" \"$2\"; fi && rmdir -- \"$part\"";
  static const char give[] =
    "if [ -e \"$1/$2\" ]; then exec tar -c -S -f - -C \"$1\" -- \"$2\"; fi; "
    "exec tar -c -f - -T /dev/null";
  struct remote_host from = worker_host(move->from.site, move->from.vm->container);
  struct remote_host to = worker_host(move->to.site, move->to.vm->container);
  CLEANUP_TEXT struct text out = { 0 }, in = { 0 };
  const char *folder = folder_of(&move->control->model.pool, path);
  const char *name = strrchr(path, '/') + 1;

  write_command(&out, give, folder, name);
  write_command(&in, take, folder, name);
  return remote_pipe(call, &from, text_get(&out), &to, text_get(&in), COPY_SECONDS);
}

int
move_copy(const struct move *move, struct rocks_call *call)
{
  struct pool *pool = &move->control->model.pool;
  const struct rocks_vm_row *vm = move->from.vm;
  size_t i;

  if (move->way == MOVE_SAVED && move->copy_state && copy_file(move, call, move->file) != 0)
    return -1;
  for (i = 0; !move->shared && i < vm->ndisks; i++) {
    if (is_device(&vm->disks[i]))
      continue;
    move->say(move->arg, pool_format(pool, "Moving virtual disk (%s) to %s", vm->disks[i].path,
                                     model_label(&move->control->model, move->to.site,
                                                 move->to.vm->container)));
    if (copy_file(move, call, vm->disks[i].path) != 0)
      return -1;
  }
  return 0;
}
