/* What speaks against a generation on trial, and what runs afterwards. */
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

/* A later version of `quiet`. */
static struct fleet_container version(const struct fleet_container *of, uint32_t sequence)
{
	struct fleet_container next = *of;
	next.name = "quiet";
	next.sequence = sequence;
	next.action = FAULT_ACTION_REVERT;
	next.min_ready_seconds = 30;
	return next;
}

/* Version 1 is confirmed, `next` on trial. Returns the first byte of the old digest. */
static uint8_t try_out(const struct fleet_container *next)
{
	peer_init(&peer);
	assign(&quiet, 1);
	CHECK(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	const uint8_t old = peer.report.digest_byte[1];
	assign(next, 1);
	CHECK(peer_run_until(&peer, 1, CONTAINER_TRIAL, 30000));
	return old;
}

/* The old version runs, the newer one is refused for `reason`; also in the report. */
static void check_reverted(uint8_t old, uint8_t reason)
{
	CHECK(peer_run_until(&peer, 1, CONTAINER_REFUSED, 60000));
	CHECK_EQUAL(peer.report.reason[1], reason);
	CHECK_EQUAL(peer.report.digest_byte[1], old);
	CHECK_EQUAL(info_of(0).statement_digest[0], old);
	CHECK_EQUAL(info_of(0).generation, 1);
	const uint32_t runs = info_of(0).runs;
	peer_run(&peer, 3000);
	CHECK_EQUAL(info_of(0).runs - runs, 3);
}

static void reset_by_watchdog(void)
{
	peer.reset_cause = FEMTO_RESET_WATCHDOG;
	peer_boot(&peer);
	peer_run(&peer, 500);
}

TEST("a trial with too many faults goes back to what ran before, without a download")
{
	struct fleet_container next = version(&wild, 2);
	next.max_faults = 1;
	const uint8_t old = try_out(&next);
	const uint32_t blocks = peer.blocks_served;
	check_reverted(old, REFUSAL_TOO_MANY_FAULTS);
	CHECK_EQUAL(peer.report.instruction[1], 1);
	CHECK_EQUAL(peer.blocks_served, blocks);
}

TEST("what was given up is not tried again before the next desiredGeneration, reboots or not")
{
	struct fleet_container next = version(&wild, 2);
	const uint8_t old = try_out(&next);
	check_reverted(old, REFUSAL_TOO_MANY_FAULTS);
	peer_run(&peer, 600000);
	check_reverted(old, REFUSAL_TOO_MANY_FAULTS);
	peer_boot(&peer);
	check_reverted(old, REFUSAL_TOO_MANY_FAULTS);
	CHECK_EQUAL(info_of(0).state, CONTAINER_REFUSED);
	const uint32_t blocks = peer.blocks_served;
	assign(&next, 1); /* the same document, a greater number */
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_TRIAL, 30000));
	CHECK(peer.report.digest_byte[1] != old);
	CHECK_EQUAL(peer.blocks_served, blocks);
	check_reverted(old, REFUSAL_TOO_MANY_FAULTS);
}

TEST("after a revert the document with the old version is followed at once")
{
	const struct fleet_container next = version(&wild, 2);
	const uint8_t old = try_out(&next);
	check_reverted(old, REFUSAL_TOO_MANY_FAULTS);
	const uint32_t runs = info_of(0).runs;
	assign(&quiet, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 5000));
	CHECK_EQUAL(peer.report.reason[1], 0);
	CHECK(info_of(0).runs >= runs); /* it was not interrupted */
}

TEST("a first version that fails its trial has nothing to go back to: quarantine")
{
	peer_init(&peer);
	const struct fleet_container next = version(&wild, 1);
	assign(&next, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_QUARANTINED, 30000));
	CHECK_EQUAL(peer.report.reason[1], REFUSAL_TOO_MANY_FAULTS);
	peer_boot(&peer);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_QUARANTINED, 30000));
	CHECK_EQUAL(info_of(0).runs + info_of(0).faults, 0);
}

