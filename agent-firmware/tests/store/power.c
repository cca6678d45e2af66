/*
 * A life of a device, cut at every flash operation in every way, then continued: no key may ever
 * have anything but its old or its new value, and what only rises never gets lower.
 */
#include "harness.h"

#include <stdio.h>
#include <string.h>

#include "core/store/store.h"
#include "tests/support/fake_flash.h"

enum action {
	PUT,
	REMOVE,
	RAISE,
};

#define KEYS 8u

/* What happens; `version` names the bytes of a value (0 = none) or is the number. */
struct step {
	enum action action;
	uint8_t key;
	uint8_t version;
};

static const struct step life[] = {
	{RAISE, 0, 1},                                             /* first boot */
	{PUT, 1, 1}, {PUT, 2, 1}, {PUT, 3, 1}, {PUT, 3, 2},        /* install, trial, confirm */
	{RAISE, 4, 5},                                             /* floor */
	{PUT, 1, 2}, {PUT, 5, 1}, {PUT, 3, 3}, {PUT, 3, 4},        /* replace */
	{RAISE, 4, 7}, {REMOVE, 2, 0}, {RAISE, 4, 6},              /* old one goes, a lower floor */
	{RAISE, 0, 2}, {PUT, 6, 1}, {PUT, 7, 1}, {PUT, 7, 2}, {PUT, 7, 3}, /* values of a container */
	{PUT, 1, 3}, {REMOVE, 6, 0}, {REMOVE, 6, 0}, {RAISE, 0, 3},
	{PUT, 1, 4}, {REMOVE, 5, 0}, {REMOVE, 3, 0},               /* uninstall: the floor stays */
	{PUT, 2, 3}, {PUT, 3, 5}, {PUT, 1, 5}, {PUT, 1, 6}, {PUT, 2, 4}, {RAISE, 4, 9},
	{PUT, 7, 4}, {PUT, 6, 5}, {PUT, 1, 7}, {RAISE, 0, 4}, {PUT, 2, 4},
};
#define STEPS (sizeof life / sizeof life[0])

static struct store_key key_of(uint8_t key)
{
	static const uint8_t name[] = "vibration";
	switch (key) {
	case 0:
		return store_key_plain(STORE_BOOT);
	case 1:
		return store_key_plain(STORE_DOCUMENT);
	case 2:
		return store_key_slot(STORE_GENERATION, 1, 1);
	case 3:
		return store_key_slot(STORE_MARK, 1, 0);
	case 4:
		return store_key_name(STORE_FLOOR, 7, name, sizeof name - 1);
	case 5:
		return store_key_slot(STORE_GENERATION, 1, 2);
	default:
		return store_key_bytes(STORE_VALUE, &key, 1);
	}
}

/* Size and bytes of a value depend on key and version, so that a mixture is seen. */
static size_t value_of(uint8_t key, uint8_t version, uint8_t value[300])
{
	static const size_t sizes[KEYS] = {8, 150, 290, 5, 8, 200, 16, 1};
	size_t size = sizes[key] + version;
	for (size_t i = 0; i < size; i++) {
		value[i] = (uint8_t)(31u * key + 7u * version + i);
	}
	return size;
}

static enum store_err do_step(struct store *store, const struct step *step)
{
	struct store_key key = key_of(step->key);
	if (step->action == REMOVE) {
		return store_remove(store, &key);
	}
	if (step->action == RAISE) {
		return store_raise(store, &key, step->version);
	}
	uint8_t value[300];
	size_t size = value_of(step->key, step->version, value);
	struct store_part parts[2] = {{value, size / 3}, {value + size / 3, size - size / 3}};
	return store_put(store, &key, parts, 2);
}

/* What a key holds after a step, of what it held before. */
static uint8_t version_after(const struct step *step, uint8_t before)
{
	bool is_lower = step->action == RAISE && step->version < before;
	return is_lower ? before : step->version;
}

