/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <arpa/inet.h>

#include "alloc.h"

/* Bits of the first byte, IEEE 802: group and locally administered. */
#define MAC_GROUP (UINT64_C(0x01) << 40)
#define MAC_LOCAL (UINT64_C(0x02) << 40)

/* Rocks writes bytes of the base without leading zeros. */
static bool
mac_parse(const char *text, uint64_t *out)
{
  uint64_t mac = 0;
  int group, digits;

  for (group = 0; group < 6; group++) {
    unsigned byte = 0;

    for (digits = 0; isxdigit((unsigned char)*text) && digits < 3; digits++, text++)
      byte = byte * 16 + (unsigned)(isdigit((unsigned char)*text)
                                      ? *text - '0' : tolower((unsigned char)*text) - 'a' + 10);
    if (digits == 0 || digits > 2 || *text != (group < 5 ? ':' : '\0'))
      return false;
    text++;
    mac = mac << 8 | byte;
  }
  *out = mac;
  return true;
}

static uint64_t
mac_proper(uint64_t mac)
{
  return (mac & ~MAC_GROUP) | MAC_LOCAL;
}

bool
macs_begin(struct macs *m, const char *base, const char *mask)
{
  *m = (struct macs){ 0 };
  if (!mac_parse(base, &m->base) || !mac_parse(mask, &m->mask))
    return false;
  m->base = mac_proper(m->base);
  return true;
}

void
macs_seen(struct macs *m, const char *text)
{
  uint64_t mac;

  if (!mac_parse(text, &mac) || (mac & m->mask) != (m->base & m->mask))
    return;
  if (!m->any || mac > m->last)
    m->last = mac;
  m->any = true;
}

bool
macs_next(struct macs *m, char text[ALLOC_MAC])
{
  uint64_t mac = m->any ? mac_proper(m->last + 1) : m->base;

  if ((mac & m->mask) != (m->base & m->mask) || (m->any && mac <= m->last))
    return false;
  m->last = mac;
  m->any = true;
  snprintf(text, ALLOC_MAC, "%02x:%02x:%02x:%02x:%02x:%02x", (unsigned)(mac >> 40) & 0xff,
           (unsigned)(mac >> 32) & 0xff, (unsigned)(mac >> 24) & 0xff,
           (unsigned)(mac >> 16) & 0xff, (unsigned)(mac >> 8) & 0xff, (unsigned)mac & 0xff);
  return true;
}

/* FNV-1a, 32 bits. */
static size_t
hash(const char *name)
{
  uint32_t h = 2166136261u;

  for (; *name != '\0'; name++)
    h = (h ^ (uint32_t)tolower((unsigned char)*name)) * 16777619u;
  return h;
}

/* Where the name is, or where it belongs. */
static size_t
names_slot(const char *const *slot, size_t size, const char *name)
{
  size_t i = hash(name) & (size - 1);

  while (slot[i] != NULL && strcasecmp(slot[i], name) != 0)
    i = (i + 1) & (size - 1);
  return i;
}

bool
names_has(const struct names *set, const char *name)
{
  return set->size > 0 && set->slot[names_slot(set->slot, set->size, name)] != NULL;
}

bool
names_add(struct names *set, const char *name)
{
  size_t i, at;

  if ((set->count + 1) * 2 > set->size) {
    size_t size = set->size == 0 ? 64 : set->size * 2;
    const char **slot = calloc(size, sizeof *slot);

    if (slot == NULL)
      return false;
    for (i = 0; i < set->size; i++)
      if (set->slot[i] != NULL)
        slot[names_slot(slot, size, set->slot[i])] = set->slot[i];
    free(set->slot);
    set->slot = slot;
    set->size = size;
  }
  at = names_slot(set->slot, set->size, name);
  if (set->slot[at] == NULL)
    set->count++;
  set->slot[at] = name;
  return true;
}

void
names_free(struct names *set)
{
  free(set->slot);
  *set = (struct names){ 0 };
}

bool
largest_seen(struct largest *l, const char *mountpoint, const char *size)
{
  static const char units[][3] = { "KB", "MB", "GB", "TB", "PB" };
  char *end = NULL;
  double number = strtod(size, &end);
  int unit = -1, i;

  if (mountpoint[0] != '/')
    return false;
  for (i = 0; i < 5; i++)
    if (strcmp(end, units[i]) == 0)
      unit = i;
  if (l->any && (unit < l->unit || (unit == l->unit && number <= l->number)))
    return false;
  *l = (struct largest){ .unit = unit, .number = number, .any = true };
  return true;
}

enum name_problem
name_check(const char *name)
{
  static const char alnum[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  size_t length = strlen(name);

  if (length == 0)
    return NAME_EMPTY;
  if (strchr(name, '.') != NULL)
    return NAME_DOT;
  if (strncmp(name, "rack", 4) == 0 && length > 4 &&
      strspn(name + 4, "0123456789") == length - 4)
    return NAME_RACK;
  if (length > 63)
    return NAME_LONG;
  /* strchr() finds the NUL too, but the name is not empty. */
  if (strchr(alnum, name[0]) == NULL || strchr(alnum, name[length - 1]) == NULL)
    return NAME_BYTES;
  for (; *name != '\0'; name++)
    if (strchr(alnum, *name) == NULL && *name != '-' && *name != '_')
      return NAME_BYTES;
  return NAME_OK;
}

bool
name_default(char *out, size_t size, const char *appliance, int64_t rack, int64_t rank,
             int64_t slice)
{
  int n = snprintf(out, size, "%s-%lld-%lld-%lld", appliance, (long long)rack,
                   (long long)rank, (long long)slice);

  return n > 0 && (size_t)n < size;
}

static int
by_number(const void *a, const void *b)
{
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

  return (x > y) - (x < y);
}

bool
lowest_free(uint32_t *used, size_t n, uint32_t min, uint32_t max, uint32_t *out)
{
  uint64_t candidate = min;
  size_t i;

  if (n > 0)
    qsort(used, n, sizeof *used, by_number);
  for (i = 0; i < n && used[i] <= candidate; i++)
    if (used[i] == candidate)
      candidate++;
  if (candidate > max)
    return false;
  *out = (uint32_t)candidate;
  return true;
}

bool
next_unused(const uint32_t *used, size_t n, uint32_t min, uint32_t max, uint32_t *out)
{
  uint64_t next = min;
  size_t i;

  for (i = 0; i < n; i++)
    if (used[i] >= next && used[i] <= max)
      next = (uint64_t)used[i] + 1;
  if (next > max)
    return false;
  *out = (uint32_t)next;
  return true;
}

bool
next_address(uint32_t network, uint32_t netmask, uint32_t *used, size_t n, uint32_t *out)
{
  uint64_t candidate = (uint64_t)(network | ~netmask), bottom = network & netmask;
  size_t i = n;

  if (n > 0)
    qsort(used, n, sizeof *used, by_number);
  for (candidate--; candidate > bottom && candidate <= UINT32_MAX; candidate--) {
    while (i > 0 && used[i - 1] > candidate)
      i--;
    if (i > 0 && used[i - 1] == candidate)
      continue;
    *out = (uint32_t)candidate;
    return true;
  }
  return false;
}

bool
address_parse(const char *text, uint32_t *out)
{
  struct in_addr address;

  if (inet_pton(AF_INET, text, &address) != 1)
    return false;
  *out = ntohl(address.s_addr);
  return true;
}

void
address_format(uint32_t address, char text[16])
{
  snprintf(text, 16, "%u.%u.%u.%u", address >> 24, address >> 16 & 255, address >> 8 & 255,
           address & 255);
}
