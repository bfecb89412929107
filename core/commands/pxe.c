/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <grp.h>
#include <string.h>

#include "base/addr.h"
#include "base/file.h"
#include "commands/pxe.h"
#include "framework/attrs.h"
#include "framework/config.h"
#include "framework/db.h"
#include "framework/hosts.h"

#define DEFAULT_ROOT "/tftpboot/pxelinux"
#define SYNC "sync host boot"

/* What a host is to boot.  Strings are the rows'. */
struct profile {
  const char *kernel, *ramdisk, *args;
};

enum { NAME, ADDRESS, ACTION, PROFILE, KERNEL, RAMDISK, ARGS };

/* VMs that a virtual frontend of their own boots have no files here: all but
 * the hvm ones that this site manages itself.  The address is that of the
 * private network's first device that is no logical VLAN; two rows of one host
 * in `boot` or two profiles of one name: the first counts. */
static const char hosts_sql[]
  = "select n.Name, w.IP, b.Action,"
    " case b.Action when 'install' then n.InstallAction else n.RunAction end,"
    " t.Kernel, t.Ramdisk, t.Args"
    " from nodes n left join memberships m on m.ID = n.Membership"
    " left join vm_nodes v on v.Node = n.ID"
    " left join boot b on b.Node = n.ID"
    " left join bootaction t on t.Action ="
    " case b.Action when 'install' then n.InstallAction else n.RunAction end"
    " join networks w on w.Node = n.ID and w.IP is not null"
    " and (w.Device is null or w.Device not like 'vlan%%')"
    " join subnets s on s.ID = w.Subnet and s.name = 'private'"
    " where n.Name is not null and (v.ID is null or (v.Virt_Type = 'hvm' and coalesce(m.Name, '') <> 'Hosted VM'))"
    " and %s order by n.ID, w.ID, b.ID, t.ID";

static const char *const attr_names[] = {
  "Kickstart_PrivateGateway", "Kickstart_PrivateNetmask", "Kickstart_PrivateDNSServers",
  "Kickstart_PrivateKickstartHost", NULL
};
static const char *const attr_words[] = { "gateway", "netmask", "dns", "nextserver" };

struct pxe {
  struct run *run;
  struct rows rows;
  struct attrs attrs;
  char *root;
  gid_t group;
};

/* --- what the files say */

/* pxelinux: a kernel is said to be one, other lines stand as they are. */
static void
write_pxelinux(const struct profile *p, bool ipappend, struct text *out)
{
  const char *args = or_empty(p->args), *ramdisk = or_empty(p->ramdisk);

  text_add(out, "default rocks\nprompt 0\nlabel rocks\n\t%s%s\n",
           strncmp(p->kernel, "vmlinuz", 7) == 0 ? "kernel " : "", p->kernel);
  if (*args != '\0' || *ramdisk != '\0')
    text_add(out, "\tappend %s%s%s%s\n", args, *args != '\0' && *ramdisk != '\0' ? " " : "",
             *ramdisk != '\0' ? "initrd=" : "", ramdisk);
  if (ipappend && strstr(args, "bootif") != NULL)
    text_add(out, "\tipappend 2\n");
}

static void
write_grub(const struct profile *p, struct text *out)
{
  text_add(out, "\nset timeout=5\nmenuentry 'rocks' {\n     ");
  if (strncmp(p->kernel, "vmlinuz", 7) == 0)
    text_add(out, "linuxefi %s %s\n", p->kernel, or_empty(p->args));
  else if (strncmp(p->kernel, "localboot", 9) == 0)
    text_add(out, "exit");
  else
    text_add(out, "%s%s%s", p->kernel, p->args != NULL ? " " : "", or_empty(p->args));
  text_add(out, " \n     %s%s \n}\n", or_empty(p->ramdisk)[0] != '\0' ? "initrdefi " : "",
           or_empty(p->ramdisk));
}

/* Installers that are told their device are told their address, too. */
static char *
args_of(struct pxe *pxe, const char *host, const char *ip, const char *args)
{
  struct text all = { 0 };
  size_t i;

  text_add(&all, "%s", or_empty(args));
  if (strstr(text_get(&all), "ksdevice=") != NULL) {
    text_add(&all, " ip=%s", ip);
    for (i = 0; attr_names[i] != NULL; i++) {
      const char *value = attrs_get(&pxe->attrs, host, attr_names[i]);

      if (value != NULL)
        text_add(&all, " %s=%s", attr_words[i], value);
    }
  }
  return text_take(&all);
}

/* --- where they stand */

