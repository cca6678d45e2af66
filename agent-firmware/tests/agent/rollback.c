/* What taking a version back costs on the air. */
#include "harness.h"

#include <string.h>

#include "tests/support/peer.h"
#include "tests/support/texts.h"

static struct peer peer;

static void assign(const struct fleet_container *containers, size_t count)
{
	fleet_assign(&peer.fleet, containers, count);
	peer_publish_head(&peer);
}

static struct fleet_container second(void)
{
	struct fleet_container next = watch;
	next.name = "quiet";
	next.sequence = 2;
	next.action = FAULT_ACTION_REVERT;
	return next;
}

/* Lets the device follow the head with `quiet` again, and checks what that costs. */
static void check_costs(uint32_t reports, uint32_t bytes)
{
	uint32_t before[PEER_AIR_KINDS];
	memcpy(before, peer.air, sizeof(before));
	const uint32_t blocks = peer.blocks_served;
	const uint32_t count = peer.report.count;
	assign(&quiet, 1);
	peer_run(&peer, 20000);
	CHECK_EQUAL(peer.report.state[1], CONTAINER_CONFIRMED);
	CHECK_EQUAL(peer.report.count - count, reports);
	CHECK_EQUAL(peer.blocks_served, blocks);
	CHECK_EQUAL(peer.air[PEER_AIR_BLOCK], before[PEER_AIR_BLOCK]); /* nor is one asked for */
	CHECK_EQUAL(peer.air[PEER_AIR_OTHER] - before[PEER_AIR_OTHER], 4); /* a ping, to settle */
	uint32_t sum = 0;
	for (size_t kind = 0; kind < PEER_AIR_KINDS; kind++) {
		sum += peer.air[kind] - before[kind];
	}
	CHECK(sum <= bytes);
}

TEST("a version taken back by its document costs one head, two reports and one ping")
{
	peer_init(&peer);
	assign(&quiet, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	const struct fleet_container next = second();
	assign(&next, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	peer_run(&peer, 10000);
	check_costs(2, 260);
}

TEST("a device that went back by itself is told with one head, one report and one ping")
{
	peer_init(&peer);
	assign(&quiet, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	struct fleet_container next = second();
	next.min_ready_seconds = 1000;
	assign(&next, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_TRIAL, 30000));
	for (size_t i = 0; i < 3; i++) {
		peer.reset_cause = FEMTO_RESET_WATCHDOG;
		peer_boot(&peer);
		peer_run(&peer, 2000);
	}
	peer_run(&peer, 10000);
	REQUIRE(peer.report.state[1] == CONTAINER_REFUSED);
	check_costs(1, 160);
}