TEST("three watchdog resets end a trial, two do not")
{
	const struct fleet_container next = version(&watch, 2);
	const uint8_t old = try_out(&next);
	reset_by_watchdog();
	reset_by_watchdog();
	CHECK_EQUAL(info_of(0).generation, 2);
	CHECK_EQUAL(info_of(0).state, CONTAINER_TRIAL);
	peer_boot(&peer); /* another reset speaks for nothing */
	peer_run(&peer, 500);
	CHECK_EQUAL(info_of(0).generation, 2);
	reset_by_watchdog();
	CHECK_EQUAL(info_of(0).generation, 1);
	check_reverted(old, REFUSAL_WATCHDOG_RESETS);
	peer_boot(&peer);
	check_reverted(old, REFUSAL_WATCHDOG_RESETS);
}

TEST("watchdog resets of what is confirmed speak against nothing")
{
	struct fleet_container next = version(&watch, 2);
	next.min_ready_seconds = 0;
	(void)try_out(&next);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	for (uint32_t i = 0; i < 5; i++) {
		reset_by_watchdog();
	}
	CHECK_EQUAL(info_of(0).generation, 2);
	CHECK_EQUAL(info_of(0).state, CONTAINER_CONFIRMED);
}

TEST("a link that dies under a trial ends it after ten minutes, and not before")
{
	struct fleet_container next = version(&watch, 2);
	next.min_ready_seconds = 3600;
	const uint8_t old = try_out(&next);
	peer.is_down = true;
	peer_run(&peer, 599000);
	CHECK_EQUAL(info_of(0).generation, 2);
	peer_run(&peer, 61000);
	CHECK_EQUAL(info_of(0).generation, 1);
	CHECK_EQUAL(info_of(0).refusal, REFUSAL_LINK_DEAD);
	peer.is_down = false;
	check_reverted(old, REFUSAL_LINK_DEAD);
}

TEST("of a report that a dead link has cut short no more is told when it works again")
{
	struct fleet_container next = version(&watch, 2);
	next.min_ready_seconds = 3600;
	(void)try_out(&next);
	peer_run(&peer, 30000);
	const uint32_t reports = peer.report.count;
	peer.is_down = true;
	peer_run(&peer, 660000);
	CHECK_EQUAL(info_of(0).refusal, REFUSAL_LINK_DEAD);
	peer.is_down = false;
	peer_run(&peer, 20000);
	CHECK_EQUAL(peer.report.state[1], CONTAINER_REFUSED);
	CHECK_EQUAL(peer.report.reason[1], REFUSAL_LINK_DEAD);
	CHECK_EQUAL(peer.report.count - reports, 1);
}

TEST("a dead link ends a trial also when the device reboots meanwhile")
{
	struct fleet_container next = version(&watch, 2);
	next.min_ready_seconds = 3600;
	const uint8_t old = try_out(&next);
	peer.is_down = true;
	peer_run(&peer, 300000);
	peer_boot(&peer);
	peer_run(&peer, 599000);
	CHECK_EQUAL(info_of(0).generation, 2);
	peer_run(&peer, 2000);
	CHECK_EQUAL(info_of(0).generation, 1);
	peer.is_down = false;
	check_reverted(old, REFUSAL_LINK_DEAD);
}

TEST("a link that comes back in time, or dies under what is confirmed, ends nothing")
{
	struct fleet_container next = version(&watch, 2);
	next.min_ready_seconds = 900;
	(void)try_out(&next);
	peer.is_down = true;
	peer_run(&peer, 500000);
	peer.is_down = false;
	peer_run(&peer, 30000);
	peer.is_down = true;
	peer_run(&peer, 500000);
	CHECK_EQUAL(info_of(0).generation, 2);
	peer.is_down = false;
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 60000));
	peer.is_down = true;
	peer_run(&peer, 1200000);
	CHECK_EQUAL(info_of(0).generation, 2);
	CHECK_EQUAL(info_of(0).state, CONTAINER_CONFIRMED);
}

