#include "core/store/store_log.h"

#include <string.h>

#define NUMBER_BYTES 8u

enum store_err store_open(struct store *store, const struct femto_port *port)
{
	const struct femto_flash_geometry *flash = &port->flash;
	if (flash->unit_count < 2 || flash->unit_count > STORE_UNITS_MAX ||
		flash->unit_bytes < 512 || flash->unit_bytes > UINT32_C(1) << 20 ||
		flash->unit_bytes % FEMTO_FLASH_WRITE_BYTES != 0) {
		return STORE_ERR_GEOMETRY;
	}
	memset(store, 0, sizeof *store);
	store->port = port;
	return store_scan(store);
}

/* --- Reading */

static bool is_key(const struct store_key *key)
{
	return key->kind > 0 && key->kind < STORE_REMOVED - 1u && key->size <= STORE_KEY_BYTES;
}

/* Entry of a key, by its tag and then by its bytes in flash. */
static enum store_err find_entry(
	const struct store *store, const struct store_key *key, size_t *index)
{
	uint32_t tag = ~store_crc(STORE_CRC_START, key->bytes, key->size);
	for (size_t i = 0; i < STORE_ENTRIES_MAX; i++) {
		const struct store_entry *entry = &store->entries[i];
		if (entry->kind != key->kind || entry->tag != tag) {
			continue;
		}
		uint8_t head[STORE_RECORD_HEADER_BYTES];
		uint8_t bytes[STORE_KEY_BYTES];
		enum store_err outcome = store_flash_read(store, entry->address, head, sizeof head);
		if (outcome == STORE_OK && head[1] != key->size) {
			continue;
		}
		if (outcome == STORE_OK) {
			uint32_t address = entry->address + STORE_RECORD_HEADER_BYTES;
			outcome = store_flash_read(store, address, bytes, key->size);
		}
		if (outcome != STORE_OK) {
			return outcome;
		}
		if (memcmp(bytes, key->bytes, key->size) == 0) {
			*index = i;
			return STORE_OK;
		}
	}
	return STORE_NOT_FOUND;
}

/* Where the value of a record lies, from its header in flash. */
static enum store_err locate(
	const struct store *store, const struct store_entry *entry, uint8_t *key_bytes,
	struct store_ref *ref)
{
	uint8_t head[STORE_RECORD_HEADER_BYTES];
	enum store_err outcome = store_flash_read(store, entry->address, head, sizeof head);
	if (outcome != STORE_OK) {
		return outcome;
	}
	/* A header that has changed since store_open would point outside the record. */
	uint32_t value_bytes = (uint32_t)head[2] | (uint32_t)head[3] << 8;
	if (head[1] > STORE_KEY_BYTES ||
		store_record_bytes(head[1], value_bytes) != entry->record_bytes) {
		return STORE_ERR_FLASH;
	}
	*key_bytes = head[1];
	ref->address = entry->address + STORE_RECORD_HEADER_BYTES + head[1];
	ref->size = value_bytes;
	return STORE_OK;
}

enum store_err store_find(
	const struct store *store, const struct store_key *key, struct store_ref *ref)
{
	size_t index;
	enum store_err outcome = is_key(key) ? find_entry(store, key, &index) : STORE_ERR_ARGUMENT;
	if (outcome != STORE_OK) {
		return outcome;
	}
	uint8_t key_bytes;
	return locate(store, &store->entries[index], &key_bytes, ref);
}

enum store_err store_read(const struct store *store, const struct store_ref *ref, uint32_t offset,
	uint8_t *buffer, size_t size)
{
	if (offset > ref->size || size > ref->size - offset) {
		return STORE_ERR_ARGUMENT;
	}
	return size == 0 ? STORE_OK : store_flash_read(store, ref->address + offset, buffer, size);
}

enum store_err store_next(const struct store *store, enum store_kind kind, uint32_t *cursor,
	struct store_key *key, struct store_ref *ref)
{
	while (*cursor < STORE_ENTRIES_MAX) {
		const struct store_entry *entry = &store->entries[*cursor];
		*cursor += 1;
		if (entry->kind != (uint8_t)kind) {
			continue;
		}
		struct store_key found = {.kind = entry->kind};
		enum store_err outcome = locate(store, entry, &found.size, ref);
		if (outcome != STORE_OK) {
			return outcome;
		}
		*key = found;
		uint32_t address = entry->address + STORE_RECORD_HEADER_BYTES;
		return store_flash_read(store, address, key->bytes, key->size);
	}
	return STORE_NOT_FOUND;
}

enum store_err store_get_number(
	const struct store *store, const struct store_key *key, uint64_t *value)
{
	struct store_ref ref;
	uint8_t bytes[NUMBER_BYTES];
	enum store_err outcome = store_find(store, key, &ref);
	if (outcome == STORE_NOT_FOUND) {
		*value = 0;
		return STORE_OK;
	}
	if (outcome == STORE_OK && ref.size != sizeof bytes) {
		return STORE_ERR_ARGUMENT;
	}
	if (outcome == STORE_OK) {
		outcome = store_read(store, &ref, 0, bytes, sizeof bytes);
	}
	if (outcome == STORE_OK) {
		*value = store_load_u32(bytes) | (uint64_t)store_load_u32(bytes + 4) << 32;
	}
	return outcome;
}

