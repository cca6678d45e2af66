#include "harness.h"

#include <string.h>

#include "generated/bpf_reasons.h"
#include "tests/support/peer.h"
#include "tests/support/texts.h"

static struct peer peer;

static void begin(const struct fleet_container *container)
{
	peer_init(&peer);
	fleet_assign(&peer.fleet, container, 1);
}

/* Counters other than `expected` stay 0. */
static void check_only_counter(uint8_t expected, uint32_t value)
{
	for (uint8_t counter = 1; counter <= COUNTER_MAX; counter++) {
		CHECK_EQUAL(
			femto_get_counter(&peer.femto, counter), counter == expected ? value : 0);
	}
}

static void check_refused(const struct fleet_container *container, uint8_t reason,
	uint16_t instruction)
{
	begin(container);
	peer_publish_head(&peer);
	REQUIRE(peer_run_until(&peer, container->local_id, CONTAINER_REFUSED, 30000));
	CHECK_EQUAL(peer.report.reason[container->local_id], reason);
	CHECK_EQUAL(peer.report.instruction[container->local_id], instruction);
	check_only_counter(COUNTER_OBJECT_REFUSED, 1);
	/* it still serves the next valid input */
	struct fleet_container good = quiet;
	good.local_id = 3;
	fleet_assign(&peer.fleet, &good, 1);
	peer_publish_head(&peer);
	CHECK(peer_run_until(&peer, 3, CONTAINER_CONFIRMED, 30000));
}

TEST("a head with a wrong MAC is counted and changes nothing")
{
	begin(&quiet);
	peer.fleet.head[peer.fleet.head_bytes - 1u] ^= 1u;
	peer_publish_head(&peer);
	peer_run(&peer, 5000);
	CHECK_EQUAL(femto_get_accepted_generation(&peer.femto), 0);
	check_only_counter(COUNTER_HEAD_MAC, 1);
}

TEST("a head that is no COSE_Mac0 is counted as malformed")
{
	begin(&quiet);
	peer.fleet.head[0] ^= 1u;
	peer_publish_head(&peer);
	peer_run(&peer, 5000);
	CHECK_EQUAL(femto_get_accepted_generation(&peer.femto), 0);
	check_only_counter(COUNTER_HEAD_MALFORMED, 1);
}

TEST("an older head is refused, an equal one is nothing new")
{
	begin(&quiet);
	fleet_assign(&peer.fleet, &quiet, 1);
	peer_publish_head(&peer);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	peer_publish_head(&peer);
	peer_run(&peer, 3000);
	check_only_counter(COUNTER_HEAD_STALE, 0);
	const struct fleet_object *document = &peer.fleet.objects[peer.fleet.object_count - 1u];
	fleet_seal_head(&peer.fleet, 1, document);
	peer_publish_head(&peer);
	peer_run(&peer, 3000);
	check_only_counter(COUNTER_HEAD_STALE, 1);
	CHECK_EQUAL(femto_get_accepted_generation(&peer.femto), 2);
}

TEST("another head with the accepted generation is refused")
{
	begin(&quiet);
	peer_publish_head(&peer);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	fleet_seal_head(&peer.fleet, 1, &peer.fleet.objects[0]);
	peer_publish_head(&peer);
	peer_run(&peer, 3000);
	check_only_counter(COUNTER_HEAD_STALE, 1);
	CHECK_EQUAL(peer.report.reason[0], 0);
}

TEST("an object with a wrong digest is dropped, reported, and fetched again later")
{
	begin(&quiet);
	struct fleet_object *image = &peer.fleet.objects[0];
	image->is_corrupt = true;
	peer_publish_head(&peer);
	peer_run(&peer, 10000);
	CHECK_EQUAL(peer.report.state[1], CONTAINER_FETCHING);
	CHECK_EQUAL(peer.report.reason[1], REFUSAL_DIGEST_MISMATCH);
	const uint32_t dropped = femto_get_counter(&peer.femto, COUNTER_OBJECT_DIGEST);
	CHECK(dropped >= 2 && dropped <= 4); /* after 1, 2 and 4 seconds */
	check_only_counter(COUNTER_OBJECT_DIGEST, dropped);
	image->is_corrupt = false;
	CHECK(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	CHECK_EQUAL(peer.report.reason[1], 0);
}

TEST("an object that is not available is reported, and the others go on meanwhile")
{
	peer_init(&peer);
	struct fleet_container both[2] = {quiet, echo};
	fleet_assign(&peer.fleet, both, 2);
	peer.fleet.objects[0].missing = true; /* the image of the first */
	peer_publish_head(&peer);
	REQUIRE(peer_run_until(&peer, 2, CONTAINER_CONFIRMED, 30000));
	peer_run(&peer, 5000);
	CHECK_EQUAL(peer.report.state[1], CONTAINER_FETCHING);
	CHECK_EQUAL(peer.report.reason[1], REFUSAL_OBJECT_UNAVAILABLE);
	peer.fleet.objects[0].missing = false;
	CHECK(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 60000));
	check_only_counter(0, 0);
}

TEST("a statement that another key has signed is refused")
{
	struct fleet_container container = quiet;
	container.forged = true;
	check_refused(&container, REFUSAL_SIGNATURE_INVALID, 0xffff);
}

