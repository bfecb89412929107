/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 *
 * rocks-airboss-tls: all that needs OpenSSL, apart from the program that knows
 * the cluster.  Its words are those of helper.c, which alone calls it:
 *
 *   client HOST PORT KEY-FILE KNOWN-FILE PIN   bytes between a server and stdout
 *   server IDENTITY USER JAIL                  bytes between stdin and stdout
 *   identity FILE                              makes it if missing; prints its fingerprint
 *   keys FILE yes|no                           makes a pair; prints the public key
 */
#include <config.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "airboss/helper.h"
#include "airboss/tls/keys.h"
#include "airboss/tls/tls.h"

static int
identity(const char *file, struct text *why)
{
  CLEANUP_FREE char *pin = NULL;
  EVP_PKEY *key;
  X509 *certificate;

  if ((access(file, F_OK) != 0 && identity_make(file, why) != 0)
      || identity_load(file, &key, &certificate, why) != 0)
    return HELPER_FAILED;
  pin = certificate_fingerprint(certificate);
  printf("%s\n", pin);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return HELPER_OK;
}

static int
keys(const char *file, bool locked, struct text *why)
{
  CLEANUP_TEXT struct text pem = { 0 };

  if (key_make_pair(file, locked, &pem, why) != 0)
    return HELPER_FAILED;
  fputs(text_get(&pem), stdout);
  return HELPER_OK;
}

static int
run(int argc, char **argv, struct text *why)
{
  const char *what = argc > 1 ? argv[1] : "";

  if (strcmp(what, "client") == 0 && argc == 7)
    return tls_client(argv[2], argv[3], argv[4], argv[5], argv[6], why);
  if (strcmp(what, "server") == 0 && argc == 5)
    return tls_server(argv[2], argv[3], argv[4], why);
  if (strcmp(what, "identity") == 0 && argc == 3)
    return identity(argv[2], why);
  if (strcmp(what, "keys") == 0 && argc == 4)
    return keys(argv[2], strcmp(argv[3], "yes") == 0, why);
  text_add(why, "this program is run by rocks");
  return HELPER_FAILED;
}

int
main(int argc, char **argv)
{
  struct text why = { 0 };
  int status;

  signal(SIGPIPE, SIG_IGN);
  umask(077);
  status = run(argc, argv, &why);
  if (fflush(stdout) != 0 && status == HELPER_OK) {
    text_add(&why, "cannot write the output");
    status = HELPER_FAILED;
  }
  if (status != HELPER_OK)
    fprintf(stderr, "%s\n", text_get(&why));
  text_free(&why);
  return status;
}
