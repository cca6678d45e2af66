/* The factory block: whole, damaged, and of a writer that breaks a rule. */
#include "ports/common/factory.h"

#include <string.h>

#include "harness.h"

#define AT_CRC 124u

/* What protocol/factory-block.ts writes for pump-1, keys of 0xd1 and 0x52, 10.0.2.2:4660. */
static const char whole[] =
	"46454d544f464143 0100 0000 70756d702d31000000000000000000000000000000000000"
	"d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1d1"
	"5252525252525252525252525252525252525252525252525252525252525252"
	"0a000202 3412 000000000000000000000000000000000000 e82fe30c";

static void make(uint8_t block[FACTORY_BLOCK_BYTES])
{
	CHECK_EQUAL(harness_hex(whole, block, FACTORY_BLOCK_BYTES), FACTORY_BLOCK_BYTES);
}

/* Makes the CRC right again after a change. */
static void sign(uint8_t block[FACTORY_BLOCK_BYTES])
{
	uint32_t crc = UINT32_MAX;
	for (uint32_t i = 0; i < AT_CRC * 8u; i++) {
		const uint32_t bit = ((uint32_t)block[i / 8u] >> i % 8u & 1u) ^ (crc & 1u);
		crc = crc >> 1 ^ (bit != 0 ? 0xedb88320u : 0);
	}
	for (uint32_t i = 0; i < 4u; i++) {
		block[AT_CRC + i] = (uint8_t)(~crc >> 8u * i);
	}
}

TEST("a factory block says who the device is and where its gateway")
{
	uint8_t block[FACTORY_BLOCK_BYTES];
	make(block);
	struct factory factory;
	REQUIRE(factory_parse(block, &factory) == FACTORY_OK);
	CHECK_EQUAL(strcmp(factory.device_id, "pump-1"), 0);
	CHECK_EQUAL(factory.gateway_port, 4660);
	CHECK_BYTES(factory.gateway, ((const uint8_t[]){10, 0, 2, 2}), 4);
	struct femto_config config = {.mtu_bytes = 77};
	factory_identify(&factory, &config);
	CHECK_EQUAL(strcmp(config.device_id, "pump-1"), 0);
	CHECK_EQUAL(config.device_key[31], 0xd1);
	CHECK_EQUAL(config.root_key[0], 0x52);
	CHECK_EQUAL(config.mtu_bytes, 77);
}

TEST("no changed bit of a factory block goes unnoticed")
{
	for (uint32_t bit = 0; bit < FACTORY_BLOCK_BYTES * 8u; bit++) {
		uint8_t block[FACTORY_BLOCK_BYTES];
		make(block);
		block[bit / 8u] ^= (uint8_t)(1u << bit % 8u);
		struct factory factory = {.gateway_port = 1};
		const enum factory_err expected = bit < 64u ? FACTORY_MISSING : FACTORY_DAMAGED;
		CHECK_EQUAL(factory_parse(block, &factory), expected);
		CHECK_EQUAL(factory.gateway_port, 1);
	}
}

TEST("an erased and an empty flash have no factory block")
{
	uint8_t block[FACTORY_BLOCK_BYTES];
	struct factory factory;
	memset(block, 0xff, sizeof(block));
	CHECK_EQUAL(factory_parse(block, &factory), FACTORY_MISSING);
	memset(block, 0, sizeof(block));
	CHECK_EQUAL(factory_parse(block, &factory), FACTORY_MISSING);
}

TEST("a block whose CRC is right but whose content is not is refused")
{
	static const struct {
		const char *row;
		uint32_t at;
		uint8_t value;
		enum factory_err expected;
	} rows[] = {
		{"format 2", 8, 2, FACTORY_FORMAT},
		{"format 257", 9, 1, FACTORY_FORMAT},
		{"a flag", 10, 1, FACTORY_FORMAT},
		{"the first reserved byte", 106, 1, FACTORY_FORMAT},
		{"the last reserved byte", 123, 1, FACTORY_FORMAT},
		{"no id", 12, 0, FACTORY_ID},
		{"a capital in the id", 13, 'U', FACTORY_ID},
		{"text behind the end of the id", 20, 'x', FACTORY_ID},
		{"text in the last byte of the id", 35, 'x', FACTORY_ID},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		harness_row(rows[i].row);
		uint8_t block[FACTORY_BLOCK_BYTES];
		make(block);
		block[rows[i].at] = rows[i].value;
		sign(block);
		struct factory factory;
		CHECK_EQUAL(factory_parse(block, &factory), rows[i].expected);
	}
	harness_row(NULL);
}

TEST("an id of 23 characters ends with a NUL, one of 24 is refused")
{
	uint8_t block[FACTORY_BLOCK_BYTES];
	struct factory factory;
	make(block);
	memset(block + 12, 'a', 23);
	sign(block);
	REQUIRE(factory_parse(block, &factory) == FACTORY_OK);
	CHECK_EQUAL(strlen(factory.device_id), 23);
	block[35] = 'a';
	sign(block);
	CHECK_EQUAL(factory_parse(block, &factory), FACTORY_ID);
}
