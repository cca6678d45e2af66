#include "harness.h"

#include <string.h>

#include "core/store/store.h"
#include "tests/support/fake_flash.h"

static struct fake_flash flash;
static struct femto_port port;
static struct store store;

static void open_empty(uint32_t unit_bytes, uint32_t unit_count)
{
	fake_flash_init(&flash, unit_bytes, unit_count, 0xff);
	port = fake_flash_port(&flash);
	CHECK_EQUAL(store_open(&store, &port), STORE_OK);
}

static enum store_err put(uint8_t id, uint8_t fill, size_t size)
{
	static uint8_t value[4096];
	struct store_key key = store_key_bytes(STORE_VALUE, &id, 1);
	struct store_part part = {value, size};
	memset(value, fill, size);
	return store_put(&store, &key, &part, 1);
}

static size_t size_of(uint8_t id)
{
	struct store_key key = store_key_bytes(STORE_VALUE, &id, 1);
	struct store_ref ref = {0, 0};
	return store_find(&store, &key, &ref) == STORE_OK ? ref.size : 0;
}

TEST("opening writes nothing, and an empty flash holds nothing")
{
	open_empty(1024, 4);
	uint32_t cursor = 0;
	struct store_key key;
	struct store_ref ref;
	CHECK_EQUAL(flash.operations, 0);
	CHECK_EQUAL(store_next(&store, STORE_VALUE, &cursor, &key, &ref), STORE_NOT_FOUND);
	key = store_key_plain(STORE_DOCUMENT);
	CHECK_EQUAL(store_find(&store, &key, &ref), STORE_NOT_FOUND);
}

TEST("a flash full of foreign bytes is an empty store that can be written")
{
	fake_flash_init(&flash, 1024, 4, 0x00);
	port = fake_flash_port(&flash);
	REQUIRE(store_open(&store, &port) == STORE_OK);
	CHECK_EQUAL(put(1, 0x5a, 100), STORE_OK);
	REQUIRE(store_open(&store, &port) == STORE_OK);
	CHECK_EQUAL(size_of(1), 100);
	CHECK_EQUAL(flash.violations, 0);
}

TEST("a geometry outside the bounds is refused")
{
	static const struct femto_flash_geometry rows[] = {
		{1024, 1}, {1024, STORE_UNITS_MAX + 1}, {504, 4}, {1028, 4}, {UINT32_C(2) << 20, 4}};
	open_empty(1024, 4);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		port.flash = rows[i];
		CHECK_EQUAL(store_open(&store, &port), STORE_ERR_GEOMETRY);
	}
}

TEST("a value of several parts is read back in pieces after a restart")
{
	open_empty(8192, 3);
	static uint8_t image[4096];
	uint8_t statement[352];
	uint8_t info[12] = {1, 2, 3};
	for (size_t i = 0; i < sizeof image; i++) {
		image[i] = (uint8_t)(i * 13);
	}
	memset(statement, 0xa5, sizeof statement);
	struct store_key key = store_key_slot(STORE_GENERATION, 31, 0x12345678);
	struct store_part parts[] = {
		{info, sizeof info}, {statement, sizeof statement}, {image, sizeof image}};
	CHECK_EQUAL(store_put(&store, &key, parts, 3), STORE_OK);
	REQUIRE(store_open(&store, &port) == STORE_OK);
	struct store_ref ref;
	uint8_t piece[100];
	REQUIRE(store_find(&store, &key, &ref) == STORE_OK);
	CHECK_EQUAL(ref.size, 12 + 352 + 4096);
	CHECK_EQUAL(store_read(&store, &ref, 364 + 1000, piece, sizeof piece), STORE_OK);
	CHECK_BYTES(piece, image + 1000, sizeof piece);
	CHECK_EQUAL(store_read(&store, &ref, ref.size - 99, piece, 100), STORE_ERR_ARGUMENT);
	CHECK_EQUAL(store_read(&store, &ref, ref.size + 1, piece, 0), STORE_ERR_ARGUMENT);
	CHECK_EQUAL(store_read(&store, &ref, UINT32_MAX, piece, 2), STORE_ERR_ARGUMENT);
}

TEST("keys of one kind are walked with their bytes, other kinds are not seen")
{
	open_empty(1024, 4);
	uint8_t byte = 9;
	struct store_part part = {&byte, 1};
	struct store_key first = store_key_slot(STORE_GENERATION, 3, 70000);
	struct store_key second = store_key_slot(STORE_GENERATION, 3, 70001);
	struct store_key other = store_key_slot(STORE_MARK, 3, 0);
	CHECK_EQUAL(store_put(&store, &first, &part, 1), STORE_OK);
	CHECK_EQUAL(store_put(&store, &other, &part, 1), STORE_OK);
	CHECK_EQUAL(store_put(&store, &second, &part, 1), STORE_OK);
	uint32_t cursor = 0;
	struct store_key key;
	struct store_ref ref;
	unsigned seen = 0;
	while (store_next(&store, STORE_GENERATION, &cursor, &key, &ref) == STORE_OK) {
		CHECK_EQUAL(key.kind, STORE_GENERATION);
		CHECK_EQUAL(key.size, 5);
		CHECK_EQUAL(ref.size, 1);
		seen |= memcmp(key.bytes, first.bytes, 5) == 0 ? 1u : 0u;
		seen |= memcmp(key.bytes, second.bytes, 5) == 0 ? 2u : 0u;
	}
	CHECK_EQUAL(seen, 3);
}

