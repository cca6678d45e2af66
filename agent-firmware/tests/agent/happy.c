#include "harness.h"

#include <string.h>

#include "tests/agent/peer.h"
#include "tests/agent/texts.h"

static struct peer peer;

TEST("a device goes from head to a confirmed container, and reports it")
{
	peer_init(&peer);
	fleet_assign(&peer.fleet, &quiet, 1);
	peer_publish_head(&peer);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	CHECK_EQUAL(femto_get_container_count(&peer.femto), 1);
	struct femto_container_info info;
	REQUIRE(femto_get_container(&peer.femto, 0, &info) == FEMTO_OK);
	CHECK(info.runs >= 1);
	CHECK_EQUAL(info.generation, 1);
	CHECK_EQUAL(info.refusal, 0);
	for (uint8_t counter = 1; counter <= COUNTER_MAX; counter++) {
		CHECK_EQUAL(femto_get_counter(&peer.femto, counter), 0);
	}
	CHECK_EQUAL(peer.violations, 0);
}