static gid_t
web_server_group(void)
{
  static const char *const names[] = { "apache", "www-data", NULL };
  const struct group *group = NULL;
  size_t i;

  for (i = 0; names[i] != NULL && group == NULL; i++)
    group = getgrnam(names[i]);
  return group != NULL ? group->gr_gid : (gid_t) -1;
}

static void
paths_of(const struct pxe *pxe, uint32_t ip, char *paths[2])
{
  paths[0] = mem_format("%s/pxelinux.cfg/%08X", pxe->root, (unsigned) ip);
  paths[1] = mem_format("%s/uefi.cfg/grub.cfg-%08X", pxe->root, (unsigned) ip);
}

static int
remove_files(struct pxe *pxe, uint32_t ip)
{
  char *paths[2];
  int result;

  paths_of(pxe, ip, paths);
  result = file_remove(pxe->run->call, paths[0]) != 0
           || file_remove(pxe->run->call, paths[1]) != 0 ? -1 : 0;
  free(paths[0]);
  free(paths[1]);
  return result;
}

/* An installer's last step, run by the web server, has them written anew. */
#define MODE 0664

static int
write_files(struct pxe *pxe, uint32_t ip, const struct profile *profile)
{
  CLEANUP_TEXT struct text pxelinux = { 0 }, grub = { 0 };
  char *paths[2];
  int result;

  write_pxelinux(profile, true, &pxelinux);
  write_grub(profile, &grub);
  paths_of(pxe, ip, paths);
  result = file_replace(pxe->run->call, paths[0], &pxelinux, MODE, pxe->group);
  if (result == 0)
    result = file_replace(pxe->run->call, paths[1], &grub, MODE, pxe->group);
  free(paths[0]);
  free(paths[1]);
  return result;
}

/* --- from hosts to files */

static int
load(struct run *run, const struct list *hosts, struct rows *rows)
{
  CLEANUP_FREE char *sql = mem_format(hosts_sql, hosts != NULL ? "n.Name in (%s)" : "1 = 1");
  const struct list none = { 0 };
  struct db *db = run_db(run);

  return db == NULL ? -1 : db_query_in(db, rows, sql, hosts != NULL ? hosts : &none);
}

static bool
is_repeated(const struct rows *rows, size_t row)
{
  return row > 0 && strcmp(row_text(rows, row, NAME), row_text(rows, row - 1, NAME)) == 0;
}

/* A profile that is named but is not there, or would break its file. */
static bool
is_invalid(const struct rows *rows, size_t row)
{
  size_t i;

  if (row_text(rows, row, ACTION) == NULL || row_text(rows, row, PROFILE) == NULL)
    return false;
  if (or_empty(row_text(rows, row, KERNEL))[0] == '\0')
    return true;
  for (i = KERNEL; i <= ARGS; i++)
    if (strpbrk(or_empty(row_text(rows, row, i)), "\r\n") != NULL)
      return true;
  return false;
}

#define INVALID "bootaction \"%s\" for host \"%s\" is invalid"

int
pxe_check(struct run *run, const struct list *hosts)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  CLEANUP_FREE char *self = NULL;
  size_t i;

  if (load(run, hosts, &rows) != 0)
    return -1;
  self = hosts_self(run);
  call_clear(run->call);
  for (i = 0; i < rows.count; i++)
    if (!is_repeated(&rows, i) && is_invalid(&rows, i)
        && strcmp(row_text(&rows, i, NAME), or_empty(self)) != 0)
      return run_fail(run, INVALID, row_text(&rows, i, PROFILE), row_text(&rows, i, NAME));
  return 0;
}

static int
sync_row(struct pxe *pxe, size_t row)
{
  const struct rows *rows = &pxe->rows;
  const char *host = row_text(rows, row, NAME), *ip = row_text(rows, row, ADDRESS);
  struct profile profile = {
    .kernel = row_text(rows, row, KERNEL), .ramdisk = row_text(rows, row, RAMDISK)
  };
  CLEANUP_FREE char *args = NULL;
  uint32_t address;

  if (!ip_parse(ip, &address)) {
    call_warn(pxe->run->call, "host %s has no boot files: its address \"%s\" is none", host, ip);
    return 0;
  }
  if (is_invalid(rows, row)) {
    call_warn(pxe->run->call, INVALID, row_text(rows, row, PROFILE), host);
    return 0;
  }
  if (row_text(rows, row, ACTION) == NULL || profile.kernel == NULL)
    return remove_files(pxe, address);
  args = args_of(pxe, host, ip, row_text(rows, row, ARGS));
  profile.args = args;
  return write_files(pxe, address, &profile);
}