TEST("of several trials under a dead link or a watchdog all go back, the confirmed one stays")
{
	peer_init(&peer);
	struct fleet_container three[3] = {quiet, echo, watch};
	three[2].local_id = 3;
	assign(three, 3);
	REQUIRE(peer_run_until(&peer, 3, CONTAINER_CONFIRMED, 60000));
	three[0] = version(&watch, 2);
	three[1].sequence = 2;
	three[1].min_ready_seconds = 30;
	assign(three, 3);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_TRIAL, 30000));
	REQUIRE(peer_run_until(&peer, 2, CONTAINER_TRIAL, 30000));
	reset_by_watchdog();
	reset_by_watchdog();
	reset_by_watchdog();
	CHECK_EQUAL(info_of(0).refusal, REFUSAL_WATCHDOG_RESETS);
	CHECK_EQUAL(info_of(1).refusal, REFUSAL_WATCHDOG_RESETS);
	CHECK_EQUAL(info_of(0).generation, 1);
	CHECK_EQUAL(info_of(1).generation, 1);
	CHECK_EQUAL(info_of(2).state, CONTAINER_CONFIRMED);
	REQUIRE(peer_run_until(&peer, 2, CONTAINER_REFUSED, 30000));
}

/* Sends `count` messages to container 2, which faults at each. */
static void fault(uint32_t count)
{
	const uint8_t message[2] = {2, 0};
	for (uint32_t i = 0; i < count; i++) {
		peer_send_input(&peer, message, sizeof(message));
		peer_run(&peer, 100);
	}
}

/* A container on the message hook that faults when its second argument asks it to: at once. */
static void begin_confirmed_faults(uint32_t floor)
{
	peer_init(&peer);
	struct fleet_container next = echo;
	assign(&next, 1);
	REQUIRE(peer_run_until(&peer, 2, CONTAINER_CONFIRMED, 30000));
	next = wild;
	next.name = "echo";
	next.local_id = 2;
	next.hook = HOOK_MESSAGE;
	next.sequence = 2;
	next.floor = floor;
	next.action = FAULT_ACTION_REVERT;
	next.max_faults = 3;
	assign(&next, 1);
	REQUIRE(peer_run_until(&peer, 2, CONTAINER_CONFIRMED, 30000));
	CHECK_EQUAL(info_of(0).generation, 2);
}

TEST("once confirmed, the faults of any ten minutes count, and lead back")
{
	begin_confirmed_faults(0);
	fault(3);
	peer_run(&peer, 730000);
	fault(3);
	CHECK_EQUAL(info_of(0).generation, 2);
	CHECK_EQUAL(info_of(0).faults, 3);
	peer_run(&peer, 590000);
	fault(1);
	CHECK_EQUAL(info_of(0).generation, 1);
	REQUIRE(peer_run_until(&peer, 2, CONTAINER_REFUSED, 30000));
	CHECK_EQUAL(peer.report.reason[2], REFUSAL_TOO_MANY_FAULTS);
}

TEST("that a confirmed version was given up is said in one report, with the memory that is free")
{
	begin_confirmed_faults(0);
	peer_run(&peer, 10000);
	const uint32_t reports = peer.report.count;
	fault(4);
	peer_run(&peer, 10000);
	CHECK_EQUAL(peer.report.state[2], CONTAINER_REFUSED);
	CHECK(peer.report.has_inventory);
	CHECK_EQUAL(peer.report.count - reports, 1);
}

TEST("a confirmed version whose floor forbids the one before it is quarantined instead")
{
	begin_confirmed_faults(2);
	fault(4);
	REQUIRE(peer_run_until(&peer, 2, CONTAINER_QUARANTINED, 30000));
	CHECK_EQUAL(peer.report.reason[2], REFUSAL_TOO_MANY_FAULTS);
	peer_boot(&peer);
	REQUIRE(peer_run_until(&peer, 2, CONTAINER_QUARANTINED, 30000));
	CHECK_EQUAL(info_of(0).runs, 0);
}

