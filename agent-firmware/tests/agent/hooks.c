#include "harness.h"

#include <string.h>

#include "generated/bpf_reasons.h"
#include "tests/support/peer.h"
#include "tests/support/texts.h"

static struct peer peer;

static bool start(const struct fleet_container *container)
{
	peer_init(&peer);
	fleet_assign(&peer.fleet, container, 1);
	peer_publish_head(&peer);
	return peer_run_until(&peer, container->local_id, CONTAINER_CONFIRMED, 30000);
}

TEST("a message reaches its container, which answers on its own topic")
{
	REQUIRE(start(&echo));
	const uint8_t message[6] = {2, 'h', 'e', 'l', 'l', 'o'};
	peer_send_input(&peer, message, sizeof(message));
	peer_run(&peer, 1000);
	CHECK_EQUAL(peer.publications, 1);
	CHECK_EQUAL(peer.published_bytes, 5);
	CHECK_BYTES(peer.published, "hello", 5);
	CHECK(strcmp(peer.names[1], "f/dev-1/m/2") == 0);
}

TEST("a message for no container, and an empty one, are counted")
{
	REQUIRE(start(&quiet));
	const uint8_t message[2] = {9, 'x'};
	const uint8_t timer[2] = {1, 'x'};
	peer_send_input(&peer, message, sizeof(message));
	peer_send_input(&peer, timer, sizeof(timer));
	peer_send_input(&peer, message, 0);
	peer_run(&peer, 1000);
	CHECK_EQUAL(femto_get_counter(&peer.femto, COUNTER_MESSAGE_UNROUTABLE), 3);
}

TEST("a sample runs the containers on the sensor hook and no other")
{
	struct fleet_container sensor = quiet;
	sensor.hook = HOOK_SENSOR;
	peer_init(&peer);
	fleet_assign(&peer.fleet, &sensor, 1);
	peer_publish_head(&peer);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_TRIAL, 30000));
	peer_run(&peer, 2000);
	struct femto_container_info info;
	REQUIRE(femto_get_container(&peer.femto, 0, &info) == FEMTO_OK);
	CHECK_EQUAL(info.runs, 0);
	CHECK_EQUAL(info.state, CONTAINER_TRIAL); /* minRuns is 1 */
	femto_hook_sensor(&peer.femto, 0, -5, peer.now_ms);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 5000));
	REQUIRE(femto_get_container(&peer.femto, 0, &info) == FEMTO_OK);
	CHECK_EQUAL(info.runs, 1);
}

TEST("a container that faults more often than tolerated is quarantined, with cause and place")
{
	struct fleet_container container = wild;
	container.max_faults = 2;
	peer_init(&peer);
	fleet_assign(&peer.fleet, &container, 1);
	peer_publish_head(&peer);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_QUARANTINED, 30000));
	CHECK_EQUAL(peer.report.reason[1], REFUSAL_TOO_MANY_FAULTS);
	struct femto_container_info info;
	REQUIRE(femto_get_container(&peer.femto, 0, &info) == FEMTO_OK);
	CHECK_EQUAL(info.faults, 3);
	CHECK_EQUAL(info.fault_cause, BPF_FAULT_BAD_ACCESS);
	CHECK_EQUAL(info.fault_pc, 1);
	CHECK_EQUAL(info.runs, 0);
	peer_run(&peer, 5000);
	REQUIRE(femto_get_container(&peer.femto, 0, &info) == FEMTO_OK);
	CHECK_EQUAL(info.faults, 3);
	CHECK_EQUAL(peer.femto.arena_used, 0);
}

