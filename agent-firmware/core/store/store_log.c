#include "core/store/store_log.h"

#define UNIT_MAGIC 0x314c5346u

static uint32_t unit_bit(uint32_t unit)
{
	return UINT32_C(1) << unit;
}

uint32_t store_unit_bytes(const struct store *store)
{
	return store->port->flash.unit_bytes;
}

uint32_t store_unit_count(const struct store *store)
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
uint32_t store_next_unit(const struct store *store, uint32_t after)
{
	uint32_t found = store_unit_count(store);
	for (uint32_t unit = 0; unit < store_unit_count(store); unit++) {
		bool is_member = (store->used & unit_bit(unit)) != 0;
		bool is_behind = after == store_unit_count(store) ||
			is_older(store->sequences[after], store->sequences[unit]);
		if (is_member && is_behind &&
			(found == store_unit_count(store) ||
				is_older(store->sequences[unit], store->sequences[found]))) {
			found = unit;
		}
	}
	return found;
}

uint32_t store_oldest_unit(const struct store *store)
{
	return store_next_unit(store, store_unit_count(store));
}

enum store_err store_unit_check(struct store *store, uint32_t unit)
{
	uint8_t bytes[STORE_UNIT_HEADER_BYTES];
	enum store_err outcome =
		store_flash_read(store, unit * store_unit_bytes(store), bytes, sizeof bytes);
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

static uint32_t free_units(const struct store *store)
{
	uint32_t count = 0;
	for (uint32_t unit = 0; unit < store_unit_count(store); unit++) {
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
	return entry->kind != 0 && entry->address / store_unit_bytes(store) == unit;
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
	uint32_t unit = store_oldest_unit(store);
	while (unit < store_unit_count(store) && unit != store->tail && !has_live_records(store, unit)) {
		enum store_err outcome = erase(store, unit);
		if (outcome != STORE_OK) {
			return outcome;
		}
		unit = store_oldest_unit(store);
	}
	return STORE_OK;
}

/* An erased unit outside the log, the next behind the tail so that all wear alike. */
static enum store_err take_free_unit(struct store *store, uint32_t *unit)
{
	uint32_t start = store->tail == store_unit_count(store) ? 0 : store->tail + 1u;
	for (uint32_t i = 0; i < store_unit_count(store); i++) {
		uint32_t candidate = (start + i) % store_unit_count(store);
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
	return store->tail == store_unit_count(store) ? 1u : store->sequences[store->tail] + 1u;
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
	uint32_t address = unit * store_unit_bytes(store);
	if (port->flash_program(port->context, address, bytes, sizeof bytes) != FEMTO_PORT_OK) {
		return STORE_ERR_FLASH;
	}
	enum store_err outcome = store_unit_check(store, unit);
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
		if (entry->record_bytes > store_unit_bytes(store) - *offset) {
			*all = false;
			continue;
		}
		uint32_t address = unit * store_unit_bytes(store) + *offset;
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
	uint32_t from = store_oldest_unit(store);
	while (outcome == STORE_OK && all && from < store_unit_count(store)) {
		outcome = move_records(store, from, unit, &offset, &all);
		if (record_bytes <= store_unit_bytes(store) - offset) {
			break;
		}
		from = store_next_unit(store, from);
	}
	if (outcome == STORE_OK) {
		outcome = begin_unit(store, unit, offset);
	}
	return outcome == STORE_OK ? retire_oldest(store) : outcome;
}

static bool fits_in_tail(const struct store *store, uint32_t record_bytes)
{
	return store->tail < store_unit_count(store) && store->offset <= store_unit_bytes(store) &&
		record_bytes <= store_unit_bytes(store) - store->offset;
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
	for (uint32_t i = 0; i <= store_unit_count(store); i++) {
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
