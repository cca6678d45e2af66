#include "core/crypto/crypto.h"

#include <string.h>

#include <sodium/crypto_sign_ed25519.h>
#include <sodium/utils.h>

#define BLOCK_BYTES 64u

bool crypto_ed25519_verify(const uint8_t signature[CRYPTO_ED25519_SIGNATURE_BYTES],
	const uint8_t *message, size_t size, const uint8_t key[CRYPTO_ED25519_KEY_BYTES])
{
	return crypto_sign_ed25519_verify_detached(signature, message, size, key) == 0;
}

void crypto_sha256(const uint8_t *data, size_t size, uint8_t digest[CRYPTO_SHA256_BYTES])
{
	struct crypto_sha256 hash;
	crypto_sha256_init(&hash);
	crypto_sha256_update(&hash, data, size);
	crypto_sha256_final(&hash, digest);
}

void crypto_sha256_init(struct crypto_sha256 *hash)
{
	(void)crypto_hash_sha256_init(&hash->state); /* always 0 */
}

void crypto_sha256_update(struct crypto_sha256 *hash, const uint8_t *data, size_t size)
{
	if (size > 0) {
		(void)crypto_hash_sha256_update(&hash->state, data, size); /* always 0 */
	}
}

void crypto_sha256_final(struct crypto_sha256 *hash, uint8_t digest[CRYPTO_SHA256_BYTES])
{
	(void)crypto_hash_sha256_final(&hash->state, digest); /* always 0 */
}

/* H((key ^ pad) || data): one of the two layers of RFC 2104. `block` is the key, filled with 0. */
static void hmac_layer(const uint8_t block[BLOCK_BYTES], uint8_t pad,
	struct crypto_piece head, struct crypto_piece rest, uint8_t digest[CRYPTO_SHA256_BYTES])
{
	uint8_t padded[BLOCK_BYTES];
	for (size_t i = 0; i < BLOCK_BYTES; i++) {
		padded[i] = block[i] ^ pad;
	}
	struct crypto_sha256 hash;
	crypto_sha256_init(&hash);
	crypto_sha256_update(&hash, padded, sizeof padded);
	crypto_sha256_update(&hash, head.data, head.size);
	crypto_sha256_update(&hash, rest.data, rest.size);
	crypto_sha256_final(&hash, digest);
	sodium_memzero(padded, sizeof padded);
}

void crypto_hmac_sha256_64(const uint8_t *key, size_t key_size, struct crypto_piece head,
	struct crypto_piece rest, uint8_t mac[CRYPTO_HMAC_BYTES])
{
	uint8_t block[BLOCK_BYTES] = {0};
	if (key_size > sizeof block) {
		crypto_sha256(key, key_size, block);
	} else if (key_size > 0) {
		memcpy(block, key, key_size);
	}
	uint8_t inner[CRYPTO_SHA256_BYTES];
	uint8_t outer[CRYPTO_SHA256_BYTES];
	hmac_layer(block, 0x36, head, rest, inner);
	hmac_layer(block, 0x5c, (struct crypto_piece){inner, sizeof inner},
		(struct crypto_piece){NULL, 0}, outer);
	memcpy(mac, outer, CRYPTO_HMAC_BYTES);
	sodium_memzero(block, sizeof block);
	sodium_memzero(outer, sizeof outer);
}

bool crypto_equal(const uint8_t *left, const uint8_t *right, size_t size)
{
	return sodium_memcmp(left, right, size) == 0;
}
