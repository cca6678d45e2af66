/*
 * Cryptography of the agent: a thin glue over libsodium's portable C. Nothing is invented here.
 *
 * All functions may be called from any context that has the stack named beside it; none blocks,
 * keeps a pointer or fails for lack of memory. Inputs may overlap, outputs not with inputs.
 */
#ifndef CRYPTO_CRYPTO_H
#define CRYPTO_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sodium/crypto_hash_sha256.h>

#define CRYPTO_SHA256_BYTES 32u
#define CRYPTO_HMAC_BYTES 8u
#define CRYPTO_ED25519_KEY_BYTES 32u
#define CRYPTO_ED25519_SIGNATURE_BYTES 64u

/* Bytes that somebody else owns; `data` may be NULL when `size` is 0. */
struct crypto_piece {
	const uint8_t *data; /* first byte */
	size_t size;         /* bytes */
};

/* A hash in the making; copying the struct forks it. */
struct crypto_sha256 {
	crypto_hash_sha256_state state; /* libsodium's, 104 bytes */
};

/*
 * Whether `signature` (64 bytes) is the Ed25519 signature of `message` by `key` (32 bytes): RFC
 * 8032, 5.1.7, strict. Also refused: S not below the group order (a signature that somebody else
 * has changed), encodings of key or R that are not canonical or of small order. Needs no secret, so
 * its time depends on the input. Stack: 3,500 bytes.
 */
bool crypto_ed25519_verify(const uint8_t signature[CRYPTO_ED25519_SIGNATURE_BYTES],
	const uint8_t *message, size_t size, const uint8_t key[CRYPTO_ED25519_KEY_BYTES]);

/* SHA-256 (FIPS 180-4) of `size` bytes. Stack: 600 bytes. */
void crypto_sha256(const uint8_t *data, size_t size, uint8_t digest[CRYPTO_SHA256_BYTES]);

/* The same in pieces of any size. After _final the struct must be initialised again. */
void crypto_sha256_init(struct crypto_sha256 *hash);
void crypto_sha256_update(struct crypto_sha256 *hash, const uint8_t *data, size_t size);
void crypto_sha256_final(struct crypto_sha256 *hash, uint8_t digest[CRYPTO_SHA256_BYTES]);

/*
 * HMAC 256/64 (COSE algorithm 4, RFC 9053, 3.1): the first 8 bytes of HMAC-SHA-256 (RFC 2104) over
 * `head` and `rest` joined, so that what stands before a large object need not be copied to it. A
 * key longer than 64 bytes is hashed first. Stack: 900 bytes.
 */
void crypto_hmac_sha256_64(const uint8_t *key, size_t key_size, struct crypto_piece head,
	struct crypto_piece rest, uint8_t mac[CRYPTO_HMAC_BYTES]);

/* Whether `size` bytes are equal, in a time that does not depend on where they differ. */
bool crypto_equal(const uint8_t *left, const uint8_t *right, size_t size);

#endif
