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

static struct femto_container_info info_of(size_t index)
{
	struct femto_container_info info;
	memset(&info, 0, sizeof(info));
	CHECK_EQUAL(femto_get_container(&peer.femto, index, &info), FEMTO_OK);
	return info;
}

TEST("a container that the document no longer names is removed, and the others stay")
{
	peer_init(&peer);
	const struct fleet_container both[2] = {quiet, echo};
	assign(both, 2);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	REQUIRE(peer_run_until(&peer, 2, CONTAINER_CONFIRMED, 30000));
	const uint32_t blocks = peer.blocks_served;
	assign(&echo, 1);
	REQUIRE(peer_run_until(&peer, 2, CONTAINER_CONFIRMED, 30000));
	CHECK_EQUAL(peer.report.containers, 1);
	CHECK_EQUAL(femto_get_container_count(&peer.femto), 1);
	CHECK_EQUAL(info_of(0).generation, 1);
	CHECK(peer.blocks_served - blocks <= 5); /* the document alone */
	assign(NULL, 0);
	peer_run(&peer, 5000);
	CHECK_EQUAL(peer.report.containers, 0);
	CHECK_EQUAL(peer.report.accepted_generation, 3);
	CHECK(!peer_run_until(&peer, 2, CONTAINER_CONFIRMED, 5000));
}

TEST("a new version replaces the old one, which runs until then")
{
	peer_init(&peer);
	assign(&quiet, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	const uint8_t old_digest = peer.report.digest_byte[1];
	struct fleet_container next = watch;
	next.name = "quiet";
	next.sequence = 2;
	assign(&next, 1);
	struct fleet_object *image = &peer.fleet.objects[4]; /* behind the first four objects */
	image->missing = true;
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_FETCHING, 30000));
	CHECK_EQUAL(peer.report.digest_byte[1], old_digest);
	const uint32_t runs = info_of(0).runs;
	peer_run(&peer, 5000);
	CHECK_EQUAL(info_of(0).runs - runs, 5);
	image->missing = false;
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	CHECK_EQUAL(info_of(0).generation, 2);
	CHECK(peer.report.digest_byte[1] != old_digest);
}

