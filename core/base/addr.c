/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/addr.h"

static bool
is_digit(char c)
{
  return c >= '0' && c <= '9';
}

bool
ip_parse(const char *text, uint32_t *ip)
{
  uint32_t result = 0;
  int group;

  for (group = 0; group < 4; group++) {
    unsigned value = 0, digits = 0;

    if (group > 0 && *text++ != '.')
      return false;
    while (is_digit(*text) && digits < 4) {
      value = value * 10 + (unsigned) (*text++ - '0');
      digits++;
    }
    if (digits == 0 || digits > 3 || value > 255)
      return false;
    result = result << 8 | value;
  }
  if (*text != '\0')
    return false;
  *ip = result;
  return true;
}

void
ip_format(uint32_t ip, char text[IP_TEXT])
{
  snprintf(text, IP_TEXT, "%u.%u.%u.%u", ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255);
}

uint32_t
netmask_of(unsigned bits)
{
  return bits == 0 ? 0 : UINT32_MAX << (32 - bits);
}

bool
netmask_parse(const char *text, uint32_t *mask, unsigned *bits)
{
  unsigned n;

  if (!ip_parse(text, mask))
    return false;
  for (n = 0; n <= 32; n++)
    if (netmask_of(n) == *mask) {
      if (bits != NULL)
        *bits = n;
      return true;
    }
  return false;
}

bool
cidr_parse(const char *text, uint32_t *ip, unsigned *bits)
{
  char address[IP_TEXT];
  const char *slash = strchr(text, '/');
  int64_t n;

  if (slash == NULL || (size_t) (slash - text) >= sizeof address)
    return false;
  memcpy(address, text, (size_t) (slash - text));
  address[slash - text] = '\0';
  if (!is_digit(slash[1]) || !number_parse(slash + 1, 0, 32, &n) || !ip_parse(address, ip))
    return false;
  *bits = (unsigned) n;
  return true;
}

static int
hex_value(char c)
{
  const char *digits = "0123456789abcdef", *p;

  if (c >= 'A' && c <= 'F')
    c = (char) (c - 'A' + 'a');
  p = c != '\0' ? strchr(digits, c) : NULL;
  return p != NULL ? (int) (p - digits) : -1;
}

bool
mac_parse(const char *text, uint64_t *mac)
{
  uint64_t result = 0;
  int group;

  for (group = 0; group < 6; group++) {
    uint64_t value = 0;
    int digits = 0;

    if (group > 0 && *text++ != ':')
      return false;
    while (hex_value(*text) >= 0) {
      value = value << 4 | (unsigned) hex_value(*text++);
      if (++digits > 2)
        return false;
    }
    if (digits == 0)
      return false;
    result = result << 8 | value;
  }
  if (*text != '\0')
    return false;
  *mac = result;
  return true;
}

void
mac_format(uint64_t mac, char text[MAC_TEXT])
{
  snprintf(text, MAC_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x", (unsigned) (mac >> 40 & 255),
           (unsigned) (mac >> 32 & 255), (unsigned) (mac >> 24 & 255),
           (unsigned) (mac >> 16 & 255), (unsigned) (mac >> 8 & 255), (unsigned) (mac & 255));
}

bool
number_parse(const char *text, int64_t min, int64_t max, int64_t *number)
{
  char *end;
  long long value;

  if (!is_digit(text[0]) && !((text[0] == '-' || text[0] == '+') && is_digit(text[1])))
    return false;
  errno = 0;
  value = strtoll(text, &end, 10);
  if (errno != 0 || *end != '\0' || value < min || value > max)
    return false;
  *number = value;
  return true;
}

int
number_arg(struct rocks_call *call, const char *what, const char *text, int64_t min,
           int64_t max, int64_t *number)
{
  if (number_parse(text, min, max, number))
    return 0;
  return call_fail(call, ROCKS_EINVALID, "%s \"%s\" must be a number from %" PRId64
                   " to %" PRId64, what, text, min, max);
}

bool
bool_parse(const char *text)
{
  static const char *const yes[] = { "on", "yes", "y", "true", "1" };
  size_t i;

  for (i = 0; text != NULL && i < sizeof yes / sizeof *yes; i++)
    if (strcasecmp(text, yes[i]) == 0)
      return true;
  return false;
}
