/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pwd.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "remote/ssh.h"

/* A name in the folder of sockets: '/', 16 hex digits; and ssh binds a socket
 * under a temporary name, 17 bytes longer, before it gives it the right one. */
#define SOCKET_ROOM (sizeof((struct sockaddr_un *) NULL)->sun_path - 1 - 17 - 17)

static int
make_folder(const char *path, mode_t mode, struct text *why)
{
  if (mkdir(path, mode) == 0 || errno == EEXIST)
    return 0;
  text_add(why, "cannot make the folder %s: %s", path, strerror(errno));
  return -1;
}

/* A folder that only we can enter: another user could have made it first, and
 * would then own our connections. */
static int
make_private(const char *path, struct text *why)
{
  struct stat st;
  int fd, bad;

  if (make_folder(path, 0700, why) != 0)
    return -1;
  fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  bad = fd < 0 || fstat(fd, &st) != 0 || st.st_uid != geteuid() || (st.st_mode & 077) != 0;
  if (fd >= 0)
    close(fd);
  if (bad)
    text_add(why, "%s is not a folder that only its user may enter", path);
  return bad ? -1 : 0;
}

static char *
home_folder(void)
{
  const char *home = getenv("HOME");
  const struct passwd *user;

  if (home != NULL && home[0] == '/')
    return mem_copy(home);
  user = getpwuid(geteuid());
  return mem_copy(user != NULL ? user->pw_dir : "/");
}

static int
open_sockets(struct ssh_folders *folders, struct text *why)
{
  const char *run = getenv("XDG_RUNTIME_DIR");

  if (geteuid() == 0) {
    folders->sockets = mem_copy("/run/rocks-mvc/ssh-0");
    if (make_folder("/run/rocks-mvc", 0755, why) != 0)
      return -1;
  } else if (run != NULL && run[0] == '/'
             && strlen(run) + strlen("/rocks-mvc") <= SOCKET_ROOM) {
    folders->sockets = mem_format("%s/rocks-mvc", run);
  } else {
    folders->sockets = mem_format("/tmp/rocks-mvc-%ju", (uintmax_t) geteuid());
  }
  return make_private(folders->sockets, why);
}

static int
open_known_hosts(struct ssh_folders *folders, struct text *why)
{
  CLEANUP_FREE char *home = NULL, *config = NULL, *ours = NULL;

  if (geteuid() == 0) {
    ours = mem_copy("/var/lib/rocks-mvc");
  } else {
    home = home_folder();
    config = mem_format("%s/.config", home);
    ours = mem_format("%s/rocks-mvc", config);
    if (make_folder(config, 0700, why) != 0)
      return -1;
  }
  if (make_folder(ours, 0755, why) != 0)
    return -1;
  folders->known_hosts = mem_format("%s/known_hosts.d", ours);
  return make_private(folders->known_hosts, why);
}

int
ssh_folders_open(struct ssh_folders *folders, struct text *why)
{
  *folders = (struct ssh_folders){ 0 };
  if (open_sockets(folders, why) == 0 && open_known_hosts(folders, why) == 0)
    return 0;
  ssh_folders_free(folders);
  return -1;
}

void
ssh_folders_free(struct ssh_folders *folders)
{
  free(folders->sockets);
  free(folders->known_hosts);
  *folders = (struct ssh_folders){ 0 };
}

/* FNV-1a, 64 bits.  It makes names short; nobody gains by a collision, since
 * the names come from the admin. */
static uint64_t
hash(uint64_t value, const char *text)
{
  do {
    value = (value ^ (unsigned char) *text) * UINT64_C(0x100000001b3);
  } while (*text++ != '\0');
  return value;
}

const char *
ssh_jump(const struct remote_host *host)
{
  const char *address = host->address != NULL ? host->address : host->name;

  /* A site's frontend is a host of that site too. */
  if (host->frontend == NULL || strcmp(host->frontend, address) == 0)
    return NULL;
  return host->frontend;
}

void
ssh_target_direct(struct ssh_target *target, const struct ssh_folders *folders,
                  const char *destination)
{
  uint64_t name = hash(UINT64_C(0xcbf29ce484222325), destination);

  *target = (struct ssh_target){
    .destination = mem_copy(destination),
    .control = mem_format("%s/%016" PRIx64, folders->sockets, name),
  };
}

/* Hosts behind a jump have names and addresses that other sites have too, so
 * their keys are kept under a name with the site in it.  A host that ssh
 * reaches directly is known to it as it is to the admin. */
void
ssh_target_host(struct ssh_target *target, const struct ssh_folders *folders,
                const struct remote_host *host)
{
  const char *address = host->address != NULL ? host->address : host->name;
  const char *jump = ssh_jump(host);
  char *file;
  uint64_t name;

  if (jump == NULL) {
    ssh_target_direct(target, folders, address);
    return;
  }
  name = hash(hash(UINT64_C(0xcbf29ce484222325), address), jump);
  name = hash(hash(name, host->site), host->name);
  *target = (struct ssh_target){
    .destination = mem_copy(address),
    .control = mem_format("%s/%016" PRIx64, folders->sockets, name),
    .alias = mem_format("%s/%s", host->site, host->name),
    .known_hosts = mem_format("%s/%s", folders->known_hosts, host->site),
  };
  for (file = target->known_hosts + strlen(folders->known_hosts) + 1; *file != '\0'; file++)
    if (*file == '/' || *file == '"' || (file[-1] == '/' && *file == '.'))
      *file = '_';
}

void
ssh_target_free(struct ssh_target *target)
{
  free(target->destination);
  free(target->control);
  free(target->alias);
  free(target->known_hosts);
  *target = (struct ssh_target){ 0 };
}