TEST("writing the same bytes again touches no flash")
{
	open_empty(1024, 4);
	CHECK_EQUAL(put(1, 7, 200), STORE_OK);
	uint64_t before = flash.operations;
	CHECK_EQUAL(put(1, 7, 200), STORE_OK);
	CHECK_EQUAL(flash.operations, before);
	CHECK_EQUAL(put(1, 7, 199), STORE_OK);
	CHECK(flash.operations > before);
}

TEST("a number rises, never falls, and survives the removal of everything else")
{
	open_empty(1024, 4);
	struct store_key floor = store_key_name(STORE_FLOOR, 1, (const uint8_t *)"pump", 4);
	uint64_t number = 1;
	CHECK_EQUAL(store_get_number(&store, &floor, &number), STORE_OK);
	CHECK_EQUAL(number, 0);
	CHECK_EQUAL(store_raise(&store, &floor, UINT64_C(0x100000005)), STORE_OK);
	CHECK_EQUAL(store_raise(&store, &floor, 4), STORE_OK);
	CHECK_EQUAL(store_remove(&store, &floor), STORE_ERR_ARGUMENT);
	for (uint8_t round = 0; round < 60; round++) {
		CHECK_EQUAL(put(round % 3, round, 300), STORE_OK);
	}
	REQUIRE(store_open(&store, &port) == STORE_OK);
	CHECK_EQUAL(store_get_number(&store, &floor, &number), STORE_OK);
	CHECK_EQUAL(number, 0x100000005);
}

TEST("a removed key stays away over compactions and restarts")
{
	open_empty(512, 4);
	for (uint8_t round = 0; round < 100; round++) {
		CHECK_EQUAL(put(1, round, 100), STORE_OK);
		struct store_key key = store_key_bytes(STORE_VALUE, (const uint8_t[]){1}, 1);
		CHECK_EQUAL(store_remove(&store, &key), STORE_OK);
		CHECK_EQUAL(put(2, round, 10u + round), STORE_OK);
		REQUIRE(store_open(&store, &port) == STORE_OK);
		CHECK_EQUAL(size_of(1), 0);
		CHECK_EQUAL(size_of(2), 10u + round);
	}
	CHECK_EQUAL(flash.violations, 0);
}

TEST("a full flash refuses, keeps all it has, wears no more, and takes small values and removals")
{
	open_empty(1024, 4);
	uint8_t id = 0;
	while (id < 60 && put(id, id, 200) == STORE_OK) {
		id++;
	}
	CHECK(id > 5);
	uint32_t erases = flash.erases;
	for (unsigned i = 0; i < 20; i++) {
		CHECK_EQUAL(put(id, id, 200), STORE_FULL);
	}
	CHECK_EQUAL(flash.erases, erases);
	struct store_key boot = store_key_plain(STORE_BOOT);
	CHECK_EQUAL(store_raise(&store, &boot, 1), STORE_OK);
	uint8_t first = 0;
	struct store_key key = store_key_bytes(STORE_VALUE, &first, 1);
	CHECK_EQUAL(store_remove(&store, &key), STORE_OK);
	CHECK_EQUAL(put(0, 1, 180), STORE_OK);
	for (uint8_t i = 1; i < id; i++) {
		CHECK_EQUAL(size_of(i), 200);
	}
}

TEST("a full index refuses values but still takes a floor")
{
	open_empty(8192, 4);
	uint8_t id = 0;
	while (id < 255 && put(id, id, 1) == STORE_OK) {
		id++;
	}
	CHECK_EQUAL(id, STORE_ENTRIES_MAX - STORE_RESERVE_ENTRIES);
	struct store_key floor = store_key_name(STORE_FLOOR, 1, (const uint8_t *)"pump", 4);
	CHECK_EQUAL(store_raise(&store, &floor, 3), STORE_OK);
	REQUIRE(store_open(&store, &port) == STORE_OK);
	CHECK_EQUAL(size_of(id - 1), 1);
}

