#include "flash.h"

#include <stdbool.h>
#include <string.h>

#include "clock.h"
#include "machine.h"

/* Each command goes to both chips at once. */
#define COMMAND_PROGRAM 0x00400040u
#define COMMAND_ERASE 0x00200020u
#define COMMAND_CONFIRM 0x00d000d0u
#define COMMAND_CLEAR_STATUS 0x00500050u
#define COMMAND_READ 0x00ff00ffu

#define STATUS_READY 0x00800080u
/* Erase, program, voltage, locked. */
#define STATUS_ERRORS 0x003a003au

#define FIRST (FLASH + RV_FLASH_SECTOR_BYTES)
#define UNITS (RV_FLASH_UNITS + 1u)
#define BYTES (UNITS * RV_FLASH_SECTOR_BYTES)
#define WORD_BYTES 4u
/* A sector of such a chip takes up to a second. */
#define LONGEST_TICKS (2u * RV_CLOCK_HZ)

const uint8_t *rv_flash_factory(void)
{
	return (const uint8_t *)(uintptr_t)FLASH;
}

static bool is_inside(uint32_t address, size_t size)
{
	return address <= BYTES && size <= BYTES - address;
}

enum femto_port_err rv_flash_read(void *context, uint32_t address, uint8_t *data, size_t size)
{
	(void)context;
	if (!is_inside(address, size)) {
		return FEMTO_PORT_FAILED;
	}
	memcpy(data, (const uint8_t *)(uintptr_t)(FIRST + address), size);
	return FEMTO_PORT_OK;
}

/* Waits until both chips are done, and lets them be read as memory again. */
static enum femto_port_err finish(uint32_t address)
{
	const uint32_t started = rv_clock_counter();
	uint32_t status = *reg32(address);
	while ((status & STATUS_READY) != STATUS_READY &&
		rv_clock_counter() - started < LONGEST_TICKS) {
		status = *reg32(address);
	}
	*reg32(address) = COMMAND_CLEAR_STATUS;
	*reg32(address) = COMMAND_READ;
	const bool is_done =
		(status & STATUS_READY) == STATUS_READY && (status & STATUS_ERRORS) == 0;
	return is_done ? FEMTO_PORT_OK : FEMTO_PORT_FAILED;
}

static uint32_t word_of(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
	       (uint32_t)bytes[3] << 24;
}

enum femto_port_err rv_flash_program(
	void *context, uint32_t address, const uint8_t *data, size_t size)
{
	(void)context;
	if (!is_inside(address, size) || address % FEMTO_FLASH_WRITE_BYTES != 0 ||
		size % FEMTO_FLASH_WRITE_BYTES != 0) {
		return FEMTO_PORT_FAILED;
	}
	for (size_t done = 0; done < size; done += WORD_BYTES) {
		const uint32_t at = FIRST + address + (uint32_t)done;
		*reg32(at) = COMMAND_PROGRAM;
		*reg32(at) = word_of(data + done);
		const enum femto_port_err error = finish(at);
		if (error != FEMTO_PORT_OK) {
			return error;
		}
	}
	return FEMTO_PORT_OK;
}

enum femto_port_err rv_flash_erase(void *context, uint32_t unit)
{
	(void)context;
	if (unit >= UNITS) {
		return FEMTO_PORT_FAILED;
	}
	const uint32_t at = FIRST + unit * RV_FLASH_SECTOR_BYTES;
	*reg32(at) = COMMAND_ERASE;
	*reg32(at) = COMMAND_CONFIRM;
	return finish(at);
}
