#include "core/store/store_log.h"

#include <string.h>

/* Whether the keys of two records are equal, byte by byte. */
static enum store_err compare_keys(
	const struct store *store, uint32_t left, uint32_t right, bool *equal)
{
	uint8_t a[STORE_RECORD_HEADER_BYTES + STORE_KEY_BYTES];
	uint8_t b[STORE_RECORD_HEADER_BYTES + STORE_KEY_BYTES];
	/* Only what the header promises is read: the record may end at the end of the flash. */
	enum store_err outcome = store_flash_read(store, left, a, STORE_RECORD_HEADER_BYTES);
	if (outcome == STORE_OK) {
		outcome = store_flash_read(store, right, b, STORE_RECORD_HEADER_BYTES);
	}
	if (outcome != STORE_OK) {
		return outcome;
	}
	uint8_t size = a[1];
	if (size != b[1] || size > STORE_KEY_BYTES) {
		*equal = false;
		return STORE_OK;
	}
	outcome = store_flash_read(store, left + STORE_RECORD_HEADER_BYTES, a, size);
	if (outcome == STORE_OK) {
		outcome = store_flash_read(store, right + STORE_RECORD_HEADER_BYTES, b, size);
	}
	if (outcome == STORE_OK) {
		*equal = memcmp(a, b, size) == 0;
	}
	return outcome;
}

/* The entry with the key of the record at `address`, else an unused one, else NULL. */
static enum store_err find_slot(struct store *store, uint32_t address, uint8_t kind, uint32_t tag,
	struct store_entry **slot)
{
	struct store_entry *unused = NULL;
	for (size_t i = 0; i < STORE_ENTRIES_MAX; i++) {
		struct store_entry *entry = &store->entries[i];
		if (entry->kind == 0 && unused == NULL) {
			unused = entry;
		}
		if (entry->kind != kind || entry->tag != tag) {
			continue;
		}
		bool equal = false;
		enum store_err outcome = compare_keys(store, entry->address, address, &equal);
		if (outcome != STORE_OK) {
			return outcome;
		}
		if (equal) {
			*slot = entry;
			return STORE_OK;
		}
	}
	*slot = unused;
	return STORE_OK;
}

/* Takes one record into the index, if its end is right. */
static enum store_err take_record(
	struct store *store, uint32_t address, const struct store_header *header)
{
	uint32_t tag;
	enum store_err outcome = store_body_check(store, address, header, &tag);
	if (outcome != STORE_OK) {
		return outcome == STORE_NOT_FOUND ? STORE_OK : outcome;
	}
	uint8_t kind = (uint8_t)(header->kind & ~STORE_REMOVED);
	if (kind == 0) {
		return STORE_OK; /* no version of this program writes it */
	}
	bool is_removal = (header->kind & STORE_REMOVED) != 0;
	struct store_entry *slot = NULL;
	outcome = find_slot(store, address, kind, tag, &slot);
	if (outcome != STORE_OK) {
		return outcome;
	}
	if (is_removal) {
		if (slot != NULL) {
			slot->kind = 0;
		}
		return STORE_OK;
	}
	if (slot == NULL) {
		return STORE_FULL;
	}
	uint32_t size = store_record_bytes(header->key_bytes, header->value_bytes);
	*slot = (struct store_entry){tag, address, size, kind};
	return STORE_OK;
}

/* Bytes from `address` on that read erased: a multiple of the write unit, at most `limit`. */
static enum store_err blank_run(
	const struct store *store, uint32_t address, uint32_t limit, uint32_t *run)
{
	uint8_t bytes[64];
	uint32_t size = limit < sizeof bytes ? limit : (uint32_t)sizeof bytes;
	enum store_err outcome = store_flash_read(store, address, bytes, size);
	if (outcome == STORE_OK) {
		uint32_t blank = 0;
		while (blank < size && bytes[blank] == FEMTO_FLASH_ERASED) {
			blank++;
		}
		*run = blank - blank % FEMTO_FLASH_WRITE_BYTES;
	}
	return outcome;
}

/* Takes what stands at `offset`, and moves it behind that. */
static enum store_err scan_step(struct store *store, uint32_t unit, uint32_t *offset)
{
	uint32_t address = unit * store_unit_bytes(store) + *offset;
	struct store_header header;
	enum store_err outcome =
		store_header_read(store, address, store->sequences[unit], &header);
	if (outcome == STORE_NOT_FOUND) {
		*offset += FEMTO_FLASH_WRITE_BYTES;
		return STORE_OK;
	}
	if (outcome != STORE_OK) {
		return outcome;
	}
	*offset += store_record_bytes(header.key_bytes, header.value_bytes);
	return take_record(store, address, &header);
}

/* Takes all records of one unit; `end` = offset behind the last thing that does not read erased. */
static enum store_err scan_unit(struct store *store, uint32_t unit, uint32_t *end)
{
	uint32_t base = unit * store_unit_bytes(store);
	uint32_t offset = STORE_UNIT_HEADER_BYTES;
	*end = offset;
	while (offset < store_unit_bytes(store)) {
		uint32_t blank = 0;
		enum store_err outcome =
			blank_run(store, base + offset, store_unit_bytes(store) - offset, &blank);
		if (outcome == STORE_OK && blank == 0) {
			outcome = scan_step(store, unit, &offset);
			*end = offset;
		}
		if (outcome != STORE_OK) {
			return outcome;
		}
		offset += blank;
	}
	return STORE_OK;
}

enum store_err store_scan(struct store *store)
{
	memset(store->entries, 0, sizeof store->entries);
	store->used = 0;
	store->tail = store_unit_count(store);
	store->offset = 0;
	for (uint32_t unit = 0; unit < store_unit_count(store); unit++) {
		enum store_err outcome = store_unit_check(store, unit);
		if (outcome != STORE_OK) {
			return outcome;
		}
	}
	for (uint32_t unit = store_oldest_unit(store); unit < store_unit_count(store);
		unit = store_next_unit(store, unit)) {
		uint32_t end;
		enum store_err outcome = scan_unit(store, unit, &end);
		if (outcome != STORE_OK) {
			return outcome;
		}
		store->tail = unit;
		/* Power may have failed in a write of which nothing is to be seen: leave one write unit. */
		store->offset = end + FEMTO_FLASH_WRITE_BYTES;
	}
	return STORE_OK;
}
