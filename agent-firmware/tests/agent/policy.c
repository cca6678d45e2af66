/* Changes of faultPolicy, minRuns and minReadySeconds alone: followed while the container runs. */
#include "harness.h"

#include <string.h>

#include "core/agent/parts.h"
#include "tests/support/peer.h"
#include "tests/support/texts.h"

static struct peer peer;

/* The container of the first slot. */
static const struct femto_container *first(void)
{
	return &peer.femto.containers[0];
}

static void assign(const struct fleet_container *containers, size_t count)
{
	fleet_assign(&peer.fleet, containers, count);
	peer_publish_head(&peer);
}

static struct fleet_container stricter(const struct fleet_container *of)
{
	struct fleet_container next = *of;
	next.max_faults = 5;
	next.action = FAULT_ACTION_REVERT;
	next.min_ready_seconds = 40;
	next.more_runs = 3;
	return next;
}

static bool has_policy(const struct fleet_container *of)
{
	const struct femto_spec *spec = &first()->active;
	const uint32_t action = of->action == 0 ? FAULT_ACTION_QUARANTINE : of->action;
	return spec->max_faults == of->max_faults && spec->action == action &&
		   spec->min_ready_seconds == of->min_ready_seconds && spec->min_runs == 1u + of->more_runs &&
		   memcmp(spec, &first()->wanted, sizeof(*spec)) == 0;
}

/* The store says of the first container what RAM says. */
static bool is_kept(void)
{
	struct femto_mark mark;
	return femto_read_mark(&peer.femto, 1, &mark) && mark.current.standing == first()->standing &&
		   mark.current.generation == first()->generation &&
		   memcmp(&mark.current.spec, &first()->active, sizeof(mark.current.spec)) == 0;
}

/*
 * Lets the device follow the newest head; `state` is all that the container and every report show
 * meanwhile, and it misses no run.
 */
static void follow(uint8_t state)
{
	const uint32_t reports = peer.report.count;
	const uint64_t instructions = first()->instructions;
	const uint32_t runs = first()->runs;
	const uint64_t begin_ms = peer.now_ms;
	for (uint32_t step = 0; step < 10000; step++) {
		peer_run(&peer, 1);
		REQUIRE(first()->attached && first()->state == state && peer.report.state[1] == state);
	}
	CHECK_EQUAL(peer.report.accepted_generation, peer.fleet.generation);
	CHECK_EQUAL(peer.report.count - reports, 1);
	CHECK_EQUAL(peer.now_ms - begin_ms, 10000);
	CHECK_EQUAL(first()->runs - runs, 10);
	CHECK_EQUAL(first()->instructions - instructions, 20);
}

TEST("another fault policy leaves what is confirmed confirmed, and its runs go on")
{
	peer_init(&peer);
	assign(&quiet, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	peer_run(&peer, 70000);
	const uint32_t blocks = peer.blocks_served;
	const struct fleet_container next = stricter(&quiet);
	assign(&next, 1);
	follow(CONTAINER_CONFIRMED);
	CHECK(has_policy(&next));
	CHECK(peer.blocks_served - blocks <= 3); /* the document alone */
	CHECK_EQUAL(first()->generation, 1);
	CHECK_EQUAL(first()->previous, 0); /* there is no other spec to go back to */
	CHECK(is_kept());
	assign(&quiet, 1);
	follow(CONTAINER_CONFIRMED);
	CHECK(has_policy(&quiet));
}

TEST("after a reboot without the gateway the new policy holds, and confirmed stays confirmed")
{
	peer_init(&peer);
	assign(&quiet, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	const struct fleet_container next = stricter(&quiet);
	assign(&next, 1);
	peer_run(&peer, 5000);
	peer.is_down = true;
	peer_boot(&peer);
	peer_run(&peer, 5000);
	CHECK(has_policy(&next));
	CHECK_EQUAL(first()->state, CONTAINER_CONFIRMED);
	CHECK(is_kept());
}

TEST("a trial goes on under the new policy: less to wait for, or more")
{
	static const struct {
		const char *row;
		uint32_t min_ready_seconds;
		uint64_t left_ms; /* of the trial after the change */
	} rows[] = {{"less", 25, 5000}, {"more", 60, 40000}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		harness_row(rows[i].row);
		peer_init(&peer);
		struct fleet_container next = stricter(&quiet);
		assign(&next, 1);
		REQUIRE(peer_run_until(&peer, 1, CONTAINER_TRIAL, 30000));
		const uint64_t since_ms = first()->healthy_since_ms;
		peer_run(&peer, since_ms + 10000 - peer.now_ms);
		next.min_ready_seconds = rows[i].min_ready_seconds;
		assign(&next, 1);
		follow(CONTAINER_TRIAL);
		CHECK(has_policy(&next));
		CHECK(is_kept());
		CHECK_EQUAL(first()->healthy_since_ms, since_ms);
		peer_run(&peer, rows[i].left_ms - 1);
		CHECK_EQUAL(first()->state, CONTAINER_TRIAL);
		peer_run(&peer, 2);
		CHECK_EQUAL(first()->state, CONTAINER_CONFIRMED);
		REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 5000));
	}
}