TEST("going back to the previous version needs no download")
{
	peer_init(&peer);
	assign(&quiet, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	struct fleet_container next = watch;
	next.name = "quiet";
	next.sequence = 2;
	assign(&next, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	for (size_t i = 0; i < peer.fleet.object_count; i++) {
		peer.fleet.objects[i].missing = true;
	}
	assign(&quiet, 1); /* the document of the first head, again */
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	CHECK_EQUAL(info_of(0).generation, 1);
}

TEST("returning to what runs while its successor is on the way is done at once")
{
	peer_init(&peer);
	assign(&quiet, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	struct fleet_container next = watch;
	next.name = "quiet";
	next.sequence = 2;
	assign(&next, 1);
	peer.fleet.objects[4].missing = true; /* its image */
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_FETCHING, 30000));
	assign(&quiet, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	CHECK_EQUAL(info_of(0).generation, 1);
	CHECK_EQUAL(peer.report.reason[1], 0);
}

TEST("another period is attached without a download of statement or image")
{
	peer_init(&peer);
	assign(&quiet, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	const uint32_t blocks = peer.blocks_served;
	struct fleet_container slow = quiet;
	slow.period_ms = 100;
	assign(&slow, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	CHECK(peer.blocks_served - blocks <= 4);
	const uint32_t runs = info_of(0).runs;
	peer_run(&peer, 10000);
	CHECK_EQUAL(info_of(0).runs - runs, 100);
	CHECK_EQUAL(info_of(0).generation, 1);
}

TEST("a newer head with the same document is followed without a download")
{
	peer_init(&peer);
	assign(&quiet, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	const uint32_t blocks = peer.blocks_served;
	assign(&quiet, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	CHECK_EQUAL(peer.report.accepted_generation, 2);
	CHECK_EQUAL(peer.blocks_served, blocks);
}

TEST("after a reboot a confirmed container runs at once, without the gateway")
{
	peer_init(&peer);
	const struct fleet_container both[2] = {quiet, echo};
	assign(both, 2);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	REQUIRE(peer_run_until(&peer, 2, CONTAINER_CONFIRMED, 30000));
	peer.is_down = true;
	peer_boot(&peer);
	peer_run(&peer, 5000);
	CHECK_EQUAL(femto_get_accepted_generation(&peer.femto), 1);
	CHECK_EQUAL(femto_get_container_count(&peer.femto), 2);
	CHECK_EQUAL(info_of(0).state, CONTAINER_CONFIRMED);
	CHECK_EQUAL(info_of(1).state, CONTAINER_CONFIRMED);
	CHECK(info_of(0).runs >= 4);
	const uint32_t blocks = peer.blocks_served;
	peer.is_down = false;
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	CHECK_EQUAL(peer.blocks_served, blocks);
	CHECK(peer.report.has_inventory);
	CHECK_EQUAL(peer.flash.violations, 0);
}

TEST("a reboot in the middle of a fetch starts it again from the retained head")
{
	peer_init(&peer);
	assign(&quiet, 1);
	peer_run(&peer, 400);
	peer_boot(&peer);
	peer_publish_head(&peer);
	CHECK(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
}

TEST("what is below the floor of a confirmed version never runs again, also after a removal")
{
	peer_init(&peer);
	struct fleet_container next = watch;
	next.name = "quiet";
	next.sequence = 2;
	next.floor = 2;
	assign(&next, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	assign(&quiet, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_REFUSED, 30000));
	CHECK_EQUAL(peer.report.reason[1], REFUSAL_BELOW_FLOOR);
	CHECK(info_of(0).runs > 0); /* the confirmed one goes on */
	assign(NULL, 0);
	peer_run(&peer, 5000);
	peer_boot(&peer);
	assign(&quiet, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_REFUSED, 30000));
	CHECK_EQUAL(peer.report.reason[1], REFUSAL_BELOW_FLOOR);
}

TEST("a report that shows an earlier trial does not confirm a later one")
{
	peer_init(&peer);
	assign(&quiet, 1);
	for (uint32_t i = 0; i < 3000 && peer.femto.report.shown == 0; i++) {
		peer_run(&peer, 1);
	}
	/* that report stays without acknowledgement until the second trial runs */
	peer.keeps_pubacks = true;
	struct fleet_container faster = quiet;
	faster.period_ms = 100;
	assign(&faster, 1);
	peer_run(&peer, 3000);
	CHECK_EQUAL(peer.femto.document_generation, 2);
	CHECK(!peer.femto.containers[0].shown);
	const uint32_t sequence = peer.femto.report.sequence;
	peer.keeps_pubacks = false;
	for (uint32_t i = 0; i < 30000 && peer.femto.report.sequence == sequence; i++) {
		peer_run(&peer, 1);
	}
	CHECK(peer.femto.report.sequence > sequence);
	CHECK_EQUAL(info_of(0).state, CONTAINER_TRIAL);
	CHECK(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
}

TEST("revoking the grant stops what runs")
{
	peer_init(&peer);
	assign(&quiet, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	peer.fleet.is_revoked = true;
	assign(&quiet, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_REFUSED, 30000));
	CHECK_EQUAL(peer.report.reason[1], REFUSAL_GRANT_REVOKED);
	const uint32_t runs = info_of(0).runs;
	peer_run(&peer, 5000);
	CHECK_EQUAL(info_of(0).runs, runs);
	CHECK_EQUAL(peer.femto.arena_used, 0);
}

TEST("installing and removing again and again loses no memory")
{
	peer_init(&peer);
	for (uint32_t i = 1; i <= 8; i++) {
		assign(&quiet, 1);
		REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
		assign(NULL, 0);
		peer_run(&peer, 5000);
		CHECK_EQUAL(peer.femto.arena_used, 0);
	}
	CHECK_EQUAL(femto_get_counter(&peer.femto, COUNTER_FLASH_ERROR), 0);
	CHECK_EQUAL(peer.flash.violations, 0);
}

TEST("containers of two tenants run side by side, under the same name")
{
	peer_init(&peer);
	struct fleet_container two[2] = {quiet, quiet};
	two[1].local_id = 2;
	two[1].tenant = FLEET_OTHER_TENANT;
	two[1].floor = 1;
	assign(two, 2);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	REQUIRE(peer_run_until(&peer, 2, CONTAINER_CONFIRMED, 30000));
	peer_boot(&peer);
	peer_run(&peer, 3000);
	CHECK_EQUAL(info_of(0).state, CONTAINER_CONFIRMED);
	CHECK_EQUAL(info_of(1).state, CONTAINER_CONFIRMED);
	CHECK(info_of(1).runs >= 2);
	/* a tenant that goes takes nothing of the other with it */
	assign(two, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	peer_boot(&peer);
	peer_run(&peer, 3000);
	CHECK_EQUAL(info_of(0).state, CONTAINER_CONFIRMED);
	CHECK_EQUAL(femto_get_container_count(&peer.femto), 1);
}

TEST("another limit of instructions is followed without a download, and the old one comes back")
{
	peer_init(&peer);
	struct fleet_container limited = quiet;
	assign(&limited, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	const uint32_t blocks = peer.blocks_served;
	limited.limit = 1; /* less than one run takes */
	limited.action = FAULT_ACTION_REVERT;
	assign(&limited, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_REFUSED, 30000));
	CHECK_EQUAL(peer.report.reason[1], REFUSAL_TOO_MANY_FAULTS);
	CHECK(peer.blocks_served - blocks <= 3); /* the document alone */
	peer_run(&peer, 5000);
	CHECK_EQUAL(info_of(0).faults, 0);
	CHECK_EQUAL(info_of(0).generation, 1);
	limited.limit = 0;
	limited.action = 0;
	assign(&limited, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
}
