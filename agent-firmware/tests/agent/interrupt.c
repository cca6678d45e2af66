/* Stops a device in the middle, everywhere, and asks only that the end be right. */
#include "harness.h"

#include "tests/support/peer.h"
#include "tests/support/texts.h"

static struct peer peer;

static void assign(const struct fleet_container *containers, size_t count)
{
	fleet_assign(&peer.fleet, containers, count);
	peer_publish_head(&peer);
}

/* Both containers, the first in its second version, and nothing else. */
static void check_end(void)
{
	peer_publish_head(&peer);
	CHECK(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 60000));
	CHECK(peer_run_until(&peer, 2, CONTAINER_CONFIRMED, 60000));
	CHECK_EQUAL(femto_get_container_count(&peer.femto), 2);
	struct femto_container_info info = {.state = 0};
	CHECK_EQUAL(femto_get_container(&peer.femto, 0, &info), FEMTO_OK);
	CHECK_EQUAL(info.refusal, 0);
	CHECK_EQUAL(info.statement_digest[0], peer.report.digest_byte[1]);
	CHECK_EQUAL(peer.flash.violations, 0);
}

/* Version 1 runs; the document names version 2 and a second container. */
static void begin_update(void)
{
	peer_init(&peer);
	assign(&quiet, 1);
	CHECK(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	struct fleet_container both[2] = {watch, echo};
	both[0].name = "quiet";
	both[0].sequence = 2;
	assign(both, 2);
}

TEST("a reboot at any time of an update ends where the document says")
{
	for (uint64_t after_ms = 1; after_ms < 3500 && !harness_has_failed(); after_ms += 83) {
		begin_update();
		peer_run(&peer, after_ms);
		peer_boot(&peer);
		check_end();
	}
}

TEST("a flash that fails from any write on, until a reboot, ends where the document says")
{
	begin_update();
	const uint64_t first = peer.flash.operations;
	check_end();
	const uint64_t last = peer.flash.operations;
	CHECK(last - first > 5);
	for (uint64_t n = first; n < last && !harness_has_failed(); n += 7) {
		begin_update();
		peer.flash.dead_at = n;
		peer_run(&peer, 6000);
		CHECK(femto_get_counter(&peer.femto, COUNTER_FLASH_ERROR) > 0);
		peer.flash.dead_at = UINT64_MAX;
		peer_boot(&peer);
		check_end();
	}
}

TEST("a flash that fails for a while delays an update and loses nothing")
{
	begin_update();
	peer.flash.dead_at = 0;
	peer_run(&peer, 20000);
	CHECK_EQUAL(peer.report.state[1], CONTAINER_CONFIRMED); /* version 1 still runs */
	CHECK_EQUAL(peer.report.reason[0], REFUSAL_NO_FLASH);
	peer.flash.dead_at = UINT64_MAX;
	check_end();
}