TEST("a floor takes effect when its version is confirmed, not while it is on trial")
{
	struct fleet_container next = version(&wild, 2);
	next.floor = 2;
	const uint8_t old = try_out(&next);
	check_reverted(old, REFUSAL_TOO_MANY_FAULTS);
}

TEST("a version that follows an unconfirmed one goes back to the last that was confirmed")
{
	struct fleet_container next = version(&watch, 2);
	next.min_ready_seconds = 3600;
	const uint8_t old = try_out(&next);
	next = version(&wild, 3);
	assign(&next, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_TRIAL, 30000));
	check_reverted(old, REFUSAL_TOO_MANY_FAULTS);
}

TEST("another period that fails its trial goes back to the old one, with the same image")
{
	peer_init(&peer);
	struct fleet_container next = version(&watch, 1);
	next.min_ready_seconds = 0;
	assign(&next, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	next.period_ms = 100;
	next.min_ready_seconds = 30;
	assign(&next, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_TRIAL, 30000));
	reset_by_watchdog();
	reset_by_watchdog();
	reset_by_watchdog();
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_REFUSED, 30000));
	const uint32_t runs = info_of(0).runs;
	peer_run(&peer, 3000);
	CHECK_EQUAL(info_of(0).runs - runs, 3);
	CHECK_EQUAL(info_of(0).generation, 1);
}

TEST("a local id that names another container goes back to nothing")
{
	peer_init(&peer);
	assign(&quiet, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	struct fleet_container other = wild;
	other.action = FAULT_ACTION_REVERT;
	assign(&other, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_QUARANTINED, 30000));
}

TEST("a first version under a dead link is quarantined, and tried again with the next head")
{
	peer_init(&peer);
	struct fleet_container next = version(&watch, 1);
	next.min_ready_seconds = 700;
	assign(&next, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_TRIAL, 30000));
	peer.is_down = true;
	peer_run(&peer, 660000);
	CHECK_EQUAL(info_of(0).state, CONTAINER_QUARANTINED);
	peer.is_down = false;
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_QUARANTINED, 60000));
	CHECK_EQUAL(peer.report.reason[1], REFUSAL_LINK_DEAD);
	peer_boot(&peer);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_QUARANTINED, 60000));
	const uint32_t blocks = peer.blocks_served;
	assign(&next, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 720000));
	CHECK_EQUAL(peer.blocks_served, blocks);
	CHECK_EQUAL(info_of(0).refusal, 0);
}

TEST("what was quarantined, and is named again after another version, is on trial once more")
{
	peer_init(&peer);
	const struct fleet_container bad = version(&wild, 1);
	assign(&bad, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_QUARANTINED, 30000));
	const struct fleet_container next = version(&watch, 2);
	assign(&next, 1);
	peer_run(&peer, 60);
	assign(&bad, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_QUARANTINED, 30000));
	assign(&next, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 60000));
	assign(&bad, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_TRIAL, 30000));
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_REFUSED, 30000));
	CHECK(info_of(0).runs > 0 || info_of(0).faults == 0);
}

TEST("a sleeper on trial has three wake-ups before its link is called dead")
{
	peer_init(&peer);
	peer.fleet.wake_interval_seconds = 900;
	assign(&quiet, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	struct fleet_container next = version(&watch, 2);
	next.min_ready_seconds = 7200;
	peer_publish_head(&peer);
	assign(&next, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_TRIAL, 2000000));
	peer_run(&peer, 1900000); /* asleep most of the time */
	CHECK_EQUAL(info_of(0).generation, 2);
	peer.is_down = true;
	peer_run(&peer, 1700000);
	CHECK_EQUAL(info_of(0).generation, 2);
	peer_run(&peer, 1100000);
	CHECK_EQUAL(info_of(0).generation, 1);
	CHECK_EQUAL(info_of(0).refusal, REFUSAL_LINK_DEAD);
}
