/*
 * Flash in memory that checks the rules of femto_port.h and loses its power at a chosen operation.
 * An operation is one write unit programmed or one unit erased.
 */
#ifndef FAKE_FLASH_H
#define FAKE_FLASH_H

#include <stdbool.h>
#include <stdint.h>

#include "femto_port.h"

#define FAKE_FLASH_BYTES 65536u

/* What the operation leaves at which the power fails. */
enum fake_cut {
	FAKE_CUT_BEFORE,    /* nothing has happened */
	FAKE_CUT_HALF,      /* some bits; of the rest of a program call any unit, too */
	FAKE_CUT_INVISIBLE, /* it reads erased, but refuses to be programmed; an erase: not begun */
	FAKE_CUT_AFTER,     /* done */
};
#define FAKE_CUTS 4u

struct fake_flash;

/* What is about to happen to the flash. */
struct fake_operation {
	const uint8_t *data; /* of the rest of a program call, NULL = an erase */
	size_t size;         /* bytes of it */
	uint32_t address;    /* of the write unit; of the erase unit */
};

struct fake_flash {
	uint8_t bytes[FAKE_FLASH_BYTES];
	bool touched[FAKE_FLASH_BYTES / FEMTO_FLASH_WRITE_BYTES]; /* programmed since the erase */
	bool faint[FAKE_FLASH_BYTES / FEMTO_FLASH_WRITE_BYTES]; /* left so by FAKE_CUT_INVISIBLE */
	struct femto_flash_geometry geometry;
	uint64_t operations; /* done so far */
	uint64_t cut_at;     /* the operation at which power fails; UINT64_MAX = never */
	enum fake_cut cut;
	uint64_t fail_at;    /* the operation that fails once, half done; UINT64_MAX = never */
	uint64_t dead_at;    /* from this operation on all fail without effect; UINT64_MAX = never */
	bool is_off;         /* power has failed: every call fails */
	uint32_t seed;       /* of the bits that a cut leaves */
	uint32_t violations; /* rules broken by the caller */
	uint32_t erases;
	uint32_t refusals;     /* of faint units */
	uint32_t refused_unit; /* programs in this erase unit fail; UINT32_MAX = none */
	/* called before every operation, NULL = not; may copy the flash and cut the copy */
	void (*observe)(const struct fake_flash *flash, const struct fake_operation *operation);
};

/* A flash of `count` erase units that reads `fill` everywhere; 0xff = erased. */
void fake_flash_init(struct fake_flash *flash, uint32_t unit_bytes, uint32_t count, uint8_t fill);

/* Power fails in `operation`, in the way that `flash->cut` says, and comes back. */
void fake_flash_cut(struct fake_flash *flash, const struct fake_operation *operation);

/* A port on that flash; its other functions are not set. */
struct femto_port fake_flash_port(struct fake_flash *flash);

#endif