static bool holds(const struct store *store, uint8_t key, uint8_t version)
{
	struct store_key name = key_of(key);
	struct store_ref ref;
	uint8_t expected[300];
	uint8_t actual[300];
	if (key == 0 || key == 4) {
		uint64_t number = UINT64_MAX;
		return store_get_number(store, &name, &number) == STORE_OK && number == version;
	}
	enum store_err found = store_find(store, &name, &ref);
	if (version == 0) {
		return found == STORE_NOT_FOUND;
	}
	size_t size = value_of(key, version, expected);
	return found == STORE_OK && ref.size == size &&
		store_read(store, &ref, 0, actual, size) == STORE_OK &&
		memcmp(actual, expected, size) == 0;
}

/* Checks all keys; that of `torn` may have its old or new version, and `versions` learns which. */
static bool is_right(const struct store *store, uint8_t versions[KEYS], const struct step *torn)
{
	for (uint8_t key = 0; key < KEYS; key++) {
		if (holds(store, key, versions[key])) {
			continue;
		}
		if (torn == NULL || torn->key != key) {
			return false;
		}
		versions[key] = version_after(torn, versions[key]);
		if (!holds(store, key, versions[key])) {
			return false;
		}
	}
	return true;
}

/* Lives from `first` on; returns the step at which the flash failed, or STEPS. */
static size_t live(struct store *store, uint8_t versions[KEYS], size_t first)
{
	for (size_t i = first; i < STEPS; i++) {
		if (do_step(store, &life[i]) != STORE_OK) {
			return i;
		}
		versions[life[i].key] = version_after(&life[i], versions[life[i].key]);
	}
	return STEPS;
}

/* Power comes back: everything is read anew, and checked. */
static bool restart(struct fake_flash *flash, struct store *store, const struct femto_port *port,
	uint8_t versions[KEYS], size_t torn)
{
	flash->is_off = false;
	flash->cut_at = UINT64_MAX;
	return store_open(store, port) == STORE_OK &&
		is_right(store, versions, torn < STEPS ? &life[torn] : NULL);
}

struct geometry {
	const char *row;
	uint32_t unit_bytes;
	uint32_t unit_count;
};

static const struct geometry geometries[] = {
	{"3 units of 1024 bytes", 1024, 3},
	{"2 units of 2048 bytes", 2048, 2},
	{"8 units of 512 bytes", 512, 8},
};

static struct fake_flash flash;
static struct store store;

/* One life with a cut at operation `first`, and a second one `second` operations after that. */
static void cut_life(const struct geometry *geometry, enum fake_cut cut, uint64_t first,
	uint64_t second, enum fake_cut second_cut)
{
	uint8_t versions[KEYS] = {0};
	fake_flash_init(&flash, geometry->unit_bytes, geometry->unit_count, 0xff);
	struct femto_port port = fake_flash_port(&flash);
	flash.seed += (uint32_t)(first * 2654435761u);
	REQUIRE(store_open(&store, &port) == STORE_OK);
	flash.cut_at = first;
	flash.cut = cut;
	size_t at = live(&store, versions, 0);
	REQUIRE(flash.is_off);
	REQUIRE(restart(&flash, &store, &port, versions, at));
	if (second == UINT64_MAX) {
		REQUIRE(live(&store, versions, at) == STEPS);
		REQUIRE(flash.refusals == 0);
	} else {
		flash.cut_at = flash.operations + second;
		flash.cut = second_cut;
		at = live(&store, versions, at);
		REQUIRE(restart(&flash, &store, &port, versions, at));
		REQUIRE(live(&store, versions, at) == STEPS);
	}
	REQUIRE(is_right(&store, versions, NULL));
	REQUIRE(restart(&flash, &store, &port, versions, STEPS));
	REQUIRE(flash.violations == 0);
}

