#include "core/store/store_log.h"

#include <string.h>

#define UNIT_MAGIC 0x314c5346u

static uint32_t unit_bit(uint32_t unit)
{
	return UINT32_C(1) << unit;
}

static uint32_t unit_bytes(const struct store *store)
{
	return store->port->flash.unit_bytes;
}

static uint32_t unit_count(const struct store *store)
{
	return store->port->flash.unit_count;
}

/* Whether sequence a was given out before b. Exact while all lie within 2^31. */
static bool is_older(uint32_t a, uint32_t b)
{
	uint32_t distance = b - a;
	return distance != 0 && distance < UINT32_C(0x80000000);
}

/* Oldest unit of the log younger than unit `after` (unit_count = no bound); unit_count = none. */
static uint32_t next_unit(const struct store *store, uint32_t after)
{
	uint32_t found = unit_count(store);
	for (uint32_t unit = 0; unit < unit_count(store); unit++) {
		bool is_member = (store->used & unit_bit(unit)) != 0;
		bool is_behind = after == unit_count(store) ||
			is_older(store->sequences[after], store->sequences[unit]);
		if (is_member && is_behind &&
			(found == unit_count(store) ||
				is_older(store->sequences[unit], store->sequences[found]))) {
			found = unit;
		}
	}
	return found;
}

static uint32_t oldest_unit(const struct store *store)
{
	return next_unit(store, unit_count(store));
}

/* --- Opening */

static enum store_err read_unit_header(struct store *store, uint32_t unit)
{
	uint8_t bytes[STORE_UNIT_HEADER_BYTES];
	enum store_err outcome =
		store_flash_read(store, unit * unit_bytes(store), bytes, sizeof bytes);
	if (outcome != STORE_OK) {
		return outcome;
	}
	if (store_load_u32(bytes) == UNIT_MAGIC && store_load_u32(bytes + 8) == STORE_FORMAT &&
		store_load_u32(bytes + 12) == ~store_crc(STORE_CRC_START, bytes, 12)) {
		store->used |= unit_bit(unit);
		store->sequences[unit] = store_load_u32(bytes + 4);
	}
	return STORE_OK;
}

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

/* Whether 8 bytes read erased. */
static enum store_err is_blank(const struct store *store, uint32_t address, bool *blank)
{
	uint8_t bytes[FEMTO_FLASH_WRITE_BYTES];
	enum store_err outcome = store_flash_read(store, address, bytes, sizeof bytes);
	if (outcome == STORE_OK) {
		*blank = true;
		for (size_t i = 0; i < sizeof bytes; i++) {
			*blank = *blank && bytes[i] == FEMTO_FLASH_ERASED;
		}
	}
	return outcome;
}

/* Takes all records of one unit; `end` = offset behind the last thing that does not read erased. */
static enum store_err scan_unit(struct store *store, uint32_t unit, uint32_t *end)
{
	uint32_t base = unit * unit_bytes(store);
	uint32_t offset = STORE_UNIT_HEADER_BYTES;
	*end = offset;
	while (offset + STORE_RECORD_HEADER_BYTES <= unit_bytes(store)) {
		struct store_header header;
		uint32_t sequence = store->sequences[unit];
		enum store_err outcome = store_header_read(store, base + offset, sequence, &header);
		if (outcome == STORE_OK) {
			outcome = take_record(store, base + offset, &header);
			offset += store_record_bytes(header.key_bytes, header.value_bytes);
			*end = offset;
		} else if (outcome == STORE_NOT_FOUND) {
			bool blank = true;
			outcome = is_blank(store, base + offset, &blank);
			offset += FEMTO_FLASH_WRITE_BYTES;
			*end = blank ? *end : offset;
		}
		if (outcome != STORE_OK) {
			return outcome;
		}
	}
	return STORE_OK;
}

enum store_err store_scan(struct store *store)
{
	memset(store->entries, 0, sizeof store->entries);
	store->used = 0;
	store->tail = unit_count(store);
	store->offset = 0;
	for (uint32_t unit = 0; unit < unit_count(store); unit++) {
		enum store_err outcome = read_unit_header(store, unit);
		if (outcome != STORE_OK) {
			return outcome;
		}
	}
	for (uint32_t unit = oldest_unit(store); unit < unit_count(store);
		unit = next_unit(store, unit)) {
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

/* --- Making room */

static uint32_t free_units(const struct store *store)
{
	uint32_t count = 0;
	for (uint32_t unit = 0; unit < unit_count(store); unit++) {
		count += (store->used & unit_bit(unit)) == 0 ? 1u : 0u;
	}
	return count;
}

uint32_t store_live_bytes(const struct store *store)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < STORE_ENTRIES_MAX; i++) {
		sum += store->entries[i].kind == 0 ? 0u : store->entries[i].record_bytes;
	}
	return sum;
}

static bool is_in_unit(const struct store *store, const struct store_entry *entry, uint32_t unit)
{
	return entry->kind != 0 && entry->address / unit_bytes(store) == unit;
}

static bool has_live_records(const struct store *store, uint32_t unit)
{
	for (size_t i = 0; i < STORE_ENTRIES_MAX; i++) {
		if (is_in_unit(store, &store->entries[i], unit)) {
			return true;
		}
	}
	return false;
}

static enum store_err erase(struct store *store, uint32_t unit)
{
	const struct femto_port *port = store->port;
	if (port->flash_erase(port->context, unit) != FEMTO_PORT_OK) {
		return STORE_ERR_FLASH;
	}
	store->erased |= unit_bit(unit);
	store->used &= ~unit_bit(unit);
	return STORE_OK;
}