TEST("a statement that asks for a helper the firmware lacks is refused")
{
	struct fleet_container container = quiet;
	container.permissions = 1u << 20;
	check_refused(&container, REFUSAL_HELPER_UNAVAILABLE, 0xffff);
}

TEST("a statement that asks for a hook the firmware lacks is refused")
{
	struct fleet_container container = quiet;
	container.hook = 99;
	check_refused(&container, REFUSAL_HOOK_UNAVAILABLE, 0xffff);
}

TEST("a statement that asks for more instructions than granted is refused")
{
	struct fleet_container container = quiet;
	container.instructions = 100001;
	check_refused(&container, REFUSAL_NOT_GRANTED, 0xffff);
}

TEST("a timer period out of its bounds is refused")
{
	struct fleet_container container = quiet;
	container.period_ms = 9;
	check_refused(&container, REFUSAL_PARAMETER_INVALID, 0xffff);
}

TEST("an image that the verifier refuses is reported with reason and instruction")
{
	check_refused(
		&endless, REFUSAL_VERIFIER_BASE + BPF_REFUSED_MISSING_EXIT, 1);
}

TEST("an image that calls a helper its statement does not name is refused at the call")
{
	struct fleet_container container = watch;
	container.permissions = 1u << HELPER_LOG;
	check_refused(&container, REFUSAL_VERIFIER_BASE + BPF_REFUSED_HELPER_DENIED, 0);
}

TEST("a helper that the grant does not allow is refused")
{
	peer_init(&peer);
	peer.fleet.permissions = 1u << HELPER_LOG;
	fleet_assign(&peer.fleet, &watch, 1);
	peer_publish_head(&peer);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_REFUSED, 30000));
	CHECK_EQUAL(peer.report.reason[1], REFUSAL_NOT_GRANTED);
}

TEST("a tenant whose grant has no keys runs nothing")
{
	peer_init(&peer);
	peer.fleet.is_revoked = true;
	fleet_assign(&peer.fleet, &quiet, 1);
	peer_publish_head(&peer);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_REFUSED, 30000));
	CHECK_EQUAL(peer.report.reason[1], REFUSAL_GRANT_REVOKED);
}

TEST("the same container of a tenant runs only once")
{
	peer_init(&peer);
	struct fleet_container twice[2] = {quiet, quiet};
	twice[1].local_id = 2;
	twice[1].sequence = 2;
	fleet_assign(&peer.fleet, twice, 2);
	peer_publish_head(&peer);
	REQUIRE(peer_run_until(&peer, 2, CONTAINER_REFUSED, 30000));
	CHECK_EQUAL(peer.report.reason[2], REFUSAL_CONTAINER_TAKEN);
	CHECK(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
}

TEST("a document that does not decode is refused as a whole, and the next one is taken")
{
	peer_init(&peer);
	const uint8_t junk[20] = {0xff};
	fleet_seal_head(&peer.fleet, 1, fleet_add(&peer.fleet, junk, sizeof(junk)));
	peer_publish_head(&peer);
	peer_run(&peer, 10000);
	CHECK_EQUAL(peer.report.accepted_generation, 1);
	CHECK_EQUAL(peer.report.reason[0], REFUSAL_DOCUMENT_MALFORMED);
	check_only_counter(COUNTER_OBJECT_REFUSED, 1);
	fleet_assign(&peer.fleet, &quiet, 1);
	peer_publish_head(&peer);
	CHECK(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	CHECK_EQUAL(peer.report.reason[0], 0);
}

TEST("datagrams that are no message, or fit no state, are counted and disturb nothing")
{
	begin(&quiet);
	peer_run(&peer, 1000);
	const uint8_t cut[2] = {0x01, 0x0c};
	const uint8_t lie[3] = {9, 0x05, 0};
	const uint8_t suback[8] = {8, 0x13, 0, 0, 1, 0, 99, 0};
	const uint8_t block[9] = {9, 0x0c, 0x01, 0, 4, 0, 0, 0x83, 0};
	peer_send_raw(&peer, cut, sizeof(cut));
	peer_send_raw(&peer, cut, 1);
	peer_send_raw(&peer, cut, 0);
	peer_send_raw(&peer, lie, sizeof(lie));
	peer_send_raw(&peer, suback, sizeof(suback));
	peer_send_raw(&peer, block, sizeof(block));
	peer_run(&peer, 1000);
	CHECK_EQUAL(femto_get_counter(&peer.femto, COUNTER_DATAGRAM_MALFORMED), 4);
	CHECK_EQUAL(femto_get_counter(&peer.femto, COUNTER_DATAGRAM_UNEXPECTED), 1);
	CHECK_EQUAL(femto_get_counter(&peer.femto, COUNTER_BLOCK_MALFORMED), 1);
	peer_publish_head(&peer);
	CHECK(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
}

TEST("a block of an object that nobody asked for is counted")
{
	begin(&quiet);
	peer_run(&peer, 1000);
	const uint8_t block[16] = {16, 0x0c, 0x01, 0, 4, 0, 0, 0x83, 0x44, 1, 2, 3, 4, 0, 0x41, 0xaa};
	peer_send_raw(&peer, block, sizeof(block));
	peer_run(&peer, 100);
	check_only_counter(COUNTER_BLOCK_UNEXPECTED, 1);
}
