#include "harness.h"

#include "core/crypto/crypto.h"

#include <string.h>

TEST("SHA-256 gives the digests of FIPS 180-4's examples")
{
	static const struct {
		const char *row;
		const char *message;
		const char *digest;
	} rows[] = {
		{"empty", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"one block", "abc",
			"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"two blocks", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
			"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t actual[32];
		uint8_t expected[32];
		harness_row(rows[i].row);
		crypto_sha256((const uint8_t *)rows[i].message, strlen(rows[i].message), actual);
		CHECK_EQUAL(harness_hex(rows[i].digest, expected, 32), 32);
		CHECK_BYTES(actual, expected, 32);
	}
}

TEST("SHA-256 in pieces of any size gives the digest of the whole")
{
	uint8_t message[200];
	uint8_t whole[32];
	for (size_t i = 0; i < sizeof message; i++) {
		message[i] = (uint8_t)(i * 7);
	}
	crypto_sha256(message, sizeof message, whole);
	for (size_t piece = 1; piece <= sizeof message; piece++) {
		struct crypto_sha256 hash;
		uint8_t actual[32];
		crypto_sha256_init(&hash);
		for (size_t at = 0; at < sizeof message; at += piece) {
			size_t left = sizeof message - at;
			crypto_sha256_update(&hash, message + at, left < piece ? left : piece);
		}
		crypto_sha256_final(&hash, actual);
		CHECK_BYTES(actual, whole, 32);
	}
}

TEST("HMAC 256/64 gives the first 8 bytes of RFC 4231's results")
{
	static const struct {
		const char *row;
		const char *key;
		const char *data;
		const char *mac;
	} rows[] = {
		{"case 1", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
			"b0344c61d8db3853"},
		{"case 2, short key", "4a656665",
			"7768617420646f2079612077616e7420666f72206e6f7468696e673f",
			"5bdcc146bf60754e"},
		{"case 4", "0102030405060708090a0b0c0d0e0f10111213141516171819",
			"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
			"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
			"82558a389a443c0e"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t key[64];
		uint8_t data[64];
		uint8_t expected[8];
		uint8_t actual[8];
		size_t key_size = harness_hex(rows[i].key, key, sizeof key);
		size_t size = harness_hex(rows[i].data, data, sizeof data);
		harness_row(rows[i].row);
		CHECK_EQUAL(harness_hex(rows[i].mac, expected, 8), 8);
		crypto_hmac_sha256_64(key, key_size, (struct crypto_piece){data, size / 2},
			(struct crypto_piece){data + size / 2, size - size / 2}, actual);
		CHECK_BYTES(actual, expected, 8);
	}
}

TEST("HMAC 256/64 hashes a key that is longer than a block (RFC 4231, case 6)")
{
	static const char text[] = "Test Using Larger Than Block-Size Key - Hash Key First";
	static const uint8_t expected[8] = {0x60, 0xe4, 0x31, 0x59, 0x1e, 0xe0, 0xb6, 0x7f};
	uint8_t key[131];
	uint8_t actual[8];
	memset(key, 0xaa, sizeof key);
	crypto_hmac_sha256_64(key, sizeof key, (struct crypto_piece){NULL, 0},
		(struct crypto_piece){(const uint8_t *)text, sizeof text - 1}, actual);
	CHECK_BYTES(actual, expected, 8);
}

TEST("equal bytes are equal, and every single changed bit is seen")
{
	uint8_t left[8] = {1, 2, 3, 4, 5, 6, 7, 8};
	uint8_t right[8] = {1, 2, 3, 4, 5, 6, 7, 8};
	CHECK(crypto_equal(left, right, 8));
	CHECK(crypto_equal(left, right, 0));
	for (unsigned bit = 0; bit < 64; bit++) {
		right[bit / 8] = (uint8_t)(right[bit / 8] ^ 1u << bit % 8);
		CHECK(!crypto_equal(left, right, 8));
		right[bit / 8] = left[bit / 8];
	}
}
