#include "core/store/store_log.h"

#include <string.h>

/* Bytes moved at a time; a multiple of the write unit, on the stack. */
#define CHUNK_BYTES 64u

uint32_t store_crc(uint32_t crc, const uint8_t *data, size_t size)
{
	/* Reversed polynomial 0xedb88320 by half bytes: 64 bytes of table instead of 1 KiB. */
	static const uint32_t table[16] = {0x00000000u, 0x1db71064u, 0x3b6e20c8u, 0x26d930acu,
		0x76dc4190u, 0x6b6b51f4u, 0x4db26158u, 0x5005713cu, 0xedb88320u, 0xf00f9344u,
		0xd6d6a3e8u, 0xcb61b38cu, 0x9b64c2b0u, 0x86d3d2d4u, 0xa00ae278u, 0xbdbdf21cu};
	for (size_t i = 0; i < size; i++) {
		crc ^= data[i];
		crc = crc >> 4 ^ table[crc & 0xfu];
		crc = crc >> 4 ^ table[crc & 0xfu];
	}
	return crc;
}

uint32_t store_load_u32(const uint8_t bytes[4])
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
		(uint32_t)bytes[3] << 24;
}

void store_save_u32(uint8_t bytes[4], uint32_t value)
{
	for (unsigned i = 0; i < 4; i++) {
		bytes[i] = (uint8_t)(value >> 8 * i);
	}
}

uint32_t store_record_bytes(uint32_t key_bytes, uint32_t value_bytes)
{
	uint32_t body = key_bytes + value_bytes + STORE_CRC_BYTES;
	return STORE_RECORD_HEADER_BYTES + (body + 7u) / 8u * 8u;
}

enum store_err store_flash_read(
	const struct store *store, uint32_t address, uint8_t *data, size_t size)
{
	const struct femto_port *port = store->port;
	enum femto_port_err outcome = port->flash_read(port->context, address, data, size);
	return outcome == FEMTO_PORT_OK ? STORE_OK : STORE_ERR_FLASH;
}

/* CRC in a record's header: what the header says, and where it stands. */
static uint32_t header_crc(
	const struct store *store, const uint8_t bytes[4], uint32_t address, uint32_t sequence)
{
	uint8_t place[8];
	store_save_u32(place, sequence);
	store_save_u32(place + 4, address % store->port->flash.unit_bytes);
	uint32_t crc = store_crc(STORE_CRC_START, bytes, 4);
	return ~store_crc(crc, place, sizeof place);
}

static void header_encode(const struct store_header *header, uint8_t bytes[4])
{
	bytes[0] = header->kind;
	bytes[1] = header->key_bytes;
	bytes[2] = (uint8_t)(header->value_bytes & 0xffu);
	bytes[3] = (uint8_t)(header->value_bytes >> 8);
}

enum store_err store_header_read(const struct store *store, uint32_t address, uint32_t sequence,
	struct store_header *header)
{
	uint8_t bytes[STORE_RECORD_HEADER_BYTES];
	enum store_err outcome = store_flash_read(store, address, bytes, sizeof bytes);
	if (outcome != STORE_OK) {
		return outcome;
	}
	if (store_load_u32(bytes + 4) != header_crc(store, bytes, address, sequence)) {
		return STORE_NOT_FOUND;
	}
	struct store_header found = {bytes[0], bytes[1], (uint16_t)(bytes[2] | bytes[3] << 8)};
	uint32_t unit_bytes = store->port->flash.unit_bytes;
	uint32_t room = unit_bytes - address % unit_bytes;
	if (found.key_bytes > STORE_KEY_BYTES ||
		store_record_bytes(found.key_bytes, found.value_bytes) > room) {
		return STORE_NOT_FOUND;
	}
	*header = found;
	return STORE_OK;
}

enum store_err store_body_check(const struct store *store, uint32_t address,
	const struct store_header *header, uint32_t *tag)
{
	uint8_t buffer[CHUNK_BYTES];
	header_encode(header, buffer);
	uint32_t crc = store_crc(STORE_CRC_START, buffer, 4);
	uint32_t at = address + STORE_RECORD_HEADER_BYTES;
	enum store_err outcome = store_flash_read(store, at, buffer, header->key_bytes);
	if (outcome != STORE_OK) {
		return outcome;
	}
	crc = store_crc(crc, buffer, header->key_bytes);
	uint32_t key_tag = ~store_crc(STORE_CRC_START, buffer, header->key_bytes);
	at += header->key_bytes;
	for (uint32_t left = header->value_bytes; left > 0;) {
		uint32_t size = left < CHUNK_BYTES ? left : CHUNK_BYTES;
		outcome = store_flash_read(store, at, buffer, size);
		if (outcome != STORE_OK) {
			return outcome;
		}
		crc = store_crc(crc, buffer, size);
		at += size;
		left -= size;
	}
	uint32_t end = address + store_record_bytes(header->key_bytes, header->value_bytes);
	outcome = store_flash_read(store, end - STORE_CRC_BYTES, buffer, STORE_CRC_BYTES);
	if (outcome != STORE_OK) {
		return outcome;
	}
	if (store_load_u32(buffer) != ~crc) {
		return STORE_NOT_FOUND;
	}
	*tag = key_tag;
	return STORE_OK;
}