/* --- Writing */

static uint32_t unused_entries(const struct store *store)
{
	uint32_t count = 0;
	for (size_t i = 0; i < STORE_ENTRIES_MAX; i++) {
		count += store->entries[i].kind == 0 ? 1u : 0u;
	}
	return count;
}

/* Longest record of the index, or `least`. */
static uint32_t longest_record(const struct store *store, uint32_t least)
{
	for (size_t i = 0; i < STORE_ENTRIES_MAX; i++) {
		const struct store_entry *entry = &store->entries[i];
		least = entry->kind != 0 && entry->record_bytes > least ? entry->record_bytes : least;
	}
	return least;
}

/*
 * Bytes of records that can always be packed into all units but one: at the end of each, less than
 * the longest record remains unused. What is above it is refused before anything is erased, so that
 * a full store does not wear.
 */
static uint32_t capacity(const struct store *store, uint32_t longest)
{
	const struct femto_flash_geometry *flash = &store->port->flash;
	uint32_t usable = flash->unit_bytes - STORE_UNIT_HEADER_BYTES;
	uint32_t packed = longest > usable ? 0 : (flash->unit_count - 1u) * (usable - (longest - 8u));
	return packed > usable ? packed : usable; /* what fits in one unit is never split */
}

/* What only small values may fill. */
static uint32_t reserve_bytes(const struct store *store)
{
	return store->port->flash.unit_bytes / 8u;
}

uint32_t store_free_bytes(const struct store *store)
{
	uint32_t room = capacity(store, longest_record(store, STORE_OVERHEAD_BYTES + 8u));
	uint32_t taken = store_live_bytes(store) + reserve_bytes(store);
	return taken < room ? room - taken : 0;
}

/* Whether a record of that length has room in flash and index besides those that stay. */
static bool has_room(const struct store *store, const struct store_key *key,
	uint32_t record_bytes, bool is_new)
{
	bool is_small = record_bytes <= STORE_SMALL_BYTES + STORE_OVERHEAD_BYTES + STORE_KEY_BYTES;
	/* Room for one removal always remains, or nothing could ever leave a full store. */
	uint32_t reserve = is_small ? store_record_bytes(STORE_KEY_BYTES, 0) : reserve_bytes(store);
	bool is_vital = key->kind == STORE_FLOOR || key->kind == STORE_BOOT || key->kind == STORE_MARK;
	uint32_t entries = is_vital ? 0 : STORE_RESERVE_ENTRIES;
	uint32_t room = capacity(store, longest_record(store, record_bytes));
	/* The old record stays until the new one counts. */
	return store_live_bytes(store) + record_bytes + reserve <= room &&
		(!is_new || unused_entries(store) > entries);
}

static enum store_err append(struct store *store, const struct store_record *record,
	uint32_t record_bytes, uint32_t *address)
{
	enum store_err outcome = store_make_room(store, record_bytes);
	if (outcome != STORE_OK) {
		return outcome;
	}
	uint32_t at = store->tail * store->port->flash.unit_bytes + store->offset;
	store->offset += record_bytes; /* also after a failure: no write unit is programmed twice */
	outcome = store_record_write(store, at, store->sequences[store->tail], record);
	if (outcome == STORE_OK) {
		*address = at;
	}
	return outcome;
}

/* Appends; when the flash refuses once, again in another unit. */
static enum store_err append_safely(struct store *store, const struct store_record *record,
	uint32_t record_bytes, uint32_t *address)
{
	enum store_err outcome = append(store, record, record_bytes, address);
	if (outcome != STORE_ERR_FLASH) {
		return outcome;
	}
	/* What was moved meanwhile, and whether it counts, says the flash alone. */
	outcome = store_scan(store);
	if (outcome != STORE_OK) {
		return outcome;
	}
	store->offset = store->port->flash.unit_bytes;
	outcome = append(store, record, record_bytes, address);
	if (outcome == STORE_ERR_FLASH) {
		(void)store_scan(store); /* the failure is reported already */
		store->offset = store->port->flash.unit_bytes;
	}
	return outcome;
}

/* Whether the value of `ref` is the joined parts. */
static enum store_err compare(const struct store *store, const struct store_ref *ref,
	const struct store_record *record, bool *equal)
{
	uint8_t buffer[64];
	uint32_t at = 0;
	*equal = ref->size == record->value_bytes;
	for (size_t i = 0; *equal && i < record->part_count; i++) {
		const struct store_part *part = &record->parts[i];
		for (size_t done = 0; *equal && done < part->size;) {
			size_t left = part->size - done;
			size_t size = left < sizeof buffer ? left : sizeof buffer;
			enum store_err outcome = store_read(store, ref, at, buffer, size);
			if (outcome != STORE_OK) {
				return outcome;
			}
			*equal = memcmp(buffer, part->data + done, size) == 0;
			at += (uint32_t)size;
			done += size;
		}
	}
	return STORE_OK;
}

