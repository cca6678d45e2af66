#include "tests/support/fake_flash.h"

#include <string.h>

#define UNIT FEMTO_FLASH_WRITE_BYTES

/* xorshift32: the bits that a cut leaves are the same in every run. */
static uint32_t next_random(struct fake_flash *flash)
{
	flash->seed ^= flash->seed << 13;
	flash->seed ^= flash->seed >> 17;
	flash->seed ^= flash->seed << 5;
	return flash->seed;
}

static uint32_t size_of(const struct fake_flash *flash)
{
	return flash->geometry.unit_bytes * flash->geometry.unit_count;
}

static enum femto_port_err broken(struct fake_flash *flash)
{
	flash->violations++;
	return FEMTO_PORT_FAILED;
}

static enum femto_port_err read_flash(void *context, uint32_t address, uint8_t *data, size_t size)
{
	struct fake_flash *flash = context;
	if (flash->is_off) {
		return FEMTO_PORT_FAILED;
	}
	if (address > size_of(flash) || size > size_of(flash) - address) {
		return broken(flash);
	}
	memcpy(data, flash->bytes + address, size);
	return FEMTO_PORT_OK;
}

static void program_bits(
	struct fake_flash *flash, uint32_t address, const uint8_t *data, bool is_half)
{
	flash->touched[address / UNIT] = true;
	for (uint32_t i = 0; i < UNIT; i++) {
		uint8_t unchanged = is_half ? (uint8_t)next_random(flash) : 0;
		flash->bytes[address + i] &= (uint8_t)(data[i] | unchanged);
	}
}

/* The power fails in a program call whose first unit not done is `data`. */
static void cut_program(
	struct fake_flash *flash, uint32_t address, const uint8_t *data, size_t size)
{
	flash->is_off = true;
	switch (flash->cut) {
	case FAKE_CUT_BEFORE:
		break;
	case FAKE_CUT_HALF:
		for (size_t done = 0; done < size; done += UNIT) {
			if (done == 0 || next_random(flash) % 2 == 0) {
				bool is_half = done == 0 || next_random(flash) % 2 == 0;
				program_bits(flash, address + (uint32_t)done, data + done, is_half);
			}
		}
		break;
	case FAKE_CUT_INVISIBLE:
		flash->faint[address / UNIT] = true;
		break;
	case FAKE_CUT_AFTER:
		program_bits(flash, address, data, false);
		break;
	}
}

static enum femto_port_err program_flash(
	void *context, uint32_t address, const uint8_t *data, size_t size)
{
	struct fake_flash *flash = context;
	uint32_t unit_bytes = flash->geometry.unit_bytes;
	if (flash->is_off) {
		return FEMTO_PORT_FAILED;
	}
	if (address % UNIT != 0 || size % UNIT != 0 || size == 0 || address >= size_of(flash) ||
		size > unit_bytes - address % unit_bytes) {
		return broken(flash);
	}
	for (size_t done = 0; done < size; done += UNIT) {
		uint32_t at = address + (uint32_t)done;
		if (flash->touched[at / UNIT]) {
			return broken(flash);
		}
		if (flash->faint[at / UNIT]) {
			flash->refusals++;
			return FEMTO_PORT_FAILED;
		}
		if (at / unit_bytes == flash->refused_unit) {
			return FEMTO_PORT_FAILED;
		}
		if (flash->observe != NULL) {
			const struct fake_operation operation = {data + done, size - done, at};
			flash->observe(flash, &operation);
		}
		if (flash->operations >= flash->dead_at) {
			return FEMTO_PORT_FAILED;
		}
		if (flash->operations == flash->fail_at) {
			flash->operations++;
			program_bits(flash, at, data + done, true);
			return FEMTO_PORT_FAILED;
		}
		if (flash->operations++ == flash->cut_at) {
			cut_program(flash, at, data + done, size - done);
			return FEMTO_PORT_FAILED;
		}
		program_bits(flash, at, data + done, false);
	}
	return FEMTO_PORT_OK;
}

static void erase_unit(struct fake_flash *flash, uint32_t unit)
{
	uint32_t unit_bytes = flash->geometry.unit_bytes;
	memset(flash->bytes + unit * unit_bytes, FEMTO_FLASH_ERASED, unit_bytes);
	memset(flash->touched + unit * unit_bytes / UNIT, 0, unit_bytes / UNIT * sizeof(bool));
	memset(flash->faint + unit * unit_bytes / UNIT, 0, unit_bytes / UNIT * sizeof(bool));
}

static void cut_erase(struct fake_flash *flash, uint32_t unit)
{
	uint32_t unit_bytes = flash->geometry.unit_bytes;
	flash->is_off = true;
	if (flash->cut == FAKE_CUT_AFTER) {
		erase_unit(flash, unit);
	}
	if (flash->cut == FAKE_CUT_HALF) {
		for (uint32_t i = unit * unit_bytes; i < (unit + 1) * unit_bytes; i++) {
			/* Most bytes keep what they had, so that a header may outlive its records. */
			flash->bytes[i] |= next_random(flash) % 8 == 0 ? (uint8_t)next_random(flash) : 0;
			flash->touched[i / UNIT] = true;
		}
	}
}

static enum femto_port_err erase_flash(void *context, uint32_t unit)
{
	struct fake_flash *flash = context;
	if (flash->is_off) {
		return FEMTO_PORT_FAILED;
	}
	if (unit >= flash->geometry.unit_count) {
		return broken(flash);
	}
	if (flash->observe != NULL) {
		const struct fake_operation operation = {NULL, 0, unit * flash->geometry.unit_bytes};
		flash->observe(flash, &operation);
	}
	if (flash->operations >= flash->dead_at) {
		return FEMTO_PORT_FAILED;
	}
	if (flash->operations == flash->fail_at) {
		flash->operations++;
		return FEMTO_PORT_FAILED;
	}
	if (flash->operations++ == flash->cut_at) {
		cut_erase(flash, unit);
		return FEMTO_PORT_FAILED;
	}
	flash->erases++;
	erase_unit(flash, unit);
	return FEMTO_PORT_OK;
}

void fake_flash_cut(struct fake_flash *flash, const struct fake_operation *operation)
{
	if (operation->data == NULL) {
		cut_erase(flash, operation->address / flash->geometry.unit_bytes);
	} else {
		cut_program(flash, operation->address, operation->data, operation->size);
	}
	flash->is_off = false;
}

void fake_flash_init(struct fake_flash *flash, uint32_t unit_bytes, uint32_t count, uint8_t fill)
{
	memset(flash, 0, sizeof *flash);
	flash->geometry = (struct femto_flash_geometry){unit_bytes, count};
	flash->cut_at = UINT64_MAX;
	flash->fail_at = UINT64_MAX;
	flash->dead_at = UINT64_MAX;
	flash->refused_unit = UINT32_MAX;
	flash->seed = 0x2545f491u;
	memset(flash->bytes, fill, sizeof flash->bytes);
	for (size_t i = 0; i < sizeof flash->touched / sizeof flash->touched[0]; i++) {
		flash->touched[i] = fill != FEMTO_FLASH_ERASED;
	}
}

struct femto_port fake_flash_port(struct fake_flash *flash)
{
	struct femto_port port = {.context = flash, .flash = flash->geometry};
	port.flash_read = read_flash;
	port.flash_program = program_flash;
	port.flash_erase = erase_flash;
	return port;
}