static enum store_err program(
	const struct store *store, uint32_t address, const uint8_t *data, size_t size)
{
	const struct femto_port *port = store->port;
	enum femto_port_err outcome = port->flash_program(port->context, address, data, size);
	return outcome == FEMTO_PORT_OK ? STORE_OK : STORE_ERR_FLASH;
}

static enum store_err program_header(const struct store *store, uint32_t address,
	uint32_t sequence, const struct store_header *header)
{
	uint8_t bytes[STORE_RECORD_HEADER_BYTES];
	header_encode(header, bytes);
	store_save_u32(bytes + 4, header_crc(store, bytes, address, sequence));
	return program(store, address, bytes, sizeof bytes);
}

/* Collects bytes and programs them in chunks. */
struct writer {
	const struct store *store;
	uint32_t address;             /* where `buffer` goes, a multiple of 8 */
	uint32_t filled;              /* bytes in it, less than CHUNK_BYTES between calls */
	uint8_t buffer[CHUNK_BYTES];
};

static enum store_err writer_flush(struct writer *writer)
{
	enum store_err outcome = program(writer->store, writer->address, writer->buffer, writer->filled);
	writer->address += writer->filled;
	writer->filled = 0;
	return outcome;
}

static enum store_err writer_add(struct writer *writer, const uint8_t *data, size_t size)
{
	while (size > 0) {
		size_t room = CHUNK_BYTES - writer->filled;
		size_t taken = size < room ? size : room;
		memcpy(writer->buffer + writer->filled, data, taken);
		writer->filled += (uint32_t)taken;
		data += taken;
		size -= taken;
		if (writer->filled == CHUNK_BYTES) {
			enum store_err outcome = writer_flush(writer);
			if (outcome != STORE_OK) {
				return outcome;
			}
		}
	}
	return STORE_OK;
}

/* Zeros and the CRC, so that the record ends at a multiple of 8. */
static enum store_err writer_end(struct writer *writer, uint32_t crc)
{
	uint8_t bytes[8 + STORE_CRC_BYTES] = {0};
	uint32_t zeros = (8u - (writer->filled + STORE_CRC_BYTES) % 8u) % 8u;
	store_save_u32(bytes + zeros, crc);
	enum store_err outcome = writer_add(writer, bytes, zeros + STORE_CRC_BYTES);
	if (outcome == STORE_OK && writer->filled > 0) {
		outcome = writer_flush(writer);
	}
	return outcome;
}

/* Whether a record with this header reads back right. */
static enum store_err verify(const struct store *store, uint32_t address, uint32_t sequence)
{
	struct store_header header;
	uint32_t tag;
	enum store_err outcome = store_header_read(store, address, sequence, &header);
	if (outcome == STORE_OK) {
		outcome = store_body_check(store, address, &header, &tag);
	}
	return outcome == STORE_OK ? STORE_OK : STORE_ERR_FLASH;
}

enum store_err store_record_write(const struct store *store, uint32_t address, uint32_t sequence,
	const struct store_record *record)
{
	uint8_t kind = (uint8_t)(record->key->kind | (record->removed ? STORE_REMOVED : 0u));
	struct store_header header = {kind, record->key->size, (uint16_t)record->value_bytes};
	uint8_t start[4];
	header_encode(&header, start);
	uint32_t crc = store_crc(STORE_CRC_START, start, sizeof start);
	struct writer writer = {.store = store, .address = address + STORE_RECORD_HEADER_BYTES};
	enum store_err outcome = program_header(store, address, sequence, &header);
	if (outcome == STORE_OK) {
		crc = store_crc(crc, record->key->bytes, record->key->size);
		outcome = writer_add(&writer, record->key->bytes, record->key->size);
	}
	for (size_t i = 0; outcome == STORE_OK && i < record->part_count; i++) {
		crc = store_crc(crc, record->parts[i].data, record->parts[i].size);
		outcome = writer_add(&writer, record->parts[i].data, record->parts[i].size);
	}
	if (outcome == STORE_OK) {
		outcome = writer_end(&writer, ~crc);
	}
	return outcome == STORE_OK ? verify(store, address, sequence) : outcome;
}

enum store_err store_record_copy(const struct store *store, uint32_t address, uint32_t sequence,
	const struct store_entry *from)
{
	uint8_t buffer[CHUNK_BYTES];
	enum store_err outcome = store_flash_read(store, from->address, buffer, 4);
	if (outcome != STORE_OK) {
		return outcome;
	}
	struct store_header header = {buffer[0], buffer[1], (uint16_t)(buffer[2] | buffer[3] << 8)};
	outcome = program_header(store, address, sequence, &header);
	uint32_t done = STORE_RECORD_HEADER_BYTES;
	while (outcome == STORE_OK && done < from->record_bytes) {
		uint32_t left = from->record_bytes - done;
		uint32_t size = left < CHUNK_BYTES ? left : CHUNK_BYTES;
		outcome = store_flash_read(store, from->address + done, buffer, size);
		if (outcome == STORE_OK) {
			outcome = program(store, address + done, buffer, size);
		}
		done += size;
	}
	return outcome == STORE_OK ? verify(store, address, sequence) : outcome;
}
