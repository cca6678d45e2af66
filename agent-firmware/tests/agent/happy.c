#include "harness.h"

#include <string.h>

#include "tests/support/peer.h"
#include "tests/support/texts.h"

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
	CHECK_EQUAL(peer.flash.violations, 0);
}

/* Reports of `milliseconds` that carried the inventory, and those that did not. */
static void count_inventories(uint64_t milliseconds, uint32_t *with, uint32_t *without)
{
	*with = 0;
	*without = 0;
	for (uint64_t end_ms = peer.now_ms + milliseconds; peer.now_ms < end_ms;) {
		const uint32_t before = peer.report.count;
		peer_run(&peer, 1000);
		if (peer.report.count != before) {
			*(peer.report.has_inventory ? with : without) += 1;
		}
	}
}

TEST("the inventory comes until the device was told something, and once after a document")
{
	peer_init(&peer);
	uint32_t with = 0;
	uint32_t without = 0;
	count_inventories(250000, &with, &without);
	CHECK(with >= 4);
	CHECK_EQUAL(without, 0);
	fleet_assign(&peer.fleet, &quiet, 1);
	peer_publish_head(&peer);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	count_inventories(100000, &with, &without);
	CHECK(with >= 1);
	count_inventories(250000, &with, &without);
	CHECK_EQUAL(with, 0);
	CHECK(without >= 4);
}

TEST("an inventory whose slice the gateway rejects is told again")
{
	peer_init(&peer);
	fleet_assign(&peer.fleet, &quiet, 1);
	peer_publish_head(&peer);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	uint32_t with = 0;
	uint32_t without = 0;
	count_inventories(200000, &with, &without);
	const uint8_t garbage[] = {9, 9, 9};
	peer_send_raw(&peer, garbage, sizeof(garbage)); /* a counter to tell of */
	peer.keeps_pubacks = true;
	for (uint32_t step = 0; step < 70000 && peer.femto.report.size == 0; step++) {
		peer_run(&peer, 1);
	}
	REQUIRE(peer.femto.report.size > 0 && peer.femto.report.has_inventory);
	const uint16_t id = peer.femto.link.publish_id;
	const uint8_t rejected[] = {7, MQSN_PUBACK, PROTO_TOPIC_REPORT_ID >> 8,
		PROTO_TOPIC_REPORT_ID & 0xffu, (uint8_t)(id >> 8), (uint8_t)(id & 0xffu),
		MQSN_RETURN_NOT_SUPPORTED};
	peer_send_raw(&peer, rejected, sizeof(rejected));
	peer.keeps_pubacks = false;
	peer_run(&peer, 500);
	REQUIRE(peer.femto.report.size == 0);
	CHECK_EQUAL(peer.femto.report.part, 0); /* the first slice was the last one sent */
	count_inventories(130000, &with, &without);
	CHECK_EQUAL(with, 1);
}