TEST("values and keys beyond the bounds are refused")
{
	open_empty(1024, 32);
	CHECK_EQUAL(put(1, 1, 1024), STORE_ERR_ARGUMENT);
	CHECK_EQUAL(put(1, 1, 1024 - 16 - 8 - 4), STORE_ERR_ARGUMENT);
	CHECK_EQUAL(put(1, 1, 400), STORE_OK);
	struct store_key key = store_key_plain(STORE_VALUE);
	struct store_part part = {NULL, SIZE_MAX};
	CHECK_EQUAL(store_put(&store, &key, &part, 1), STORE_ERR_ARGUMENT);
	key.size = STORE_KEY_BYTES + 1;
	struct store_ref ref;
	CHECK_EQUAL(store_find(&store, &key, &ref), STORE_ERR_ARGUMENT);
	key = store_key_plain(STORE_VALUE);
	key.kind = 0x7f;
	CHECK_EQUAL(store_remove(&store, &key), STORE_ERR_ARGUMENT);
}

TEST("when one erase unit refuses to be programmed, another takes the record")
{
	open_empty(1024, 4);
	CHECK_EQUAL(put(1, 1, 100), STORE_OK);
	flash.refused_unit = store.tail;
	CHECK_EQUAL(put(2, 2, 100), STORE_OK);
	REQUIRE(store_open(&store, &port) == STORE_OK);
	CHECK_EQUAL(size_of(1), 100);
	CHECK_EQUAL(size_of(2), 100);
	CHECK_EQUAL(flash.violations, 0);
}

TEST("a changed bit in a value takes that record out of the store and no other")
{
	open_empty(1024, 4);
	CHECK_EQUAL(put(1, 1, 100), STORE_OK);
	CHECK_EQUAL(put(2, 2, 100), STORE_OK);
	struct store_key key = store_key_bytes(STORE_VALUE, (const uint8_t[]){1}, 1);
	struct store_ref ref;
	REQUIRE(store_find(&store, &key, &ref) == STORE_OK);
	flash.bytes[ref.address + 50] ^= 0x10;
	REQUIRE(store_open(&store, &port) == STORE_OK);
	CHECK_EQUAL(size_of(1), 0);
	CHECK_EQUAL(size_of(2), 100);
}

TEST("bytes of a value that look like a record are never taken for one")
{
	open_empty(1024, 4);
	CHECK_EQUAL(put(1, 1, 40), STORE_OK);
	struct store_key key = store_key_bytes(STORE_VALUE, (const uint8_t[]){1}, 1);
	struct store_ref ref;
	REQUIRE(store_find(&store, &key, &ref) == STORE_OK);
	uint8_t copy[56];
	memcpy(copy, flash.bytes + ref.address - 9, sizeof copy); /* the whole record */
	struct store_part part = {copy, sizeof copy};
	struct store_key carrier = store_key_bytes(STORE_VALUE, (const uint8_t *)"carrier!", 8);
	CHECK_EQUAL(store_remove(&store, &key), STORE_OK);
	CHECK_EQUAL(store_put(&store, &carrier, &part, 1), STORE_OK);
	REQUIRE(store_open(&store, &port) == STORE_OK);
	CHECK_EQUAL(size_of(1), 0);
	/* Even if the header of the carrier is lost, so that its bytes are searched for records. */
	REQUIRE(store_find(&store, &carrier, &ref) == STORE_OK);
	CHECK_EQUAL(ref.address % FEMTO_FLASH_WRITE_BYTES, 0);
	flash.bytes[ref.address - 16] ^= 0x01;
	REQUIRE(store_open(&store, &port) == STORE_OK);
	CHECK_EQUAL(store_find(&store, &carrier, &ref), STORE_NOT_FOUND);
	CHECK_EQUAL(size_of(1), 0);
}

TEST("ten thousand changes of random size keep to the model, and what fits is never refused")
{
	open_empty(2048, 6);
	uint32_t random = 1;
	size_t sizes[20] = {0};
	CHECK_EQUAL(put(0, 0, 600), STORE_OK);
	sizes[0] = 600; /* the longest stays, so that the room is known */
	for (unsigned round = 0; round < 10000 && !harness_has_failed(); round++) {
		random = random * 1664525u + 1013904223u;
		uint8_t id = (uint8_t)(1u + (random >> 24) % 19u);
		size_t size = 1u + (random >> 8) % 600u;
		uint32_t room = store_free_bytes(&store);
		enum store_err outcome = put(id, (uint8_t)round, size);
		CHECK(outcome == STORE_OK || outcome == STORE_FULL);
		CHECK(outcome == STORE_OK || room < size + STORE_OVERHEAD_BYTES + 1u);
		sizes[id] = outcome == STORE_OK ? size : sizes[id];
		if (round % 64 == 0) {
			CHECK_EQUAL(store_open(&store, &port), STORE_OK);
		}
		CHECK_EQUAL(size_of(id), sizes[id]);
	}
	for (uint8_t id = 0; id < 20; id++) {
		CHECK_EQUAL(size_of(id), sizes[id]);
	}
	CHECK_EQUAL(flash.violations, 0);
}
