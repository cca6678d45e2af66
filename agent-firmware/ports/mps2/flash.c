#include "flash.h"

#include <stdbool.h>
#include <string.h>

#include BOARD_FILE

#define UNITS (FLASH_AGENT_UNITS + 1u)
#define BYTES (UNITS * FLASH_UNIT_BYTES)

/* Every write is durable when the next begins: volatile keeps their order. */
static volatile uint8_t *at(uint32_t address)
{
	return (volatile uint8_t *)(uintptr_t)(FLASH_BASE + FLASH_UNIT_BYTES) + address;
}

/* Compares with the bytes left, so that no sum can overflow. */
static bool is_inside(uint32_t address, size_t size)
{
	return address <= BYTES && size <= BYTES - address;
}

const uint8_t *flash_factory(void)
{
	return (const uint8_t *)(uintptr_t)FLASH_BASE;
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

static bool is_programmable(uint32_t address, size_t size)
{
	if (size == 0 || !is_inside(address, size) || address % FEMTO_FLASH_WRITE_BYTES != 0 ||
		size % FEMTO_FLASH_WRITE_BYTES != 0 ||
		address / FLASH_UNIT_BYTES != (address + size - 1u) / FLASH_UNIT_BYTES) {
		return false;
	}
	for (size_t i = 0; i < size; i++) {
		if (at(address)[i] != FEMTO_FLASH_ERASED) {
			return false;
		}
	}
	return true;
}

enum femto_port_err flash_program(
	void *context, uint32_t address, const uint8_t *data, size_t size)
{
	(void)context;
	if (!is_programmable(address, size)) {
		return FEMTO_PORT_FAILED;
	}
	for (size_t i = 0; i < size; i++) {
		at(address)[i] = data[i];
	}
	return FEMTO_PORT_OK;
}

enum femto_port_err flash_erase(void *context, uint32_t unit)
{
	(void)context;
	if (unit >= UNITS) {
		return FEMTO_PORT_FAILED;
	}
	for (uint32_t i = 0; i < FLASH_UNIT_BYTES; i++) {
		at(unit * FLASH_UNIT_BYTES)[i] = FEMTO_FLASH_ERASED;
	}
	return FEMTO_PORT_OK;
}
