/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright (c) 2026 the rocks-mvc authors
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "airboss/tls/keys.h"
#include "base/file.h"

#define KEY_FILE_MAX ((size_t) 64 * 1024)
#define RSA_BITS 3072
#define STRONG 112
#define PASSPHRASE_ROOM 1024

const char *
library_error(void)
{
  const char *reason = ERR_reason_error_string(ERR_peek_last_error());

  return reason != NULL ? reason : "unknown error of OpenSSL";
}

/* ---- private keys of users ---- */

static int
ask_passphrase(char *buffer, int size, int writing, void *file)
{
  CLEANUP_FREE char *prompt = mem_format("Passphrase of %s: ", (const char *) file);

  if (EVP_read_pw_string_min(buffer, writing ? 4 : 1, size - 1, prompt, writing) != 0)
    return -1;
  return (int) strlen(buffer);
}

static int
read_file(const char *file, struct text *pem, struct text *why)
{
  char block[4096];
  struct stat st;
  ssize_t n = 0;
  int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

  if (fd < 0 || fstat(fd, &st) != 0) {
    text_add(why, "cannot read %s: %s", file, strerror(errno));
  } else if (!S_ISREG(st.st_mode) || (size_t) st.st_size > KEY_FILE_MAX) {
    text_add(why, "%s is not the file of a key", file);
  } else {
    while (pem->length <= KEY_FILE_MAX && (n = read(fd, block, sizeof block)) > 0)
      text_add_bytes(pem, block, (size_t) n);
    if (n < 0)
      text_add(why, "cannot read %s: %s", file, strerror(errno));
  }
  OPENSSL_cleanse(block, sizeof block);
  if (fd >= 0)
    close(fd);
  return why->length > 0 ? -1 : 0;
}

static void
wipe(struct text *text)
{
  if (text->data != NULL)
    OPENSSL_cleanse(text->data, text->room);
  text_free(text);
}

bool
key_is_strong(const EVP_PKEY *key)
{
  return EVP_PKEY_get_security_bits(key) >= STRONG;
}

static EVP_PKEY *
parse_key(const char *file, const struct text *pem, struct text *why)
{
  BIO *bio = BIO_new_mem_buf(text_get(pem), (int) pem->length);
  EVP_PKEY *key = bio != NULL ? PEM_read_bio_PrivateKey(bio, NULL, ask_passphrase, (void *) file)
                              : NULL;

  BIO_free(bio);
  if (key == NULL && strstr(text_get(pem), "OPENSSH PRIVATE KEY") != NULL) {
    text_add(why, "%s is in the format of OpenSSH; `ssh-keygen -p -m PEM -f FILE` makes a copy "
             "of it readable", file);
  } else if (key == NULL) {
    text_add(why, "%s is no private key in PEM, or the passphrase is wrong", file);
  } else if (!key_is_strong(key)) {
    text_add(why, "the key %s has %d bits, which is too weak; `rocks create keys` makes a "
             "better one", file, EVP_PKEY_get_bits(key));
    EVP_PKEY_free(key);
    key = NULL;
  }
  return key;
}

EVP_PKEY *
key_load(const char *file, struct text *why)
{
  struct text pem = { 0 };
  EVP_PKEY *key = NULL;

  if (read_file(file, &pem, why) == 0)
    key = parse_key(file, &pem, why);
  wipe(&pem);
  return key;
}

/* ---- making pairs ---- */

static int
add_bio(BIO *bio, struct text *text)
{
  char *data;
  long length = BIO_get_mem_data(bio, &data);

  if (length <= 0)
    return -1;
  text_add_bytes(text, data, (size_t) length);
  OPENSSL_cleanse(data, (size_t) length);
  return 0;
}

static int
add_private(EVP_PKEY *key, char *passphrase, struct text *pem)
{
  const EVP_CIPHER *cipher = passphrase != NULL ? EVP_aes_256_cbc() : NULL;
  int length = passphrase != NULL ? (int) strlen(passphrase) : 0;
  BIO *bio = BIO_new(BIO_s_secmem());
  int result = bio != NULL
               && PEM_write_bio_PKCS8PrivateKey(bio, key, cipher, passphrase, length, NULL, NULL) == 1
               ? add_bio(bio, pem) : -1;

  BIO_free(bio);
  return result;
}

static int
add_public(EVP_PKEY *key, struct text *pem)
{
  BIO *bio = BIO_new(BIO_s_mem());
  int result = bio != NULL && PEM_write_bio_PUBKEY(bio, key) == 1 ? add_bio(bio, pem) : -1;

  BIO_free(bio);
  return result;
}

static int
write_all(int fd, const struct text *text)
{
  size_t at = 0;

  while (at < text->length) {
    ssize_t n = write(fd, text->data + at, text->length - at);

    if (n < 0 && errno != EINTR)
      return -1;
    at += n > 0 ? (size_t) n : 0;
  }
  return fsync(fd);
}

/* The file is ours alone from its first moment. */
static int
store_new(const char *file, const struct text *pem, struct text *why)
{
  int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0400);
  bool done;

  if (fd < 0 && errno == EEXIST) {
    text_add(why, "the key file '%s' already exists", file);
    return -1;
  }
  done = fd >= 0 && fchmod(fd, 0400) == 0 && write_all(fd, pem) == 0;
  if (!done)
    text_add(why, "cannot write the key file '%s': %s", file, strerror(errno));
  if (fd >= 0)
    close(fd);
  if (fd >= 0 && !done)
    unlink(file);
  return done ? 0 : -1;
}