TEST("a container in quarantine stays there over a reboot, until its document changes")
{
	struct fleet_container container = wild;
	peer_init(&peer);
	fleet_assign(&peer.fleet, &container, 1);
	peer_publish_head(&peer);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_QUARANTINED, 30000));
	peer_boot(&peer);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_QUARANTINED, 30000));
	CHECK_EQUAL(peer.report.reason[1], REFUSAL_TOO_MANY_FAULTS);
	peer_run(&peer, 5000);
	struct femto_container_info info;
	REQUIRE(femto_get_container(&peer.femto, 0, &info) == FEMTO_OK);
	CHECK_EQUAL(info.faults, 0);
	container.max_faults = 1;
	fleet_assign(&peer.fleet, &container, 1);
	peer_publish_head(&peer);
	peer_run(&peer, 20000);
	REQUIRE(femto_get_container(&peer.femto, 0, &info) == FEMTO_OK);
	CHECK_EQUAL(info.faults, 2);
	CHECK_EQUAL(info.state, CONTAINER_QUARANTINED);
}

TEST("faults that are only counted leave the container attached and unconfirmed")
{
	struct fleet_container container = wild;
	container.action = FAULT_ACTION_COUNT;
	peer_init(&peer);
	fleet_assign(&peer.fleet, &container, 1);
	peer_publish_head(&peer);
	CHECK(!peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 20000));
	CHECK_EQUAL(peer.report.state[1], CONTAINER_TRIAL);
	struct femto_container_info info;
	REQUIRE(femto_get_container(&peer.femto, 0, &info) == FEMTO_OK);
	CHECK(info.faults > 10);
}

TEST("a container is confirmed only after minReadySeconds")
{
	struct fleet_container container = quiet;
	container.min_ready_seconds = 20;
	peer_init(&peer);
	fleet_assign(&peer.fleet, &container, 1);
	peer_publish_head(&peer);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_TRIAL, 10000));
	CHECK(!peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 19000));
	CHECK(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 3000));
}

TEST("a container is not confirmed while no report of its trial has arrived")
{
	struct fleet_container container = quiet;
	container.min_ready_seconds = 3;
	peer_init(&peer);
	fleet_assign(&peer.fleet, &container, 1);
	peer_publish_head(&peer);
	struct femto_container_info info = {.state = 0};
	for (uint32_t i = 0; i < 3000 && info.state != CONTAINER_TRIAL; i++) {
		peer_run(&peer, 5);
		(void)femto_get_container(&peer.femto, 0, &info);
	}
	peer.is_down = true;
	peer_run(&peer, 60000);
	REQUIRE(femto_get_container(&peer.femto, 0, &info) == FEMTO_OK);
	CHECK_EQUAL(info.state, CONTAINER_TRIAL);
	CHECK(info.runs > 50);
	CHECK(femto_get_counter(&peer.femto, COUNTER_LINK_LOST) >= 1);
	peer.is_down = false;
	CHECK(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
}

TEST("a launch pad runs what is attached to its hook, and says so when nothing is")
{
	struct fleet_container sensor = quiet;
	sensor.hook = HOOK_SENSOR;
	peer_init(&peer);
	const uint8_t context[HOOK_SENSOR_CONTEXT_BYTES] = {0};
	int64_t result = -1;
	CHECK_EQUAL(FEMTO_HOOK(&peer.femto, HOOK_SENSOR, &context, peer.now_ms, &result),
		FEMTO_ERR_NOT_FOUND);
	fleet_assign(&peer.fleet, &sensor, 1);
	peer_publish_head(&peer);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_TRIAL, 30000));
	CHECK_EQUAL(result, -1);
	CHECK_EQUAL(FEMTO_HOOK(&peer.femto, HOOK_TIMER, &context, peer.now_ms, &result),
		FEMTO_ERR_NOT_FOUND);
	CHECK_EQUAL(FEMTO_HOOK(&peer.femto, HOOK_SENSOR, &context, peer.now_ms, &result), FEMTO_OK);
	CHECK(result != -1);
	struct femto_container_info info;
	REQUIRE(femto_get_container(&peer.femto, 0, &info) == FEMTO_OK);
	CHECK_EQUAL(info.runs, 1);
}
