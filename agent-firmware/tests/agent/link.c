#include "harness.h"

#include "tests/support/peer.h"
#include "tests/support/texts.h"

static struct peer peer;

TEST("the loss of every k-th datagram does not keep a device from its document")
{
	for (uint32_t k = 3; k <= 12; k++) {
		peer_init(&peer);
		peer.lose_every = k;
		const struct fleet_container both[2] = {quiet, echo};
		fleet_assign(&peer.fleet, both, 2);
		peer_publish_head(&peer);
		CHECK(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 180000));
		CHECK(peer_run_until(&peer, 2, CONTAINER_CONFIRMED, 180000));
		CHECK_EQUAL(femto_get_counter(&peer.femto, COUNTER_OBJECT_DIGEST), 0);
		CHECK_EQUAL(femto_get_counter(&peer.femto, COUNTER_OBJECT_REFUSED), 0);
		CHECK_EQUAL(femto_get_counter(&peer.femto, COUNTER_BLOCK_UNEXPECTED), 0);
	}
}

TEST("a gateway without predefined topics serves the device by names")
{
	peer_init(&peer);
	peer.without_ids = true;
	fleet_assign(&peer.fleet, &echo, 1);
	peer_publish_head(&peer);
	REQUIRE(peer_run_until(&peer, 2, CONTAINER_CONFIRMED, 30000));
	CHECK_EQUAL(femto_get_counter(&peer.femto, COUNTER_LINK_LOST), 0);
}

TEST("an idle device says nothing but its reports and pings")
{
	peer_init(&peer);
	fleet_assign(&peer.fleet, &quiet, 1);
	peer_publish_head(&peer);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	peer_run(&peer, 65000);
	const uint32_t sent = peer.sent;
	const uint32_t reports = peer.report.count;
	peer_run(&peer, 600000);
	CHECK_EQUAL(peer.report.count - reports, 10);
	CHECK(peer.sent - sent <= 10u * 4u + 12u);
}