static int
make_locked(const char *file, char *passphrase, struct text *pem, struct text *why)
{
  EVP_PKEY *key = EVP_RSA_gen(RSA_BITS);
  struct text private = { 0 };
  int result = -1;

  if (key == NULL || add_private(key, passphrase, &private) != 0 || add_public(key, pem) != 0)
    text_add(why, "cannot make a key: %s", library_error());
  else
    result = store_new(file, &private, why);
  wipe(&private);
  EVP_PKEY_free(key);
  return result;
}

int
key_make_pair(const char *file, bool locked, struct text *pem, struct text *why)
{
  char passphrase[PASSPHRASE_ROOM];
  int result;

  if (access(file, F_OK) == 0) {
    text_add(why, "the key file '%s' already exists", file);
    return -1;
  }
  if (locked && ask_passphrase(passphrase, sizeof passphrase, 1, (void *) file) < 0) {
    text_add(why, "no passphrase was given, twice the same and at least 4 characters; "
             "passphrase=no makes a key without one");
    return -1;
  }
  result = make_locked(file, locked ? passphrase : NULL, pem, why);
  OPENSSL_cleanse(passphrase, sizeof passphrase);
  return result;
}

/* ---- certificates ---- */

static bool
fill_certificate(X509 *certificate, EVP_PKEY *key, const char *name)
{
  X509_NAME *subject = X509_get_subject_name(certificate);
  /* Ed25519 has its digest built in. */
  const EVP_MD *digest = EVP_PKEY_is_a(key, "ED25519") || EVP_PKEY_is_a(key, "ED448")
                         ? NULL : EVP_sha256();
  BIGNUM *serial = BN_new();
  /* Nobody looks at the time: a key is valid as long as it is registered. */
  bool good = serial != NULL && BN_rand(serial, 64, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY)
    && BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(certificate)) != NULL
    && X509_set_version(certificate, X509_VERSION_3)
    && ASN1_TIME_set_string_X509(X509_getm_notBefore(certificate), "20200101000000Z")
    && ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate), "99991231235959Z")
    && X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *) name, -1,
                                  -1, 0)
    && X509_set_issuer_name(certificate, subject) && X509_set_pubkey(certificate, key)
    && X509_sign(certificate, key, digest) > 0;

  BN_free(serial);
  return good;
}

X509 *
certificate_make(EVP_PKEY *key, const char *name, struct text *why)
{
  X509 *certificate = X509_new();

  if (certificate != NULL && fill_certificate(certificate, key, name))
    return certificate;
  text_add(why, "cannot make a certificate: %s", library_error());
  X509_free(certificate);
  return NULL;
}

char *
certificate_fingerprint(X509 *certificate)
{
  struct text text = { 0 };
  unsigned char *der = NULL, digest[EVP_MAX_MD_SIZE];
  unsigned length = 0, i;
  int n = i2d_PUBKEY(X509_get0_pubkey(certificate), &der);

  if (n > 0 && EVP_Digest(der, (size_t) n, digest, &length, EVP_sha256(), NULL) == 1) {
    text_add(&text, "sha256:");
    for (i = 0; i < length; i++)
      text_add(&text, "%02x", digest[i]);
  }
  OPENSSL_free(der);
  return text_take(&text);
}

char *
certificate_key(X509 *certificate)
{
  unsigned char *der = NULL;
  int n = i2d_PUBKEY(X509_get0_pubkey(certificate), &der);
  char *key = mem_new(n > 0 ? ((size_t) n + 2) / 3 * 4 + 1 : 1, 1);

  if (n > 0)
    EVP_EncodeBlock((unsigned char *) key, der, n);
  OPENSSL_free(der);
  return key;
}

/* ---- the server's own ---- */

static X509 *
read_certificate(const char *file)
{
  BIO *bio = BIO_new_file(file, "re");
  X509 *certificate = bio != NULL ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;

  BIO_free(bio);
  return certificate;
}

int
identity_load(const char *file, EVP_PKEY **key, X509 **certificate, struct text *why)
{
  *certificate = NULL;
  *key = key_load(file, why);
  if (*key == NULL)
    return -1;
  *certificate = read_certificate(file);
  if (*certificate != NULL && X509_check_private_key(*certificate, *key) == 1)
    return 0;
  text_add(why, "%s does not hold a key and its certificate; remove it to have them made anew",
           file);
  X509_free(*certificate);
  EVP_PKEY_free(*key);
  return -1;
}

static int
add_identity(EVP_PKEY *key, X509 *certificate, struct text *pem)
{
  BIO *bio = BIO_new(BIO_s_mem());
  int result = -1;

  if (bio != NULL && add_private(key, NULL, pem) == 0 && PEM_write_bio_X509(bio, certificate) == 1)
    result = add_bio(bio, pem);
  BIO_free(bio);
  return result;
}

int
identity_make(const char *file, struct text *why)
{
  EVP_PKEY *key = EVP_EC_gen("P-256");
  X509 *certificate = key != NULL ? certificate_make(key, "airboss", why) : NULL;
  struct text pem = { 0 };
  struct rocks_call call;
  int result = -1;

  call_init(&call);
  if (certificate == NULL || add_identity(key, certificate, &pem) != 0) {
    if (why->length == 0)
      text_add(why, "cannot make a key: %s", library_error());
  } else if (file_replace(&call, file, &pem, 0600, (gid_t) -1) != 0) {
    text_add(why, "%s", or_empty(call.message));
  } else {
    result = 0;
  }
  call_free(&call);
  wipe(&pem);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return result;
}