/* Sum of the parts; above UINT16_MAX it is cut to UINT16_MAX + 1. */
static uint32_t joined_bytes(const struct store_part *parts, size_t count)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < count; i++) {
		size_t room = UINT32_C(0x10000) - sum;
		sum += parts[i].size < room ? (uint32_t)parts[i].size : (uint32_t)room;
	}
	return sum;
}

/* Writes a record and enters it in the index; the compaction may have moved the old one. */
static enum store_err replace(struct store *store, const struct store_record *record)
{
	uint32_t record_bytes = store_record_bytes(record->key->size, record->value_bytes);
	uint32_t address;
	enum store_err outcome = append_safely(store, record, record_bytes, &address);
	if (outcome != STORE_OK) {
		return outcome;
	}
	size_t index;
	outcome = find_entry(store, record->key, &index);
	for (size_t i = 0; outcome == STORE_NOT_FOUND && i < STORE_ENTRIES_MAX; i++) {
		if (store->entries[i].kind == 0) {
			index = i;
			outcome = STORE_OK;
		}
	}
	if (outcome != STORE_OK) {
		return outcome;
	}
	uint32_t tag = ~store_crc(STORE_CRC_START, record->key->bytes, record->key->size);
	uint8_t kind = record->removed ? 0 : record->key->kind;
	store->entries[index] = (struct store_entry){tag, address, record_bytes, kind};
	return STORE_OK;
}

enum store_err store_put(struct store *store, const struct store_key *key,
	const struct store_part *parts, size_t count)
{
	struct store_record record = {key, parts, count, joined_bytes(parts, count), false};
	if (!is_key(key) || record.value_bytes > UINT16_MAX) {
		return STORE_ERR_ARGUMENT;
	}
	uint32_t record_bytes = store_record_bytes(key->size, record.value_bytes);
	if (record_bytes > store->port->flash.unit_bytes - STORE_UNIT_HEADER_BYTES) {
		return STORE_ERR_ARGUMENT;
	}
	struct store_ref ref;
	enum store_err found = store_find(store, key, &ref);
	if (found == STORE_OK) {
		bool equal = false;
		enum store_err outcome = compare(store, &ref, &record, &equal);
		if (outcome != STORE_OK || equal) {
			return outcome;
		}
	} else if (found != STORE_NOT_FOUND) {
		return found;
	}
	if (!has_room(store, key, record_bytes, found == STORE_NOT_FOUND)) {
		return STORE_FULL;
	}
	return replace(store, &record);
}

enum store_err store_remove(struct store *store, const struct store_key *key)
{
	if (!is_key(key) || key->kind == STORE_FLOOR || key->kind == STORE_BOOT) {
		return STORE_ERR_ARGUMENT;
	}
	size_t index;
	enum store_err outcome = find_entry(store, key, &index);
	if (outcome != STORE_OK) {
		return outcome == STORE_NOT_FOUND ? STORE_OK : outcome;
	}
	struct store_record record = {key, NULL, 0, 0, true};
	return replace(store, &record);
}

enum store_err store_raise(struct store *store, const struct store_key *key, uint64_t value)
{
	uint64_t current;
	enum store_err outcome = store_get_number(store, key, &current);
	if (outcome != STORE_OK || value <= current) {
		return outcome;
	}
	uint8_t bytes[NUMBER_BYTES];
	store_save_u32(bytes, (uint32_t)value);
	store_save_u32(bytes + 4, (uint32_t)(value >> 32));
	struct store_part part = {bytes, sizeof bytes};
	return store_put(store, key, &part, 1);
}

/* --- Keys */

struct store_key store_key_bytes(enum store_kind kind, const uint8_t *bytes, size_t size)
{
	struct store_key key = {.kind = (uint8_t)kind};
	key.size = (uint8_t)(size < STORE_KEY_BYTES ? size : STORE_KEY_BYTES);
	if (key.size > 0) {
		memcpy(key.bytes, bytes, key.size);
	}
	return key;
}

struct store_key store_key_plain(enum store_kind kind)
{
	return store_key_bytes(kind, NULL, 0);
}

struct store_key store_key_slot(enum store_kind kind, uint8_t local_id, uint32_t number)
{
	uint8_t bytes[5] = {local_id};
	store_save_u32(bytes + 1, number);
	return store_key_bytes(kind, bytes, sizeof bytes);
}

struct store_key store_key_name(
	enum store_kind kind, uint32_t tenant, const uint8_t *name, size_t name_size)
{
	uint8_t bytes[STORE_KEY_BYTES - 1u];
	size_t size = name_size < sizeof bytes - 4u ? name_size : sizeof bytes - 4u;
	store_save_u32(bytes, tenant);
	if (size > 0) {
		memcpy(bytes + 4, name, size);
	}
	return store_key_bytes(kind, bytes, 4 + size);
}
