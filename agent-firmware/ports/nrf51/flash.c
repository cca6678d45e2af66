#include "flash.h"

#include <stdbool.h>
#include <string.h>

#include "reg.h"

#define NVMC 0x4001e000u
#define READY REG(NVMC + 0x400u)
#define CONFIG REG(NVMC + 0x504u)
#define ERASE_PAGE REG(NVMC + 0x508u)
#define CONFIG_READ 0u
#define CONFIG_WRITE 1u
#define CONFIG_ERASE 2u
#define PAGE_BYTES 1024u
#define WORD_BYTES 4u

#define FACTORY_START 0x2e000u
#define UNITS_START 0x2f000u
#define UNITS (FLASH_AGENT_UNITS + 1u)
#define BYTES (UNITS * FLASH_UNIT_BYTES)

static const volatile uint8_t *at(uint32_t address)
{
	return (const volatile uint8_t *)(uintptr_t)(UNITS_START + address);
}

/* Compares with the bytes left, so that no sum can overflow. */
static bool is_inside(uint32_t address, size_t size)
{
	return address <= BYTES && size <= BYTES - address;
}

static bool is_all(uint32_t address, size_t size, uint8_t value)
{
	for (size_t i = 0; i < size; i++) {
		if (at(address)[i] != value) {
			return false;
		}
	}
	return true;
}

static void configure(uint32_t mode)
{
	CONFIG = mode;
	while (READY == 0) {
	}
}

void flash_start(void)
{
	for (uint32_t unit = 0; unit < UNITS; unit++) {
		if (is_all(unit * FLASH_UNIT_BYTES, FLASH_UNIT_BYTES, 0)) {
			(void)flash_erase(NULL, unit);
		}
	}
}

const uint8_t *flash_factory(void)
{
	return (const uint8_t *)(uintptr_t)FACTORY_START;
}

enum femto_port_err flash_read(void *context, uint32_t address, uint8_t *data, size_t size)
{
	(void)context;
	if (!is_inside(address, size)) {
		return FEMTO_PORT_FAILED;
	}
	for (size_t i = 0; i < size; i++) {
		data[i] = at(address)[i];
	}
	return FEMTO_PORT_OK;
}

/* The controller programs words; `data` may begin anywhere. */
static void program_words(uint32_t address, const uint8_t *data, size_t size)
{
	configure(CONFIG_WRITE);
	for (size_t i = 0; i < size; i += WORD_BYTES) {
		uint32_t word = 0;
		memcpy(&word, data + i, WORD_BYTES);
		REG(UNITS_START + address + i) = word;
		while (READY == 0) {
		}
	}
	configure(CONFIG_READ);
}

enum femto_port_err flash_program(
	void *context, uint32_t address, const uint8_t *data, size_t size)
{
	(void)context;
	if (size == 0 || !is_inside(address, size) || address % FEMTO_FLASH_WRITE_BYTES != 0 ||
		size % FEMTO_FLASH_WRITE_BYTES != 0 ||
		address / FLASH_UNIT_BYTES != (address + size - 1u) / FLASH_UNIT_BYTES ||
		!is_all(address, size, FEMTO_FLASH_ERASED)) {
		return FEMTO_PORT_FAILED;
	}
	program_words(address, data, size);
	return FEMTO_PORT_OK;
}

enum femto_port_err flash_erase(void *context, uint32_t unit)
{
	(void)context;
	if (unit >= UNITS) {
		return FEMTO_PORT_FAILED;
	}
	const uint32_t start = UNITS_START + unit * FLASH_UNIT_BYTES;
	configure(CONFIG_ERASE);
	for (uint32_t page = 0; page < FLASH_UNIT_BYTES; page += PAGE_BYTES) {
		ERASE_PAGE = start + page;
		while (READY == 0) {
		}
	}
	configure(CONFIG_READ);
	return FEMTO_PORT_OK;
}
