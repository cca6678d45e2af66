#include "factory.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define MAGIC "FEMTOFAC"
#define FORMAT 1u

#define AT_FORMAT 8u
#define AT_FLAGS 10u
#define AT_ID 12u
#define AT_DEVICE_KEY 36u
#define AT_ROOT_KEY 68u
#define AT_GATEWAY 100u
#define AT_PORT 104u
#define AT_RESERVED 106u
#define AT_CRC 124u

static uint16_t load_u16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static uint32_t load_u32(const uint8_t *bytes)
{
	return load_u16(bytes) | (uint32_t)load_u16(bytes + 2) << 16;
}

/* Bit by bit: it runs once over 124 bytes, and a table would be larger than the rest. */
static uint32_t crc32(const uint8_t *bytes, size_t size)
{
	uint32_t crc = UINT32_MAX;
	for (size_t i = 0; i < size; i++) {
		crc ^= bytes[i];
		for (uint32_t bit = 0; bit < 8u; bit++) {
			crc = crc >> 1 ^ ((crc & 1u) != 0 ? 0xedb88320u : 0);
		}
	}
	return ~crc;
}

static bool is_zero(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (bytes[i] != 0) {
			return false;
		}
	}
	return true;
}

static bool is_id(const uint8_t id[FEMTO_DEVICE_ID_MAX + 1u])
{
	size_t size = 0;
	while (size < FEMTO_DEVICE_ID_MAX &&
		((id[size] >= 'a' && id[size] <= 'z') || (id[size] >= '0' && id[size] <= '9') ||
			id[size] == '-')) {
		size++;
	}
	return size > 0 && is_zero(id + size, FEMTO_DEVICE_ID_MAX + 1u - size);
}

enum factory_err factory_parse(const uint8_t block[FACTORY_BLOCK_BYTES], struct factory *factory)
{
	if (memcmp(block, MAGIC, sizeof(MAGIC) - 1u) != 0) {
		return FACTORY_MISSING;
	}
	if (crc32(block, AT_CRC) != load_u32(block + AT_CRC)) {
		return FACTORY_DAMAGED;
	}
	if (load_u16(block + AT_FORMAT) != FORMAT || load_u16(block + AT_FLAGS) != 0 ||
		!is_zero(block + AT_RESERVED, AT_CRC - AT_RESERVED)) {
		return FACTORY_FORMAT;
	}
	if (!is_id(block + AT_ID)) {
		return FACTORY_ID;
	}
	memcpy(factory->device_id, block + AT_ID, sizeof(factory->device_id));
	memcpy(factory->device_key, block + AT_DEVICE_KEY, sizeof(factory->device_key));
	memcpy(factory->root_key, block + AT_ROOT_KEY, sizeof(factory->root_key));
	memcpy(factory->gateway, block + AT_GATEWAY, sizeof(factory->gateway));
	factory->gateway_port = load_u16(block + AT_PORT);
	return FACTORY_OK;
}

void factory_identify(const struct factory *factory, struct femto_config *config)
{
	memcpy(config->device_id, factory->device_id, sizeof(config->device_id));
	memcpy(config->device_key, factory->device_key, sizeof(config->device_key));
	memcpy(config->root_key, factory->root_key, sizeof(config->root_key));
}

const char *factory_message(enum factory_err error)
{
	switch (error) {
	case FACTORY_OK:
		return "factory block is valid\n";
	case FACTORY_MISSING:
		return "Cannot start: the flash has no factory block\n";
	case FACTORY_DAMAGED:
		return "Cannot start: the CRC of the factory block is wrong\n";
	case FACTORY_FORMAT:
		return "Cannot start: the factory block is not of format 1\n";
	case FACTORY_ID:
		return "Cannot start: the device id in the factory block is not [a-z0-9-]{1,23}\n";
	}
	return "Cannot start: the factory block is not valid\n";
}
