#include "flash.h"

#include <stdbool.h>
#include <string.h>

#include "clock.h"
#include "machine.h"

#define COMMAND_PROGRAM 0x40u
#define COMMAND_ERASE 0x20u
#define COMMAND_CONFIRM 0xd0u
#define COMMAND_CLEAR_STATUS 0x50u
#define COMMAND_READ 0xffu

#define STATUS_READY 0x80u
/* Erase, program, voltage, locked. */
#define STATUS_ERRORS 0x3au

#define FIRST (FLASH + XT_FLASH_SECTOR_BYTES)
#define UNITS (XT_FLASH_UNITS + 1u)
#define BYTES (UNITS * XT_FLASH_SECTOR_BYTES)
#define WORD_BYTES 2u
/* A sector of such a chip takes up to a second. */
#define LONGEST_TICKS (2u * XT_CLOCK_HZ)

const uint8_t *xt_flash_factory(void)
{
	return (const uint8_t *)(uintptr_t)FLASH;
}

static bool is_inside(uint32_t address, size_t size)
{
	return address <= BYTES && size <= BYTES - address;
}

enum femto_port_err xt_flash_read(void *context, uint32_t address, uint8_t *data, size_t size)
{
	(void)context;
	if (!is_inside(address, size)) {
		return FEMTO_PORT_FAILED;
	}
	memcpy(data, (const uint8_t *)(uintptr_t)(FIRST + address), size);
	return FEMTO_PORT_OK;
}

/* Waits until the chip is done, and lets it be read as memory again. */
static enum femto_port_err finish(uint32_t address)
{
	const uint32_t started = xt_clock_counter();
	uint32_t status = *reg16(address);
	while ((status & STATUS_READY) == 0 && xt_clock_counter() - started < LONGEST_TICKS) {
		status = *reg16(address);
	}
	*reg16(address) = COMMAND_CLEAR_STATUS;
	*reg16(address) = COMMAND_READ;
	const bool is_done = (status & STATUS_READY) != 0 && (status & STATUS_ERRORS) == 0;
	return is_done ? FEMTO_PORT_OK : FEMTO_PORT_FAILED;
}

enum femto_port_err xt_flash_program(
	void *context, uint32_t address, const uint8_t *data, size_t size)
{
	(void)context;
	if (!is_inside(address, size) || address % FEMTO_FLASH_WRITE_BYTES != 0 ||
		size % FEMTO_FLASH_WRITE_BYTES != 0) {
		return FEMTO_PORT_FAILED;
	}
	for (size_t done = 0; done < size; done += WORD_BYTES) {
		const uint32_t at = FIRST + address + (uint32_t)done;
		*reg16(at) = COMMAND_PROGRAM;
		*reg16(at) = (uint16_t)(data[done] | data[done + 1u] << 8);
		const enum femto_port_err error = finish(at);
		if (error != FEMTO_PORT_OK) {
			return error;
		}
	}
	return FEMTO_PORT_OK;
}

enum femto_port_err xt_flash_erase(void *context, uint32_t unit)
{
	(void)context;
	if (unit >= UNITS) {
		return FEMTO_PORT_FAILED;
	}
	const uint32_t at = FIRST + unit * XT_FLASH_SECTOR_BYTES;
	*reg16(at) = COMMAND_ERASE;
	*reg16(at) = COMMAND_CONFIRM;
	return finish(at);
}
