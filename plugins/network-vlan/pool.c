/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * The attribute vlan_pool: which VLAN ids of the site are for clusters.
 */
#include <config.h>

#include "vlan.h"

#include <stdlib.h>
#include <string.h>

#define BETWEEN " \t,"
#define DIGITS "0123456789"

/* Reads a number at *text and moves *text behind it. */
static bool
read_id(const char **text, uint32_t *out)
{
  size_t length = strspn(*text, DIGITS);
  unsigned long value;

  if (length == 0 || length > 4)
    return false;
  value = strtoul(*text, NULL, 10);
  *text += length;
  *out = (uint32_t)value;
  return value >= VLAN_MIN && value <= VLAN_MAX;
}

/* "7" or "100-199". */
static bool
read_range(const char *text, size_t length, uint32_t *min, uint32_t *max)
{
  const char *at = text;

  if (!read_id(&at, min))
    return false;
  *max = *min;
  if (*at == '-') {
    at++;
    if (!read_id(&at, max))
      return false;
  }
  return at == text + length && *max >= *min;
}

int
vlan_segments(void *state, struct rocks_call *call, const struct rocks_host *frontend,
              int (*range)(void *arg, uint32_t min, uint32_t max), void *arg)
{
  const struct vlan *vlan = state;
  const char *pool = rocks_setting_value(&frontend->params, "vlan_pool");
  const char *at = pool == NULL ? "" : pool;
  uint32_t min, max;

  at += strspn(at, BETWEEN);
  if (*at == '\0')
    return range(arg, VLAN_MIN, VLAN_MAX);
  for (; *at != '\0'; at += strspn(at, BETWEEN)) {
    size_t length = strcspn(at, BETWEEN);

    if (!read_range(at, length, &min, &max)) {
      vlan->core->error(call, ROCKS_EINVALID,
                        "vlan_pool \"%s\": \"%.*s\" is no range of VLAN ids from %u to %u", pool,
                        (int)length, at, VLAN_MIN, VLAN_MAX);
      return -1;
    }
    if (range(arg, min, max) != 0)
      return -1;
    at += length;
  }
  return 0;
}
