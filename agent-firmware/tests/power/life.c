/*
 * Power cuts at the level of the whole agent. With FEMTO_POWER=soak in the environment more starts,
 * more geometries and more ways to be cut are tried.
 */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/power/cut.h"
#include "tests/support/texts.h"

static struct peer peer;
static bool is_broken = false; /* a test has not come to its end: the others would find the same */

#define QUIET_2                                                                          \
	{                                                                                \
		.name = "quiet", .local_id = 1, .sequence = 2, .floor = 2,               \
		.permissions = 1u << HELPER_NOW, TEXT(clock, 2)                          \
	}
#define BAD(sequence_)                                                                       \
	{                                                                                    \
		.name = "quiet", .local_id = 1, .sequence = (sequence_),                     \
		.action = FAULT_ACTION_REVERT, .min_ready_seconds = 30, TEXT(wild, 3)        \
	}
#define ECHO                                                                               \
	{                                                                                  \
		.name = "echo", .local_id = 2, .sequence = 1, .hook = HOOK_MESSAGE,        \
		.permissions = 1u << HELPER_PUBLISH, TEXT(echo, 5)                         \
	}
#define FOREIGN                                                                              \
	{                                                                                    \
		.name = "quiet", .local_id = 3, .sequence = 4, .floor = 4,                   \
		.tenant = FLEET_OTHER_TENANT, TEXT(quiet, 2)                                 \
	}

static const struct fleet_container first[] = {
	{.name = "quiet", .local_id = 1, .sequence = 1, .floor = 1, TEXT(quiet, 2)}, ECHO};
static const struct fleet_container second[] = {QUIET_2, ECHO};
#define PATIENT                                                                              \
	{                                                                                    \
		.name = "quiet", .local_id = 1, .sequence = 2, .floor = 2, .more_runs = 2,   \
		.max_faults = 4, .action = FAULT_ACTION_REVERT, .min_ready_seconds = 20,     \
		.permissions = 1u << HELPER_NOW, TEXT(clock, 2)                              \
	}
static const struct fleet_container patient[] = {PATIENT, ECHO};
#define LONG_TRIAL(seconds_, faults_)                                                        \
	{                                                                                    \
		.name = "quiet", .local_id = 1, .sequence = 6, .max_faults = (faults_),      \
		.min_ready_seconds = (seconds_), TEXT(quiet, 2)                              \
	}
static const struct fleet_container longer[] = {LONG_TRIAL(1000, 0), ECHO};
static const struct fleet_container longest[] = {LONG_TRIAL(2000, 9), ECHO};
static const struct fleet_container bad[] = {BAD(3), ECHO};
static const struct fleet_container frozen[] = {
	{.name = "quiet", .local_id = 1, .sequence = 4, .min_ready_seconds = 1000, TEXT(quiet, 2)},
	ECHO};
static const struct fleet_container faster[] = {
	{.name = "quiet", .local_id = 1, .sequence = 2, .floor = 2, .period_ms = 500,
		.permissions = 1u << HELPER_NOW, TEXT(clock, 2)},
	ECHO};
static const struct fleet_container alone[] = {
	{.name = "quiet", .local_id = 1, .sequence = 2, .floor = 2, .period_ms = 500,
		.permissions = 1u << HELPER_NOW, TEXT(clock, 2)}};
static const struct fleet_container three[] = {
	{.name = "quiet", .local_id = 1, .sequence = 5, .floor = 5, TEXT(quiet, 2)}, FOREIGN,
	{.name = "third", .local_id = 4, .sequence = 1, TEXT(quiet, 2)}};
static const struct fleet_container below[] = {
	{.name = "quiet", .local_id = 1, .sequence = 2, .permissions = 1u << HELPER_NOW,
		TEXT(clock, 2)},
	FOREIGN};

#define BOTH(containers_) .containers = (containers_), .count = 2
#define CONFIRMED(id) {(id), CONTAINER_CONFIRMED, 0}

static const struct cut_phase life[] = {
	{.row = "install", BOTH(first), .ends = {CONFIRMED(1), CONFIRMED(2)}},
	{.row = "update, with a floor", BOTH(second), .ends = {CONFIRMED(1), CONFIRMED(2)}},
	{.row = "another policy", BOTH(patient), .is_policy = true,
		.ends = {CONFIRMED(1), CONFIRMED(2)}},
	{.row = "a long trial", BOTH(longer), .ends = {{1, CONTAINER_TRIAL, 0}, CONFIRMED(2)}},
	{.row = "another policy on trial", BOTH(longest), .is_policy = true,
		.ends = {{1, CONTAINER_TRIAL, 0}, CONFIRMED(2)}},
	{.row = "back from a trial by document", BOTH(second),
		.ends = {CONFIRMED(1), CONFIRMED(2)}},
	{.row = "faults on trial: back", BOTH(bad),
		.ends = {{1, CONTAINER_REFUSED, 0}, CONFIRMED(2)}},
	{.row = "back to the document before", BOTH(second), .ends = {CONFIRMED(1), CONFIRMED(2)}},
	{.row = "watchdog resets on trial: back", BOTH(frozen), .resets = 3,
		.ends = {{1, CONTAINER_REFUSED, CONTAINER_TRIAL}, CONFIRMED(2)}},
	{.row = "back by document", BOTH(second), .ends = {CONFIRMED(1), CONFIRMED(2)}},
	{.row = "another period", BOTH(faster), .ends = {CONFIRMED(1), CONFIRMED(2)}},
	{.row = "uninstall", .containers = alone, .count = 1, .ends = {CONFIRMED(1)}},
	{.row = "another tenant, three containers", .containers = three, .count = 3,
		.ends = {CONFIRMED(1), CONFIRMED(3), CONFIRMED(4)}},
	{.row = "below the floor", BOTH(below),
		.ends = {{1, CONTAINER_REFUSED, 0}, CONFIRMED(3)}},
	{.row = "uninstall all", .containers = NULL, .count = 0},
	{.row = "install again", .containers = three, .count = 3,
		.ends = {CONFIRMED(1), CONFIRMED(3), CONFIRMED(4)}},
};
#define PHASES (sizeof(life) / sizeof(life[0]))