/* What a machine that is no host yet boots: the installer. */
static int
sync_default(struct pxe *pxe)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  CLEANUP_TEXT struct text pxelinux = { 0 };
  CLEANUP_FREE char *path = mem_format("%s/pxelinux.cfg/default", pxe->root);
  struct profile profile;

  if (db_query(pxe->run->db, &rows, "select Kernel, Ramdisk, Args from bootaction"
               " where Action = 'install' order by ID limit 1", "") != 0)
    return -1;
  if (rows.count == 0 || row_text(&rows, 0, 0) == NULL)
    return 0;
  profile = (struct profile){ row_text(&rows, 0, 0), row_text(&rows, 0, 1),
                              row_text(&rows, 0, 2) };
  write_pxelinux(&profile, false, &pxelinux);
  return file_replace(pxe->run->call, path, &pxelinux, MODE, pxe->group);
}

static int
sync_hosts(struct pxe *pxe, const struct list *hosts)
{
  CLEANUP_LIST struct list names = { 0 }, wanted = { 0 };
  CLEANUP_FREE char *self = hosts_self(pxe->run);
  bool with_self = self != NULL && (hosts == NULL || list_has(hosts, self));
  size_t i;
  int result;

  call_clear(pxe->run->call); /* a site without a frontend yet has no default */
  if (load(pxe->run, hosts, &pxe->rows) != 0)
    return -1;
  for (i = 0; i < pxe->rows.count; i++)
    if (!is_repeated(&pxe->rows, i))
      list_add(&names, row_text(&pxe->rows, i, NAME));
  for (i = 0; attr_names[i] != NULL; i++)
    list_add(&wanted, attr_names[i]);
  result = attrs_resolve(pxe->run, &names, &wanted, &pxe->attrs);
  for (i = 0; result == 0 && i < pxe->rows.count; i++)
    if (!is_repeated(&pxe->rows, i)
        && (self == NULL || strcmp(self, row_text(&pxe->rows, i, NAME)) != 0))
      result = sync_row(pxe, i);
  attrs_free(&pxe->attrs);
  return result == 0 && with_self ? sync_default(pxe) : result;
}

/* Removes the files of addresses, and adds to `hosts` who has them now. */
static int
remove_gone(struct pxe *pxe, const struct list *gone, struct list *hosts)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  uint32_t ip;
  size_t i;

  for (i = 0; i < gone->count; i++)
    if (ip_parse(gone->item[i], &ip) && remove_files(pxe, ip) != 0)
      return -1;
  if (db_query(pxe->run->db, &rows, "select n.Name from networks w join nodes n on n.ID = w.Node"
               " where w.IP in (%s)", "v", gone) != 0)
    return -1;
  for (i = 0; i < rows.count; i++)
    list_add(hosts, row_text(&rows, i, 0));
  return 0;
}

int
pxe_sync(struct run *run)
{
  CLEANUP_LIST struct list gone = { 0 }, hosts = { 0 };
  const char *addresses = run_param(run, "gone", NULL);
  struct pxe pxe = { .run = run, .group = web_server_group() };
  size_t i;
  int result;

  if (run_db(run) == NULL || config_get(run->call, "pxe_root", &pxe.root) != 0)
    return -1;
  if (pxe.root == NULL)
    pxe.root = mem_copy(DEFAULT_ROOT);
  for (i = 0; i < run->args.count; i++)
    list_add(&hosts, run->args.item[i]);
  list_split(&gone, or_empty(addresses), ",");
  result = gone.count > 0 ? remove_gone(&pxe, &gone, &hosts) : 0;
  if (result == 0)
    result = sync_hosts(&pxe, addresses == NULL && hosts.count == 0 ? NULL : &hosts);
  rows_free(&pxe.rows);
  free(pxe.root);
  return result;
}

void
pxe_follow(struct run *run, const struct list *hosts)
{
  if (hosts == NULL)
    run_after_commit(run, SYNC, NULL, 0);
  else if (hosts->count > 0)
    run_after_commit(run, SYNC, (const char *const *) hosts->item, hosts->count);
}

int
pxe_follow_removal(struct run *run, const struct list *hosts)
{
  CLEANUP_ROWS struct rows rows = { 0 };
  CLEANUP_TEXT struct text gone = { 0 };
  const char *word;
  size_t i;

  if (load(run, hosts, &rows) != 0)
    return -1;
  for (i = 0; i < rows.count; i++)
    if (!is_repeated(&rows, i))
      text_add(&gone, "%s%s", gone.length == 0 ? "gone=" : ",", row_text(&rows, i, ADDRESS));
  word = text_get(&gone);
  if (gone.length > 0)
    run_after_commit(run, SYNC, &word, 1);
  return 0;
}
