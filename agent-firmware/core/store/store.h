/*
 * What a device keeps over a restart: an append-only log of (key, bytes) over the erase units of
 * the port's flash. The newest bytes of a key count. Every change is one record: after a power
 * failure at any instruction, also inside a write or an erase, a key has its old or its new bytes.
 *
 * Layout, all numbers little-endian, offsets in bytes:
 *
 *   erase unit   0  u32  magic 0x314c5346 ("FSL1": log, format 1)
 *                4  u32  sequence, one more than that of the unit opened before (compared modulo)
 *                8  u32  format, STORE_FORMAT
 *               12  u32  CRC-32 of bytes 0 to 11
 *               16       records and gaps, each a multiple of 8 long and aligned to 8
 *
 *   record       0  u8   kind (store_kind); bit 7 set = the key is removed, no value
 *                1  u8   bytes of the key, 0 to STORE_KEY_BYTES
 *                2  u16  bytes of the value
 *                4  u32  CRC-32 of bytes 0 to 3, unit sequence and offset in the unit (u32 each)
 *                8       key, value, zeros to a multiple of 8 less 4
 *              end  u32  CRC-32 of bytes 0 to 3, key and value
 *
 * A unit belongs to the log iff (1) its magic, format and CRC are right. A record is valid iff
 * (2) its unit belongs to the log, (3) it is reached by stepping: over a record with a right header
 * by its length, over anything else by 8 bytes, (4) its header CRC is right for its place, (5) it
 * ends inside the unit, (6) its last CRC is right. Of the valid records of a key the one in the
 * unit with the highest sequence counts, and in a unit the last.
 *
 * Writing: header alone, then the rest. So what a power failure may have touched is either inside a
 * record with a right header, or one write unit behind the last one; that unit is left unused even
 * if it reads erased. Compaction copies what still counts of the oldest units into an erased one
 * and programs that one's header last; then the emptied units are erased, oldest first, which is
 * why a removal may be forgotten together with its unit.
 *
 * A write unit that power failed in without leaving a visible bit can't be told from an untouched
 * one. Behind the last record one is left unused for that reason; when it happens again at the
 * first write after a start, that unit, which reads erased, is programmed once more. If the flash
 * refuses, or the bytes do not read back, the record goes to a fresh erase unit.
 *
 * No function may be called from an interrupt. Stack: 400 bytes + port.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "femto_port.h"

#define STORE_FORMAT 1u

/* Longest key: a tenant and the name of a container. */
#define STORE_KEY_BYTES 28u

/* Bytes of flash that a record takes besides key and value, at most. */
#define STORE_OVERHEAD_BYTES 19u

/* Keys a store can hold, 16 bytes of RAM each; 8 to 255. */
#ifndef STORE_ENTRIES_MAX
#define STORE_ENTRIES_MAX 64u
#endif

/* Erase units a store can manage, 4 bytes of RAM each; 2 to 32. */
#ifndef STORE_UNITS_MAX
#define STORE_UNITS_MAX 32u
#endif

/* An eighth of an erase unit remains for values of at most so many bytes: floors, counters. */
#define STORE_SMALL_BYTES 64u

/* Index entries that only STORE_FLOOR, STORE_BOOT and STORE_MARK may fill. */
#define STORE_RESERVE_ENTRIES 4u

/* What a key is about. The values stand in flash: never renumber, never reuse. 1 to 126. */
enum store_kind {
	STORE_DOCUMENT = 1,   /* nothing, or one byte: u64 desiredGeneration, then an accepted document */
	STORE_GENERATION = 2, /* local id, generation: one install, with statement and image */
	STORE_MARK = 3,       /* local id: which generation runs, and whether it is confirmed */
	STORE_FLOOR = 4,      /* tenant, container name: lowest sequence; only raised; survives removal */
	STORE_BOOT = 5,       /* no id: number of boots; only raised */
	STORE_VALUE = 6,      /* owner's bytes: one persistent key-value pair */
	STORE_GRANT = 7,      /* tenant, no name: the signed grant */
};

/* Outcomes: 0 and above are ordinary, below are failures. */
enum store_err {
	STORE_OK = 0,
	STORE_NOT_FOUND = 1,      /* no such key; no further entry */
	STORE_FULL = 2,           /* no room in flash or index; nothing has changed */
	STORE_ERR_FLASH = -1,     /* the port failed, or what was written does not read back */
	STORE_ERR_GEOMETRY = -2,  /* the port's flash breaks a bound */
	STORE_ERR_ARGUMENT = -3,  /* a key or value is too long, or a number is not one */
};

