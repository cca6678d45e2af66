/* Documents: the one in force and the one before it are known, over reboots too. */
#include "harness.h"

#include "core/agent/parts.h"
#include "tests/support/peer.h"
#include "tests/support/texts.h"

static struct peer peer;

/* `quiet` with this period: each has a document of its own. */
static void assign(int32_t period_ms)
{
	struct fleet_container container = quiet;
	container.period_ms = period_ms;
	fleet_assign(&peer.fleet, &container, 1);
	peer_publish_head(&peer);
}

/* Follows the document with this period; the blocks that were needed for it. */
static uint32_t follow(int32_t period_ms)
{
	const uint32_t blocks = peer.blocks_served;
	assign(period_ms);
	peer_run(&peer, 10000);
	CHECK_EQUAL(peer.report.accepted_generation, peer.fleet.generation);
	CHECK_EQUAL(peer.report.state[1], CONTAINER_CONFIRMED);
	CHECK_EQUAL(peer.femto.containers[0].active.hooks[0].period_ms, period_ms);
	return peer.blocks_served - blocks;
}

static void begin(void)
{
	peer_init(&peer);
	(void)follow(100);
	CHECK(follow(200) > 0);
}

TEST("the document in force and the one before it are not fetched again, older ones are")
{
	begin();
	for (size_t i = 0; i < 3; i++) {
		CHECK_EQUAL(follow(100), 0);
		CHECK_EQUAL(follow(200), 0);
		CHECK_EQUAL(follow(200), 0);
	}
	CHECK(follow(300) > 0);
	CHECK_EQUAL(follow(200), 0);
	CHECK(follow(100) > 0);
	CHECK_EQUAL(peer.flash.violations, 0);
}

TEST("after a reboot the newer of two documents is in force, and the other one still known")
{
	begin();
	int32_t period_ms = 200;
	for (size_t i = 0; i < 4; i++) {
		const uint64_t generation = peer.fleet.generation;
		peer.is_down = true;
		peer_boot(&peer);
		peer_run(&peer, 2000);
		CHECK_EQUAL(femto_get_accepted_generation(&peer.femto), generation);
		CHECK_EQUAL(peer.femto.containers[0].active.hooks[0].period_ms, period_ms);
		peer.is_down = false;
		period_ms = 300 - period_ms;
		CHECK_EQUAL(follow(period_ms), 0);
	}
}

TEST("a known document is followed while another one can't be fetched")
{
	begin();
	assign(300);
	peer.fleet.objects[peer.fleet.object_count - 1u].missing = true;
	peer_run(&peer, 10000);
	CHECK_EQUAL(peer.report.reason[0], REFUSAL_OBJECT_UNAVAILABLE);
	CHECK_EQUAL(follow(100), 0);
	CHECK_EQUAL(peer.report.reason[0], 0);
}

/* Fills the store with values until less than `free_bytes` are free. */
static void fill(uint32_t free_bytes)
{
	static const uint8_t bytes[1500] = {1};
	struct store *store = &peer.femto.store;
	for (uint8_t i = 0; store_free_bytes(store) >= free_bytes; i++) {
		const struct store_key key = store_key_bytes(STORE_VALUE, &i, 1);
		const size_t size = store_free_bytes(store) > 2000u ? sizeof(bytes) : 24u;
		const struct store_part part = {bytes, size};
		REQUIRE(store_put(store, &key, &part, 1) == STORE_OK);
	}
}

TEST("the document before the one in force makes room when the flash is full")
{
	begin();
	fill(80);
	CHECK(femto_free_flash(&peer.femto) > 100); /* it counts as free */
	CHECK(follow(300) > 0);
	CHECK(follow(100) > 0);
	(void)follow(300);
	CHECK_EQUAL(femto_get_counter(&peer.femto, COUNTER_FLASH_ERROR), 0);
	peer_boot(&peer);
	peer_run(&peer, 2000);
	CHECK_EQUAL(femto_get_accepted_generation(&peer.femto), peer.fleet.generation);
	CHECK_EQUAL(peer.flash.violations, 0);
}