/* Flash operations of the whole life without a cut. */
static uint64_t count_operations(const struct geometry *geometry)
{
	uint8_t versions[KEYS] = {0};
	fake_flash_init(&flash, geometry->unit_bytes, geometry->unit_count, 0xff);
	struct femto_port port = fake_flash_port(&flash);
	CHECK_EQUAL(store_open(&store, &port), STORE_OK);
	CHECK_EQUAL(live(&store, versions, 0), STEPS);
	CHECK(is_right(&store, versions, NULL));
	CHECK(flash.erases >= geometry->unit_count); /* else compaction is not tested */
	CHECK_EQUAL(flash.violations, 0);
	return flash.operations;
}

TEST("a power cut at any flash operation leaves every key with its old or its new value")
{
	for (size_t i = 0; i < sizeof geometries / sizeof geometries[0]; i++) {
		harness_row(geometries[i].row);
		uint64_t operations = count_operations(&geometries[i]);
		for (uint64_t at = 0; at < operations && !harness_has_failed(); at++) {
			for (unsigned cut = 0; cut < FAKE_CUTS; cut++) {
				cut_life(&geometries[i], (enum fake_cut)cut, at, UINT64_MAX, FAKE_CUT_BEFORE);
			}
		}
	}
}

TEST("a second power cut, in the work that the first one left, does no harm either")
{
	static const uint64_t seconds[] = {0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89};
	uint64_t operations = count_operations(&geometries[0]);
	for (uint64_t at = 0; at < operations && !harness_has_failed(); at += 7) {
		for (size_t i = 0; i < sizeof seconds / sizeof seconds[0]; i++) {
			cut_life(&geometries[0], FAKE_CUT_HALF, at, seconds[i], FAKE_CUT_HALF);
			cut_life(&geometries[0], FAKE_CUT_HALF, at, seconds[i], FAKE_CUT_INVISIBLE);
			cut_life(&geometries[0], FAKE_CUT_INVISIBLE, at, seconds[i], FAKE_CUT_HALF);
		}
	}
}

TEST("endless power cuts in the same compaction cost no room: the life can still be finished")
{
	uint8_t versions[KEYS] = {0};
	fake_flash_init(&flash, 1024, 3, 0xff);
	struct femto_port port = fake_flash_port(&flash);
	REQUIRE(store_open(&store, &port) == STORE_OK);
	size_t at = 0;
	for (unsigned round = 0; round < 400; round++) {
		flash.cut_at = flash.operations + 3 + round % 25;
		flash.cut = FAKE_CUT_HALF;
		at = live(&store, versions, at);
		REQUIRE(restart(&flash, &store, &port, versions, at));
	}
	REQUIRE(live(&store, versions, at) == STEPS);
	CHECK(is_right(&store, versions, NULL));
	CHECK_EQUAL(flash.violations, 0);
}

/* One life in which operation `at` fails, and power stays. */
static void fail_once(const struct geometry *geometry, uint64_t at)
{
	uint8_t versions[KEYS] = {0};
	fake_flash_init(&flash, geometry->unit_bytes, geometry->unit_count, 0xff);
	struct femto_port port = fake_flash_port(&flash);
	REQUIRE(store_open(&store, &port) == STORE_OK);
	flash.fail_at = at;
	REQUIRE(live(&store, versions, 0) == STEPS);
	REQUIRE(is_right(&store, versions, NULL));
	REQUIRE(restart(&flash, &store, &port, versions, STEPS));
	REQUIRE(flash.violations == 0);
}

TEST("a flash that fails once at any operation, power staying, is not noticed by the caller")
{
	for (size_t i = 0; i < sizeof geometries / sizeof geometries[0]; i++) {
		harness_row(geometries[i].row);
		uint64_t operations = count_operations(&geometries[i]);
		for (uint64_t at = 0; at < operations && !harness_has_failed(); at++) {
			fail_once(&geometries[i], at);
		}
	}
}