/* Names a value; made by the functions store_key_…. */
struct store_key {
	uint8_t kind;                   /* enum store_kind */
	uint8_t size;                   /* bytes used below */
	uint8_t bytes[STORE_KEY_BYTES]; /* the rest is not read */
};

/* A value found. Valid until the next call that changes the store. */
struct store_ref {
	uint32_t address; /* of the first byte of the value in flash */
	uint32_t size;    /* bytes of the value */
};

/* A piece of a value to write; so that it need not lie in one buffer. */
struct store_part {
	const uint8_t *data;
	size_t size;
};

struct store_entry {
	uint32_t tag;          /* CRC-32 of the key's bytes */
	uint32_t address;      /* of the record */
	uint32_t record_bytes; /* its length */
	uint8_t kind;          /* enum store_kind, 0 = unused */
};

/* One store; about 1.2 KiB with the defaults. Members belong to core/store alone. */
struct store {
	const struct femto_port *port;
	struct store_entry entries[STORE_ENTRIES_MAX]; /* in no order; keys are distinct */
	uint32_t sequences[STORE_UNITS_MAX];           /* of units with the bit in `used` */
	uint32_t used;   /* bit per unit: belongs to the log */
	uint32_t erased; /* bit per unit: erased since store_open, and not programmed since */
	uint32_t tail;   /* unit being written; unit_count = none yet */
	uint32_t offset; /* next free byte in it, a multiple of 8 */
};

/*
 * Finds everything in the flash of `port`, which outlives the store. Writes nothing; an empty or
 * foreign flash is an empty store. Reads every byte of the log once. STORE_FULL = the flash holds
 * more keys than STORE_ENTRIES_MAX.
 */
__attribute__((warn_unused_result)) enum store_err store_open(
	struct store *store, const struct femto_port *port);

/* STORE_NOT_FOUND leaves `ref` untouched. Reads the key from flash to be sure. */
__attribute__((warn_unused_result)) enum store_err store_find(
	const struct store *store, const struct store_key *key, struct store_ref *ref);

/* Copies `size` bytes of the value from `offset` on; STORE_ERR_ARGUMENT when it is shorter. */
__attribute__((warn_unused_result)) enum store_err store_read(const struct store *store,
	const struct store_ref *ref, uint32_t offset, uint8_t *buffer, size_t size);

/*
 * Makes the joined `parts` the value of `key`: durable and read back on STORE_OK. Equal bytes are
 * not written again. A record (value + key + STORE_OVERHEAD_BYTES) must fit in one erase unit less
 * 16 bytes, else STORE_ERR_ARGUMENT. May erase units and copy the whole store once. After
 * STORE_ERR_FLASH the key has its old value, or the new one if the port failed after the write.
 */
__attribute__((warn_unused_result)) enum store_err store_put(struct store *store,
	const struct store_key *key, const struct store_part *parts, size_t count);

/* Removes a key; STORE_OK too if it is not there. Not for STORE_FLOOR and STORE_BOOT. */
__attribute__((warn_unused_result)) enum store_err store_remove(
	struct store *store, const struct store_key *key);

/* Makes the number of `key` at least `value`: it never gets lower. */
__attribute__((warn_unused_result)) enum store_err store_raise(
	struct store *store, const struct store_key *key, uint64_t value);

/* Number that store_raise wrote; a key that is not there has number 0. */
__attribute__((warn_unused_result)) enum store_err store_get_number(
	const struct store *store, const struct store_key *key, uint64_t *value);

/*
 * Walks over the keys of one kind in no particular order: start with *cursor = 0, until
 * STORE_NOT_FOUND. The store must not change meanwhile.
 */
__attribute__((warn_unused_result)) enum store_err store_next(const struct store *store,
	enum store_kind kind, uint32_t *cursor, struct store_key *key, struct store_ref *ref);

/*
 * Bytes that further records may take, as long as none is longer than the longest there is: what a
 * device reports as free flash.
 */
uint32_t store_free_bytes(const struct store *store);

/* A key without an id. */
struct store_key store_key_plain(enum store_kind kind);

/* A key of a container slot, and a number beside it (generation; 0 if there is none). */
struct store_key store_key_slot(enum store_kind kind, uint8_t local_id, uint32_t number);

/* A key of a tenant and a name of at most 23 bytes; a longer one is cut. */
struct store_key store_key_name(
	enum store_kind kind, uint32_t tenant, const uint8_t *name, size_t name_size);

/* A key of bytes that the caller has composed, at most STORE_KEY_BYTES; more are cut. */
struct store_key store_key_bytes(enum store_kind kind, const uint8_t *bytes, size_t size);

#endif
