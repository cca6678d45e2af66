#include "harness.h"

#include "tests/support/peer.h"
#include "tests/support/texts.h"

static struct peer peer;

static void start(void)
{
	peer_init(&peer);
	peer.fleet.wake_interval_seconds = 300;
	fleet_assign(&peer.fleet, &quiet, 1);
	peer_publish_head(&peer);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	peer_run(&peer, 10000);
	CHECK(peer.is_asleep);
	CHECK_EQUAL(peer.sleep_seconds, 330);
}

TEST("a device that has nothing to do sleeps, its containers go on, and it reports at each wake-up")
{
	start();
	struct femto_container_info info;
	REQUIRE(femto_get_container(&peer.femto, 0, &info) == FEMTO_OK);
	const uint32_t runs = info.runs;
	const uint32_t sent = peer.sent;
	peer_run(&peer, 200000);
	CHECK_EQUAL(peer.sent, sent);
	REQUIRE(femto_get_container(&peer.femto, 0, &info) == FEMTO_OK);
	CHECK_EQUAL(info.runs - runs, 200);
	const uint32_t reports = peer.report.count;
	peer_run(&peer, 900000);
	CHECK_EQUAL(peer.report.count - reports, 3);
	CHECK_EQUAL(peer.report.next_report_seconds, 300);
}

TEST("a sleeper takes a new head at its wake-up, connects, and goes to sleep again")
{
	start();
	const struct fleet_container both[2] = {quiet, echo};
	fleet_assign(&peer.fleet, both, 2);
	peer_publish_head(&peer);
	REQUIRE(peer_run_until(&peer, 2, CONTAINER_CONFIRMED, 330000));
	peer_run(&peer, 10000);
	CHECK(peer.is_asleep);
}
