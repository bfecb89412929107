/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * In the place of libFuzzer, where there is no clang: takes its options
 * -max_total_time=SECONDS and -seed=N, and files whose contents it begins with.
 * It changes them at random; what made a target fail is left in ./crash.
 */
#include <config.h>

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

#define INPUT_MAX 4096
#define SEEDS_MAX 256

static uint8_t input[INPUT_MAX];
static size_t length;
static uint64_t state = 1;

/* xorshift64*, so that a seed gives the same run everywhere. */
static uint32_t
chance(uint32_t below)
{
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return (uint32_t) ((state * UINT64_C(2685821657736338717)) >> 33) % below;
}

static void
keep_input(int signal_number)
{
  int fd = open("crash", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

  if (fd < 0 || write(fd, input, length) != (ssize_t) length)
    _exit(2);
  signal(signal_number, SIG_DFL);
  raise(signal_number);
}

static void
insert(size_t at, uint8_t c)
{
  if (length == INPUT_MAX)
    return;
  memmove(input + at + 1, input + at, length - at);
  input[at] = c;
  length++;
}

static void
mutate(void)
{
  static const char liked[] = "\n\n %_=,;:'\"\\`-/.#@rack0select host=a";
  size_t at = chance((uint32_t) length + 1);

  switch (chance(5)) {
  case 0:
    insert(at, (uint8_t) liked[chance(sizeof liked - 1)]);
    break;
  case 1:
    insert(at, (uint8_t) chance(256));
    break;
  case 2:
    if (at < length)
      memmove(input + at, input + at + 1, --length - at);
    break;
  case 3:
    if (at < length)
      input[at] ^= (uint8_t) (1u << chance(8));
    break;
  default: /* a piece once more */
    for (size_t i = 0, n = chance(16); i < n && at + i < length; i++)
      insert(at, input[at + i]);
  }
}

static size_t
read_seed(const char *file, uint8_t **seed)
{
  int fd = open(file, O_RDONLY | O_CLOEXEC);
  ssize_t n;

  *seed = mem_new(INPUT_MAX, 1);
  n = fd >= 0 ? read(fd, *seed, INPUT_MAX) : 0;
  if (fd >= 0)
    close(fd);
  return n > 0 ? (size_t) n : 0;
}

int
main(int argc, char **argv)
{
  static const int signals[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL };
  uint8_t *seeds[SEEDS_MAX];
  size_t lengths[SEEDS_MAX], nseeds = 0, i;
  unsigned long seconds = 1, runs = 0;
  time_t end;

  for (i = 1; i < (size_t) argc; i++)
    if (strncmp(argv[i], "-max_total_time=", 16) == 0)
      seconds = strtoul(argv[i] + 16, NULL, 10);
    else if (strncmp(argv[i], "-seed=", 6) == 0)
      state = strtoull(argv[i] + 6, NULL, 10) | 1;
    else if (argv[i][0] != '-' && nseeds < SEEDS_MAX) {
      lengths[nseeds] = read_seed(argv[i], &seeds[nseeds]);
      nseeds++;
    }
  for (i = 0; i < sizeof signals / sizeof *signals; i++)
    signal(signals[i], keep_input);
  end = time(NULL) + (time_t) seconds;
  for (; time(NULL) < end; runs++) {
    size_t seed = nseeds > 0 ? chance((uint32_t) nseeds) : 0, changes = chance(24);

    length = 0;
    if (nseeds > 0)
      memcpy(input, seeds[seed], length = lengths[seed]);
    while (changes-- > 0)
      mutate();
    LLVMFuzzerTestOneInput(input, length);
  }
  for (i = 0; i < nseeds; i++)
    free(seeds[i]);
  printf("Done %lu runs\n", runs);
  return 0;
}
