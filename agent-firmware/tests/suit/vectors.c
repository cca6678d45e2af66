#include "harness.h"

#include <string.h>

#include "core/suit/cose.h"
#include "core/suit/statement.h"
#include "tests/suit/vectors.h"

#define VECTOR_COUNT (sizeof(vectors) / sizeof(vectors[0]))

static const char *name_of_suit(enum suit_err err)
{
	switch (err) {
	case SUIT_OK:
		return "ok";
	case SUIT_ERR_MALFORMED:
		return "malformed";
	case SUIT_ERR_DIGEST:
		return "digest";
	case SUIT_ERR_SIGNATURE:
		return "signature";
	case SUIT_ERR_ABI:
		return "abi";
	}
	return "unnamed";
}

static enum suit_err open_statement(const uint8_t *key, struct cbor_view object)
{
	struct suit_statement statement;
	const enum suit_err err = suit_read_statement(object, &statement);
	if (err != SUIT_OK) {
		return err;
	}
	uint8_t item[34] = {0x58, 32};
	memcpy(item + 2, key, 32);
	const struct proto_grant grant = {.keys = {{item, item + sizeof item}, 1}};
	return suit_verify_statement(&statement, &grant);
}

static const char *outcome(const char *kind, const uint8_t *key, struct cbor_view object)
{
	if (strcmp(kind, "statement") == 0) {
		return name_of_suit(open_statement(key, object));
	}
	if (strcmp(kind, "grant") == 0) {
		struct proto_grant grant;
		return name_of_suit(suit_open_grant(key, object, &grant));
	}
	struct cbor_view payload;
	switch (cose_open_mac0(key, COSE_HEAD, object, &payload)) {
	case COSE_OK:
		return "ok";
	case COSE_ERR_MALFORMED:
		return "malformed";
	case COSE_ERR_MAC:
		return "mac";
	case COSE_ERR_NO_ROOM:
		break;
	}
	return "unnamed";
}

TEST("each signed or sealed object is accepted, or refused by its own name")
{
	for (size_t index = 0; index < VECTOR_COUNT; index++) {
		harness_row(vectors[index].name);
		uint8_t key[32];
		uint8_t bytes[512];
		CHECK_EQUAL(harness_hex(vectors[index].key, key, sizeof key), sizeof key);
		const struct cbor_view object = {bytes, harness_hex(vectors[index].hex, bytes, sizeof bytes)};
		CHECK(strcmp(outcome(vectors[index].kind, key, object), vectors[index].error) == 0);
	}
	harness_row(NULL);
}

TEST("a sealed report opens as a report and not as a head")
{
	static uint8_t payload[2000];
	static uint8_t object[2048];
	const uint8_t key[32] = {1};
	struct cbor_writer out = cbor_write(object, sizeof object);
	const struct cbor_view in = {payload, sizeof payload};
	CHECK_EQUAL(cose_seal_mac0(key, COSE_REPORT, in, &out), COSE_OK);
	CHECK_EQUAL(out.size, sizeof payload + COSE_MAC0_OVERHEAD);
	struct cbor_view opened = {NULL, 0};
	const struct cbor_view sealed = {object, out.size};
	CHECK_EQUAL(cose_open_mac0(key, COSE_HEAD, sealed, &opened), COSE_ERR_MAC);
	CHECK_EQUAL(cose_open_mac0(key, COSE_REPORT, sealed, &opened), COSE_OK);
	CHECK_EQUAL(opened.size, sizeof payload);
}
