#include "cfi.h"

#include <stdbool.h>
#include <string.h>

#define COMMAND_PROGRAM 0x40u
#define COMMAND_ERASE 0x20u
#define COMMAND_CONFIRM 0xd0u
#define COMMAND_CLEAR_STATUS 0x50u
#define COMMAND_READ 0xffu

#define STATUS_READY 0x80u
/* Erase, program, voltage, locked. */
#define STATUS_ERRORS 0x3au

#define CHIP_BYTES 2u
#define CHIP_BITS 16u

/* The same for every chip that a word reaches. */
static uint32_t for_chips(const struct cfi *flash, uint32_t value)
{
	return flash->word_bytes == CHIP_BYTES ? value : value | value << CHIP_BITS;
}

static uint32_t get(const struct cfi *flash, uintptr_t at)
{
	return flash->word_bytes == CHIP_BYTES ? *(volatile uint16_t *)at
					       : *(volatile uint32_t *)at;
}

static void put(const struct cfi *flash, uintptr_t at, uint32_t word)
{
	if (flash->word_bytes == CHIP_BYTES) {
		*(volatile uint16_t *)at = (uint16_t)word;
	} else {
		*(volatile uint32_t *)at = word;
	}
}

static void command(const struct cfi *flash, uintptr_t at, uint32_t value)
{
	put(flash, at, for_chips(flash, value));
}

static bool is_inside(const struct cfi *flash, uint32_t address, size_t size)
{
	const uint32_t bytes = flash->sectors * flash->sector_bytes;
	return address <= bytes && size <= bytes - address;
}

enum femto_port_err cfi_read(const struct cfi *flash, uint32_t address, uint8_t *data, size_t size)
{
	if (!is_inside(flash, address, size)) {
		return FEMTO_PORT_FAILED;
	}
	memcpy(data, (const uint8_t *)(flash->first + address), size);
	return FEMTO_PORT_OK;
}

/* Waits until all chips are done, and lets them be read as memory again. */
static enum femto_port_err finish(const struct cfi *flash, uintptr_t at)
{
	const uint32_t ready = for_chips(flash, STATUS_READY);
	const uint32_t started = flash->counter();
	uint32_t status = get(flash, at);
	while ((status & ready) != ready && flash->counter() - started < flash->longest_ticks) {
		status = get(flash, at);
	}
	command(flash, at, COMMAND_CLEAR_STATUS);
	command(flash, at, COMMAND_READ);
	const bool is_done =
		(status & ready) == ready && (status & for_chips(flash, STATUS_ERRORS)) == 0;
	return is_done ? FEMTO_PORT_OK : FEMTO_PORT_FAILED;
}

static uint32_t word_of(const struct cfi *flash, const uint8_t *bytes)
{
	uint32_t word = 0;
	for (uint32_t i = 0; i < flash->word_bytes; i++) {
		word |= (uint32_t)bytes[i] << 8u * i;
	}
	return word;
}

enum femto_port_err cfi_program(
	const struct cfi *flash, uint32_t address, const uint8_t *data, size_t size)
{
	if (!is_inside(flash, address, size) || address % FEMTO_FLASH_WRITE_BYTES != 0 ||
		size % FEMTO_FLASH_WRITE_BYTES != 0) {
		return FEMTO_PORT_FAILED;
	}
	for (size_t done = 0; done < size; done += flash->word_bytes) {
		const uintptr_t at = flash->first + address + done;
		command(flash, at, COMMAND_PROGRAM);
		put(flash, at, word_of(flash, data + done));
		const enum femto_port_err error = finish(flash, at);
		if (error != FEMTO_PORT_OK) {
			return error;
		}
	}
	return FEMTO_PORT_OK;
}

enum femto_port_err cfi_erase(const struct cfi *flash, uint32_t unit)
{
	if (unit >= flash->sectors) {
		return FEMTO_PORT_FAILED;
	}
	const uintptr_t at = flash->first + unit * flash->sector_bytes;
	command(flash, at, COMMAND_ERASE);
	command(flash, at, COMMAND_CONFIRM);
	return finish(flash, at);
}
