/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * How names and numbers are chosen: pure, no database.
 */
#ifndef ROCKSDB_ALLOC_H
#define ROCKSDB_ALLOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* MACs: the attributes vm_mac_base_addr and vm_mac_base_addr_mask give a range;
 * the next one follows the largest that is in use there.  Holes are not used. */
#define ALLOC_MAC 18 /* text and NUL */
struct macs {
  uint64_t base, mask, last;
  bool any; /* one is in use */
};
/* False: base or mask is no MAC.  The base is made a unicast address of local
 * administration, as every address that follows it. */
bool macs_begin(struct macs *m, const char *base, const char *mask);
/* Text that is no MAC of six bytes, and addresses of other ranges, are passed over. */
void macs_seen(struct macs *m, const char *mac);
/* False: the range is used up. */
bool macs_next(struct macs *m, char text[ALLOC_MAC]);

/* A set of texts; upper and lower case are one, as in the database.  The texts
 * are borrowed. */
struct names {
  const char **slot;
  size_t size, count;
};
/* False: out of memory. */
bool names_add(struct names *set, const char *name);
bool names_has(const struct names *set, const char *name);
void names_free(struct names *set);

/* The largest of a container's partitions.  Begin with { 0 }. */
struct largest {
  int unit;         /* place in KB MB GB TB PB; -1: none of them */
  double number;
  bool any;
};
/* True when (mountpoint, PartitionSize) is larger than all before it. */
bool largest_seen(struct largest *l, const char *mountpoint, const char *size);

enum name_problem {
  NAME_OK = 0,
  NAME_EMPTY,
  NAME_DOT,   /* a host's name has no domain */
  NAME_RACK,  /* rack<number> is a word of the command line */
  NAME_LONG,  /* more than 63 bytes: a DNS label, RFC 1035 2.3.4 */
  NAME_BYTES  /* other than letters, digits, - and _ in the middle */
};
enum name_problem name_check(const char *name);

/* <appliance>-<rack>-<rank>-<slice>; false: it does not fit. */
bool name_default(char *out, size_t size, const char *appliance, int64_t rack, int64_t rank,
                  int64_t slice);

/* The lowest number in min..max that is not among `used`, which is sorted. */
bool lowest_free(uint32_t *used, size_t n, uint32_t min, uint32_t max, uint32_t *out);
/* The number that follows the largest in min..max ever used. */
bool next_unused(const uint32_t *used, size_t n, uint32_t min, uint32_t max, uint32_t *out);
/* The highest address of the network below its broadcast address that is not
 * among `used`, which is sorted; host byte order. */
bool next_address(uint32_t network, uint32_t netmask, uint32_t *used, size_t n,
                  uint32_t *out);
/* Dotted quad to host byte order; false: it is none. */
bool address_parse(const char *text, uint32_t *out);
void address_format(uint32_t address, char text[16]);

#endif /* ROCKSDB_ALLOC_H */