bool
ssh_is_open(const struct ssh_target *target)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  size_t length = strlen(target->control);
  int fd, rc;

  if (length >= sizeof address.sun_path)
    return false;
  memcpy(address.sun_path, target->control, length);
  fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    return false;
  rc = connect(fd, (struct sockaddr *) &address, sizeof address);
  close(fd);
  return rc == 0;
}

/* ssh replaces %x in file names and in the command of a jump. */
static char *
escape_percent(const char *value)
{
  struct text text = { 0 };

  for (; *value != '\0'; value++)
    text_add_char(&text, *value, *value == '%' ? 2 : 1);
  return text_take(&text);
}

static void
add_option(struct list *argv, const char *option)
{
  list_add(argv, "-o");
  list_add(argv, option);
}

static void add_jump(struct list *argv, const struct ssh_target *jump, unsigned connect);

/* LogLevel: the banner of a host and "Permanently added" are no errors.
 * ControlMaster: when a connection ends between our look and its use, a job
 * makes one for itself alone; two who made the shared one at once would leave
 * an ssh behind that nobody ends. */
static void
add_options(struct list *argv, const struct ssh_target *target,
            const struct ssh_target *jump, unsigned connect, bool shared)
{
  static const char *const fixed[] = {
    "BatchMode=yes", "LogLevel=ERROR", "StrictHostKeyChecking=accept-new",
    "ControlPersist=60", "ServerAliveInterval=5", "ServerAliveCountMax=3",
    "StreamLocalBindUnlink=yes", "ClearAllForwardings=yes",
  };
  CLEANUP_FREE char *control = escape_percent(target->control);
  size_t i;

  list_add(argv, "ssh");
  list_add(argv, "-Tax");
  list_add(argv, "-S");
  list_add(argv, control);
  for (i = 0; i < sizeof fixed / sizeof *fixed; i++)
    add_option(argv, fixed[i]);
  add_option(argv, shared ? "ControlMaster=auto" : "ControlMaster=no");
  list_add(argv, "-o");
  list_addf(argv, "ConnectTimeout=%u", connect);
  if (target->alias != NULL) {
    CLEANUP_FREE char *file = escape_percent(target->known_hosts);

    list_add(argv, "-o");
    list_addf(argv, "HostKeyAlias=%s", target->alias);
    list_add(argv, "-o");
    list_addf(argv, "UserKnownHostsFile=\"%s\" ~/.ssh/known_hosts", file);
  }
  if (jump != NULL)
    add_jump(argv, jump, connect);
}

/* ssh's own -J would make a connection to the frontend for each host. */
static void
add_jump(struct list *argv, const struct ssh_target *jump, unsigned connect)
{
  CLEANUP_LIST struct list words = { 0 };
  CLEANUP_TEXT struct text command = { 0 };
  size_t i;

  add_options(&words, jump, NULL, connect, false);
  text_add(&command, "ProxyCommand=");
  for (i = 0; i < words.count; i++) {
    CLEANUP_FREE char *word = escape_percent(words.item[i]);

    text_add_quoted(&command, word);
    text_add_char(&command, ' ', 1);
  }
  text_add(&command, "-W '[%%h]:%%p' -- ");
  text_add_quoted(&command, jump->destination);
  add_option(argv, text_get(&command));
}

void
ssh_argv_open(struct list *argv, const struct ssh_target *target,
              const struct ssh_target *jump, unsigned connect)
{
  add_options(argv, target, jump, connect, true);
  list_add(argv, "-fN");
  list_add(argv, "--");
  list_add(argv, target->destination);
}

/* Without timeout(1) only we end the shell, and only while we live. */
#define CHOOSE "if command -v timeout >/dev/null 2>&1; then "

void
ssh_argv_script(struct list *argv, const struct ssh_target *target,
                const struct ssh_target *jump, unsigned connect, unsigned timeout)
{
  add_options(argv, target, jump, connect, false);
  list_add(argv, "--");
  list_add(argv, target->destination);
  /* Not exec: sshd says of a shell that died of a signal what ssh says of itself. */
  list_addf(argv, "exec sh -c '" CHOOSE "timeout -k 5 %u sh -s; else sh -s; fi; exit $?'",
            timeout);
}

void
ssh_argv_command(struct list *argv, const struct ssh_target *target, const char *command)
{
  add_options(argv, target, NULL, SSH_CONNECT_TIMEOUT, false);
  list_add(argv, "--");
  list_add(argv, target->destination);
  list_add(argv, command);
}

void
ssh_argv_stream(struct list *argv, const struct ssh_target *target,
                const struct ssh_target *jump, unsigned connect, const char *address,
                unsigned port)
{
  add_options(argv, target, jump, connect, false);
  list_add(argv, "-W");
  list_addf(argv, "[%s]:%u", address, port);
  list_add(argv, "--");
  list_add(argv, target->destination);
}

void
ssh_argv_control(struct list *argv, const struct ssh_target *target, const char *command,
                 const char *spec)
{
  CLEANUP_FREE char *control = escape_percent(target->control);

  list_add(argv, "ssh");
  list_add(argv, "-S");
  list_add(argv, control);
  list_add(argv, "-O");
  list_add(argv, command);
  if (spec != NULL) {
    list_add(argv, "-L");
    list_add(argv, spec);
  }
  list_add(argv, "--");
  list_add(argv, target->destination);
}

void
ssh_argv_local(struct list *argv, unsigned timeout)
{
  list_add(argv, "sh");
  list_add(argv, "-c");
  /* exec: all are in the process group that we signal. */
  list_addf(argv, CHOOSE "exec timeout -k 5 %u sh -s; fi; exec sh -s", timeout);
}