TEST("faults of a trial stay counted when the policy changes, and the new one acts on the next")
{
	peer_init(&peer);
	struct fleet_container next = wild;
	next.max_faults = 100;
	assign(&next, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_TRIAL, 30000));
	peer_run(&peer, 10000);
	const uint32_t faults = first()->faults;
	CHECK(faults >= 8);
	next.max_faults = faults + 6;
	assign(&next, 1);
	peer_run(&peer, 5500);
	CHECK(has_policy(&next));
	CHECK(first()->attached && first()->faults > faults);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_QUARANTINED, 5000));
	CHECK_EQUAL(first()->faults, faults + 7);
}

TEST("resets by the watchdog stay counted when the policy of a trial changes")
{
	peer_init(&peer);
	struct fleet_container next = stricter(&quiet);
	next.min_ready_seconds = 1000;
	assign(&next, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_TRIAL, 30000));
	for (uint32_t i = 0; i < 3; i++) {
		CHECK_EQUAL(first()->standing, FEMTO_STANDING_TRIAL);
		next.max_faults++;
		assign(&next, 1);
		peer_run(&peer, 5000);
		CHECK(has_policy(&next));
		peer.reset_cause = FEMTO_RESET_WATCHDOG;
		peer_boot(&peer);
		peer_run(&peer, 500);
	}
	CHECK_EQUAL(first()->state, CONTAINER_QUARANTINED);
	CHECK_EQUAL(first()->reason, REFUSAL_WATCHDOG_RESETS);
}

TEST("a device of a later wave follows the policy of a new version and keeps the old one running")
{
	peer_init(&peer);
	const struct fleet_container both[2] = {quiet, echo};
	assign(both, 2);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	REQUIRE(peer_run_until(&peer, 2, CONTAINER_CONFIRMED, 30000));
	peer_run(&peer, 70000);
	struct fleet_container mixed[2] = {stricter(&quiet), stricter(&echo)};
	assign(mixed, 2);
	follow(CONTAINER_CONFIRMED);
	CHECK_EQUAL(peer.report.state[2], CONTAINER_CONFIRMED);
	/* its wave comes: now there is a trial */
	struct fleet_container next = stricter(&watch);
	next.name = "quiet";
	next.sequence = 2;
	mixed[0] = next;
	assign(mixed, 2);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_TRIAL, 30000));
	CHECK_EQUAL(first()->generation, 2);
	CHECK_EQUAL(first()->previous_standing, FEMTO_STANDING_CONFIRMED);
	CHECK_EQUAL(peer.report.state[2], CONTAINER_CONFIRMED);
}

TEST("another policy beside another period is a new trial")
{
	peer_init(&peer);
	assign(&quiet, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_CONFIRMED, 30000));
	struct fleet_container next = stricter(&quiet);
	next.period_ms = 100;
	assign(&next, 1);
	REQUIRE(peer_run_until(&peer, 1, CONTAINER_TRIAL, 30000));
	CHECK(has_policy(&next));
	CHECK_EQUAL(first()->previous, 1);
}
