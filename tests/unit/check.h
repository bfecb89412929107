/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * Checks for unit tests: what fails is printed with both values, the rest goes
 * on; main() returns check_failures().
 */
#ifndef ROCKS_TESTS_CHECK_H
#define ROCKS_TESTS_CHECK_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int check_count, check_bad;
static const char *check_note; /* borrowed; said with what fails, such as the last error */

static inline void
check_end_(void)
{
  check_bad++;
  if (check_note != NULL && check_note[0] != '\0')
    printf(" (%s)", check_note);
  putchar('\n');
}

static inline void
check_text_(const char *file, int line, const char *what, const char *got, const char *wanted)
{
  check_count++;
  if (got != NULL && wanted != NULL ? strcmp(got, wanted) == 0 : got == wanted)
    return;
  printf("%s:%d: %s is \"%s\", wanted \"%s\"", file, line, what, got ? got : "(null)",
         wanted ? wanted : "(null)");
  check_end_();
}

static inline void
check_number_(const char *file, int line, const char *what, long long got, long long wanted)
{
  check_count++;
  if (got == wanted)
    return;
  printf("%s:%d: %s is %lld, wanted %lld", file, line, what, got, wanted);
  check_end_();
}

static inline void
check_part_(const char *file, int line, const char *what, const char *got, const char *part)
{
  check_count++;
  if (got != NULL && strstr(got, part) != NULL)
    return;
  printf("%s:%d: %s is \"%s\", which lacks \"%s\"", file, line, what, got ? got : "(null)", part);
  check_end_();
}

static inline const char *
check_or_empty_(const char *text)
{
  return text != NULL ? text : "";
}

static inline bool
check_true(bool good, const char *what, const char *file, int line)
{
  check_number_(file, line, what, good, 1);
  return good;
}

/* NULL reads as "". */
#define IS(got, wanted) check_text_(__FILE__, __LINE__, #got, check_or_empty_(got), wanted)
#define CHECK_TEXT(got, wanted) check_text_(__FILE__, __LINE__, #got, got, wanted)
#define CHECK_NUMBER(got, wanted) check_number_(__FILE__, __LINE__, #got, got, wanted)
#define CHECK_PART(got, part) check_part_(__FILE__, __LINE__, #got, got, part)
#define CHECK(condition) check_number_(__FILE__, __LINE__, #condition, !!(condition), 1)

static inline int
check_failures(void)
{
  printf("%d checks, %d failed\n", check_count, check_bad);
  return check_bad > 0 || check_count == 0;
}

#endif
