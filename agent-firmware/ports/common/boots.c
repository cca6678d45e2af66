#include "boots.h"

#include <stdbool.h>

#define RECORD_BYTES FEMTO_FLASH_WRITE_BYTES

static uint32_t load_u32(const uint8_t *bytes)
{
	uint32_t value = 0;
	for (uint32_t i = 0; i < 4u; i++) {
		value |= (uint32_t)bytes[i] << 8u * i;
	}
	return value;
}

static void save_u32(uint8_t *bytes, uint32_t value)
{
	for (uint32_t i = 0; i < 4u; i++) {
		bytes[i] = (uint8_t)(value >> 8u * i);
	}
}

static bool is_erased(const uint8_t record[RECORD_BYTES])
{
	for (uint32_t i = 0; i < RECORD_BYTES; i++) {
		if (record[i] != FEMTO_FLASH_ERASED) {
			return false;
		}
	}
	return true;
}

/* Offset behind the last record that is not erased; `last` = highest number. */
static uint32_t scan(const struct femto_port *port, uint32_t start, uint32_t *last)
{
	uint32_t end = 0;
	for (uint32_t offset = 0; offset < port->flash.unit_bytes; offset += RECORD_BYTES) {
		uint8_t record[RECORD_BYTES] = {0};
		if (port->flash_read(port->context, start + offset, record, sizeof(record)) !=
			FEMTO_PORT_OK) {
			continue;
		}
		if (is_erased(record)) {
			continue;
		}
		end = offset + RECORD_BYTES;
		const uint32_t number = load_u32(record);
		if (number == ~load_u32(record + 4) && number > *last) {
			*last = number;
		}
	}
	return end;
}

uint32_t boots_count(const struct femto_port *port)
{
	const uint32_t unit = port->flash.unit_count;
	const uint32_t start = unit * port->flash.unit_bytes;
	uint32_t number = 0;
	uint32_t offset = scan(port, start, &number);
	if (offset >= port->flash.unit_bytes) {
		if (port->flash_erase(port->context, unit) != FEMTO_PORT_OK) {
			return 0;
		}
		offset = 0;
	}
	number++;
	uint8_t record[RECORD_BYTES];
	save_u32(record, number);
	save_u32(record + 4, ~number);
	/* a unit that lost power may read erased, and refuse: the next one is as good */
	for (; offset < port->flash.unit_bytes; offset += RECORD_BYTES) {
		if (port->flash_program(port->context, start + offset, record, sizeof(record)) ==
			FEMTO_PORT_OK) {
			return number;
		}
	}
	return 0;
}