static bool is_soak(void)
{
	const char *effort = getenv("FEMTO_POWER");
	return effort != NULL && strcmp(effort, "soak") == 0;
}

static bool live(const struct cut_effort *effort)
{
	cut_begin(&peer, effort);
	for (size_t i = 0; i < PHASES; i++) {
		if (!cut_live(&peer, &life[i])) {
			return false;
		}
	}
	return true;
}

static struct cut_effort effort_of(uint32_t stride)
{
	/* in soak all operations, each in part in several ways */
	return is_soak() ? (struct cut_effort){1, 3, 1, 17}
					 : (struct cut_effort){stride, 1, 5, 1};
}

struct geometry {
	const char *row;
	uint32_t unit_bytes;
	uint32_t units;
};

static const struct geometry geometries[] = {
	{"4 units of 2560 bytes", 2560, 4},
	{"2 units of 8192 bytes", 8192, 2},
	{"8 units of 2048 bytes", 2048, 8},
};

static void report(void)
{
	(void)printf("power: %u cuts, %u flash states\n", (unsigned)cut_count(),
		(unsigned)cut_states());
}

TEST("power cuts from an erased flash leave the old or the new generation, never none")
{
	REQUIRE(!is_broken);
	is_broken = true;
	peer_init_flash(&peer, geometries[0].unit_bytes, geometries[0].units, FEMTO_FLASH_ERASED);
	const struct cut_effort effort = effort_of(1);
	REQUIRE(live(&effort));
	CHECK(peer.flash.erases > geometries[0].units); /* compaction is part of it */
	report();
	is_broken = harness_has_failed();
}

TEST("power cuts in a compaction that a power cut had interrupted do no harm")
{
	REQUIRE(!is_broken);
	is_broken = true;
	static struct fake_flash flash;
	static struct fleet fleet;
	const struct cut_effort effort = effort_of(4);
	const size_t count = cut_saved_count();
	CHECK(count >= 4);
	for (size_t n = 0; n < count && !harness_has_failed(); n += is_soak() ? 1u : 2u) {
		REQUIRE(cut_saved(n, &flash, &fleet));
		REQUIRE(cut_resume(&peer, &flash, &fleet, &effort));
		REQUIRE(cut_live(&peer, &life[PHASES - 1u]));
	}
	report();
	is_broken = harness_has_failed();
}

TEST("power cuts from a dirty flash, in other geometries")
{
	REQUIRE(!is_broken);
	is_broken = true;
	for (size_t i = 0; i < sizeof(geometries) / sizeof(geometries[0]); i++) {
		harness_row(geometries[i].row);
		peer_init_flash(&peer, geometries[i].unit_bytes, geometries[i].units, 0xa5);
		const struct cut_effort effort = effort_of(9);
		REQUIRE(live(&effort));
	}
	report();
	is_broken = harness_has_failed();
}

/* Fills the store with values of containers until so many bytes are free. */
static void fill(uint32_t free_bytes)
{
	static struct store store;
	const uint8_t value[400] = {1};
	const struct store_part part = {value, sizeof(value)};
	struct femto_port port = fake_flash_port(&peer.flash);
	CHECK_EQUAL(store_open(&store, &port), STORE_OK);
	for (uint8_t i = 0; store_free_bytes(&store) > free_bytes && !harness_has_failed(); i++) {
		const struct store_key key = store_key_bytes(STORE_VALUE, &i, 1);
		CHECK_EQUAL(store_put(&store, &key, &part, 1), STORE_OK);
	}
}

TEST("power cuts on a flash that is full but for what the device needs")
{
	REQUIRE(!is_broken);
	is_broken = true;
	memset(&peer, 0, sizeof(peer));
	peer_init_flash(&peer, 4096, 4, FEMTO_FLASH_ERASED);
	fill(4200);
	peer_boot(&peer);
	const struct cut_effort effort = effort_of(9);
	REQUIRE(live(&effort));
	report();
	CHECK(cut_states() >= (is_soak() ? 20000u : 2000u));
	is_broken = harness_has_failed();
}
