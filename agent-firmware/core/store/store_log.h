/* Inside of the store: units and records. Used by core/store alone. */
#ifndef STORE_STORE_LOG_H
#define STORE_STORE_LOG_H

#include "core/store/store.h"

#define STORE_UNIT_HEADER_BYTES 16u
#define STORE_RECORD_HEADER_BYTES 8u
#define STORE_CRC_BYTES 4u
#define STORE_REMOVED 0x80u

/* Start value of a CRC-32 (IEEE 802.3, reflected), and what has to be applied at the end. */
#define STORE_CRC_START 0xffffffffu

/* What stands in the first 4 bytes of a record. */
struct store_header {
	uint8_t kind;        /* with STORE_REMOVED */
	uint8_t key_bytes;   /* at most STORE_KEY_BYTES */
	uint16_t value_bytes;
};

/* A record to write: header, key, then the parts of the value. */
struct store_record {
	const struct store_key *key;
	const struct store_part *parts;
	size_t part_count;
	uint32_t value_bytes; /* of all parts together */
	bool removed;         /* a removal: no value */
};

uint32_t store_crc(uint32_t crc, const uint8_t *data, size_t size);
uint32_t store_load_u32(const uint8_t bytes[4]);
void store_save_u32(uint8_t bytes[4], uint32_t value);

/* Length of a record in flash. Does not overflow: both are bounded by 16 and 8 bits. */
uint32_t store_record_bytes(uint32_t key_bytes, uint32_t value_bytes);

/* store_record.c: bytes. Addresses are of the whole flash. */
enum store_err store_flash_read(
	const struct store *store, uint32_t address, uint8_t *data, size_t size);
/* STORE_NOT_FOUND = no right header there for that unit sequence. */
enum store_err store_header_read(const struct store *store, uint32_t address, uint32_t sequence,
	struct store_header *header);
/* STORE_NOT_FOUND = the record's last CRC is wrong; `tag` = CRC of its key. */
enum store_err store_body_check(const struct store *store, uint32_t address,
	const struct store_header *header, uint32_t *tag);
/* Programs a whole record for that unit sequence and reads it back. */
enum store_err store_record_write(const struct store *store, uint32_t address, uint32_t sequence,
	const struct store_record *record);
/* Programs a copy of the record at `from`. */
enum store_err store_record_copy(const struct store *store, uint32_t address, uint32_t sequence,
	const struct store_entry *from);

/* store_scan.c: fills the index and finds the end of the log. */
enum store_err store_scan(struct store *store);

/* store_log.c: units. */
uint32_t store_unit_bytes(const struct store *store);
uint32_t store_unit_count(const struct store *store);
/* Oldest unit of the log younger than unit `after` (unit_count = no bound); unit_count = none. */
uint32_t store_next_unit(const struct store *store, uint32_t after);
/* Oldest unit of the log; unit_count = none. */
uint32_t store_oldest_unit(const struct store *store);
/* Takes the unit into the log, if its header is right. */
enum store_err store_unit_check(struct store *store, uint32_t unit);
/* Makes room for a record of that length at store->tail and store->offset. */
enum store_err store_make_room(struct store *store, uint32_t record_bytes);
/* Sum of the lengths of all records in the index. */
uint32_t store_live_bytes(const struct store *store);

#endif
