#include "harness.h"

#include <string.h>

#include "tests/support/peer.h"
#include "tests/support/texts.h"

static struct peer peer;

static uint32_t sum_of_counters(void)
{
	uint32_t sum = 0;
	for (uint8_t counter = 1; counter <= COUNTER_MAX; counter++) {
		sum += femto_get_counter(&peer.femto, counter);
	}
	return sum;
}

static uint32_t chance(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

static void begin(void)
{
	peer_init(&peer);
	fleet_assign(&peer.fleet, &quiet, 1);
	peer_publish_head(&peer);
	CHECK(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
}

static void check_alive(void)
{
	const struct fleet_container both[2] = {quiet, echo};
	fleet_assign(&peer.fleet, both, 2);
	peer_publish_head(&peer);
	CHECK(peer_run_until(&peer, 2, CONTAINER_CONFIRMED, 60000));
}

TEST("every datagram of up to two bytes adds to exactly one counter")
{
	begin();
	uint32_t sum = sum_of_counters();
	for (uint32_t value = 0; value < 65536u + 256u + 1u; value++) {
		const uint8_t datagram[2] = {(uint8_t)value, (uint8_t)(value >> 8)};
		const size_t size = value < 65536u ? 2 : value < 65536u + 256u ? 1 : 0;
		const bool is_ours = size == 2 && datagram[0] == 2 &&
							 (datagram[1] == MQSN_PINGREQ || datagram[1] == MQSN_DISCONNECT);
		if (!is_ours) {
			femto_feed(&peer.femto, datagram, size, peer.now_ms);
			sum++;
		}
	}
	CHECK_EQUAL(sum_of_counters(), sum);
	check_alive();
}

TEST("random datagrams add to one counter at most, and the device goes on")
{
	begin();
	uint32_t state = 1;
	for (uint32_t i = 0; i < 20000; i++) {
		uint8_t datagram[255];
		const size_t size = 3u + chance(&state) % 253u;
		for (size_t at = 0; at < size; at++) {
			datagram[at] = (uint8_t)chance(&state);
		}
		datagram[0] = i % 2u == 0 ? (uint8_t)size : datagram[0];
		const uint32_t before = sum_of_counters();
		femto_feed(&peer.femto, datagram, size, peer.now_ms);
		const uint32_t added = sum_of_counters() - before;
		CHECK(added <= 1u);
		CHECK(added == 1u || datagram[1] == MQSN_REGISTER || datagram[1] == MQSN_PINGREQ ||
			  datagram[1] == MQSN_DISCONNECT || datagram[1] == MQSN_PUBLISH);
	}
	peer_run(&peer, 60000);
	check_alive();
}

TEST("a head with any one bit changed is refused and counted once")
{
	begin();
	const size_t size = peer.fleet.head_bytes;
	const struct fleet_object *document = &peer.fleet.objects[peer.fleet.object_count - 1u];
	fleet_seal_head(&peer.fleet, 9, document);
	for (size_t bit = 0; bit < size * 8u; bit++) {
		uint8_t datagram[64] = {(uint8_t)(size + 7u), MQSN_PUBLISH, MQSN_TOPIC_PREDEFINED, 0,
			PROTO_TOPIC_HEAD_ID, 0, 0};
		memcpy(datagram + 7, peer.fleet.head, size);
		datagram[7u + bit / 8u] ^= (uint8_t)(1u << (bit % 8u));
		const uint32_t before = femto_get_counter(&peer.femto, COUNTER_HEAD_MAC) +
								femto_get_counter(&peer.femto, COUNTER_HEAD_MALFORMED);
		femto_feed(&peer.femto, datagram, size + 7u, peer.now_ms);
		const uint32_t after = femto_get_counter(&peer.femto, COUNTER_HEAD_MAC) +
							   femto_get_counter(&peer.femto, COUNTER_HEAD_MALFORMED);
		CHECK_EQUAL(after - before, 1);
	}
	CHECK_EQUAL(femto_get_accepted_generation(&peer.femto), 1);
}
