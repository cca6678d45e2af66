#include "harness.h"

#include "core/crypto/crypto.h"

#include <string.h>

static const struct {
	const char *row;
	const char *key;
	const char *message;
	const char *signature;
} valid[] = {
	{"test 1, empty message",
		"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
		"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701c"
		"f9b46bd25bf5f0595bbe24655141438e7a100b"},
	{"test 2, one byte", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
		"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0"
		"f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
	{"test 3, two bytes", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
		"af82",
		"6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f76098"
		"4dc6594a7c15e9716ed28dc027beceea1ec40a"},
};

/* Group order L, little-endian (RFC 8032, 5.1). */
static const uint8_t group_order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c,
	0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10};

struct sample {
	uint8_t key[32];
	uint8_t message[8];
	size_t size;
	uint8_t signature[64];
};

static struct sample sample(size_t row)
{
	struct sample result = {.size = 0};
	CHECK_EQUAL(harness_hex(valid[row].key, result.key, 32), 32);
	result.size = harness_hex(valid[row].message, result.message, sizeof result.message);
	CHECK_EQUAL(harness_hex(valid[row].signature, result.signature, 64), 64);
	return result;
}

static bool accepts(const struct sample *it)
{
	return crypto_ed25519_verify(it->signature, it->message, it->size, it->key);
}

TEST("the signatures of RFC 8032, 7.1 are accepted")
{
	for (size_t i = 0; i < sizeof valid / sizeof valid[0]; i++) {
		harness_row(valid[i].row);
		struct sample it = sample(i);
		CHECK(accepts(&it));
	}
}

TEST("a changed message, key, or byte of the signature is refused")
{
	struct sample it = sample(2);
	it.message[0] ^= 1;
	CHECK(!accepts(&it));
	it = sample(2);
	it.size = 1;
	CHECK(!accepts(&it));
	it = sample(2);
	it.key[5] ^= 1;
	CHECK(!accepts(&it));
	for (size_t i = 0; i < 64; i++) {
		it = sample(2);
		it.signature[i] ^= 1;
		CHECK(!accepts(&it));
	}
}

TEST("the same signature with S + L is refused (RFC 8032, 5.1.7: S in range)")
{
	for (size_t i = 0; i < sizeof valid / sizeof valid[0]; i++) {
		harness_row(valid[i].row);
		struct sample it = sample(i);
		unsigned carry = 0;
		for (size_t at = 0; at < 32; at++) {
			carry += (unsigned)it.signature[32 + at] + group_order[at];
			it.signature[32 + at] = (uint8_t)carry;
			carry >>= 8;
		}
		CHECK_EQUAL(carry, 0);
		CHECK(!accepts(&it));
	}
}

TEST("keys of small order are refused, with the signature that fits every message")
{
	static const char *const keys[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
	};
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		struct sample it = {.signature = {1}}; /* R = the neutral element, S = 0 */
		harness_row(keys[i]);
		CHECK_EQUAL(harness_hex(keys[i], it.key, 32), 32);
		CHECK(!accepts(&it));
	}
}

TEST("a key that is not reduced, and a signature of zeros, are refused")
{
	struct sample it = sample(0);
	memset(it.key, 0xff, sizeof it.key); /* y = 2^255 - 1 */
	CHECK(!accepts(&it));
	it = sample(0);
	memset(it.signature, 0, sizeof it.signature);
	CHECK(!accepts(&it));
}