/* Erases the oldest units as long as nothing counts in them: the order keeps removals in force. */
static enum store_err retire_oldest(struct store *store)
{
	uint32_t unit = oldest_unit(store);
	while (unit < unit_count(store) && unit != store->tail && !has_live_records(store, unit)) {
		enum store_err outcome = erase(store, unit);
		if (outcome != STORE_OK) {
			return outcome;
		}
		unit = oldest_unit(store);
	}
	return STORE_OK;
}

/* An erased unit outside the log, the next behind the tail so that all wear alike. */
static enum store_err take_free_unit(struct store *store, uint32_t *unit)
{
	uint32_t start = store->tail == unit_count(store) ? 0 : store->tail + 1u;
	for (uint32_t i = 0; i < unit_count(store); i++) {
		uint32_t candidate = (start + i) % unit_count(store);
		if ((store->used & unit_bit(candidate)) != 0) {
			continue;
		}
		*unit = candidate;
		if ((store->erased & unit_bit(candidate)) == 0) {
			enum store_err outcome = erase(store, candidate);
			if (outcome != STORE_OK) {
				return outcome;
			}
		}
		store->erased &= ~unit_bit(candidate);
		return STORE_OK;
	}
	return STORE_FULL;
}

static uint32_t next_sequence(const struct store *store)
{
	return store->tail == unit_count(store) ? 1u : store->sequences[store->tail] + 1u;
}

/* Makes `unit` the tail of the log, in which records stand up to `offset`. */
static enum store_err begin_unit(struct store *store, uint32_t unit, uint32_t offset)
{
	const struct femto_port *port = store->port;
	uint32_t sequence = next_sequence(store);
	uint8_t bytes[STORE_UNIT_HEADER_BYTES];
	store_save_u32(bytes, UNIT_MAGIC);
	store_save_u32(bytes + 4, sequence);
	store_save_u32(bytes + 8, STORE_FORMAT);
	store_save_u32(bytes + 12, ~store_crc(STORE_CRC_START, bytes, 12));
	uint32_t address = unit * unit_bytes(store);
	if (port->flash_program(port->context, address, bytes, sizeof bytes) != FEMTO_PORT_OK) {
		return STORE_ERR_FLASH;
	}
	enum store_err outcome = read_unit_header(store, unit);
	if (outcome != STORE_OK || (store->used & unit_bit(unit)) == 0) {
		return STORE_ERR_FLASH;
	}
	store->tail = unit;
	store->offset = offset;
	return STORE_OK;
}

/* Copies what counts in `from` to `unit` as long as it fits; `all` = nothing was left behind. */
static enum store_err move_records(
	struct store *store, uint32_t from, uint32_t unit, uint32_t *offset, bool *all)
{
	for (size_t i = 0; i < STORE_ENTRIES_MAX; i++) {
		struct store_entry *entry = &store->entries[i];
		if (!is_in_unit(store, entry, from)) {
			continue;
		}
		if (entry->record_bytes > unit_bytes(store) - *offset) {
			*all = false;
			continue;
		}
		uint32_t address = unit * unit_bytes(store) + *offset;
		enum store_err outcome =
			store_record_copy(store, address, next_sequence(store), entry);
		if (outcome != STORE_OK) {
			return outcome;
		}
		entry->address = address;
		*offset += entry->record_bytes;
	}
	return STORE_OK;
}

/*
 * Moves what counts in the oldest unit into an erased one, and of younger units as long as the room
 * for the new record is still missing: so units that are half empty are joined.
 */
static enum store_err compact(struct store *store, uint32_t record_bytes)
{
	uint32_t unit;
	enum store_err outcome = take_free_unit(store, &unit);
	uint32_t offset = STORE_UNIT_HEADER_BYTES;
	bool all = true;
	uint32_t from = oldest_unit(store);
	while (outcome == STORE_OK && all && from < unit_count(store)) {
		outcome = move_records(store, from, unit, &offset, &all);
		if (record_bytes <= unit_bytes(store) - offset) {
			break;
		}
		from = next_unit(store, from);
	}
	if (outcome == STORE_OK) {
		outcome = begin_unit(store, unit, offset);
	}
	return outcome == STORE_OK ? retire_oldest(store) : outcome;
}

static bool fits_in_tail(const struct store *store, uint32_t record_bytes)
{
	return store->tail < unit_count(store) && store->offset <= unit_bytes(store) &&
		record_bytes <= unit_bytes(store) - store->offset;
}

/* One step towards room: a fresh unit if one remains for compaction, else compaction. */
static enum store_err advance(struct store *store, uint32_t record_bytes)
{
	enum store_err outcome = retire_oldest(store);
	if (outcome != STORE_OK) {
		return outcome;
	}
	if (free_units(store) < 2) {
		return compact(store, record_bytes);
	}
	uint32_t unit;
	outcome = take_free_unit(store, &unit);
	return outcome == STORE_OK ? begin_unit(store, unit, STORE_UNIT_HEADER_BYTES) : outcome;
}

enum store_err store_make_room(struct store *store, uint32_t record_bytes)
{
	/* Every unit is visited at most once; then no step can win anything. */
	for (uint32_t i = 0; i <= unit_count(store); i++) {
		if (fits_in_tail(store, record_bytes)) {
			return STORE_OK;
		}
		enum store_err outcome = advance(store, record_bytes);
		if (outcome != STORE_OK) {
			return outcome;
		}
	}
	return fits_in_tail(store, record_bytes) ? STORE_OK : STORE_FULL;
}
