#include "harness.h"

#include <string.h>

#include "tests/proto/roundtrip.h"
#include "tests/proto/vectors.h"

#define VECTOR_COUNT (sizeof(vectors) / sizeof(vectors[0]))

static enum cbor_err run(size_t index, size_t size, uint8_t *bytes, struct cbor_writer *out)
{
	const struct cbor_view in = {bytes, size};
	return roundtrip(vectors[index].message, in, out);
}

TEST("each valid vector decodes and encodes to the same bytes, each invalid one is its own error")
{
	for (size_t index = 0; index < VECTOR_COUNT; index++) {
		harness_row(vectors[index].name);
		uint8_t bytes[1024];
		uint8_t again[1024];
		const size_t size = harness_hex(vectors[index].hex, bytes, sizeof bytes);
		struct cbor_writer out = cbor_write(again, sizeof again);
		const enum cbor_err err = run(index, size, bytes, &out);
		CHECK(strcmp(error_name(err), vectors[index].error) == 0);
		if (err == CBOR_OK) {
			CHECK_EQUAL(out.size, size);
			CHECK_BYTES(again, bytes, size);
		}
	}
	harness_row(NULL);
}

TEST("a valid vector is truncated wherever it is cut, and never read beyond")
{
	for (size_t index = 0; index < VECTOR_COUNT; index++) {
		harness_row(vectors[index].name);
		uint8_t bytes[1024];
		const size_t size = harness_hex(vectors[index].hex, bytes, sizeof bytes);
		for (size_t cut = 0; strcmp(vectors[index].error, "ok") == 0 && cut < size; cut++) {
			struct cbor_writer out = cbor_measure();
			CHECK_EQUAL(run(index, cut, bytes, &out), CBOR_TRUNCATED);
		}
	}
	harness_row(NULL);
}

TEST("a writer without room says so and writes nothing beyond its end")
{
	for (size_t index = 0; index < VECTOR_COUNT; index++) {
		harness_row(vectors[index].name);
		uint8_t bytes[1024];
		const size_t size = harness_hex(vectors[index].hex, bytes, sizeof bytes);
		for (size_t room = 0; strcmp(vectors[index].error, "ok") == 0 && room < size; room++) {
			uint8_t again[1024];
			memset(again, 0xa5, sizeof again);
			struct cbor_writer out = cbor_write(again, room);
			CHECK_EQUAL(run(index, size, bytes, &out), CBOR_NO_ROOM);
			CHECK_EQUAL(again[room], 0xa5);
		}
	}
	harness_row(NULL);
}
